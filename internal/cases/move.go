package cases

import "yiwang/internal/platform/clock"

// Move is what an action brings along; the workflow says which fields an action needs.
type Move struct {
	Version      int64       `json:"version,omitempty" doc:"Version of the case the caller saw; or send If-Match"`
	Note         string      `json:"note,omitempty" maxLength:"4000" doc:"For the administration"`
	Ground       string      `json:"ground,omitempty" maxLength:"40" doc:"reject, return, ask_suspension, void: one of the listed grounds"`
	Reply        string      `json:"reply,omitempty" maxLength:"4000" doc:"reject, close, force_close: what those who reported are told"`
	LeadUnit     string      `json:"lead_unit,omitempty" maxLength:"60" doc:"dispatch, adjudicate: unit that leads"`
	CoUnits      []CoUnit    `json:"co_units,omitempty" maxItems:"8" doc:"dispatch, adjudicate: units that assist"`
	Category     string      `json:"category,omitempty" maxLength:"10" doc:"file, correct"`
	Component    string      `json:"component,omitempty" maxLength:"10" doc:"file, correct"`
	Title        string      `json:"title,omitempty" maxLength:"240" doc:"correct"`
	Address      string      `json:"address,omitempty" maxLength:"400" doc:"correct"`
	AreaCode     string      `json:"area_code,omitempty" maxLength:"20" doc:"correct: when the place is not known exactly"`
	Officer      string      `json:"officer,omitempty" maxLength:"60" doc:"inspect, assign: the person to do it"`
	Result       Result      `json:"result,omitempty" maxLength:"20" doc:"handle, self_handle, force_close"`
	Outcome      string      `json:"outcome,omitempty" maxLength:"4000" doc:"handle, self_handle: what was done or why it could not be"`
	Urgent       *bool       `json:"urgent,omitempty" doc:"file, correct"`
	Lat          *float64    `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"correct: place of the case; verify: where the caller stands"`
	Lon          *float64    `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Remote       bool        `json:"remote,omitempty" doc:"verify: without going there; such a case is drawn for a check"`
	Amount       int         `json:"amount,omitempty" minimum:"0" maximum:"365" doc:"ask_extension: in the unit of the limit"`
	Request      string      `json:"request,omitempty" maxLength:"60" doc:"extend, suspend, refuse_request: which request"`
	Solved       string      `json:"solved,omitempty" enum:"yes,partly,no,unknown" doc:"revisit, answer"`
	Satisfaction string      `json:"satisfaction,omitempty" enum:"satisfied,basically,dissatisfied,unreachable" doc:"revisit, answer"`
	Reasons      []string    `json:"reasons,omitempty" maxItems:"8" doc:"revisit, answer: codes"`
	Way          string      `json:"way,omitempty" enum:"link,call,visit,none" doc:"revisit"`
	Reporter     string      `json:"reporter,omitempty" maxLength:"60" doc:"revisit: whom of those who reported"`
	Due          *clock.Time `json:"due,omitempty" doc:"supervise: by when it is to be answered; three work days if absent"`
	Finding      string      `json:"finding,omitempty" enum:"passed,failed" doc:"audit"`
	Into         string      `json:"into,omitempty" maxLength:"60" doc:"merge: the case that stays"`
	Visibility   string      `json:"visibility,omitempty" enum:"internal,joint,reporter,public" doc:"comment: who may read it"`
	Precedent    bool        `json:"precedent,omitempty" doc:"adjudicate: the decision becomes a precedent of the responsibility list"`
}

// CoUnit is a unit that assists.
type CoUnit struct {
	Unit     string `json:"unit" maxLength:"60"`
	Task     string `json:"task,omitempty" maxLength:"400"`
	Required bool   `json:"required,omitempty" doc:"The case waits for it"`
}

// given reports whether the move brings the field a workflow names.
func (m *Move) given(field string) bool {
	switch field {
	case "note":
		return m.Note != ""
	case "ground":
		return m.Ground != ""
	case "reply":
		return m.Reply != ""
	case "lead_unit":
		return m.LeadUnit != ""
	case "category":
		return m.Category != ""
	case "result":
		return m.Result != ""
	case "outcome":
		return m.Outcome != ""
	case "amount":
		return m.Amount > 0
	case "request":
		return m.Request != ""
	case "solved":
		return m.Solved != ""
	case "satisfaction":
		return m.Satisfaction != ""
	case "finding":
		return m.Finding != ""
	case "into":
		return m.Into != ""
	}
	return false
}

// needs are the fields a workflow may ask for.
var needs = []string{"note", "ground", "reply", "lead_unit", "category", "result", "outcome", "amount", "request", "solved", "satisfaction", "finding", "into"}
