import { newId } from '@/kit/newId'
import { asProblem, Problem } from '@/kit/problem'
import { keptPhoto } from './album'
import { me } from './me'
import type { Proof, Shot } from './model'
import { cannotReach, photographStop, type MyRound, type MyStop } from './roundsApi'

/** A place that was seen, as it waits on the phone until there is a network. */
export const proofOf = (task: MyRound, stop: MyStop, what: { shot: Shot } | { note: string }): Proof => ({
  id: newId(), user: me.value?.id ?? '', at: 'shot' in what ? what.shot.at : new Date().toISOString(), title: stop.name, place: task.grid_name,
  shots: 'shot' in what ? [what.shot] : [], state: 'waiting', kind: 'proof', task: task.id, point: stop.id, ...('note' in what ? { note: what.note } : {}),
})

/** Brings it to the server; a place that is ticked off there already needs nothing more. */
export async function sendProof(item: Proof): Promise<void> {
  const shot = item.shots[0]
  try {
    if (!shot) return void (await cannotReach(item.task, item.point, item.note ?? '', item.at))
    const kept = await keptPhoto(shot.ref)
    if (!kept || !shot.where) throw new Problem({ status: 410, code: 'kit.photo_gone' })
    await photographStop(item.task, item.point, kept.blob, shot.where, item.at)
  } catch (error) {
    if (asProblem(error).code !== 'rounds.seen') throw error
  }
}
