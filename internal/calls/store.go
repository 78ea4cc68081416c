package calls

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

// find reads a call with its parties. NotFound if there is none.
func find(ctx context.Context, tx *db.Tx, id string) (*Call, error) {
	c, err := db.Get[Call](ctx, tx, "SELECT "+callColumns+" FROM calls_call WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, noCall()
	}
	if err != nil {
		return nil, err
	}
	c.Parties, err = db.All[Party](ctx, tx, "SELECT "+partyColumns+" FROM calls_party WHERE call_id = $1 ORDER BY invited_at, seat, user_id", id)
	return &c, err
}

// withParties reads the parties of calls.
func withParties(ctx context.Context, tx *db.Tx, list []Call) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]string, len(list))
	at := map[string]*Call{}
	for i := range list {
		list[i].Parties = []Party{}
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	among, args := db.Listed(ids)
	rows, err := db.All[Party](ctx, tx, "SELECT "+partyColumns+" FROM calls_party WHERE call_id IN "+among+" ORDER BY invited_at, seat, user_id", args...)
	if err != nil {
		return err
	}
	for _, p := range rows {
		at[p.CallID].Parties = append(at[p.CallID].Parties, p)
	}
	kept, err := db.All[string](ctx, tx, "SELECT call_id FROM calls_recording WHERE state = 'kept' AND call_id IN "+among, args...)
	for _, id := range kept {
		at[id].Files++
	}
	return err
}

func insert(ctx context.Context, tx *db.Tx, c *Call) error {
	if err := db.InsertMany(ctx, tx, "calls_call", callColumns, "", [][]any{{c.ID, c.Kind, c.State, c.Centre, c.AreaCode, c.CallerID, c.Reason, c.CaseID, c.CaseNumber,
		c.CreatedAt, c.RingUntil, c.AnsweredAt, c.EndedAt, c.Ending, c.RecordBy, c.RecordByName, c.RecordFrom, c.RecordTo, c.Version}}); err != nil {
		return err
	}
	return putParties(ctx, tx, c)
}

// putParties writes the parties as they are. Conflict if one is in another call.
func putParties(ctx context.Context, tx *db.Tx, c *Call) error {
	sets := []string{}
	for name := range strings.SplitSeq(partyColumns, ", ") {
		if name != "call_id" && name != "user_id" {
			sets = append(sets, name+" = excluded."+name)
		}
	}
	places := make([]string, strings.Count(partyColumns, ",")+1)
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		_, err := tx.Exec(ctx, "INSERT INTO calls_party ("+partyColumns+") VALUES ("+strings.Join(places, ", ")+") ON CONFLICT (call_id, user_id) DO UPDATE SET "+strings.Join(sets, ", "),
			p.CallID, p.UserID, p.Name, p.UnitName, p.Role, p.Seat, p.State, p.Device, p.InvitedAt, p.RingUntil, p.JoinedAt, p.LeftAt, p.MediaAt, p.LostAt, p.Held, p.VoiceOnly,
			p.Consent, p.ConsentAt, p.Reply)
		if db.IsUnique(err) {
			return errs.Conflict("calls.line_busy", "You are in another call; hang up there first.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// save writes a changed call, tells everybody whom it concerns, and lets the media follow after the commit.
func (s *Service) save(ctx context.Context, tx *db.Tx, c *Call, action string, detail map[string]any) error {
	n, err := tx.Exec(ctx, `UPDATE calls_call SET state = $1, answered_at = $2, ended_at = $3, ending = $4, record_by = $5, record_by_name = $6, record_from = $7, record_to = $8,
		ring_until = $9, version = version + 1 WHERE id = $10 AND version = $11`, c.State, c.AnsweredAt, c.EndedAt, c.Ending, c.RecordBy, c.RecordByName, c.RecordFrom, c.RecordTo, c.RingUntil, c.ID, c.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Conflict("calls.changed", "The call changed in between; look at it again.")
	}
	c.Version++
	if err := putParties(ctx, tx, c); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, action, detail)
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, c *Call, action string, detail map[string]any) error {
	if action != "" {
		if detail == nil {
			detail = map[string]any{}
		}
		detail["state"] = c.State
		if err := audit.Log(ctx, tx, audit.Entry{Action: "calls." + action, Object: "call", ObjectID: c.ID, Area: c.AreaCode, Detail: detail}); err != nil {
			return err
		}
	}
	e := c.changed()
	tx.AfterCommit(func() { s.follow(c.ID) })
	if err := outbox.Emit(ctx, tx, TopicChanged, c.ID, e); err != nil || c.State != Ended {
		return err
	}
	return outbox.Emit(ctx, tx, TopicEnded, c.ID, e)
}

// changed is what others hear of a call.
func (c *Call) changed() Changed {
	e := Changed{CallID: c.ID, State: c.State, Ending: c.Ending, Centre: c.Centre, AreaCode: c.AreaCode, CallerID: c.CallerID, Users: []string{}, CaseID: c.CaseID, Kind: c.Kind, Names: []string{},
		Recorded: c.RecordFrom != nil, Version: c.Version}
	if c.AnsweredAt != nil && c.EndedAt != nil {
		e.Seconds = int64(c.EndedAt.Sub(c.AnsweredAt.Time).Seconds())
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		e.Users = append(e.Users, p.UserID)
		if p.State == PartyMissed || p.State == PartyBusy || p.State == PartyCancelled {
			e.Missed = append(e.Missed, p.UserID)
		}
		if c.AnsweredAt != nil && p.JoinedAt != nil || c.AnsweredAt == nil && p.UserID != c.CallerID {
			e.Names = append(e.Names, p.Name)
		}
		if p.UserID == c.CallerID {
			e.Caller = p.Name
		}
	}
	slices.Sort(e.Users)
	return e
}
