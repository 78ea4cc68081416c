package survey

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
)

// State is where a wave stands.
type State string

// States of a wave, in order.
const (
	Draft     State = "draft"
	Piloting  State = "piloting"
	Frozen    State = "frozen"
	Fieldwork State = "fieldwork"
	Closed    State = "closed"
	Scored    State = "scored"
	Reviewed  State = "reviewed"
	Published State = "published"
	Archived  State = "archived"
)

// States lists the states in order.
var States = []State{Draft, Piloting, Frozen, Fieldwork, Closed, Scored, Reviewed, Published, Archived}

// edge is one allowed move. Permission is what the mover needs; a move of another module (score, review, publish)
// is made through its own verb, never through Advance.
type edge struct {
	action     string
	to         State
	permission string
	note       bool // a written reason is required
	foreign    bool // only by the appraisal module's verbs
	why        string
}

// workflow is the life of a wave. What it allows is the whole truth: TestWorkflow_EveryStateIsReachable.
var workflow = map[State][]edge{
	Draft: {
		{action: "pilot", to: Piloting, permission: PermManage, why: "questionnaires are tried in two streets"},
	},
	Piloting: {
		{action: "revise", to: Draft, permission: PermManage, note: true, why: "the pilot asks for changes"},
		{action: "freeze", to: Frozen, permission: PermManage, why: "plan complete; from here it never changes"},
	},
	Frozen: {
		{action: "open", to: Fieldwork, permission: PermManage, why: "answers may come in"},
	},
	Fieldwork: {
		{action: "close", to: Closed, permission: PermManage, why: "no more answers"},
	},
	Closed: {
		{action: "reopen", to: Fieldwork, permission: PermManage, note: true, why: "late answers, with the reason on record"},
		{action: "score", to: Scored, permission: permScore, foreign: true, why: "an immutable score run exists"},
	},
	Scored: {
		{action: "return", to: Closed, permission: permPublish, note: true, foreign: true, why: "the review found a fault"},
		{action: "review", to: Reviewed, permission: permPublish, foreign: true, why: "the run was checked"},
	},
	Reviewed: {
		{action: "return", to: Closed, permission: permPublish, note: true, foreign: true, why: "withdrawn before publication"},
		{action: "publish", to: Published, permission: permPublish, foreign: true, why: "results are public"},
	},
	Published: {
		{action: "archive", to: Archived, permission: PermManage, why: "the next wave has replaced it"},
	},
	Archived: {},
}

// Action is a move a wave can make now, for buttons.
type Action struct {
	Name         string `json:"name"`
	To           State  `json:"to"`
	Permission   string `json:"permission"`
	NoteRequired bool   `json:"note_required"`
}

// actions lists the moves out of a state.
func (s State) actions() []Action {
	actions := []Action{}
	for _, e := range workflow[s] {
		actions = append(actions, Action{Name: e.action, To: e.to, Permission: e.permission, NoteRequired: e.note})
	}
	return actions
}

// edge returns the edge of an action out of the current state, Conflict when there is none and Invalid when a
// reason is missing.
func (w *Wave) edge(action, note string) (edge, error) {
	i := slices.IndexFunc(workflow[w.State], func(e edge) bool { return e.action == action })
	if i < 0 {
		return edge{}, errs.Conflict("survey.bad_transition", fmt.Sprintf("A wave that is %s cannot %s.", w.State, action)).With(w.State.actions())
	}
	e := workflow[w.State][i]
	if e.note && strings.TrimSpace(note) == "" {
		return edge{}, errs.Invalid("survey.note_required", "This step needs a written reason.", errs.Field{Location: "body.note", Message: "required"})
	}
	return e, nil
}

// mayMove is asked before a conflict is told, which shows the wave: whatever its state, the action needs its permission in the area.
func mayMove(ctx context.Context, w *Wave, action string) error {
	permission := PermManage
	for _, edges := range workflow {
		for _, e := range edges {
			if e.action == action {
				permission = e.permission
			}
		}
	}
	return auth.RequireArea(ctx, permission, w.Area)
}

// Mermaid draws the workflow; the golden file under testdata is the picture in the documentation.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> draft\n")
	for _, s := range States {
		for _, e := range workflow[s] {
			fmt.Fprintf(&b, "    %s --> %s: %s (%s)\n", s, e.to, e.action, e.permission)
		}
	}
	b.WriteString("    archived --> [*]\n")
	return b.String()
}
