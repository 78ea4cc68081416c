package demo

import (
	_ "embed"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/words"
)

//go:embed testdata/samples.txt
var samples string

func TestGrammar_NoSentenceIsCopiedFromTheReferenceList(t *testing.T) {
	g, err := readGrammar()
	must(t, err)
	lines := strings.Split(strings.TrimSpace(samples), "\n")[1:]
	for _, k := range g.Matters {
		for _, s := range slices.Concat(k.Say, k.More) {
			for _, line := range lines {
				if same := words.Similarity(s, line); same > 0.4 {
					t.Errorf("%q is too close to %q (%.2f)", s, line, same)
				}
			}
		}
	}
}

func TestGrammar_CoversTheFourteenFieldsWithUnitsAndDrawings(t *testing.T) {
	g, err := readGrammar()
	must(t, err)
	catalog := opinion.DefaultCatalog()
	for _, c := range catalog.Categories {
		if len(g.of(c.Code)) < 2 {
			t.Errorf("field %s %s has %d kinds of matter", c.Code, c.Name, len(g.of(c.Code)))
		}
	}
	for _, k := range g.Matters {
		if _, ok := catalog.Category(k.Field); !ok || len(k.Co) == 0 || len(k.Say) < 2 || len(k.Do) == 0 || len(k.Done) == 0 || k.Weight <= 0 || scenes[k.Scene] == nil {
			t.Errorf("%s is not complete", k.Title)
		}
	}
}

func TestGrammar_SaysOneThingInManyWays(t *testing.T) {
	g, err := readGrammar()
	must(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	said := map[string]bool{}
	for range 200 {
		said[g.complain(r, g.Matters[0], "桂香苑")] = true
	}
	if len(said) < 150 {
		t.Errorf("200 people used %d sentences", len(said))
	}
}
