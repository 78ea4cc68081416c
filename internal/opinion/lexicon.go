package opinion

import "yiwang/internal/platform/words"

// newLexicon lists the words of the catalogue: strong keywords weigh double, phrases two and a half times.
func newLexicon(c *Catalog) *words.Lexicon {
	fields := make([][]words.Word, len(c.Categories))
	for i, k := range c.Categories {
		add := func(weight float64, texts ...string) {
			for _, t := range texts {
				fields[i] = append(fields[i], words.Word{Text: t, Weight: weight})
			}
		}
		add(2, k.Name)
		add(1, k.Keywords...)
		add(2, k.Strong...)
		add(2.5, k.Phrases...)
	}
	return words.NewLexicon(fields)
}
