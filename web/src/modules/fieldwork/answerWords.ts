import { t } from '@/kit/i18n'
import type { Form, Step } from '@/modules/form/model'

/** An answer as people say it: the step of the scale, the words of the options. */
export function answerWords(form: Form, scale: Step[], code: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('没有回答')
  const question = form.questions.find((q) => q.code === code)
  if (question?.type === 'scale5') return value === 'N' ? t('没接触过/不了解') : scale.find((s) => s.mark === value)?.label ?? String(value)
  const option = (n: unknown) => question?.options?.[Number(n) - 1] ?? String(n)
  if (question?.type === 'single') return option(value)
  if (Array.isArray(value)) return value.map((one) => (question?.options?.length ? option(one) : String(one))).join('、')
  if (typeof value === 'object') return Object.entries(value as Record<string, unknown>).map(([k, v]) => `${k}：${String(v)}`).join('；')
  return String(value)
}
