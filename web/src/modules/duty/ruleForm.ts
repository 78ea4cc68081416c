import type { Rule, RuleLine } from './api'

/** What the form of a rule holds; empty means "holds for all". */
export interface RuleForm {
  id?: string; code: string; category: string; component: string; area: string; source: string; days: '' | 'work' | 'off'
  fromTime: string; toTime: string; fromDate: string; toDate: string; lead: string; assists: string[]; verifier: string; limitN: string; limitUnit: string; fallback: string; basis: string
}

export function formOf(rule?: RuleLine): RuleForm {
  const [limitN = '', limitUnit = 'work_day'] = (rule?.limit ?? '').split(' ')
  return {
    id: rule?.id, code: rule?.code ?? '', category: rule?.category ?? '', component: rule?.component ?? '', area: rule?.area_code ?? '', source: rule?.source ?? '', days: rule?.days ?? '',
    fromTime: rule?.from_time ?? '', toTime: rule?.to_time ?? '', fromDate: rule?.from_date ?? '', toDate: rule?.to_date ?? '', lead: rule?.lead ?? '', assists: [...(rule?.assists ?? [])],
    verifier: rule?.verifier ?? '', limitN, limitUnit, fallback: rule?.fallback ?? '', basis: rule?.basis ?? '',
  }
}

/** The rule as the server takes it: what is empty is left out. */
export function ruleOf(f: RuleForm): Rule {
  const given = { code: f.code, category: f.category, component: f.component, area_code: f.area, source: f.source, days: f.days, from_time: f.fromTime, to_time: f.toTime, from_date: f.fromDate, to_date: f.toDate,
    verifier: f.verifier, limit: f.limitN ? `${f.limitN} ${f.limitUnit}` : '', fallback: f.fallback, basis: f.basis, id: f.id }
  return { ...Object.fromEntries(Object.entries(given).filter(([, v]) => v)), lead: f.lead, assists: f.assists.filter((a) => a !== f.lead) } as Rule
}
