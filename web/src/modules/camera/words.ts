import { t } from '@/kit/i18n'
import type { Camera } from './api'
import type { Way } from './useLook'

export const kindNames = (): Record<Camera['kind'], string> => ({ dome: t('半球'), ptz: t('云台'), bullet: t('枪机'), other: t('其他') })
export const wayNames = (): Record<Way, string> => ({ whep: t('低延迟'), hls: t('实时画面'), picture: t('抓图') })

/** 东, 东南: where a camera looks. */
export function headingWords(degrees: number): string {
  const names = [t('北'), t('东北'), t('东'), t('东南'), t('南'), t('西南'), t('西'), t('西北')]
  return names[Math.round(degrees / 45) % 8]!
}
