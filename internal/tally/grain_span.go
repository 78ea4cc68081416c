package tally

import (
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// spansOf are the times the case was open, its way to the first close, and every clock of its stages.
func spansOf(l *cases.Life, calendar *workcal.Calendar) []Span {
	spans := openSpans(l)
	var promised *clock.Time
	first := func(s *Span) {
		if s.Kind == cases.StageHandle && s.Round == 1 && s.anchor() != nil {
			promised = s.Due
		}
	}
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
		first(&s)
	}
	if s, ok := unsignedSpan(l); ok {
		spans = append(spans, s)
		first(&s)
	}
	if whole, ok := wholeSpan(l, calendar, promised); ok {
		spans = append(spans, whole)
	}
	return spans
}

// unsignedSpan is the first handling of a unit that never signed, so that no clock of the handling ran: it is measured from
// the dispatch against what was promised. Leaving the signature out takes nothing out of a rate.
func unsignedSpan(l *cases.Life) (Span, bool) {
	s := Span{Kind: cases.StageHandle, Round: 1, Due: l.PromisedAt, Done: true}
	for i := range l.History {
		h := &l.History[i]
		switch {
		case givenTo(h):
			s.From = h.At
		case h.Action == "handle":
			if h.From != cases.Dispatched || s.Due == nil {
				return Span{}, false
			}
			s.Unit, s.To, s.OnTime = h.ForUnit, &h.At, !h.At.After(s.Due.Time)
			return s, true
		}
	}
	return Span{}, false
}

// wholeSpan is the way from filing to the first close, due when the handling and the verification after it are. A case
// that was merged, rejected, declared void or closed by force owes no close, unless it was overdue by then.
func wholeSpan(l *cases.Life, calendar *workcal.Calendar, promised *clock.Time) (Span, bool) {
	if l.FiledAt == nil || promised == nil {
		return Span{}, false
	}
	due := clock.At(calendar.Due(promised.Time, checkLimit))
	s := Span{Kind: spanCase, Round: 1, Unit: l.LeadUnit, From: *l.FiledAt, Due: &due, To: l.EndedAt}
	for i := range l.History {
		if h := &l.History[i]; h.Action == "close" || h.Action == "self_handle" {
			s.To, s.Done, s.OnTime = &h.At, true, !h.At.After(due.Time)
			break
		}
	}
	return s, s.anchor() != nil
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
// What ended by something else, such as a recall or a merge, was owed only if it had run out before: nobody takes an overdue
// case out of a rate by ending it in another way.
func (s *Span) anchor() *clock.Time {
	switch {
	case s.Due == nil || s.To != nil && !s.Done && !s.Due.Before(s.To.Time):
		return nil
	case s.Done && s.To.Before(s.Due.Time):
		return s.To
	}
	return s.Due
}
