package results

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"yiwang/internal/survey"
)

func p(v float64) *float64 { return &v }

// year makes an input of two waves: scores by street and half, all with the same standard error.
func year(se float64, h1, h2 []float64) Input {
	in := Input{Year: 2026, Rules: *survey.DefaultAward(), Level: 0.95, TieRule: "施测前写定"}
	for i, scores := range [][]float64{h1, h2} {
		w := WaveScore{Code: fmt.Sprintf("2026H%d", i+1), Half: fmt.Sprintf("H%d", i+1), Name: fmt.Sprintf("第%d期", i+1), HasTotal: true}
		for s, v := range scores {
			w.Streets = append(w.Streets, StreetScore{Code: fmt.Sprintf("320106%03d", s+1), Name: fmt.Sprintf("第%d街道", s+1),
				Total: p(v), TotalSE: p(se), Positive: p(v - 1), PositiveSE: p(se), Reverse: p(90 + float64(s))})
		}
		if scores != nil {
			in.Waves = append(in.Waves, w)
		}
	}
	return in
}

func computed(t *testing.T, in Input) *Outcome {
	t.Helper()
	o, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCompute_YearIsFourTenthsAndSixTenths(t *testing.T) {
	o := computed(t, year(0.5, []float64{80, 90}, []float64{90, 85}))
	best := o.Streets[0]
	if best.Code != "320106002" || math.Abs(best.Score-87) > 1e-9 || math.Abs(best.SE-0.5*math.Hypot(0.4, 0.6)) > 1e-9 || !o.Complete {
		t.Errorf("best street %+v", best)
	}
	if c := best.Converted[0]; c.Points != 17.4 || !(c.Low < c.Points && c.Points < c.High) {
		t.Errorf("of 20 points %+v", c)
	}
}

func TestCompute_OneHalfYearIsAStageResult(t *testing.T) {
	o := computed(t, year(0.5, []float64{80, 90}, nil))
	if o.Complete || o.Streets[0].Score != 90 || len(o.Notes) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestCompute_FallsBackToThePositivePartWhenOneWaveHasNoTotal(t *testing.T) {
	in := year(0.5, []float64{80, 90}, []float64{80, 90})
	in.Waves[0].HasTotal = false
	if o := computed(t, in); o.Basis != "positive" || o.Streets[0].Score != 89 {
		t.Errorf("basis %s, best %v", o.Basis, o.Streets[0].Score)
	}
}

func TestCompute_AdjustmentOfAnAppealIsVisible(t *testing.T) {
	in := year(0.5, []float64{80, 90}, []float64{80, 90})
	in.Adjustments = []Adjustment{{Street: "320106001", Points: 1.5, Reason: "漏计"}}
	o := computed(t, in)
	if s := o.Streets[1]; s.Adjustment != 1.5 || s.Score != 81.5 {
		t.Errorf("%+v", s)
	}
}

func TestBonus_EveryRuleGivesOutThePoolToTheYuan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + r.IntN(13)
		scores := make([]float64, n)
		for i := range scores {
			scores[i] = 70 + 20*r.Float64()
		}
		in := year(0.05+2*r.Float64(), scores, scores)
		for _, rule := range []survey.BonusRule{survey.BonusByProbability, survey.BonusByTopGroup, survey.BonusByRank} {
			in.Rules.BonusRule = rule
			b := computed(t, in).Bonus
			sum, pool := int64(0), int64(0)
			for _, l := range b.Lines {
				sum += l.Yuan
			}
			for _, yuan := range in.Rules.Bonus[:min(3, n)] {
				pool += int64(yuan)
			}
			if sum != b.Pool || b.Pool != pool {
				t.Fatalf("%s, %d streets: lines add up to %d, pool %d, want %d", rule, n, sum, b.Pool, pool)
			}
		}
	}
}

func TestBonus_StreetsAlikeShareAlike(t *testing.T) {
	in := year(1, []float64{90, 85, 85, 85, 60}, []float64{90, 85, 85, 85, 60})
	b := computed(t, in).Bonus
	if len(b.Lines) != 4 {
		t.Fatalf("%d lines, want the first street and the three equal ones: %+v", len(b.Lines), b.Lines)
	}
	if d := b.Lines[1].Yuan - b.Lines[3].Yuan; d < 0 || d > 1 {
		t.Errorf("equal streets get %d and %d yuan", b.Lines[1].Yuan, b.Lines[3].Yuan)
	}
	if !slices.Contains(b.Inseparable, "320106004") || slices.Contains(b.Inseparable, "320106005") {
		t.Errorf("not separable from the third: %v", b.Inseparable)
	}
}

func TestBonus_ClearPlacesGetTheirOwnAmounts(t *testing.T) {
	in := year(0.01, []float64{90, 85, 80, 75}, []float64{90, 85, 80, 75})
	in.Rules.BonusRule = survey.BonusByRank
	b := computed(t, in).Bonus
	if len(b.Lines) != 3 || b.Lines[0].Yuan != 500000 || b.Lines[2].Yuan != 300000 || len(b.Inseparable) != 0 {
		t.Errorf("%+v", b)
	}
}

func TestHonour_ProgressWithoutEvidenceStaysVacant(t *testing.T) {
	in := year(1, []float64{80, 81}, []float64{80.4, 81.2})
	in.Before = &in.Waves[0]
	o := computed(t, in)
	if h := o.Honours[0]; len(h.Winners) != 0 || len(h.Candidates) != 2 || h.Why == "" {
		t.Errorf("%+v", h)
	}
	in = year(0.1, []float64{80, 81}, []float64{86, 81.2})
	in.Before = &in.Waves[0]
	if h := computed(t, in).Honours[0]; !slices.Equal(h.Winners, []string{"320106001"}) || math.Abs(h.Candidates[0].Value-30) > 1e-6 {
		t.Errorf("%+v", h)
	}
	if h := computed(t, in).Honours[1]; !slices.Equal(h.Winners, []string{"320106002"}) {
		t.Errorf("rectification %+v", h)
	}
}

func TestDepartments_UtilitiesStandApartAndLeadersOfWeakFieldsAreMarked(t *testing.T) {
	in := year(1, []float64{80, 81}, []float64{80, 81})
	in.Rules.WeakestFields = 1
	in.Fields = []FieldShare{{Code: "04", Name: "物业管理", Lead: "housing", Share: 22, SE: 0.6, N: 8020}, {Code: "05", Name: "交通出行", Lead: "traffic", Share: 12, SE: 0.5, N: 8020}}
	in.Units = []UnitOutcome{{Code: "gas", Kind: "utility", Issued: 4, Closed: 4, Approved: 4, Settled: 4, Passed: 4, Judged: 4}, {Code: "housing", Kind: "department", Issued: 10, Closed: 8, Approved: 6, Recurred: 1, Settled: 10, Passed: 10, Judged: 10},
		{Code: "traffic", Kind: "department"}, {Code: "street_office", Kind: "street", Issued: 3}}
	o := computed(t, in)
	if len(o.Departments) != 2 || o.Departments[0].Code != "housing" || !o.Departments[0].Attention || *o.Departments[0].Score != 76 || o.Departments[1].Kind != "utility" {
		t.Errorf("%+v", o.Departments)
	}
	if !o.Fields[0].Weakest || o.Fields[1].Weakest || o.Fields[0].Worst != 1 {
		t.Errorf("fields %+v", o.Fields)
	}
}
