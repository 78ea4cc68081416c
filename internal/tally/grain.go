package tally

import (
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// Fact is the grain of a case.
type Fact struct {
	Case     *cases.Case
	Unit     string
	Handled  *clock.Time // first
	Closed   *clock.Time // first, settled on the spot included
	Minutes  *int64      // of work from filing to the first handling, pauses left out
	Repeated bool
	Excluded string
}

// Step is the grain of a transition.
type Step struct {
	At       clock.Time
	Action   string
	From, To cases.State
	Unit     string
	Dwell    int64 // milliseconds in the state before
	Good     bool  // a dispatch that was not given back
	Mark     string
	Solved   string
}

// Span is the grain of a time in which a case was open or a clock of it ran.
type Span struct {
	Kind   string // a stage, "open" for the case itself, "case" for its way to the first close
	Round  int
	Unit   string
	From   clock.Time
	Due    *clock.Time
	To     *clock.Time
	Done   bool
	OnTime bool
}

// Kinds of spans beside the stages of clocks.
const (
	spanOpen = "open"
	spanCase = "case"
)

// repeatDays is how soon after an end the same matter counts as come back.
const repeatDays = 30

// checkLimit is what is added to the limit of the handling for the verification (event-categories.yaml, default_limits).
var checkLimit = workcal.Limit{N: 2, Unit: workcal.WorkDay}

// fulfils are the actions by which the clock of a stage was done; another end makes it count for nothing.
var fulfils = map[string][]string{
	cases.StageAccept:     {"accept", "inspect", "reject", "file", "self_handle"},
	cases.StageInspect:    {"confirm", "refute", "accept", "reject"},
	cases.StageFile:       {"file", "reject", "self_handle"},
	cases.StageDispatch:   {"dispatch"},
	cases.StageSign:       {"sign", "handle"},
	cases.StageAdjudicate: {"adjudicate"},
	cases.StageHandle:     {"handle"},
	cases.StageCheck:      {"verify", "rework"},
	cases.StageClose:      {"close", "rework"},
	cases.StageRevisit:    {"revisit", "answer", "complain", "archive"},
}

// derive makes the grains of a life. It depends on nothing else, so it gives the same whenever it is asked.
func derive(l *cases.Life, calendar *workcal.Calendar, excluded string) (Fact, []Step, []Span) {
	f := Fact{Case: &l.Case, Unit: l.LeadUnit, Excluded: excluded}
	steps := stepsOf(l)
	for i := range steps {
		s := &steps[i]
		if f.Handled == nil && (s.Action == "handle" || s.Action == "self_handle") {
			f.Handled = &s.At
		}
		if f.Closed == nil && (s.Action == "close" || s.Action == "self_handle" || s.Action == "force_close") {
			f.Closed = &s.At
		}
	}
	f.Repeated = l.Recurs != nil && l.ReportedAt.Sub(l.Recurs.Time) <= repeatDays*24*time.Hour
	if f.Handled != nil && l.FiledAt != nil {
		m := int64(calendar.Elapsed(l.FiledAt.Time, f.Handled.Time, workcal.WorkHour, pausesOf(l)...) / time.Minute)
		f.Minutes = &m
	}
	return f, steps, spansOf(l, calendar)
}

// stepsOf are the entries of the history that changed the state or are counted, and what was said about the ending.
func stepsOf(l *cases.Life) []Step {
	var steps []Step
	since := l.ReportedAt
	for i := range l.History {
		h := &l.History[i]
		moved := h.From != h.To || h.Action == "report"
		if !moved {
			continue
		}
		unit := h.ForUnit
		if unit == "" {
			unit = l.LeadUnit
		}
		steps = append(steps, Step{At: h.At, Action: h.Action, From: h.From, To: h.To, Unit: unit, Dwell: max(0, h.At.Sub(since.Time).Milliseconds()),
			Good: givenTo(h) && !givenBack(l.History[i+1:])})
		since = h.At
	}
	for i := range l.Revisits {
		r := &l.Revisits[i]
		if r.Satisfaction != "" {
			steps = append(steps, Step{At: r.At, Action: "said", From: l.State, To: l.State, Unit: l.LeadUnit, Mark: r.Satisfaction, Solved: r.Solved})
		}
	}
	return steps
}

func givenTo(h *cases.History) bool { return h.Action == "dispatch" || h.Action == "adjudicate" }

// givenBack reports whether the next thing of weight after a dispatch was that it came back.
func givenBack(after []cases.History) bool {
	for i := range after {
		switch after[i].Action {
		case "return", "recall":
			return true
		case "dispatch", "adjudicate", "handle":
			return false
		}
	}
	return false
}

// pausesOf are the times at which the clocks of the lead unit stood still.
func pausesOf(l *cases.Life) []workcal.Interval {
	var pauses []workcal.Interval
	for i := range l.Clocks {
		k := &l.Clocks[i]
		if k.Kind != cases.StageHandle || k.PartID != "" {
			continue
		}
		for _, p := range k.Pauses.V {
			if p.To != nil {
				pauses = append(pauses, workcal.Interval{From: p.From.Time, To: p.To.Time})
			}
		}
	}
	return pauses
}
