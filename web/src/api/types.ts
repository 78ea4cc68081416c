import type { components } from './schema'

/** Go writes an absent list as null; the client's front door turns those into empty lists, so the types say so too. */
export type Solid<T> =
  NonNullable<T> extends readonly (infer Item)[] ? (undefined extends T ? Solid<Item>[] | undefined : Solid<Item>[])
  : T extends object ? { [K in keyof T]: Solid<T[K]> }
  : T

type Of<Name extends keyof components['schemas']> = Solid<components['schemas'][Name]>

/** One page of a list. */
export interface Page<T> { items: T[]; next_cursor?: string; total: number }

export type Session = Of<'IdentityMe'>
export type SessionArea = Of<'IdentityMeArea'>
export type User = Of<'IdentityUser'>
export type Post = Of<'IdentityPost'>
export type Role = Of<'IdentityRole'>
export type Unit = Of<'IdentityUnit'>
export type Token = Of<'IdentityToken'>
export type SignIn = Of<'IdentitySignInRecord'>
export type Notice = Of<'IdentityNotice'>
export type Job = Of<'Status'>
export type AuditEntry = Of<'Record'>
export type AuditCheck = Of<'Report'>

export type Area = Of<'RegionArea'>
export type AreaDetail = Of<'RegionDetail'>
export type Finding = Of<'RegionFinding'>
export type RegionReport = Of<'RegionReport'>
export type RowError = Of<'RowError'>

export type Wave = Of<'SurveyWave'>
export type Plan = components['schemas']['SurveyPlan']
export type NewWave = components['schemas']['SurveyNewWave']
export type FileImport = Of<'SurveyFileImport'>
export type ImportView = Of<'SurveyImportView'>

export type Score = Of<'AppraisalScore'>
export type ScoreTable = Of<'AppraisalScores'>
export type Rank = Of<'AppraisalRank'>
export type RankTable = Of<'AppraisalRanks'>
export type PublicWave = Of<'AppraisalPublicWave'>
export type PublicResult = Of<'AppraisalPublicResult'>

export type Item = Of<'RectifyItem'>
export type ItemDetail = Of<'RectifyDetail'>
export type Comment = Of<'OpinionComment'>
export type Field = Of<'RectifyField'>
export type Loop = Of<'RectifyLoop'>
export type Line = Of<'RectifyLine'>
export type Evidence = Of<'RectifyEvidence'>
export type Move = Of<'RectifyMove'>
export type PublicItem = Of<'RectifyPublicItem'>
export type PublicCounts = Of<'RectifyPublicCounts'>
export type PublicIndex = Of<'RectifyPublicIndex'>
export type PublicDetail = Of<'RectifyPublicDetail'>
export type PageView = Of<'RectifyPageView'>
export type PageTexts = components['schemas']['RectifyPageTexts']
export type PageShot = Of<'RectifyShot'>
export type HideArea = Of<'Area'>
export type Feedback = Of<'RectifyFeedback'>

export type Settlement = Of<'ResultsSettlement'>
export type StreetYear = Of<'ResultsStreetYear'>
export type Appeal = Of<'ResultsAppeal'>
export type WhyMove = Of<'ResultsMove'>

export type Questionnaire = Of<'SurveyQuestionnaire'>
export type Fault = Of<'FormFault'>
export type FormChange = Of<'FormChange'>

export type FrozenReport = Of<'ReportFrozen'>
export type ReportPreview = Of<'ReportPreview'>
export type ReportBlock = Of<'Block'>
export type ReportTemplate = Of<'ReportTemplate'>
export type ReportSection = Of<'ReportSection'>
export type StoredReportTemplate = Of<'ReportStoredTemplate'>

export type ScoreChange = Of<'AppraisalChange'>
export type ScoreProgress = Of<'AppraisalProgress'>
export type Drivers = Of<'AppraisalDrivers'>
export type Driver = Of<'AppraisalDriver'>
export type Reliability = Of<'AppraisalReliability'>
export type Communities = Of<'AppraisalCommunities'>
export type CommunityScore = Of<'AppraisalCommunityScore'>
export type Costs = Of<'AppraisalCosts'>
export type Cost = components['schemas']['AppraisalCost']
export type Slice = Of<'AppraisalSlice'>
export type SliceRow = Of<'AppraisalSliceRow'>
export type Sensitivity = Of<'AppraisalSensitivity'>
export type ScoreMethod = Of<'AppraisalMethod'>

export type Case = Of<'CasesCase'>
export type CaseDetail = Of<'CasesDetail'>
export type CaseStep = Of<'CasesHistory'>
export type CaseClock = Of<'CasesClock'>
export type CaseEvidence = Of<'CasesEvidence'>
export type CaseRecording = Of<'CasesRecording'>
export type CasePart = Of<'CasesPart'>
export type CaseRequest = Of<'CasesRequest'>
export type CaseRevisit = Of<'CasesRevisit'>
export type CaseReporter = Of<'CasesReporter'>
export type CaseWorkflow = Of<'WorkflowDefinition'>
