package opinion

import (
	"fmt"
	"reflect"
	"testing"
)

func TestGroups_JoinsWhatSharesItsWords(t *testing.T) {
	t.Parallel()
	got := Groups([]string{
		"三号楼楼道灯坏了两个月没人修",
		"烧烤摊油烟直接往家里灌",
		"三号楼的楼道灯坏了好久没人修",
		"楼下烧烤摊的油烟往家里灌，睡不着",
		"停车位太少",
		"三号楼楼道灯不亮，坏了两个月",
		"",
		"！！",
	})
	if want := [][]int{{0, 2, 5}, {1, 3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSimilarity_IsOneForTheSameAndZeroForNothing(t *testing.T) {
	t.Parallel()
	if s := Similarity("楼道灯坏了", "楼道灯 坏了！"); s != 1 {
		t.Errorf("same text: %v", s)
	}
	if s := Similarity("楼道灯坏了", "河水发黑"); s != 0 {
		t.Errorf("other text: %v", s)
	}
	if s := Similarity("", ""); s != 0 {
		t.Errorf("no text: %v", s)
	}
}

func BenchmarkGroups(b *testing.B) {
	texts := make([]string, 0, 3600)
	cases := readLabelled(b, "comments.tsv")
	for i := range 3600 {
		texts = append(texts, fmt.Sprintf("%d号楼%s", i%97, cases[i%len(cases)].Text))
	}
	for b.Loop() {
		Groups(texts)
	}
}
