package tally

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	reference "yiwang/data/tally"
)

// Metric is a figure as it is defined: what is counted, over what.
type Metric struct {
	Code      string `yaml:"code" json:"code"`
	Name      string `yaml:"name" json:"name"`
	Formula   string `yaml:"formula" json:"formula"`
	Note      string `yaml:"note" json:"note,omitempty"`
	Kind      string `yaml:"kind" json:"kind" enum:"count,stock,rate,mean" doc:"mean is in work hours"`
	Direction string `yaml:"direction" json:"direction,omitempty" enum:"higher,lower" doc:"Which is better; absent where neither is"`
	Num       Count  `yaml:"num" json:"-"`
	Den       Count  `yaml:"den" json:"-"`
}

// Count is a number of rows of a grain.
type Count struct {
	Of    string   `yaml:"of"`
	At    string   `yaml:"at"`
	Where []string `yaml:"where"`
	Sum   string   `yaml:"sum"`
}

// Preset are weights of the three rates in per cent.
type Preset struct {
	Code    string             `yaml:"code" json:"code"`
	Name    string             `yaml:"name" json:"name"`
	Weights map[string]float64 `yaml:"weights" json:"weights"`
}

// Ground is a reason to leave a case out of the three rates.
type Ground struct {
	Code     string `yaml:"code" json:"code"`
	Name     string `yaml:"name" json:"name"`
	Response bool   `yaml:"response" json:"response" doc:"The response is counted all the same"`
}

// Scheme is how units of a kind are scored.
type Scheme struct {
	Name  string       `yaml:"name" json:"name"`
	Least int64        `yaml:"least" json:"least" doc:"Below so many a metric is not scored"`
	Items []SchemeItem `yaml:"items" json:"items"`
}

// SchemeItem is a weight of a score: the mean of metrics, or the three rates by a preset.
type SchemeItem struct {
	Name    string   `yaml:"name" json:"name,omitempty"`
	Metrics []string `yaml:"metrics" json:"metrics,omitempty"`
	Rates   string   `yaml:"rates" json:"rates,omitempty"`
	Weight  float64  `yaml:"weight" json:"weight"`
}

// Book is everything that is defined about figures.
type Book struct {
	Version string   `yaml:"version" json:"version"`
	Metrics []Metric `yaml:"metrics" json:"metrics"`
	Rates   struct {
		Presets []Preset `yaml:"presets" json:"presets"`
		Grounds []Ground `yaml:"grounds" json:"grounds"`
	} `yaml:"rates" json:"rates"`
	Scores map[string]Scheme `yaml:"scores" json:"scores"`
}

// DefaultBook is what this release ships.
var DefaultBook = sync.OnceValue(func() *Book {
	b, err := ParseBook(reference.Metrics)
	if err != nil {
		panic(err) // a broken release
	}
	return b
})

// ParseBook reads definitions and judges them: every grain, column and condition must be known, every rate needs what it is
// over, every score and preset metrics that exist.
func ParseBook(source []byte) (*Book, error) {
	var b Book
	if err := yaml.Unmarshal(source, &b); err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	for _, m := range b.Metrics {
		if m.Code == "" || m.Name == "" || m.Formula == "" {
			return nil, fmt.Errorf("metric %q: needs code, name and formula", m.Code)
		}
		counts := []Count{m.Num}
		if m.Kind == "rate" || m.Kind == "mean" {
			counts = append(counts, m.Den)
		}
		for _, c := range counts {
			if err := c.check(); err != nil {
				return nil, fmt.Errorf("metric %s: %w", m.Code, err)
			}
		}
	}
	for name, s := range b.Scores {
		for _, item := range s.Items {
			for _, code := range item.Metrics {
				if _, ok := b.Metric(code); !ok {
					return nil, fmt.Errorf("score %s: no metric %s", name, code)
				}
			}
		}
	}
	return &b, nil
}

// Metric returns the metric with the code.
func (b *Book) Metric(code string) (Metric, bool) {
	i := slices.IndexFunc(b.Metrics, func(m Metric) bool { return m.Code == code })
	if i < 0 {
		return Metric{}, false
	}
	return b.Metrics[i], true
}

// tables are the grains with the columns that place a row in time.
var tables = map[string][]string{
	"case": {"reported_at", "accepted_at", "handled_at", "closed_at"},
	"step": {"at"},
	"span": {"", "anchor_at"},
}

// conditions are the names a definition may use. {then} is the end of the period, or now if that is earlier.
var conditions = map[string]string{
	"filed":            "filed_at IS NOT NULL",
	"repeated":         "repeated",
	"timed":            "minutes IS NOT NULL",
	"self_handling":    "action = 'self_handle'",
	"dispatching":      "action IN ('dispatch', 'adjudicate')",
	"held":             "good",
	"returning":        "action = 'return'",
	"reworking":        "action = 'rework'",
	"reached":          "action = 'said' AND mark IN ('satisfied', 'basically', 'dissatisfied')",
	"pleased":          "mark IN ('satisfied', 'basically')",
	"solved":           "solved = 'yes'",
	"accept":           "kind = 'accept'",
	"sign":             "kind = 'sign'",
	"handle":           "kind = 'handle' AND round = 1",
	"case":             "kind = 'case'",
	"whole":            "kind = 'open'",
	"stage":            "kind NOT IN ('open', 'case')",
	"due":              "anchor_at <= {now}",
	"done":             "done",
	"on_time":          "on_time",
	"open_then":        "from_at < {then} AND (to_at IS NULL OR to_at >= {then})",
	"overdue_then":     "due_at < {then} AND (to_at IS NULL OR to_at >= {then})",
	"hotline":          "channel = 'hotline'",
	"counted":          "excluded = ''",
	"counted_response": "excluded IN ('', 'unreachable')",
}

func (c Count) check() error {
	columns, ok := tables[c.Of]
	if !ok {
		return fmt.Errorf("unknown grain %q", c.Of)
	}
	if !slices.Contains(columns, c.At) {
		return fmt.Errorf("grain %s has no time %q", c.Of, c.At)
	}
	for _, name := range c.Where {
		if conditions[name] == "" {
			return fmt.Errorf("unknown condition %q", name)
		}
	}
	if c.Sum != "" && c.Sum != "minutes" {
		return fmt.Errorf("unknown sum %q", c.Sum)
	}
	return nil
}

// stock reports a number that stands at the end of a period rather than in it.
func (c Count) stock() bool {
	return slices.ContainsFunc(c.Where, func(n string) bool { return strings.HasSuffix(n, "_then") })
}

// at is the column that places a row in time, "" for a stock.
func (c Count) at() string {
	if c.At == "" && !c.stock() {
		return "anchor_at"
	}
	return c.At
}
