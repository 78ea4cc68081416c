package demo

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/rectify"
)

// fresh is how long before Now something must have happened to be news for the accounts.
const fresh = 26 // hours

// settle empties the outbox, leaves the latest news as notices, seals the audit trail and counts.
func (l *loader) settle(ctx context.Context) error {
	err := l.DB.Tx(ctx, func(tx *db.Tx) error {
		// What followed from these messages is part of the story already; delivering twelve thousand of them at the first
		// start would bury the accounts in old news.
		_, err := tx.Exec(ctx, "DELETE FROM outbox WHERE state = $1", outbox.Pending)
		return err
	})
	if err != nil {
		return err
	}
	if err := l.news(ctx); err != nil {
		return err
	}
	if err := l.tellResidents(ctx); err != nil {
		return err
	}
	if err := l.countCases(ctx); err != nil {
		return err
	}
	if l.Trail != nil {
		if err := l.Trail.Seal(ctx); err != nil {
			return err
		}
	}
	return l.count(ctx)
}

// news leaves a handful of notices: matters just issued to a unit, reported done, supervised, returned.
func (l *loader) news(ctx context.Context) error {
	since := clock.At(l.end.Add(-fresh * 3600e9))
	office := l.units[gulou+".evaluation_office"].ID
	for _, n := range []struct {
		state  rectify.State
		topic  string
		text   string
		office bool
	}{
		{rectify.Issued, rectify.TopicIssued, "新的整改事项：", false}, {rectify.Rework, rectify.TopicReworked, "退回重办：", false},
		{rectify.Returned, rectify.TopicReturned, "申请退回：", true}, {rectify.Done, rectify.TopicDone, "已整改，待核查：", true},
	} {
		list, err := l.Rectify.List(ctx, rectify.Filter{States: []rectify.State{n.state}}, httpx.PageIn{Limit: 200})
		if err != nil {
			return err
		}
		err = l.DB.Tx(ctx, func(tx *db.Tx) error {
			for i, item := range list.Items {
				to := identity.To{Unit: item.Lead.ID, Needs: rectify.PermRead}
				if n.office {
					to.Unit, to.Area = office, item.AreaCode
				}
				if recent := item.IssuedAt.After(since.Time) || item.DoneAt != nil && item.DoneAt.After(since.Time); !recent && i > 1 {
					continue
				}
				if err := l.Identity.Notify(ctx, tx, to, n.topic, n.text+item.Title, "/rectify/items/"+item.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) count(ctx context.Context) error {
	for _, r := range l.rounds {
		w, err := l.wave(ctx, r)
		if err != nil {
			return err
		}
		l.summary.Waves = append(l.summary.Waves, WaveSummary{Code: w.Code, State: string(w.State), Targeted: w.Counts.Targeted,
			Online: w.Counts.Online, Comments: w.Counts.Comments, Issues: len(r.matters)})
	}
	return nil
}

// countCases makes the figures of the cases: their events were not delivered.
func (l *loader) countCases(ctx context.Context) error {
	return l.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := l.Tally.RebuildTx(ctx, tx)
		return err
	})
}
