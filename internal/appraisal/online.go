package appraisal

import (
	"context"
	"math"

	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// OnlineEstimate is the district's overall score by one way to correct for who answers online.
type OnlineEstimate struct {
	Method string   `json:"method" enum:"targeted,naive,raked,ipw,mi,dr"`
	Score  *float64 `json:"score"`
	SE     *float64 `json:"se"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
}

// BalanceRow says how large a part of the respondents is in each sample, in percent, before and after correction.
type BalanceRow struct {
	Trait    string  `json:"trait" enum:"group,sex,age,street"`
	Level    string  `json:"level" doc:"group, sex, group/age band or area code; untold: who did not tell"`
	Name     string  `json:"name,omitempty" doc:"of a street"`
	Merged   bool    `json:"merged,omitempty" doc:"levels with too few answers are counted here"`
	Targeted float64 `json:"targeted" doc:"weighted, respondents by the weight of their group"`
	Before   float64 `json:"before" doc:"online answers as they came"`
	Raked    float64 `json:"raked"`
	IPW      float64 `json:"ipw"`
}

// OnlineAdjustment is the online sample corrected by the probability sample: what can be seen of who answers, not what they think.
type OnlineAdjustment struct {
	Basis
	N         int              `json:"n" doc:"targeted answers used"`
	OnlineN   int              `json:"online_n"`
	Estimates []OnlineEstimate `json:"estimates"`
	Balance   []BalanceRow     `json:"balance"`
	Deff      *float64         `json:"deff" doc:"of the propensity weights, 1 + cv² (Kish 1965)"`
	Fault     string           `json:"fault,omitempty" enum:"no_online,too_few,cannot_fit" doc:"why there are no corrected numbers"`
}

// leastForAdjustment is the number of answers below which nothing is corrected.
const leastForAdjustment = 100

// leastOfLevel is the number of answers, in each sample, below which a level is merged into another.
const leastOfLevel = 5

// OnlineAdjustment corrects the district's overall score of the online sample by group, sex, age and street of the probability sample: raking to its
// margins, propensity weights, mass imputation and both (Wu 2022). The score is the mean of respondents' own questionnaire scores, groups by
// respondent weights; that of the targeted sample by the same rule stands beside it. Same rights as Scores; never the official score.
func (s *Service) OnlineAdjustment(ctx context.Context, waveID string) (*OnlineAdjustment, error) {
	key, err := s.shelfKey(ctx, waveID, "online")
	if err != nil {
		return nil, err
	}
	return kept(&s.shelf, key, func() (*OnlineAdjustment, error) {
		a, err := s.analyse(ctx, waveID)
		if err != nil {
			return nil, err
		}
		return a.adjustOnline()
	})
}

func (a *analysed) adjustOnline() (*OnlineAdjustment, error) {
	out := &OnlineAdjustment{Basis: a.basis(), Estimates: []OnlineEstimate{}, Balance: []BalanceRow{}}
	if a.c.samples[survey.Targeted] == nil || a.c.samples[survey.Online] == nil {
		out.Fault = "no_online"
		return out, nil
	}
	both := a.c.mutual()
	samples := [2]*respondents{a.c.respondents(survey.Targeted, both), a.c.respondents(survey.Online, both)}
	b, online := samples[0], samples[1]
	out.N, out.OnlineN = len(b.score), len(online.score)
	if min(out.N, out.OnlineN) < leastForAdjustment {
		out.Fault = "too_few"
		return out, nil
	}
	design, err := b.design(a.c.books[survey.Targeted].clusters)
	if err != nil {
		return nil, err
	}
	traits := traitsOf(max(leastOfLevel, a.c.plan.MinCellN), samples)
	found, raked, err := traits.correct(design, samples)
	if err != nil { // some level answers online always or never, or one follows from the others
		out.Fault = "cannot_fit"
		return out, nil //nolint:nilerr // that it cannot be fitted is the answer, and it says so
	}
	probability, err := design.Mean(b.score, stats.Query{Level: a.c.plan.Level})
	if err != nil {
		return nil, err
	}
	plain, err := online.plain()
	if err != nil {
		return nil, err
	}
	naive, err := plain.Mean(online.score, stats.Query{Level: a.c.plan.Level})
	if err != nil {
		return nil, err
	}
	add := func(method string, score, se float64, df int) {
		e := estimate{Value: score, SE: se, DF: float64(df)}
		low, high := a.c.iv.mean(e)
		out.Estimates = append(out.Estimates, OnlineEstimate{Method: method, Score: number(score), SE: number(se), Low: number(low), High: number(high)})
	}
	df := design.DF()
	add("targeted", probability[0].Estimate, probability[0].SE, df)
	add("naive", naive[0].Estimate, naive[0].SE, plain.DF())
	rakedMean, rakedSE, err := rakedScore(raked, design, online, found, traits)
	if err != nil {
		return nil, err
	}
	add("raked", rakedMean, rakedSE, df)
	add("ipw", found.IPW, found.IPWSE, df)
	add("mi", found.MI, found.MISE, df)
	add("dr", found.DR, found.DRSE, df)
	out.Balance = traits.balance(a.c.names, design.Weights(), raked.Weights(), found.Weights)
	squares, sum := 0.0, 0.0
	for _, w := range found.Weights {
		squares, sum = squares+w*w, sum+w
	}
	out.Deff = number(float64(len(found.Weights)) * squares / (sum * sum))
	return out, nil
}

// rakedScore is the mean of the calibrated online answers. Its error adds that of the margins, which are estimated themselves: the design
// variance of what the margins explain.
func rakedScore(raked, design *stats.Design, online *respondents, found *stats.OnlineEstimates, traits *traits) (mean, se float64, err error) {
	m, err := raked.Mean(online.score, stats.Query{})
	if err != nil {
		return 0, 0, err
	}
	z, sum := make([]float64, design.Rows()), 0.0
	for _, w := range design.Weights() {
		sum += w
	}
	for i, w := range design.Weights() {
		explained := -found.MI
		for j, c := range traits.columns[0] {
			explained += c[i] * found.Beta[j]
		}
		z[i] = w * explained / sum
	}
	v, err := design.Variance(z)
	return m[0].Estimate, math.Hypot(m[0].SE, math.Sqrt(v)), err
}
