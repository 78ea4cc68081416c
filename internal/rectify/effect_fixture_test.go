package rectify

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// twoWaves is a district with a wave, items of it, and the wave after it.
type twoWaves struct {
	*Service
	*surveytest.District
	t             *testing.T
	before, after *survey.Wave
	n             int
}

// FieldIndicators measures field 04 by two questions, and 05 by none.
func (x *twoWaves) FieldIndicators(context.Context, *db.Tx, *survey.Wave) (map[string][]string, error) {
	return map[string][]string{"04": {"B2-1", "B2-2"}}, nil
}

func (x *twoWaves) Communities(_ context.Context, street string) ([]string, error) {
	return []string{street + "001", street + "002", street + "003"}, nil
}

func newTwoWaves(t *testing.T, d *db.DB) *twoWaves {
	t.Helper()
	g := &ground{raw: map[string][]opinion.RawComment{}, photos: map[string][]byte{}}
	x := &twoWaves{District: surveytest.New(t, d, 2), t: t}
	nearby := around{x.District}
	opinions := opinion.New(opinion.Deps{DB: d, Source: nearby, Areas: nearby})
	x.Service = New(Deps{DB: d, Opinions: opinions, Directory: nearby, Photos: g, Calendar: workcal.NewSource(workcal.Default()), Surveys: x.Surveys, Yardstick: x, Answers: x.Surveys})
	x.before = x.Wave(t, "2026H1", x.Plan(t), survey.Fieldwork)
	return x
}

// around names the waves, areas and units of the district.
type around struct{ *surveytest.District }

func (a around) Comments(context.Context, *db.Tx, string, string, int) ([]opinion.RawComment, error) {
	return nil, nil
}

func (a around) Wave(ctx context.Context, tx *db.Tx, id string) (opinion.Wave, error) {
	w, err := a.Surveys.BareWaveTx(ctx, tx, id)
	if err != nil {
		return opinion.Wave{}, err
	}
	return opinion.Wave{ID: w.ID, Code: w.Code, Name: w.Name}, nil
}

func (a around) AreaName(ctx context.Context, _ *db.Tx, code string) (string, error) {
	area, err := a.Regions.Get(ctx, code)
	if err != nil {
		return "", err
	}
	return area.Name, nil
}

func (a around) Unit(_ context.Context, _ *db.Tx, id string) (Unit, error) {
	return Unit{ID: id, Name: id, AreaCode: surveytest.Area}, nil
}

func (a around) UnitFor(context.Context, *db.Tx, string, string) (Unit, error) {
	return Unit{}, errs.NotFound("identity.no_unit", "There is no such unit.")
}

// answer stores n answers of adults in a community who give field 04 these marks, of whom ticked name field 05.
func (x *twoWaves) answer(w *survey.Wave, community string, marks string, ticked int) {
	x.t.Helper()
	form := must1[*survey.Questionnaire](x.t)(x.Surveys.Questionnaire(x.Ctx, x.Questionnaires[survey.Adult]))
	questions := form.Form.V.ScaleQuestions()
	rows := make([]survey.Response, len(marks))
	for i := range rows {
		x.n++
		line := make([]byte, len(questions))
		for k, q := range questions {
			line[k] = '2'
			if q.Indicator == "B2-1" || q.Indicator == "B2-2" {
				line[k] = marks[i]
			}
		}
		rows[i] = survey.Response{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: community[:9], Community: community, Group: survey.Adult, RowKey: fmt.Sprint(x.n), Marks: string(line)}
		if i < ticked {
			rows[i].Answers.V.Categories = []string{"05"}
		}
	}
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, rows) }); err != nil {
		x.t.Fatal(err)
	}
}

func must1[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// put stores an item of the earlier wave as it stands.
func (x *twoWaves) put(id, area, field string, state State, edit func(*Item)) *Item {
	x.t.Helper()
	i := &Item{ID: id, No: id, WaveID: x.before.ID, Title: "楼道灯" + id, Field: field, AreaCode: area, AreaName: area, Street: area[:9], Voices: 3, State: state, LeadUnit: "u", LeadName: "区房产局",
		LeadArea: "320106", Version: 1, CreatedAt: clock.At(testkit.Epoch), Result: Resolved, Outcome: "已更换"}
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		if err := insertItem(x.Ctx, tx, i); err != nil {
			return err
		}
		i.IssuedAt, i.DueAt, i.DoneAt, i.PublishedAt = clock.Ptr(testkit.Epoch), clock.Ptr(testkit.Epoch.AddDate(0, 0, 7)), clock.Ptr(testkit.Epoch), clock.Ptr(testkit.Epoch)
		if edit != nil {
			edit(i)
		}
		return saveItem(x.Ctx, tx, i)
	}); err != nil {
		x.t.Fatal(err)
	}
	return i
}

// publish moves a wave in the field to its publication.
func (x *twoWaves) publish(w *survey.Wave) *survey.Wave {
	x.t.Helper()
	w = x.Advance(x.t, must1[*survey.Wave](x.t)(x.Surveys.Wave(x.Ctx, w.ID)), "close")
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) (err error) {
		for _, action := range []string{"score", "review", "publish"} {
			if w, err = x.Surveys.MoveTx(x.Ctx, tx, w.ID, action, "测试"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		x.t.Fatal(err)
	}
	return w
}

func (x *twoWaves) next() {
	x.before = x.publish(x.before)
	x.after = x.Wave(x.t, "2026H2", x.Plan(x.t), survey.Fieldwork)
}

func (x *twoWaves) inTx(do func(*db.Tx) error) {
	x.t.Helper()
	if err := x.DB.Tx(x.Ctx, do); err != nil {
		x.t.Fatal(err)
	}
}

func (x *twoWaves) measured() int {
	x.t.Helper()
	n := 0
	x.inTx(func(tx *db.Tx) (err error) { n, err = x.MeasureEffectTx(x.Ctx, tx, x.after.ID); return err })
	return n
}
