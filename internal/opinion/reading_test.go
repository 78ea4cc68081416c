package opinion

import (
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"testing"
)

// readSentences reads a file of sentences with what they are about.
func readSentences(t testing.TB, name string) []Labelled {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []Labelled
	for line := range strings.Lines(string(data)) {
		label, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			t.Fatalf("%s: no tab in %q", name, line)
		}
		out = append(out, labelledAs(label, text))
	}
	return out
}

// halves divides the sentences of reading.tsv: the development set trains the model shipped, the rest is held out.
func halves(t testing.TB) (dev, held []Labelled) {
	for _, l := range readSentences(t, "reading.tsv") {
		if crc32.ChecksumIEEE([]byte(l.Text))%2 == 0 {
			dev = append(dev, l)
		} else {
			held = append(held, l)
		}
	}
	return dev, held
}

// judged is how a classifier did on sentences: F1 per class over first labels, and of the leaves and second matters.
type judged struct {
	macro, accuracy, leaf, second float64
	seconds                       int
	misses                        []string
	sets                          sets
}

// sets counts labels one by one: a text with two matters has two.
type sets map[string]*[3]int // true, proposed, right

func (m *sets) add(s []Suggestion, fields []string) {
	if *m == nil {
		*m = sets{}
	}
	at := func(f string) *[3]int {
		if (*m)[f] == nil {
			(*m)[f] = &[3]int{}
		}
		return (*m)[f]
	}
	for _, f := range fields {
		at(f)[0]++
	}
	for n, x := range s {
		if n > 0 && !x.Also {
			continue
		}
		at(x.Field)[1]++
		if slices.Contains(fields, x.Field) {
			at(x.Field)[2]++
		}
	}
}

func (m sets) macroF1() float64 {
	sum := 0.0
	for _, c := range m {
		sum += 2 * float64(c[2]) / float64(c[0]+c[1])
	}
	return sum / float64(len(m))
}

func judge(c func(n int) Classifier, list []Labelled) judged {
	m := NewMetrics(DefaultCatalog())
	var j judged
	right, leaves, leafRight, seconds, secondRight := 0, 0, 0, 0, 0
	for n, l := range list {
		s := c(n).Classify(l.Text)
		got := "-"
		if len(s) > 0 {
			got = s[0].Field
		}
		j.sets.add(s, l.Fields)
		m.Count(got, l.Fields[0])
		if got == l.Fields[0] {
			right++
		} else {
			j.misses = append(j.misses, strings.Join(l.Fields, "+")+"→"+got+" "+l.Text)
		}
		if l.Leaf != "" {
			leaves++
			if len(s) > 0 && s[0].Leaf == l.Leaf {
				leafRight++
			}
		}
		if len(l.Fields) > 1 {
			seconds++
			if slices.ContainsFunc(s, func(s Suggestion) bool { return s.Field == l.Fields[1] }) &&
				slices.ContainsFunc(s, func(s Suggestion) bool { return s.Field == l.Fields[0] }) {
				secondRight++
			}
		}
	}
	j.macro, j.accuracy, j.leaf, j.second, j.seconds = m.MacroF1(), float64(right)/float64(len(list)), float64(leafRight)/float64(max(1, leaves)), float64(secondRight)/float64(max(1, seconds)), seconds
	return j
}

func always(c Classifier) func(int) Classifier { return func(int) Classifier { return c } }

func TestReading_MacroF1(t *testing.T) {
	t.Parallel()
	dev, held := halves(t)
	m := NewModel(DefaultCatalog())
	for _, set := range []struct {
		name string
		list []Labelled
		show bool
	}{{"development (trained on)", dev, true}, {"held out", held, false}} {
		j := judge(always(m), set.list)
		t.Logf("%s: %d sentences, labels macro-F1 %.3f; first matter macro-F1 %.3f, accuracy %.3f, leaf %.3f, both matters of %d: %.3f", set.name, len(set.list), j.sets.macroF1(), j.macro, j.accuracy, j.leaf, j.seconds, j.second)
		if set.show {
			for _, x := range j.misses {
				t.Log("   ", x)
			}
		}
	}
}
