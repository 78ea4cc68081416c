// Package opinion keeps what residents say, in a survey wave or elsewhere: masked, sorted into the 14 fields by a person
// with suggestions of a classifier, and grouped by what it is about. What becomes of a matter is the business of rectify.
//
// Invariants:
//   - No comment ends silently: it is open, confirmed (and then in at most one item), skipped with a reason, or praise.
//   - A classifier only suggests; fields are confirmed by a person.
//   - Texts are masked when they enter this module. A comment has no link to the person, answer or household it came from.
//   - What was said elsewhere stands in the list of a wave with its source; it is taken once and never enters shares of respondents.
//   - A decision carries the version it was taken on; who comes second gets the comment as it is now.
//   - A version of the classifier is stored with its metrics and never changes; which one is in use is a history of its own.
//   - The second coder of a sample sees neither the first code nor a suggestion, and is another person than the first.
//
// Tables: opinion_model, opinion_model_use, double_round, double_item, praise_thanks, comment_code, opinion_origin,
// opinion_import. Callers: rectify (AttachTx, DetachTx, counts), demo, app.
// Who may: see permissions below; always within the caller's areas.
package opinion

// Permissions of this module.
const (
	PermCode   = "opinion.code"   // read comments and decide on their fields
	PermModel  = "opinion.model"  // train and activate versions of the classifier, draw samples for double coding, settle differences
	PermImport = "opinion.import" // take over what was said in meetings, to the hotline, in letters and visits
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermCode, PermModel, PermImport} }
