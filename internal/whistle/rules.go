package whistle

import "yiwang/internal/platform/workcal"

// Kind is how heavy a whistle is.
type Kind string

// The three kinds.
const (
	Push   Kind = "push"   // 推进哨: a matter of several departments moves
	Hard   Kind = "hard"   // 攻坚哨: a long-standing matter
	Urgent Kind = "urgent" // 应急哨: danger now
)

// Kinds lists the kinds.
var Kinds = []Kind{Push, Hard, Urgent}

// rule is what a kind asks for. Limits after the practice of the district (2023): sign in an hour, contact within a day,
// report in within three or five work days, in danger within two hours; a promise and its acceptance within what follows.
type rule struct {
	approvals int
	limits    map[string]workcal.Limit
}

var rules = map[Kind]rule{
	Push: {1, map[string]workcal.Limit{"sign": limit("1 work_hour"), "contact": limit("1 work_day"), "report": limit("3 work_day"), "commit": limit("2 work_day"),
		"accept": limit("2 work_day"), "arbitrate": limit("1 work_day")}},
	Hard: {2, map[string]workcal.Limit{"sign": limit("1 work_hour"), "contact": limit("1 work_day"), "report": limit("5 work_day"), "commit": limit("3 work_day"),
		"accept": limit("3 work_day"), "arbitrate": limit("2 work_day")}},
	Urgent: {0, map[string]workcal.Limit{"sign": limit("1 urgent_hour"), "contact": limit("1 urgent_hour"), "report": limit("2 urgent_hour"), "commit": limit("4 urgent_hour"),
		"accept": limit("1 work_day"), "arbitrate": limit("2 urgent_hour")}},
}

func limit(text string) workcal.Limit { return workcal.MustLimit(text) }

// RuleOf is what a kind asks for, for the interface.
type RuleOf struct {
	Kind      Kind              `json:"kind"`
	Approvals int               `json:"approvals" doc:"Members of the leading group, all different"`
	Limits    map[string]string `json:"limits" doc:"By kind of clock"`
}

// Rules tells what each kind asks for.
func Rules() []RuleOf {
	out := make([]RuleOf, 0, len(Kinds))
	for _, k := range Kinds {
		r := RuleOf{Kind: k, Approvals: rules[k].approvals, Limits: map[string]string{}}
		for name, l := range rules[k].limits {
			r.Limits[name] = l.String()
		}
		out = append(out, r)
	}
	return out
}

// step is one thing that can be done with a call: who, from where, to where, which clock it stops and which it starts.
type step struct {
	by         string // unit, street, panel
	permission string
	from       []CallState
	to         CallState
	stops      []string
	starts     string
	needs      []string
}

// steps are the actions on a call.
var steps = map[string]step{
	"sign":    {"unit", PermAnswer, []CallState{Called}, Signed, []string{"sign"}, "", nil},
	"contact": {"unit", PermAnswer, []CallState{Called, Signed}, Contacted, []string{"sign", "contact"}, "", []string{"note"}},
	"report":  {"unit", PermAnswer, []CallState{Called, Signed, Contacted}, Reported, []string{"sign", "contact", "report"}, "commit", []string{"came"}},
	"commit":  {"unit", PermAnswer, []CallState{Reported}, Committed, []string{"commit"}, "work", []string{"commitments"}},
	"done":    {"unit", PermAnswer, []CallState{Committed}, Finished, []string{"work"}, "accept", []string{"outcome"}},
	"refuse":  {"unit", PermAnswer, []CallState{Called, Signed, Contacted}, Refused, []string{"sign", "contact", "report"}, "arbitrate", []string{"note"}},
	"accept":  {"street", PermBlow, []CallState{Finished}, Accepted, []string{"accept"}, "", nil},
	"return":  {"street", PermBlow, []CallState{Finished}, Committed, []string{"accept"}, "work", []string{"note", "due"}},
	"release": {"panel", PermArbitrate, []CallState{Refused}, Released, []string{"arbitrate"}, "", []string{"note"}},
	"bind":    {"panel", PermArbitrate, []CallState{Refused}, Called, []string{"arbitrate"}, "", []string{"note"}},
	"urge":    {"street", PermBlow, []CallState{Called, Signed, Contacted, Reported, Committed}, "", nil, "", nil},
}

// stepOrder is the order in which actions are offered.
var stepOrder = []string{"sign", "contact", "report", "commit", "done", "refuse", "accept", "return", "bind", "release", "urge"}
