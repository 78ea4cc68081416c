package fieldwork_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/fieldwork"
	"yiwang/internal/form"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// fixture is a district whose wave takes answers.
type fixture struct {
	*surveytest.District
	field   *fieldwork.Service
	samples *sampling.Service
	wave    *survey.Wave
}

func setUp(t *testing.T, d *db.DB, edit func(*survey.Plan)) *fixture {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	must(t, err)
	box, err := crypto.NewBox(keys)
	must(t, err)
	files, err := blob.NewDir(t.TempDir())
	must(t, err)
	x := &fixture{District: surveytest.New(t, d, 2)}
	x.samples = sampling.New(d, x.Surveys, x.Regions, box)
	x.field = fieldwork.New(fieldwork.Deps{DB: d, Surveys: x.Surveys, Samples: x.samples, Regions: x.Regions, Files: files, Box: box})
	plan := x.Plan(t)
	if edit != nil {
		edit(&plan)
	}
	x.wave = x.Wave(t, "2026H2", plan, survey.Fieldwork)
	return x
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opened returns a submission through the open link with every required question answered.
func (x *fixture) opened(t testing.TB, group survey.Group, n int) fieldwork.Submission {
	t.Helper()
	q, err := x.field.OpenByLink(context.Background(), "2026H2", group)
	must(t, err)
	return fieldwork.Submission{SubmissionID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Token: q.Token, Group: group, Street: surveytest.Street(1),
		Community: surveytest.Community(1, 2), Device: "phone", Answers: answers(q.Form)}
}

// answers answers every required question with its second option.
func answers(f *survey.Form) form.Answers {
	a := form.Answers{}
	for i := range f.Questions {
		q := &f.Questions[i]
		switch {
		case q.Type == form.Scale5:
			a[q.Code] = "2"
		case !q.Required():
		case q.Type == form.Single:
			a[q.Code] = 1
		case q.Type == form.Categories:
			a[q.Code] = []string{"01"}
		}
	}
	return a
}

func (x *fixture) counts(t testing.TB) survey.Counts {
	t.Helper()
	w, err := x.Surveys.Wave(x.Ctx, x.wave.ID)
	must(t, err)
	return w.Counts
}

func TestSubmit_TheSameAnswerFiveTimesCountsOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		in := x.opened(t, survey.Adult, 1)
		in.Answers["Q-REVT"] = "路灯坏了三个月"
		var first *fieldwork.Receipt
		for i := range 5 {
			r, err := x.field.Submit(context.Background(), in, fieldwork.Sender{Device: "d"})
			must(t, err)
			if i == 0 {
				first = r
			} else if !r.Repeated || r.Receipt != first.Receipt {
				t.Fatalf("repetition %d: %+v, first %+v", i, r, first)
			}
		}
		if first.Repeated {
			t.Error("the first answer is called a repetition")
		}
		if c := x.counts(t); c.Online != 1 || c.Targeted != 0 {
			t.Errorf("counts: %+v", c)
		}
		n, err := x.Surveys.ReleaseComments(x.Ctx, x.wave.ID)
		if err != nil || n != 1 {
			t.Errorf("comments: %d, %v; want 1", n, err)
		}
	})
}

func TestSubmit_NamesEveryAnswerThatCannotStand(t *testing.T) {
	t.Parallel()
	x := setUp(t, testkit.SQLite(t), nil)
	in := x.opened(t, survey.Adult, 1)
	in.Answers["A1-1"], in.Answers["B2-1"] = "9", nil
	_, err := x.field.Submit(context.Background(), in, fieldwork.Sender{})
	e := errs.As(err)
	if e == nil || e.Code != "fieldwork.answers_invalid" || len(e.Fields) != 2 || e.Fields[0].Location != "body.answers.A1-1" || e.Fields[1].Location != "body.answers.B2-1" {
		t.Errorf("got %v %+v", err, e)
	}
}

func TestSubmit_OneDeviceSendsThreeAnswersAtMost(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		for n := 1; n <= 4; n++ {
			_, err := x.field.Submit(context.Background(), x.opened(t, survey.Adult, n), fieldwork.Sender{Device: "one phone"})
			if code := errs.CodeOf(err); n <= 3 && err != nil || n == 4 && code != "fieldwork.device_limit" {
				t.Errorf("answer %d: %v", n, err)
			}
		}
		if c := x.counts(t); c.Online != 3 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestRoutes_ARespondentOpensAndSends(t *testing.T) {
	t.Parallel()
	x := setUp(t, testkit.SQLite(t), nil)
	mux := http.NewServeMux()
	x.field.Routes(httpx.NewAPI(mux, "test"))
	do := func(method, path string, in any) *httptest.ResponseRecorder {
		b, err := json.Marshal(in)
		must(t, err)
		r := httptest.NewRequest(method, path, bytes.NewReader(b))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	w := do("GET", "/api/v1/public/questionnaire?wave=2026H2&group=elder", nil)
	var q fieldwork.Questionnaire
	must(t, json.Unmarshal(w.Body.Bytes(), &q))
	if w.Code != 200 || len(w.Result().Cookies()) != 1 || len(q.Areas) != 2 || len(q.Areas[0].Communities) != 3 || q.Form == nil || len(q.Scale) != 5 || len(q.Categories) != 3 {
		t.Fatalf("open: %d %s", w.Code, w.Body)
	}
	in := x.opened(t, survey.Elder, 1)
	w = do("POST", "/api/v1/public/responses", in)
	if w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), `"repeated":false`) {
		t.Fatalf("send: %d %s", w.Code, w.Body)
	}
	in.Token += "x"
	if w = do("POST", "/api/v1/public/responses", in); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "fieldwork.token_invalid") {
		t.Errorf("forged token: %d %s", w.Code, w.Body)
	}
	for path, want := range map[string]int{"?code=2222-2222-2222": 404, "?wave=1999&group=adult": 404, "?wave=2026H2&group=cats": 404} {
		if w = do("GET", "/api/v1/public/questionnaire"+path, nil); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	x.Advance(t, x.wave, "close")
	if w = do("POST", "/api/v1/public/responses", x.opened2(t, in)); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "fieldwork.not_open") {
		t.Errorf("after the end: %d %s", w.Code, w.Body)
	}
}

// opened2 is another answer with the token of in.
func (x *fixture) opened2(t testing.TB, in fieldwork.Submission) fieldwork.Submission {
	t.Helper()
	in.Token = strings.TrimSuffix(in.Token, "x")
	in.SubmissionID = "00000000-0000-4000-8000-000000000099"
	return in
}
