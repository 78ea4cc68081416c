package cases

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// condition collects the parts of a WHERE with their arguments.
type condition struct {
	parts []string
	args  []any
}

// with adds a part whose marks $? stand for the value.
func (w *condition) with(part string, value any) {
	w.args = append(w.args, value)
	w.parts = append(w.parts, strings.ReplaceAll(part, "$?", fmt.Sprintf("$%d", len(w.args))))
}

func (w *condition) flag(set bool, part string) {
	if set {
		w.parts = append(w.parts, part)
	}
}

func (w *condition) equal(column, value string) {
	if value != "" {
		w.with(column+" = $?", value)
	}
}

// where is the condition of a filter for what the caller sees.
func (s *Service) where(ctx context.Context, tx *db.Tx, f Filter) (string, []any) {
	w := &condition{}
	w.parts = append(w.parts, visible(ctx, &w.args))
	for _, list := range []struct {
		column string
		values []string
	}{{"id", f.IDs}, {"state", texts(f.States)}, {"channel", texts(f.Channels)}} {
		if len(list.values) > 0 {
			w.parts = append(w.parts, in(list.column, list.values, &w.args))
		}
	}
	if f.Area != "" {
		w.parts = append(w.parts, auth.Within("area_code", []string{f.Area}, &w.args))
	}
	if f.Unit != "" {
		w.with("(lead_unit = $? AND lead_unit <> '' OR first_unit = $? AND first_unit <> '' AND first_unit <> lead_unit AND lead_unit = '')", f.Unit)
	}
	w.equal("holder", f.Holder)
	w.equal("level", string(f.Level))
	if f.Category != "" {
		w.with("category >= $?", f.Category)
		w.with("category < $?", f.Category+"~")
	}
	if f.Theme != "" {
		w.theme(s.Themes, f.Theme)
	}
	if f.Since != nil {
		w.with("reported_at >= $?", *f.Since)
	}
	if f.Until != nil {
		w.with("reported_at < $?", *f.Until)
	}
	w.flags(f)
	w.flag(s.onlyOpen(f), "ended_at IS NULL")
	w.flag(f.ended, "ended_at IS NOT NULL")
	w.lamp(tx, f)
	if f.Query != "" {
		w.search(f.Query)
	}
	if p := auth.From(ctx); f.Watched && p != nil {
		w.with("id IN (SELECT case_id FROM case_watch WHERE user_id = $?)", p.UserID)
	}
	if p := auth.From(ctx); f.Mine && p != nil {
		w.with("id IN (SELECT case_id FROM case_reporter WHERE user_id = $? AND user_id <> '')", p.UserID)
	}
	if f.Todo {
		w.parts = append(w.parts, todo(ctx, tx, &w.args))
	}
	return strings.Join(w.parts, " AND "), w.args
}

// onlyOpen reports a filter that no ended case passes.
func (s *Service) onlyOpen(f Filter) bool {
	return f.Open || f.Overdue || f.Todo || f.Lamp != "" || len(f.States) > 0 && !slices.ContainsFunc(f.States, func(state State) bool {
		st, known := s.current.State(string(state))
		return !known || st.End
	})
}

// table is what a filter reads: the cases, or only the open ones by their index. SQLite without statistics takes the
// index of areas for both and fetches every ended case on its way; the LIMIT keeps it from looking inside. PostgreSQL
// knows that few are open, and would only sort them all for it.
func (s *Service) table(f Filter, limit int) string {
	if !s.onlyOpen(f) || s.DB.Dialect() == db.Postgres {
		return "case_file"
	}
	return fmt.Sprintf("(SELECT * FROM case_file WHERE ended_at IS NULL ORDER BY %s, id LIMIT %d) case_file", dueKey, limit)
}

// unlimited is the limit of a table that has none.
const unlimited = 1 << 40

// theme narrows to what belongs to a theme: a case of one of its categories or channels.
func (w *condition) theme(known func(string) (categories, channels []string), code string) {
	either := []string{"1 = 0"}
	if known != nil {
		categories, channels := known(code)
		for _, c := range categories {
			w.args = append(w.args, c, c+"~")
			either = append(either, fmt.Sprintf("category >= $%d AND category < $%d", len(w.args)-1, len(w.args)))
		}
		if len(channels) > 0 {
			either = append(either, in("channel", channels, &w.args))
		}
	}
	w.parts = append(w.parts, "("+strings.Join(either, " OR ")+")")
}

func (w *condition) flags(f Filter) {
	w.flag(f.Urgent, "urgent")
	w.flag(f.Supervised, "supervised")
	w.flag(f.Joint, "joint")
	w.flag(f.Returned, "returns > 0")
	w.flag(f.Again, "(reworks > 0 OR reopens > 0 OR recurs_of <> '')")
	w.flag(f.Drawn, "audit = 'due'")
}

// lamp narrows to what a lamp shows at the time of the transaction.
func (w *condition) lamp(tx *db.Tx, f Filter) {
	now := tx.Time()
	if f.Overdue || f.Lamp == "overdue" {
		w.with(dueKey+" < $?", now)
	}
	switch f.Lamp {
	case "today":
		w.with(dueKey+" < $?", endOfDay(tx.Now()))
	case "warned":
		w.with("warn_at <= $? AND "+dueKey+" >= $?", now)
	case "paused":
		w.parts = append(w.parts, "paused")
	}
}

// endOfDay is the next midnight where people live.
func endOfDay(now time.Time) clock.Time {
	t := now.In(clock.Nanjing)
	return clock.At(time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, clock.Nanjing))
}

// search looks for words in what people would remember of a case; several words must all be found. A number and the
// beginning of one are found by their index.
func (w *condition) search(query string) {
	for _, word := range strings.Fields(query) {
		if wholeNumber.MatchString(word) {
			w.equal("number", word)
			continue
		}
		if beginsNumber(word) {
			w.with(fmt.Sprintf("number IN (SELECT number FROM case_file WHERE number >= $? AND number < $? || '~' ORDER BY number LIMIT %d)", Counted), word)
			continue
		}
		w.with(`(title LIKE $? ESCAPE '\' OR address LIKE $? ESCAPE '\' OR number LIKE $? ESCAPE '\' OR body LIKE $? ESCAPE '\' OR lead_name LIKE $? ESCAPE '\')`, likely(word))
	}
}

// wholeNumber is a number as nextNumber makes them.
var wholeNumber = regexp.MustCompile(`^[0-9]{8}-[0-9]{3}-[0-9]{4,}$`)

// beginsNumber reports a word that is taken for the beginning of a number.
func beginsNumber(word string) bool {
	return len(word) >= 8 && strings.Trim(word, "0123456789-") == ""
}

// likely is the pattern of texts that contain the word.
func likely(word string) string {
	return "%" + db.EscapeLike(word) + "%"
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func in(column string, values []string, args *[]any) string {
	marks := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}
