package httpx

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"yiwang/internal/platform/errs"
)

// Page is a bounded list.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Pass as ?cursor= for the next page; absent at the end"`
	Total      int    `json:"total" doc:"How many match in all"`
}

// Whole is a list that comes in one page.
func Whole[T any](items []T) Page[T] {
	if items == nil {
		items = []T{}
	}
	return Page[T]{Items: items, Total: len(items)}
}

// PageIn is what every list takes. Embed it in an input.
type PageIn struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"500"`
}

// EncodeCursor packs the sort key of the last row.
func EncodeCursor(parts ...string) string {
	b, _ := json.Marshal(parts) // strings always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeCursor unpacks n parts; all empty for an empty cursor, Invalid for a forged one.
func DecodeCursor(cursor string, n int) ([]string, error) {
	if cursor == "" {
		return make([]string, n), nil
	}
	var parts []string
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, &parts)
	}
	if err != nil || len(parts) != n {
		return nil, errs.Invalid("request.bad_cursor", "The cursor is not one that this list gave out; start from the first page.",
			errs.Field{Location: "query.cursor", Message: "unreadable"})
	}
	return parts, nil
}

// Cut turns limit+1 fetched rows into a page; key names the last row that is kept.
func Cut[T any](rows []T, limit, total int, key func(*T) string) Page[T] {
	p := Page[T]{Items: rows, Total: total}
	if len(rows) > limit {
		p.Items = rows[:limit]
		p.NextCursor = key(&p.Items[limit-1])
	}
	if p.Items == nil {
		p.Items = []T{}
	}
	return p
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"code":"internal","status":500}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(b) // the caller may be gone
}

// Attachment returns the Content-Disposition of a download whose name may be Chinese (RFC 6266).
func Attachment(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const hexDigits = "0123456789ABCDEF"
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return `attachment; filename*=UTF-8''` + b.String()
}
