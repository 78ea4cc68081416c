package db

import "strings"

var likeMarks = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// EscapeLike makes what somebody typed harmless in a pattern of LIKE ... ESCAPE '\': its own % and _ stand for themselves.
func EscapeLike(s string) string { return likeMarks.Replace(s) }
