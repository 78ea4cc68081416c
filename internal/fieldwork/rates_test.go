package fieldwork

import (
	"math"
	"testing"
)

// The counts are made up; the rates were computed by hand from the formulas of the AAPOR Standard Definitions.
func TestRates_FollowTheStandardDefinitions(t *testing.T) {
	t.Parallel()
	d := Dispositions{I: 400, P: 20, R: 100, NC: 60, O: 20, UH: 200, UO: 50, NE: 150}
	e := 600.0 / 750
	if math.Abs(d.E()-e) > 1e-12 {
		t.Fatalf("e = %v, want %v", d.E(), e)
	}
	want := map[string]float64{
		"RR1": 400.0 / 850, "RR2": 420.0 / 850, "RR3": 400.0 / 800, "RR4": 420.0 / 800, "RR5": 400.0 / 600, "RR6": 420.0 / 600,
		"COOP1": 400.0 / 540, "COOP2": 420.0 / 540, "COOP3": 400.0 / 520, "COOP4": 420.0 / 520,
		"REF1": 100.0 / 850, "REF2": 100.0 / 800, "REF3": 100.0 / 600, "CON1": 540.0 / 850, "CON2": 540.0 / 800, "CON3": 540.0 / 600,
	}
	rates := d.Rates()
	if len(rates) != len(want) {
		t.Fatalf("%d rates, want %d", len(rates), len(want))
	}
	for _, r := range rates {
		if r.Value == nil || math.Abs(*r.Value-want[r.Code]) > 1e-12 {
			t.Errorf("%s = %v, want %v", r.Code, r.Value, want[r.Code])
		}
	}
	if rates[0].Formula != "I ÷ ((I+P)+(R+NC+O)+(UH+UO))" || rates[0].Numbers != "400 ÷ 850" {
		t.Errorf("RR1 is explained as %s = %s", rates[0].Formula, rates[0].Numbers)
	}
}

func TestRates_OfNobodyAreAbsent(t *testing.T) {
	t.Parallel()
	for _, r := range (Dispositions{}).Rates() {
		if r.Value != nil {
			t.Errorf("%s = %v of no cases", r.Code, *r.Value)
		}
	}
}

func TestOutcomes_TheMostTellingOneStays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want Outcome }{
		{"", NoAnswer, NoAnswer}, {Refusal, NoAnswer, Refusal}, {NoAnswer, Appointment, Appointment}, {Refusal, Complete, Complete}, {Appointment, Vacant, Vacant}, {Unable, Refusal, Refusal},
	} {
		if got := stronger(c.a, c.b); got != c.want {
			t.Errorf("%s then %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}
