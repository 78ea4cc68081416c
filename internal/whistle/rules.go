package whistle

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

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

// approvals is how many members of the leading group have to agree, all different: one for a push, secretary and director for
// a hard one, nobody in danger. How long each step may take stands in versions, see Limits.
var approvals = map[Kind]int{Push: 1, Hard: 2, Urgent: 0}

// ranks is the permission of those whose consent counts: for a hard whistle the two heads of the street and nobody below them.
var ranks = map[Kind]string{Push: PermLead, Hard: PermHead}

// RankFor returns the permission of those who approve a whistle of the kind, "" where nobody has to.
func RankFor(k Kind) string { return ranks[k] }

// RuleOf is what a kind asks for, for the interface.
type RuleOf struct {
	Kind      Kind              `json:"kind"`
	Approvals int               `json:"approvals" doc:"Persons who have to agree, all different"`
	Rank      string            `json:"rank,omitempty" doc:"Permission that makes an approval count: whistle.lead, for hard ones whistle.head"`
	Limits    map[string]string `json:"limits" doc:"By kind of clock, of the version in force"`
}

// Rules tells what each kind asks for. Needs whistle.read.
func (s *Service) Rules(ctx context.Context) (out []RuleOf, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		set, err := limits(ctx, tx)
		if err != nil {
			return err
		}
		for _, k := range Kinds {
			r := RuleOf{Kind: k, Approvals: approvals[k], Rank: ranks[k], Limits: map[string]string{}}
			for _, name := range limited {
				l, _ := set.of(k, name)
				r.Limits[name] = l.String()
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
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
	"keep":    {"unit", PermAnswer, []CallState{Committed}, "", nil, "", []string{"outcome"}},
	"done":    {"unit", PermAnswer, []CallState{Committed}, Finished, []string{"work"}, "accept", []string{"outcome"}},
	"refuse":  {"unit", PermAnswer, []CallState{Called, Signed, Contacted}, Refused, []string{"sign", "contact", "report"}, "arbitrate", []string{"note"}},
	"accept":  {"street", PermBlow, []CallState{Finished}, Accepted, []string{"accept"}, "", nil},
	"return":  {"street", PermBlow, []CallState{Finished}, Committed, []string{"accept"}, "work", []string{"note", "due"}},
	"release": {"panel", PermArbitrate, []CallState{Refused}, Released, []string{"arbitrate"}, "", []string{"note"}},
	"bind":    {"panel", PermArbitrate, []CallState{Refused}, Called, []string{"arbitrate"}, "", []string{"note"}},
	"urge":    {"street", PermBlow, []CallState{Called, Signed, Contacted, Reported, Committed}, "", nil, "", nil},
}

// stepOrder is the order in which actions are offered.
var stepOrder = []string{"sign", "contact", "report", "commit", "keep", "done", "refuse", "accept", "return", "bind", "release", "urge"}
