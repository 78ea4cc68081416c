package duty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// Question asks who is responsible for a matter.
type Question struct {
	Category  string
	Component string
	Area      string
	Source    string
	At        time.Time
}

// Rank is how specific a rule is, the weightiest condition first: category (leaf over group over class), facility (kind over
// class), area (the smaller the stronger), source, time (the more conditions the stronger). A rule wins over another if it is
// greater in the first place where they differ; the order in which rules stand never matters.
type Rank [5]int

func (r *Rule) rank() Rank {
	source, span := 0, 0
	if r.Source != "" {
		source = 1
	}
	for _, set := range []bool{r.Days != "", r.FromTime != "", r.FromDate != ""} {
		if set {
			span++
		}
	}
	return Rank{len(r.Category), len(r.Component), len(r.AreaCode), source, span}
}

// over compares ranks, the stronger first.
func over(a, b Rank) int {
	return slices.CompareFunc(b[:], a[:], func(x, y int) int { return cmp.Compare(x, y) })
}

// matches reports whether every condition of the rule holds.
func (r *Rule) matches(q Question, days *workcal.Calendar) bool {
	return strings.HasPrefix(q.Category, r.Category) && strings.HasPrefix(q.Component, r.Component) && strings.HasPrefix(q.Area, r.AreaCode) &&
		(r.Source == "" || r.Source == q.Source) && r.holdsAt(q.At, days)
}

func (r *Rule) holdsAt(at time.Time, days *workcal.Calendar) bool {
	if r.Days == "" && r.FromTime == "" && r.FromDate == "" {
		return true
	}
	local := at.In(clock.Nanjing)
	if r.Days != "" && (r.Days == "work") != days.IsWorkDay(local) {
		return false
	}
	if r.FromTime != "" && !between(local.Format("15:04"), r.FromTime, r.ToTime, false) {
		return false
	}
	return r.FromDate == "" || between(local.Format("01-02"), r.FromDate, r.ToDate, true)
}

// between reports whether x lies in a span that may run over its end; last says whether to belongs to it.
func between(x, from, to string, last bool) bool {
	below := x < to || last && x == to
	if from <= to {
		return x >= from && below
	}
	return x >= from || below
}

// table is a version ready to answer.
type table struct {
	version Version
	rules   []Rule // strongest first
	days    *workcal.Calendar
}

func newTable(v Version, rules []Rule) *table {
	t := &table{version: v, rules: slices.Clone(rules), days: workcal.Default()}
	slices.SortStableFunc(t.rules, func(a, b Rule) int { return cmp.Or(over(a.rank(), b.rank()), cmp.Compare(a.Code, b.Code)) })
	return t
}

// matching returns the rules whose conditions hold, strongest first.
func (t *table) matching(q Question) []*Rule {
	var out []*Rule
	for i := range t.rules {
		if t.rules[i].matches(q, t.days) {
			out = append(out, &t.rules[i])
		}
	}
	return out
}

// meet reports whether some moment fits the time conditions of both rules.
func meet(a, b *Rule) bool {
	if a.Days != "" && b.Days != "" && a.Days != b.Days {
		return false
	}
	return touch(a.FromTime, a.ToTime, b.FromTime, b.ToTime, false) && touch(a.FromDate, a.ToDate, b.FromDate, b.ToDate, true)
}

// touch reports whether two spans that may run over their end have a point in common; an empty span is all there is.
func touch(aFrom, aTo, bFrom, bTo string, last bool) bool {
	return aFrom == "" || bFrom == "" || between(aFrom, bFrom, bTo, last) || between(bFrom, aFrom, aTo, last)
}

// sameFor reports whether two rules could both hold for one matter.
func sameFor(a, b *Rule) bool {
	nested := func(x, y string) bool { return strings.HasPrefix(x, y) || strings.HasPrefix(y, x) }
	return nested(a.Category, b.Category) && nested(a.Component, b.Component) && nested(a.AreaCode, b.AreaCode) &&
		(a.Source == "" || b.Source == "" || a.Source == b.Source) && meet(a, b)
}
