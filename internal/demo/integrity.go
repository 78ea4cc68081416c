package demo

import (
	"context"
	"strings"
	"time"

	"yiwang/internal/integrity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/survey"
)

// What the check of answers has to find: an afternoon on which a community was made to answer, one device in a shop, a pattern
// that was handed round, hurried and inattentive people, and a few who say that they were coached. Chance has a source of its own,
// so that all other answers stay what they were.
const (
	organised = 36 // answers of the afternoon
	handed    = 8  // answers with the same pattern
	oneDevice = 9  // answers from one device
)

// disturb puts the irregular answers of a wave among the ordinary ones. The first wave has none but carelessness.
func (m *respondents) disturb() {
	r := m.l.rand("irregular " + m.r.code)
	var online []int
	for i := range m.rows {
		row := &m.rows[i]
		if row.Mode == survey.ModeWeb && row.Group == survey.Adult && r.Float64() < 0.012 {
			row.Answers.V.Choices["Q-ATT"] = 1 // ticked down to here without reading
		}
		if row.Channel == survey.Online && row.Group == survey.Adult {
			online = append(online, i)
		}
	}
	if m.r.drift == 0 || len(online) < 4*organised {
		return
	}
	first := &m.rows[online[r.IntN(len(online))]]
	street, community := first.Street, first.Community
	afternoon := midnight(m.l.hour(r, m.r)).Add(14*time.Hour + 20*time.Minute)
	k := 0
	for _, i := range online {
		row := &m.rows[i]
		if row.Street != street || k == organised {
			continue
		}
		row.Community, row.Marks, row.Seconds = community, strings.Repeat("1", len(row.Marks)), 70+r.IntN(60)
		row.SubmittedAt = clock.At(afternoon.Add(time.Duration(r.IntN(95*60)) * time.Second))
		if r.Float64() < 0.3 {
			row.Answers.V.Choices["Q-INT"] = 3
		}
		k++
	}
	last := &m.rows[online[len(online)-1]]
	device, place, day, marks := last.Device, last.Community, last.SubmittedAt, last.Marks
	pattern := strings.Repeat("12132", 4)[:len(marks)]
	k = 0
	for n := len(online) - 1; n >= 0 && k < handed+oneDevice; n-- {
		row := &m.rows[online[n]]
		if row.Street != last.Street || row.Community == community {
			continue
		}
		if k < handed {
			row.Community, row.Marks = place, pattern
			row.SubmittedAt = clock.At(day.Add(time.Duration(k*7) * time.Minute))
		} else {
			row.Device = device
		}
		k++
	}
}

// planCheck lets the evaluation lead check the answers of a wave and decide what is plain; the running wave keeps its queue.
func (l *loader) planCheck(r *round, at time.Time) {
	l.atWhole(at, func(ctx context.Context) error {
		lead := l.with(ctx, "lead", append(integrity.Permissions(), survey.PermRead)...)
		if _, err := l.Integrity.Check(lead, r.id, nil); err != nil {
			return err
		}
		if err := l.setFlagAside(lead, r, "attention", "注意力题答错，按施测方案判为无效"); err != nil {
			return err
		}
		if r.scored.IsZero() {
			return nil
		}
		found, err := l.Integrity.Findings(lead, r.id)
		for i := 0; err == nil && i < len(found); i++ {
			choice := integrity.Choice{Finding: found[i].ID, Verdict: integrity.Keep, Reason: "电话复核未见异常，保留"}
			if p := found[i].Pattern; p == integrity.PatternBurst || p == integrity.PatternCopies || p == integrity.PatternCeilingDay {
				choice.Verdict, choice.Reason = integrity.SetAside, "电话复核，多人承认在社区集中填写并有人示范"
			}
			_, err = l.Integrity.Decide(lead, r.id, choice)
		}
		return err
	})
}

// setFlagAside sets all open answers with a flag aside, if there are any.
func (l *loader) setFlagAside(ctx context.Context, r *round, flag, reason string) error {
	page, err := l.Integrity.Rows(ctx, r.id, integrity.RowFilter{Verdict: integrity.Open, Flag: flag}, "", 1)
	if err != nil || page.Total == 0 {
		return err
	}
	_, err = l.Integrity.Decide(ctx, r.id, integrity.Choice{Flag: flag, Expect: page.Total, Verdict: integrity.SetAside, Reason: reason})
	return err
}
