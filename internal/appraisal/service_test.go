package appraisal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// desk is an appraisal on a test district.
type desk struct {
	*surveytest.District
	appraisals *appraisal.Service
}

func open(t testing.TB, d *db.DB, streets int, outcomes appraisal.Outcomes) *desk {
	t.Helper()
	x := &desk{District: surveytest.New(t, d, streets)}
	x.appraisals = appraisal.New(d, x.Surveys, func(context.Context, *db.Tx, string) (map[string]string, error) {
		return map[string]string{surveytest.Area: "鼓楼区", surveytest.Street(1): "第1街道"}, nil
	}, outcomes)
	if _, err := x.appraisals.LoadSystem(x.Ctx, shipped.Indicators); err != nil {
		t.Fatal(err)
	}
	return x
}

// plan is a complete plan from the shipped indicator system.
func (x *desk) plan(t testing.TB) survey.Plan {
	t.Helper()
	p, err := x.appraisals.DraftPlan(x.Ctx, "2026.11")
	if err != nil {
		t.Fatal(err)
	}
	p.Strata, p.Target = x.Strata(), 600
	return p
}

// closed is a closed wave with so many random answers.
func (x *desk) closed(t testing.TB, targeted, online int) *survey.Wave {
	t.Helper()
	w := x.Wave(t, "2026H2", x.plan(t), survey.Fieldwork)
	x.answer(t, w, targeted, online)
	w, err := x.Surveys.Wave(x.Ctx, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	return x.Advance(t, w, "close")
}

func (x *desk) answer(t testing.TB, w *survey.Wave, targeted, online int) {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 2))
	rows := make([]survey.Response, targeted+online)
	for i := range rows {
		g := survey.Groups[[]int{0, 1, 1, 0, 1, 2}[r.IntN(6)]]
		marks := make([]byte, map[survey.Group]int{survey.Elder: 18, survey.Adult: 18, survey.Unit: 13}[g])
		mood := r.IntN(3)
		for j := range marks {
			marks[j] = "11123"[min(r.IntN(3)+mood, 4)]
		}
		s := 1 + i%x.Streets
		rows[i] = survey.Response{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: surveytest.Street(s), Community: surveytest.Community(s, 1+r.IntN(3)),
			Group: g, RowKey: fmt.Sprint(i), Marks: string(marks)}
		if i >= targeted {
			rows[i].Channel, rows[i].Mode = survey.Online, survey.ModeWeb
		}
	}
	err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, rows) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestScore_StoresOneRunThatGivesTheSameBytesAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 3, nil)
		w := x.closed(t, 600, 300)
		first, err := x.appraisals.Score(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		again, err := x.appraisals.Score(x.Ctx, w.ID)
		if err != nil || again.ID != first.ID || again.ResultHash != first.ResultHash {
			t.Errorf("scoring again gave %+v, %v", again, err)
		}
		if v, err := x.appraisals.Verify(x.Ctx, w.ID); err != nil || !v.SameBytes || !v.SameInputs || !v.SameCode {
			t.Errorf("verification: %+v, %v", v, err)
		}
		if w, err = x.Surveys.Wave(x.Ctx, w.ID); err != nil || w.State != survey.Scored {
			t.Errorf("the wave is %s, %v", w.State, err)
		}
		err = d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "UPDATE response SET marks = '5' || SUBSTR(marks, 2) WHERE row_key = '0'")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := x.appraisals.Verify(x.Ctx, w.ID); err != nil || v.SameBytes || v.SameInputs {
			t.Errorf("a tampered answer is not noticed: %+v, %v", v, err)
		}
	})
}

func TestScores_ShowUncertaintyAndKeepCommunitiesInsideTheirArea(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 3, nil)
		w := x.publish(t, x.closed(t, 600, 300))
		street := surveytest.As(surveytest.Street(1), appraisal.PermRead)
		table, err := x.appraisals.Scores(street, w.ID, appraisal.ScoreFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Items) != 3 || table.District == nil || len(table.Totals) != 3 || table.Items[0].AreaName != "第1街道" || !strings.Contains(table.Note, "只含正向评价") {
			t.Errorf("table by street: %d items, district %v, note %s", len(table.Items), table.District, table.Note)
		}
		for _, row := range table.Items {
			if row.Score == nil || row.SE == nil || row.Low == nil || row.NEff == nil || row.DF == nil || row.Deff == nil || row.N == 0 || *row.Low > *row.Score {
				t.Errorf("a number without its uncertainty: %+v", row)
			}
		}
		communities, err := x.appraisals.Scores(street, w.ID, appraisal.ScoreFilter{By: "community"})
		if err != nil || len(communities.Items) != 3 {
			t.Errorf("a street sees %d communities, %v; want its own 3", len(communities.Items), err)
		}
		dimensions, err := x.appraisals.Scores(street, w.ID, appraisal.ScoreFilter{By: "dimension", Street: surveytest.Street(2), Group: survey.Elder, Channel: survey.Online})
		if err != nil || len(dimensions.Items) != 4 || len(dimensions.Peers) != 4 || dimensions.Items[0].Bias == nil {
			t.Errorf("dimensions of a street online: %+v, %v", dimensions, err)
		}
		ranks, err := x.appraisals.Ranks(street, w.ID)
		if err != nil || len(ranks.Items) != 3 || ranks.TieRule == "" || ranks.Items[0].Best > ranks.Items[0].Worst {
			t.Errorf("ranks: %+v, %v", ranks, err)
		}
	})
}

func (x *desk) publish(t testing.TB, w *survey.Wave) *survey.Wave {
	t.Helper()
	if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
		t.Fatal(err)
	}
	for _, step := range []func(context.Context, string, int, string) (*survey.Wave, error){x.appraisals.Review, x.appraisals.Publish} {
		now, err := x.Surveys.Wave(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		if w, err = step(x.Ctx, w.ID, now.Version, "已复核"); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestPermissions_StreetsSeeCountsOnlyBeforePublication(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 2, nil)
	w := x.closed(t, 300, 0)
	if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
		t.Fatal(err)
	}
	w, err := x.Surveys.Wave(x.Ctx, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	street := surveytest.As(surveytest.Street(1), appraisal.PermRead)
	lead := surveytest.As(surveytest.Area, appraisal.PermRead, appraisal.PermScore, appraisal.PermPublish, survey.PermRead)
	other := surveytest.As("320102", appraisal.PermRead, appraisal.PermScore, appraisal.PermPublish)
	stranger := surveytest.As(surveytest.Area, "rectify.read")
	calls := map[string]func(ctx context.Context) error{
		"scores": func(ctx context.Context) error {
			_, err := x.appraisals.Scores(ctx, w.ID, appraisal.ScoreFilter{})
			return err
		},
		"ranks":  func(ctx context.Context) error { _, err := x.appraisals.Ranks(ctx, w.ID); return err },
		"runs":   func(ctx context.Context) error { _, err := x.appraisals.Runs(ctx, w.ID); return err },
		"verify": func(ctx context.Context) error { _, err := x.appraisals.Verify(ctx, w.ID); return err },
		"score":  func(ctx context.Context) error { _, err := x.appraisals.Score(ctx, w.ID); return err },
		"special": func(ctx context.Context) error {
			return x.appraisals.SetSpecial(ctx, w.ID, []appraisal.Special{{Street: surveytest.Street(1), Score: 90, Basis: "台账"}})
		},
		"progress": func(ctx context.Context) error { _, err := x.Surveys.Progress(ctx, w.ID); return err },
	}
	matrix := []struct {
		who  string
		ctx  context.Context
		want map[string]errs.Kind
	}{
		{"lead", lead, map[string]errs.Kind{}},
		{"street", street, map[string]errs.Kind{"scores": "forbidden", "ranks": "forbidden", "runs": "forbidden", "verify": "forbidden", "score": "forbidden", "special": "forbidden"}},
		{"other district", other, map[string]errs.Kind{"scores": "not_found", "ranks": "not_found", "runs": "not_found", "verify": "not_found", "score": "not_found", "special": "not_found", "progress": "not_found"}},
		{"stranger", stranger, map[string]errs.Kind{"scores": "forbidden", "ranks": "forbidden", "runs": "forbidden", "verify": "forbidden", "score": "forbidden", "special": "forbidden", "progress": "forbidden"}},
		{"nobody", context.Background(), map[string]errs.Kind{"scores": "unauthorized", "ranks": "unauthorized", "runs": "unauthorized", "verify": "unauthorized", "score": "unauthorized", "special": "unauthorized", "progress": "unauthorized"}},
	}
	for _, m := range matrix {
		for verb, call := range calls {
			if got := errs.KindOf(call(m.ctx)); got != m.want[verb] {
				t.Errorf("%s may %s: got %q, want %q", m.who, verb, got, m.want[verb])
			}
		}
	}
	if rows, err := x.Surveys.Progress(street, w.ID); err != nil || len(rows) != 3 || rows[0].Street != surveytest.Street(1) {
		t.Errorf("a street counts %+v, %v; want its own three groups", rows, err)
	}
	if _, err := x.appraisals.Review(street, w.ID, w.Version, ""); errs.KindOf(err) != errs.KindForbidden {
		t.Errorf("a street reviews: %v", err)
	}
	if _, err := x.appraisals.Publish(lead, w.ID, w.Version, ""); errs.KindOf(err) != errs.KindConflict {
		t.Errorf("published without review: %v", err)
	}
	if _, err := x.appraisals.Return(lead, w.ID, w.Version, " "); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("returned without a reason: %v", err)
	}
	if _, err := x.appraisals.Review(lead, w.ID, w.Version-1, ""); errs.KindOf(err) != errs.KindConflict {
		t.Errorf("reviewed an old version: %v", err)
	}
	if _, err := x.Surveys.Advance(x.Ctx, w.ID, "review", w.Version, ""); errs.KindOf(err) != errs.KindConflict {
		t.Errorf("review by the survey module: %v", err)
	}
}

func TestPublicResult_ShowsStreetsNeverCommunitiesOrSmallCells(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2, nil)
		w := x.closed(t, 90, 30)
		anybody := context.Background()
		if _, err := x.appraisals.PublicResult(anybody, w.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("before publication: got %v, want NotFound", err)
		}
		w = x.publish(t, w)
		if list, err := x.appraisals.PublicWaves(anybody); err != nil || len(list) != 1 || list[0].PublishedAt == nil {
			t.Errorf("public waves: %+v, %v", list, err)
		}
		out, err := x.appraisals.PublicResult(anybody, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(body, []byte(surveytest.Community(1, 1))) || bytes.Contains(body, []byte(`"community"`+":")) && !bytes.Contains(body, []byte(`"formula"`)) {
			t.Error("a community is public")
		}
		if len(out.Streets) != 2 || out.District == nil || len(out.Online) != 3 || len(out.Dimensions) != 12 || len(out.Ranks.Items) != 2 {
			t.Errorf("public: %d streets, %d online, %d dimensions", len(out.Streets), len(out.Online), len(out.Dimensions))
		}
		small := slices.ContainsFunc(out.Groups, func(s appraisal.Score) bool { return s.Suppressed && s.Score == nil && s.N == 0 })
		if !small {
			t.Error("the sample has no small cell, or it is shown")
		}
		for _, s := range out.Groups {
			if s.N > 0 && s.N < 10 {
				t.Errorf("a cell of %d is public", s.N)
			}
		}
	})
}

type fixedOutcomes map[string]appraisal.ReverseCounts

func (f fixedOutcomes) OutcomesTx(context.Context, *db.Tx, string) (map[string]appraisal.ReverseCounts, error) {
	return f, nil
}

func TestScore_SpecialAndReversePartsMakeATotalInANewRun(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		outcomes := fixedOutcomes{}
		for s := 1; s <= 2; s++ {
			outcomes[surveytest.Street(s)] = appraisal.ReverseCounts{Issued: 10, Settled: 10, Closed: 10, Passed: 10, Approved: 9, Judged: 10, Recurred: 1}
		}
		x := open(t, d, 2, outcomes)
		w := x.closed(t, 300, 0)
		first, err := x.appraisals.Score(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, score := range []float64{70, 85} {
			err = x.appraisals.SetSpecial(x.Ctx, w.ID, []appraisal.Special{{Street: surveytest.Street(1), Score: score, Basis: "台账"}, {Street: surveytest.Street(2), Score: 80, Basis: "台账"}})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := x.appraisals.SetSpecial(x.Ctx, w.ID, []appraisal.Special{{Street: surveytest.Street(9), Score: 80, Basis: "台账"}}); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("special score of an unknown street: %v", err)
		}
		second, err := x.appraisals.Score(x.Ctx, w.ID)
		if err != nil || second.Seq != first.Seq+1 {
			t.Fatalf("second run: %+v, %v", second, err)
		}
		table, err := x.appraisals.Scores(x.Ctx, w.ID, appraisal.ScoreFilter{})
		if err != nil || table.Totals[0].Total == nil || *table.Totals[0].Special != 85 || strings.Contains(table.Note, "只含") {
			t.Errorf("totals: %+v, %v", table, err)
		}
	})
}

func TestLoadSystem_NeverChangesAStoredVersion(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 1, nil)
		if _, err := x.appraisals.LoadSystem(x.Ctx, shipped.Indicators); err != nil {
			t.Errorf("loading the same file again: %v", err)
		}
		changed := bytes.Replace(shipped.Indicators, []byte("党组织服务群众"), []byte("党组织服务居民"), 1)
		if _, err := x.appraisals.LoadSystem(x.Ctx, changed); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("changed content: got %v, want Conflict", err)
		}
		forms := bytes.Replace(shipped.Questionnaires, []byte("叫得应吗"), []byte("找得到吗"), 1)
		if _, err := x.Surveys.LoadQuestionnaires(x.Ctx, forms); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("changed questionnaire: got %v, want Conflict", err)
		}
	})
}

func BenchmarkScore_GulouWave(b *testing.B) {
	d := testkit.SQLite(b)
	x := open(b, d, 13, nil)
	w := x.closed(b, 8020, 27429)
	b.ResetTimer()
	for b.Loop() {
		if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
			b.Fatal(err)
		}
	}
}
