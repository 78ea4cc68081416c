/** The rule of separated duties, as the server judges a role: known here so that the editor says it before saving. */
const duty: Record<string, string> = { 'identity.manage': 'system', 'security.manage': 'security', 'audit.read': 'audit' }
const withAnyDuty = ['identity.read', 'region.read']

export interface Judgement { class: string; duties: string[]; business: string[] }

/** The class that follows from the permissions. `duties` holds those that may not meet, `business` what no administrator may hold. */
export function judge(permissions: string[]): Judgement {
  const duties = permissions.filter((p) => duty[p])
  const business = duties.length ? permissions.filter((p) => !duty[p] && !withAnyDuty.includes(p)) : []
  return { class: duties.length ? duty[duties[0]!]! : 'business', duties: duties.length > 1 ? duties : [], business }
}

/** Permissions by the module they belong to, in the order given. */
export function byModule(permissions: string[]): [module: string, permissions: string[]][] {
  const groups = new Map<string, string[]>()
  for (const p of permissions) {
    const module = ['security', 'audit'].includes(p.split('.')[0]!) ? 'identity' : p.split('.')[0]!
    groups.set(module, [...(groups.get(module) ?? []), p])
  }
  return [...groups]
}
