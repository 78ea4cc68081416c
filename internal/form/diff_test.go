package form

import (
	"fmt"
	"slices"
	"testing"
)

func TestDiff_NamesEveryChangeOnceAndFlagsThoseThatTouchScores(t *testing.T) {
	t.Parallel()
	before := readVectors(t).Form
	after := readVectors(t).Form
	after.Intro = "请如实作答。"
	after.Question("E1").Text = "环境卫生怎么样"
	after.Question("E3").Hint = "可多选"
	after.Question("E3").EN = &QuestionWords{Text: "What did you do?"}
	after.Questions = slices.DeleteFunc(after.Questions, func(q Question) bool { return q.Code == "M2" })
	last := len(after.Questions) - 1
	after.Questions[last-1], after.Questions[last] = after.Questions[last], after.Questions[last-1] // one of two neighbours moved
	after.Questions = append(after.Questions, Question{Code: "X1", Text: "新题", Type: NPS})
	var got []string
	for _, c := range Diff(&before, &after) {
		got = append(got, fmt.Sprintf("%s %s %s %s %v", c.About, c.Code, c.Kind, c.Field, c.Scores))
	}
	want := []string{"form  changed intro false", "question E1 changed text true", "question E3 changed en.text false", "question E3 changed hint false",
		"question D1 moved  false", "question X1 added  false", "question M2 removed  false"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if same := Diff(&before, &before); len(same) != 0 {
		t.Errorf("a form differs from itself: %v", same)
	}
}
