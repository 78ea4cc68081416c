package tally

import (
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// spansOf are the times the case was open, its way to the first close, and every clock of its stages.
func spansOf(l *cases.Life, calendar *workcal.Calendar, closed *clock.Time) []Span {
	spans := openSpans(l)
	var promised *clock.Time
	for i := range l.Clocks {
		k := &l.Clocks[i]
		if k.PartID != "" || k.Hop > 0 || fulfils[k.Kind] == nil {
			continue // what a higher tier overran is its own, and counted nowhere twice
		}
		s := Span{Kind: k.Kind, Round: k.Round, Unit: k.UnitID, From: k.StartedAt, Due: k.DueAt, To: k.StoppedAt}
		if k.StoppedAt != nil {
			s.Done = slices.ContainsFunc(l.History, func(h cases.History) bool {
				return h.At.Equal(k.StoppedAt.Time) && slices.Contains(fulfils[k.Kind], h.Action)
			})
			s.OnTime = s.Done && (s.Due == nil || !s.To.After(s.Due.Time))
		}
		spans = append(spans, s)
		if k.Kind == cases.StageHandle && k.Round == 1 && s.anchor() != nil {
			promised = s.Due
		}
	}
	if whole, ok := wholeSpan(l, calendar, promised, closed); ok {
		spans = append(spans, whole)
	}
	return spans
}

// wholeSpan is the way from filing to the first close, due when the handling and the verification after it are. A case
// that was merged, rejected or declared void owes no close.
func wholeSpan(l *cases.Life, calendar *workcal.Calendar, promised, closed *clock.Time) (Span, bool) {
	if l.FiledAt == nil || promised == nil || closed == nil && l.EndedAt != nil {
		return Span{}, false
	}
	due := clock.At(calendar.Due(promised.Time, checkLimit))
	s := Span{Kind: spanCase, Round: 1, Unit: l.LeadUnit, From: *l.FiledAt, Due: &due, To: closed, Done: closed != nil}
	s.OnTime = s.Done && !closed.After(due.Time)
	return s, true
}

// openSpans are the times between reported or taken up again and ended.
func openSpans(l *cases.Life) []Span {
	from := l.ReportedAt
	ended := map[cases.State]bool{cases.Rejected: true, cases.Archived: true, cases.SelfClosed: true, cases.ForceClosed: true, cases.Void: true, cases.Merged: true}
	var spans []Span
	open := true
	for i := range l.History {
		h := &l.History[i]
		switch {
		case open && ended[h.To] && h.From != h.To:
			spans = append(spans, Span{Kind: spanOpen, Round: len(spans) + 1, Unit: l.LeadUnit, From: from, To: &h.At, Done: true})
			open = false
		case !open && ended[h.From] && !ended[h.To]:
			from, open = h.At, true
		}
	}
	if open {
		spans = append(spans, Span{Kind: spanOpen, Round: len(spans) + 1, Unit: l.LeadUnit, From: from})
	}
	return spans
}

// anchor places what is owed in time: when it was done, or when it fell due, whichever came first. So it is counted once.
// What ended by something else, such as a recall, was not owed.
func (s *Span) anchor() *clock.Time {
	switch {
	case s.Due == nil || s.To != nil && !s.Done:
		return nil
	case s.Done && s.To.Before(s.Due.Time):
		return s.To
	}
	return s.Due
}
