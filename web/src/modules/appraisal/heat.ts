import type { Score } from '@/api/types'
import { isShown } from './shown'

/** A street's difference from the district with the error that decides whether it shows colour. */
export interface HeatCell { difference: number; error: number }
export interface HeatLine { code: string; label: string; district: number; cells: Map<string, HeatCell> }

/** 凤凰街道 → 凤凰, 仙霞路社区居委会 → 仙霞路: column heads have no room for the word every one of them carries. */
export const shortName = (name: string): string => name.replace(/社区居委会$|街道$/, '')

/**
 * One line per code. The error of a difference is half its 95% interval; a street is part of the district, but the
 * shared part is small, so the two are taken as independent, which can only hide a difference, never invent one.
 */
export function heatLines(streets: Score[], district: Score[]): HeatLine[] {
  const lines: HeatLine[] = []
  for (const whole of district) {
    if (!isShown(whole)) continue
    const cells = new Map<string, HeatCell>()
    for (const part of streets) {
      if (part.code !== whole.code || !isShown(part)) continue
      cells.set(part.area_code, { difference: part.score - whole.score, error: 1.96 * Math.hypot(part.se, whole.se) })
    }
    lines.push({ code: whole.code, label: whole.label, district: whole.score, cells })
  }
  return lines
}
