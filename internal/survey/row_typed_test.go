package survey

import (
	"reflect"
	"testing"

	"yiwang/internal/form"
)

func TestTyped_CellsOfEveryTypeAreKeptOrRefused(t *testing.T) {
	t.Parallel()
	low := 0.0
	several := Question{Code: "M", Type: form.Multi, Options: []string{"打电话", "找社区", "都没有"}, Exclusive: []int{3}, Max: 2}
	order := Question{Code: "R", Type: form.Ranking, Options: []string{"停车", "物业"}}
	years := Question{Code: "N", Type: form.Number, Whole: true, Low: &low}
	for _, c := range []struct {
		q    Question
		text string
		want Answers
		bad  int
	}{
		{several, "2；打电话", Answers{Sets: map[string][]int{"M": {1, 2}}}, 0},
		{several, "都没有；1", Answers{}, 1},
		{several, "4", Answers{}, 1},
		{several, "写信", Answers{}, 1},
		{order, "2;1", Answers{Orders: map[string][]int{"R": {2, 1}}}, 0},
		{order, "2;2", Answers{}, 1},
		{years, "12", Answers{Numbers: map[string]float64{"N": 12}}, 0},
		{years, "-1", Answers{}, 1},
		{years, "1.5", Answers{}, 1},
		{years, "很久", Answers{}, 1},
	} {
		r := rowReader{at: map[string]int{}}
		var got Answers
		r.typed(&c.q, c.text, &got)
		if !reflect.DeepEqual(got, c.want) || len(r.faults) != c.bad {
			t.Errorf("%s %q: %+v with %v, want %+v and %d faults", c.q.Code, c.text, got, r.faults, c.want, c.bad)
		}
	}
}
