package media_test

import (
	"testing"

	"yiwang/internal/calls/media/robot"
)

// A robot sends 400,000 bits a second of pictures whatever it is told; what it is told is looked at.
func TestShare_WhoHasANarrowNetworkIsSentLessAndMoreAgainWhenItCan(t *testing.T) {
	s := listen(t)
	a := join(t, s, "call", "a", 0, robot.Options{})
	b := join(t, s, "call", "b", 1, robot.Options{})
	until(t, "b sees a", sees(b, 0))
	until(t, "a sees b", sees(a, 0))
	report := func(who *party, bits float32) {
		t.Helper()
		if err := who.Reports(0, bits); err != nil {
			t.Fatal(err)
		}
	}
	between := func(who *party, low, high int64) func() bool {
		return func() bool { return who.Bound() > low && who.Bound() < high }
	}
	repeated := func(who *party, bits float32, done func() bool) func() bool {
		return func() bool { report(who, bits); return done() }
	}
	until(t, "a sends less", repeated(b, 200_000, between(a, 200_000, 300_000)))
	until(t, "a sends a small picture, never none", repeated(b, 5_000, between(a, 60_000, 120_000)))
	if b.Bound() != 0 {
		t.Errorf("b, whose other sees everything, is bound to %d", b.Bound())
	}
	until(t, "a sends more again", repeated(b, 2_000_000, between(a, 1_500_000, 2_000_000)))
	until(t, "a sends less once more", repeated(b, 200_000, between(a, 200_000, 300_000)))
	s.Hold("call", "b", true)
	until(t, "a is bound by nobody who sees it", between(a, 1_500_000, 2_000_000))
}

func TestShare_TheNarrowestOfSeveralCountsUntilItIsGone(t *testing.T) {
	s := listen(t)
	a := join(t, s, "call", "a", 0, robot.Options{})
	b := join(t, s, "call", "b", 1, robot.Options{})
	c := join(t, s, "call", "c", 2, robot.Options{})
	until(t, "b sees a", sees(b, 0))
	until(t, "c sees a", sees(c, 0))
	until(t, "c sees b", sees(c, 1))
	until(t, "a and b share what c can take", func() bool {
		if err := c.Reports(0, 400_000); err != nil {
			t.Fatal(err)
		}
		return a.Bound() > 200_000 && a.Bound() < 300_000 && b.Bound() > 200_000 && b.Bound() < 300_000
	})
	s.Leave("call", "c")
	until(t, "nobody is bound", func() bool { return a.Bound() > 1_500_000 && b.Bound() > 1_500_000 })
}
