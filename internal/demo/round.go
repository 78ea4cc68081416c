package demo

import (
	"context"
	"fmt"
	"time"

	reference "yiwang/data/appraisal"
	"yiwang/internal/appraisal"
	"yiwang/internal/fieldwork"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// round is one wave of the story.
type round struct {
	code, name string
	created    time.Time
	frozen     time.Time
	opened     time.Time
	closed     time.Time // end of the fieldwork, planned or past
	scored     time.Time
	reviewed   time.Time
	published  time.Time
	batches    []batch // how the items of the wave are issued
	share      float64 // of the planned answers that have come in by Now
	drift      float64 // what the district gained since the first wave, on the latent scale

	id      string
	voices  []voice
	matters []*matter
	listed  map[string]bool // items on a reverse list
}

// batch is a span of days in which a share of the items is issued; of these a share is left lying by a unit, returned by
// one, or sent back by the verifier.
type batch struct {
	from, to                         time.Time
	share, stuck, returned, reworked float64
}

func day(month time.Month, d int, year int) time.Time {
	return time.Date(year, month, d, 9, 40, 0, 0, clock.Nanjing)
}

// story returns the three waves: two published, one in fieldwork. The second half of 2025 is put right almost wholly;
// of the first half of 2026 the last batch is
// under way. A wave is scored once the first batch has ended everywhere, as its outcome is a part of the total.
func story() []*round {
	return []*round{
		{code: "2025H2", name: "2025年下半年满意度考评", created: day(9, 15, 2025), frozen: day(10, 9, 2025), opened: day(10, 13, 2025),
			closed: day(11, 17, 2025), scored: day(3, 9, 2026), reviewed: day(3, 12, 2026), published: day(3, 18, 2026), share: 1,
			batches: []batch{{from: day(11, 24, 2025), to: day(12, 5, 2025), share: 0.985, returned: 0.03, reworked: 0.07},
				{from: day(3, 25, 2026), to: day(4, 10, 2026), share: 0.015, stuck: 0.5}}},
		{code: "2026H1", name: "2026年上半年满意度考评", created: day(3, 10, 2026), frozen: day(4, 7, 2026), opened: day(4, 13, 2026),
			closed: day(5, 18, 2026), scored: day(9, 2, 2026), reviewed: day(9, 4, 2026), published: day(9, 8, 2026), share: 1, drift: 0.05,
			batches: []batch{{from: day(5, 25, 2026), to: day(6, 12, 2026), share: 0.64, returned: 0.02, reworked: 0.06},
				{from: day(9, 14, 2026), to: day(9, 25, 2026), share: 0.15, stuck: 0.09, returned: 0.03, reworked: 0.08},
				{from: day(10, 26, 2026), to: day(11, 26, 2026), share: 0.21, stuck: 0.04, returned: 0.12, reworked: 0.24}}},
		{code: "2026H2", name: "2026年下半年满意度考评", created: day(9, 14, 2026), frozen: day(10, 9, 2026), opened: day(10, 19, 2026),
			closed: day(11, 27, 2026), share: 0.62, drift: 0.08},
	}
}

// loadReference stores the indicator system and the questionnaires that all waves use.
func (l *loader) loadReference(ctx context.Context) error {
	return l.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := l.Survey.LoadQuestionnairesTx(ctx, tx, reference.Questionnaires); err != nil {
			return err
		}
		system, err := l.Appraisal.LoadSystemTx(ctx, tx, reference.Indicators)
		if err != nil {
			return err
		}
		l.version = system.Version
		return nil
	})
}

// live plans the story of every wave and lets it happen.
func (l *loader) live(ctx context.Context) error {
	l.rounds = story()
	for _, r := range l.rounds {
		r.move(l.moved)
	}
	l.planFrames()
	l.planQuestionnaires()
	for _, r := range l.rounds {
		if err := l.planRound(r); err != nil {
			return err
		}
	}
	l.planLists()
	l.planResults()
	l.planSystem()
	l.planCases()
	l.planDuty()
	l.planWhistles()
	l.deliverMessages()
	return l.replay(ctx)
}

func (l *loader) planRound(r *round) error {
	l.at(r.created, func(ctx context.Context, tx *db.Tx) error { return l.create(ctx, tx, r) })
	l.planSample(r)
	l.planPilot(r)
	l.advance(r, r.frozen, "freeze")
	l.advance(r, r.opened, "open")
	collected := r.closed.Add(-slot)
	if r.scored.IsZero() {
		collected = midnight(l.moved(Now)).Add(-7 * time.Hour) // the import of the evening before
	}
	if err := l.planVoices(r); err != nil {
		return err
	}
	l.at(collected, func(ctx context.Context, tx *db.Tx) error { return l.collect(l.as(ctx, "lead"), tx, r) })
	l.planFieldwork(r, collected)
	l.advance(r, r.closed, "close")
	l.planCoding(r, collected.Add(slot))
	l.planEffect(r, collected)
	l.planCheck(r, collected.Add(3*slot))
	if r.scored.IsZero() {
		return nil
	}
	l.atWhole(r.scored, func(ctx context.Context) error { return l.score(l.as(ctx, "lead"), r) })
	for _, step := range []struct {
		at   time.Time
		note string
		verb func(context.Context, string, int, string) (*survey.Wave, error)
	}{
		{r.reviewed, "已复算一致，同意提交公布", l.Appraisal.Review},
		{r.published, "经区考评领导小组会议通过", l.Appraisal.Publish},
	} {
		l.atWhole(step.at, func(ctx context.Context) error {
			w, err := l.wave(ctx, r)
			if err == nil {
				_, err = step.verb(l.as(ctx, "lead"), r.id, w.Version, step.note)
			}
			return err
		})
	}
	l.freezeReport(r)
	return nil
}

func (l *loader) wave(ctx context.Context, r *round) (*survey.Wave, error) {
	return l.Survey.Wave(ctx, r.id)
}

func (l *loader) advance(r *round, at time.Time, action string) {
	l.atWhole(at, func(ctx context.Context) error {
		w, err := l.wave(ctx, r)
		if err == nil {
			_, err = l.Survey.Advance(l.as(ctx, "lead"), r.id, action, w.Version, "")
		}
		return err
	})
}

// create opens the wave with its plan: the weights of the indicator system, and the population of every street and group.
func (l *loader) create(ctx context.Context, tx *db.Tx, r *round) error {
	plan, err := l.Appraisal.DraftPlanTx(ctx, tx, l.version)
	if err != nil {
		return err
	}
	plan.Target, plan.Pilot = l.scale.targeted, l.pilotStreets()
	chances := l.rand("population")
	for _, s := range l.ground.streets {
		elder, adult, unit := s.population(0.24 + 0.08*chances.Float64())
		plan.Strata = append(plan.Strata, survey.Stratum{Street: s.code, Group: survey.Elder, Population: elder},
			survey.Stratum{Street: s.code, Group: survey.Adult, Population: adult},
			survey.Stratum{Street: s.code, Group: survey.Unit, Population: unit})
	}
	for _, s := range l.ground.streets { // the open link closes for a street that has thrice its share
		plan.Quotas = append(plan.Quotas, survey.Quota{Street: s.code, Channel: survey.Online, Most: 3 * l.scale.online / len(l.ground.streets)})
	}
	w, err := l.Survey.CreateWaveTx(l.as(ctx, "lead"), tx, survey.NewWave{Area: gulou, Code: r.code, Name: r.name, Period: r.code,
		StartsAt: clock.Ptr(midnight(r.opened)), EndsAt: clock.Ptr(midnight(r.closed)), Plan: &plan})
	if err != nil {
		return err
	}
	r.id = w.ID
	return nil
}

// collect brings the answers and comments of the wave in.
func (l *loader) collect(ctx context.Context, tx *db.Tx, r *round) error {
	w, err := l.Survey.WaveTx(ctx, tx, r.id)
	if err != nil {
		return err
	}
	forms, err := l.Survey.FormsTx(ctx, tx, w)
	if err != nil {
		return err
	}
	invited, err := l.readDrawn(ctx, tx, r)
	if err != nil {
		return err
	}
	came := l.answers(r, forms, invited)
	if err := l.Survey.InsertResponsesTx(ctx, tx, r.id, came.rows); err != nil {
		return err
	}
	if err := l.spend(l.with(ctx, "lead", fieldwork.PermManage), tx, r, came); err != nil {
		return err
	}
	comments := make([]survey.NewComment, len(r.voices))
	for i := range r.voices {
		comments[i] = r.voices[i].comment()
	}
	if err := l.Survey.InsertCommentsTx(ctx, tx, r.id, comments); err != nil {
		return err
	}
	for i := range comments {
		r.voices[i].id = comments[i].ID
	}
	return nil
}

// score enters the special part and computes the result.
func (l *loader) score(ctx context.Context, r *round) error {
	chances := l.rand("special " + r.code)
	var list []appraisal.Special
	for _, s := range l.ground.streets {
		list = append(list, appraisal.Special{Street: s.code, Score: float64(820+chances.IntN(140)) / 10,
			Basis: fmt.Sprintf("自报%d项特色指标，客观数据由考评办核对", 1+chances.IntN(3))})
	}
	if err := l.Appraisal.SetSpecial(ctx, r.id, list); err != nil {
		return err
	}
	if err := l.Appraisal.SetCosts(ctx, r.id, l.costs(r)); err != nil {
		return err
	}
	_, err := l.Appraisal.Score(ctx, r.id)
	return err
}
