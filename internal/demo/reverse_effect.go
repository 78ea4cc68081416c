package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// planEffect plans how a round tells whether what was done after the one before helped: what it asks again, what residents say, which
// matters came back, and what is compared when it is published.
func (l *loader) planEffect(r *round, collected time.Time) {
	later := l.rounds[0] != r
	if later {
		l.at(r.opened.Add(slot), func(ctx context.Context, tx *db.Tx) error {
			_, err := l.Rectify.ChooseAgainTx(l.as(ctx, "lead"), tx, r.id, nil)
			return err
		})
		l.at(collected.Add(2*slot), func(ctx context.Context, tx *db.Tx) error { return l.sayAgain(ctx, tx, r) })
		l.at(r.closed.Add(2*slot), func(ctx context.Context, tx *db.Tx) error {
			_, err := l.Rectify.SettleAgainTx(ctx, tx, r.id)
			return err
		})
		for _, b := range r.batches {
			l.atWhole(l.days.after(b.to, 4).Add(15*time.Hour), func(ctx context.Context) error { return l.decideReturns(ctx, r) })
		}
	}
	if later && !r.published.IsZero() {
		l.at(r.published.Add(2*slot), func(ctx context.Context, tx *db.Tx) error {
			_, err := l.Rectify.MeasureEffectTx(ctx, tx, r.id)
			return err
		})
	}
}

// sayAgain gives every topic as many answers as its community has, by what became of the matter.
func (l *loader) sayAgain(ctx context.Context, tx *db.Tx, r *round) error {
	topics, err := l.Survey.AgainTx(ctx, tx, r.id, "")
	if err != nil {
		return err
	}
	ended := map[string]rectify.Result{}
	for _, earlier := range l.rounds {
		for _, m := range earlier.matters {
			ended[m.id] = m.result
		}
	}
	communities := 0
	for _, s := range l.ground.streets {
		communities += len(s.communities)
	}
	each := func(n int) float64 { return float64(n) * r.share / float64(communities) }
	rnd := l.rand("again " + r.code)
	var counts []survey.AgainCount
	for _, t := range topics {
		like := chances(rnd, ended[t.Matter])
		for _, c := range []struct {
			channel survey.Channel
			n       float64
		}{{survey.Targeted, 0.8 * each(l.scale.targeted)}, {survey.Online, 0.45 * each(l.scale.online)}} {
			for k, v := range survey.AgainVerdicts {
				if n := int(math.Round(c.n * like[k] * (0.7 + 0.6*rnd.Float64()))); n > 0 {
					counts = append(counts, survey.AgainCount{Topic: t.ID, Channel: c.channel, Verdict: v, N: n})
				}
			}
		}
	}
	return l.Survey.AddAgainTx(ctx, tx, counts)
}

// chances are those of solved, partly, unsolved and unknown: what was put right is mostly seen, what was only explained is not.
func chances(r *rand.Rand, result rectify.Result) [4]float64 {
	good := map[rectify.Result]float64{rectify.Resolved: 0.72, rectify.Partly: 0.46}[result]
	if good == 0 {
		good = 0.3
	}
	if chance(r, 0.12) { // put right, and broken again
		good *= 0.35
	}
	good = math.Min(0.92, good*(0.8+0.4*r.Float64()))
	rest := 1 - good
	return [4]float64{good, rest * 0.3, rest * 0.5, rest * 0.2}
}

// decideReturns says of every proposed return whether it is the same matter; the newest wait.
func (l *loader) decideReturns(ctx context.Context, r *round) error {
	office := l.as(ctx, "lead")
	list, err := l.Rectify.Returns(office, rectify.ReturnFilter{WaveID: r.id, State: rectify.ReturnProposed}, httpx.PageIn{Limit: 200})
	if err != nil {
		return err
	}
	rnd := l.rand("returns " + r.code + l.Clock.Now().Format(time.DateOnly))
	for i := range list.Items {
		one := &list.Items[i]
		if one.Kind != rectify.ReturnRecurs || one.CreatedAt.After(l.Clock.Now().AddDate(0, 0, -3)) {
			continue
		}
		verb, decision := l.Rectify.ConfirmReturn, rectify.ReturnDecision{Version: one.Version}
		if chance(rnd, 0.3) {
			verb, decision.Note = l.Rectify.DismissReturn, pick(rnd, []string{"不是同一栋楼，原事项现场仍完好。", "上次是照明，这次是门禁，不属同一问题。", "位置相邻但产权单位不同，另行办理。"})
		}
		if _, err := verb(office, one.ID, decision); err != nil {
			return err
		}
		if m := r.matterOf(one.ItemID); m != nil && decision.Note == "" {
			m.version++
		}
	}
	return l.reopen(ctx, r, list.Items)
}

// reopen lets the office open again what most residents call unsolved; the same unit explains what it could not do.
func (l *loader) reopen(ctx context.Context, r *round, list []rectify.Return) error {
	for i := range list {
		one := &list[i]
		if one.Kind != rectify.ReturnAsked || one.AreaCode == "" || i%2 == 1 {
			continue
		}
		street := l.ground.street(one.AreaCode)
		old := l.matterIn(one.EarlierID)
		if street == nil || old == nil {
			continue
		}
		back, err := l.Rectify.ConfirmReturn(l.as(ctx, "lead"), one.ID, rectify.ReturnDecision{Version: one.Version})
		if err != nil {
			return err
		}
		unit, err := l.unit(street, old.unit)
		if err != nil {
			return err
		}
		err = l.DB.Tx(ctx, func(tx *db.Tx) error {
			m := &matter{id: back.ItemID, version: 1, street: street, unit: old.unit}
			office, lead := l.as(ctx, "lead"), l.handler(ctx, street, unit)
			due := clock.At(l.days.after(l.Clock.Now(), 4))
			for _, step := range []struct {
				ctx context.Context
				a   rectify.Action
				m   rectify.Move
			}{
				{office, rectify.ActConfirm, rectify.Move{}}, {office, rectify.ActIssue, rectify.Move{Note: "再问时多数居民认为没有解决，请重新办理。"}},
				{lead, rectify.ActAnswer, rectify.Move{Measure: "入户听取意见，重新排查原因，拿出长效办法。", PromisedAt: &due}},
			} {
				if err := l.actNow(step.ctx, tx, m, step.a, step.m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		l.summary.Items++
	}
	return nil
}

func (r *round) matterOf(item string) *matter {
	for _, m := range r.matters {
		if m.id == item {
			return m
		}
	}
	return nil
}

func (l *loader) matterIn(item string) *matter {
	for _, r := range l.rounds {
		if m := r.matterOf(item); m != nil {
			return m
		}
	}
	return nil
}

// street returns the street an area lies in, nil for another.
func (g *ground) street(area string) *street {
	for _, s := range g.streets {
		if len(area) >= len(s.code) && area[:len(s.code)] == s.code {
			return s
		}
	}
	return nil
}
