package survey

import (
	"fmt"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Channel separates the probability sample from the open link. The two are never mixed in an official score.
type Channel string

// The two channels.
const (
	Targeted Channel = "targeted" // drawn from the frame
	Online   Channel = "online"   // self-selected
)

// Channels lists the channels in table order.
var Channels = []Channel{Targeted, Online}

// Mode is how an answer was collected.
type Mode string

// Modes of collection. ModeWeb is the only one an online answer can have.
const (
	ModeVisit Mode = "visit"
	ModePhone Mode = "phone"
	ModePaper Mode = "paper"
	ModeWeb   Mode = "web"
)

// Marks beyond the steps of the scale.
const (
	MarkNA      = 'N' // 没接触过/不了解: counted, not scored
	MarkMissing = '.' // not answered
)

// Response is one respondent's answers. It carries no link to an invitation, a comment or a telephone number.
type Response struct {
	ID          string           `db:"id" json:"id"`
	WaveID      string           `db:"wave_id" json:"wave_id"`
	Channel     Channel          `db:"channel" json:"channel"`
	Mode        Mode             `db:"mode" json:"mode"`
	Pilot       bool             `db:"pilot" json:"pilot,omitempty"`
	Street      string           `db:"street" json:"street"`
	Community   string           `db:"community" json:"community,omitempty"`
	Group       Group            `db:"grp" json:"group"`
	Sex         string           `db:"sex" json:"sex,omitempty"`
	AgeBand     string           `db:"age_band" json:"age_band,omitempty"`
	Seconds     int              `db:"seconds" json:"seconds,omitempty"`
	Device      string           `db:"device" json:"device,omitempty"`
	SubmittedAt clock.Time       `db:"submitted_at" json:"submitted_at"`
	RowKey      string           `db:"row_key" json:"-"`
	RowHash     string           `db:"row_hash" json:"-"`
	Marks       string           `db:"marks" json:"marks"`
	Answers     db.JSON[Answers] `db:"answers" json:"answers"`

	BaseWeight  float64           `db:"base_weight" json:"base_weight,omitempty" doc:"1 ÷ inclusion probability of the person; 0 where it is not known"`
	Interviewer string            `db:"interviewer" json:"interviewer,omitempty" doc:"keyed digest of who asked or keyed it; names nobody"`
	Paradata    db.JSON[Paradata] `db:"paradata" json:"paradata"`
}

// Paradata says how an answer came about, and nothing that tells persons apart.
type Paradata struct {
	Pages    []PageTime `json:"pages,omitempty"`
	Device   string     `json:"device,omitempty" doc:"phone, tablet or desktop"`
	Language string     `json:"language,omitempty"`
	Late     bool       `json:"late,omitempty" doc:"answered without network and sent later"`
	Crowded  bool       `json:"crowded,omitempty" doc:"many answers came from the same network within the hour"`
}

// PageTime is the time spent on a section.
type PageTime struct {
	Section string `json:"section" maxLength:"40"`
	Seconds int    `json:"seconds" minimum:"0" maximum:"86400"`
}

// Answers are the answers outside the scale questions. Choices are 1-based positions of the question's options.
type Answers struct {
	Choices      map[string]int    `json:"choices,omitempty"`
	Categories   []string          `json:"categories,omitempty"`
	NPS          *int              `json:"nps,omitempty"`
	Demographics map[string]string `json:"demographics,omitempty"`

	Sets    map[string][]int    `json:"sets,omitempty" doc:"multiple choices: positions of the options, ascending"`
	Orders  map[string][]int    `json:"orders,omitempty" doc:"rankings: positions of the options, first place first"`
	Numbers map[string]float64  `json:"numbers,omitempty"`
	Photos  map[string][]string `json:"photos,omitempty" doc:"references of stored pictures"`
}

// checkMarks reports why marks cannot be answers to the scale questions of a form, or nil.
func checkMarks(marks string, questions []Question, scale Scale) error {
	if len(marks) != len(questions) {
		return fmt.Errorf("%d marks for %d scale questions", len(marks), len(questions))
	}
	for i := range marks {
		switch m := marks[i]; {
		case m == MarkMissing, scale.Step(m) != nil:
		case m == MarkNA && questions[i].NA:
		default:
			return fmt.Errorf("mark %q is not an answer to %s", m, questions[i].Code)
		}
	}
	return nil
}

// Step is one answer of the satisfaction scale. Score is nil where the answer is not scored.
type Step struct {
	Mark      string   `json:"mark" doc:"one character stored in the marks of a response"`
	Label     string   `json:"label"`
	Score     *float64 `json:"score"`
	Satisfied bool     `json:"satisfied" doc:"counts towards the satisfaction rate"`
	Face      bool     `json:"face,omitempty" doc:"three-face version for elderly respondents"`
}

// Scale is the ordered list of answers, best first; frozen with the wave.
type Scale []Step

// Step returns the step with the mark, or nil.
func (s Scale) Step(mark byte) *Step {
	for i := range s {
		if len(s[i].Mark) == 1 && s[i].Mark[0] == mark {
			return &s[i]
		}
	}
	return nil
}

// Parse returns the mark of an answer given as label, as 1-based option number or as one of the usual words for
// "no contact" and "no answer"; false when the text is none of them.
func (s Scale) Parse(text string) (byte, bool) {
	switch text {
	case "":
		return MarkMissing, true
	case "N", "n", "NA", "N/A", "没接触过/不了解", "没接触过", "不了解", "不清楚", "不适用":
		return MarkNA, true
	}
	for _, step := range s {
		if text == step.Label || text == step.Mark || strings.TrimSuffix(text, ".0") == step.Mark {
			return step.Mark[0], true
		}
	}
	return 0, false
}
