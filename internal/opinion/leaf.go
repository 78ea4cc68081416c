package opinion

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	events "yiwang/data/cases"
	reference "yiwang/data/rectify"
)

// Leaf is an event leaf: the finest thing a comment can be about. The leaves are the event categories of cases, so that
// a case opened for a matter has its category already. Each belongs to one of the 14 fields.
type Leaf struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Field string `json:"field"`

	words   []string // whole words
	phrases []string // how people say it
}

// Leaves lists the event leaves in order of code.
func (c *Catalog) Leaves() []Leaf { return c.leaves }

// Leaf returns an event leaf by its code.
func (c *Catalog) Leaf(code string) (Leaf, bool) {
	i, ok := c.leafIndex[code]
	if !ok {
		return Leaf{}, false
	}
	return c.leaves[i], true
}

// LeafName returns the Chinese name of a leaf, or the code itself when it is unknown.
func (c *Catalog) LeafName(code string) string {
	if l, ok := c.Leaf(code); ok {
		return l.Name
	}
	return code
}

// loadLeaves reads the tree of event categories and the words for them.
func (c *Catalog) loadLeaves() error {
	var tree struct {
		Categories []struct {
			Reverse  string `yaml:"reverse_category"`
			Children []struct {
				Children []struct {
					Code, Name string
					Keywords   []string
				}
			}
		}
	}
	var phrases map[string][]string
	if err := yaml.Unmarshal(events.Categories, &tree); err != nil {
		return fmt.Errorf("read event categories: %w", err)
	}
	if err := yaml.Unmarshal(events.Phrases, &phrases); err != nil {
		return fmt.Errorf("read phrases: %w", err)
	}
	c.leafIndex = map[string]int{}
	for _, major := range tree.Categories {
		if _, ok := c.index[major.Reverse]; !ok {
			return fmt.Errorf("event category of unknown field %q", major.Reverse)
		}
		for _, group := range major.Children {
			for _, l := range group.Children {
				c.leafIndex[l.Code] = len(c.leaves)
				c.leaves = append(c.leaves, Leaf{Code: l.Code, Name: l.Name, Field: major.Reverse, words: l.Keywords, phrases: phrases[l.Code]})
			}
		}
	}
	c.byField = make([][]int, len(c.Categories))
	for i, l := range c.leaves {
		f := c.index[l.Field]
		c.byField[f] = append(c.byField[f], i)
	}
	return c.loadLeafWords(string(reference.LeafWords))
}

func (c *Catalog) loadLeafWords(text string) error {
	for line := range strings.Lines(text) {
		code, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if i, ok := c.leafIndex[code]; ok {
			c.leaves[i].words = append(c.leaves[i].words, strings.Fields(list)...)
			continue
		}
		i, ok := c.index[code]
		if !ok {
			return fmt.Errorf("words for unknown leaf %q", code)
		}
		c.Categories[i].Keywords = append(c.Categories[i].Keywords, strings.Fields(list)...)
	}
	return nil
}

// shippedSentences are the sentences that train the classifier of this release.
func shippedSentences() []Labelled {
	var out []Labelled
	for line := range strings.Lines(string(reference.Sentences)) {
		label, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok {
			out = append(out, labelledAs(label, text))
		}
	}
	return out
}

// labelledAs reads a label of the files of sentences: fields or leaves joined by a plus sign, praise or none.
func labelledAs(label, text string) Labelled {
	l := Labelled{Text: text}
	for code := range strings.SplitSeq(label, "+") {
		if len(code) == 6 && code != FieldPraise {
			if l.Leaf == "" {
				l.Leaf = code
			}
			code = code[:2]
		}
		l.Fields = append(l.Fields, code)
	}
	return l
}
