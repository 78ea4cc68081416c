import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { done, failed } from '@/ui/toast'
import { t } from '@/kit/i18n'
import { decideAppeal, dropSettlement, getSettlement, listAppeals, makeAppeal, signSettlement, verifySettlement, withdrawAppeal, type Ground } from './api'

/** One settlement with what can be done to it; every change refreshes what is shown. */
export function useSettlement(id: () => string) {
  const client = useQueryClient()
  const query = useQuery({ queryKey: ['settlement', id], queryFn: () => getSettlement(id()) })
  const appeals = useQuery({ queryKey: ['appeals', id], queryFn: () => listAppeals(id()) })
  const refresh = () => { for (const key of ['settlement', 'settlements', 'appeals']) void client.invalidateQueries({ queryKey: [key] }) }
  const step = <T>(run: (input: T) => Promise<unknown>, words: () => string) =>
    useMutation({ mutationFn: run, onSuccess: () => { done(words()); refresh() }, onError: (error) => { failed(error); refresh() } })
  const version = () => query.data.value?.version ?? 0
  const sign = step((note: string) => signSettlement(id(), { version: version(), note: note || undefined }), () => t('已签署'))
  const drop = step((note: string) => dropSettlement(id(), { version: version(), note }), () => t('已作废'))
  const appeal = step((a: { ground: Ground; claim: string }) => makeAppeal(id(), a.ground, a.claim), () => t('申诉已提交'))
  const decide = step((d: { id: string; version: number; uphold: boolean; answer: string; points?: number }) => { const { id: appealId, ...decision } = d; return decideAppeal(appealId, decision) }, () => t('已答复申诉'))
  const withdraw = step((a: { id: string; version: number }) => withdrawAppeal(a.id, a.version), () => t('已撤回'))
  const verify = useMutation({ mutationFn: () => verifySettlement(id()), onError: failed })
  return { query, appeals, sign, drop, appeal, decide, withdraw, verify }
}
