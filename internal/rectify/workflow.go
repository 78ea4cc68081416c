package rectify

import "slices"

// State is where an item stands.
type State string

// The states of an item.
const (
	Draft        State = "draft"        // merged
	Confirmed    State = "confirmed"    // located, owner named
	Issued       State = "issued"       // with the lead unit, clock running
	Answered     State = "answered"     // measure and date given
	Returned     State = "returned"     // the unit says it is not theirs
	Adjudicating State = "adjudicating" // returned a second time: a panel decides whose it is
	Doing        State = "doing"
	Done         State = "done"
	Verified     State = "verified"
	Rework       State = "rework"
	Suspended    State = "suspended" // cannot go on for a listed ground; the clock stands still
	Told         State = "told"
	Published    State = "published"
	Withdrawn    State = "withdrawn" // never issued; its comments are free again
)

// States lists the states in the order of life.
var States = []State{Draft, Confirmed, Issued, Returned, Adjudicating, Answered, Doing, Suspended, Rework, Done, Verified, Told, Published, Withdrawn}

// Action moves an item along the workflow.
type Action string

// The actions. Those from Merge on appear in the history without being taken by Act.
const (
	ActConfirm    Action = "confirm"
	ActIssue      Action = "issue"
	ActAnswer     Action = "answer"
	ActReturn     Action = "return"
	ActStart      Action = "start"
	ActDone       Action = "done"
	ActVerify     Action = "verify"
	ActRework     Action = "rework"
	ActTell       Action = "tell"
	ActPublish    Action = "publish"
	ActWithdraw   Action = "withdraw"
	ActAdjudicate Action = "adjudicate"
	ActSuspend    Action = "suspend"
	ActResume     Action = "resume"

	// These leave the item in its state.
	ActSupervise     Action = "supervise"
	ActReply         Action = "reply" // the unit answers a supervision
	ActLift          Action = "lift"  // a supervision ends
	ActAskExtension  Action = "ask_extension"
	ActAskSuspension Action = "ask_suspension"
	ActExtend        Action = "extend"
	ActRefuse        Action = "refuse"
	ActReview        Action = "review" // a suspension is looked at and goes on

	ActMerge     Action = "merge"
	ActUnmerge   Action = "unmerge"
	ActAmend     Action = "amend"
	ActEvidence  Action = "evidence"
	ActPlan      Action = "plan" // who, what it costs, milestones
	ActMilestone Action = "milestone"
	ActReport    Action = "report" // progress
	ActLink      Action = "link"
	ActUnlink    Action = "unlink"
	ActReady     Action = "ready"   // every linked case and whistle has ended
	ActInvite    Action = "invite"  // residents, to judge what was done
	ActOverdue   Action = "overdue" // a clock ran out
)

// party is who takes an edge, beside holding its permission.
type party string

const (
	office   party = "office"   // inside the caller's area
	lead     party = "lead"     // acts for the lead unit
	verifier party = "verifier" // inside the caller's area, of a unit and a person that did not handle the item
	panel    party = "panel"    // inside the caller's area, of a unit that neither has the item nor returned it
)

type edge struct {
	to         State
	action     Action
	permission string
	by         party
	reason     string
	when       func(i *Item) bool // nil: always
}

func returnedOnce(i *Item) bool { return i.Returns > 0 }

func notReturned(i *Item) bool { return i.Returns == 0 }

// workflow is the life of an item.
var workflow = map[State][]edge{
	Draft: {
		{Confirmed, ActConfirm, PermMerge, office, "title, area and lead unit named", nil},
		{Withdrawn, ActWithdraw, PermMerge, office, "merged by mistake; comments are free again", nil},
	},
	Confirmed: {
		{Issued, ActIssue, PermIssue, office, "clock starts", nil},
		{Withdrawn, ActWithdraw, PermMerge, office, "comments are free again", nil},
	},
	Issued: {
		{Answered, ActAnswer, PermAnswer, lead, "measure and promised date", nil},
		{Returned, ActReturn, PermAnswer, lead, "the first time; legal ground; clock ends", notReturned},
		{Adjudicating, ActReturn, PermAnswer, lead, "the second time; the panel has a clock of its own", returnedOnce},
	},
	Returned: {
		{Issued, ActIssue, PermIssue, office, "to another unit or back with reasons; new clock", nil},
	},
	Adjudicating: {
		{Issued, ActAdjudicate, PermDecide, panel, "the unit named cannot return it; new clock; a precedent is kept", nil},
	},
	Answered: {
		{Doing, ActStart, PermDo, lead, "", nil},
		suspending,
	},
	Doing: {
		{Done, ActDone, PermDo, lead, "result; photos before and after, or a reason", nil},
		suspending,
	},
	Suspended: {
		{Doing, ActResume, PermDecide, office, "the clock goes on with what was left; by itself when a review is missed", nil},
	},
	Done: {
		{Verified, ActVerify, PermVerify, verifier, "on site; clock ends", nil},
		{Rework, ActRework, PermVerify, verifier, "not put right; the clock goes on", nil},
	},
	Rework: {
		{Doing, ActStart, PermDo, lead, "", nil},
		suspending,
	},
	Verified: {
		{Told, ActTell, PermPublish, office, "reply to those who spoke", nil},
	},
	Told: {
		{Published, ActPublish, PermPublish, office, "a page that somebody else wrote and submitted", nil},
	},
	Published: {
		{Told, ActRetract, PermPublish, office, "the page is withdrawn with a reason; it can be published anew", nil},
	},
	Withdrawn: {},
}

var suspending = edge{Suspended, ActSuspend, PermDecide, panel, "asked for on a listed ground; the clock stands still", wantsSuspension}

func wantsSuspension(i *Item) bool { return i.Wants == Suspension }

// mark is an action that leaves the item in its state.
type mark struct {
	action     Action
	in         []State
	permission string
	by         party
	reason     string
	when       func(i *Item) bool // nil: always
}

var (
	supervisable = []State{Issued, Returned, Adjudicating, Answered, Doing, Rework, Done}
	withUnit     = []State{Issued, Answered, Doing, Rework}
)

// marks are the actions beside the workflow.
var marks = []mark{
	{ActSupervise, supervisable, PermSupervise, office, "a level higher than before; the unit answers by a date", func(i *Item) bool { return i.Supervision < maxLevel }},
	{ActReply, append([]State{Suspended}, supervisable...), PermAnswer, lead, "answers the supervision in force", func(i *Item) bool { return i.Supervision > 0 }},
	{ActLift, append([]State{Suspended}, supervisable...), PermSupervise, office, "the answer suffices", func(i *Item) bool { return i.Supervision > 0 }},
	{ActAskExtension, withUnit, PermAnswer, lead, "once, before the time has run out, at most as long again", func(i *Item) bool { return i.Wants == "" && !i.Extended }},
	{ActAskSuspension, []State{Answered, Doing, Rework}, PermAnswer, lead, "on a listed ground", func(i *Item) bool { return i.Wants == "" }},
	{ActExtend, withUnit, PermDecide, panel, "all or part of what was asked for", func(i *Item) bool { return i.Wants == Extension }},
	{ActRefuse, withUnit, PermDecide, panel, "with reasons", func(i *Item) bool { return i.Wants != "" }},
	{ActReview, []State{Suspended}, PermDecide, office, "the ground still holds; next review", nil},
}

// edgeFor returns the edge with this action out of the state of i; a mark is an edge back to it.
func edgeFor(i *Item, a Action) (edge, bool) {
	for _, e := range edgesOf(i) {
		if e.action == a {
			return e, true
		}
	}
	return edge{}, false
}

// edgesOf lists what can be done with i, whoever asks.
func edgesOf(i *Item) (out []edge) {
	for _, e := range workflow[i.State] {
		if e.when == nil || e.when(i) {
			out = append(out, e)
		}
	}
	for _, m := range marks {
		if slices.Contains(m.in, i.State) && (m.when == nil || m.when(i)) {
			out = append(out, edge{i.State, m.action, m.permission, m.by, m.reason, nil})
		}
	}
	return out
}

// progress counts the steps behind an item of the six that are shown: issue, answer, do, verify, tell, publish.
func (s State) progress() int {
	return map[State]int{Issued: 1, Returned: 1, Adjudicating: 1, Answered: 2, Doing: 2, Rework: 2, Suspended: 2, Done: 3, Verified: 4, Told: 5, Published: 6}[s]
}

// handled are the actions that make a unit and a person handlers of the item.
var handled = []Action{ActAnswer, ActStart, ActDone}

func (a Action) handles() bool { return slices.Contains(handled, a) }

// known reports whether Act takes the action.
func (a Action) known() bool { return guards[a] != nil }
