package demo

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// pilotEach is how many answers a street gives to a round of the pilot.
const pilotEach = 60

// pilotStreets are the streets in which the questionnaires are tried.
func (l *loader) pilotStreets() (codes []string) {
	for _, s := range l.ground.streets[:min(2, len(l.ground.streets))] {
		codes = append(codes, s.code)
	}
	return codes
}

// planPilot tries the questionnaires twice: the first round shows questions that many cannot answer, the second one the mended
// explanation to interviewers.
func (l *loader) planPilot(r *round) {
	begin := r.created.AddDate(0, 0, 5)
	l.advance(r, begin, "pilot")
	l.at(begin.AddDate(0, 0, 3), func(ctx context.Context, tx *db.Tx) error { return l.tryOut(l.as(ctx, "lead"), tx, r, 1) })
	l.keepRound(r, begin.AddDate(0, 0, 4), "“不了解”偏多的题补一句说明，入户时先讲清楚指什么")
	l.atWhole(begin.AddDate(0, 0, 5), func(ctx context.Context) error {
		w, err := l.wave(ctx, r)
		if err == nil {
			_, err = l.Survey.Advance(l.as(ctx, "lead"), r.id, "revise", w.Version, "按第一轮试点补说明，再试一轮")
		}
		return err
	})
	l.advance(r, begin.AddDate(0, 0, 7), "pilot")
	l.at(begin.AddDate(0, 0, 10), func(ctx context.Context, tx *db.Tx) error { return l.tryOut(l.as(ctx, "lead"), tx, r, 2) })
	l.keepRound(r, begin.AddDate(0, 0, 11), "可以定稿推开")
}

func (l *loader) keepRound(r *round, at time.Time, note string) {
	l.atWhole(at, func(ctx context.Context) error {
		_, err := l.Appraisal.KeepRound(l.as(ctx, "lead"), r.id, note)
		return err
	})
}

// tryOut brings the answers of one round in.
func (l *loader) tryOut(ctx context.Context, tx *db.Tx, r *round, turn int) error {
	w, err := l.Survey.WaveTx(ctx, tx, r.id)
	if err != nil {
		return err
	}
	forms, err := l.Survey.FormsTx(ctx, tx, w)
	if err != nil {
		return err
	}
	m := l.newRespondents(r, forms)
	m.rnd = l.rand(fmt.Sprint("pilot ", r.code, turn))
	for _, s := range l.ground.streets[:min(2, len(l.ground.streets))] {
		for k := range pilotEach {
			m.add(s, pick(m.rnd, s.communities), survey.Groups[[]int{0, 1, 1, 0, 2}[k%5]], survey.Targeted)
		}
	}
	for i := range m.rows {
		row := &m.rows[i]
		row.RowKey = fmt.Sprintf("pilot%d-%s", turn, row.RowKey)
		row.RowHash, row.Mode, row.SubmittedAt = row.RowKey, survey.ModeVisit, clock.At(tx.Now().Add(-time.Duration(1+m.rnd.IntN(40))*time.Hour))
		if turn == 1 {
			m.puzzled(row)
		}
	}
	return l.Survey.InsertResponsesTx(ctx, tx, r.id, m.rows)
}

// puzzled makes an answer of the first round longer and less certain.
func (m *respondents) puzzled(row *survey.Response) {
	row.Seconds += 60 + m.rnd.IntN(90)
	marks := []byte(row.Marks)
	for i := range marks {
		if q := &m.scale[row.Group][i]; q.NA && unknown[q.Code] > 0 && chance(m.rnd, 0.22) {
			marks[i] = survey.MarkNA
		}
	}
	row.Marks = string(marks)
}

// planSystem lets the lead write the next indicator system: one weight moved, one name made plainer, one indicator more, for which
// the questionnaires still lack a question.
func (l *loader) planSystem() {
	l.atWhole(l.moved(day(time.November, 11, 2026)), func(ctx context.Context) error {
		lead := l.as(ctx, "lead")
		d, err := l.Appraisal.CopySystem(lead, l.version, "2027.1")
		if err != nil {
			return err
		}
		revise(&d.Body.V)
		_, err = l.Appraisal.SaveDraft(lead, d.Version, d.Revision, d.Body.V)
		return err
	})
}

func revise(s *appraisal.System) {
	for di := range s.Dimensions {
		d := &s.Dimensions[di]
		for ki := range d.KeyPoints {
			k := &d.KeyPoints[ki]
			if k.Code != "B2" || len(k.Indicators) < 2 || k.Indicators[0].Weight < 3 {
				continue
			}
			k.Indicators[0].Weight -= 2
			more := k.Indicators[0]
			more.Code, more.Name, more.Weight = "B2-3", "小区公共收益公开", 2
			more.Desc = "小区广告、停车等公共收益的收支是否定期公开、居民是否看得到"
			k.Indicators = append(k.Indicators, more)
			k.Name += "与公共收益"
		}
	}
}
