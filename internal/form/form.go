package form

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Type says how a question is answered.
type Type string

// The question types. The value of an answer follows the type; Answers names it.
const (
	Scale5       Type = "scale5"         // one step of the wave's scale
	Single       Type = "single"         // one of Options
	Multi        Type = "multi"          // several of Options
	Ranking      Type = "ranking"        // several of Options in order, best first
	NPS          Type = "nps"            // 0 to 10
	Number       Type = "number"         // between Low and High
	Text         Type = "text"           // free text, at most MaxLen characters
	Photo        Type = "photo"          // references of pictures, at most Max
	Categories   Type = "multi_category" // up to Max of the reverse categories
	Phone        Type = "phone"          // stored encrypted, apart from the answers
	Demographics Type = "demographics"   // fields for statistics only
	Note         Type = "note"           // shown, not answered
)

// Types lists the question types in the order the editor offers them.
var Types = []Type{Scale5, Single, Multi, Ranking, NPS, Number, Text, Photo, Categories, Phone, Demographics, Note}

// Role says what an answer is used for beside the scores.
type Role string

// The roles.
const (
	RoleAttention Role = "attention" // Expect tells who reads; not scored
	RoleIntegrity Role = "integrity" // whether somebody told the respondent what to answer
	RoleProgress  Role = "progress"  // better or worse than before
	RoleOverall   Role = "overall"   // satisfaction on the whole, reported beside the scores
)

// Roles lists the roles.
var Roles = []Role{RoleAttention, RoleIntegrity, RoleProgress, RoleOverall}

// Form is what a questionnaire asks.
type Form struct {
	Name      string     `json:"name" yaml:"name"`
	Target    string     `json:"target" yaml:"target" doc:"who is asked"`
	Intro     string     `json:"intro" yaml:"intro"`
	Sections  []Section  `json:"sections,omitempty" yaml:"sections"`
	Questions []Question `json:"questions" yaml:"questions"`
	EN        *Words     `json:"en,omitempty" yaml:"en"`
}

// Words are the words of a form in English.
type Words struct {
	Name   string `json:"name,omitempty" yaml:"name"`
	Target string `json:"target,omitempty" yaml:"target"`
	Intro  string `json:"intro,omitempty" yaml:"intro"`
}

// Section is a page of questions that stand together in the form.
type Section struct {
	Code    string        `json:"code" yaml:"code"`
	Title   string        `json:"title" yaml:"title"`
	Intro   string        `json:"intro,omitempty" yaml:"intro"`
	Show    *Condition    `json:"show,omitempty" yaml:"show"`
	Shuffle bool          `json:"shuffle,omitempty" yaml:"shuffle" doc:"every respondent gets its questions in an order of their own"`
	EN      *SectionWords `json:"en,omitempty" yaml:"en"`
}

// SectionWords are the words of a section in English.
type SectionWords struct {
	Title string `json:"title,omitempty" yaml:"title"`
	Intro string `json:"intro,omitempty" yaml:"intro"`
}

// Question is one question of a form. A scale question with an Indicator feeds that indicator's score; a scale
// question without one (the overall question) is reported beside the scores.
type Question struct {
	Code      string         `json:"code" yaml:"code"`
	Section   string         `json:"section,omitempty" yaml:"section" doc:"code of its section; required where the form has sections"`
	Indicator string         `json:"indicator,omitempty" yaml:"indicator"`
	Text      string         `json:"text" yaml:"text"`
	Hint      string         `json:"hint,omitempty" yaml:"hint" doc:"explanation in small letters below the text"`
	Type      Type           `json:"type" yaml:"type"`
	Role      Role           `json:"role,omitempty" yaml:"role"`
	Show      *Condition     `json:"show,omitempty" yaml:"show"`
	Channels  []string       `json:"channels,omitempty" yaml:"channels" doc:"asked there only; none: everywhere"`
	NA        bool           `json:"na,omitempty" yaml:"na" doc:"may be answered by no contact, cannot say"`
	Optional  bool           `json:"optional,omitempty" yaml:"optional"`
	Options   []string       `json:"options,omitempty" yaml:"options"`
	Shuffle   bool           `json:"shuffle,omitempty" yaml:"shuffle" doc:"options in random order; exclusive ones stay at the end"`
	Exclusive []int          `json:"exclusive,omitempty" yaml:"exclusive" doc:"1-based options that exclude every other"`
	Expect    string         `json:"expect,omitempty" yaml:"expect" doc:"the option a reading respondent chooses"`
	Min       int            `json:"min,omitempty" yaml:"min" doc:"fewest choices"`
	Max       int            `json:"max,omitempty" yaml:"max" doc:"most choices or pictures"`
	Low       *float64       `json:"low,omitempty" yaml:"low"`
	High      *float64       `json:"high,omitempty" yaml:"high"`
	Whole     bool           `json:"whole,omitempty" yaml:"whole" doc:"whole numbers only"`
	MaxLen    int            `json:"max_len,omitempty" yaml:"max_len"`
	Source    string         `json:"source,omitempty" yaml:"source"`
	Fields    []string       `json:"fields,omitempty" yaml:"fields"`
	Note      string         `json:"note,omitempty" yaml:"note" doc:"for those who work with the questionnaire; never shown to respondents"`
	EN        *QuestionWords `json:"en,omitempty" yaml:"en"`
}

// QuestionWords are the words of a question in English.
type QuestionWords struct {
	Text    string   `json:"text,omitempty" yaml:"text"`
	Hint    string   `json:"hint,omitempty" yaml:"hint"`
	Options []string `json:"options,omitempty" yaml:"options"`
	Fields  []string `json:"fields,omitempty" yaml:"fields"`
}

// ScaleQuestions returns the questions whose answers make up the marks of a response, in form order.
func (f *Form) ScaleQuestions() []Question {
	var scale []Question
	for i := range f.Questions {
		if f.Questions[i].Type == Scale5 {
			scale = append(scale, f.Questions[i])
		}
	}
	return scale
}

// Question returns the question with the code, or nil.
func (f *Form) Question(code string) *Question {
	for i := range f.Questions {
		if f.Questions[i].Code == code {
			return &f.Questions[i]
		}
	}
	return nil
}

// Section returns the section with the code, or nil.
func (f *Form) Section(code string) *Section {
	for i := range f.Sections {
		if f.Sections[i].Code == code {
			return &f.Sections[i]
		}
	}
	return nil
}

// WithRole returns the questions that have a role, in form order.
func (f *Form) WithRole(role Role) (list []*Question) {
	for i := range f.Questions {
		if f.Questions[i].Role == role {
			list = append(list, &f.Questions[i])
		}
	}
	return list
}

// Hash returns the content hash of a form: SHA-256 over its JSON.
func (f *Form) Hash() string {
	b, err := json.Marshal(f)
	if err != nil {
		panic("form: a form holds only strings and numbers: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Required reports whether the question must be answered when it is shown.
func (q *Question) Required() bool {
	switch q.Type {
	case Note, Demographics, Photo, Phone:
		return false
	case Text:
		return !q.Optional && !q.NA
	}
	return !q.Optional
}

// Asked reports whether the question belongs to a channel; without a channel every question does.
func (q *Question) Asked(channel string) bool {
	return len(q.Channels) == 0 || channel == "" || slices.Contains(q.Channels, channel)
}
