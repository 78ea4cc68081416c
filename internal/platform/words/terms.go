package words

import (
	"slices"
	"strings"
	"unicode"
)

// Terms are the numbers by which an index knows a text, ascending, each once: its pairs of neighbouring letters and digits as
// Sign takes them, and its single letters other than Latin ones. All are below 1<<63.
func Terms(text string) []uint64 {
	var out []uint64
	grams(text, func(gram uint64) { out = append(out, gram) })
	for _, r := range text {
		if r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			out = append(out, uint64(unicode.ToLower(r)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Wanted are terms that every text has which contains the word, as few as say where it is: its pairs, and a letter that stands
// alone in it. None for two digits or Latin letters, which occur everywhere.
func Wanted(word string) []uint64 {
	var out []uint64
	grams(word, func(gram uint64) { out = append(out, gram) })
	for _, run := range strings.FieldsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if letters := []rune(run); len(letters) == 1 && letters[0] >= 0x80 {
			out = append(out, uint64(unicode.ToLower(letters[0])))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
