package results_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/appraisal"
	"yiwang/internal/identity"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/rectify"
	"yiwang/internal/results"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// office is the use of results on a test district of three streets with accounts.
type office struct {
	*surveytest.District
	scores  *appraisal.Service
	results *results.Service
	house   *identity.Service
}

type noComments struct{}

func (noComments) Comments(context.Context, *db.Tx, string, string, int) ([]opinion.RawComment, error) {
	return nil, nil
}
func (noComments) Wave(context.Context, *db.Tx, string) (opinion.Wave, error) {
	return opinion.Wave{}, nil
}

func open(t *testing.T, d *db.DB) *office {
	t.Helper()
	x := &office{District: surveytest.New(t, d, 3)}
	x.scores = appraisal.New(d, x.Surveys, func(context.Context, *db.Tx, string) (map[string]string, error) {
		return map[string]string{surveytest.Street(1): "第1街道"}, nil
	}, nil)
	x.house = identity.New(d, append(results.Permissions(), survey.PermRead), identity.Config{})
	calendar := workcal.NewSource(workcal.Default())
	x.results = results.New(d, x.Surveys, x.scores, rectify.New(rectify.Deps{DB: d, Opinions: opinion.New(opinion.Deps{DB: d, Source: noComments{}}), Calendar: calendar}), x.house, calendar)
	_, err := x.scores.LoadSystem(x.Ctx, shipped.Indicators)
	must(t, err)
	areas := []identity.DemoArea{{Code: surveytest.Area, Name: "鼓楼区", Level: "district"}}
	for s := 1; s <= 3; s++ {
		areas = append(areas, identity.DemoArea{Code: surveytest.Street(s), Name: fmt.Sprintf("第%d街道", s), Level: "subdistrict", ParentCode: surveytest.Area})
	}
	must(t, x.house.Prepare(x.Ctx))
	must(t, d.Tx(x.Ctx, func(tx *db.Tx) error { _, err := x.house.EnsureDemoAccounts(x.Ctx, tx, areas); return err }))
	return x
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// published is a published wave with 300 random answers; better moves the marks up.
func (x *office) published(t *testing.T, period string, award *survey.AwardRules) {
	t.Helper()
	plan, err := x.scores.DraftPlan(x.Ctx, "2026.11")
	must(t, err)
	plan.Strata, plan.Target, plan.Award = x.Strata(), 300, award
	w := x.Wave(t, period, plan, survey.Fieldwork)
	r := rand.New(rand.NewPCG(9, uint64(len(period))))
	rows := make([]survey.Response, 300)
	for i := range rows {
		g := survey.Groups[i%3]
		marks := make([]byte, map[survey.Group]int{survey.Elder: 18, survey.Adult: 18, survey.Unit: 13}[g])
		for j := range marks {
			marks[j] = "11234"[min(r.IntN(4)+(i/3)%3/2, 4)]
		}
		s := 1 + (i/3)%3
		rows[i] = survey.Response{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: surveytest.Street(s), Community: surveytest.Community(s, 1), Group: g,
			RowKey: fmt.Sprint(i), Marks: string(marks)}
		if i%4 == 0 {
			rows[i].Answers.V.Categories = []string{"04"}
		}
	}
	must(t, x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, rows) }))
	w, err = x.Surveys.Wave(x.Ctx, w.ID)
	must(t, err)
	w = x.Advance(t, w, "close")
	_, err = x.scores.Score(x.Ctx, w.ID)
	must(t, err)
	for _, verb := range []func(context.Context, string, int, string) (*survey.Wave, error){x.scores.Review, x.scores.Publish} {
		now, err := x.Surveys.Wave(x.Ctx, w.ID)
		must(t, err)
		_, err = verb(x.Ctx, w.ID, now.Version, "测试")
		must(t, err)
	}
}

// person is somebody with the permissions in an area, working in the unit with the code.
func (x *office) person(t *testing.T, name, area, unit string, permissions ...string) context.Context {
	t.Helper()
	var id string
	must(t, x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		u, err := x.house.FindUnitTx(x.Ctx, tx, area, unit)
		id = u.ID
		return err
	}))
	p := &auth.Principal{UserID: name, Name: name, UnitID: id, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, perm := range permissions {
		p.Permissions[perm] = true
	}
	return auth.With(context.Background(), p)
}

func (x *office) lead(t *testing.T) context.Context {
	return x.person(t, "lead", surveytest.Area, "evaluation_office", results.PermRead, results.PermManage, results.PermSign)
}

func (x *office) street(t *testing.T, n int) context.Context {
	return x.person(t, fmt.Sprintf("street%d", n), surveytest.Street(n), "street_office", results.PermRead, results.PermAppeal)
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if errs.CodeOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestSettlement_NeedsTwoPersonsAndThenNeverChanges(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		lead := x.lead(t)
		leader := x.person(t, "leader", surveytest.Area, "government", results.PermRead, results.PermSign)
		_, err := x.results.Settle(lead, surveytest.Area, 2026, "")
		code(t, err, "results.nothing_published")
		x.published(t, "2026H1", survey.DefaultAward())
		x.published(t, "2026H2", survey.DefaultAward())

		made, err := x.results.Settle(lead, surveytest.Area, 2026, "")
		must(t, err)
		if len(made.Outcome.V.Streets) != 3 || made.Outcome.V.Basis != "positive" || !made.Outcome.V.Complete {
			t.Fatalf("outcome %+v", made.Outcome.V)
		}
		if f := made.Outcome.V.Fields[0]; f.Code != "04" || f.Share < 20 || f.Share > 30 || f.Low >= f.Share || f.N != 600 {
			t.Errorf("most ticked field %+v, want property services at about a quarter", f)
		}
		_, err = x.results.Settle(lead, surveytest.Area, 2026, "")
		code(t, err, "results.waits_for_signatures")
		_, err = x.results.Settlement(x.street(t, 1), made.ID)
		code(t, err, "results.not_found")

		made, err = x.results.Sign(lead, made.ID, made.Version, "")
		must(t, err)
		_, err = x.results.Sign(lead, made.ID, made.Version, "")
		code(t, err, "results.signed_already")
		_, err = x.results.Sign(leader, made.ID, made.Version-1, "")
		code(t, err, "results.changed")
		made, err = x.results.Sign(leader, made.ID, made.Version, "同意")
		must(t, err)
		if made.State != results.Settled || made.AppealUntil == nil || len(made.Signatures) != 2 {
			t.Fatalf("after two signatures %+v", made)
		}
		v, err := x.results.Verify(x.street(t, 1), made.ID)
		must(t, err)
		if !v.SameBytes || !v.SameInputs {
			t.Errorf("verification %+v", v)
		}
		_, err = x.results.Settle(lead, surveytest.Area, 2026, "再算一次")
		code(t, err, "results.nothing_changed")
	})
}

func TestAppeal_UpheldOneIsCorrectedInANewSettlementThatNamesTheOld(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := open(t, d)
		x.published(t, "2026H1", survey.DefaultAward())
		lead := x.lead(t)
		leader := x.person(t, "leader", surveytest.Area, "government", results.PermSign)
		first := x.settled(t, lead, leader, "")
		street := x.street(t, 2)
		a, err := x.results.Appeal(street, first.ID, results.NewAppeal{Ground: "data", Claim: "第2街道有三份问卷被记到第3街道，见附件名单"})
		must(t, err)
		_, err = x.results.Appeal(street, first.ID, results.NewAppeal{Ground: "data", Claim: "同一件事情再申诉一次看看行不行"})
		code(t, err, "results.appeal_open")
		other, err := x.results.Appeals(x.street(t, 1), first.ID)
		must(t, err)
		if len(other) != 0 {
			t.Errorf("another street sees %d appeals", len(other))
		}
		_, err = x.results.Decide(street, a.ID, results.Decision{Version: 1, Uphold: true, Answer: "自己给自己改一改分数可以吗", Points: 1})
		if errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a street decides: %v", err)
		}
		_, err = x.results.Decide(lead, a.ID, results.Decision{Version: 1, Uphold: true, Answer: "核对属实，年度得分更正0.3分", Points: 0.3})
		must(t, err)
		second := x.settled(t, lead, leader, "更正申诉")
		if second.Replaces != first.ID || len(second.Inputs.V.Adjustments) != 1 {
			t.Fatalf("correction %+v", second)
		}
		old, err := x.results.Settlement(street, first.ID)
		must(t, err)
		if old.State != results.Replaced || old.ResultHash != first.ResultHash {
			t.Errorf("the first settlement is %s", old.State)
		}
		list, err := x.results.Appeals(street, first.ID)
		must(t, err)
		if len(list) != 1 || list[0].CorrectedIn != second.ID || list[0].State != results.AppealUpheld {
			t.Errorf("appeal %+v", list)
		}
		c.Advance(30 * 24 * time.Hour)
		_, err = x.results.Appeal(street, second.ID, results.NewAppeal{Ground: "procedure", Claim: "过了期限的申诉不应当被受理才对"})
		code(t, err, "results.appeal_closed")
	})
}

func (x *office) settled(t *testing.T, lead, leader context.Context, reason string) *results.Settlement {
	t.Helper()
	made, err := x.results.Settle(lead, surveytest.Area, 2026, reason)
	must(t, err)
	for _, who := range []context.Context{lead, leader} {
		made, err = x.results.Sign(who, made.ID, made.Version, "")
		must(t, err)
	}
	return made
}

func TestSettle_RefusesRulesThatWereNotWrittenBeforeTheWave(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		x.published(t, "2026H1", nil)
		_, err := x.results.Settle(x.lead(t), surveytest.Area, 2026, "")
		code(t, err, "results.no_rules")
	})
}

// The matrix role × action: only the office computes, only signers sign, nobody outside the district does either.
func TestResults_AreDeniedByDefault(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		x.published(t, "2026H1", survey.DefaultAward())
		made, err := x.results.Settle(x.lead(t), surveytest.Area, 2026, "")
		must(t, err)
		for name, who := range map[string]context.Context{
			"nobody": context.Background(), "street": x.street(t, 1), "reader": surveytest.As(surveytest.Area, results.PermRead),
			"signer of a street": surveytest.As(surveytest.Street(1), results.PermSign, results.PermManage), "other district": surveytest.As("320102", results.Permissions()...),
		} {
			for action, do := range map[string]func() error{
				"settle": func() error { _, err := x.results.Settle(who, surveytest.Area, 2025, ""); return err },
				"sign":   func() error { _, err := x.results.Sign(who, made.ID, made.Version, ""); return err },
				"drop":   func() error { _, err := x.results.Drop(who, made.ID, made.Version, "不要了"); return err },
				"read":   func() error { _, err := x.results.Settlement(who, made.ID); return err },
			} {
				if kind := errs.KindOf(do()); kind != errs.KindForbidden && kind != errs.KindUnauthorized && kind != errs.KindNotFound {
					t.Errorf("%s may %s: kind %v", name, action, kind)
				}
			}
		}
		if _, err := x.results.Drop(x.lead(t), made.ID, made.Version, "参数有误"); err != nil {
			t.Errorf("the office cannot drop: %v", err)
		}
		if again, err := x.results.Settle(x.lead(t), surveytest.Area, 2026, ""); err != nil || again.Seq != 2 {
			t.Errorf("after a dropped one: %v", err)
		}
	})
}

func TestExport_HoldsTheLinesOfTheSettlement(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		x.published(t, "2026H1", survey.DefaultAward())
		made, err := x.results.Settle(x.lead(t), surveytest.Area, 2026, "")
		must(t, err)
		var b bytes.Buffer
		must(t, made.WriteWorkbook(&b))
		f, err := excelize.OpenReader(&b)
		must(t, err)
		rows, err := f.GetRows("年度得分")
		must(t, err)
		if len(rows) != 4 || !strings.Contains(strings.Join(rows[0], "|"), "折算作风建设年度考核") {
			t.Errorf("rows %v", rows)
		}
	})
}
