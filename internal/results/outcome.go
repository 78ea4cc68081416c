package results

import "yiwang/internal/survey"

// Outcome is what a settlement finds. It holds no time and no id: the same input gives the same bytes.
type Outcome struct {
	Year        int            `json:"year"`
	Basis       string         `json:"basis" enum:"total,positive"`
	Complete    bool           `json:"complete" doc:"both half-years are in"`
	Notes       []string       `json:"notes"`
	Streets     []StreetYear   `json:"streets" doc:"by year score, best first; not a ranking: see best and worst"`
	Bonus       Bonus          `json:"bonus"`
	Honours     []HonourResult `json:"honours"`
	Fields      []FieldYear    `json:"fields"`
	Departments []Department   `json:"departments"`
}

// StreetYear is a street's year.
type StreetYear struct {
	Code         string             `json:"code"`
	Name         string             `json:"name"`
	Halves       map[string]float64 `json:"halves"`
	Adjustment   float64            `json:"adjustment"`
	Score        float64            `json:"score"`
	SE           float64            `json:"se"`
	Low          float64            `json:"low"`
	High         float64            `json:"high"`
	Best         int                `json:"best" doc:"best rank that cannot be excluded"`
	Worst        int                `json:"worst"`
	PTop         float64            `json:"p_top"`
	ExpectedRank float64            `json:"expected_rank"`
	Converted    []Converted        `json:"converted"`
}

// Converted is the year score in points of an outside assessment, with the interval carried over.
type Converted struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Points float64 `json:"points"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// Bonus is who gets how much, and why.
type Bonus struct {
	Rule  survey.BonusRule `json:"rule"`
	Pool  int64            `json:"pool" doc:"yuan"`
	Lines []BonusLine      `json:"lines"`
	// Inseparable are the streets that the data cannot tell from the last place with a bonus.
	Inseparable []string `json:"inseparable"`
}

// BonusLine is one street's share in whole yuan; the lines add up to the pool.
type BonusLine struct {
	Code string  `json:"code"`
	Name string  `json:"name"`
	Yuan int64   `json:"yuan"`
	PTop float64 `json:"p_top"`
	Why  string  `json:"why"`
}

// HonourResult is an organisation award with everyone who was considered.
type HonourResult struct {
	Code       string             `json:"code"`
	Name       string             `json:"name"`
	Criterion  survey.Criterion   `json:"criterion"`
	Winners    []string           `json:"winners" doc:"street codes; several when they cannot be separated, none when nobody qualifies"`
	Why        string             `json:"why"`
	Candidates []HonourContestant `json:"candidates"`
}

// HonourContestant is a street's value under the criterion. P is Holm-adjusted; absent where nothing is tested.
type HonourContestant struct {
	Code  string   `json:"code"`
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	SE    *float64 `json:"se,omitempty"`
	P     *float64 `json:"p,omitempty"`
}

// FieldYear is a reverse field with the places it can hold among the weakest.
type FieldYear struct {
	FieldShare
	Best    int  `json:"best" doc:"1 is the field most respondents ticked"`
	Worst   int  `json:"worst"`
	Weakest bool `json:"weakest" doc:"among the weakest that the rules name"`
}

// Department is the evaluation of a department, a reference for its year-end assessment; utilities are listed apart.
type Department struct {
	UnitOutcome
	Weakest   []string `json:"weakest" doc:"names of the weakest fields it leads"`
	Score     *float64 `json:"score" doc:"100 × (0.5 closed + 0.3 approved + 0.2 not recurred) of the items it led; null without items"`
	Attention bool     `json:"attention" doc:"leads one of the weakest fields"`
}
