package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Compute settles a year. Year score = Σ share × half-year score ÷ Σ share over the half-years that are in, plus adjustments;
// the samples of two half-years are independent, so SE² = Σ (share × SE)² ÷ (Σ share)². Rank sets after Klein, Wright & Wieczorek (2020). Invalid when
// fewer than two streets have a score with a standard error.
func Compute(in Input) (*Outcome, error) {
	o := &Outcome{Year: in.Year, Basis: "total", Complete: true, Notes: []string{}, Streets: []StreetYear{}, Honours: []HonourResult{}}
	for _, w := range in.Waves {
		if !w.HasTotal {
			o.Basis = "positive"
			o.Notes = append(o.Notes, fmt.Sprintf("%s没有全部街道的三段得分，本年按正向评价结算。", w.Name))
		}
	}
	for _, w := range in.Waves {
		if w.OtherScale {
			o.Notes = append(o.Notes, fmt.Sprintf("%s的选项分值与年内最后一次测评不同，两期得分的合成须谨慎解读。", w.Name))
		}
	}
	for _, half := range []string{"H1", "H2"} {
		if !slices.ContainsFunc(in.Waves, func(w WaveScore) bool { return w.Half == half }) && in.Rules.HalfWeights[half] > 0 {
			o.Complete = false
			o.Notes = append(o.Notes, map[string]string{"H1": "上半年", "H2": "下半年"}[half]+"没有已公布的考评，其权重由另一期承担；本结果是阶段结果。")
		}
	}
	if err := o.addYear(in); err != nil {
		return nil, err
	}
	o.convert(in)
	o.Bonus = bonus(o.Streets, &in)
	for _, h := range in.Rules.Honours {
		r, err := honour(h, &in, o.Basis)
		if err != nil {
			return nil, err
		}
		o.Honours = append(o.Honours, r)
	}
	o.judgeFields(in)
	o.judgeDepartments(in)
	return o, nil
}

// value returns a street's score under the basis, false where it or its error is unknown.
func (s *StreetScore) value(basis string) (score, se float64, ok bool) {
	v, e := s.Total, s.TotalSE
	if basis == "positive" {
		v, e = s.Positive, s.PositiveSE
	}
	if v == nil || e == nil {
		return 0, 0, false
	}
	return *v, *e, true
}

func (o *Outcome) addYear(in Input) error {
	years := map[string]*StreetYear{}
	variance, weight := map[string]float64{}, map[string]float64{}
	for _, w := range in.Waves {
		share := in.Rules.HalfWeights[w.Half]
		for _, s := range w.Streets {
			score, se, ok := s.value(o.Basis)
			if !ok {
				o.Notes = append(o.Notes, fmt.Sprintf("%s在%s没有可用的得分。", s.Name, w.Name))
				continue
			}
			if years[s.Code] == nil {
				years[s.Code] = &StreetYear{Code: s.Code, Name: s.Name, Halves: map[string]float64{}}
			}
			y := years[s.Code]
			y.Halves[w.Half] = round(score)
			y.Score += share * score
			variance[s.Code] += share * share * se * se
			weight[s.Code] += share
		}
	}
	for code, y := range years {
		y.Score /= weight[code]
		y.SE = math.Sqrt(variance[code]) / weight[code]
		for _, a := range in.Adjustments {
			if a.Street == code {
				y.Adjustment += a.Points
				y.Score = math.Min(math.Max(y.Score+a.Points, 0), 100)
			}
		}
		o.Streets = append(o.Streets, *y)
	}
	return o.place(in)
}

// place adds intervals, rank sets and the probability of the top places, and sorts by score.
func (o *Outcome) place(in Input) error {
	slices.SortFunc(o.Streets, func(a, b StreetYear) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Code, b.Code)) })
	if len(o.Streets) == 0 {
		return errs.Invalid("results.nothing_to_settle", "No street has a published score with a standard error in this year.")
	}
	var est, se []float64
	for _, s := range o.Streets {
		est, se = append(est, s.Score), append(se, s.SE)
	}
	sets, err := stats.RankSets(est, se, in.Level)
	if err != nil {
		return fmt.Errorf("rank sets of the year: %w", err)
	}
	top := min(max(len(in.Rules.Bonus), 1), len(est))
	beliefs, err := stats.TopK(est, se, top)
	if err != nil {
		return fmt.Errorf("top places of the year: %w", err)
	}
	z := distuv.UnitNormal.Quantile((1 + in.Level) / 2)
	for i := range o.Streets {
		s := &o.Streets[i]
		s.Low, s.High = round(math.Max(s.Score-z*s.SE, 0)), round(math.Min(s.Score+z*s.SE, 100))
		s.Best, s.Worst = sets[i].Best, sets[i].Worst
		s.PTop, s.ExpectedRank = round(beliefs[i].PTop), round(beliefs[i].ExpectedRank)
		s.Score, s.SE = round(s.Score), round(s.SE)
	}
	return nil
}

func (o *Outcome) convert(in Input) {
	for i := range o.Streets {
		s := &o.Streets[i]
		s.Converted = []Converted{}
		for _, c := range in.Rules.Conversions {
			f := c.Points / 100
			s.Converted = append(s.Converted, Converted{Code: c.Code, Name: c.Name, Points: round(f * s.Score), Low: round(f * s.Low), High: round(f * s.High)})
		}
	}
}

// judgeFields orders the fields by share, most ticked first, with the places they can hold.
func (o *Outcome) judgeFields(in Input) {
	o.Fields = []FieldYear{}
	var est, se []float64
	for _, f := range in.Fields {
		est, se = append(est, f.Share), append(se, f.SE)
	}
	sets, err := stats.RankSets(est, se, in.Level)
	for i, f := range in.Fields {
		y := FieldYear{FieldShare: f, Best: 1, Worst: len(in.Fields)}
		if err == nil {
			y.Best, y.Worst = sets[i].Best, sets[i].Worst
		}
		o.Fields = append(o.Fields, y)
	}
	slices.SortFunc(o.Fields, func(a, b FieldYear) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Code, b.Code)) })
	for i := range o.Fields {
		o.Fields[i].Weakest = i < in.Rules.WeakestFields && o.Fields[i].Share > 0
	}
}

func (o *Outcome) judgeDepartments(in Input) {
	o.Departments = []Department{}
	for _, u := range in.Units {
		if u.Kind == "street" {
			continue // streets have the reverse part of their own score
		}
		d := Department{UnitOutcome: u, Weakest: []string{}}
		for _, f := range o.Fields {
			if f.Weakest && f.Lead == u.Code {
				d.Weakest, d.Attention = append(d.Weakest, f.Name), true
			}
		}
		// The one definition of a reverse score, as streets and the effect page have it; none while a share has nothing it is a share of.
		r := rectify.Reverse{Settled: u.Settled, ClosedLoop: u.Closed, Passed: u.Passed, Approved: u.Approved, Judged: u.Judged, Recurred: u.Recurred}
		if score := r.Score(rectify.DefaultReverseWeights); score != nil {
			rounded := round(*score)
			d.Score = &rounded
		}
		if u.Issued > 0 || d.Attention {
			o.Departments = append(o.Departments, d)
		}
	}
	slices.SortFunc(o.Departments, func(a, b Department) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(order(b.Attention), order(a.Attention)), cmp.Compare(a.Code, b.Code))
	})
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

// round keeps nine decimals, so that different processors write the same bytes.
func round(v float64) float64 {
	v = math.Round(v*1e9) / 1e9
	if v == 0 {
		return 0 // no negative zero
	}
	return v
}

var ruleNames = map[survey.BonusRule]string{survey.BonusByProbability: "按进入前列的概率分配", survey.BonusByTopGroup: "第一组均分", survey.BonusByRank: "按得分名次"}
