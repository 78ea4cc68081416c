package appraisal

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"yiwang/internal/survey"
)

// near reports whether two numbers agree to a relative 1e-9.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

// goldenStrata reads street_w2.csv with answers 1…5 as marks of one questionnaire with 17 questions. score maps an answer
// to its value; rows for which keep is false stay in the sample without answers.
func goldenStrata(t *testing.T, score func(q int) float64, keep func(marks string) bool) (l *layout, order []string, members map[string][]member) {
	t.Helper()
	file, err := os.Open("testdata/street_w2.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	form, plan := &survey.Form{}, &survey.Plan{}
	var indicators []Indicator
	for q := range 17 {
		code := "q" + strconv.Itoa(q+1)
		form.Questions = append(form.Questions, survey.Question{Code: code, Indicator: code, Type: survey.TypeScale})
		indicators = append(indicators, Indicator{Code: code})
	}
	for q := range 5 {
		v := score(q + 1)
		plan.Scale = append(plan.Scale, survey.Step{Mark: strconv.Itoa(q + 1), Score: &v, Satisfied: q >= 3})
	}
	l = newLayout(plan, map[survey.Group]*survey.Form{survey.Adult: form}, indicators)
	type key struct{ street, stratum string }
	sums, sizes := map[key]*moments{}, map[key]int{}
	var keys []key
	for _, r := range rows[1:] {
		k := key{r[2], r[4]}
		if sums[k] == nil {
			sums[k] = newMoments(len(l.items), len(l.labels))
			keys = append(keys, k)
		}
		var marks strings.Builder
		for _, a := range r[10:27] {
			marks.WriteString(a)
			if a == "" {
				marks.WriteByte(survey.MarkMissing)
			}
		}
		text := marks.String()
		if keep != nil && !keep(text) {
			text = strings.Repeat(".", 17)
		}
		if !l.add(sums[k], &answer{Group: survey.Adult, Marks: text}) {
			t.Fatalf("marks %q do not fit", text)
		}
		sizes[k], err = strconv.Atoi(r[8])
		if err != nil {
			t.Fatal(err)
		}
	}
	members = map[string][]member{}
	for _, k := range keys {
		s := newStratum(k.street, survey.Adult, sizes[k], true, sums[k])
		m := member{s, s.all}
		if len(members[k.street]) == 0 {
			order = append(order, k.street)
		}
		members[k.street] = append(members[k.street], m)
		members["all"] = append(members["all"], m)
	}
	return l, order, members
}

func goldenNode(l *layout, shares map[string]float64) *node {
	n := Node{Code: "X"}
	for code := range shares {
		n.Members = append(n.Members, code)
	}
	return newNode(n, l, shares)
}

var alone = map[survey.Group]float64{survey.Adult: 100}

// R: svyby(~q06, ~street, dw2, svymean, na.rm=TRUE), streets 1…13 (case M04).
func TestCombine_AgreesWithR_OneIndicatorByStreet(t *testing.T) {
	t.Parallel()
	l, _, members := goldenStrata(t, func(q int) float64 { return float64(q) }, nil)
	want := map[string][2]float64{
		"1": {4.38895655704426, 0.0550175801656205}, "2": {4.21107055961071, 0.0622595123411332}, "5": {4.11153613849419, 0.0535627525667584},
		"7": {4.44898777310082, 0.0488374680107403}, "10": {4.2677517802645, 0.0543814862651352}, "13": {4.20918885952429, 0.05629480482392},
	}
	n := goldenNode(l, map[string]float64{"q6": 1})
	for street, w := range want {
		e := combine([]*cell{newCell(byScore, survey.Adult, members[street])}, n, alone)
		if !near(e.value, w[0]) || !near(e.se, w[1]) {
			t.Errorf("street %s: got %.15g ± %.15g, want %v", street, e.value, e.se, w)
		}
	}
}

// R: svyby(~top2, ~street, dw2, svymean, na.rm=TRUE), top2 = q17 ≥ 4 (case M05), here in percent.
func TestCombine_AgreesWithR_SatisfactionRateByStreet(t *testing.T) {
	t.Parallel()
	l, _, members := goldenStrata(t, func(q int) float64 { return float64(q) }, nil)
	want := map[string][2]float64{
		"1": {0.91721044045677, 0.0211149595035839}, "6": {0.952467270896274, 0.0159880426178839}, "8": {0.866168752523213, 0.0256673862406895},
		"13": {0.87979797979798, 0.0252983272030156},
	}
	n := goldenNode(l, map[string]float64{"q17": 1})
	for street, w := range want {
		e := combine([]*cell{newCell(bySatisfied, survey.Adult, members[street])}, n, alone)
		if !near(e.value, 100*w[0]) || !near(e.se, 100*w[1]) {
			t.Errorf("street %s: got %.15g ± %.15g, want %v", street, e.value, e.se, w)
		}
	}
}

// R: svycontrast over the 17 means of complete cases with weights 7 × .05, 5 × .06, 5 × .07 on 25·(q−1) (case M09).
func TestCombine_AgreesWithR_WeightedIndexOfTheDistrict(t *testing.T) {
	t.Parallel()
	l, _, members := goldenStrata(t, func(q int) float64 { return 25 * float64(q-1) }, func(marks string) bool { return !strings.Contains(marks, ".") })
	shares := map[string]float64{}
	for q := 1; q <= 17; q++ {
		w := 0.07
		if q <= 7 {
			w = 0.05
		} else if q <= 12 {
			w = 0.06
		}
		shares["q"+strconv.Itoa(q)] = w
	}
	e := combine([]*cell{newCell(byScore, survey.Adult, members["all"])}, goldenNode(l, shares), alone)
	if !near(e.value, 85.925580417279) || !near(e.se, 0.284151462633851) {
		t.Errorf("got %.15g ± %.15g, want 85.925580417279 ± 0.284151462633851", e.value, e.se)
	}
}
