// Package surveytest builds districts and waves for tests, with only what a test cares about left to say.
package surveytest

import (
	"context"
	"fmt"
	"testing"
	"time"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/survey"
)

// Area is the district of every test.
const Area = "320106"

// District is a district with streets 第1街道 …, each with three communities 第1街道第1社区 …, and the shipped questionnaires.
type District struct {
	DB             *db.DB
	Regions        *region.Service
	Surveys        *survey.Service
	Ctx            context.Context // the program itself: everything is allowed
	Streets        int
	Questionnaires map[survey.Group]string
}

// Street returns the code of a street, counted from 1.
func Street(n int) string { return fmt.Sprintf("%s%03d", Area, n) }

// Community returns the code of a community, both counted from 1.
func Community(street, n int) string { return fmt.Sprintf("%s%03d", Street(street), n) }

// New builds a district in an empty database.
func New(t testing.TB, d *db.DB, streets int) *District {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	check(t, err)
	box, err := crypto.NewBox(keys)
	check(t, err)
	files, err := blob.NewDir(t.TempDir())
	check(t, err)
	x := &District{DB: d, Regions: region.New(d), Ctx: auth.System(context.Background(), "test"), Streets: streets, Questionnaires: map[survey.Group]string{}}
	x.Surveys = survey.New(d, box, x.Regions, files, []survey.Category{{Code: "01", Name: "街道党建"}, {Code: "02", Name: "城市管理"}, {Code: "04", Name: "物业管理"}})
	plots := []region.Plot{{Code: "32", Name: "江苏省"}, {Code: "3201", Name: "南京市"}, {Code: Area, Name: "鼓楼区"}}
	for s := 1; s <= streets; s++ {
		plots = append(plots, region.Plot{Code: Street(s), Name: fmt.Sprintf("第%d街道", s)})
		for c := 1; c <= 3; c++ {
			plots = append(plots, region.Plot{Code: Community(s, c), Name: fmt.Sprintf("第%d街道第%d社区", s, c)})
		}
	}
	check(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
		_, err := x.Regions.SaveTx(x.Ctx, tx, plots, time.Time{})
		return err
	}))
	list, err := x.Surveys.LoadQuestionnaires(x.Ctx, shipped.Questionnaires)
	check(t, err)
	for _, q := range list {
		x.Questionnaires[q.Group] = q.ID
	}
	return x
}

// Plan returns a complete plan that does not need an indicator system: every indicator weighs the same.
func (x *District) Plan(t testing.TB) survey.Plan {
	t.Helper()
	p := survey.Plan{IndicatorSystem: "test", SystemHash: "test", Questionnaires: x.Questionnaires, Weights: map[string]float64{},
		RespondentWeights: map[survey.Group]float64{survey.Elder: 40, survey.Adult: 40, survey.Unit: 20}, TieRule: "施测前写定", Level: 0.95, Top: 3,
		MinIndicatorN: 30, MinCellN: 10, Target: 100, Strata: x.Strata()}
	for i, label := range []string{"非常满意", "比较满意", "一般", "不太满意", "很不满意"} {
		score := []float64{100, 80, 60, 30, 0}[i]
		p.Scale = append(p.Scale, survey.Step{Mark: fmt.Sprint(i + 1), Label: label, Score: &score, Satisfied: i < 2})
	}
	q, err := x.Surveys.Questionnaire(x.Ctx, x.Questionnaires[survey.Elder])
	check(t, err)
	for _, item := range q.Form.V.ScaleQuestions() {
		if item.Indicator != "" {
			p.Weights[item.Indicator] = 100.0 / 17
		}
	}
	return p
}

// Strata gives every street 9,000 elderly, 31,000 adults and 700 units.
func (x *District) Strata() (strata []survey.Stratum) {
	for s := 1; s <= x.Streets; s++ {
		for i, g := range survey.Groups {
			strata = append(strata, survey.Stratum{Street: Street(s), Group: g, Population: []int{9000, 31000, 700}[i]})
		}
	}
	return strata
}

// Wave opens a wave with the plan and moves it along to the state, at most closed.
func (x *District) Wave(t testing.TB, code string, plan survey.Plan, to survey.State) *survey.Wave {
	t.Helper()
	w, err := x.Surveys.CreateWave(x.Ctx, survey.NewWave{Area: Area, Code: code, Name: code + "测评", Period: code, Plan: &plan})
	check(t, err)
	for _, action := range []string{"pilot", "freeze", "open", "close"} {
		if w.State == to {
			break
		}
		w = x.Advance(t, w, action)
	}
	return w
}

// Advance moves a wave by one action.
func (x *District) Advance(t testing.TB, w *survey.Wave, action string) *survey.Wave {
	t.Helper()
	w, err := x.Surveys.Advance(x.Ctx, w.ID, action, w.Version, "测试")
	check(t, err)
	return w
}

// As returns a context of somebody with the permissions inside an area.
func As(area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: "u-" + area, Name: area, Permissions: map[string]bool{}, Areas: []string{area}}
	for _, name := range permissions {
		p.Permissions[name] = true
	}
	return auth.With(context.Background(), p)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
