package whistle_test

import (
	"slices"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/whistle"
)

// promised is a blown whistle whose unit has promised two tasks, for the third and the tenth day.
func (w *world) promised(now time.Time) *whistle.Whistle {
	w.t.Helper()
	x := w.act(w.clerk(water), w.blown(water), water, "report", whistle.Answer{Came: "科长"})
	return w.act(w.clerk(water), x, water, "commit", whistle.Answer{Commitments: []whistle.Promise{
		{Task: "清掏雨水口", Due: clock.At(now.AddDate(0, 0, 3))}, {Task: "更换泵站", Due: clock.At(now.AddDate(0, 0, 10))}}})
}

// work are the clocks of promised tasks, by number of the promise: outcome, or the phase of those that run.
func (w *world) work(x *whistle.Whistle) map[int][]string {
	w.t.Helper()
	out := map[int][]string{}
	for _, k := range w.see(water, x).Calls[0].Clocks {
		if k.Kind == "work" {
			state := k.Outcome
			if k.StoppedAt == nil {
				state = k.Phase
			}
			out[k.Promise] = append(out[k.Promise], state)
		}
	}
	return out
}

func TestPromise_EachEndsByItselfOnItsOwnDate(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.promised(c.Now())
		if got := w.see(water, x).Calls[0].Actions; !slices.Contains(got, "keep") || slices.Contains(got, "done") {
			t.Fatalf("offered %v", got)
		}
		_, err := w.try(w.clerk(water), x, water, "done", whistle.Answer{Outcome: "都好了"})
		w.refused(err, "whistle.promises_open")
		_, err = w.try(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 3, Outcome: "没有这项"})
		w.refused(err, "whistle.no_promise")
		_, err = w.try(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 1})
		w.refused(err, "whistle.incomplete")
		c.Advance(4 * 24 * time.Hour) // the first date is over, the second is not
		w.ok(w.s.RemindAll(w.Ctx))
		x = w.act(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 1, Outcome: "十二个雨水口已清掏"})
		if got := w.call(x, water); got.State != whistle.Committed || got.Commitments.V[0].DoneAt == nil || got.Commitments.V[1].DoneAt != nil {
			t.Fatalf("%+v", got)
		}
		if got := w.work(x); got[1][0] != "late" || got[2][0] != "green" {
			t.Fatalf("clocks %v", got)
		}
		_, err = w.try(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 1, Outcome: "再来"})
		w.refused(err, "whistle.promise_ended")
		_, err = w.try(w.desk(), x, water, "keep", whistle.Answer{Promise: 2, Outcome: "街道代办"})
		w.refused(err, "auth.no_permission")
		// The last one hands the work over.
		x = w.act(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 2, Outcome: "泵站已更换"})
		got := w.call(x, water)
		if got.State != whistle.Finished || got.DoneAt == nil || got.Outcome != "清掏雨水口：十二个雨水口已清掏；更换泵站：泵站已更换" {
			t.Fatalf("%+v", got)
		}
		if got := w.work(x); got[1][0] != "late" || got[2][0] != "met" {
			t.Fatalf("clocks %v", got)
		}
		scores, err := w.s.Scores(w.centre(), nil)
		w.ok(err)
		if scores[0].Kept.Part != 1 || scores[0].Kept.Of != 2 {
			t.Fatalf("%+v", scores[0].Kept)
		}
	})
}

func TestPromise_TheStreetReturnsOneAndTheOthersStayDone(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.promised(c.Now())
		x = w.act(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 2, Outcome: "泵站已更换"})
		x = w.act(w.clerk(water), x, water, "done", whistle.Answer{Outcome: "已清掏"})
		due := clock.Ptr(c.Now().AddDate(0, 0, 5))
		_, err := w.try(w.desk(), x, water, "return", whistle.Answer{Note: "仍积水", Due: due, Only: []int{7}})
		w.refused(err, "whistle.no_promise")
		x = w.act(w.desk(), x, water, "return", whistle.Answer{Note: "仍积水", Due: due, Only: []int{1}})
		got := w.call(x, water)
		first, second := got.Commitments.V[0], got.Commitments.V[1]
		if got.State != whistle.Committed || got.Returns != 1 || first.DoneAt != nil || first.Returns != 1 || !first.Due.Equal(due.Time) || second.DoneAt == nil || second.Returns != 0 {
			t.Fatalf("%+v", got)
		}
		if got := w.work(x); len(got[1]) != 2 || got[1][1] != "green" || len(got[2]) != 1 {
			t.Fatalf("clocks %v", got)
		}
		// One is left: handing the work over ends it.
		x = w.act(w.clerk(water), x, water, "done", whistle.Answer{Outcome: "重新清掏"})
		x = w.act(w.desk(), x, water, "return", whistle.Answer{Note: "都不行", Due: due})
		if n := len(w.work(x)[2]); n != 2 || w.call(x, water).Commitments.V[1].Returns != 1 {
			t.Fatalf("a return without numbers takes all back: %d", n)
		}
	})
}

func TestPromise_StoredBeforeTheyEndedOneByOneAreFinished(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.promised(c.Now())
		w.ok(d.Tx(w.Ctx, func(tx *db.Tx) error { // as the former release left it: no numbers, one clock for both
			if _, err := tx.Exec(w.Ctx, `UPDATE whistle_call SET commitments = '[{"task":"清掏","due":"2030-01-01T00:00:00Z"},{"task":"换泵","due":"2030-02-01T00:00:00Z"}]'`); err != nil {
				return err
			}
			if _, err := tx.Exec(w.Ctx, "DELETE FROM whistle_clock WHERE kind = 'work' AND promise = 1"); err != nil {
				return err
			}
			_, err := tx.Exec(w.Ctx, "UPDATE whistle_clock SET promise = 0")
			return err
		}))
		x = w.act(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 1, Outcome: "已清掏"})
		x = w.act(w.clerk(water), x, water, "keep", whistle.Answer{Promise: 2, Outcome: "已换"})
		if got := w.work(x); w.call(x, water).State != whistle.Finished || got[0][0] != "met" {
			t.Fatalf("%v", got)
		}
	})
}
