package integrity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yiwang/internal/integrity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// house is a district with a wave whose open link was flooded one afternoon.
type house struct {
	*surveytest.District
	checks *integrity.Service
	wave   *survey.Wave
	lead   context.Context
}

const flood = 30

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	x := &house{District: surveytest.New(t, d, 2)}
	x.checks = integrity.New(d, x.Surveys, func(context.Context, *db.Tx, string) (map[string]string, error) {
		return map[string]string{surveytest.Street(1): "第1街道", surveytest.Community(1, 1): "第1社区"}, nil
	})
	x.wave = x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
	x.lead = surveytest.As(surveytest.Area, append(integrity.Permissions(), survey.PermRead)...)
	r := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 10, 19, 9, 0, 0, 0, time.FixedZone("", 8*3600))
	q, err := x.Surveys.Questionnaire(x.Ctx, x.Questionnaires[survey.Adult])
	if err != nil {
		t.Fatal(err)
	}
	n := len(q.Form.V.ScaleQuestions())
	var rows []survey.Response
	for i := range 400 {
		row := survey.Response{Channel: survey.Online, Mode: survey.ModeWeb, Street: surveytest.Street(1 + i%2), Community: surveytest.Community(1+i%2, 1+i%3), Group: survey.Adult,
			Seconds: 200 + r.IntN(100), Device: fmt.Sprintf("device%d", i), RowKey: fmt.Sprint(i), RowHash: fmt.Sprint(i),
			SubmittedAt: clock.At(start.AddDate(0, 0, r.IntN(20)).Add(time.Duration(r.IntN(10*3600*1000)) * time.Millisecond))}
		for range n {
			row.Marks += string(rune('1' + r.IntN(3)))
		}
		if i >= 400-flood {
			row.Street, row.Community, row.Marks, row.Seconds = surveytest.Street(1), surveytest.Community(1, 1), strings.Repeat("1", n), 60
			row.SubmittedAt = clock.At(start.AddDate(0, 0, 8).Add(5*time.Hour + time.Duration(i)*time.Second))
		}
		row.Answers.V.Choices = map[string]int{"Q-INT": 1}
		rows = append(rows, row)
	}
	if err := d.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, x.wave.ID, rows) }); err != nil {
		t.Fatal(err)
	}
	return x
}

func (x *house) check(t *testing.T) *integrity.Check {
	t.Helper()
	c, err := x.checks.Check(x.lead, x.wave.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// scored counts the answers that flags and decisions leave as they were.
func (x *house) counts(t *testing.T) (flagged, excluded int) {
	t.Helper()
	err := x.DB.Read(x.lead, func(tx *db.Tx) error {
		return x.Surveys.EvidenceTx(x.lead, tx, x.wave, func(e *survey.Evidence) error {
			if e.Flags != 0 {
				flagged++
			}
			if e.Excluded {
				excluded++
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return flagged, excluded
}

func TestCheck_FlagsWithoutTakingAnythingOutAndFindsTheSameAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		first := x.check(t)
		if first.Seq != 1 || first.Summary.V.Flagged < flood || first.Summary.V.Findings == 0 || first.Summary.V.Streets[0].Name != "第1街道" {
			t.Fatalf("first check: %+v", first.Summary.V)
		}
		flagged, excluded := x.counts(t)
		if flagged != first.Summary.V.Flagged || excluded != 0 {
			t.Errorf("%d answers carry flags and %d are out, want %d and 0", flagged, excluded, first.Summary.V.Flagged)
		}
		second := x.check(t)
		if second.Seq != 2 || second.Digest != first.Digest {
			t.Errorf("the same answers: digest %s became %s", first.Digest, second.Digest)
		}
	})
}

func TestDecide_AFindingLeavesTheScoreAndComesBackWithReasons(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		x.check(t)
		list, err := x.checks.Findings(x.lead, x.wave.ID)
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		burst := list[0]
		for _, f := range list {
			if f.Pattern == integrity.PatternBurst {
				burst = f
			}
		}
		out, err := x.checks.Decide(x.lead, x.wave.ID, integrity.Choice{Finding: burst.ID, Verdict: integrity.SetAside, Reason: "电话复核：街道组织集中填写"})
		if err != nil || out.Changed != burst.Answers || burst.Answers < flood {
			t.Fatalf("set aside %+v of %d: %v", out, burst.Answers, err)
		}
		if _, excluded := x.counts(t); excluded != burst.Answers {
			t.Errorf("%d are out, want %d", excluded, burst.Answers)
		}
		page, err := x.checks.Rows(x.lead, x.wave.ID, integrity.RowFilter{Verdict: integrity.SetAside}, "", 20)
		if err != nil || page.Total != burst.Answers || len(page.Items) != 20 || page.NextCursor == "" || page.Items[0].CommunityName != "第1社区" {
			t.Fatalf("queue: %d of %d, %v", len(page.Items), page.Total, err)
		}
		back := page.Items[0].ID
		if _, err := x.checks.Decide(x.lead, x.wave.ID, integrity.Choice{Answers: []string{back}, Verdict: integrity.Keep, Reason: "本人来电确认"}); err != nil {
			t.Fatal(err)
		}
		x.check(t) // decisions stay
		detail, err := x.checks.Detail(x.lead, x.wave.ID, back)
		if err != nil || detail.Verdict != integrity.Keep || len(detail.Decisions) != 2 || detail.Decisions[0].Verdict != integrity.SetAside || len(detail.Items) != 18 {
			t.Errorf("detail: %+v, %v", detail, err)
		}
		if _, excluded := x.counts(t); excluded != burst.Answers-1 {
			t.Errorf("%d are out, want %d", excluded, burst.Answers-1)
		}
		decisions, err := x.checks.Decisions(x.lead, x.wave.ID)
		if err != nil || len(decisions) != 2 || decisions[0].Reason != "本人来电确认" {
			t.Errorf("decisions: %+v, %v", decisions, err)
		}
	})
}

func TestDecide_AFlagInBulkOnlyInTheNumberThatWasSeen(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t))
	x.check(t)
	page, err := x.checks.Rows(x.lead, x.wave.ID, integrity.RowFilter{Verdict: integrity.Open, Flag: "speed"}, "", 200)
	if err != nil || page.Total < flood {
		t.Fatal(page.Total, err)
	}
	choice := integrity.Choice{Flag: "speed", Expect: page.Total - 1, Verdict: integrity.SetAside, Reason: "用时不足以读题"}
	if _, err := x.checks.Decide(x.lead, x.wave.ID, choice); errs.CodeOf(err) != "integrity.other_number" {
		t.Errorf("another number: %v", err)
	}
	choice.Expect = page.Total
	if out, err := x.checks.Decide(x.lead, x.wave.ID, choice); err != nil || out.N != page.Total {
		t.Errorf("%+v %v", out, err)
	}
}

func TestDecide_RefusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t))
	x.check(t)
	for name, c := range map[string]struct {
		choice integrity.Choice
		code   string
	}{
		"nothing":     {integrity.Choice{Verdict: integrity.Keep, Reason: "说明理由"}, "integrity.bad_choice"},
		"two things":  {integrity.Choice{Answers: []string{"a"}, Flag: "speed", Verdict: integrity.Keep, Reason: "说明理由"}, "integrity.bad_choice"},
		"no reason":   {integrity.Choice{Answers: []string{"a"}, Verdict: integrity.Keep, Reason: " 无 "}, "integrity.reason_required"},
		"no verdict":  {integrity.Choice{Answers: []string{"a"}, Verdict: integrity.Open, Reason: "说明理由"}, "integrity.bad_choice"},
		"elsewhere":   {integrity.Choice{Answers: []string{"a"}, Verdict: integrity.Keep, Reason: "说明理由"}, "integrity.answer_not_found"},
		"no finding":  {integrity.Choice{Finding: "x", Verdict: integrity.Keep, Reason: "说明理由"}, "integrity.finding_not_found"},
		"no flag":     {integrity.Choice{Flag: "x", Verdict: integrity.Keep, Reason: "说明理由"}, "integrity.bad_choice"},
		"nobody left": {integrity.Choice{Flag: "coached", Verdict: integrity.Keep, Reason: "说明理由"}, "integrity.other_number"},
	} {
		if _, err := x.checks.Decide(x.lead, x.wave.ID, c.choice); errs.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
	w := x.Advance(t, x.wave, "close")
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		_, err := x.Surveys.MoveTx(x.Ctx, tx, w.ID, "score", "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := x.checks.Check(x.lead, w.ID, nil); errs.CodeOf(err) != "integrity.not_open" {
		t.Errorf("a scored wave is checked: %v", err)
	}
}

func TestPermissions_AreThoseThatSurveyAsksFor(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t))
	street := surveytest.As(surveytest.Street(1), append(integrity.Permissions(), survey.PermRead)...)
	reader := surveytest.As(surveytest.Area, integrity.PermRead, survey.PermRead)
	for name, c := range map[string]struct {
		ctx          context.Context
		read, decide bool
	}{
		"lead":    {x.lead, true, true},
		"reader":  {reader, true, false},
		"street":  {street, false, false},
		"lookers": {surveytest.As(surveytest.Area, survey.Permissions()...), false, false},
		"nobody":  {context.Background(), false, false},
	} {
		_, err := x.checks.Overview(c.ctx, x.wave.ID)
		if (err == nil) != c.read {
			t.Errorf("%s reads: %v", name, err)
		}
		_, err = x.checks.Check(c.ctx, x.wave.ID, nil)
		if (err == nil) != c.decide {
			t.Errorf("%s checks: %v", name, err)
		}
		err = x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.FlagTx(c.ctx, tx, x.wave, nil) })
		if (err == nil) != c.decide {
			t.Errorf("%s flags: %v", name, err)
		}
		_, err = x.checks.Findings(c.ctx, x.wave.ID)
		if (err == nil) != c.read {
			t.Errorf("%s sees findings: %v", name, err)
		}
		if err := x.checks.Export(c.ctx, x.wave.ID, "csv", &bytes.Buffer{}); (err == nil) != c.read {
			t.Errorf("%s exports: %v", name, err)
		}
	}
}

func TestRoutes_FromCheckToDecision(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t))
	mux := http.NewServeMux()
	x.checks.Routes(httpx.NewAPI(mux, "test"))
	runner := jobs.NewRunner(x.DB)
	x.checks.Work(runner)
	at := "/api/v1/waves/" + x.wave.ID + "/integrity"
	send := func(ctx context.Context, method, path string, in any) *httptest.ResponseRecorder {
		t.Helper()
		var body []byte
		if in != nil {
			body, _ = json.Marshal(in)
		}
		r := httptest.NewRequestWithContext(ctx, method, at+path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	if r := send(x.lead, "GET", "", nil); r.Code != 200 || strings.Contains(r.Body.String(), `"check"`) || !strings.Contains(r.Body.String(), `"judgeable":true`) {
		t.Fatalf("before: %d %s", r.Code, r.Body)
	}
	if r := send(x.lead, "POST", "/checks", nil); r.Code != http.StatusAccepted || !strings.Contains(r.Body.String(), "job_id") {
		t.Fatalf("start: %d %s", r.Code, r.Body)
	}
	if err := runner.Drain(x.Ctx); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"": `"flagged":`, "/findings": `"pattern":"burst"`, "/answers?verdict=open&flag=speed&limit=5": `"next_cursor":`, "/decisions": `"items":[]`,
		"/export?format=csv": "疑点分"} {
		if r := send(x.lead, "GET", path, nil); r.Code != 200 || !strings.Contains(r.Body.String(), want) {
			t.Errorf("%s: %d, %s is missing in %.300s", path, r.Code, want, r.Body)
		}
	}
	var page struct {
		Items []struct{ ID string }
	}
	if err := json.Unmarshal(send(x.lead, "GET", "/answers?limit=3", nil).Body.Bytes(), &page); err != nil || len(page.Items) != 3 {
		t.Fatal(page, err)
	}
	id := page.Items[0].ID
	if r := send(x.lead, "POST", "/decisions", map[string]any{"answers": []string{id}, "verdict": "set_aside", "reason": "复核不实"}); r.Code != http.StatusCreated || !strings.Contains(r.Body.String(), `"changed":1`) {
		t.Errorf("decide: %d %s", r.Code, r.Body)
	}
	if r := send(x.lead, "GET", "/answers/"+id, nil); r.Code != 200 || !strings.Contains(r.Body.String(), `"verdict":"set_aside"`) || !strings.Contains(r.Body.String(), `"items":[{"code":"A1-1"`) {
		t.Errorf("detail: %d %.400s", r.Code, r.Body)
	}
	if r := send(surveytest.As(surveytest.Area, survey.PermRead), "GET", "/answers", nil); r.Code != http.StatusForbidden {
		t.Errorf("without permission: %d", r.Code)
	}
}
