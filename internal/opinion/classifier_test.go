package opinion

import (
	"os"
	"strings"
	"testing"

	"yiwang/internal/platform/mask"
)

func readLabelled(t testing.TB, name string) []Labelled {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []Labelled
	for line := range strings.Lines(string(data)) {
		code, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			t.Fatalf("%s: no tab in %q", name, line)
		}
		out = append(out, Labelled{Text: text, Fields: []string{code}})
	}
	return out
}

func measure(t testing.TB, c Classifier, cases []Labelled) (top1, top2 float64, misses []string) {
	t.Helper()
	var one, two int
	for _, l := range cases {
		s := c.Classify(l.Text)
		if len(s) > 0 && s[0].Field == l.Fields[0] {
			one++
		} else {
			got := "-"
			if len(s) > 0 {
				got = s[0].Field
			}
			misses = append(misses, l.Fields[0]+"→"+got+" "+l.Text)
		}
		if len(s) > 0 && s[0].Field == l.Fields[0] || len(s) > 1 && s[1].Field == l.Fields[0] {
			two++
		}
	}
	n := float64(len(cases))
	return float64(one) / n, float64(two) / n, misses
}

func TestClassifier_MeetsItsFloorOnSentencesItNeverSaw(t *testing.T) {
	t.Parallel()
	m := NewModel(DefaultCatalog())
	for _, c := range []struct {
		file       string
		top1, top2 float64
	}{
		{"samples.tsv", 0.90, 0.95},
		{"comments.tsv", 0.68, 0.78},
	} {
		one, two, misses := measure(t, m, readLabelled(t, c.file))
		t.Logf("%s: top-1 %.1f %%, top-2 %.1f %%", c.file, one*100, two*100)
		for _, m := range misses {
			t.Log("  ", m)
		}
		if one < c.top1 || two < c.top2 {
			t.Errorf("%s: top-1 %.3f, top-2 %.3f below the floor %.2f, %.2f", c.file, one, two, c.top1, c.top2)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	m := NewModel(DefaultCatalog())
	cases := readLabelled(b, "comments.tsv")
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		m.Classify(cases[i%len(cases)].Text)
	}
}

func TestMask_LeavesTheReferenceSentencesAlone(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"samples.tsv", "comments.tsv"} {
		for _, l := range readLabelled(t, file) {
			if got := mask.Public(l.Text); got != l.Text {
				t.Errorf("Public(%q) = %q", l.Text, got)
			}
		}
	}
}
