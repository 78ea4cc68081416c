package opinion

import (
	"unicode/utf8"

	"yiwang/internal/platform/words"
)

// fieldLexicon lists the words of every field with those of its leaves: strong keywords weigh double, phrases two and a
// half times, words of three characters more than those of two.
func fieldLexicon(c *Catalog) *words.Lexicon {
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
	for _, l := range c.leaves {
		i := c.index[l.Field]
		for _, w := range l.words {
			fields[i] = append(fields[i], words.Word{Text: w, Weight: lengthWeight(w)})
		}
	}
	return words.NewLexicon(fields)
}

// leafLexicon lists the words of every leaf, in the order of the catalogue.
func leafLexicon(c *Catalog) *words.Lexicon {
	leaves := make([][]words.Word, len(c.leaves))
	for i, l := range c.leaves {
		for _, w := range l.words {
			leaves[i] = append(leaves[i], words.Word{Text: w, Weight: lengthWeight(w)})
		}
		for _, w := range l.phrases {
			leaves[i] = append(leaves[i], words.Word{Text: w, Weight: 2.5})
		}
	}
	return words.NewLexicon(leaves)
}

func lengthWeight(w string) float64 {
	switch utf8.RuneCountInString(w) {
	case 1, 2:
		return 1.3
	case 3:
		return 1.8
	}
	return 2.2
}
