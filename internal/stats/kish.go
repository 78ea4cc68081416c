package stats

import "fmt"

// KishTable is one of the eight selection tables for one adult of a household (Kish 1949, JASA 44, 380-387). The adults are
// numbered men first, each sex from the oldest to the youngest; the table printed on the address sheet says which one to ask.
type KishTable string

// The tables. A, C, D and F stand on two of twelve sheets, the others on one.
const (
	KishA  KishTable = "A"
	KishB1 KishTable = "B1"
	KishB2 KishTable = "B2"
	KishC  KishTable = "C"
	KishD  KishTable = "D"
	KishE1 KishTable = "E1"
	KishE2 KishTable = "E2"
	KishF  KishTable = "F"
)

// KishSheets is one full round of twelve sheets. Sheet i of a list of households takes KishSheets[(start+i) % 12], or each
// household an entry drawn at random.
var KishSheets = [12]KishTable{KishA, KishA, KishB1, KishB2, KishC, KishC, KishD, KishD, KishE1, KishE2, KishF, KishF}

// kishChoices are the numbers to ask in households of 1, 2, 3, 4, 5 and 6 or more adults.
var kishChoices = map[KishTable][6]int{
	KishA: {1, 1, 1, 1, 1, 1}, KishB1: {1, 1, 1, 1, 2, 2}, KishB2: {1, 1, 1, 2, 2, 2}, KishC: {1, 1, 2, 2, 3, 3},
	KishD: {1, 2, 2, 3, 4, 4}, KishE1: {1, 2, 3, 3, 3, 5}, KishE2: {1, 2, 3, 4, 5, 5}, KishF: {1, 2, 3, 4, 5, 6},
}

// Choose is the number of the adult to ask in a household of so many adults, from 1 up. In households of more than six the
// seventh and later adults are never asked, as Kish accepted.
func (t KishTable) Choose(adults int) (int, error) {
	choices, ok := kishChoices[t]
	if !ok {
		return 0, fmt.Errorf("there is no selection table %q; there are A, B1, B2, C, D, E1, E2 and F", string(t))
	}
	if adults < 1 {
		return 0, fmt.Errorf("a household of %d adults has nobody to ask", adults)
	}
	return choices[min(adults, 6)-1], nil
}

// KishProbability is the chance of adult number person (from 1 up) in a household of so many adults over a full round of
// sheets: 1/adults for up to four and for six; with five, adults 3 and 5 have 1/4 and the others 1/6.
func KishProbability(adults, person int) float64 {
	hits := 0
	for _, t := range KishSheets {
		if chosen, err := t.Choose(adults); err == nil && chosen == person {
			hits++
		}
	}
	return float64(hits) / float64(len(KishSheets))
}
