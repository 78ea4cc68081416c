package survey

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/stats"
)

// Named is the share of people, or units, who named at least one of some reverse fields, estimated from one channel of a wave. Shares
// are percentages of the population, per respondent and weighted; they are never counts of comments.
type Named struct {
	Domain     string   `json:"domain" doc:"street, community or group; empty: all that was asked for"`
	N          int      `json:"n" doc:"respondents"`
	Share      *float64 `json:"share" doc:"percent; null where there are too few respondents"`
	SE         *float64 `json:"se"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	NEff       *float64 `json:"n_eff" doc:"size of the simple random sample that would be as precise"`
	Deff       *float64 `json:"deff" doc:"variance with communities as clusters over that without; null if it cannot be told"`
	Suppressed bool     `json:"suppressed" doc:"fewer respondents than may be shown"`
}

// NamedBy says into which domains the respondents are divided.
type NamedBy string

// The divisions. The zero value takes all respondents together.
const (
	NamedTogether    NamedBy = ""
	NamedByStreet    NamedBy = "street"
	NamedByCommunity NamedBy = "community"
	NamedByGroup     NamedBy = "group"
)

// cell returns the domain a respondent belongs to; "" for one that belongs to none.
func (b NamedBy) cell(t *Ticked) string {
	switch b {
	case NamedByStreet:
		return t.Street
	case NamedByCommunity:
		return t.Community
	case NamedByGroup:
		return string(t.Group)
	}
	return "all"
}

// NamedSample is the answers of one channel with the designs they are estimated under. It is immutable.
type NamedSample struct {
	Rows      []Ticked
	design    *stats.Design // strata street × group with their populations
	clustered *stats.Design // communities as clusters within streets; nil where they cannot be told
	level     float64
	least     int
}

// NamedSampleTx reads the scored answers of one channel of a wave, whoever asks: the caller decides who sees what follows from
// them. The online sample is no probability sample; what is estimated from it is reported beside, never instead. Nil without answers.
func (s *Service) NamedSampleTx(ctx context.Context, tx *db.Tx, waveID string, channel Channel) (*NamedSample, error) {
	w, err := findWave(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	standing, err := s.StandingTx(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	key := namedKey{waveID, channel, w.Version, standing}
	if kept := s.named.get(key); kept != nil {
		return kept, nil
	}
	rows, err := tickedTx(ctx, tx, w, channel)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := &NamedSample{Rows: rows, level: w.Plan.V.Level, least: max(w.Plan.V.MinCellN, 10)}
	if out.design, err = TickedDesign(w, rows); err != nil {
		return nil, fmt.Errorf("design of %s: %w", w.Code, err)
	}
	if out.clustered, err = clusteredDesign(out.design.Weights(), rows); err != nil {
		return nil, err
	}
	s.named.keep(key, out)
	return out, nil
}

// TickedDesign is how the answers of a wave stand for the population: strata street × group with their populations, the weights of
// the sample where every answer has one and otherwise population ÷ respondents.
func TickedDesign(w *Wave, rows []Ticked) (*stats.Design, error) {
	strata := make([]string, len(rows))
	size := map[string]int{}
	weighted := true
	for i, r := range rows {
		strata[i] = r.Street + "|" + string(r.Group)
		size[strata[i]]++
		weighted = weighted && r.Weight > 0
	}
	weights, fpc := make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		n := size[strata[i]]
		fpc[i] = float64(max(w.Plan.V.Population(r.Street, r.Group), n))
		weights[i] = fpc[i] / float64(n)
		if weighted {
			weights[i] = r.Weight
		}
	}
	return stats.NewDesign(stats.Options{Rows: len(rows), Weights: weights, Lonely: stats.LonelyAdjust,
		Stages: []stats.Stage{{Strata: stats.NewFactor(strata), FPC: fpc}}})
}

// clusteredDesign counts neighbours of one community as one draw: streets are strata, communities are drawn with replacement in them
// (the ultimate cluster). Who is in no community is a cluster alone.
func clusteredDesign(weights []float64, rows []Ticked) (*stats.Design, error) {
	streets, clusters := make([]string, len(rows)), make([]string, len(rows))
	communities := map[string]bool{}
	for i, r := range rows {
		streets[i] = r.Street
		clusters[i] = r.Street + "|" + r.Community
		if r.Community == "" {
			clusters[i] = r.Street + "|#" + strconv.Itoa(i)
			continue
		}
		communities[r.Community] = true
	}
	if len(communities) < 2 {
		return nil, nil
	}
	return stats.NewDesign(stats.Options{Rows: len(rows), Weights: weights, Lonely: stats.LonelyAdjust,
		Stages: []stats.Stage{{Strata: stats.NewFactor(streets), Units: stats.NewFactor(clusters)}}})
}

// Shares estimates for every domain the share who named at least one of the fields; no fields means any. The interval is symmetric
// on the log-odds scale; its standard error is the larger of the two designs', so that neighbours who complain together do
// not pass for independent witnesses. Domains below the least number of respondents are suppressed. A street keeps only those inside it.
func (s *NamedSample) Shares(fields []string, by NamedBy, inside string) ([]Named, error) {
	y, cell := make([]float64, len(s.Rows)), make([]string, len(s.Rows))
	for i := range s.Rows {
		r := &s.Rows[i]
		if inside == "" || strings.HasPrefix(r.Street, inside) || strings.HasPrefix(r.Community, inside) {
			cell[i] = by.cell(r)
		}
		if slices.ContainsFunc(r.Categories, func(c string) bool { return fields == nil || slices.Contains(fields, c) }) {
			y[i] = 1
		}
	}
	domains := stats.NewFactor(cell)
	if len(domains.Names) == 0 {
		return []Named{}, nil
	}
	query := stats.Query{By: domains, Level: s.level, DomainDF: true}
	plain, err := stats.Proportion(s.design, y, query, "logit")
	if err != nil {
		return nil, fmt.Errorf("share by %q: %w", by, err)
	}
	var clustered []stats.Estimate
	if s.clustered != nil && by != NamedByCommunity {
		if clustered, err = stats.Proportion(s.clustered, y, query, "logit"); err != nil {
			return nil, fmt.Errorf("share by %q with clusters: %w", by, err)
		}
	}
	out := make([]Named, len(plain))
	for i, e := range plain {
		out[i] = Named{Domain: domains.Names[i], N: e.N, Suppressed: e.N < s.least}
		if by == NamedTogether {
			out[i].Domain = ""
		}
		if !out[i].Suppressed {
			out[i].fill(e, clustered, i, s.level)
		}
	}
	slices.SortFunc(out, func(a, b Named) int { return cmp.Compare(a.Domain, b.Domain) })
	return out, nil
}

func (n *Named) fill(e stats.Estimate, clustered []stats.Estimate, i int, level float64) {
	p, se, df := e.Estimate, e.SE, e.DF
	if clustered != nil && clustered[i].DF > 0 {
		c := clustered[i]
		if se > 0 {
			n.Deff = rounded(c.SE * c.SE / (se * se))
		}
		if c.SE > se {
			se, df = c.SE, c.DF
		}
	}
	low, high := stats.ShareInterval(p, se, df, e.N, level)
	n.Share, n.SE, n.Low, n.High = rounded(100*p), rounded(100*se), rounded(100*low), rounded(100*high)
	if se > 0 {
		n.NEff = rounded(p * (1 - p) / (se * se))
	}
}

// rounded keeps four decimals; nil for what is no number.
func rounded(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = math.Round(v*1e4) / 1e4
	return &v
}

// Level is the confidence level of the intervals.
func (s *NamedSample) Level() float64 { return s.level }

// Least is the number of respondents below which a domain is suppressed.
func (s *NamedSample) Least() int { return s.least }

// Inside counts the respondents inside an area; 0 for no sample.
func (s *NamedSample) Inside(area string) (n int) {
	if s == nil {
		return 0
	}
	for i := range s.Rows {
		if strings.HasPrefix(s.Rows[i].Street, area) || strings.HasPrefix(s.Rows[i].Community, area) {
			n++
		}
	}
	return n
}
