package appraisal

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// codeVersion names the formulas below; raise it whenever a number could come out differently.
const codeVersion = "score/1"

// input is everything a result depends on.
type input struct {
	wave    *survey.Wave
	forms   map[survey.Group]*survey.Form
	system  *System
	answers []answer
	names   map[string]string // area code → name, frozen into the result
	parts   parts
}

type cellKey struct {
	channel           survey.Channel
	street, community string
	group             survey.Group
}

// computation carries the state from answers to scores.
type computation struct {
	input
	plan    *survey.Plan
	layout  *layout
	nodes   []*node
	places  map[cellKey]*moments // by community ("" where none was given)
	strata  map[cellKey]*stratum // by street and group
	streets []string
	iv      *intervals
	result  *Result
}

// compute turns answers into the result of a wave, in one pass over the answers.
func compute(in input) (*Result, error) {
	plan := &in.wave.Plan.V
	c := &computation{input: in, plan: plan, places: map[cellKey]*moments{}, strata: map[cellKey]*stratum{}, streets: plan.Streets(),
		iv: &intervals{level: plan.Level, t: map[float64]float64{}}}
	c.layout = newLayout(plan, in.forms, in.system.Indicators())
	if len(c.layout.items) > 64 {
		return nil, errs.Invalid("appraisal.too_many_indicators", "A wave can score at most 63 indicators.")
	}
	c.result = &Result{Nodes: in.system.Nodes(), Scores: []Score{}, Method: c.method()}
	for _, n := range c.result.Nodes {
		c.nodes = append(c.nodes, newNode(n, c.layout, plan.Weights))
	}
	if err := c.collect(); err != nil {
		return nil, err
	}
	for _, channel := range survey.Channels {
		c.score(channel)
	}
	c.measureBias()
	if err := c.total(); err != nil {
		return nil, err
	}
	return c.result, c.rank()
}

// sortAnswers brings answers into the one order that hashes and sums are made in.
func sortAnswers(answers []answer) {
	slices.SortFunc(answers, func(a, b answer) int {
		return cmp.Or(strings.Compare(string(a.Channel), string(b.Channel)), strings.Compare(a.Street, b.Street),
			strings.Compare(a.Community, b.Community), strings.Compare(string(a.Group), string(b.Group)), strings.Compare(a.Marks, b.Marks))
	})
}

// collect adds the answers up by community and group.
func (c *computation) collect() error {
	sortAnswers(c.answers)
	for i := range c.answers {
		a := &c.answers[i]
		key := cellKey{a.Channel, a.Street, a.Community, a.Group}
		m := c.places[key]
		if m == nil {
			m = newMoments(len(c.layout.items), len(c.layout.labels))
			c.places[key] = m
		}
		if !c.layout.add(m, a) {
			return errs.Invalid("appraisal.bad_marks", fmt.Sprintf("An answer from %s does not fit the %s questionnaire.", a.Street, a.Group))
		}
		c.result.Method.Answers[a.Channel]++
	}
	return c.stratify()
}

func (c *computation) stratify() error {
	keys := make([]cellKey, 0, len(c.places))
	for k := range c.places {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b cellKey) int {
		return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.street, b.street), cmp.Compare(a.group, b.group), cmp.Compare(a.community, b.community))
	})
	all := map[cellKey]*moments{}
	for _, k := range keys {
		at := cellKey{channel: k.channel, street: k.street, group: k.group}
		if all[at] == nil {
			all[at] = newMoments(len(c.layout.items), len(c.layout.labels))
		}
		all[at].merge(c.places[k])
	}
	for _, ch := range survey.Channels {
		for _, street := range c.streets {
			for _, g := range survey.Groups {
				at := cellKey{channel: ch, street: street, group: g}
				if all[at] == nil {
					if ch == survey.Targeted && c.plan.Population(street, g) > 0 {
						c.note("%s没有%s的定向答卷，其权重由其他对象按比例分担。", c.name(street), g.Title())
					}
					continue
				}
				size := c.plan.Population(street, g)
				if size == 0 {
					return errs.Invalid("appraisal.no_population", fmt.Sprintf("The plan has no population for %s in %s, but there are answers.", g, street))
				}
				c.strata[at] = newStratum(street, g, size, ch == survey.Targeted, all[at])
				delete(all, at)
			}
		}
	}
	for at := range all {
		return errs.Invalid("appraisal.no_population", fmt.Sprintf("There are answers from %s, which is not in the plan.", at.street))
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
func (c *computation) score(channel survey.Channel) {
	districtMembers := map[survey.Group][]member{}
	streetMembers := map[string]map[survey.Group][]member{}
	for _, street := range c.streets {
		streetMembers[street] = map[survey.Group][]member{}
		for _, g := range survey.Groups {
			if s := c.strata[cellKey{channel: channel, street: street, group: g}]; s != nil {
				m := member{s, s.all}
				streetMembers[street][g] = []member{m}
				districtMembers[g] = append(districtMembers[g], m)
			}
		}
	}
	if len(districtMembers) == 0 {
		return
	}
	c.area(channel, AtDistrict, c.wave.Area, districtMembers, groups)
	for _, street := range c.streets {
		c.area(channel, AtStreet, street, streetMembers[street], groups)
	}
	for _, place := range c.communities(channel) {
		members := map[survey.Group][]member{}
		for _, g := range survey.Groups {
			if part := c.places[cellKey{channel, place.street, place.community, g}]; part != nil {
				members[g] = []member{{c.strata[cellKey{channel: channel, street: place.street, group: g}], part}}
			}
		}
		c.area(channel, AtCommunity, place.community, members, groups[:1])
	}
}

func (c *computation) communities(channel survey.Channel) []cellKey {
	seen := map[cellKey]bool{}
	var list []cellKey
	for k := range c.places {
		k = cellKey{street: k.street, community: k.community, channel: k.channel}
		if k.channel == channel && k.community != "" && !seen[k] {
			seen[k] = true
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b cellKey) int { return cmp.Compare(a.community, b.community) })
	return list
}

// area appends the scores of one area: every node, all groups together and, where asked, each group alone.
func (c *computation) area(channel survey.Channel, level AreaLevel, code string, members map[survey.Group][]member, of []survey.Group) {
	var cells [measures][]*cell
	respondents := map[survey.Group]int{}
	for _, g := range survey.Groups {
		if len(members[g]) == 0 {
			continue
		}
		for v := range measures {
			cells[v] = append(cells[v], newCell(v, g, members[g]))
		}
		n := cells[byScore][len(cells[byScore])-1].n
		respondents[g] = n
		respondents[""] += n
	}
	for _, g := range of {
		if respondents[g] == 0 {
			continue
		}
		var chosen [measures][]*cell
		for v := range measures {
			for _, cl := range cells[v] {
				if g == "" || cl.group == g {
					chosen[v] = append(chosen[v], cl)
				}
			}
		}
		for _, n := range c.nodes {
			row := Score{AreaCode: code, AreaName: c.name(code), AreaLevel: level, Channel: channel, Group: g, Code: n.Code, Label: n.Name, Level: n.Level}
			c.fill(&row, n, chosen)
			if row.N == 0 && row.Counts == nil {
				continue // the group is not asked
			}
			c.result.Scores = append(c.result.Scores, row)
		}
	}
}

func (c *computation) fill(row *Score, n *node, cells [measures][]*cell) {
	e := combine(cells[byScore], n, c.plan.RespondentWeights)
	row.N = e.n
	row.Insufficient = e.fewest < float64(c.plan.MinIndicatorN)
	if row.AreaLevel == AtCommunity || row.Group != "" {
		if row.Suppressed = e.n < c.plan.MinCellN; row.Suppressed {
			return
		}
	}
	low, high := c.iv.mean(e)
	row.Score, row.SE, row.Low, row.High = number(e.value), number(e.se), number(low), number(high)
	row.NEff, row.DF, row.Deff = number(e.nEff), number(e.df), number(e.deff)
	r := combine(cells[bySatisfied], n, c.plan.RespondentWeights)
	low, high = c.iv.rate(r)
	row.Rate, row.RateSE, row.RateLow, row.RateHigh = number(r.value), number(r.se), number(low), number(high)
	if n.Level == LevelIndicator || n.Level == LevelOverall {
		row.Counts = c.counts(n, cells[byScore])
	}
}

func (c *computation) counts(n *node, cells []*cell) []int {
	j := slices.Index(c.layout.items, n.Members[0])
	var sum []int
	for _, cl := range cells {
		if len(n.mixes[cl.group].items) == 0 {
			continue
		}
		if sum == nil {
			sum = make([]int, len(c.layout.labels))
		}
		for _, m := range cl.members {
			for code, k := range m.part.counts[j] {
				sum[code] += k
			}
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
