package appraisal

import (
	"bytes"
	"math"
	"testing"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// R: svyby(~score, ~street, dw2c, svymean), communities as first-stage units, on complete cases (case M08 with design dw2c): the
// store must say what the estimation core says, which the goldens hold to R.
func TestStore_AgreesWithTheCore_CommunitiesAsClusters(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	g.plan.Weighting = &survey.Weighting{Base: "design", Cluster: "community"}
	b := g.book(t)
	compareWithCore(t, g, b, func(rows *coreRows) *stats.Design {
		d, err := stats.NewDesign(stats.Options{Rows: len(g.rows), Weights: rows.base, Nest: true,
			Stages: []stats.Stage{{Strata: stats.NewFactor(rows.street), Units: stats.NewFactor(rows.community)}}})
		if err != nil {
			t.Fatal(err)
		}
		return rows.poststratified(t, d)
	})
}

func TestStore_AgreesWithTheCore_RakedToSexAndAge(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	g.plan.Weighting = &survey.Weighting{Base: "design", Method: survey.Rake, Margins: goldenMargins()}
	compareWithCore(t, g, g.book(t), func(rows *coreRows) *stats.Design {
		d := rows.stratified(t)
		out, err := d.Calibrate(stats.Raking{Margins: rows.margins(t, d), Epsilon: 1e-12, MaxIterations: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return out
	})
}

func TestStore_AgreesWithTheCore_BoundedLogitAndLinear(t *testing.T) {
	t.Parallel()
	for _, rule := range []survey.Weighting{{Method: survey.CalibrateBend, Low: 0.4, High: 3}, {Method: survey.CalibrateLine}} {
		g := readGolden(t, asIs, nil)
		rule.Margins = goldenMargins()
		g.plan.Weighting = &rule
		compareWithCore(t, g, g.book(t), func(rows *coreRows) *stats.Design {
			for i := range rows.base {
				rows.base[i] = 1
			}
			d := rows.poststratified(t, rows.stratified(t))
			plain, err := stats.NewDesign(stats.Options{Rows: len(rows.base), Weights: d.Weights(), Stages: rows.stages()})
			if err != nil {
				t.Fatal(err)
			}
			r := stats.Regression{Distance: stats.Linear}
			if rule.Method == survey.CalibrateBend {
				r.Distance, r.Bounds = stats.LogitDistance, [2]float64{rule.Low, rule.High}
			}
			for _, m := range rows.margins(t, plain) {
				for at, name := range m.Cells.Names {
					column := make([]float64, len(rows.base))
					for i, c := range m.Cells.Code {
						if int(c) == at {
							column[i] = 1
						}
					}
					r.Names, r.X, r.Totals = append(r.Names, name), append(r.X, column), append(r.Totals, m.Totals[at])
				}
			}
			out, err := plain.Calibrate(r)
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
	}
}

func goldenMargins() []survey.Margin {
	return []survey.Margin{{By: "sex", Totals: map[string]float64{"1": 48, "2": 52}},
		{By: "age", Totals: map[string]float64{"1": 20, "2": 24, "3": 23, "4": 30, "5": 15}}}
}

// coreRows are the golden rows as the estimation core wants them.
type coreRows struct {
	g                          *golden
	street, community, stratum []string
	base, size, item           []float64
}

func newCoreRows(g *golden, item int) *coreRows {
	r := &coreRows{g: g}
	for i := range g.rows {
		a := &g.rows[i]
		r.street, r.community = append(r.street, a.Street), append(r.community, a.Community)
		r.stratum = append(r.stratum, a.Street+"·"+string(a.Group))
		r.size = append(r.size, float64(g.plan.Population(a.Street, a.Group)))
		w := a.Weight
		if g.plan.Weighting.Base != "design" {
			w = 1
		}
		r.base = append(r.base, w)
		y := math.NaN()
		if o := g.layout.options[g.layout.code[a.Marks[item]]]; o.Scored {
			y = o.Values[stats.MeasureScore]
		}
		r.item = append(r.item, y)
	}
	return r
}

func (r *coreRows) stages() []stats.Stage {
	return []stats.Stage{{Strata: stats.NewFactor(r.stratum), FPC: r.size}}
}

func (r *coreRows) stratified(t *testing.T) *stats.Design {
	t.Helper()
	d, err := stats.NewDesign(stats.Options{Rows: len(r.base), Weights: r.base, Stages: r.stages()})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (r *coreRows) strata() stats.PostStratification {
	p := stats.PostStratification{Cells: stats.NewFactor(r.stratum)}
	p.Totals = make([]float64, len(p.Cells.Names))
	for i, c := range p.Cells.Code {
		p.Totals[c] = r.size[i]
	}
	return p
}

func (r *coreRows) poststratified(t *testing.T, d *stats.Design) *stats.Design {
	t.Helper()
	out, err := d.Calibrate(r.strata())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// margins are street × group, sex, and age inside groups; units keep the weight that street × group gives them.
func (r *coreRows) margins(t *testing.T, d *stats.Design) []stats.PostStratification {
	t.Helper()
	strata := r.strata()
	now, err := d.Calibrate(strata)
	if err != nil {
		t.Fatal(err)
	}
	out := []stats.PostStratification{strata}
	for _, m := range r.g.plan.Weighting.Margins {
		labels, of := make([]string, len(r.g.rows)), make([]string, len(r.g.rows))
		weight, shares := map[string]float64{}, map[string]map[string]float64{}
		for i := range labels {
			a := &r.g.rows[i]
			if labels[i] = "rest"; a.Group == survey.Unit {
				continue
			}
			level := a.Sex
			if of[i] = "all"; m.By == "age" {
				of[i], level = string(a.Group), a.AgeBand
			}
			labels[i] = of[i] + level
			weight[of[i]] += now.Weights()[i]
			if shares[of[i]] == nil {
				shares[of[i]] = map[string]float64{}
			}
			shares[of[i]][level] = m.Totals[level]
		}
		p := stats.PostStratification{Cells: stats.NewFactor(labels)}
		p.Totals = make([]float64, len(p.Cells.Names))
		for i, c := range p.Cells.Code {
			if of[i] == "" {
				p.Totals[c] += now.Weights()[i]
				continue
			}
			sum := 0.0
			for _, v := range shares[of[i]] {
				sum += v
			}
			p.Totals[c] = weight[of[i]] * shares[of[i]][labels[i][len(of[i]):]] / sum
		}
		out = append(out, p)
	}
	return out
}

func compareWithCore(t *testing.T, g *golden, b *book, design func(*coreRows) *stats.Design) {
	t.Helper()
	for _, item := range []int{0, 5, 16} {
		rows := newCoreRows(g, item)
		d := design(rows)
		streets := stats.NewFactor(rows.street)
		want, err := meansAnswered(d, rows.item, streets)
		if err != nil {
			t.Fatal(err)
		}
		for s, name := range streets.Names {
			mix := stats.StoreMix{Weight: 1, Items: []int{item}, Shares: []float64{1}}
			got := b.whole(name).Estimate(stats.MeasureScore, []stats.StoreMix{mix})
			if math.Abs(got.Value-want[s].Estimate) > 1e-8 || math.Abs(got.SE-want[s].SE) > 1e-7*want[s].SE {
				t.Errorf("%s item %d: got %.12g ± %.12g, the core says %.12g ± %.12g", name, item+1, got.Value, got.SE, want[s].Estimate, want[s].SE)
			}
		}
	}
}

// meansAnswered are means over those who answered, in the full design.
func meansAnswered(d *stats.Design, y []float64, by stats.Factor) ([]stats.Estimate, error) {
	of := stats.Factor{Names: by.Names, Code: append([]int32(nil), by.Code...)}
	filled := append([]float64(nil), y...)
	for i, v := range y {
		if math.IsNaN(v) {
			of.Code[i], filled[i] = -1, 0
		}
	}
	return d.Mean(filled, stats.By(of))
}

func TestStore_BytesComeBackAndSayTheSame(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	g.plan.Weighting = &survey.Weighting{Base: "design", Method: survey.Rake, Margins: goldenMargins(), Trim: 3}
	b := g.book(t)
	data, err := b.store.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	back, err := reopen(survey.Targeted, false, data)
	if err != nil {
		t.Fatal(err)
	}
	mix := goldenMix(g.layout, map[string]float64{"q1": 0.5, "q9": 0.5})
	for _, street := range []string{"", streetOf("3")} {
		if one, two := b.whole(street).Estimate(0, mix), back.whole(street).Estimate(0, mix); one != two {
			t.Errorf("%+v became %+v", one, two)
		}
	}
	if again, err := back.store.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
		t.Errorf("writing again gave other bytes, %v", err)
	}
	for _, damage := range [][]byte{nil, data[:len(data)/2], append([]byte{9}, data[1:]...)} {
		if _, err := reopen(survey.Targeted, false, damage); err == nil {
			t.Error("damaged bytes were read")
		}
	}
}

func TestWeigh_ReachesTheTotalsAndTrimsInsideStrata(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	for i := range g.rows {
		g.rows[i].Weight = float64(1 + i%7*i%3)
	}
	g.plan.Weighting = &survey.Weighting{Base: "design", Trim: 2}
	sortAnswers(g.rows)
	w, err := weigh(g.plan, survey.Targeted, g.rows)
	if err != nil {
		t.Fatal(err)
	}
	sums, most := make([]float64, len(w.strata)), 0.0
	for i, h := range w.of {
		sums[h] += w.weight[i]
		most = math.Max(most, w.weight[i]*float64(w.strata[h].n)/w.strata[h].size)
	}
	for h, s := range w.strata {
		if math.Abs(sums[h]-s.size) > 1e-6*s.size {
			t.Errorf("%s weighs %v instead of %v", s.key(), sums[h], s.size)
		}
	}
	if most > 2.01 {
		t.Errorf("a weight is %v times the mean after trimming", most)
	}
}

func TestWeigh_SaysWhichTotalNobodyCanReach(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	g.plan.Weighting = &survey.Weighting{Method: survey.CalibrateBend, Low: 0.95, High: 1.05, Margins: []survey.Margin{
		{By: "sex", Totals: map[string]float64{"1": 5, "2": 95}}}}
	sortAnswers(g.rows)
	if _, err := weigh(g.plan, survey.Targeted, g.rows); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("got %v, want Invalid", err)
	}
}
