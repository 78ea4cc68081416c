package sampling

import (
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// InvitationState is where an invitation stands.
type InvitationState string

// States of an invitation.
const (
	Reserve  InvitationState = "reserve"  // drawn to replace, not to be asked yet
	Open     InvitationState = "open"     // to be asked
	Spent    InvitationState = "spent"    // has answered
	Replaced InvitationState = "replaced" // cannot be reached; a reserve took its place
)

// InvitationStates lists the states.
var InvitationStates = []InvitationState{Reserve, Open, Spent, Replaced}

// Invitation is a drawn household or unit that is asked to answer once. It holds no address and no code.
type Invitation struct {
	ID        string          `db:"id" json:"id"`
	DrawID    string          `db:"draw_id" json:"draw_id"`
	WaveID    string          `db:"wave_id" json:"wave_id"`
	Place     int             `db:"place" json:"place" doc:"number on the list of the draw, from 1; on the letter and the lists"`
	Street    string          `db:"street" json:"street"`
	Community string          `db:"community" json:"community"`
	Block     string          `db:"block" json:"block" doc:"community or grid it was drawn from"`
	Group     survey.Group    `db:"grp" json:"group"`
	Weight    float64         `db:"weight" json:"weight" doc:"1 ÷ probability of the household or unit. The weight of a person is this × the eligible persons of the household"`
	Eligible  int             `db:"eligible" json:"eligible" doc:"persons of the group in the household as the frame says; 0: not known, ask"`
	Sheet     string          `db:"sheet" json:"sheet,omitempty" doc:"selection table for the adult to ask (Kish 1949); empty: last birthday, or a unit"`
	State     InvitationState `db:"state" json:"state" enum:"reserve,open,spent,replaced"`
	Replaces  string          `db:"replaces" json:"replaces,omitempty" doc:"place this reserve was released for"`
	Reason    string          `db:"reason" json:"reason,omitempty"`
	Letters   int             `db:"letters" json:"letters" doc:"letters printed"`

	frameRow
}

// frameRow says where the address of an invitation stands in its frame.
type frameRow struct {
	FrameID string `db:"frame_id" json:"-"`
	Member  int    `db:"member" json:"-"`
}

// Filter narrows a list of invitations; an empty field stands for all.
type Filter struct {
	WaveID    string
	Street    string
	Community string
	Group     survey.Group
	State     InvitationState
	IDs       []string // at most 500
	After     int      // place after which the page begins
	Limit     int      // 0 and above 20,000: 20,000
}

// Address is where a drawn household or unit is found. It leaves the module for letters and assignment lists only.
type Address struct {
	Text string `json:"text"`
	Name string `json:"name,omitempty" doc:"of a unit"`
}

func codeUnknown() error {
	return errs.NotFound("sampling.code_unknown", "There is no such code. Check it against the letter.")
}
