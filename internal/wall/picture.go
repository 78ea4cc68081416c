package wall

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// Stage is a part of the way of a case as the wall shows it.
type Stage string

// The stages, in order.
const (
	Reported   Stage = "reported"
	Accepted   Stage = "accepted"
	Dispatched Stage = "dispatched"
	Handling   Stage = "handling"
	Checking   Stage = "checking"
	Closed     Stage = "closed"
)

// Stages lists the stages.
var Stages = []Stage{Reported, Accepted, Dispatched, Handling, Checking, Closed}

// Levels lists the tiers of overdue cases, lowest first.
var Levels = []string{"grid", "community", "street", "district", "city"}

// Picture is everything a wall shows beside the positions.
type Picture struct {
	At       clock.Time     `json:"at"`
	Area     Place          `json:"area"`
	Theme    string         `json:"theme"`
	Themes   []Theme        `json:"themes"`
	Flow     []Step         `json:"flow"`
	Ended    Ended          `json:"ended"`
	Overdue  Overdue        `json:"overdue"`
	OnDuty   int            `json:"on_duty" doc:"Officers on duty, whether they send positions or not"`
	InTheme  InTheme        `json:"in_theme"`
	Alarms   *Alarms        `json:"alarms"`
	Judged   *Satisfaction  `json:"judged" doc:"The last published wave; null before the first"`
	Voices   []Voice        `json:"voices" doc:"What residents spoke of most in that wave, at most ten"`
	Sources  map[string]Age `json:"sources" doc:"When each part was counted: cases, today, rate, alarms, judged, voices"`
	Stations int            `json:"stations" doc:"Screens and maps that follow the positions now"`
}

// Place is an area with its name and those above it, down from the largest the caller may see.
type Place struct {
	Code  string  `json:"code"`
	Name  string  `json:"name"`
	Trail []Crumb `json:"trail"`
}

// Crumb is an area above another.
type Crumb struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Step is a stage: what came into it today and in the whole of yesterday, what stands in it, and what of that is overdue.
type Step struct {
	Stage     Stage `json:"stage"`
	Today     int   `json:"today"`
	Open      int   `json:"open"`
	Overdue   int   `json:"overdue"`
	Yesterday int   `json:"yesterday" doc:"What came into the stage on the whole day before: at night today says nothing yet"`
}

// Ended is what was closed today, and the rate of 30 days: closed in time ÷ fell due or closed; null if there was none.
type Ended struct {
	InTime int      `json:"in_time"`
	Late   int      `json:"late"`
	Rate   *float64 `json:"rate"`
}

// Overdue is what is past its time, by tier, and the oldest of it.
type Overdue struct {
	N      int    `json:"n"`
	Tiers  []Tier `json:"tiers"`
	Oldest []Late `json:"oldest"`
}

// Tier is a tier with its overdue cases.
type Tier struct {
	Level string `json:"level"`
	N     int    `json:"n"`
}

// Late is one overdue case: what about, where, since when.
type Late struct {
	What  string     `json:"what"`
	Where string     `json:"where"`
	DueAt clock.Time `json:"due_at"`
}

// InTheme is what the map shows of the theme: open cases by grid and community, and where the overdue ones are.
type InTheme struct {
	Open    int            `json:"open"`
	Overdue int            `json:"overdue"`
	ByArea  map[string]int `json:"by_area" doc:"Open cases by the smallest area they lie in, and by every area above it"`
	Points  [][2]float64   `json:"points" doc:"Overdue cases as longitude and latitude; at most 500, sensitive ones left out"`
}

// Age is when a source was counted.
type Age struct {
	At clock.Time `json:"at"`
}

const (
	maxOverduePoints = 500
	maxOldest        = 2
	maxVoices        = 10
)

// Picture returns what the wall of an area shows under a theme; "" for everything. Needs wall.show over the area; Invalid for an
// unknown theme.
func (s *Service) Picture(ctx context.Context, area, themeCode string) (*Picture, error) {
	if err := auth.Require(ctx, PermShow); err != nil {
		return nil, err
	}
	if area == "" {
		area = s.home(ctx)
	}
	if err := auth.RequireArea(ctx, PermShow, area); err != nil {
		return nil, err
	}
	th, ok := theme(themeCode)
	if !ok {
		return nil, errs.Invalid("wall.bad_theme", "There is no such theme.", errs.Field{Location: "query.theme", Message: "not in the list", Value: themeCode})
	}
	p := &Picture{At: clock.At(s.DB.Clock().Now()), Theme: All, Themes: Themes(), Sources: map[string]Age{}}
	if th != nil {
		p.Theme = th.Code
	}
	var err error
	if p.Area, err = s.place(ctx, area); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, *Picture, *Theme) error{s.addCases, s.addPast, s.addAlarms, s.addJudged} {
		if err := part(ctx, p, th); err != nil {
			return nil, err
		}
	}
	if s.Patrol != nil {
		p.OnDuty, p.Stations = s.Patrol.OnDuty(area), s.Patrol.Watching()
	}
	return p, nil
}

// home is the largest area of the caller.
func (s *Service) home(ctx context.Context) string {
	areas := auth.From(ctx).Areas
	if len(areas) == 0 {
		return ""
	}
	return slices.MinFunc(areas, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
}

func (s *Service) place(ctx context.Context, code string) (Place, error) {
	path, err := s.Regions.PathAt(ctx, code, s.DB.Clock().Now())
	if err != nil {
		return Place{}, err
	}
	out := Place{Code: code, Trail: []Crumb{}}
	for i := range path {
		if path[i].Code == code {
			out.Name = path[i].Name
		} else if auth.From(ctx).Covers(path[i].Code) {
			out.Trail = append(out.Trail, Crumb{path[i].Code, path[i].Name})
		}
	}
	return out, nil
}

// addCases counts what is open now.
func (s *Service) addCases(ctx context.Context, p *Picture, th *Theme) error {
	now := p.At
	open, at, err := s.figures.open.get(ctx, now.Time, freshCases, "cases", s.Sources.Open)
	if err != nil {
		return err
	}
	p.Sources["cases"] = Age{at}
	steps := map[Stage]*Step{}
	for _, stage := range Stages {
		p.Flow = append(p.Flow, Step{Stage: stage})
	}
	for i := range p.Flow {
		steps[p.Flow[i].Stage] = &p.Flow[i]
	}
	tiers := map[string]int{}
	p.InTheme = InTheme{ByArea: map[string]int{}, Points: [][2]float64{}}
	p.Overdue.Oldest = []Late{}
	for i := range open {
		c := &open[i]
		step := steps[c.Stage]
		if step == nil || c.Stage == Closed || !strings.HasPrefix(c.Area, p.Area.Code) {
			continue
		}
		late := c.DueAt != nil && c.DueAt.Before(now.Time)
		step.Open++
		if late {
			step.Overdue++
			p.Overdue.N++
			tiers[c.Level]++
			if len(p.Overdue.Oldest) < maxOldest && !c.Sensitive {
				p.Overdue.Oldest = append(p.Overdue.Oldest, Late{s.Sources.CategoryName(c.Category), short(s.nearby(ctx, c.Area)), *c.DueAt})
			}
		}
		if th.holds(c.Category, c.Channel) {
			p.InTheme.add(c, late)
		}
	}
	for _, level := range Levels {
		p.Overdue.Tiers = append(p.Overdue.Tiers, Tier{level, tiers[level]})
	}
	return nil
}

// add counts a case of the theme in its area and all above.
func (t *InTheme) add(c *Case, late bool) {
	t.Open++
	for _, n := range []int{6, 9, 12} {
		if len(c.Area) > n {
			t.ByArea[c.Area[:n]]++
		}
	}
	t.ByArea[c.Area]++
	if !late {
		return
	}
	t.Overdue++
	if c.Lat != nil && c.Lon != nil && !c.Sensitive && len(t.Points) < maxOverduePoints {
		t.Points = append(t.Points, [2]float64{*c.Lon, *c.Lat})
	}
}

// nearby names the street of an area, or what there is.
func (s *Service) nearby(ctx context.Context, code string) string {
	if len(code) > 9 {
		code = code[:9]
	}
	a, err := s.Regions.Get(ctx, code)
	if err != nil {
		return ""
	}
	return a.Name
}

// addPast counts what came in and what was closed.
func (s *Service) addPast(ctx context.Context, p *Picture, _ *Theme) error {
	yesterday, today, tomorrow := midnight(p.At.Time, -1), midnight(p.At.Time, 0), midnight(p.At.Time, 1)
	entries, at, err := s.figures.entries.get(ctx, p.At.Time, freshPast/4, "today", func(ctx context.Context) ([]Entry, error) { return s.Sources.Entries(ctx, today, tomorrow) })
	if err != nil {
		return err
	}
	p.Sources["today"] = Age{at}
	p.count(entries, func(step *Step, n int) { step.Today += n })
	before, _, err := s.figures.before.get(ctx, p.At.Time, freshPast, "yesterday", func(ctx context.Context) ([]Entry, error) { return s.Sources.Entries(ctx, yesterday, today) })
	if err != nil {
		return err
	}
	p.count(before, func(step *Step, n int) { step.Yesterday += n })
	endings, at, err := s.figures.endings.get(ctx, p.At.Time, freshPast, "rate", func(ctx context.Context) ([]Ending, error) {
		return s.Sources.Endings(ctx, clock.At(p.At.Add(-window)), today)
	})
	if err != nil {
		return err
	}
	p.Sources["rate"] = Age{at}
	due, inTime := 0, 0
	for _, e := range endings {
		if !strings.HasPrefix(e.Area, p.Area.Code) {
			continue
		}
		due += e.N
		if e.OnTime {
			inTime += e.N
			p.Ended.InTime += e.Today
		} else {
			p.Ended.Late += e.Today
		}
	}
	if due > 0 {
		rate := 100 * float64(inTime) / float64(due)
		p.Ended.Rate = &rate
	}
	return nil
}

// count adds what came into the stages inside the area of the picture.
func (p *Picture) count(entries []Entry, add func(step *Step, n int)) {
	for _, e := range entries {
		if i := slices.Index(Stages, e.Stage); i >= 0 && strings.HasPrefix(e.Area, p.Area.Code) {
			add(&p.Flow[i], e.N)
		}
	}
}
