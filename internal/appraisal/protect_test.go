package appraisal

import (
	"fmt"
	"testing"

	"yiwang/internal/survey"
)

// fewUnits leaves n units of the first street in a sample.
func fewUnits(in *input, n int) {
	kept := in.answers[:0]
	for _, a := range in.answers {
		if a.Street == streetCode(0) && a.Group == survey.Unit {
			if n--; n < 0 {
				continue
			}
		}
		kept = append(kept, a)
	}
	in.answers = kept
}

func TestCompute_ASmallCellDoesNotFollowFromTheOthers(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 3, 900, 0, 5)
	fewUnits(&in, 4)
	result, _ := computed(t, in)
	if r := findScore(result, survey.Targeted, streetCode(0), survey.Unit, NodeTotal); !r.Suppressed {
		t.Fatalf("four units are shown: %+v", r)
	}
	if r := findScore(result, survey.Targeted, streetCode(0), "", NodeTotal); r.Score == nil {
		t.Error("the street has no score")
	}
	hidden := map[string]int{}
	for _, r := range result.Scores {
		if r.Group == "" || r.AreaLevel != AtStreet || !r.Suppressed {
			continue
		}
		if r.Score != nil || r.SE != nil || r.Rate != nil || r.Top != nil || r.Counts != nil {
			t.Fatalf("a hidden cell has numbers: %+v", r)
		}
		hidden[r.AreaCode+" "+r.Code] += r.N
		hidden[string(r.Group)+" "+r.Code] += r.N
	}
	for line, n := range hidden {
		if n < 10 {
			t.Errorf("%s: the hidden cells hold %d respondents, who follow from the whole and the other cells", line, n)
		}
	}
}

func TestSlice_OneGroupOfACommunityDoesNotFollowFromTheOthers(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 2, 900, 0, 6)
	c, err := newComputation(in, fine{})
	if err != nil {
		t.Fatal(err)
	}
	counts, shown := map[string]map[survey.Group]int{}, map[string]map[survey.Group]bool{}
	for _, a := range in.answers {
		if counts[a.Community] == nil {
			counts[a.Community], shown[a.Community] = map[survey.Group]int{}, map[survey.Group]bool{}
		}
		counts[a.Community][a.Group]++
	}
	for _, g := range survey.Groups {
		table, err := c.slice(SliceFilter{By: "community", Code: NodeTotal, Channel: survey.Targeted, Group: g}, false, func(string) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range table.Items {
			if shown[r.Key][g] = !r.Suppressed; r.Suppressed && (r.Score.Score != nil || r.N != 0) {
				t.Errorf("hidden and shown: %+v", r)
			}
		}
	}
	small := 0
	for community, n := range counts {
		hidden := 0
		for _, g := range survey.Groups {
			if !shown[community][g] {
				hidden += n[g]
			}
		}
		if hidden > 0 {
			small++
		}
		if hidden > 0 && hidden < 10 && community != "" {
			t.Errorf("%s: %d hidden respondents follow from the community and its other groups", community, hidden)
		}
	}
	if small == 0 {
		t.Fatal("the sample has no small cell")
	}
}

// A street with a single community says nothing about the spread between communities: it has no standard error and no rank, and does not take
// them from the others.
func TestCompute_AStreetWithOneCommunityHasNoStandardError(t *testing.T) {
	t.Parallel()
	for _, margins := range [][]survey.Margin{nil, {{By: "sex", Totals: map[string]float64{"m": 48, "f": 52}}}} {
		in := sampleInput(t, 3, 900, 0, 5)
		for i := range in.answers {
			a := &in.answers[i]
			a.Sex, a.Weight = []string{"m", "f"}[i/3%2], 1+float64(i%7)
			if a.Street == streetCode(1) {
				a.Community = streetCode(1) + "001"
			}
		}
		in.wave.Plan.V.Weighting = &survey.Weighting{Base: "design", Cluster: "community", Method: survey.Poststratify}
		if margins != nil {
			in.wave.Plan.V.Weighting.Method, in.wave.Plan.V.Weighting.Margins = survey.Rake, margins
		}
		result, _ := computed(t, in)
		for s := range 3 {
			r := findScore(result, survey.Targeted, streetCode(s), "", NodeTotal)
			if r.Score == nil || (r.SE == nil) != (s == 1) {
				t.Errorf("%d margins, street %d: score %v, standard error %v", len(margins), s+1, r.Score, r.SE)
			}
		}
		if got := fmt.Sprint(result.Ranks.Unranked); got != "["+streetCode(1)+"]" {
			t.Errorf("unranked: %s", got)
		}
	}
}

// The result says how many answers do not count, so that what it depends on says it too.
func TestInput_HashKnowsHowManyAreSetAside(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 2, 200, 0, 3)
	before := in.hash()
	_, first := computed(t, in)
	late := in.answers[0]
	late.Excluded = true
	in.answers = append(in.answers, late)
	if _, second := computed(t, in); string(first) != string(second) && in.hash() == before {
		t.Error("one input hash stands for two results")
	}
}
