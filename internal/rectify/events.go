package rectify

import (
	"context"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// Topics this module emits. The payload of every rectify.<action> is Moved.
const (
	TopicIssued      = "rectify.issued"
	TopicAnswered    = "rectify.answered"
	TopicReturned    = "rectify.returned"
	TopicDone        = "rectify.done"
	TopicVerified    = "rectify.verified"
	TopicReworked    = "rectify.rework"
	TopicTold        = "rectify.told"
	TopicPublished   = "rectify.published"
	TopicSupervised  = "rectify.supervised"
	TopicReplied     = "rectify.replied"     // the unit answered a supervision
	TopicAsked       = "rectify.asked"       // the unit asks for more time or a suspension
	TopicDecided     = "rectify.decided"     // it was granted or refused
	TopicAdjudicated = "rectify.adjudicated" // the panel named the unit
	TopicResumed     = "rectify.resumed"     // a suspension ended
	TopicPlanned     = "rectify.planned"     // the plan was written
	TopicReported    = "rectify.reported"    // progress was reported
	TopicRetracted   = "rectify.retracted"   // a published page was withdrawn
	TopicDoubted     = "rectify.doubted"     // most residents say of a published answer that it is not solved
)

// Moved is the payload of every topic: what moved where, for whom. Comments is filled for rectify.told alone: those who
// spoke can be reached by the survey under these ids.
type Moved struct {
	Action   Action      `json:"action"`
	At       clock.Time  `json:"at"`
	ItemID   string      `json:"item_id"`
	No       string      `json:"no"`
	WaveID   string      `json:"wave_id"`
	Title    string      `json:"title"`
	AreaCode string      `json:"area_code"`
	Field    string      `json:"field"`
	From     State       `json:"from"`
	To       State       `json:"to"`
	LeadUnit string      `json:"lead_unit"`
	CoUnits  []string    `json:"co_units"`
	DueAt    *clock.Time `json:"due_at,omitempty"`
	Reply    string      `json:"reply,omitempty"`
	Comments []string    `json:"comments,omitempty"`
}

var topics = map[Action]string{
	ActIssue: TopicIssued, ActAnswer: TopicAnswered, ActReturn: TopicReturned, ActDone: TopicDone, ActVerify: TopicVerified,
	ActRework: TopicReworked, ActTell: TopicTold, ActPublish: TopicPublished, ActRetract: TopicRetracted, ActDoubt: TopicDoubted, ActSupervise: TopicSupervised,
	ActReply: TopicReplied, ActAskExtension: TopicAsked, ActAskSuspension: TopicAsked, ActExtend: TopicDecided, ActSuspend: TopicDecided, ActRefuse: TopicDecided,
	ActAdjudicate: TopicAdjudicated, ActResume: TopicResumed, ActPlan: TopicPlanned, ActReport: TopicReported,
}

// announce appends the audit entry of an action on an item and emits its event.
func (s *Service) announce(ctx context.Context, tx *db.Tx, a Action, from State, i *Item) error {
	err := audit.Log(ctx, tx, audit.Entry{Action: "rectify." + string(a), Object: "rectification", ObjectID: i.ID, Area: i.AreaCode,
		Detail: map[string]any{"no": i.No, "from": from, "to": i.State, "lead": i.LeadUnit, "version": i.Version}})
	if err != nil || topics[a] == "" {
		return err
	}
	e := moved(a, from, i)
	e.At = tx.Time()
	if a == ActTell {
		e.Reply = i.Reply
		if e.Comments, err = s.opinions.IDsOfItemTx(ctx, tx, i.ID); err != nil {
			return err
		}
	}
	return outbox.Emit(ctx, tx, topics[a], i.ID, e)
}

func moved(a Action, from State, i *Item) Moved {
	e := Moved{Action: a, ItemID: i.ID, No: i.No, WaveID: i.WaveID, Title: i.Title, AreaCode: i.AreaCode, Field: i.Field, From: from, To: i.State,
		LeadUnit: i.LeadUnit, DueAt: i.DueAt, CoUnits: []string{}}
	for _, u := range i.Co.V {
		e.CoUnits = append(e.CoUnits, u.ID)
	}
	return e
}
