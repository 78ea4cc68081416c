package media_test

import (
	"testing"

	"yiwang/internal/calls/media/robot"
)

func TestShare_WhoHasANarrowNetworkIsSentLessAndNobodyIsHeldBackWhenGone(t *testing.T) {
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
	report(b, 300_000)
	until(t, "a sends less", func() bool { return a.Bound() > 200_000 && a.Bound() < 300_000 })
	report(b, 20_000)
	until(t, "a sends a small picture, never none", func() bool { return a.Bound() > 50_000 && a.Bound() < 70_000 })
	if b.Bound() != 0 {
		t.Errorf("b, whose other sees everything, is bound to %d", b.Bound())
	}
	c := join(t, s, "call", "c", 2, robot.Options{})
	until(t, "c sees a", sees(c, 0))
	report(c, 900_000) // two others share it
	until(t, "b sends what c can take", func() bool { return b.Bound() > 350_000 && b.Bound() < 450_000 })
	s.Leave("call", "b")
	until(t, "a is bound by c alone", func() bool { return a.Bound() > 700_000 && a.Bound() < 900_000 })
	s.Hold("call", "c", true)
	until(t, "a is bound by nobody", func() bool { return a.Bound() > 3_000_000 })
}
