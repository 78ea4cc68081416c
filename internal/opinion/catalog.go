package opinion

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sync"

	reference "yiwang/data/rectify"
)

// Category is one of the 14 fields of the reverse evaluation. Lead and Co are unit codes of the responsibility list;
// RectifyDays is the time to rectify in work days, counted from issue.
type Category struct {
	Code        string   `json:"code"`
	Slug        string   `json:"slug"`
	Name        string   `json:"name"`
	Lead        string   `json:"lead"`
	Co          []string `json:"co"`
	RectifyDays int      `json:"rectify_days"`
	Keywords    []string `json:"keywords"`
	Strong      []string `json:"strong_keywords"`
	Phrases     []string `json:"phrases"`
}

// Rule decides before or beside the model. A skip rule matches a whole answer that says nothing; a praise rule holds
// when one of Any and none of None occurs; a prefer rule, for texts with one of Any, prefers fields in order and gives
// the field of the first When that applies.
type Rule struct {
	Act   string   `json:"act"`
	Regex string   `json:"regex"`
	Any   []string `json:"any"`
	None  []string `json:"none"`
	// Harmless are turns of phrase that contain a word of None and complain of nothing: 不厌其烦, 没得说.
	Harmless []string `json:"harmless"`
	Prefer   []string `json:"prefer"`
	When     []When   `json:"when"`
	Note     string   `json:"note"`

	whole *regexp.Regexp
}

// When gives Field to a text that contains one of Any.
type When struct {
	Any   []string `json:"any"`
	Field string   `json:"field"`
}

// Catalog is one version of the fields and rules. It is read-only after Load.
type Catalog struct {
	Meta struct {
		Version string `json:"version"`
	} `json:"meta"`
	Rules      []Rule     `json:"rules"`
	Categories []Category `json:"categories"`

	index     map[string]int
	leaves    []Leaf
	leafIndex map[string]int
	byField   [][]int // leaves of each field
}

// LoadCatalog reads a catalogue from JSON. It returns an error that names the rule or field at fault.
func LoadCatalog(data []byte) (*Catalog, error) {
	c := &Catalog{index: map[string]int{}}
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("read reverse categories: %w", err)
	}
	for i, k := range c.Categories {
		if k.Code == "" || k.Name == "" || k.RectifyDays <= 0 {
			return nil, fmt.Errorf("reverse category %d (%q): code, name and rectify_days are required", i+1, k.Code)
		}
		if _, dup := c.index[k.Code]; dup {
			return nil, fmt.Errorf("reverse category %q occurs twice", k.Code)
		}
		c.index[k.Code] = i
	}
	for i := range c.Rules {
		if err := c.Rules[i].check(c); err != nil {
			return nil, fmt.Errorf("reverse rule %d: %w", i+1, err)
		}
	}
	return c, c.loadLeaves()
}

func (r *Rule) check(c *Catalog) (err error) {
	switch r.Act {
	case "skip":
		r.whole, err = regexp.Compile(r.Regex)
		return err
	case "praise":
		return nil
	case "prefer":
		fields := append([]string{}, r.Prefer...)
		for _, w := range r.When {
			fields = append(fields, w.Field)
		}
		for _, f := range fields {
			if _, ok := c.index[f]; !ok {
				return fmt.Errorf("unknown field %q", f)
			}
		}
		return nil
	}
	return fmt.Errorf("unknown act %q", r.Act)
}

// DefaultCatalog is the catalogue shipped in the binary.
var DefaultCatalog = sync.OnceValue(func() *Catalog {
	c, err := LoadCatalog(reference.Categories)
	if err != nil {
		panic(err) // the embedded file is part of the program and covered by a test
	}
	return c
})

// Category returns the field with this code.
func (c *Catalog) Category(code string) (Category, bool) {
	i, ok := c.index[code]
	if !ok {
		return Category{}, false
	}
	return c.Categories[i], true
}

// Name returns the Chinese name of a field, or the code itself when it is unknown.
func (c *Catalog) Name(code string) string {
	switch code {
	case FieldPraise:
		return "表扬与建议"
	case FieldNone:
		return "无具体意见"
	}
	if k, ok := c.Category(code); ok {
		return k.Name
	}
	return code
}
