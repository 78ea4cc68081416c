// Package spoof collects evidence that positions were not measured where they say. It gives a score with reasons; a person decides.
package spoof

// Permissions of this module.
const (
	PermReview = "spoof.review" // see the evidence and decide
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermReview} }
