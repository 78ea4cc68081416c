package stats

import (
	"maps"
	"slices"
)

// estimateEntry is one entry of the "estimate" key.
type estimateEntry struct {
	o            *object
	stat         string
	items        []string
	by           []string
	subset       map[string][]string
	factor       bool
	missing      string
	df           string // "design" or "domain"
	level        float64
	deff         string // "", "true" or "replace"
	covariance   bool
	denominator  string
	equals       []string
	interval     string
	probs        []float64
	rule         string
	itemWeights  []float64
	group        string
	groupWeights map[string]float64
	of           string
	expressions  []namedExpression
}

type namedExpression struct {
	name string
	of   *expression
}

func readEstimate(o *object) *estimateEntry {
	e := &estimateEntry{o: o, stat: o.text("stat", ""), items: o.words("items"), by: o.words("by"), factor: o.flag("factor"),
		missing: o.text("missing", ""), level: o.number("level", 0.95), df: o.text("df", "design"), covariance: o.flag("covariance")}
	o.oneOf("stat", e.stat, "mean total ratio proportion quantile index variance covariance contrast weights")
	if e.missing != "" {
		o.oneOf("missing", e.missing, "drop each")
	}
	if !(e.level > 0 && e.level < 1) {
		o.fail("level", "is %v, but must lie between 0 and 1", e.level)
	}
	o.oneOf("df", e.df, "design domain")
	e.readSubset()
	e.readDeff()
	e.readKind()
	if e.stat != "weights" && len(e.items) == 0 {
		o.fail("items", "must name at least one column")
	}
	if e.covariance && (e.stat == "quantile" || e.stat == "contrast") {
		o.fail("covariance", "is not available for quantiles and contrasts")
	}
	o.done()
	return e
}

func (e *estimateEntry) readSubset() {
	subset := e.o.child("subset")
	e.subset = map[string][]string{}
	for _, column := range subset.keys() {
		e.subset[column] = subset.labels(column)
	}
}

func (e *estimateEntry) readDeff() {
	e.o.known["deff"] = true
	switch raw := string(e.o.fields["deff"]); raw {
	case "", "null", "false":
	case "true":
		e.deff = "true"
	case `"replace"`:
		e.deff = "replace"
	default:
		e.o.fail("deff", "must be true, false or \"replace\"")
	}
}

// readKind reads the keys that belong to one statistic only.
func (e *estimateEntry) readKind() {
	o := e.o
	switch e.stat {
	case "ratio":
		if e.denominator = o.text("denominator", ""); e.denominator == "" {
			o.fail("denominator", "must name a column")
		}
	case "proportion":
		if e.equals = o.labels("equals"); e.equals == nil {
			o.fail("equals", "must say which value counts")
		}
		e.interval = o.text("interval", "logit")
		o.oneOf("interval", e.interval, "logit likelihood asin beta mean xlogit")
	case "quantile":
		if e.probs = o.numbers("probs"); e.probs == nil {
			e.probs = []float64{0.25, 0.5, 0.75}
		}
		for _, p := range e.probs {
			if !(p > 0 && p < 1) {
				o.fail("probs", "contains %v, but must lie between 0 and 1", p)
			}
		}
		e.rule, e.interval = o.text("rule", "math"), o.text("interval", "mean")
		o.oneOf("rule", e.rule, quantileRules)
		o.oneOf("interval", e.interval, "mean beta xlogit asin score quantile")
	case "contrast":
		e.readExpressions()
	case "index":
		e.itemWeights = itemWeights(o, "weights_of_items", e.items)
		if e.group = o.text("group", ""); e.group != "" {
			e.groupWeights = map[string]float64{}
			weights := o.child("group_weights")
			for _, g := range weights.keys() {
				e.groupWeights[g] = weights.number(g, 0)
			}
		}
	}
}

// readExpressions reads one expression, or an object of them by name.
func (e *estimateEntry) readExpressions() {
	o := e.o
	e.of = o.text("of", "mean")
	o.oneOf("of", e.of, "mean total")
	texts, o2 := map[string]string{}, o
	if labels := o.labels("expression"); len(labels) == 1 {
		texts["expression"] = labels[0]
	}
	list := o.child("expressions")
	for _, name := range list.keys() {
		texts[name], o2 = list.text(name, ""), list
	}
	if len(texts) == 0 {
		o.fail("expression", "must say what to compute from the items")
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		of, err := parseExpression(texts[name], e.items)
		if err != nil {
			o2.fail(name, "cannot be used: %v", err)
			return
		}
		e.expressions = append(e.expressions, namedExpression{name, of})
	}
}

func (e *estimateEntry) wants(column string) bool {
	if _, ok := e.subset[column]; ok || column == e.denominator || column == e.group {
		return true
	}
	for _, list := range [][]string{e.items, e.by} {
		for _, name := range list {
			if name == column {
				return true
			}
		}
	}
	return false
}
