package appraisal

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// near reports whether two numbers agree to a relative 1e-9.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

// golden is street_w2.csv with answers 1…5 as marks of one questionnaire with 17 questions, and its population as strata.
type golden struct {
	layout *layout
	plan   *survey.Plan
	rows   []answer
}

// streetOf turns the numbers of the file into codes of streets; grp 1…3 stands for the groups, all of which get one questionnaire.
func streetOf(n string) string { return "320106" + strings.Repeat("0", 3-len(n)) + n }

// readGolden reads the file. score maps an answer to its value; rows for which keep is false stay in the sample without answers.
func readGolden(t *testing.T, score func(q int) float64, keep func(marks string) bool) *golden {
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
	g := &golden{plan: &survey.Plan{}}
	form := &survey.Form{}
	var indicators []Indicator
	for q := range 17 {
		code := "q" + strconv.Itoa(q+1)
		form.Questions = append(form.Questions, survey.Question{Code: code, Indicator: code, Type: survey.TypeScale})
		indicators = append(indicators, Indicator{Code: code})
	}
	for q := range 5 {
		v := score(q + 1)
		g.plan.Scale = append(g.plan.Scale, survey.Step{Mark: strconv.Itoa(q + 1), Score: &v, Satisfied: q >= 3})
	}
	forms := map[survey.Group]*survey.Form{}
	for _, group := range survey.Groups {
		forms[group] = form
	}
	if g.layout, err = newLayout(g.plan, forms, indicators); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rows[1:] {
		g.add(t, r, keep, seen)
	}
	return g
}

func (g *golden) add(t *testing.T, r []string, keep func(string) bool, seen map[string]bool) {
	t.Helper()
	k, err := strconv.Atoi(r[5])
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Channel: survey.Targeted, Street: streetOf(r[2]), Group: survey.Groups[k-1], Sex: r[6], AgeBand: r[7]}
	a.Community = a.Street + r[3]
	if a.Weight, err = strconv.ParseFloat(r[9], 64); err != nil {
		t.Fatal(err)
	}
	for _, mark := range r[10:27] {
		a.Marks += mark
		if mark == "" {
			a.Marks += string(rune(survey.MarkMissing))
		}
	}
	if keep != nil && !keep(a.Marks) {
		a.Marks = strings.Repeat(".", 17)
	}
	g.rows = append(g.rows, a)
	if !seen[r[4]] {
		seen[r[4]] = true
		size, err := strconv.Atoi(r[8])
		if err != nil {
			t.Fatal(err)
		}
		g.plan.Strata = append(g.plan.Strata, survey.Stratum{Street: a.Street, Group: a.Group, Population: size})
	}
}

// book is the golden sample in moments, weighted by the rules of its plan.
func (g *golden) book(t *testing.T) *book {
	t.Helper()
	sortAnswers(g.rows)
	w, err := weigh(g.plan, survey.Targeted, g.rows)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBook(g.layout, g.plan, survey.Targeted, w, fine{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// whole is a domain of everybody in a street ("" for all) without a division into groups.
func (b *book) whole(street string) *stats.StoreDomain {
	return b.store.Domain(1, func(i int) int {
		if street == "" || b.at[i].street == street {
			return 0
		}
		return -1
	})
}

func goldenMix(l *layout, shares map[string]float64) []stats.StoreMix {
	m := stats.StoreMix{Weight: 1}
	for j, code := range l.items {
		if s := shares[code]; s > 0 {
			m.Items, m.Shares = append(m.Items, j), append(m.Shares, s)
		}
	}
	return []stats.StoreMix{m}
}

func asIs(q int) float64 { return float64(q) }

// R: svyby(~q06, ~street, dw2, svymean, na.rm=TRUE), streets 1…13 (case M04).
func TestStore_AgreesWithR_OneIndicatorByStreet(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	b := g.book(t)
	want := map[string][2]float64{
		"1": {4.38895655704426, 0.0550175801656205}, "2": {4.21107055961071, 0.0622595123411332}, "5": {4.11153613849419, 0.0535627525667584},
		"7": {4.44898777310082, 0.0488374680107403}, "10": {4.2677517802645, 0.0543814862651352}, "13": {4.20918885952429, 0.05629480482392},
	}
	for street, w := range want {
		e := b.whole(streetOf(street)).Estimate(stats.MeasureScore, goldenMix(g.layout, map[string]float64{"q6": 1}))
		if !near(e.Value, w[0]) || !near(e.SE, w[1]) {
			t.Errorf("street %s: got %.15g ± %.15g, want %v", street, e.Value, e.SE, w)
		}
	}
}

// R: svyby(~top2, ~street, dw2, svymean, na.rm=TRUE), top2 = q17 ≥ 4 (case M05), here in percent.
func TestStore_AgreesWithR_SatisfactionRateByStreet(t *testing.T) {
	t.Parallel()
	g := readGolden(t, asIs, nil)
	b := g.book(t)
	want := map[string][2]float64{
		"1": {0.91721044045677, 0.0211149595035839}, "6": {0.952467270896274, 0.0159880426178839}, "8": {0.866168752523213, 0.0256673862406895},
		"13": {0.87979797979798, 0.0252983272030156},
	}
	for street, w := range want {
		e := b.whole(streetOf(street)).Estimate(stats.MeasureShare, goldenMix(g.layout, map[string]float64{"q17": 1}))
		if !near(e.Value, 100*w[0]) || !near(e.SE, 100*w[1]) {
			t.Errorf("street %s: got %.15g ± %.15g, want %v", street, e.Value, e.SE, w)
		}
	}
}

// R: svycontrast over the 17 means of complete cases with weights 7 × .05, 5 × .06, 5 × .07 on 25·(q−1) (case M09).
func TestStore_AgreesWithR_WeightedIndexOfTheDistrict(t *testing.T) {
	t.Parallel()
	g := readGolden(t, func(q int) float64 { return 25 * float64(q-1) }, func(marks string) bool { return !strings.Contains(marks, ".") })
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
	e := g.book(t).whole("").Estimate(stats.MeasureScore, goldenMix(g.layout, shares))
	if !near(e.Value, 85.925580417279) || !near(e.SE, 0.284151462633851) {
		t.Errorf("got %.15g ± %.15g, want 85.925580417279 ± 0.284151462633851", e.Value, e.SE)
	}
}
