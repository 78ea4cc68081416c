package opinion

import "testing"

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
