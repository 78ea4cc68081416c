// Package form defines what a questionnaire asks, decides which questions a respondent sees and whether the answers can stand.
//
// Invariants
//   - Pure: no database, no clock. The server, the phone and the paper layout read one definition; testdata/vectors.json holds
//     both evaluators, Go and TypeScript, to the same answers.
//   - A definition that passes Validate can be asked, stored and counted.
package form
