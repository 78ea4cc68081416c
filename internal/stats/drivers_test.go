package stats

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

type driversWire struct {
	N       int
	R2      float64
	R2SE    float64 `json:"r2_se"`
	Results []struct {
		Item                            string
		LMG, Johnson, First, Last, Beta float64
		LMGSE                           float64 `json:"lmg_se"`
	}
}

func (d driversWire) check(t *testing.T, what string, want []float64, of func(i int) float64, tolerance float64) {
	t.Helper()
	for i, v := range want {
		wantNumber(t, what+" of "+d.Results[i].Item, of(i), v, tolerance)
	}
}

const seventeenItems = `"q01","q02","q03","q04","q05","q06","q07","q08","q09","q10","q11","q12","q13","q14","q15","q16","q17"`

func TestDriversAgreeWithReference(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec                            string
		n                               int
		r2                              float64
		lmg, johnson, first, last, beta []float64
	}{
		"attitude": {spec: `{"data":"attitude.csv","outcome":"rating","predictors":["complaints","privileges","learning","raises","critical","advance"]}`,
			n: 30, r2: 0.732601992531149,
			lmg:     []float64{0.370816194319328, 0.0509037929715443, 0.155765990169141, 0.120345079403627, 0.00658872254586087, 0.0281822131216471},
			johnson: []float64{0.362760199658131, 0.0560022787788537, 0.163610910750534, 0.121780399688217, 0.00825546649643793, 0.0201927371589757},
			first:   []float64{0.681314164108863, 0.181575586984046, 0.388974452874352, 0.348264033275246, 0.0244732081555923, 0.0240517457458812},
			last:    []float64{0.16867721304998, 0.0033678656208137, 0.0420074920543492, 0.00158327400592573, 0.000792620475083994, 0.0172470604916426},
			beta:    []float64{0.670725204411728, -0.0734274276655841, 0.308870243656923, 0.0698117150313684, 0.0311997486054349, -0.183464450043865}},
		"ten items, weighted": {spec: `{"data":"street_w2_scored.csv","design":{"weights":"w"},"missing":"drop","complete":[` + seventeenItems + `],"outcome":"q17",
			"predictors":["q01","q02","q03","q04","q05","q06","q07","q08","q09","q10"]}`,
			n: 3171, r2: 0.36395324260599,
			lmg:     []float64{0.0358220676486807, 0.0427258862951101, 0.0326891797132964, 0.0387240973226982, 0.0271910665826565, 0.0361402846862304, 0.0363960964977135, 0.0290906491462623, 0.0424009093771002, 0.0427730053362422},
			johnson: []float64{0.0353759434473934, 0.0437877157345926, 0.0320740081264593, 0.0386438092736949, 0.0265424292236131, 0.0364924647475559, 0.0362899597336613, 0.0288831050209127, 0.0423312672831212, 0.0435325400149857},
			first:   []float64{0.178806235496486, 0.182319167164706, 0.172236563171536, 0.183232427389857, 0.155994749975617, 0.173142537771253, 0.177659917175565, 0.158594560033462, 0.191123973022527, 0.185154083044402},
			last:    []float64{0.00376734034815696, 0.00981287386771834, 0.0024062008530128, 0.00579466679988616, 0.000917640073770709, 0.00516408925495054, 0.0044691799162439, 0.00181411101230167, 0.0074430728010037, 0.00912245670443496}},
		"sixteen items, weighted": {spec: `{"data":"street_w2_scored.csv","design":{"weights":"w"},"missing":"drop","outcome":"q17",
			"predictors":["q01","q02","q03","q04","q05","q06","q07","q08","q09","q10","q11","q12","q13","q14","q15","q16"]}`,
			n: 3171, r2: 0.382241972137448,
			johnson: []float64{0.0225749882044695, 0.0286435348500338, 0.0211769407195821, 0.0248485955844875, 0.0160611386921033, 0.0232228946744044, 0.023840751788188, 0.0174218493414246, 0.0288232599401973, 0.0281255439485274, 0.0284162207664441, 0.0274915033534563, 0.0201494300651054, 0.0219890163963391, 0.0276225839125467, 0.0218337199001388}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out driversWire
			runSpecification(t, RunDrivers, c.spec, &out)
			if out.N != c.n {
				t.Errorf("n is %d, want %d", out.N, c.n)
			}
			wantNumber(t, "R2", out.R2, c.r2, 1e-11)
			out.check(t, "lmg", c.lmg, func(i int) float64 { return out.Results[i].LMG }, 1e-9)
			out.check(t, "johnson", c.johnson, func(i int) float64 { return out.Results[i].Johnson }, 1e-9)
			out.check(t, "first", c.first, func(i int) float64 { return out.Results[i].First }, 1e-9)
			out.check(t, "last", c.last, func(i int) float64 { return out.Results[i].Last }, 1e-9)
			out.check(t, "beta", c.beta, func(i int) float64 { return out.Results[i].Beta }, 1e-9)
		})
	}
}

func TestDriversOfSwissFertilityAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	var out driversWire
	runSpecification(t, RunDrivers, `{"data":"swiss.csv","outcome":"Fertility","predictors":["Agriculture","Examination","Education","Catholic","Infant.Mortality"]}`, &out)
	for i, want := range []float64{0.0571, 0.1712, 0.2601, 0.1056, 0.1128} {
		if got := out.Results[i].LMG; math.Abs(got-want) > 5e-5 {
			t.Errorf("%s has %v, want %v", out.Results[i].Item, got, want)
		}
	}
}

func TestDriverSharesAddUpToTheExplainedVariance(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(21, 22))
	for k := 1; k <= 8; k++ {
		columns, w := make([][]float64, k+1), make([]float64, 60)
		for j := range columns {
			columns[j] = make([]float64, len(w))
			for i := range w {
				columns[j][i] = random.NormFloat64() + float64(i%3)
				w[i] = random.ExpFloat64()
			}
		}
		cov, err := CovarianceMatrix(w, columns)
		if err != nil {
			t.Fatal(err)
		}
		imp, err := Drivers(cov)
		if err != nil {
			t.Fatal(err)
		}
		lmg, johnson, beta := 0.0, 0.0, 0.0
		r, _ := correlations(cov)
		for j := range k {
			lmg, johnson, beta = lmg+imp.LMG[j], johnson+imp.Johnson[j], beta+imp.Beta[j]*r.At(0, j+1)
		}
		wantNumber(t, "sum of lmg", lmg, imp.R2, 1e-10)
		wantNumber(t, "sum of relative weights", johnson, imp.R2, 1e-10)
		wantNumber(t, "beta·r", beta, imp.R2, 1e-10)
	}
}

func TestDriversOfUncorrelatedItemsAreTheirSquaredCorrelations(t *testing.T) {
	t.Parallel()
	imp, err := Drivers(mat.NewSymDense(3, []float64{1, .6, .3, .6, 1, 0, .3, 0, 1}))
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range []float64{.36, .09} {
		wantNumber(t, "lmg", imp.LMG[j], want, 1e-12)
		wantNumber(t, "relative weight", imp.Johnson[j], want, 1e-12)
	}
}

func TestDriversHaveErrorsFromReplicates(t *testing.T) {
	t.Parallel()
	var out driversWire
	runSpecification(t, RunDrivers, `{"data":"street_w2_scored.csv","missing":"drop","outcome":"score","predictors":["q01","q02"],
		"design":{"ids":["community"],"weights":"w","replicates":{"type":"JK1"}}}`, &out)
	if !(out.R2SE > 0 && out.R2SE < 0.1 && out.Results[0].LMGSE > 0) {
		t.Errorf("%+v", out)
	}
}

func TestDriverMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunDrivers, map[string]string{
		`{"data":"x.csv","predictors":["u"]}`:                                   `key "outcome"`,
		`{"data":"x.csv","outcome":"u"}`:                                        `key "predictors" must name 1 to 20`,
		`{"data":"x.csv","outcome":"u","predictors":["y"],"missing":"each"}`:    `key "missing" is "each"`,
		`{"data":"x.csv","outcome":"u","predictors":["y"]}`:                     `row 4, column "y": "x" is not a number`,
		`{"data":"x.csv","outcome":"u","predictors":["u"],"design":{"id":"h"}}`: `key "design.id" is not known`,
	})
	if _, err := RunDrivers([]byte(`{"data":"x.csv","outcome":"a","predictors":["b"]}`), openText("a,b\n1,2\n3,\n")); err == nil || !strings.Contains(err.Error(), `row 2, column "b" is empty`) {
		t.Errorf("a missing answer: %v", err)
	}
}
