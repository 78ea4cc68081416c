package results

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"yiwang/internal/survey"
)

// Input is everything a settlement depends on, stored with it, so that anybody can compute it again.
type Input struct {
	Year        int               `json:"year"`
	Rules       survey.AwardRules `json:"rules"`
	RulesWave   string            `json:"rules_wave" doc:"code of the wave whose frozen plan holds the rules"`
	RulesHash   string            `json:"rules_hash"`
	TieRule     string            `json:"tie_rule" doc:"the sentence written before that wave"`
	Level       float64           `json:"level"`
	Waves       []WaveScore       `json:"waves" doc:"published waves of the year, first half first"`
	Before      *WaveScore        `json:"before,omitempty" doc:"wave that progress is measured from"`
	Fields      []FieldShare      `json:"fields" doc:"shares of respondents who ticked each reverse field in the year"`
	Units       []UnitOutcome     `json:"units"`
	Adjustments []Adjustment      `json:"adjustments" doc:"corrections by upheld appeals"`
}

// WaveScore is what a published wave says about its streets.
type WaveScore struct {
	WaveID     string `json:"wave_id"`
	Code       string `json:"code"`
	Name       string `json:"name"`
	Half       string `json:"half" enum:"H1,H2"`
	RunID      string `json:"run_id"`
	ResultHash string `json:"result_hash"`
	OtherScale bool   `json:"other_scale,omitempty" doc:"its marks were worth something else than in the last wave of the year"`

	HasTotal bool          `json:"has_total" doc:"all three parts exist for every street"`
	Streets  []StreetScore `json:"streets"`
}

// StreetScore is a street in a wave: the total where it exists and the positive part, with the standard errors.
type StreetScore struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Total      *float64 `json:"total"`
	TotalSE    *float64 `json:"total_se"`
	Positive   *float64 `json:"positive"`
	PositiveSE *float64 `json:"positive_se"`
	Reverse    *float64 `json:"reverse"`
}

// FieldShare is the weighted share of respondents who ticked a reverse field, in percent, with its interval. Per
// respondent, never raw counts: those would reward small response.
type FieldShare struct {
	Code  string  `json:"code"`
	Name  string  `json:"name"`
	Lead  string  `json:"lead" doc:"code of the unit that leads the field"`
	Share float64 `json:"share"`
	SE    float64 `json:"se"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	N     int     `json:"n" doc:"respondents asked"`
}

// UnitOutcome is what became of the items a unit led in the year.
type UnitOutcome struct {
	UnitID   string `json:"unit_id"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	Kind     string `json:"kind" enum:"department,street,utility"`
	Issued   int    `json:"issued"`
	Closed   int    `json:"closed"`
	Approved int    `json:"approved"`
	Late     int    `json:"late"`
	Reworked int    `json:"reworked"`
	Recurred int    `json:"recurred"`
	Settled  int    `json:"settled" doc:"Closed or past their time: what the closed ones are a share of"`
	Passed   int    `json:"passed" doc:"Verified: what the approved ones are a share of"`
	Judged   int    `json:"judged" doc:"Recurrence decided: what those that came back are a share of"`
}

// Adjustment corrects a street's year score after an upheld appeal.
type Adjustment struct {
	AppealID string  `json:"appeal_id"`
	Street   string  `json:"street"`
	Points   float64 `json:"points"`
	Reason   string  `json:"reason"`
}

func hashOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("results: inputs hold only strings and finite numbers: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
