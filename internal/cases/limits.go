package cases

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	reference "yiwang/data/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/workcal"
)

// Limits that are no stage of the workflow.
const (
	LimitEscalated = "escalated" // what a higher tier has when a clock ran out below it
	LimitWaiting   = "waiting"   // for the answer of who reported
	LimitReview    = "review"    // between two reviews of a suspension
	LimitDormant   = "dormant"   // how long a case may lie untouched
)

// limitStages are what a limit can be set for; each but handle and part needs one that holds for every category.
var limitStages = append(append([]string{}, Stages...), StagePart, LimitEscalated, LimitWaiting, LimitReview, LimitDormant)

// LimitRule says how long a step may take.
type LimitRule struct {
	Stage    string `yaml:"stage" json:"stage" maxLength:"20"`
	Category string `yaml:"category" json:"category,omitempty" maxLength:"10" doc:"Leaf, group or class; empty for every"`
	Level    Level  `yaml:"level" json:"level,omitempty" maxLength:"20" doc:"Tier; empty for every"`
	Urgent   bool   `yaml:"urgent" json:"urgent,omitempty" doc:"For urgent cases and in an emergency"`
	Limit    string `yaml:"limit" json:"limit" maxLength:"30" doc:"Such as 2 work_hour or 15 urgent_minute"`
	Basis    string `yaml:"basis" json:"basis" maxLength:"400" doc:"Where it comes from; shown when a due time is explained"`

	parsed workcal.Limit
}

// Limits is one version of the time limits of the steps. A version is never edited.
type Limits struct {
	Version   int         `yaml:"version" json:"version"`
	Name      string      `yaml:"name" json:"name"`
	Rules     []LimitRule `yaml:"rules" json:"rules"`
	Note      string      `yaml:"-" json:"note,omitempty" doc:"Why it was set"`
	ByName    string      `yaml:"-" json:"by_name,omitempty"`
	CreatedAt *clock.Time `yaml:"-" json:"created_at,omitempty" doc:"Absent for the version of the release"`
}

// DefaultLimits is the version shipped with this release.
var DefaultLimits = sync.OnceValue(func() *Limits {
	var l Limits
	if err := yaml.Unmarshal(reference.Limits, &l); err != nil {
		panic(err) // a broken release
	}
	if err := l.check(duty.DefaultCatalog()); err != nil {
		panic(err)
	}
	return &l
})

// check reads the limits and returns Invalid with what is wrong: unknown words, two rules of the same reach, a stage
// without a rule for everything.
func (l *Limits) check(catalog *duty.Catalog) error {
	var fields []errs.Field
	bad := func(i int, name, message string, value any) {
		fields = append(fields, errs.Field{Location: fmt.Sprintf("body.rules[%d].%s", i, name), Message: message, Value: value})
	}
	seen := map[string]bool{}
	for i := range l.Rules {
		r := &l.Rules[i]
		r.Basis = clean(r.Basis)
		parsed, err := workcal.ParseLimit(r.Limit)
		if err != nil || parsed.IsZero() {
			bad(i, "limit", "a number and a unit, such as 2 work_hour", r.Limit)
		}
		r.parsed = parsed
		if !slices.Contains(limitStages, r.Stage) {
			bad(i, "stage", "not in the list", r.Stage)
		}
		if r.Category != "" && catalog.Name(r.Category) == r.Category {
			bad(i, "category", "not in the tree", r.Category)
		}
		if r.Level != "" && rank(r.Level) < 0 {
			bad(i, "level", "not in the list", r.Level)
		}
		if n := utf8.RuneCountInString(r.Basis); n == 0 || n > maxAddress {
			bad(i, "basis", "say where the limit comes from, in at most 100 characters", n)
		}
		if seen[r.reach()] {
			bad(i, "stage", "two rules for the same cases", r.reach())
		}
		seen[r.reach()] = true
	}
	for _, stage := range limitStages {
		if stage != StageHandle && stage != StagePart && !seen[(&LimitRule{Stage: stage}).reach()] {
			fields = append(fields, errs.Field{Location: "body.rules", Message: "no limit that holds for every category", Value: stage})
		}
	}
	if fields != nil {
		return errs.Invalid("cases.bad_limits", "Correct the time limits.", fields...)
	}
	return nil
}

func (r *LimitRule) reach() string {
	return strings.Join([]string{r.Stage, r.Category, string(r.Level), fmt.Sprint(r.Urgent)}, "/")
}

// find returns the most specific rule: the longest category first, then one that names the tier.
func (l *Limits) find(stage, category string, level Level, urgent bool) (best *LimitRule) {
	for i := range l.Rules {
		r := &l.Rules[i]
		if r.Stage != stage || r.Urgent != urgent || !strings.HasPrefix(category, r.Category) || r.Level != "" && r.Level != level {
			continue
		}
		if best == nil || r.weight() > best.weight() {
			best = r
		}
	}
	return best
}

func (r *LimitRule) weight() int {
	w := 2 * len(r.Category)
	if r.Level != "" {
		w++
	}
	return w
}

// limit is how long a step may take and where that comes from.
type limit struct {
	workcal.Limit
	basis string
}

// of returns the limit of a step for a category on a tier. Without an urgent rule an urgent case has the same number
// around the clock.
func (l *Limits) of(catalog *duty.Catalog, stage, category string, level Level, urgent bool) limit {
	return l.under(duty.Ruled{}, catalog, stage, category, level, urgent)
}

// under is of where the responsibility list may set how long the handling takes: that is nearer to the matter than what
// holds for the category.
func (l *Limits) under(ruled duty.Ruled, catalog *duty.Catalog, stage, category string, level Level, urgent bool) limit {
	word := func(r *LimitRule) string { return fmt.Sprintf("%s（时限标准第%d版）", r.Basis, l.Version) }
	if urgent {
		if r := l.find(stage, category, level, true); r != nil {
			return limit{r.parsed, word(r)}
		}
	}
	usual := limit{workcal.Limit{N: 5, Unit: workcal.WorkDay}, "尚未分类，按5个工作日"}
	leaf, known := catalog.Leaf(category)
	rule := l.find(stage, category, level, false)
	switch {
	case stage == StageHandle && !ruled.IsZero():
		usual = limit{ruled.Limit, fmt.Sprintf("责任清单第%d版规则%s：%s", ruled.List, ruled.Rule, ruled.Sentence("zh"))}
	case known && (stage == StageHandle || stage == StagePart) && (rule == nil || rule.Category == ""):
		usual = limit{leaf.Limit, fmt.Sprintf("“%s”%s内办结（分类标准%s）", leaf.Name, leaf.Limit.Sentence("zh"), catalog.Version)}
	case rule != nil:
		usual = limit{rule.parsed, word(rule)}
	}
	if !urgent || usual.Unit.AroundTheClock() {
		return usual
	}
	return limit{aroundTheClock(usual.Limit), usual.basis + "，紧急事件连续计时"}
}

// aroundTheClock is the same number with nights and holidays counted: work hours become hours, work days become days.
func aroundTheClock(l workcal.Limit) workcal.Limit {
	switch l.Unit {
	case workcal.WorkHour:
		return workcal.Limit{N: l.N, Unit: workcal.UrgentHour}
	case workcal.WorkDay:
		return workcal.Limit{N: l.N, Unit: workcal.CalendarDay}
	case workcal.WorkMinute:
		return workcal.Limit{N: l.N, Unit: workcal.UrgentMinute}
	}
	return l
}
