import type { components } from '@/api/schema'
import type { Solid } from '@/api/types'
import { api, body, set } from '@/kit/http'

type Schemas = components['schemas']
export type Message = Solid<Schemas['MessagesMessage']>
export type MessageDetail = Solid<Schemas['MessagesDetail']>
export type Template = Solid<Schemas['MessagesTemplate']>
export type Rules = Solid<Schemas['MessagesRules']>
export type ChannelState = Solid<Schemas['MessagesChannelState']>
export type Contact = Solid<Schemas['MessagesContact']>
export interface MessageFilter { state?: string; channel?: string; q?: string; case?: string; cursor?: string | undefined }

const place = (t: Template) => ({ params: { path: { event: t.event, audience: t.audience, channel: t.channel } } })

export const listMessages = (filter: MessageFilter) => body(api.GET('/api/v1/messages', { params: { query: set(filter) as never } }))
export const getMessage = (id: string) => body(api.GET('/api/v1/messages/{id}', { params: { path: { id } } }))
export const retryMessage = (id: string) => body(api.POST('/api/v1/messages/{id}/actions/retry', { params: { path: { id } } }))
export const listChannels = () => body(api.GET('/api/v1/message-channels'))
export const testChannel = (channel: 'sms' | 'email', to: string) => body(api.POST('/api/v1/message-channels/test', { body: { channel, to } }))
export const listTemplates = () => body(api.GET('/api/v1/message-templates'))
export const listVersions = (t: Template) => body(api.GET('/api/v1/message-templates/{event}/{audience}/{channel}', place(t)))
export const reword = (t: Template, wording: Schemas['MessagesWording']) => body(api.PUT('/api/v1/message-templates/{event}/{audience}/{channel}', { ...place(t), body: wording }))
export const previewWording = (channel: Template['channel'], subject: string, text: string) => body(api.POST('/api/v1/message-templates/preview', { body: { channel, subject, text } }))
export const getRules = () => body(api.GET('/api/v1/message-rules'))
export const setRules = (rules: Rules) => body(api.PUT('/api/v1/message-rules', { body: rules }))
export const getContact = () => body(api.GET('/api/v1/account/contact'))
export const setContact = (contact: Schemas['MessagesNewContact']) => body(api.PUT('/api/v1/account/contact', { body: contact }))
export const listChoices = () => body(api.GET('/api/v1/account/contact-choices'))
