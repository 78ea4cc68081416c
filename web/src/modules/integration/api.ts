import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

type Schemas = components['schemas']
export type Partner = Solid<Schemas['IntegrationPartner']>
export type Webhook = Solid<Schemas['IntegrationWebhook']>
export type Delivery = Solid<Schemas['IntegrationDelivery']>
const path = (id: string) => ({ params: { path: { id } } })

export const listPartners = () => body(api.GET('/api/v1/partners'))
/** What the server writes itself is not sent. */
const ofPartner = ({ code, name, channel, area_code, may_write, active, version }: Partner) => ({ code, name, channel, area_code, may_write, active, version }) as Schemas['IntegrationPartner']
const ofWebhook = ({ name, url, topics, area_code, active, version }: Webhook) => ({ name, url, topics, area_code, active, version }) as Schemas['IntegrationWebhook']
export const savePartner = (p: Partner) => body(p.id ? api.PUT('/api/v1/partners/{id}', { ...path(p.id), body: ofPartner(p) }) : api.POST('/api/v1/partners', { body: ofPartner(p) }))
export const renewKey = (p: Partner) => body(api.POST('/api/v1/partners/{id}/actions/renew-key', { ...path(p.id), body: { version: p.version } }))
export const listWebhooks = () => body(api.GET('/api/v1/webhooks'))
export const saveWebhook = (w: Webhook) => body(w.id ? api.PUT('/api/v1/webhooks/{id}', { ...path(w.id), body: ofWebhook(w) }) : api.POST('/api/v1/webhooks', { body: ofWebhook(w) }))
export const renewSecret = (w: Webhook) => body(api.POST('/api/v1/webhooks/{id}/actions/renew-secret', { ...path(w.id), body: { version: w.version } }))
export const pingWebhook = (w: Webhook) => body(api.POST('/api/v1/webhooks/{id}/actions/ping', path(w.id)))
export const listDeliveries = (id: string, state: string, cursor: string | undefined) => body(api.GET('/api/v1/webhooks/{id}/deliveries', { params: { path: { id }, query: set({ state, cursor }) as never } }))
/** Sends again whatever failed since a time; it answers how many were queued. */
export const replayFailed = (id: string, since: string) => body(api.POST('/api/v1/webhooks/{id}/actions/replay', { ...path(id), body: { since } }))
export const replayDelivery = (id: string) => body(api.POST('/api/v1/webhook-deliveries/{id}/actions/replay', path(id)))
