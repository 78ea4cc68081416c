package rectify

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Loop is the state of the closed loop of a wave, as far as the caller sees it. Every number is the length of a list:
// comments by state, items by state.
type Loop struct {
	WaveID         string         `json:"wave_id"`
	Voices         int            `json:"voices" doc:"Comments of the wave"`
	Open           int            `json:"open"`
	Confirmed      int            `json:"confirmed"`
	Skipped        int            `json:"skipped"`
	Praise         int            `json:"praise"`
	Merged         int            `json:"merged" doc:"Confirmed comments that are in an item"`
	Items          int            `json:"items" doc:"Without withdrawn ones"`
	Issued         int            `json:"issued" doc:"Items ever issued"`
	ByState        map[State]int  `json:"by_state"`
	Overdue        int            `json:"overdue"`
	Supervised     int            `json:"supervised"`
	Reworked       int            `json:"reworked" doc:"Items sent back at least once"`
	Recurring      int            `json:"recurring" doc:"Items about a matter closed in an earlier wave"`
	VoicesTold     int            `json:"voices_told" doc:"Comments whose item has been replied to"`
	ClosedRate     *float64       `json:"closed_rate" doc:"Items told or published ÷ items ever issued, in percent; absent without items"`
	OnTimeRate     *float64       `json:"on_time_rate" doc:"Items done in time ÷ items due so far, open overdue ones included, in percent"`
	DaysToAnswer   *float64       `json:"days_to_answer" doc:"Median days from issue to the unit's answer"`
	DaysToReply    *float64       `json:"days_to_reply" doc:"Median days from the comment to the reply"`
	Streets        int            `json:"streets" doc:"Streets with issued items"`
	Units          int            `json:"units" doc:"Lead units of issued items"`
	ByCommentState map[string]int `json:"by_comment_state"`
	AwaitingIssue  int            `json:"awaiting_issue" doc:"Items merged but not issued"`
}

type timing struct {
	State      State       `db:"state"`
	Voices     int         `db:"voices"`
	Street     string      `db:"street"`
	LeadUnit   string      `db:"lead_unit"`
	Supervised bool        `db:"supervised"`
	Reworks    int         `db:"reworks"`
	RecursOf   string      `db:"recurs_of"`
	IssuedAt   *clock.Time `db:"issued_at"`
	DueAt      *clock.Time `db:"due_at"`
	AnsweredAt *clock.Time `db:"answered_at"`
	DoneAt     *clock.Time `db:"done_at"`
}

// Loop counts the closed loop of one wave. Needs rectify.read; a street sees its own numbers.
func (s *Service) Loop(ctx context.Context, waveID string) (l *Loop, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if waveID == "" {
		return nil, errs.Invalid("rectify.no_wave", "Name the wave.", errs.Field{Location: "query.wave", Message: "required"})
	}
	l = &Loop{WaveID: waveID, ByState: map[State]int{}, ByCommentState: map[string]int{}}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := l.countComments(ctx, tx, s.opinions); err != nil {
			return err
		}
		if err := l.countItems(ctx, tx); err != nil {
			return err
		}
		return l.replyDays(ctx, tx, s.opinions)
	})
	return l, err
}

func (l *Loop) countComments(ctx context.Context, tx *db.Tx, opinions *opinion.Service) error {
	counts, err := opinions.CountTx(ctx, tx, l.WaveID, whole(ctx))
	for _, c := range counts {
		l.Voices += c.N
		l.Merged += c.Merged
		l.ByCommentState[string(c.State)] = c.N
		switch c.State {
		case opinion.CommentOpen:
			l.Open = c.N
		case opinion.CommentConfirmed:
			l.Confirmed = c.N
		case opinion.CommentSkipped:
			l.Skipped = c.N
		case opinion.CommentPraise:
			l.Praise = c.N
		}
	}
	return err
}

// whole lists the areas in which the caller sees every item, and so may count comments; nil means everywhere.
func whole(ctx context.Context) []string {
	p := auth.From(ctx)
	switch {
	case p == nil:
		return []string{}
	case p.System:
		return nil
	}
	return append([]string{}, areas(p)...)
}

func (l *Loop) countItems(ctx context.Context, tx *db.Tx) error {
	where, args := Filter{WaveID: l.WaveID}.where(ctx, tx)
	now := tx.Now()
	var answer []float64
	closed, due, onTime := 0, 0, 0
	streets, units := map[string]bool{}, map[string]bool{}
	err := db.Each(ctx, tx, `SELECT state, voices, street, lead_unit, supervised, reworks, recurs_of, issued_at, due_at, answered_at, done_at
		FROM item WHERE `+where, args, func(t *timing) error {
		l.ByState[t.State]++
		if t.State == Withdrawn {
			return nil
		}
		l.Items++
		l.Supervised += one(t.Supervised)
		l.Reworked += one(t.Reworks > 0)
		l.Recurring += one(t.RecursOf != "")
		if t.IssuedAt == nil {
			l.AwaitingIssue++
			return nil
		}
		l.Issued++
		streets[t.Street], units[t.LeadUnit] = true, true
		if t.AnsweredAt != nil {
			answer = append(answer, days(t.AnsweredAt.Sub(t.IssuedAt.Time)))
		}
		late := t.DoneAt != nil && t.DoneAt.After(t.DueAt.Time)
		overdue := t.State.open() && now.After(t.DueAt.Time) || t.State == Done && late
		l.Overdue += one(overdue)
		still := t.State == Returned || t.State == Adjudicating || t.State == Suspended // no clock of a unit runs
		finished := t.DoneAt != nil && !t.State.open() && !still
		if finished || t.State.open() && now.After(t.DueAt.Time) {
			due++
			onTime += one(finished && !late)
		}
		if t.State == Told || t.State == Published {
			closed++
			l.VoicesTold += t.Voices
		}
		return nil
	})
	l.Streets, l.Units = len(streets), len(units)
	l.ClosedRate, l.OnTimeRate = percent(closed, l.Issued), percent(onTime, due)
	l.DaysToAnswer = median(answer)
	return err
}

func (l *Loop) replyDays(ctx context.Context, tx *db.Tx, opinions *opinion.Service) error {
	where, args := Filter{WaveID: l.WaveID}.where(ctx, tx)
	type reply struct {
		ID   string     `db:"id"`
		Told clock.Time `db:"told_at"`
	}
	told := map[string]clock.Time{}
	err := db.Each(ctx, tx, "SELECT id, told_at FROM item WHERE told_at IS NOT NULL AND "+where, args, func(r *reply) error {
		told[r.ID] = r.Told
		return nil
	})
	if err != nil || len(told) == 0 {
		return err
	}
	var all []float64
	err = opinions.EachMergedTx(ctx, tx, l.WaveID, func(m *opinion.Merged) error {
		if at, ok := told[m.ItemID]; ok {
			all = append(all, days(at.Sub(m.Day.Time)))
		}
		return nil
	})
	l.DaysToReply = median(all)
	return err
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func days(d time.Duration) float64 { return d.Hours() / 24 }

func percent(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) * 100 / float64(whole)
	return &v
}

func median(v []float64) *float64 {
	if len(v) == 0 {
		return nil
	}
	slices.Sort(v)
	m := v[len(v)/2]
	if len(v)%2 == 0 {
		m = (v[len(v)/2-1] + m) / 2
	}
	return &m
}
