package rectify

import "slices"

// State is where an item stands.
type State string

// The states of an item.
const (
	Draft     State = "draft"     // merged
	Confirmed State = "confirmed" // located, owner named
	Issued    State = "issued"    // with the lead unit, clock running
	Answered  State = "answered"  // measure and date given
	Returned  State = "returned"  // the unit says it is not theirs
	Doing     State = "doing"
	Done      State = "done"
	Verified  State = "verified"
	Rework    State = "rework"
	Told      State = "told"
	Published State = "published"
	Withdrawn State = "withdrawn" // never issued; its comments are free again
)

// States lists the states in the order of life.
var States = []State{Draft, Confirmed, Issued, Returned, Answered, Doing, Rework, Done, Verified, Told, Published, Withdrawn}

// Action moves an item along the workflow.
type Action string

// The actions. Merge, Amend, Unmerge and Evidence appear in the history without being edges.
const (
	ActConfirm   Action = "confirm"
	ActIssue     Action = "issue"
	ActAnswer    Action = "answer"
	ActReturn    Action = "return"
	ActStart     Action = "start"
	ActDone      Action = "done"
	ActVerify    Action = "verify"
	ActRework    Action = "rework"
	ActTell      Action = "tell"
	ActPublish   Action = "publish"
	ActWithdraw  Action = "withdraw"
	ActSupervise Action = "supervise"

	ActMerge    Action = "merge"
	ActUnmerge  Action = "unmerge"
	ActAmend    Action = "amend"
	ActEvidence Action = "evidence"
)

// party is who takes an edge, beside holding its permission.
type party string

const (
	office   party = "office"   // inside the caller's area
	lead     party = "lead"     // acts for the lead unit
	verifier party = "verifier" // inside the caller's area, of a unit and a person that did not handle the item
)

type edge struct {
	to         State
	action     Action
	permission string
	by         party
	reason     string
}

// workflow is the life of an item. Supervise is no move: it marks an item in any state from issued to done.
var workflow = map[State][]edge{
	Draft: {
		{Confirmed, ActConfirm, PermMerge, office, "title, area and lead unit named"},
		{Withdrawn, ActWithdraw, PermMerge, office, "merged by mistake; comments are free again"},
	},
	Confirmed: {
		{Issued, ActIssue, PermIssue, office, "clock starts"},
		{Withdrawn, ActWithdraw, PermMerge, office, "comments are free again"},
	},
	Issued: {
		{Answered, ActAnswer, PermAnswer, lead, "measure and promised date"},
		{Returned, ActReturn, PermAnswer, lead, "once per unit, legal ground; clock ends"},
	},
	Returned: {
		{Issued, ActIssue, PermIssue, office, "to another unit or back with reasons; new clock"},
	},
	Answered: {
		{Doing, ActStart, PermDo, lead, ""},
	},
	Doing: {
		{Done, ActDone, PermDo, lead, "result; photos before and after, or a reason"},
	},
	Done: {
		{Verified, ActVerify, PermVerify, verifier, "on site; clock ends"},
		{Rework, ActRework, PermVerify, verifier, "not put right; the clock goes on"},
	},
	Rework: {
		{Doing, ActStart, PermDo, lead, ""},
	},
	Verified: {
		{Told, ActTell, PermPublish, office, "reply to those who spoke"},
	},
	Told: {
		{Published, ActPublish, PermPublish, office, "masked text, chosen photos"},
	},
	Published: {},
	Withdrawn: {},
}

// supervisable are the states in which an item may be put under supervision.
var supervisable = []State{Issued, Returned, Answered, Doing, Rework, Done}

// edgeFor returns the edge with this action out of s.
func (s State) edgeFor(a Action) (edge, bool) {
	for _, e := range workflow[s] {
		if e.action == a {
			return e, true
		}
	}
	return edge{}, false
}

// progress counts the steps behind an item of the six that are shown: issue, answer, do, verify, tell, publish.
func (s State) progress() int {
	return map[State]int{Issued: 1, Returned: 1, Answered: 2, Doing: 2, Rework: 2, Done: 3, Verified: 4, Told: 5, Published: 6}[s]
}

// handled are the actions that make a unit and a person handlers of the item.
var handled = []Action{ActAnswer, ActStart, ActDone}

func (a Action) handles() bool { return slices.Contains(handled, a) }

// known reports whether the word is an action of the workflow, supervise included.
func (a Action) known() bool {
	if a == ActSupervise {
		return true
	}
	for _, edges := range workflow {
		for _, e := range edges {
			if e.action == a {
				return true
			}
		}
	}
	return false
}
