package appraisal

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// answer is one respondent as scoring sees it.
type answer = survey.Marked

// weighed is the sample of one channel with its weights, in the order of its answers.
type weighed struct {
	answers []answer
	strata  []stratum
	of      []int32   // stratum of each answer
	before  []float64 // weight before the last calibration; nil when nothing was calibrated beyond the strata
	weight  []float64
	classes stats.Factor // stratum × what margins tell apart
	margins []stats.PostStratification
	plain   bool // residuals weigh everybody alike
}

// stratum is a group in a street: its population and how many answered.
type stratum struct {
	street string
	group  survey.Group
	size   float64
	n      int
}

func (s *stratum) key() string { return s.street + "·" + string(s.group) }

// sortAnswers brings answers into the one order that hashes and sums are made in.
func sortAnswers(answers []answer) {
	order := func(a, b answer) int {
		return cmp.Or(strings.Compare(string(a.Channel), string(b.Channel)), strings.Compare(a.Street, b.Street),
			strings.Compare(a.Community, b.Community), strings.Compare(string(a.Group), string(b.Group)), strings.Compare(a.Sex, b.Sex),
			strings.Compare(a.AgeBand, b.AgeBand), cmp.Compare(a.Weight, b.Weight), strings.Compare(a.Marks, b.Marks))
	}
	if !slices.IsSortedFunc(answers, order) { // they mostly come in the order of the index
		slices.SortFunc(answers, order)
	}
}

// weigh weights the answers of one channel up to the population, by the plan: base weight, calibration, trimming, calibration again
// (Haziza & Beaumont 2017). The online channel has no base weights.
func weigh(plan *survey.Plan, channel survey.Channel, answers []answer) (*weighed, error) {
	w := &weighed{answers: answers}
	if err := w.stratify(plan); err != nil {
		return nil, err
	}
	rule := plan.Weighting
	if rule == nil {
		rule = &survey.Weighting{}
	}
	base, alike := w.base(rule, channel)
	// Where strata are what was drawn from, and all in one weigh the same, centring on the stratum takes out what calibration explains.
	if clusters := rule.Cluster != "" && channel == survey.Targeted; alike && len(rule.Margins) == 0 && !clusters {
		w.weight = make([]float64, len(answers))
		for i, h := range w.of {
			w.weight[i] = w.strata[h].size / float64(w.strata[h].n)
		}
		return w, nil
	}
	w.before = base
	if err := w.calibrate(rule); err != nil {
		return nil, err
	}
	if rule.Trim > 0 {
		trimmed, err := w.trim(rule.Trim)
		if err != nil {
			return nil, err
		}
		w.before = trimmed
		return w, w.calibrate(rule)
	}
	return w, nil
}

// stratify finds the strata of the answers and their populations.
func (w *weighed) stratify(plan *survey.Plan) error {
	type key struct {
		street string
		group  survey.Group
	}
	known, index := map[key]int{}, map[key]int32{}
	for _, s := range plan.Strata {
		known[key{s.Street, s.Group}] = s.Population
	}
	w.of = make([]int32, len(w.answers))
	var last key
	h, ok := int32(0), false
	for i := range w.answers {
		k := key{w.answers[i].Street, w.answers[i].Group}
		if !ok || k != last { // neighbours mostly share the stratum
			h, ok = index[k]
		}
		if last = k; !ok {
			if known[k] == 0 {
				return errs.Invalid("appraisal.no_population", fmt.Sprintf("The plan has no population for %s in %s, but there are answers.", k.group, k.street))
			}
			h, ok = int32(len(w.strata)), true
			index[k] = h
			w.strata = append(w.strata, stratum{street: k.street, group: k.group, size: float64(known[k])})
		}
		w.of[i] = h
		w.strata[h].n++
	}
	for h := range w.strata {
		w.strata[h].size = math.Max(w.strata[h].size, float64(w.strata[h].n))
	}
	return nil
}

// base returns the base weights, 1 where there are none, and whether they are alike in every stratum. A stratum in which any answer
// came without a weight counts all its answers alike.
func (w *weighed) base(rule *survey.Weighting, channel survey.Channel) (base []float64, alike bool) {
	base = make([]float64, len(w.answers))
	without := make([]bool, len(w.strata))
	design := rule.Base == "design" && channel == survey.Targeted
	for i, h := range w.of {
		without[h] = without[h] || !design || !(w.answers[i].Weight > 0)
	}
	first := make([]float64, len(w.strata))
	alike = true
	for i, h := range w.of {
		if base[i] = 1; !without[h] {
			base[i] = w.answers[i].Weight
		}
		if first[h] == 0 {
			first[h] = base[i]
		}
		alike = alike && base[i] == first[h]
	}
	return base, alike
}

// calibrate fits the weights before to the totals. All answers of a class are changed by one factor, so that classes are
// calibrated instead of answers.
func (w *weighed) calibrate(rule *survey.Weighting) error {
	if w.margins == nil {
		w.classify(rule)
	}
	sums := make([]float64, len(w.classes.Names))
	for i, c := range w.classes.Code {
		sums[c] += w.before[i]
	}
	start, err := stats.NewDesign(stats.Options{Rows: len(sums), Weights: sums})
	end := start
	if err == nil {
		start, end, err = w.fit(start, rule)
	}
	if err != nil {
		return errs.Invalid("appraisal.cannot_weight", "The answers cannot be weighted to the totals of the plan: "+err.Error())
	}
	w.weight = make([]float64, len(w.before))
	for i, c := range w.classes.Code {
		w.weight[i] = w.before[i] * end.Weights()[c] / sums[c]
		w.before[i] *= start.Weights()[c] / sums[c]
	}
	return nil
}

// classify makes the margins: street × group, then those of the plan.
func (w *weighed) classify(rule *survey.Weighting) {
	cells := make([]string, len(w.answers))
	for i := range w.answers {
		cells[i] = w.strata[w.of[i]].key()
		for _, m := range rule.Margins {
			cells[i] += "·" + told(&w.answers[i], m)
		}
	}
	w.classes = stats.NewFactor(cells)
	first := make([]int, len(w.classes.Names)) // an answer of each class
	for i, c := range w.classes.Code {
		first[c] = i
	}
	labels := make([]string, len(first))
	for c, i := range first {
		labels[c] = w.strata[w.of[i]].key()
	}
	strata := stats.PostStratification{Cells: stats.NewFactor(labels)}
	for _, name := range strata.Cells.Names {
		h := slices.IndexFunc(w.strata, func(s stratum) bool { return s.key() == name })
		strata.Totals = append(strata.Totals, w.strata[h].size)
	}
	w.margins = []stats.PostStratification{strata}
	w.plain = rule.Method == survey.Rake
	for _, m := range rule.Margins {
		for c, i := range first {
			labels[c] = m.By + "=" + told(&w.answers[i], m)
		}
		w.margins = append(w.margins, stats.PostStratification{Cells: stats.NewFactor(labels)})
	}
}

// told is the level of a margin that a respondent belongs to, "" when the margin does not know the answer. Age bands are told apart by
// group, because the totals of the strata fix how many of each group there are.
func told(a *answer, m survey.Margin) (level string) {
	level = a.Sex
	if m.By == "age" {
		level = a.AgeBand
	}
	if _, ok := m.Totals[level]; !ok || a.Group == survey.Unit {
		return ""
	}
	if m.By == "age" {
		level = string(a.Group) + "/" + level
	}
	return level
}

// fit calibrates the classes and returns the weights that the last step starts from and ends with.
func (w *weighed) fit(d *stats.Design, rule *survey.Weighting) (start, end *stats.Design, err error) {
	strata, err := d.Calibrate(w.margins[0])
	if err != nil || len(w.margins) == 1 {
		return d, strata, err
	}
	for k := range rule.Margins {
		w.share(rule.Margins[k], &w.margins[k+1], strata.Weights())
	}
	if rule.Method == survey.Rake {
		end, err = d.Calibrate(stats.Raking{Margins: w.margins, Epsilon: 1e-12, MaxIterations: 1000})
		return d, end, err
	}
	// from weights that fit street × group already, so that bounds limit what the other margins do
	end, err = strata.Calibrate(w.regression(rule))
	return strata, end, err
}

// share sets the totals of a margin: the shares of the plan, of the residents who told in street × group weights; of the same group
// where the margin is age. Those who did not tell keep what they weigh.
func (w *weighed) share(m survey.Margin, out *stats.PostStratification, weights []float64) {
	sums := make([]float64, len(out.Cells.Names))
	for c, at := range out.Cells.Code {
		sums[at] += weights[c]
	}
	split := func(name string) (group, level string) {
		level = name[strings.Index(name, "=")+1:]
		if m.By == "age" && level != "" {
			group, level, _ = strings.Cut(level, "/")
		}
		return group, level
	}
	all, shares := map[string]float64{}, map[string]float64{}
	for at, name := range out.Cells.Names {
		if group, level := split(name); level != "" {
			all[group] += sums[at]
			shares[group] += m.Totals[level]
		}
	}
	out.Totals = sums
	for at, name := range out.Cells.Names {
		if group, level := split(name); level != "" {
			out.Totals[at] = all[group] * m.Totals[level] / shares[group]
		}
	}
}

// regression says the margins as columns of ones and zeros.
func (w *weighed) regression(rule *survey.Weighting) stats.Regression {
	r := stats.Regression{Distance: stats.Linear}
	if rule.Method == survey.CalibrateBend {
		r.Distance = stats.LogitDistance
	}
	if rule.High > 0 {
		r.Bounds = [2]float64{rule.Low, rule.High}
	}
	for _, m := range w.margins {
		for at, name := range m.Cells.Names {
			column := make([]float64, len(m.Cells.Code))
			for c, code := range m.Cells.Code {
				if int(code) == at {
					column[c] = 1
				}
			}
			r.Names, r.X, r.Totals = append(r.Names, name), append(r.X, column), append(r.Totals, m.Totals[at])
		}
	}
	return r
}

// trim cuts weights above so many times the median of their stratum and spreads what was cut over the others of the stratum.
func (w *weighed) trim(times float64) ([]float64, error) {
	rows := make([][]int, len(w.strata))
	for i, h := range w.of {
		rows[h] = append(rows[h], i)
	}
	out := slices.Clone(w.weight)
	for h, list := range rows {
		part := make([]float64, len(list))
		for k, i := range list {
			part[k] = w.weight[i]
		}
		d, err := stats.NewDesign(stats.Options{Rows: len(part), Weights: part})
		if err == nil {
			sorted := slices.Sorted(slices.Values(part))
			middle := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
			d, err = d.Calibrate(stats.Trimming{Upper: times * middle, Strict: true})
		}
		if err != nil {
			return nil, errs.Invalid("appraisal.cannot_trim", fmt.Sprintf("The weights of %s cannot be trimmed: %v", w.strata[h].key(), err))
		}
		for k, i := range list {
			out[i] = d.Weights()[k]
		}
	}
	return out, nil
}
