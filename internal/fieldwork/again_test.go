package fieldwork_test

import (
	"context"
	"strings"
	"testing"

	"yiwang/internal/fieldwork"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func (x *fixture) ask(t *testing.T, w *survey.Wave, communities ...string) error {
	t.Helper()
	var topics []survey.AgainTopic
	for _, c := range communities {
		topics = append(topics, survey.AgainTopic{Community: c, Matter: "item-" + c, Title: "楼道灯两个月未修", Done: "已更换灯头和线路"})
	}
	return x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.AskAgainTx(x.Ctx, tx, w.ID, topics) })
}

func (x *fixture) said(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	must(t, x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		list, err := x.Surveys.AgainCountsTx(x.Ctx, tx, x.wave.ID)
		for _, c := range list {
			out[c.Matter+" "+string(c.Channel)+" "+string(c.Verdict)] += c.N
		}
		return err
	}))
	return out
}

// What a resident says of a matter that was put right counts once, with the answer, and only for the own community.
func TestSubmit_CountsOnceWhatIsSaidOfAMatterAskedAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		mine, other := surveytest.Community(1, 2), surveytest.Community(1, 3)
		must(t, x.ask(t, x.wave, mine, other))
		q, err := x.field.OpenByLink(context.Background(), "2026H2", survey.Adult)
		must(t, err)
		if len(q.Again) != 2 || q.Again[0].Title != "楼道灯两个月未修" || q.Again[0].Done == "" {
			t.Fatalf("the open link carries %+v", q.Again)
		}
		in := x.opened(t, survey.Adult, 1)
		in.Again = map[string]survey.AgainVerdict{"made up": survey.AgainSolved}
		for _, topic := range q.Again {
			in.Again[topic.ID] = survey.AgainUnsolved
		}
		for range 3 { // a phone that does not get the receipt sends again
			_, err := x.field.Submit(context.Background(), in, fieldwork.Sender{Device: "d"})
			must(t, err)
		}
		in = x.opened(t, survey.Elder, 2)
		in.Again = map[string]survey.AgainVerdict{q.Again[0].ID: "great"}
		_, err = x.field.Submit(context.Background(), in, fieldwork.Sender{Device: "e"})
		must(t, err)
		if got := x.said(t); len(got) != 1 || got["item-"+mine+" online unsolved"] != 1 {
			t.Errorf("counted %v", got)
		}
		if n := x.counts(t).Online; n != 2 {
			t.Errorf("%d answers", n)
		}
		must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			kept, err := db.Get[string](x.Ctx, tx, "SELECT MAX(answers || paradata) FROM response")
			if strings.Contains(kept, q.Again[0].ID) || strings.Contains(kept, "unsolved") {
				t.Errorf("the answer sheet keeps what was said: %s", kept)
			}
			return err
		}))
	})
}

func TestOpenByCode_AsksAboutTheCommunityOfTheHouseholdOnly(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, first, _ := drawnFixture(t, d)
		x.assign(t, first, 3)
		var communities []string
		for s := 1; s <= 2; s++ {
			for c := 1; c <= 3; c++ {
				communities = append(communities, surveytest.Community(s, c))
			}
		}
		must(t, x.ask(t, x.wave, communities...))
		kit, err := x.field.Mine(first)
		must(t, err)
		if len(kit.Questionnaires[0].Again) != 6 {
			t.Fatalf("the interviewer takes %d topics along", len(kit.Questionnaires[0].Again))
		}
		e := &kit.Errands[0]
		in := x.interview(t, kit, e, 1)
		in.Again = map[string]survey.AgainVerdict{}
		for _, topic := range kit.Questionnaires[0].Again {
			in.Again[topic.ID] = survey.AgainSolved
		}
		_, err = x.field.Interviewed(first, in)
		must(t, err)
		want := map[string]int{"item-" + e.Community + " targeted solved": 1}
		if got := x.said(t); e.Community != "" && (len(got) != 1 || got["item-"+e.Community+" targeted solved"] != 1) {
			t.Errorf("counted %v, want %v", got, want)
		}
		if d.Dialect() == db.Postgres {
			must(t, x.Surveys.Unlink(x.Ctx))
			must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
				n, err := db.Get[int](x.Ctx, tx, "SELECT COUNT(DISTINCT CAST(xmin AS TEXT)) FROM wave_again_tally")
				if n > 1 {
					t.Errorf("the counts are of %d transactions", n)
				}
				return err
			}))
		}
	})
}

// Everybody is asked the same: once answers come in, nothing is added or taken away.
func TestAskAgain_IsFixedOnceTheWaveIsInTheField(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		c := surveytest.Community(1, 1)
		if err := x.ask(t, x.wave, c, c, c, c); errs.CodeOf(err) != "survey.bad_again" {
			t.Errorf("two matters by one name: %v", err)
		}
		must(t, x.ask(t, x.wave, c))
		if err := x.ask(t, x.wave, surveytest.Community(1, 2)); errs.CodeOf(err) != "survey.again_fixed" {
			t.Errorf("changed in the field: %v", err)
		}
		closed := x.Advance(t, x.wave, "close")
		if err := x.ask(t, closed, c); errs.CodeOf(err) != "survey.again_fixed" {
			t.Errorf("changed after the wave: %v", err)
		}
	})
}
