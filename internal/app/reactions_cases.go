package app

import (
	"yiwang/internal/cases"
	"yiwang/internal/live"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
)

// reactToCases says what follows from the life of a case: one function per concern, each registering its own reactions.
func (a *App) reactToCases() {
	a.streamCases()
	a.tellOfCases()
	a.learnCategories()
	a.tellPartners()
	a.countCases()
}

// moveOnStream is what pages that show cases hear of a move.
type moveOnStream struct {
	CaseID   string      `json:"case_id"`
	Number   string      `json:"number"`
	Title    string      `json:"title"`
	Action   string      `json:"action"`
	From     cases.State `json:"from"`
	To       cases.State `json:"to"`
	At       clock.Time  `json:"at"`
	Category string      `json:"category"`
	AreaCode string      `json:"area_code"`
	Level    cases.Level `json:"level"`
	Holder   string      `json:"holder"`
	LeadUnit string      `json:"lead_unit,omitempty"`
	Urgent   bool        `json:"urgent,omitempty"`
	Version  int64       `json:"version"`
}

// lapseOnStream is what they hear of a clock; a title of a sensitive case does not go out with it.
type lapseOnStream struct {
	CaseID string      `json:"case_id"`
	Number string      `json:"number"`
	Kind   string      `json:"kind"`
	Phase  string      `json:"phase"`
	Level  cases.Level `json:"level"`
	UnitID string      `json:"unit_id"`
	DueAt  clock.Time  `json:"due_at"`
}

// streamCases lets pages hear of cases as they move.
func (a *App) streamCases() {
	for _, topic := range []string{cases.TopicRegistered, cases.TopicMoved} {
		live.Carry(a.Live, topic, func(e cases.Moved) live.Event {
			return live.Event{Name: "case", Area: e.AreaCode, May: func(p *auth.Principal) bool { return cases.Hears(p, e) },
				Data: moveOnStream{CaseID: e.CaseID, Number: e.Number, Title: e.Title, Action: e.Action, From: e.From, To: e.To, At: e.At, Category: e.Category,
					AreaCode: e.AreaCode, Level: e.Level, Holder: e.Holder, LeadUnit: e.LeadUnit, Urgent: e.Urgent, Version: e.Version}}
		})
	}
	for _, topic := range []string{cases.TopicWarned, cases.TopicOverdue} {
		live.Carry(a.Live, topic, func(e cases.Lapse) live.Event {
			return live.Event{Name: "clock", Area: e.AreaCode, May: func(p *auth.Principal) bool { return cases.HearsLapse(p, e) },
				Data: lapseOnStream{CaseID: e.CaseID, Number: e.Number, Kind: e.Kind, Phase: e.Phase, Level: e.Level, UnitID: e.UnitID, DueAt: e.DueAt}}
		})
	}
}
