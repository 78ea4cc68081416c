// Package words compares and sorts short Chinese texts without a dictionary of the language: by characters and pairs of
// neighbouring characters, and by lists of words that the caller brings. It is pure and deterministic.
package words
