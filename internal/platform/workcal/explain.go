package workcal

import (
	"slices"
	"time"
)

// Kind names a step of an explanation; "workcal." + Kind is the key of its sentence.
type Kind string

// The steps of an explanation, in the order in which they can follow each other.
const (
	Started     Kind = "started"     // the clock starts at From
	Moved       Kind = "moved"       // From is no work time (Reason), counting begins at To
	Counted     Kind = "counted"     // Spent counts between From and To; Sum so far
	Makeup      Kind = "makeup"      // as Counted, on a day off that is worked
	Skipped     Kind = "skipped"     // the Days from From to To do not count (Reason)
	Paused      Kind = "paused"      // the clock stood still between From and To
	Held        Kind = "held"        // paused since From and not resumed; Spent is what is left
	Ended       Kind = "ended"       // the limit runs out at From
	Unconfirmed Kind = "unconfirmed" // the holidays of Years are not official
)

// Reasons that are not the name of a holiday.
const (
	reasonWeekend = "weekend"
	reasonClosed  = "closed" // outside the work periods of a work day
)

// Step is one line of "why is it due then". Sentence words it.
type Step struct {
	Kind   Kind          `json:"kind"`
	From   time.Time     `json:"from,omitzero"`
	To     time.Time     `json:"to,omitzero"`
	Spent  time.Duration `json:"spent_ns,omitempty"`
	Sum    time.Duration `json:"sum_ns,omitempty"`
	Days   int           `json:"days,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Limit  Limit         `json:"limit,omitzero"`
	Years  []int         `json:"years,omitempty"`
}

// Explanation tells how a due time came about. Due is zero while an open pause holds the clock.
type Explanation struct {
	Due   time.Time `json:"due,omitzero"`
	Steps []Step    `json:"steps"`
}

// Sentences words every step in the language ("zh" or "en").
func (e Explanation) Sentences(lang string) []string {
	out := make([]string, len(e.Steps))
	for i, s := range e.Steps {
		out[i] = s.Sentence(lang)
	}
	return out
}

// Explain tells step by step why a limit runs out when Due says so. The Spent of its Counted and Makeup steps add up
// to Length(limit).
func (c *Calendar) Explain(start time.Time, limit Limit, pauses ...Interval) Explanation {
	due := c.Due(start, limit, pauses...)
	w := &walk{c: c, unit: limit.Unit}
	w.add(Step{Kind: Started, From: start.In(c.zone), Limit: limit})
	from, last := start, start
	if w.byDay() && !c.IsWorkTime(start) {
		from = c.advance(start, 0, WorkDay)
		w.add(Step{Kind: Moved, From: start.In(c.zone), To: from, Reason: c.reason(start)})
	}
	for _, p := range pausesAfter(start, pauses) {
		if !due.IsZero() && !p.From.Before(due) {
			break
		}
		w.count(from, p.From)
		last = p.From
		if p.To.IsZero() {
			w.add(Step{Kind: Held, From: p.From.In(c.zone), Spent: c.Length(limit) - w.sum})
			break
		}
		w.add(Step{Kind: Paused, From: p.From.In(c.zone), To: p.To.In(c.zone)})
		// A pause that ends before counting began must not bring the start forward.
		if from.Before(p.To) {
			from = p.To
		}
	}
	if !due.IsZero() {
		w.count(from, due)
		w.add(Step{Kind: Ended, From: due})
		last = due
	}
	if years := c.Provisional(start, last); w.byDay() && len(years) > 0 {
		w.add(Step{Kind: Unconfirmed, Years: years})
	}
	return Explanation{Due: due, Steps: w.steps}
}

func (c *Calendar) reason(t time.Time) string {
	d, _ := c.split(t)
	if c.worked(d) {
		return reasonClosed
	}
	return c.dayOff(d)
}

func (c *Calendar) dayOff(d day) string {
	if s, found := c.days[d]; found {
		return s.name
	}
	return reasonWeekend
}

// walk collects the steps of an explanation, joining neighbouring days of one kind.
type walk struct {
	c     *Calendar
	unit  Unit
	sum   time.Duration
	steps []Step
}

func (w *walk) add(s Step) { w.steps = append(w.steps, s) }

// byDay reports whether work days and work periods matter for the unit.
func (w *walk) byDay() bool { return !w.unit.AroundTheClock() }

func (w *walk) count(from, to time.Time) {
	if !to.After(from) {
		return
	}
	if !w.byDay() {
		w.spend(Step{Kind: Counted, From: from.In(w.c.zone), To: to.In(w.c.zone), Spent: to.Sub(from)})
		return
	}
	fresh := true // days are joined within one span between pauses only
	first, _ := w.c.split(from)
	last, _ := w.c.split(to)
	for d := first; d <= last; d++ {
		begin, end := w.c.at(d, 0), w.c.at(d+1, 0)
		if begin.Before(from) {
			begin = from.In(w.c.zone)
		}
		if end.After(to) {
			end = to.In(w.c.zone)
		}
		if !w.c.worked(d) {
			w.join(Step{Kind: Skipped, From: w.c.at(d, 0), To: w.c.at(d, 0), Days: 1, Reason: w.c.dayOff(d)}, fresh)
		} else if spent := w.c.counted(begin, end, w.unit); spent > 0 {
			kind := Counted
			if w.c.days[d].work && !w.c.hours.continuous {
				kind = Makeup
			}
			w.join(Step{Kind: kind, From: begin, To: end, Spent: spent, Days: 1}, fresh)
		} else {
			continue
		}
		fresh = false
	}
}

// join extends the last step by s where both tell the same of whole neighbouring days.
func (w *walk) join(s Step, fresh bool) {
	last := &w.steps[len(w.steps)-1]
	whole := s.Kind == Skipped || s.Spent == w.c.hours.perDay && last.Spent == time.Duration(last.Days)*w.c.hours.perDay
	if fresh || last.Kind != s.Kind || last.Reason != s.Reason || !whole {
		w.spend(s)
		return
	}
	w.sum += s.Spent
	last.To, last.Days, last.Spent, last.Sum = s.To, last.Days+1, last.Spent+s.Spent, w.sum
}

func (w *walk) spend(s Step) {
	w.sum += s.Spent
	if s.Spent > 0 {
		s.Sum = w.sum
	}
	w.steps = append(w.steps, s)
}

// Kinds lists every kind of step, for tests of the catalogue.
func Kinds() []Kind {
	return slices.Clone([]Kind{Started, Moved, Counted, Makeup, Skipped, Paused, Held, Ended, Unconfirmed})
}
