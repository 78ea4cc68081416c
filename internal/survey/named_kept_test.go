package survey

import "testing"

func TestNamedKept_AnotherStateIsAnotherSampleAndTheOldestIsForgotten(t *testing.T) {
	t.Parallel()
	var k namedKept
	first := namedKey{wave: "w", channel: Targeted, version: 1, standing: Standing{Answers: 10}}
	k.keep(first, &NamedSample{})
	for _, other := range []namedKey{
		{"w", Online, 1, Standing{Answers: 10}}, {"w", Targeted, 2, Standing{Answers: 10}},
		{"w", Targeted, 1, Standing{Answers: 11}}, {"w", Targeted, 1, Standing{Answers: 10, Aside: 1}},
	} {
		if k.get(other) != nil {
			t.Errorf("%+v is taken for %+v", other, first)
		}
	}
	if k.get(first) == nil {
		t.Error("the sample is not remembered")
	}
	for v := range mostNamed {
		k.keep(namedKey{wave: "w", version: 2 + v}, &NamedSample{})
	}
	if k.get(first) != nil || len(k.list) != mostNamed {
		t.Errorf("%d samples are remembered", len(k.list))
	}
}
