import type { Item } from '@/api/types'

type Can = (permission: string) => boolean

/** Which state waits for which verb, with the permission it takes. The server decides; this only names the button. */
const office: [state: string, action: string, permission: string][] = [
  ['draft', 'confirm', 'rectify.merge'], ['confirmed', 'issue', 'rectify.issue'], ['returned', 'issue', 'rectify.issue'],
  ['done', 'verify', 'rectify.verify'], ['verified', 'tell', 'rectify.publish'], ['told', 'publish', 'rectify.publish'],
]
const unit: [state: string, action: string, permission: string][] = [
  ['issued', 'answer', 'rectify.answer'], ['answered', 'start', 'rectify.do'], ['rework', 'start', 'rectify.do'], ['doing', 'done', 'rectify.do'],
]

/** The verb an item waits for from this person, or undefined. */
export function dutyOf(item: Pick<Item, 'state' | 'lead'>, can: Can, myUnit?: string): string | undefined {
  const found = office.find(([s, , p]) => s === item.state && can(p)) ?? (item.lead.id === myUnit ? unit.find(([s, , p]) => s === item.state && can(p)) : undefined)
  return found?.[1]
}
