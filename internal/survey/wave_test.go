package survey_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestWaves_PermissionMatrix(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 2)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Draft)
	who := map[string]context.Context{
		"nobody":          context.Background(),
		"stranger":        surveytest.As(surveytest.Area, "rectify.read"),
		"street":          surveytest.As(surveytest.Street(1), survey.Permissions()...),
		"district reader": surveytest.As(surveytest.Area, survey.PermRead),
		"other district":  surveytest.As("320102", survey.Permissions()...),
	}
	calls := map[string]func(ctx context.Context) error{
		"read": func(ctx context.Context) error { _, err := x.Surveys.Wave(ctx, w.ID); return err },
		"list": func(ctx context.Context) error {
			list, err := x.Surveys.Waves(ctx, survey.WaveFilter{})
			if err == nil && len(list) == 0 {
				return errs.NotFound("survey.wave_not_found", "empty")
			}
			return err
		},
		"create": func(ctx context.Context) error {
			_, err := x.Surveys.CreateWave(ctx, survey.NewWave{Area: surveytest.Area, Code: "x", Name: "x", Period: "x"})
			return err
		},
		"plan": func(ctx context.Context) error {
			_, err := x.Surveys.SetPlan(ctx, w.ID, w.Version, survey.Plan{})
			return err
		},
		"pilot": func(ctx context.Context) error {
			_, err := x.Surveys.Advance(ctx, w.ID, "pilot", w.Version, "")
			return err
		},
		"answers": func(ctx context.Context) error {
			return d.Read(ctx, func(tx *db.Tx) error {
				_, err := x.Surveys.MarkedTx(ctx, tx, w)
				return err
			})
		},
		"comments": func(ctx context.Context) error {
			return d.Read(ctx, func(tx *db.Tx) error {
				_, err := x.Surveys.CommentsTx(ctx, tx, w.ID, "", 1)
				return err
			})
		},
		"load questionnaires": func(ctx context.Context) error {
			_, err := x.Surveys.LoadQuestionnaires(ctx, []byte("x"))
			return err
		},
	}
	const f, n, u = errs.KindForbidden, errs.KindNotFound, errs.KindUnauthorized
	want := map[string]map[string]errs.Kind{
		"nobody":          {"read": u, "list": u, "create": u, "plan": u, "pilot": u, "answers": u, "comments": u, "load questionnaires": u},
		"stranger":        {"read": f, "list": f, "create": f, "plan": f, "pilot": f, "answers": f, "comments": f, "load questionnaires": f},
		"street":          {"create": f, "plan": f, "pilot": f, "answers": f, "comments": f, "load questionnaires": errs.KindInvalid},
		"district reader": {"create": f, "plan": f, "pilot": f, "load questionnaires": f},
		"other district":  {"read": n, "list": n, "create": f, "plan": f, "pilot": f, "answers": f, "comments": f, "load questionnaires": errs.KindInvalid},
	}
	for name, ctx := range who {
		for verb, call := range calls {
			if got := errs.KindOf(call(ctx)); got != want[name][verb] {
				t.Errorf("%s may %s: got %q, want %q", name, verb, got, want[name][verb])
			}
		}
	}
}

func TestAdvance_FreezesThePlanForGood(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 2)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Piloting)
		for name, spoil := range map[string]func(*survey.Plan){
			"tie rule":       func(p *survey.Plan) { p.TieRule = " " },
			"weights":        func(p *survey.Plan) { p.Weights = map[string]float64{"A1-1": 99} },
			"population":     func(p *survey.Plan) { p.Strata[0].Population = 0 },
			"stratum twice":  func(p *survey.Plan) { p.Strata[1] = p.Strata[0] },
			"foreign street": func(p *survey.Plan) { p.Strata[0].Street = "320102001" },
			"scale":          func(p *survey.Plan) { p.Scale[1].Mark = p.Scale[0].Mark },
			"level":          func(p *survey.Plan) { p.Level = 95 },
			"questionnaire": func(p *survey.Plan) {
				p.Questionnaires = map[survey.Group]string{survey.Elder: "?", survey.Adult: "?", survey.Unit: "?"}
			},
			"missing weights": func(p *survey.Plan) { p.Weights = map[string]float64{"A1-1": 100} },
		} {
			p := x.Plan(t)
			spoil(&p)
			var err error
			if w, err = x.Surveys.SetPlan(x.Ctx, w.ID, w.Version, p); err != nil {
				t.Fatal(err)
			}
			if _, err := x.Surveys.Advance(x.Ctx, w.ID, "freeze", w.Version, ""); errs.KindOf(err) != errs.KindInvalid && errs.KindOf(err) != errs.KindNotFound {
				t.Errorf("frozen with a bad %s: %v", name, err)
			}
		}
		w, err := x.Surveys.SetPlan(x.Ctx, w.ID, w.Version, x.Plan(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Surveys.Advance(x.Ctx, w.ID, "freeze", w.Version-1, ""); errs.KindOf(err) != errs.KindConflict || errs.As(err).Details == nil {
			t.Errorf("an old version froze the wave: %v", err)
		}
		frozen := x.Advance(t, w, "freeze")
		if p := x.Plan(t); frozen.PlanHash != p.Hash() {
			t.Error("the hash is not that of the plan")
		}
		if _, err := x.Surveys.SetPlan(x.Ctx, w.ID, frozen.Version, x.Plan(t)); errs.CodeOf(err) != "survey.plan_frozen" {
			t.Errorf("the plan of a frozen wave changed: %v", err)
		}
		history, err := x.Surveys.History(x.Ctx, w.ID)
		if err != nil || len(history) != 3 || history[2].Action != "freeze" || history[2].Actor != "system" {
			t.Errorf("history: %+v, %v", history, err)
		}
	})
}

func TestPilot_AnswersAreCountedApartAndNeverScored(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 2)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Piloting)
	importText(t, x, w, header+goodRows, survey.ImportOptions{})
	w, err := x.Surveys.Wave(x.Ctx, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"freeze", "open"} {
		w = x.Advance(t, w, action)
	}
	if r := importText(t, x, w, header+goodRows, survey.ImportOptions{}); r.Accepted != 3 {
		t.Errorf("pilot answers stand in the way of the wave: %+v", r)
	}
	if w, err = x.Surveys.Wave(x.Ctx, w.ID); err != nil || w.Counts.Pilot != 3 || w.Counts.Targeted != 2 {
		t.Errorf("counts: %+v, %v", w.Counts, err)
	}
	err = d.Read(x.Ctx, func(tx *db.Tx) error {
		marked, err := x.Surveys.MarkedTx(x.Ctx, tx, w)
		if len(marked) != 3 {
			t.Errorf("%d answers go to scoring, want 3", len(marked))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRevealContact_NeedsAReasonAndIsOnRecord(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 2)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
		importText(t, x, w, header+goodRows, survey.ImportOptions{})
		var id string
		err := d.Read(x.Ctx, func(tx *db.Tx) error {
			comments, err := x.Surveys.CommentsTx(x.Ctx, tx, w.ID, "", 1)
			if err == nil {
				id = comments[0].ID
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		lead := surveytest.As(surveytest.Area, survey.PermManage)
		if _, err := x.Surveys.RevealContact(lead, id, " "); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := x.Surveys.RevealContact(surveytest.As(surveytest.Street(2), survey.PermManage), id, "回访"); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("another street: %v", err)
		}
		if phone, err := x.Surveys.RevealContact(lead, id, "告知处理结果"); err != nil || phone != "13912345678" {
			t.Errorf("got %q, %v", phone, err)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM audit_entry WHERE action = 'survey.contact_revealed' AND detail LIKE '%告知处理结果%'"); n != 1 {
			t.Errorf("%d entries in the audit trail, want 1", n)
		}
	})
}

func TestInsertResponses_ChecksMarksAndState(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 1)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
		insert := func(waveID string, rows ...survey.Response) error {
			return d.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, waveID, rows) })
		}
		row := survey.Response{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: surveytest.Street(1), Group: survey.Unit, RowKey: "1", Marks: strings.Repeat("1", 13)}
		short, unknown := row, row
		short.Marks, unknown.Marks = "1", strings.Repeat("9", 13)
		for _, bad := range []survey.Response{short, unknown} {
			if err := insert(w.ID, bad); errs.KindOf(err) != errs.KindInvalid {
				t.Errorf("marks %q: %v", bad.Marks, err)
			}
		}
		many := make([]survey.Response, 250) // more than one statement
		for i := range many {
			many[i] = row
			many[i].RowKey = fmt.Sprint(i)
		}
		if err := insert(w.ID, many...); err != nil || count(t, d, "SELECT COUNT(*) FROM response") != 250 {
			t.Errorf("bulk: %v", err)
		}
		if err := insert(w.ID, row); !db.IsUnique(err) {
			t.Errorf("the same key again: %v", err)
		}
		w = x.Wave(t, "draft", x.Plan(t), survey.Draft)
		if err := insert(w.ID, row); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("into a draft: %v", err)
		}
	})
}

func TestPlan_ASampleOfTwoStagesIsScoredAsOne(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 2)
	plan := x.Plan(t)
	plan.Sampling = survey.DefaultSampling(map[survey.Group]int{survey.Adult: 100})
	plan.Sampling.FrameID, plan.Sampling.FrameHash, plan.Sampling.SeedDigest = "f", "h", "d"
	plan.Sampling.Cluster, plan.Sampling.Take = survey.ClusterGrid, 10
	plan.Weighting = nil
	var at []string
	for _, f := range errs.As(plan.Validate()).Fields {
		at = append(at, f.Location)
	}
	if !slices.Contains(at, "plan.weighting.cluster") || !slices.Contains(at, "plan.weighting.base") {
		t.Errorf("a sample drawn in grids may be scored as if people had been drawn one by one: %v", at)
	}
	plan.Weighting = &survey.Weighting{Base: "design", Cluster: "community"}
	if err := plan.Validate(); err != nil {
		t.Errorf("a plan that scores as it draws is refused: %v %v", err, errs.As(err).Fields)
	}
}

func TestPlan_ScoresLikeOnlyWhereMarksAreWorthTheSame(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 1)
	a, b := x.Plan(t), x.Plan(t)
	if !a.ScoresLike(&b) {
		t.Error("the same scale is taken for another")
	}
	b.Scale = slices.Clone(b.Scale)
	b.Scale[3].Score = new(float64)
	*b.Scale[3].Score = *a.Scale[3].Score + 10
	if a.ScoresLike(&b) {
		t.Error("another scale is taken for the same")
	}
}
