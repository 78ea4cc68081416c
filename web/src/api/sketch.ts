export interface Page<T> { items: T[]; next_cursor?: string; total?: number }
export interface SessionArea { code: string; name: string }
export interface Session {
  user: { id: string; username: string; name: string; title: string; unit: { id: string; code: string; name: string; area_code: string } }
  permissions: string[]; areas: SessionArea[]; posts: { id: string; title: string; role_name: string; unit_name: string; current: boolean }[]
  totp_enabled: boolean; due: string[]; csrf_token: string; demo: boolean
}
export interface Area {
  code: string; name: string; level: string; parent_code?: string; kind?: string; class?: string; households?: number
  area_km2?: number; centroid?: [number, number]; children_count?: number; version?: number; valid_from?: string; valid_to?: string | null
}
export interface AreaDetail extends Area { aliases?: { name: string; kind?: string }[]; versions?: AreaVersion[]; path?: SessionArea[] }
export interface AreaVersion { version: number; name: string; valid_from: string; valid_to?: string | null; note?: string }
export interface Finding { kind: string; severity?: string; code: string; name?: string; other?: string; detail?: string; area_m2?: number }
export interface RowError { row: number; column?: string; value?: string; reason: string }
export interface ImportReport { dry_run?: boolean; id?: string; state?: string; total: number; accepted: number; rejected: number; errors: RowError[]; committed?: boolean; job_id?: string }
export interface Wave {
  id: string; code: string; name: string; state: string; period: string; starts_at?: string; ends_at?: string; published_at?: string | null; version: number
  counts: { target: number; targeted: number; online: number; comments: number; pilot?: number }
  actions?: { name: string; to: string; permission: string; note_required: boolean }[]
  plan?: Plan; plan_hash?: string
}
export interface Plan {
  indicator_system: string; respondent_weights: Record<string, number>; strata?: { street: string; group: string; population: number }[] | null
  target: number; tie_rule: string; level: number; top: number; min_indicator_n: number; min_cell_n: number; seed: number
}
export interface Score {
  area_code: string; area_name: string; code?: string; label?: string; score: number; se: number; low: number; high: number
  n: number; n_eff: number; deff: number; df: number; suppressed?: boolean
  change?: number | null; change_low?: number | null; change_high?: number | null
}
export interface ScoreTable { items: Score[]; district?: Score | null; method?: Record<string, unknown> }
export interface Rank {
  area_code: string; area_name: string; score: number; se: number; low: number; high: number; best: number; worst: number
  p_top: number; expected_rank: number; distribution?: number[]
}
export interface RankTable { items: Rank[]; level: number; top: number; tie_rule: string }
export interface Suggestion { field: string; name?: string; confidence: number; why: string[] }
export interface Comment {
  id: string; wave_id: string; text: string; area_code: string; area_name: string; group: string; channel: string; day: string
  suggestions: Suggestion[]; fields: string[]; state: string; note?: string; item_id?: string; version: number
}
export interface Field { code: string; name: string; lead?: string; rectify_days?: number }
export interface UnitRef { id: string; name: string }
export interface Item {
  id: string; no: string; wave_id: string; title: string; field: string; field_name: string; area_code: string; area_name: string; street: string; place: string
  voices: number; state: string; result?: string; lead: UnitRef; co: UnitRef[]; measure?: string; promised_at?: string | null; outcome?: string; reply?: string
  supervised: boolean; reworks: number; issued_at?: string | null; due_at?: string | null; done_at?: string | null; overdue: boolean; late: boolean; progress: number
  actions: string[]; version: number; created_at: string
}
export interface History { id: string; at: string; actor_name: string; actor_unit: string; action: string; from: string; to: string; ground?: string; note: string }
export interface Clock { id: string; unit_id: string; started_at: string; limit: string; due_at: string; why: string[]; ended_at?: string | null }
export interface Evidence { id: string; item_id: string; phase: 'before' | 'after'; media_type: string; size: number; caption?: string; public: boolean; by_name: string; by_unit: string; at: string }
export interface Voice { id: string; text: string; area_name: string }
export interface ItemDetail extends Item { history: History[]; comments: Voice[]; evidence: Evidence[]; clocks: Clock[] }
export interface Line { code: string; name: string; voices: number; items: number; passed: number; doing: number; overdue: number; reworked: number; recurring: number }
export interface Loop {
  wave_id: string; voices: number; open: number; confirmed: number; skipped: number; praise: number; merged: number; items: number; issued: number
  by_state: Record<string, number>; overdue: number; supervised: number; reworked: number; recurring: number; voices_told: number
  closed_rate: number | null; on_time_rate: number | null; days_to_answer: number | null; days_to_reply: number | null; streets: number; units: number; awaiting_issue: number
}
export interface Post { id: string; user_id: string; user_name?: string; unit_id: string; unit_name?: string; role_code: string; role_name?: string; class?: string; title: string; areas: string[]; state: string; requested_by: string; requested_at: string; note?: string; version: number }
export interface User { id: string; username: string; name: string; unit_id: string; unit_name?: string; area_code?: string; must_change: boolean; second_factor: boolean; disabled: boolean; locked: boolean; locked_reason?: string; version: number; created_at: string; last_sign_in_at?: string | null; posts?: Post[] }
export interface Role { code: string; name: string; summary?: string; class: string; privileged: boolean; permissions: string[]; builtin: boolean; customised: boolean; version: number }
export interface Unit { id: string; parent_id?: string; area_code: string; code: string; name: string; short?: string; kind: string; nature?: string; level: string; duties?: string; on_duty: boolean; active: boolean; version: number }
export interface Token { id: string; name: string; permissions: string[]; created_at: string; expires_at: string; last_used_at?: string | null; revoked_at?: string | null; secret?: string }
export interface SignIn { id: string; at: string; username: string; result: string; address: string; agent?: string }
export interface AuditEntry { id: string; seq?: number; at: string; actor_id: string; actor_name: string; address: string; action: string; object: string; object_id: string; area: string; detail: string }
export interface AuditCheck { entries: number; intact: boolean; broken?: number; reason?: string }
export interface Job { id: string; kind: string; title: string; state: string; done: number; total: number; note?: string; created_at: string; finished_at?: string | null; error?: string; result?: unknown }
export interface Notice { id: string; at: string; title: string; body?: string; link?: string; read?: boolean }
export interface PublicWave { id: string; code: string; name: string; published_at?: string }
export interface PublicPart { code: string; name: string; score: number; low: number; high: number; suppressed?: boolean }
export interface PublicStreet { code: string; name: string; score: number; low: number; high: number; n: number; best: number; worst: number; p_top: number; suppressed?: boolean; dimensions: PublicPart[] }
export interface PublicResult { wave: PublicWave; district: { name: string; score: number; low: number; high: number; n: number }; streets: PublicStreet[]; level: number }
export interface PublicPhoto { id: string; phase: string; caption?: string; at: string; url: string }
export interface PublicItem {
  id: string; no: string; title: string; field: string; field_name: string; area_code: string; area_name: string; place: string; voices: number; lead: string; result: string
  measure: string; outcome: string; reply: string; issued_at?: string; due_at?: string; done_at?: string; published_at?: string; photos: PublicPhoto[]
}
export interface PublicCounts { voices: number; items: number; done: number; doing: number; cannot: number }
