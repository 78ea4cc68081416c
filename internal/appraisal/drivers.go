package appraisal

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Driver is one key point: how much it moves overall satisfaction, and how it is rated.
type Driver struct {
	Code       string   `json:"code"`
	Label      string   `json:"label"`
	Importance float64  `json:"importance" doc:"share of the explained variance (LMG), 0…1; all drivers add up to 1"`
	Low        *float64 `json:"low" doc:"of the importance, by resampling respondents inside strata"`
	High       *float64 `json:"high"`
	Johnson    float64  `json:"johnson" doc:"the same share by Johnson's relative weights"`
	Beta       float64  `json:"beta" doc:"standardised coefficient"`
	Score      *float64 `json:"score" doc:"the official score"`
	SE         *float64 `json:"se"`
	Quadrant   string   `json:"quadrant" enum:"improve,keep,watch,maintain" doc:"important and rated low, important and high, neither, less important and high"`
}

// Drivers says what goes with overall satisfaction.
type Drivers struct {
	Basis
	R2        float64  `json:"r2"`
	N         int      `json:"n" doc:"respondents who rated everything that is used"`
	Of        int      `json:"of" doc:"respondents asked"`
	Items     []Driver `json:"items"`
	MidShare  float64  `json:"mid_share" doc:"mean importance: the vertical line of the chart"`
	MidScore  float64  `json:"mid_score" doc:"mean score: the horizontal line"`
	Street    string   `json:"street,omitempty"`
	Notes     []string `json:"notes"`
	Replicate int      `json:"replicates"`
}

const (
	driverReplicates = 200
	leastForDrivers  = 100
)

// Drivers decomposes the variance of overall satisfaction over the key points, with residents of the targeted sample (units are not asked
// all of them); street narrows to one. Same rights as Scores. LMG (Lindeman, Merenda & Gold 1980) with intervals from 200 bootstrap
// samples of first-stage units inside strata (Rao, Wu & Yue 1992), seeded with the wave; quadrants after Martilla & James (1977).
// Invalid with fewer than 100 complete answers.
func (s *Service) Drivers(ctx context.Context, waveID, street string) (*Drivers, error) {
	key, err := s.shelfKey(ctx, waveID, "drivers·"+street)
	if err != nil {
		return nil, err
	}
	return kept(&s.shelf, key, func() (*Drivers, error) {
		a, err := s.analyse(ctx, waveID)
		if err != nil {
			return nil, err
		}
		return a.drivers(street)
	})
}

// matrixOf holds, for respondents with every column, the columns, the weights and where each was drawn.
type matrixOf struct {
	columns [][]float64
	weight  []float64
	stratum []int
	unit    []string
	asked   int
}

// residents reads nodes as columns of respondent scores: the mean of the items of a node that were answered, by their weights. Respondents
// without a value in any column, and units, are left out.
func (a *analysed) residents(street string, nodes []*node) *matrixOf {
	c, sample := a.c, a.c.samples[survey.Targeted]
	m := &matrixOf{columns: make([][]float64, len(nodes))}
	if sample == nil {
		return m
	}
	codes, row := make([]uint8, len(c.layout.items)), make([]float64, len(nodes))
	clusters := c.books[survey.Targeted].clusters
	for i := range sample.answers {
		who := &sample.answers[i]
		if who.Group == survey.Unit || street != "" && who.Street != street || !c.layout.read(who, codes) {
			continue
		}
		m.asked++
		complete := true
		for k, n := range nodes {
			row[k] = c.layout.mean(codes, n.mixes[who.Group])
			complete = complete && !math.IsNaN(row[k])
		}
		if !complete {
			continue
		}
		for k, v := range row {
			m.columns[k] = append(m.columns[k], v)
		}
		m.weight, m.stratum = append(m.weight, sample.weight[i]), append(m.stratum, int(sample.of[i]))
		unit := ""
		if clusters {
			unit = who.Community
		}
		m.unit = append(m.unit, unit)
	}
	return m
}

// mean is the score of one respondent on a mix of items, NaN when none was answered.
func (l *layout) mean(codes []uint8, m mix) float64 {
	sum, shares := 0.0, 0.0
	for a, j := range m.items {
		if codes[j] == stats.NotAsked {
			continue
		}
		if o := &l.options[codes[j]]; o.Scored {
			sum += m.shares[a] * o.Values[stats.MeasureScore]
			shares += m.shares[a]
		}
	}
	return sum / shares
}

// nodesAt returns the nodes of a level that both groups of residents are asked about.
func (c *computation) nodesAt(level Level) (list []*node) {
	for _, n := range c.nodes {
		if n.Level == level && len(n.mixes[survey.Elder].items) > 0 && len(n.mixes[survey.Adult].items) > 0 {
			list = append(list, n)
		}
	}
	return list
}

func (a *analysed) drivers(street string) (*Drivers, error) {
	points, overall := a.c.nodesAt(LevelKeyPoint), a.c.nodesAt(LevelOverall)
	if len(overall) == 0 || len(points) < 2 || len(points) > stats.MostPredictors {
		return nil, errs.Invalid("appraisal.no_overall", "Drivers need the overall question and 2 to 20 key points that residents are asked about.")
	}
	m := a.residents(street, append(overall, points...))
	if len(m.weight) < leastForDrivers {
		return nil, errs.Invalid("appraisal.too_few", "Fewer than 100 residents rated everything that is needed; this analysis would say nothing.")
	}
	all, err := m.importance(m.weight)
	if err != nil {
		return nil, err
	}
	out := &Drivers{Basis: a.basis(), R2: *number(all.R2), N: len(m.weight), Of: m.asked, Street: street, Replicate: driverReplicates, Notes: []string{
		"重要性 = 该重点在“总体满意度”可解释差异中的份额（LMG/Shapley 分解），只用居民答卷中各重点都有评分的部分；说明相关，不证明因果。",
		"右下角“优先改进”：重要且得分低于各重点平均；虚线为平均值，区间跨过虚线的位置不能确定。"}}
	low, high := m.resample(uint64(a.c.plan.Seed), len(points))
	area := a.c.wave.Area
	if street != "" {
		area = street
	}
	for k, n := range points {
		d := Driver{Code: n.Code, Label: n.Name, Importance: *number(all.LMG[k] / all.R2), Johnson: *number(all.Johnson[k] / all.R2), Beta: *number(all.Beta[k]),
			Low: number(low[k]), High: number(high[k])}
		if row := a.run.Result.V.score(survey.Targeted, area, n.Code); row != nil {
			d.Score, d.SE = row.Score, row.SE
		}
		out.Items = append(out.Items, d)
	}
	out.quadrants()
	return out, nil
}

// quadrants divides the chart at the means.
func (d *Drivers) quadrants() {
	d.MidShare = 1 / float64(len(d.Items))
	scored := 0
	for _, it := range d.Items {
		if it.Score != nil {
			d.MidScore += *it.Score
			scored++
		}
	}
	d.MidScore = *number(d.MidScore / math.Max(float64(scored), 1))
	for i := range d.Items {
		it := &d.Items[i]
		important, good := it.Importance >= d.MidShare, it.Score != nil && *it.Score >= d.MidScore
		switch {
		case important && good:
			it.Quadrant = "keep"
		case important:
			it.Quadrant = "improve"
		case good:
			it.Quadrant = "maintain"
		default:
			it.Quadrant = "watch"
		}
	}
	slices.SortStableFunc(d.Items, func(a, b Driver) int {
		switch {
		case a.Importance > b.Importance:
			return -1
		case a.Importance < b.Importance:
			return 1
		}
		return 0
	})
}

func (m *matrixOf) covariance(weight []float64) (*mat.SymDense, error) {
	cov, err := stats.CovarianceMatrix(weight, m.columns)
	if err != nil {
		return nil, errs.Invalid("appraisal.no_spread", "The answers cannot be analysed: "+err.Error())
	}
	return cov, nil
}

func (m *matrixOf) importance(weight []float64) (*stats.Importance, error) {
	cov, err := m.covariance(weight)
	if err != nil {
		return nil, err
	}
	out, err := stats.Drivers(cov)
	if err != nil {
		return nil, errs.Invalid("appraisal.no_spread", "The answers cannot be analysed: "+err.Error())
	}
	return out, nil
}

// resample gives the middle 95 % of the shares over bootstrap samples: n−1 units drawn with replacement from n in every stratum, weights
// scaled by n/(n−1).
func (m *matrixOf) resample(seed uint64, k int) (low, high []float64) {
	type unitKey struct {
		stratum int
		unit    string
	}
	strata := map[int][][]int{} // stratum → units → rows
	index := map[unitKey]int{}
	var order []int
	for i, h := range m.stratum {
		key := unitKey{h, m.unit[i]}
		u, ok := index[key]
		if !ok || m.unit[i] == "" {
			if len(strata[h]) == 0 {
				order = append(order, h)
			}
			u = len(strata[h])
			index[key] = u
			strata[h] = append(strata[h], nil)
		}
		strata[h][u] = append(strata[h][u], i)
	}
	random, shares := rand.New(rand.NewPCG(seed, 0x5d)), make([][]float64, k)
	weight := make([]float64, len(m.weight))
	for range driverReplicates {
		clear(weight)
		for _, h := range order {
			units := strata[h]
			n := len(units)
			for range max(n-1, 1) {
				for _, i := range units[random.IntN(n)] {
					weight[i] += m.weight[i] * float64(n) / float64(max(n-1, 1))
				}
			}
		}
		if one, err := m.importance(weight); err == nil {
			for j := range k {
				shares[j] = append(shares[j], one.LMG[j]/one.R2)
			}
		}
	}
	for j := range k {
		slices.Sort(shares[j])
		n := len(shares[j])
		if n < driverReplicates/2 {
			low, high = append(low, math.NaN()), append(high, math.NaN())
			continue
		}
		low, high = append(low, shares[j][n/40]), append(high, shares[j][n-1-n/40])
	}
	return low, high
}
