package appraisal

import (
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// SliceFilter asks for a table of scores by one trait, within others; empty fields narrow nothing.
type SliceFilter struct {
	By      string // street (default), community, group, sex or age
	Code    string // place in the indicator tree; default the total
	Street  string
	Group   survey.Group
	Sex     string
	Age     string
	Channel survey.Channel // default targeted
}

// SliceRow is one line of a slice.
type SliceRow struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Score
}

// Slice is a table of scores of any part of the sample.
type Slice struct {
	Items       []SliceRow `json:"items"`
	All         *SliceRow  `json:"all" doc:"the same part of the sample undivided"`
	Options     []string   `json:"options" doc:"columns of counts"`
	Provisional bool       `json:"provisional" doc:"answers are still coming in, or the wave has not been scored"`
	Answers     int        `json:"answers"`
}

// Slice estimates any part of the sample: by street, community, group, sex or age. After scoring it follows from the moments kept with the
// run where those are divided finely enough; before, from the answers that have come in. While the wave is not published, and always for
// slices by sex or age, it needs PermScore or PermPublish in the wave's area; else PermRead. Cells below the wave's smallest are hidden, and
// communities outside the caller's areas left out.
func (s *Service) Slice(ctx context.Context, waveID string, f SliceFilter) (*Slice, error) {
	f.fill()
	if !slices.Contains([]string{"street", "community", "group", "sex", "age"}, f.By) {
		return nil, errs.Invalid("appraisal.bad_slice", "by is street, community, group, sex or age.", errs.Field{Location: "query.by", Message: "unknown", Value: f.By})
	}
	w, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return nil, err
	}
	by := fine{sex: f.By == "sex" || f.Sex != "", age: f.By == "age" || f.Age != ""}
	public := (w.State == survey.Published || w.State == survey.Archived) && by == fine{}
	if !public || auth.Require(ctx, PermRead) != nil {
		if err := requireEither(ctx, w.Area, PermScore, PermPublish); err != nil {
			return nil, err
		}
	}
	c, provisional, err := s.sliced(ctx, w, by)
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	return c.slice(f, provisional, func(community string) bool { return community == "" || p.Covers(community) })
}

func (f *SliceFilter) fill() {
	if f.By == "" {
		f.By = "street"
	}
	if f.Code == "" {
		f.Code = NodeTotal
	}
	if f.Channel == "" {
		f.Channel = survey.Targeted
	}
}

// sliced returns the moments that a slice is cut from.
func (s *Service) sliced(ctx context.Context, w *survey.Wave, by fine) (c *computation, provisional bool, err error) {
	ctx = auth.System(ctx, "analysis")
	last, err := s.lastOf(ctx, w.ID)
	if err != nil && errs.KindOf(err) != errs.KindNotFound {
		return nil, false, err
	}
	scored := last != nil && slices.Index(survey.States, w.State) >= slices.Index(survey.States, survey.Scored)
	if scored && by == (fine{}) {
		c, err = kept(&s.shelf, last.ID+"·moments", func() (*computation, error) { return s.reopened(ctx, w, last) })
		if err != nil || c != nil {
			return c, false, err
		}
	}
	standing, err := s.standing(ctx, w.ID)
	if err != nil {
		return nil, false, err
	}
	c, err = kept(&s.shelf, fmt.Sprintf("%s·slice·%v·%v", w.ID, standing, by), func() (*computation, error) {
		in, err := s.gather(ctx, w.ID, nil)
		if err != nil {
			return nil, err
		}
		return newComputation(in, by)
	})
	return c, !scored, err
}

var traitNames = map[string]string{"m": "男", "f": "女", "": "未填"}

// slice cuts the table.
func (c *computation) slice(f SliceFilter, provisional bool, mayShow func(community string) bool) (*Slice, error) {
	out := &Slice{Items: []SliceRow{}, Options: c.layout.labels, Provisional: provisional}
	k := slices.IndexFunc(c.nodes, func(n *node) bool { return n.Code == f.Code })
	if k < 0 {
		return nil, errs.Invalid("appraisal.no_such_node", "One of the waves has no such place in the indicator tree.", errs.Field{Location: "query.code", Message: "unknown", Value: f.Code})
	}
	b := c.books[f.Channel]
	if b == nil {
		return out, nil
	}
	insideOf := func(p *place, group survey.Group) bool {
		return (f.Street == "" || p.street == f.Street) && (group == "" || p.group == group) && (f.Sex == "" || p.sex == f.Sex) && (f.Age == "" || p.age == f.Age)
	}
	inside := func(p *place) bool { return insideOf(p, f.Group) }
	keys := map[string]bool{}
	for i := range b.at {
		if inside(&b.at[i]) {
			keys[b.at[i].key(f.By)] = true
		}
		out.Answers += b.store.Cells[i].N
	}
	row := func(key string, in func(p *place) bool) *SliceRow {
		r := &SliceRow{Key: key, Label: c.traitLabel(f.By, key), Score: Score{AreaCode: c.wave.Area, AreaLevel: AtStreet, Channel: f.Channel, Group: f.Group,
			Code: f.Code, Label: c.nodes[k].Name, Level: c.nodes[k].Level, sliced: true}}
		d := b.domain(in)
		if f.By == "community" && key != "" {
			r.AreaLevel, r.AreaCode, d.Apart = AtCommunity, key, b.clusters
		}
		c.fill(&r.Score, c.nodes[k], d)
		return r
	}
	for _, key := range sortedKeys(keys) {
		if f.By == "community" && (key == "" || !mayShow(key)) {
			continue
		}
		if r := row(key, func(p *place) bool { return inside(p) && p.key(f.By) == key }); r.N > 0 {
			out.Items = append(out.Items, *r)
		}
	}
	out.All = row("", inside)
	out.All.Label = "全部"
	if f.By == "community" && f.Group != "" {
		for i := range out.Items {
			r := &out.Items[i]
			r.Suppressed = r.Suppressed || c.followsFromGroups(k, f.Group, b.domain(func(p *place) bool { return insideOf(p, "") && p.community == r.Key }))
		}
	}
	out.protect(f, c.plan.MinCellN)
	return out, nil
}

// followsFromGroups reports whether the score of a group in a community would follow from that of the community and those of the other groups.
func (c *computation) followsFromGroups(node int, group survey.Group, d *stats.StoreDomain) bool {
	cells := make([]Score, len(survey.Groups))
	line := make([]*Score, len(cells))
	for i, g := range survey.Groups {
		line[i] = &cells[i]
		cells[i] = Score{Group: g, sliced: true}
		c.fill(line[i], c.nodes[node], d)
	}
	protect(line, c.plan.MinCellN)
	return cells[slices.Index(survey.Groups, group)].Suppressed
}

// protect keeps small cells from following from the whole. The scores of communities over all groups do not add up to one, those of a group do.
func (s *Slice) protect(f SliceFilter, least int) {
	var line []*Score
	for i := range s.Items {
		line = append(line, &s.Items[i].Score)
	}
	if f.By != "community" || f.Group != "" {
		protect(line, least)
	}
	for _, r := range append(line, &s.All.Score) {
		if r.Suppressed {
			r.empty()
		}
	}
}

func sortedKeys(set map[string]bool) (keys []string) {
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// key is the trait of a place that a slice divides by.
func (p *place) key(by string) string {
	switch by {
	case "community":
		return p.community
	case "group":
		return string(p.group)
	case "sex":
		return p.sex
	case "age":
		return p.age
	}
	return p.street
}

func (c *computation) traitLabel(by, key string) string {
	switch by {
	case "group":
		return survey.Group(key).Title()
	case "sex", "age":
		if name, ok := traitNames[key]; ok {
			return name
		}
		return key
	}
	return c.name(key)
}
