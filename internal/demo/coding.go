package demo

import (
	"context"
	"time"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/rectify"
)

// planCoding plans how the comments of a wave are sorted and merged, and what becomes of each matter.
func (l *loader) planCoding(r *round, loaded time.Time) {
	l.at(loaded, func(ctx context.Context, tx *db.Tx) error {
		ctx = l.as(ctx, "lead")
		if _, err := l.Opinions.LoadCommentsTx(ctx, tx, r.id); err != nil {
			return err
		}
		_, err := l.Opinions.GroupWaveTx(ctx, tx, r.id)
		return err
	})
	rnd := l.rand("coding " + r.code)
	if len(r.batches) == 0 { // in fieldwork: a third is confirmed, nothing is merged yet
		for _, m := range r.matters {
			if chance(rnd, 0.33) {
				l.at(midnight(l.moved(Now)).Add(9*time.Hour+time.Duration(rnd.IntN(3))*slot), func(ctx context.Context, tx *db.Tx) error { return l.confirm(l.as(ctx, "lead"), tx, r, m) })
			}
		}
		return
	}
	l.atWhole(l.days.after(loaded, 1).Add(10*time.Hour), func(ctx context.Context) error { return l.setAside(l.as(ctx, "lead"), r) })
	l.planReading(r, midnight(l.moved(Now)).Add(10*time.Hour))
	perm := rnd.Perm(len(r.matters))
	start := 0
	for k, b := range r.batches {
		end := min(len(perm), start+int(b.share*float64(len(perm))+0.999))
		for n, i := range perm[start:end] {
			if k > 0 && k == len(r.batches)-2 && n < len(standstills) {
				r.matters[i].stuck = standstills[n]
			}
			l.planLife(rnd, r, r.matters[i], b, loaded)
		}
		start = end
	}
}

// confirm decides the fields of the comments about a matter.
func (l *loader) confirm(ctx context.Context, tx *db.Tx, r *round, m *matter) error {
	for _, i := range m.voices {
		if _, err := l.Opinions.ConfirmTx(ctx, tx, r.voices[i].id, []string{m.kind.Field}, 1); err != nil {
			return err
		}
	}
	return nil
}

// merge confirms the comments, makes an item of them and names who puts it right.
func (l *loader) merge(ctx context.Context, tx *db.Tx, r *round, m *matter) error {
	if err := l.confirm(ctx, tx, r, m); err != nil {
		return err
	}
	lead, err := l.unit(m.street, m.unit)
	if err != nil {
		return err
	}
	plan := rectify.Plan{Title: m.title(), Field: m.kind.Field, AreaCode: m.area, Place: m.place, LeadUnit: lead.ID}
	for _, code := range m.kind.Co {
		u, err := l.unit(m.street, code)
		if err != nil {
			return err
		}
		plan.CoUnits = append(plan.CoUnits, u.ID)
	}
	comments := make([]string, len(m.voices))
	for i, v := range m.voices {
		comments[i] = r.voices[v].id
	}
	item, err := l.Rectify.MergeTx(ctx, tx, comments, plan)
	if err != nil {
		return err
	}
	m.id, m.version = item.ID, item.Version
	l.summary.Items++
	return nil
}

// setAside skips praise and empty answers that the rules did not recognise.
func (l *loader) setAside(ctx context.Context, r *round) error {
	idle := map[string]bool{} // id → praise
	for i := range r.voices {
		if r.voices[i].matter == nil {
			idle[r.voices[i].id] = r.voices[i].praise
		}
	}
	for page := (httpx.PageIn{Limit: 200}); ; {
		list, err := l.Opinions.Comments(ctx, opinion.CommentFilter{WaveID: r.id, State: opinion.CommentOpen}, page)
		if err != nil {
			return err
		}
		for _, c := range list.Items {
			if praise, ok := idle[c.ID]; ok {
				if _, err := l.Opinions.Skip(ctx, c.ID, praise, "未反映具体问题", c.Version); err != nil {
					return err
				}
			}
		}
		if page.Cursor = list.NextCursor; page.Cursor == "" {
			return nil
		}
	}
}

// act plans one action on the item of a matter.
func (l *loader) act(at time.Time, m *matter, user string, a rectify.Action, move rectify.Move) {
	l.at(at, func(ctx context.Context, tx *db.Tx) error {
		unit, err := l.unit(m.street, m.unit)
		if err != nil {
			return err
		}
		if user == "" {
			ctx = l.handler(ctx, m.street, unit)
		} else {
			ctx = l.as(ctx, user)
		}
		return l.actNow(ctx, tx, m, a, move)
	})
}

func (l *loader) actNow(ctx context.Context, tx *db.Tx, m *matter, a rectify.Action, move rectify.Move) error {
	move.Version = m.version
	item, err := l.Rectify.ActTx(ctx, tx, m.id, a, move)
	if err != nil {
		return err
	}
	m.version = item.Version
	return nil
}

// hand passes the item to another unit and issues it again.
func (l *loader) hand(at time.Time, m *matter, to string) {
	l.at(at, func(ctx context.Context, tx *db.Tx) error {
		unit, err := l.unit(m.street, to)
		if err != nil {
			return err
		}
		joint := []string{}
		for _, code := range append([]string{m.unit}, m.kind.Co...) {
			u, err := l.unit(m.street, code)
			if err != nil {
				return err
			}
			joint = append(joint, u.ID)
		}
		m.unit = to
		return l.actNow(l.as(ctx, "lead"), tx, m, rectify.ActIssue, rectify.Move{LeadUnit: unit.ID, CoUnits: joint, Note: "经核对职责清单，改由" + unit.Name + "牵头办理"})
	})
}
