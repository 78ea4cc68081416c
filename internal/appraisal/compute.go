package appraisal

import (
	"fmt"
	"math"
	"slices"

	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// codeVersion names the formulas below; raise it whenever a number could come out differently.
const codeVersion = "score/3"

// input is everything a result depends on.
type input struct {
	wave    *survey.Wave
	forms   map[survey.Group]*survey.Form
	system  *System
	answers []answer
	names   map[string]string // area code → name, frozen into the result
	parts   parts
}

// computation carries the state from answers to scores.
type computation struct {
	input
	plan    *survey.Plan
	layout  *layout
	nodes   []*node
	books   map[survey.Channel]*book
	samples map[survey.Channel]*weighed
	streets []string
	iv      *intervals
	result  *Result
}

// compute turns answers into the result of a wave, in one pass over the answers, and the moments it was made from.
func compute(in input) (*Result, map[survey.Channel]*book, error) {
	c, err := newComputation(in, fine{})
	if err != nil {
		return nil, nil, err
	}
	for _, channel := range survey.Channels {
		if b := c.books[channel]; b != nil {
			c.score(b)
		}
	}
	c.measureBias()
	if err := c.total(); err != nil {
		return nil, nil, err
	}
	return c.result, c.books, c.rank()
}

// newComputation weights the answers and fills the moment stores, divided as finely as by says.
func newComputation(in input, by fine) (*computation, error) {
	plan := &in.wave.Plan.V
	c := &computation{input: in, plan: plan, streets: plan.Streets(), books: map[survey.Channel]*book{}, samples: map[survey.Channel]*weighed{},
		iv: &intervals{level: plan.Level, t: map[float64]float64{}}}
	l, err := newLayout(plan, in.forms, in.system.Indicators())
	if err != nil {
		return nil, err
	}
	c.layout = l
	c.result = &Result{Nodes: append(in.system.Nodes(), evaluated(plan)...), Scores: []Score{}, Method: c.method()}
	for _, n := range c.result.Nodes {
		c.nodes = append(c.nodes, newNode(n, c.layout, plan.Weights))
	}
	return c, c.collect(by)
}

// collect weights the answers of each channel and adds them up.
func (c *computation) collect(by fine) error {
	sortAnswers(c.answers)
	counted, aside := c.answers, func(a answer) bool { return a.Excluded }
	if slices.ContainsFunc(counted, aside) {
		counted = slices.DeleteFunc(slices.Clone(counted), aside)
	}
	for _, ch := range survey.Channels {
		var of []answer
		for i := range counted {
			if counted[i].Channel == ch {
				of = counted[i:]
				break
			}
		}
		if end := slices.IndexFunc(of, func(a answer) bool { return a.Channel != ch }); end >= 0 {
			of = of[:end]
		}
		c.result.Method.Answers[ch] = len(of)
		if len(of) == 0 {
			continue
		}
		w, err := weigh(c.plan, ch, of)
		if err != nil {
			return err
		}
		if c.books[ch], err = newBook(c.layout, c.plan, ch, w, by); err != nil {
			return err
		}
		c.samples[ch] = w
		c.describe(ch, w)
	}
	if n := len(c.answers) - len(counted); n > 0 {
		c.note("%d份答卷经人工核查后不计入，理由与决定见“答卷核查”。", n)
	}
	return nil
}

func (c *computation) note(format string, args ...any) {
	c.result.Method.Notes = append(c.result.Method.Notes, fmt.Sprintf(format, args...))
}

func (c *computation) name(code string) string {
	if n := c.names[code]; n != "" {
		return n
	}
	return code
}

// score estimates every node of every area for one channel.
func (c *computation) score(b *book) {
	from := len(c.result.Scores)
	c.area(b, AtDistrict, c.wave.Area, b.domain(func(*place) bool { return true }), groups)
	for _, street := range c.streets {
		c.area(b, AtStreet, street, b.domain(func(p *place) bool { return p.street == street }), groups)
	}
	protectGroups(c.result.Scores[from:], c.plan.MinCellN)
	for _, community := range b.communities() {
		d := b.domain(func(p *place) bool { return p.community == community })
		d.Apart = b.clusters // drawn as a whole, a community has no variance between first-stage units
		c.area(b, AtCommunity, community, d, groups[:1])
	}
}

// communities lists the communities of a book in order.
func (b *book) communities() (list []string) {
	seen := map[string]bool{"": true}
	for i := range b.at {
		if code := b.at[i].community; !seen[code] {
			seen[code] = true
			list = append(list, code)
		}
	}
	slices.Sort(list)
	return list
}

// area appends the scores of one area: every node, all groups together and, where asked, each group alone.
func (c *computation) area(b *book, level AreaLevel, code string, d *stats.StoreDomain, of []survey.Group) {
	for _, g := range of {
		respondents := 0
		for k, group := range survey.Groups {
			if g == "" || g == group {
				respondents += d.Respondents(k)
			}
		}
		if respondents == 0 {
			continue
		}
		for _, n := range c.nodes {
			row := Score{AreaCode: code, AreaName: c.name(code), AreaLevel: level, Channel: b.channel, Group: g, Code: n.Code, Label: n.Name, Level: n.Level}
			c.fill(&row, n, d)
			if row.N == 0 && row.Counts == nil {
				continue // the group is not asked
			}
			c.result.Scores = append(c.result.Scores, row)
		}
	}
}

// fill estimates one node in a domain.
func (c *computation) fill(row *Score, n *node, d *stats.StoreDomain) {
	mixes := mixesOf(d, n, c.plan.RespondentWeights, row.Group)
	e := d.Estimate(stats.MeasureScore, mixes)
	row.N = e.N
	row.Insufficient = e.Fewest < float64(c.plan.MinIndicatorN)
	if row.AreaLevel == AtCommunity || row.Group != "" || row.sliced {
		if row.Suppressed = e.N < c.plan.MinCellN; row.Suppressed {
			return
		}
	}
	low, high := c.iv.mean(e)
	row.Score, row.SE, row.Low, row.High = number(e.Value), number(e.SE), number(low), number(high)
	row.NEff, row.DF, row.Deff = number(e.NEff), number(e.DF), number(e.Deff)
	r := d.Estimate(stats.MeasureShare, mixes)
	low, high = c.iv.rate(r)
	row.Rate, row.RateSE, row.RateLow, row.RateHigh = number(r.Value), number(r.SE), number(low), number(high)
	if n.Level == LevelIndicator || n.Level == LevelOverall {
		j := slices.Index(c.layout.items, n.Members[0])
		row.Counts = c.counts(n, d, j, row.Group)
		t := d.Share(j, c.layout.top(), mixes)
		row.Top, row.TopSE = number(100*t.Value), number(100*t.SE)
	}
}

// counts is the distribution of the answers to an item over the groups that are asked.
func (c *computation) counts(n *node, d *stats.StoreDomain, item int, only survey.Group) []int {
	var sum []int
	for g, group := range survey.Groups {
		if only != "" && only != group || len(n.mixes[group].items) == 0 || d.Respondents(g) == 0 {
			continue
		}
		if sum == nil {
			sum = make([]int, len(c.layout.labels))
		}
		for option := range sum {
			sum[option] += d.Count(g, item, option)
		}
	}
	return sum
}

// measureBias puts online − targeted beside every online score. The samples are independent, so variances add.
func (c *computation) measureBias() {
	type key struct{ area, group, code string }
	official := map[key]*Score{}
	for i := range c.result.Scores {
		row := &c.result.Scores[i]
		k := key{row.AreaCode, string(row.Group), row.Code}
		if row.Channel == survey.Targeted {
			official[k] = row
			continue
		}
		if t := official[k]; t != nil && t.Score != nil && row.Score != nil {
			row.Bias = number(*row.Score - *t.Score)
			if t.SE != nil && row.SE != nil {
				row.BiasSE = number(math.Hypot(*t.SE, *row.SE))
			}
		}
	}
}
