package appraisal

import (
	"context"
	"math"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// ScaleItem is one question inside a scale.
type ScaleItem struct {
	Code         string   `json:"code"`
	Label        string   `json:"label"`
	ItemRest     float64  `json:"item_rest" doc:"correlation with the sum of the others"`
	AlphaDropped *float64 `json:"alpha_dropped" doc:"alpha without this question"`
	Loading      *float64 `json:"loading" doc:"on the common factor, standardised"`
}

// ScaleQuality says how far the questions of a dimension measure one thing.
type ScaleQuality struct {
	Code  string      `json:"code"`
	Label string      `json:"label"`
	N     int         `json:"n" doc:"residents who rated every question of it"`
	Alpha *float64    `json:"alpha" doc:"Cronbach (1951)"`
	Omega *float64    `json:"omega" doc:"McDonald (1999); from three questions on"`
	MeanR *float64    `json:"mean_r" doc:"mean correlation between the questions"`
	Items []ScaleItem `json:"items"`
	Note  string      `json:"note,omitempty"`
}

// Reliability is the page on how well the questionnaire measures.
type Reliability struct {
	Basis
	Scales []ScaleQuality `json:"scales" doc:"the whole questionnaire, then every dimension"`
	Notes  []string       `json:"notes"`
}

// Reliability analyses the whole questionnaire and every dimension as scales, with weights, residents of the targeted sample. Same rights as
// Scores.
func (s *Service) Reliability(ctx context.Context, waveID string) (*Reliability, error) {
	key, err := s.shelfKey(ctx, waveID, "reliability")
	if err != nil {
		return nil, err
	}
	return kept(&s.shelf, key, func() (*Reliability, error) {
		a, err := s.analyse(ctx, waveID)
		if err != nil {
			return nil, err
		}
		out := &Reliability{Basis: a.basis(), Scales: []ScaleQuality{}, Notes: []string{
			"α 与 ω 说明各题是否在测同一件事：0.7 以上可用，0.8 以上良好；不说明测得对不对，也不是名次的把握。",
			"只用各题都评了分的居民答卷，按权数计算；ω 需要至少三题。"}}
		for _, level := range []Level{LevelTotal, LevelDimension} {
			for _, n := range a.c.nodesAt(level) {
				quality, err := a.scale(n)
				if err != nil {
					return nil, err
				}
				out.Scales = append(out.Scales, *quality)
			}
		}
		return out, nil
	})
}

func (a *analysed) scale(n *node) (*ScaleQuality, error) {
	out := &ScaleQuality{Code: n.Code, Label: n.Name, Items: []ScaleItem{}}
	var items []*node
	for _, leaf := range a.c.nodesAt(LevelIndicator) {
		for _, code := range n.Members {
			if leaf.Code == code {
				items = append(items, leaf)
			}
		}
	}
	m := a.residents("", items)
	out.N = len(m.weight)
	if len(items) < 2 || out.N < leastForDrivers {
		out.Note = "题数或完整答卷不足，不计算。"
		return out, nil
	}
	cov, err := m.covariance(m.weight)
	if err != nil {
		return nil, err
	}
	q, err := stats.Scale(cov)
	if err != nil {
		return nil, errs.Invalid("appraisal.no_spread", "The answers cannot be analysed: "+err.Error())
	}
	out.Alpha, out.Omega, out.MeanR = number(q.Alpha), number(q.Omega), number(q.MeanR)
	if q.Heywood {
		out.Omega, out.Note = nil, "单因子模型不适用，ω 不可信，未列。"
	}
	for j, leaf := range items {
		it := ScaleItem{Code: leaf.Code, Label: leaf.Name, ItemRest: *number(q.ItemRest[j]), AlphaDropped: number(q.AlphaDropped[j])}
		if q.Loadings != nil {
			it.Loading = number(q.Loadings[j])
		}
		out.Items = append(out.Items, it)
	}
	return out, nil
}

// Recommendation is the net promoter score of an area: share of 9 and 10 less share of 0 to 6, in points from −100 to 100. It is neither a
// score nor a satisfaction rate.
type Recommendation struct {
	AreaCode   string   `json:"area_code"`
	AreaName   string   `json:"area_name"`
	N          int      `json:"n"`
	Promoters  *float64 `json:"promoters" doc:"9 and 10, percent"`
	Detractors *float64 `json:"detractors" doc:"0 to 6, percent"`
	NPS        *float64 `json:"nps"`
	SE         *float64 `json:"se"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	Suppressed bool     `json:"suppressed,omitempty"`
}

// Recommendations returns the net promoter score of the district and every street from the targeted answers that gave a number; an empty
// list where the wave did not ask. Same rights as Scores.
func (s *Service) Recommendations(ctx context.Context, waveID string) ([]Recommendation, error) {
	key, err := s.shelfKey(ctx, waveID, "recommendations")
	if err != nil {
		return nil, err
	}
	return kept(&s.shelf, key, func() ([]Recommendation, error) { return s.recommendations(ctx, waveID) })
}

func (s *Service) recommendations(ctx context.Context, waveID string) ([]Recommendation, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	w, list, err := s.told(ctx, waveID)
	if err != nil || len(list) == 0 {
		return []Recommendation{}, err
	}
	weigh, err := weighRecommendations(w, list)
	if err != nil {
		return nil, err
	}
	iv := &intervals{level: w.Plan.V.Level, t: map[float64]float64{}}
	out := []Recommendation{}
	for _, area := range append([]string{w.Area}, w.Plan.V.Streets()...) {
		r := Recommendation{AreaCode: area, AreaName: area}
		if row := run.Result.V.score(survey.Targeted, area, NodeTotal); row != nil {
			r.AreaName = row.AreaName
		}
		weigh.fill(&r, area, iv, w.Plan.V.MinCellN)
		if r.N > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

// net are recommendations by stratum: how many, Σy and Σy² of y = 1 for promoters, −1 for detractors.
type net struct {
	street                         string
	size, n, promoters, detractors float64
}

type nets []net

func weighRecommendations(w *survey.Wave, list []survey.Recommendation) (nets, error) {
	var out nets
	index := map[survey.Stratum]int{}
	for i := range list {
		r := &list[i]
		if r.Answers.V.NPS == nil {
			continue
		}
		k := survey.Stratum{Street: r.Street, Group: r.Group}
		h, ok := index[k]
		if !ok {
			size := w.Plan.V.Population(r.Street, r.Group)
			if size == 0 {
				return nil, errs.Invalid("appraisal.no_population", "There are answers from "+r.Street+", which is not in the plan.")
			}
			h = len(out)
			index[k] = h
			out = append(out, net{street: r.Street, size: float64(size)})
		}
		x := &out[h]
		x.n++
		switch v := *r.Answers.V.NPS; {
		case v >= 9:
			x.promoters++
		case v <= 6:
			x.detractors++
		}
	}
	return out, nil
}

// fill estimates one area: strata weighted by population, variance within strata with the finite population correction.
func (list nets) fill(r *Recommendation, area string, iv *intervals, least int) {
	size, value, variance, df, up, down := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
	for _, x := range list {
		if len(area) == len(x.street) && area != x.street {
			continue
		}
		mean := (x.promoters - x.detractors) / x.n
		spread := ((x.promoters + x.detractors) - x.n*mean*mean) / (x.n - 1)
		n := math.Min(x.n, x.size)
		size, value = size+x.size, value+x.size*mean
		up, down = up+x.size*x.promoters/x.n, down+x.size*x.detractors/x.n
		variance += x.size * x.size * (1 - n/x.size) * spread / x.n
		df += x.n - 1
		r.N += int(x.n)
	}
	if r.Suppressed = r.N > 0 && r.N < least; r.Suppressed || r.N == 0 {
		return
	}
	se := 100 * math.Sqrt(variance) / size
	half := iv.quantile(df) * se
	r.NPS, r.Promoters, r.Detractors = number(100*value/size), number(100*up/size), number(100*down/size)
	r.SE, r.Low, r.High = number(se), number(100*value/size-half), number(100*value/size+half)
}

// told reads who said how likely they are to recommend. The caller may see the result, but never an answer.
func (s *Service) told(ctx context.Context, waveID string) (w *survey.Wave, list []survey.Recommendation, err error) {
	ctx = auth.System(ctx, "analysis")
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if w, err = s.surveys.WaveTx(ctx, tx, waveID); err != nil {
			return err
		}
		list, err = s.surveys.RecommendationsTx(ctx, tx, w)
		return err
	})
	return w, list, err
}
