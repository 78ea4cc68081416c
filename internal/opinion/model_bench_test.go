package opinion

import (
	"fmt"
	"testing"
)

// BenchmarkClassify100k classifies as many comments as a large district has in years.
func BenchmarkClassify100k(b *testing.B) {
	m := NewModel(DefaultCatalog())
	list := readSentences(b, "reading.tsv")
	texts := make([]string, 100_000)
	for i := range texts {
		texts[i] = fmt.Sprintf("%d号楼%s", i%97, list[i%len(list)].Text)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range texts {
			m.Classify(t)
		}
	}
}
