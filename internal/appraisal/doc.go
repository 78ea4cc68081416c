// Package appraisal turns the answers of a wave into scores, rank sets and published results.
//
// Invariants
//   - A stored version of an indicator system never changes; a wave's plan names version and hash.
//   - The official score uses the probability sample only. The online channel is estimated with the same code, reported
//     beside it with its measured bias, and never mixed in.
//   - No number without n, effective n, standard error, degrees of freedom and interval; method.go writes how it was computed.
//   - Weights follow from the plan alone (weigh.go), variances from the moments (stats.MomentStore) that are kept with the run. Answers
//     that a person set aside do not count, and a result that is older than such a decision is neither reviewed nor published.
//   - A score run is immutable. Computing again from the same answers and plan gives the same bytes, and Score refuses to
//     store a second run whose inputs are those of the last one.
//   - Before publication only holders of PermScore or PermPublish see results; streets see counts. Community results are for
//     improvement: never ranked, never public, hidden below the wave's smallest cell.
//
// Tables: indicator_system, score_run and score_moments (append only), appraisal_special, appraisal_cost.
//
// Events: appraisal.scored, appraisal.published (events.go).
//
// Formula (data/appraisal/indicators.yaml, meta.formula): indicator = mean score of the valid answers; questionnaire =
// Σ weight × indicator ÷ Σ weight of the indicators asked; positive = Σ respondent weight × questionnaire ÷ Σ respondent
// weight of the groups asked; total = 0.7 positive + 0.2 reverse + 0.1 special once all three exist.
package appraisal

import "yiwang/internal/survey"

// Permissions of the module.
const (
	PermRead    = "appraisal.read"    // published results, own communities
	PermScore   = "appraisal.score"   // compute and see runs before publication
	PermPublish = "appraisal.publish" // review, return and publish
)

// Groups in table order; "" stands for all groups together.
var groups = append([]survey.Group{""}, survey.Groups...)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermScore, PermPublish} }
