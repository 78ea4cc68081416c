package stats

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// number is a float in JSON with 15 significant digits; what is no number is null.
type number float64

func (v number) MarshalJSON() ([]byte, error) {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(v), 'g', 15, 64), nil
}

func num(v float64) *number { out := number(v); return &out }

type designOutput struct {
	N  int `json:"n"`
	DF int `json:"df"`
}

type estimateOutput struct {
	Design     designOutput      `json:"design"`
	Results    []resultRow       `json:"results"`
	Covariance *covarianceOutput `json:"covariance,omitempty"`
}

type covarianceOutput struct {
	Rows []string   `json:"rows"`
	V    [][]number `json:"v"`
}

type resultRow struct {
	Stat     string            `json:"stat"`
	Item     string            `json:"item,omitempty"`
	Level    string            `json:"level,omitempty"`
	Domain   map[string]string `json:"domain,omitempty"`
	Prob     *number           `json:"prob,omitempty"`
	Estimate *number           `json:"estimate,omitempty"`
	SE       *number           `json:"se,omitempty"`
	CI       []number          `json:"ci,omitempty"`
	DF       *int              `json:"df,omitempty"`
	Deff     *number           `json:"deff,omitempty"`
	N        *int              `json:"n,omitempty"`
	NEff     *number           `json:"n_eff,omitempty"`
	Sum      *number           `json:"sum,omitempty"`
	Min      *number           `json:"min,omitempty"`
	Max      *number           `json:"max,omitempty"`
	KishDeff *number           `json:"kish_deff,omitempty"`
	KishNEff *number           `json:"kish_neff,omitempty"`
}

// emit adds one row per domain; domains without rows are left out.
func (e *estimateEntry) emit(estimates []Estimate, c column, d *domain, prob *float64, out *estimateOutput) {
	for i, v := range estimates {
		if v.N == 0 {
			continue
		}
		row := resultRow{Stat: e.stat, Item: c.item, Level: c.level, Domain: d.label(i), Estimate: num(v.Estimate), SE: num(v.SE),
			CI: []number{number(v.Low), number(v.High)}, DF: &v.DF, N: &v.N}
		if prob != nil {
			row.Prob = num(*prob)
		}
		if e.deff != "" {
			row.Deff = num(v.Deff)
		}
		if !math.IsNaN(v.NEff) {
			row.NEff = num(v.NEff)
		}
		out.Results = append(out.Results, row)
	}
}

// domain is what "by" and "subset" make of the rows.
type domain struct {
	by      Factor
	names   []string
	factors []Factor
	parts   [][]int32
	labels  map[int]map[string]string // made when first asked for, shared by all rows of a domain
}

func (e *estimateEntry) domain(t *table) (domain, error) {
	d := domain{by: whole(t.rows), names: e.by}
	for _, name := range e.by {
		f, err := t.factor(name)
		if err != nil {
			return d, fmt.Errorf("by: %w", err)
		}
		d.factors = append(d.factors, f)
	}
	if len(d.factors) > 0 {
		d.by, d.parts = cross(d.factors)
	}
	code := append([]int32(nil), d.by.Code...)
	for column, labels := range e.subset {
		f, err := t.factor(column)
		if err != nil {
			return d, fmt.Errorf("subset: %w", err)
		}
		for _, label := range labels {
			if f.level(label) < 0 {
				return d, fmt.Errorf("subset: column %q of %s has no value %q", column, t.file, label)
			}
		}
		for i, hit := range matching(f, labels) {
			if hit != 1 {
				code[i] = -1
			}
		}
	}
	d.by.Code = code
	return d, nil
}

// label is the domain of a level, nil for the whole.
func (d *domain) label(level int) map[string]string {
	if len(d.factors) == 0 {
		return nil
	}
	if out := d.labels[level]; out != nil {
		return out
	}
	if d.labels == nil {
		d.labels = map[int]map[string]string{}
	}
	out := map[string]string{}
	for j, c := range d.parts[level] {
		out[d.names[j]] = d.factors[j].Names[c]
	}
	d.labels[level] = out
	return out
}

func (e *estimateEntry) index(s Sample, t *table, columns []column, d domain, out *estimateOutput) error {
	r, err := e.indexResult(s, t, columns, d)
	if err != nil {
		return err
	}
	var estimates []Estimate
	for _, score := range r.Scores {
		estimates = append(estimates, score.Estimate)
	}
	e.emit(estimates, column{item: "index"}, &d, nil, out)
	return nil
}

func (e *estimateEntry) indexResult(s Sample, t *table, columns []column, d domain) (*IndexResult, error) {
	x := Index{By: d.by, Weights: [][]float64{e.itemWeights}, Level: e.level, DomainDF: e.df == "domain"}
	for _, c := range columns {
		x.Items = append(x.Items, c.y)
	}
	if e.group != "" {
		f, err := t.factor(e.group)
		if err != nil {
			return nil, fmt.Errorf("group: %w", err)
		}
		x.Groups = f
		for _, name := range f.Names {
			w, ok := e.groupWeights[name]
			if !ok {
				return nil, fmt.Errorf("group_weights: no weight for the group %q", name)
			}
			x.GroupWeights = append(x.GroupWeights, w)
		}
	}
	return s.Index(x)
}

// covariances adds the joint covariance of the rows of this entry.
func (e *estimateEntry) covariances(s Sample, t *table, d domain, columns []column, x []float64, out *estimateOutput) error {
	if out.Covariance != nil {
		return fmt.Errorf("covariance: only one entry of a specification may ask for it")
	}
	var v *mat.SymDense
	rows := columns
	if e.stat == "index" {
		r, err := e.indexResult(s, t, columns, d)
		if err != nil {
			return err
		}
		if v, err = r.Covariance(); err != nil {
			return err
		}
		rows = []column{{item: "index"}}
	} else {
		var err error
		if v, err = e.jointCovariance(s, d, columns, x); err != nil {
			return err
		}
	}
	out.Covariance = &covarianceOutput{V: make([][]number, v.SymmetricDim())}
	for _, c := range rows {
		for l := range d.by.Names {
			out.Covariance.Rows = append(out.Covariance.Rows, d.rowName(l, c))
		}
	}
	for a := range out.Covariance.V {
		for b := range out.Covariance.V {
			out.Covariance.V[a] = append(out.Covariance.V[a], number(v.At(a, b)))
		}
	}
	return nil
}

func (d domain) rowName(level int, c column) string {
	name := c.item + c.level
	if len(d.factors) == 0 {
		return name
	}
	var labels []string
	for j, p := range d.parts[level] {
		labels = append(labels, d.factors[j].Names[p])
	}
	return strings.Join(labels, ".") + ":" + name
}

func (e *estimateEntry) jointCovariance(s Sample, d domain, columns []column, x []float64) (*mat.SymDense, error) {
	q := Query{By: d.by}
	switch sample := s.(type) {
	case *Design:
		var z [][]float64
		for _, c := range columns {
			l, err := e.linear(sample, c.y, x, q)
			if err != nil {
				return nil, err
			}
			z = append(z, l.z)
		}
		return sample.Covariance(z, d.by)
	case *Replicated:
		return sample.Covariance(func(w []float64) []float64 {
			var all []float64
			for _, c := range columns {
				plain := &Design{n: sample.n, weights: w}
				l, err := e.linear(plain, c.y, x, q)
				if err != nil {
					return []float64{missing}
				}
				all = append(all, l.value...)
			}
			return all
		})
	}
	return nil, fmt.Errorf("covariance is not available here")
}

func (e *estimateEntry) linear(d *Design, y, x []float64, q Query) (*linear, error) {
	var l *linear
	var err error
	switch e.stat {
	case "total":
		l, _, err = d.linearTotal(y, q)
	case "variance":
		mean, filled, err := d.linearRatio(y, nil, q)
		if err != nil {
			return nil, err
		}
		l, _, err = d.linearRatio(mean.squares(y), nil, filled)
		return l, err
	default:
		l, _, err = d.linearRatio(y, x, q)
	}
	return l, err
}
