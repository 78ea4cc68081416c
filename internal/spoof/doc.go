// Package spoof collects evidence that positions were not measured where they say. It gives a score with reasons; a person
// decides.
//
// Invariants:
//   - Nothing follows from a score: no point is dropped, no session ended, nobody told off. A person decides, with a reason.
//   - The officer sees every finding about the own positions and may comment before and after it is decided.
//   - The score is a pure function of the points of a session and the shapes of earlier ones (score.go); its error rates on
//     made-up tracks are published in docs/spoof.md and held by a test.
//   - Whoever finds something reads tracks as the program; a person who wants to see the track looks at it in patrol, with a
//     reason.
//
// Tables: spoof_finding, spoof_shape; both are emptied with the tracks they are about, decided findings after a year.
package spoof

// Permissions of this module.
const (
	PermReview = "spoof.review" // see the evidence and decide
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermReview} }

// TopicDecided says that a person decided; the payload is Finding.
const TopicDecided = "spoof.decided"
