package tally

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Filter narrows what is counted; empty fields do not.
type Filter struct {
	Area     string     `json:"area,omitempty"`
	Own      bool       `json:"own,omitempty"` // only what lies with the area itself, not with those in it
	Unit     string     `json:"unit,omitempty"`
	Category string     `json:"category,omitempty"`
	Channel  string     `json:"channel,omitempty"`
	Since    clock.Time `json:"since"` // first instant
	Until    clock.Time `json:"until"` // first instant after
}

// None is the value of a filter for rows without one, such as cases nobody leads yet.
const None = "-"

// count is one query under way.
type count struct {
	Count
	f    Filter
	now  clock.Time
	args []any
}

func (q *count) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// where is the condition of the rows that are counted.
func (q *count) where(ctx context.Context) string {
	parts := []string{visible(ctx, q)}
	if q.f.Area != "" {
		if q.f.Own {
			parts = append(parts, "area_code = "+q.arg(q.f.Area))
		} else {
			parts = append(parts, auth.Within("area_code", []string{q.f.Area}, &q.args))
		}
	}
	for _, x := range []struct{ column, value string }{{"unit_id", q.f.Unit}, {"channel", q.f.Channel}} {
		switch x.value {
		case "":
		case None:
			parts = append(parts, x.column+" = ''")
		default:
			parts = append(parts, x.column+" = "+q.arg(x.value))
		}
	}
	switch q.f.Category {
	case "":
	case None:
		parts = append(parts, "category = ''")
	default:
		parts = append(parts, "category >= "+q.arg(q.f.Category), "category < "+q.arg(q.f.Category+"~"))
	}
	if at := q.at(); at != "" {
		parts = append(parts, at+" >= "+q.arg(q.f.Since), at+" < "+q.arg(q.f.Until))
	}
	then := q.f.Until
	if q.now.Before(then.Time) {
		then = q.now
	}
	for _, name := range q.Where {
		text := conditions[name]
		for _, x := range []struct {
			mark  string
			value clock.Time
		}{{"{now}", q.now}, {"{then}", then}} {
			for strings.Contains(text, x.mark) {
				text = strings.Replace(text, x.mark, q.arg(x.value), 1)
			}
		}
		parts = append(parts, "("+text+")")
	}
	return strings.Join(parts, " AND ")
}

// number is what is counted: rows, minutes, or for a stock of stages cases, since a case may be late with several.
func (q *count) number() string {
	switch {
	case q.Sum != "":
		return "CAST(COALESCE(SUM(" + q.Sum + "), 0) AS BIGINT)"
	case q.stock():
		return "COUNT(DISTINCT case_id)"
	}
	return "COUNT(*)"
}

// By is how a table is divided.
type By string

// The divisions.
const (
	ByNothing  By = ""
	ByArea     By = "area"
	ByUnit     By = "unit"
	ByCategory By = "category"
	ByChannel  By = "channel"
	ByDay      By = "day"
	ByWeek     By = "week"
	ByMonth    By = "month"
)

// key is the SQL of what a row belongs to. Days are those of the calendar's zone, counted from 1970-01-01.
func (q *count) key(by By) string {
	switch by {
	case ByArea:
		return fmt.Sprintf("SUBSTR(area_code, 1, %d)", below(len(q.f.Area)))
	case ByUnit:
		return "unit_id"
	case ByCategory:
		return fmt.Sprintf("SUBSTR(category, 1, %d)", min(len(q.f.Category), 4)+2)
	case ByChannel:
		return "channel"
	case ByDay, ByWeek, ByMonth:
		return "CAST((" + q.at() + " + 28800000) / 86400000 AS TEXT)"
	}
	return "''"
}

// below is the length of the codes one tier down.
func below(n int) int {
	switch {
	case n < 6:
		return 6
	case n < 9:
		return 9
	case n < 12:
		return 12
	}
	return 20
}

type counted struct {
	Key string `db:"key"`
	N   int64  `db:"n"`
}

// run counts by key.
func (q *count) run(ctx context.Context, tx *db.Tx, by By) (map[string]int64, error) {
	where := q.where(ctx)
	key := q.key(by)
	rows, err := db.All[counted](ctx, tx, "SELECT "+key+" AS key, "+q.number()+" AS n FROM tally_"+q.Of+" WHERE "+where+" GROUP BY 1", q.args...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[bucket(by, r.Key)] += r.N
	}
	return out, nil
}

// bucket turns a day into the week or month it lies in; a week is named by its Monday.
func bucket(by By, key string) string {
	if by != ByDay && by != ByWeek && by != ByMonth {
		return key
	}
	n, err := strconv.Atoi(key)
	if err != nil {
		return key
	}
	if by == ByWeek {
		n -= (n + 3) % 7 // 1970-01-01 was a Thursday
	}
	day := time.Unix(int64(n)*86400, 0).UTC()
	if by == ByMonth {
		return day.Format("2006-01")
	}
	return day.Format(time.DateOnly)
}

// visible is the SQL condition for the rows the caller may count: areas for those who watch over them, their unit for
// departments. Sensitive cases are counted; lists do not name them.
func visible(ctx context.Context, q *count) string {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return "FALSE"
	}
	if p.System {
		return "TRUE"
	}
	if ownOnly(p) {
		return "unit_id = " + q.arg(p.UnitID)
	}
	return auth.Within("area_code", p.Areas, &q.args)
}

// ownOnly reports a caller who works off what lies with its unit and watches over no area.
func ownOnly(p *auth.Principal) bool {
	return p.UnitID != "" && p.Has("cases.handle") && !p.Has("cases.accept") && !p.Has("cases.dispatch") && !p.Has("cases.supervise")
}

// maxDays is how long a period may be.
const maxDays = 800

func (f *Filter) check() error {
	if f.Since.IsZero() || f.Until.IsZero() || !f.Since.Before(f.Until.Time) || f.Until.Sub(f.Since.Time) > maxDays*24*time.Hour {
		return errs.Invalid("tally.bad_period", "Give a period of at most 800 days: since, and until after it.", errs.Field{Location: "query.since", Message: "period"})
	}
	return nil
}
