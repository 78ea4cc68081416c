package stats

import (
	"encoding/json"
	"io"
	"math"
)

// RunAllocate carries out one specification of a sample plan (docs/statistics.md): allocations over strata, sample sizes for a
// precision, detectable differences. open serves the CSV of strata if one is named; it may be nil otherwise.
func RunAllocate(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	out := allocateOutput{}
	if o.has("strata") || o.has("data") {
		allocateAll(o, open, &out)
	}
	for _, s := range o.children("size") {
		out.Sizes = append(out.Sizes, readSize(s))
	}
	for _, d := range o.children("detect") {
		out.Detectable = append(out.Detectable, readDetectable(d))
	}
	if out.Allocations == nil && out.Sizes == nil && out.Detectable == nil {
		o.fail("strata", "is missing; give strata with n, size or detect")
	}
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	return json.MarshalIndent(out, "", " ")
}

type allocateOutput struct {
	Allocations []allocationOutput `json:"allocations,omitempty"`
	Sizes       []sizeOutput       `json:"sizes,omitempty"`
	Detectable  []detectableOutput `json:"detectable,omitempty"`
}

type allocationOutput struct {
	Method   string         `json:"method"`
	N        int            `json:"n"`
	Variance *number        `json:"variance,omitempty"`
	SE       *number        `json:"se,omitempty"`
	Strata   []allocatedRow `json:"strata"`
}

type allocatedRow struct {
	Name   string `json:"name,omitempty"`
	Size   int    `json:"size"`
	N      int    `json:"n"`
	Real   number `json:"real"`
	Weight number `json:"weight"`
}

type sizeOutput struct {
	Margin number `json:"margin"`
	NReal  number `json:"n_real"`
	N      int    `json:"n"`
}

type detectableOutput struct {
	SE         number `json:"se"`
	Difference number `json:"difference"`
}

func allocateAll(o *object, open Open, out *allocateOutput) {
	strata := readStrata(o, open)
	n, power, methods := o.count("n", 0), o.number("power", 0.5), o.words("method")
	if methods == nil {
		methods = []string{string(Proportional)}
	}
	if !(power >= 0 && power <= 1) {
		o.fail("power", "is %v, but must lie between 0 and 1", power)
	}
	known := false
	for _, s := range strata {
		known = known || s.SD > 0
	}
	for _, m := range methods {
		o.oneOf("method", m, "equal proportional neyman power optimum")
		if *o.err != nil {
			return
		}
		whole, real, err := Allocate(AllocationPlan{N: n, Method: Allocation(m), Power: power, Strata: strata})
		if err != nil {
			o.fail("strata", "cannot be allocated: %v", err)
			return
		}
		a := allocationOutput{Method: m, N: n}
		for h, s := range strata {
			a.Strata = append(a.Strata, allocatedRow{Name: s.Name, Size: s.Size, N: whole[h], Real: number(real[h]),
				Weight: number(float64(s.Size) / float64(whole[h]))})
		}
		if known {
			v := AllocationVariance(strata, whole)
			a.Variance, a.SE = num(v), num(math.Sqrt(v))
		}
		out.Allocations = append(out.Allocations, a)
	}
}

// readStrata takes the strata from the list in the specification, or from the columns of a CSV it names.
func readStrata(o *object, open Open) []Stratum {
	if o.has("data") {
		return readStrataFile(o, open)
	}
	var out []Stratum
	for _, s := range o.children("strata") {
		if !s.has("size") {
			s.fail("size", "is missing")
		}
		out = append(out, Stratum{Name: s.text("name", ""), Size: s.count("size", 0), SD: s.number("sd", 0), Min: s.count("min", 0), Max: s.count("max", 0)})
		s.done()
	}
	return out
}

func readStrataFile(o *object, open Open) []Stratum {
	c := o.child("strata")
	names := map[string]string{}
	for _, key := range []string{"name", "size", "sd", "min", "max"} {
		names[key] = c.text(key, "")
	}
	c.done()
	file := o.text("data", "")
	if *o.err != nil {
		return nil
	}
	t, err := readTable(open, file, func(string) bool { return true })
	if err != nil {
		o.fail("data", "cannot be used: %v", err)
		return nil
	}
	out := make([]Stratum, t.rows)
	set := map[string]func(s *Stratum, v float64){"size": func(s *Stratum, v float64) { s.Size = int(v) }, "sd": func(s *Stratum, v float64) { s.SD = v },
		"min": func(s *Stratum, v float64) { s.Min = int(v) }, "max": func(s *Stratum, v float64) { s.Max = int(v) }}
	for _, key := range []string{"name", "size", "sd", "min", "max"} {
		column := names[key]
		if column == "" && key != "size" {
			continue
		}
		if key == "name" {
			f := c.factorOf(key, column, t)
			for h := range f.Code {
				out[h].Name = f.Names[f.Code[h]]
			}
			continue
		}
		for h, v := range c.columnOf(key, column, t) {
			if key != "sd" && v != math.Trunc(v) {
				c.fail(key, "must name a column of whole numbers: %s, row %d, column %q has %v", file, h+1, column, v)
			}
			set[key](&out[h], v)
		}
	}
	return out
}

// columnOf converts a complete column that a key names; a mistake names the key, the row and the column.
func (o *object) columnOf(key, column string, t *table) []float64 {
	if column == "" {
		o.fail(key, "must name a column")
		return nil
	}
	v, err := t.required(column)
	if err != nil {
		o.fail(key, "must name a column of numbers: %v", err)
	}
	return v
}

// factorOf is columnOf for labels.
func (o *object) factorOf(key, column string, t *table) Factor {
	if column == "" {
		o.fail(key, "must name a column")
		return Factor{}
	}
	f, err := t.requiredFactor(column)
	if err != nil {
		o.fail(key, "must name a column: %v", err)
		return Factor{}
	}
	return f
}

// share reads a number strictly between 0 and 1.
func (o *object) share(key string, otherwise float64) float64 {
	v := o.number(key, otherwise)
	if !(v > 0 && v < 1) {
		o.fail(key, "is %v, but must lie between 0 and 1", v)
		return otherwise
	}
	return v
}

// positive reads a number above 0.
func (o *object) positive(key string, otherwise float64) float64 {
	v := o.number(key, otherwise)
	if !(v > 0) {
		o.fail(key, "must be a number above 0")
	}
	return v
}

func readSize(o *object) sizeOutput {
	p := Precision{Margin: o.positive("margin", 0), Level: o.share("level", 0.95), Population: o.count("population", 0), Deff: o.positive("deff", 1)}
	if o.has("sd") {
		p.SD = o.positive("sd", 0)
	} else {
		share := o.share("p", 0.5)
		p.SD = math.Sqrt(share * (1 - share))
	}
	if p.Population < 0 {
		o.fail("population", "is %d, but must be 0 or more", p.Population)
	}
	o.done()
	n := SampleSize(p)
	return sizeOutput{Margin: number(p.Margin), NReal: number(n), N: int(math.Ceil(n - 1e-9))}
}

func readDetectable(o *object) detectableOutput {
	n, sd := o.numbers("n"), o.numbers("sd")
	deff, level, power := o.positive("deff", 1), o.share("level", 0.95), o.share("power", 0.8)
	for key, list := range map[string][]float64{"n": n, "sd": sd} {
		if len(list) != 2 || !(list[0] > 0 && list[1] > 0) {
			o.fail(key, "must be two numbers above 0, one for each side")
			return detectableOutput{}
		}
	}
	o.done()
	d := DetectableDifference([2]float64(sd), [2]float64(n), deff, level, power)
	z := normalQuantile(1-(1-level)/2) + normalQuantile(power)
	return detectableOutput{SE: number(d / z), Difference: number(d)}
}
