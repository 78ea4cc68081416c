package fieldwork_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yiwang/internal/fieldwork"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// drawnFixture is a wave in fieldwork with a drawn sample and two interviewers.
func drawnFixture(t *testing.T, d *db.DB) (x *fixture, first, second context.Context) {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	must(t, err)
	box, err := crypto.NewBox(keys)
	must(t, err)
	files, err := blob.NewDir(t.TempDir())
	must(t, err)
	x = &fixture{District: surveytest.New(t, d, 2)}
	perms := append(append(fieldwork.Permissions(), sampling.Permissions()...), survey.Permissions()...)
	people := identity.New(d, perms, identity.Config{Sealer: box, Demo: true, AreaNames: func(_ context.Context, codes []string) (map[string]string, error) {
		names := map[string]string{}
		for _, c := range codes {
			names[c] = c
		}
		return names, nil
	}})
	areas := []identity.DemoArea{{Code: surveytest.Area, Name: "鼓楼区", Level: "district"}, {Code: surveytest.Street(1), Name: "第1街道", Level: "subdistrict", ParentCode: surveytest.Area}}
	must(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
		if err := people.PrepareTx(x.Ctx, tx); err != nil {
			return err
		}
		_, err := people.EnsureDemoAccounts(x.Ctx, tx, areas)
		return err
	}))
	x.samples = sampling.New(d, x.Surveys, x.Regions, box)
	x.field = fieldwork.New(fieldwork.Deps{DB: d, Surveys: x.Surveys, Samples: x.samples, Regions: x.Regions, People: people, Files: files, Box: box})
	x.draw(t)
	must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
		list, err := people.HoldersTx(x.Ctx, tx, fieldwork.PermCollect, surveytest.Street(1))
		for _, h := range list {
			p := &auth.Principal{UserID: h.ID, Name: h.Name, Areas: []string{surveytest.Area}, Permissions: map[string]bool{fieldwork.PermCollect: true}}
			first, second = second, auth.With(context.Background(), p)
		}
		return err
	}))
	if first == nil {
		t.Fatal("two interviewers are needed")
	}
	return x, first, second
}

// draw seals, draws and opens a wave of forty elderly households in two streets.
func (x *fixture) draw(t *testing.T) {
	t.Helper()
	var blocks []sampling.NewBlock
	for s := 1; s <= 2; s++ {
		for c := 1; c <= 3; c++ {
			b := sampling.NewBlock{Code: surveytest.Community(s, c)}
			for i := range 60 {
				b.Members = append(b.Members, sampling.NewMember{Address: sampling.Address{Text: fmt.Sprintf("桂香苑%d幢", i+1)}, Adults: 2, Elders: 1})
			}
			blocks = append(blocks, b)
		}
	}
	f, err := x.samples.MakeFrame(x.Ctx, sampling.NewFrame{Area: surveytest.Area, Kind: sampling.Households, Name: "名册", Blocks: blocks})
	must(t, err)
	f, err = x.samples.CloseFrame(x.Ctx, f.ID, f.Version)
	must(t, err)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Draft)
	design := *survey.DefaultSampling(map[survey.Group]int{survey.Elder: 40})
	design.FrameID = f.ID
	must(t, x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		_, err := x.samples.SealTx(x.Ctx, tx, w.ID, w.Version, design, "", strings.Repeat("7", 64))
		return err
	}))
	w, err = x.Surveys.Wave(x.Ctx, w.ID)
	must(t, err)
	w = x.Advance(t, x.Advance(t, w, "pilot"), "freeze")
	_, err = x.samples.Perform(x.Ctx, w.ID, "")
	must(t, err)
	x.wave = x.Advance(t, w, "open")
}

func manager() context.Context {
	return surveytest.As(surveytest.Area, fieldwork.PermRead, fieldwork.PermManage, sampling.PermRead, sampling.PermManage, survey.PermRead)
}

func (x *fixture) assign(t *testing.T, to context.Context, n int) {
	t.Helper()
	got, err := x.field.Assign(manager(), x.wave.ID, fieldwork.NewAssignments{Interviewer: auth.From(to).UserID, Mode: survey.ModeVisit, Street: surveytest.Street(1), Most: n})
	if err != nil || got != n {
		t.Fatalf("assigned %d, %v; want %d", got, err, n)
	}
}

func (x *fixture) interview(t *testing.T, k *fieldwork.Kit, e *fieldwork.Errand, n int) fieldwork.Interview {
	t.Helper()
	for _, q := range k.Questionnaires {
		if q.Group == e.Group && q.Wave.ID == e.WaveID {
			return fieldwork.Interview{Submission: fieldwork.Submission{SubmissionID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Token: q.Token, Group: q.Group, Adults: 2,
				Answers: answers(q.Form)}, Mode: survey.ModeVisit, InvitationID: e.InvitationID}
		}
	}
	t.Fatal("no questionnaire in the kit")
	return fieldwork.Interview{}
}

func TestInterviewed_CountsOnceClosesTheAddressAndLinksNobody(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, first, second := drawnFixture(t, d)
		x.assign(t, first, 5)
		kit, err := x.field.Mine(first)
		must(t, err)
		if len(kit.Errands) != 5 || kit.Errands[0].Address.Text == "" || kit.Errands[0].Select == nil {
			t.Fatalf("kit: %+v", kit.Errands)
		}
		in := x.interview(t, kit, &kit.Errands[0], 1)
		if _, err := x.field.Interviewed(second, in); errs.CodeOf(err) != "fieldwork.not_assigned" {
			t.Errorf("somebody else's address: %v", err)
		}
		r, err := x.field.Interviewed(first, in)
		must(t, err)
		again, err := x.field.Interviewed(first, in)
		if err != nil || !again.Repeated || again.Receipt != r.Receipt {
			t.Errorf("sent again: %+v, %v", again, err)
		}
		in.SubmissionID = "00000000-0000-4000-8000-000000000002"
		if _, err := x.field.Interviewed(first, in); errs.CodeOf(err) != "fieldwork.code_used" {
			t.Errorf("another answer of the same household: %v", err)
		}
		if c := x.counts(t); c.Targeted != 1 {
			t.Errorf("counts: %+v", c)
		}
		type row struct {
			Weight      float64 `db:"base_weight"`
			Interviewer string  `db:"interviewer"`
			At          int64   `db:"submitted_at"`
			Tries       int     `db:"tries"`
			Trail       int     `db:"n"`
		}
		must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			got, err := db.Get[row](x.Ctx, tx, `SELECT base_weight, interviewer, submitted_at, (SELECT COUNT(*) FROM fieldwork_attempt) AS tries,
				(SELECT COUNT(*) FROM audit_entry WHERE action LIKE 'fieldwork.%' AND detail LIKE '%submission%') AS n FROM response`)
			if got.Weight < 2 || got.Interviewer == "" || got.Interviewer == auth.From(first).UserID || got.At%3_600_000 != 0 || got.Tries != 0 || got.Trail != 0 {
				t.Errorf("stored: %+v", got)
			}
			return err
		}))
		kit, err = x.field.Mine(first)
		must(t, err)
		for _, e := range kit.Errands {
			if e.InvitationID == in.InvitationID && (!e.Closed || e.Outcome != fieldwork.Complete || e.Address.Text != "") {
				t.Errorf("after the interview: %+v", e)
			}
		}
	})
}

func TestTry_TheMostTellingOutcomeEntersTheRates(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, first, second := drawnFixture(t, d)
		x.assign(t, first, 4)
		kit, err := x.field.Mine(first)
		must(t, err)
		try := func(ctx context.Context, i, n int, o fieldwork.Outcome) error {
			_, err := x.field.Try(ctx, fieldwork.NewAttempt{ID: fmt.Sprintf("00000000-0000-4000-9000-%012d", n), InvitationID: kit.Errands[i].InvitationID, Outcome: o, Note: "晚上再来"})
			return err
		}
		must(t, try(first, 0, 1, fieldwork.NoAnswer))
		must(t, try(first, 0, 1, fieldwork.NoAnswer)) // sent twice
		c.Advance(24 * time.Hour)
		must(t, try(first, 0, 2, fieldwork.Refusal))
		must(t, try(first, 1, 3, fieldwork.Vacant))
		must(t, try(first, 2, 4, fieldwork.NeverIn))
		for name, err := range map[string]error{
			"fieldwork.not_assigned":      try(second, 3, 5, fieldwork.Refusal),
			"fieldwork.assignment_closed": try(first, 0, 6, fieldwork.NoAnswer),
			"fieldwork.bad_outcome":       try(first, 3, 7, fieldwork.Complete),
			"auth.no_permission":          try(surveytest.As(surveytest.Area, fieldwork.PermRead), 3, 8, fieldwork.Refusal),
		} {
			if errs.CodeOf(err) != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		r, err := x.field.Rates(manager(), x.wave.ID)
		must(t, err)
		want := fieldwork.Dispositions{R: 1, NE: 1, NC: 1, UH: 37}
		if r.All.Counts != want || r.All.Cases != 40 {
			t.Errorf("counts %+v of %d, want %+v of 40", r.All.Counts, r.All.Cases, want)
		}
		if _, err := x.field.Rates(surveytest.As(surveytest.Street(1), fieldwork.PermRead, survey.PermRead), x.wave.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a street reads the rates: %v", err)
		}
		next, err := x.field.Replace(manager(), kit.Errands[1].InvitationID, "空房")
		if err != nil || next.Street != surveytest.Street(1) {
			t.Errorf("replacement: %+v, %v", next, err)
		}
		if r, err = x.field.Rates(manager(), x.wave.ID); err != nil || r.All.Cases != 41 || r.All.Counts.NE != 1 {
			t.Errorf("the replaced address left the rates: %+v, %v", r.All, err)
		}
		if _, err := x.field.Replace(manager(), kit.Errands[3].InvitationID, "不想去"); errs.CodeOf(err) != "fieldwork.not_ended" {
			t.Errorf("replacing an untried address: %v", err)
		}
	})
}

func TestSubmit_ACodeAnswersOnceWithTheWeightOfItsHousehold(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, _, _ := drawnFixture(t, d)
		var code string
		must(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			list, err := x.samples.ListTx(x.Ctx, tx, sampling.Filter{WaveID: x.wave.ID, State: sampling.Open, Limit: 1})
			if err == nil {
				code, err = x.samples.IssueCodeTx(x.Ctx, tx, list[0].ID)
			}
			return err
		}))
		q, err := x.field.OpenByCode(context.Background(), strings.ToLower(code))
		must(t, err)
		if q.Channel != survey.Targeted || q.Group != survey.Elder || q.Street == nil || q.Select == nil || len(q.Areas) != 0 {
			t.Fatalf("opened: %+v", q)
		}
		in := fieldwork.Submission{SubmissionID: "00000000-0000-4000-8000-000000000001", Token: q.Token, Code: code, Group: q.Group, Adults: 3, Answers: answers(q.Form)}
		for i, want := range []bool{false, true, true} {
			if r, err := x.field.Submit(context.Background(), in, fieldwork.Sender{}); err != nil || r.Repeated != want {
				t.Errorf("sending %d: %+v, %v", i, r, err)
			}
		}
		in.SubmissionID = "00000000-0000-4000-8000-000000000002"
		if _, err := x.field.Submit(context.Background(), in, fieldwork.Sender{}); errs.CodeOf(err) != "fieldwork.code_used" {
			t.Errorf("a second answer with the code: %v", err)
		}
		if _, err := x.field.OpenByCode(context.Background(), code); errs.CodeOf(err) != "fieldwork.code_used" {
			t.Errorf("opening a used code: %v", err)
		}
		in.Code = ""
		if _, err := x.field.Submit(context.Background(), in, fieldwork.Sender{}); errs.CodeOf(err) != "fieldwork.token_invalid" {
			t.Errorf("the token of a letter without its code: %v", err)
		}
		if c := x.counts(t); c.Targeted != 1 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestBoard_HidesSmallCellsFromStreets(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		for n := 1; n <= 12; n++ {
			in := x.opened(t, survey.Adult, n)
			if n > 9 {
				in.Street, in.Community = surveytest.Street(2), ""
			}
			_, err := x.field.Submit(context.Background(), in, fieldwork.Sender{Device: fmt.Sprint(n)})
			must(t, err)
		}
		b, err := x.field.Board(surveytest.As(surveytest.Street(1), fieldwork.PermRead, survey.PermRead), x.wave.ID)
		must(t, err)
		for _, c := range b.Cells {
			if c.Street != surveytest.Street(1) || c.N != nil {
				t.Errorf("a street sees %+v", c)
			}
		}
		if b.District || len(b.Days) > 0 || len(b.Modes) > 0 {
			t.Errorf("a street sees days or modes: %+v", b)
		}
		b, err = x.field.Board(manager(), x.wave.ID)
		must(t, err)
		total := 0
		for _, c := range b.Cells {
			total += *c.N
		}
		if !b.District || total != 12 || len(b.Days) != 1 || b.Days[0].Online != 12 || len(b.Modes) != 1 {
			t.Errorf("the office sees %+v", b)
		}
		if _, err := x.field.Board(surveytest.As("320102", fieldwork.PermRead, survey.PermRead), x.wave.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("another district: %v", err)
		}
		if _, err := x.field.Board(surveytest.As(surveytest.Area, survey.PermRead), x.wave.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without fieldwork.read: %v", err)
		}
	})
}

func TestRemind_ListsWhoHasNotAnsweredAndLeavesRefusalsAlone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, first, _ := drawnFixture(t, d)
		x.assign(t, first, 2)
		kit, err := x.field.Mine(first)
		must(t, err)
		_, err = x.field.Try(first, fieldwork.NewAttempt{ID: "00000000-0000-4000-9000-000000000001", InvitationID: kit.Errands[0].InvitationID, Outcome: fieldwork.Refusal})
		must(t, err)
		r, err := x.field.Remind(manager(), x.wave.ID, fieldwork.NewReminder{Way: fieldwork.ByLetter})
		if err != nil || r.N != 39 || r.Round != 1 {
			t.Fatalf("round: %+v, %v", r, err)
		}
		_, err = x.field.Interviewed(first, x.interview(t, kit, &kit.Errands[1], 1))
		must(t, err)
		list, err := x.field.Reminders(manager(), x.wave.ID)
		if err != nil || len(list) != 1 || list[0].Came != 1 {
			t.Errorf("rounds: %+v, %v", list, err)
		}
		name, file, err := x.field.ReminderFile(manager(), r.ID, sheet.CSV)
		if lines := strings.Count(string(file), "\n"); err != nil || lines != 39 || !strings.Contains(string(file), "桂香苑") || name != "2026H2催答名单第1轮.csv" {
			t.Errorf("%s has %d lines, %v", name, lines, err)
		}
		if _, _, err := x.field.ReminderFile(surveytest.As(surveytest.Street(1), fieldwork.PermManage), r.ID, sheet.CSV); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a street takes the list: %v", err)
		}
	})
}
