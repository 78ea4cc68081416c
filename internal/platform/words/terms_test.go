package words

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestWanted_EveryTextThatContainsAWordHasItsTerms(t *testing.T) {
	t.Parallel()
	text := []rune("四平路18号 3栋2单元：Road灯ＡＢ不亮多日，12345来电（工单20260101-123-0000017）ſß—é 路")
	whole := Terms(string(text))
	for range 5000 {
		i := rand.IntN(len(text))
		part := string(text[i : i+rand.IntN(len(text)-i)+1])
		for _, term := range Wanted(part) {
			if _, found := slices.BinarySearch(whole, term); !found {
				t.Fatalf("%q", part)
			}
		}
	}
}

func TestWanted_ALetterAloneIsATermAndTwoDigitsAreNone(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]int{"蛇": 1, "18": 0, "路灯": 1, "路灯不": 2, "123": 1, "路，灯": 2, "18号": 1, "%": 0, "": 0, "Ro": 0, "ROAD": 2, "路灯路灯": 2} {
		if got := Wanted(word); len(got) != want {
			t.Errorf("%q has %d terms, want %d", word, len(got), want)
		}
	}
	if !slices.Equal(Wanted("ROAD"), Wanted("road")) {
		t.Error("folding")
	}
}
