// Package survey keeps questionnaires, waves and what people answered.
//
// Invariants
//   - A stored questionnaire version never changes; a wave names the versions it uses.
//   - The plan of a wave (indicator system, scale, weights, populations, tie rule, level, seed) is frozen before the
//     first answer and carries a hash; nothing alters it afterwards.
//   - Answers come in only while a wave is in fieldwork, or in piloting as pilot answers, which are never scored.
//   - A response has no link to an invitation, a comment or a telephone number. Comments have ids and an order of their
//     own; telephone numbers are encrypted in a table of their own and belong to a comment, never to a response.
//   - Importing the same rows twice adds nothing; a row that came before with other answers is a conflict, reported and
//     never overwritten.
//
// Tables: questionnaire, wave, wave_event (append only), wave_tally, response, comment_pool, comment, comment_contact, answer_import.
//
// Events: survey.wave_advanced, survey.imported (events.go).
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction and
// check as well. Jobs and the command line act as auth.System.
package survey

// Permissions of the module. PermRead shows waves and counts; answers and comments leave the module only through MarkedTx and
// CommentsTx, which need it for the whole district, so that no street sees what a person answered.
const (
	PermRead   = "survey.read"
	PermManage = "survey.manage"
	PermImport = "survey.import"
)

// Permissions of the appraisal module named by edges of the wave's workflow; appraisal's test holds them equal.
const (
	permScore   = "appraisal.score"
	permPublish = "appraisal.publish"
	permResults = "appraisal.read"
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermManage, PermImport} }
