// Package prose checks free text from outside before a module keeps it.
package prose

import (
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/errs"
)

// Piece is one piece of free text of a request: where it came from, the value that Check trims, its longest length in
// characters, and whether it may be empty.
type Piece struct {
	Name     string
	Value    *string
	Limit    int
	Required bool
}

// Needed is a piece that must not be empty.
func Needed(name string, value *string, limit int) Piece { return Piece{name, value, limit, true} }

// Optional is a piece that may be empty.
func Optional(name string, value *string, limit int) Piece { return Piece{name, value, limit, false} }

// Check trims the pieces, mends broken UTF-8, and returns Invalid with this code that names every piece which is
// missing, too long, or holds control characters other than line breaks and tabs.
func Check(code string, pieces ...Piece) error {
	var fields []errs.Field
	for _, p := range pieces {
		*p.Value = strings.TrimSpace(strings.ToValidUTF8(*p.Value, "\uFFFD"))
		switch n := utf8.RuneCountInString(*p.Value); {
		case p.Required && n == 0:
			fields = append(fields, errs.Field{Location: "body." + p.Name, Message: "required"})
		case n > p.Limit:
			fields = append(fields, errs.Field{Location: "body." + p.Name, Message: "too long", Value: n})
		case strings.IndexFunc(*p.Value, control) >= 0:
			fields = append(fields, errs.Field{Location: "body." + p.Name, Message: "holds control characters"})
		}
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid(code, "Correct the marked texts.", fields...)
}

func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

// Clip cuts a text to so many characters; what was cut shows as an ellipsis at its end.
func Clip(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
