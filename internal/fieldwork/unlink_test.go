package fieldwork_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/form"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/testkit"
)

// PostgreSQL notes with every row which transaction wrote it. An answer, its invitation and its assignment are of one.
func TestUnlink_NoRowIsOfTheTransactionOfAnAnswer(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, first, _ := drawnFixture(t, d)
		x.assign(t, first, 5)
		kit, err := x.field.Mine(first)
		must(t, err)
		for i := range 4 {
			_, err := x.field.Interviewed(first, x.interview(t, kit, &kit.Errands[i], i+1))
			must(t, err)
		}
		joined := func(table string) (n int) {
			must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
				n, err = db.Get[int](x.Ctx, tx, "SELECT COUNT(*) FROM response r JOIN "+table+" o ON o.xmin = r.xmin")
				return err
			}))
			return n
		}
		if d.Dialect() == db.Postgres && (joined("invitation") != 4 || joined("fieldwork_assignment") != 4) {
			t.Error("the engine does not join what it is said to join; this test shows nothing")
		}
		for range 2 { // the second time finds nothing to do
			must(t, x.samples.Unlink(x.Ctx))
			must(t, x.field.Unlink(x.Ctx))
		}
		if d.Dialect() == db.Postgres {
			for _, table := range []string{"invitation", "fieldwork_assignment", "fieldwork_sheet", "fieldwork_attempt"} {
				if n := joined(table); n != 0 {
					t.Errorf("%d rows of %s are of the transaction of an answer", n, table)
				}
			}
		}
		kit, err = x.field.Mine(first)
		must(t, err)
		done := 0
		for i := range kit.Errands {
			if kit.Errands[i].Closed {
				done++
			}
		}
		if done != 4 {
			t.Errorf("%d of 4 addresses are finished after unlinking", done)
		}
	})
}

// A wave is closed after the last answer that was let in, never between its look at the wave and its commit.
func TestSubmit_HoldsTheWaveOpen(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, first, _ := drawnFixture(t, d)
		x.assign(t, first, 1)
		kit, err := x.field.Mine(first)
		must(t, err)
		c, err := x.Surveys.Collecting(x.Ctx, x.wave.ID)
		must(t, err)
		in := x.interview(t, kit, &kit.Errands[0], 1)
		must(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := x.Surveys.RecordTx(x.Ctx, tx, survey.Submission{Key: in.SubmissionID, WaveID: x.wave.ID, Version: c.Wave.Version, Form: c.Forms[in.Group], Group: in.Group,
				Channel: survey.Targeted, Mode: survey.ModeVisit, Street: kit.Errands[0].Street, Answers: in.Answers})
			if err != nil || d.Dialect() != db.Postgres {
				return err
			}
			if err := d.Tx(x.Ctx, func(other *db.Tx) error {
				_, err := other.Exec(x.Ctx, "SELECT id FROM wave WHERE id = $1 FOR NO KEY UPDATE NOWAIT", x.wave.ID)
				return err
			}); err == nil {
				t.Error("the wave can be closed while an answer is being stored")
			}
			return nil
		}))
	})
}

func TestAddPhoto_IsLimitedByNetworkAndByTheQuestionnaire(t *testing.T) {
	t.Parallel()
	x, first, _ := drawnFixture(t, testkit.SQLite(t))
	kit, err := x.field.Mine(first)
	must(t, err)
	for _, q := range kit.Questionnaires {
		asks := slices.ContainsFunc(q.Form.Questions, func(one survey.Question) bool { return one.Type == form.Photo })
		send := func(from string) string {
			_, err := x.field.AddPhoto(x.Ctx, q.Token, from, strings.NewReader("no picture"))
			return errs.CodeOf(err)
		}
		if !asks {
			if code := send("203.0.113.7"); code != "fieldwork.no_photo_question" {
				t.Errorf("%s asks for no picture: %s", q.Group, code)
			}
			continue
		}
		last := ""
		for i := range 91 { // one network under many addresses
			last = send(fmt.Sprintf("2001:db8:0:%x::%x", len(q.Group), i))
		}
		if last != "fieldwork.too_many_photos" || send("203.0.113.8") == last {
			t.Errorf("%s: the 91st picture of an hour: %s", q.Group, last)
		}
	}
}
