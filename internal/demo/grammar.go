package demo

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed grammar.yaml
var grammarYAML []byte

// grammar is what people of the demonstration say; see grammar.yaml.
type grammar struct {
	Openers, Home  []string
	Since, Endings []string
	None, Praise   []string
	Typos          [][2]string
	Matters        []*kind
}

// kind is a sort of matter: how it is complained about, who puts it right, and how.
type kind struct {
	Field  string
	Title  string
	Weight float64 `yaml:"w"`
	Lead   string
	Co     []string
	At     string
	Scene  string
	Say    []string
	More   []string
	Do     []string
	Done   []string
}

func readGrammar() (*grammar, error) {
	g := &grammar{}
	if err := yaml.Unmarshal(grammarYAML, g); err != nil {
		return nil, fmt.Errorf("read grammar.yaml: %w", err)
	}
	return g, nil
}

// of returns the kinds of a field.
func (g *grammar) of(field string) []*kind {
	var out []*kind
	for _, k := range g.Matters {
		if k.Field == field {
			out = append(out, k)
		}
	}
	return out
}

// fieldShare is how many of 3,188 comments with content fall into a field.
type fieldShare struct {
	code   string
	weight float64
}

var fieldShares = []fieldShare{{"04", 712}, {"02", 438}, {"14", 402}, {"05", 286}, {"06", 264}, {"08", 231}, {"07", 198},
	{"13", 157}, {"01", 132}, {"10", 118}, {"03", 96}, {"09", 71}, {"12", 48}, {"11", 35}}

// withContent is the share of comments that name a matter; the others praise, or say nothing.
const withContent = 3188.0 / 3600

// names of fictional people who tell theirs; telephone numbers are of a range that is not in use.
var (
	surnames   = []string{"周", "吴", "郑", "孙", "钱", "许", "何", "吕", "施", "孔", "曹", "严", "华", "金", "魏", "陶", "姜"}
	givenNames = []string{"建平", "秀兰", "国庆", "桂英", "志明", "晓梅", "海涛", "玉珍", "文斌", "丽华", "永康", "红霞"}
)

func fictionalPhone(r *rand.Rand) string { return fmt.Sprintf("1990000%04d", r.IntN(10000)) }

// complain writes what one person says about a matter.
func (g *grammar) complain(r *rand.Rand, k *kind, place string) string {
	comma, stop := "，", pick(r, []string{"", "", "。", "！", "。。", "…"})
	if chance(r, 0.12) {
		comma = " "
	}
	parts := []string{pick(r, k.Say)}
	if chance(r, 0.25) {
		parts = append(parts, pick(r, g.Since))
	}
	if chance(r, 0.5) {
		parts = append(parts, pick(r, k.More))
	}
	parts = append(parts, pick(r, g.Endings))
	switch {
	case chance(r, 0.012):
		parts = append(parts, "我电话"+fictionalPhone(r))
	case chance(r, 0.012):
		parts = append(parts, "我叫"+pick(r, surnames)+pick(r, givenNames))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	openers := g.Openers
	if k.At == "estate" {
		openers = g.Home
	}
	text := fill(pick(r, openers), place) + strings.Join(parts, comma) + stop
	if chance(r, 0.06) {
		t := pick(r, g.Typos)
		text = strings.Replace(text, t[0], t[1], 1)
	}
	return text
}

// fill writes a place into a pattern.
func fill(pattern, place string) string { return strings.ReplaceAll(pattern, "{p}", place) }
