package words

import "testing"

func TestSimilarity_IsOneForTheSameAndNoneForOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b      string
		low, high float64
	}{
		{"路灯不亮", "路灯不亮", 1, 1}, {"路灯不亮", "路 灯，不亮", 0.5, 1}, {"路灯不亮", "油烟扰民", 0, 0}, {"", "", 0, 0},
		{"四平路路灯坏了好几天", "四平路的路灯坏了三天", 0.3, 0.8},
	} {
		if s := Similarity(c.a, c.b); s < c.low || s > c.high {
			t.Errorf("%q and %q: %.2f", c.a, c.b, s)
		}
	}
}

func TestLexicon_CountsAWordOnceAndRareWordsMore(t *testing.T) {
	t.Parallel()
	l := NewLexicon([][]Word{{{"路灯", 1}, {"黑", 1}}, {{"垃圾", 1}, {"黑", 1}}, {{"停车", 1}}})
	got := map[int]float64{}
	if n := l.Match(Normalise("路灯坏了，路灯黑"), func(_ string, class int, w float64) { got[class] += w }); n != 2 {
		t.Errorf("%d words", n)
	}
	if got[0] <= got[1] || got[2] != 0 {
		t.Errorf("weights %v", got)
	}
}

func TestBayes_FindsTheClassOfItsTexts(t *testing.T) {
	t.Parallel()
	c := NewCounter(2)
	c.Add(0, "路灯不亮晚上很黑", 1)
	c.Add(1, "垃圾没人清运很臭", 1)
	m := c.Bayes()
	if s := m.Score(Normalise("门口路灯黑了")); s[0] <= s[1] {
		t.Errorf("scores %v", s)
	}
	if m.Knows(Normalise("xyz")) || !m.Knows(Normalise("路灯")) {
		t.Error("knows what it has not read, or not what it has")
	}
}

func TestDistinct_KeepsTheLongestWords(t *testing.T) {
	t.Parallel()
	if got := Distinct([]string{"路灯", "路灯不亮", "路灯", "黑"}); len(got) != 2 || got[0] != "路灯不亮" {
		t.Errorf("%v", got)
	}
}
