package integrity

import (
	"math"
	"testing"
)

func TestPoissonTail_AddsUpTheTerms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k    int
		mean float64
	}{{1, 0.3}, {4, 2.5}, {12, 3.1}, {30, 20}} {
		below, term := 0.0, math.Exp(-c.mean)
		for x := range c.k {
			if x > 0 {
				term *= c.mean / float64(x)
			}
			below += term
		}
		if got := poissonTail(c.k, c.mean); math.Abs(got-(1-below)) > 1e-12 {
			t.Errorf("P(X ≥ %d; %g) = %g, want %g", c.k, c.mean, got, 1-below)
		}
	}
	if poissonTail(0, 3) != 1 {
		t.Error("at least nothing is certain")
	}
}

func TestDrawTail_IsTheHypergeometricTail(t *testing.T) {
	t.Parallel()
	// Ten of which four are marked, three drawn: P(at least two marked) = (C(4,2)·6 + C(4,3)) / C(10,3) = 40/120.
	if got := drawTail(2, 3, 4, 10); math.Abs(got-40.0/120) > 1e-12 {
		t.Errorf("got %g, want %g", got, 40.0/120)
	}
	if got := drawTail(0, 3, 4, 10); math.Abs(got-1) > 1e-12 {
		t.Errorf("at least none: %g", got)
	}
}

func TestHolm_StepsDown(t *testing.T) {
	t.Parallel()
	got := holm([]float64{0.04, 0.01, 0.03, 0.6})
	for i, want := range []float64{0.09, 0.04, 0.09, 0.6} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("p %d: got %g, want %g", i, got[i], want)
		}
	}
}

func TestICC_OfGroupsThatAreAllTheSameOrAllApart(t *testing.T) {
	t.Parallel()
	if rho, _, _ := icc([][]float64{{1, 1, 1}, {5, 5, 5}, {9, 9, 9}}); rho != 1 {
		t.Errorf("groups without spread: %g, want 1", rho)
	}
	if rho, deff, _ := icc([][]float64{{1, 9}, {9, 1}, {1, 9}}); rho != 0 || deff != 1 {
		t.Errorf("groups alike: %g, deff %g; want 0 and 1", rho, deff)
	}
	// Balanced, three groups of four: MSB 28, MSW 4/3 → (28−4/3)/4 = 20/3; rho = (20/3)/(20/3+4/3) = 5/6.
	rho, deff, within := icc([][]float64{{1, 2, 3, 2}, {4, 5, 3, 4}, {8, 6, 7, 7}})
	if math.Abs(within-2.0/3) > 1e-12 || rho < 0.8 || math.Abs(deff-(1+3*rho)) > 1e-12 {
		t.Errorf("rho %g, deff %g, within %g", rho, deff, within)
	}
}
