package fieldwork

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/identity"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Assignment is a drawn household or unit that an interviewer visits or calls.
type Assignment struct {
	InvitationID string       `db:"invitation_id" json:"invitation_id"`
	WaveID       string       `db:"wave_id" json:"wave_id"`
	Street       string       `db:"street" json:"street"`
	Community    string       `db:"community" json:"community"`
	Group        survey.Group `db:"grp" json:"group"`
	Interviewer  string       `db:"interviewer" json:"interviewer" doc:"id of the account"`
	Mode         survey.Mode  `db:"mode" json:"mode" enum:"visit,phone"`
	Outcome      Outcome      `db:"outcome" json:"outcome,omitempty" doc:"most telling one so far"`
	Attempts     int          `db:"attempts" json:"attempts"`
	NextAt       *clock.Time  `db:"next_at" json:"next_at,omitempty" doc:"appointment"`
	Closed       bool         `db:"closed" json:"closed"`
	AssignedBy   string       `db:"assigned_by" json:"-"`
	AssignedAt   clock.Time   `db:"assigned_at" json:"assigned_at"`
	Version      int          `db:"version" json:"version"`
}

const assignmentColumns = `invitation_id, wave_id, street, community, grp, interviewer, mode, outcome, attempts, next_at, closed,
	assigned_by, assigned_at, version`

// NewAssignments hands out open invitations that nobody has yet.
type NewAssignments struct {
	Interviewer string       `json:"interviewer" minLength:"1" maxLength:"60"`
	Mode        survey.Mode  `json:"mode" enum:"visit,phone"`
	Street      string       `json:"street" minLength:"9" maxLength:"9"`
	Community   string       `json:"community,omitempty" maxLength:"12"`
	Group       survey.Group `json:"group,omitempty" enum:"elder,adult,unit"`
	Most        int          `json:"most" minimum:"1" maximum:"1000"`
	Move        bool         `json:"move,omitempty" doc:"also those somebody else has and has not tried yet"`
}

// Assign hands open invitations of a street out to an interviewer, in the order of the draw, and returns how many. Needs PermManage in
// the wave's area; Invalid when the account may not collect there.
func (s *Service) Assign(ctx context.Context, waveID string, in NewAssignments) (n int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err = s.AssignTx(ctx, tx, waveID, in)
		return err
	})
	return n, err
}

// AssignTx is Assign inside the caller's transaction.
func (s *Service) AssignTx(ctx context.Context, tx *db.Tx, waveID string, in NewAssignments) (int, error) {
	w, err := s.manage(ctx, tx, waveID)
	if err != nil {
		return 0, err
	}
	if !strings.HasPrefix(in.Street, w.Area) {
		return 0, errs.Invalid("fieldwork.bad_assignment", "The street lies outside the wave.", errs.Field{Location: "body.street", Message: "outside the wave"})
	}
	if err := s.checkInterviewer(ctx, tx, in.Interviewer, in.Street); err != nil {
		return 0, err
	}
	open, err := s.samples.ListTx(ctx, tx, sampling.Filter{WaveID: w.ID, Street: in.Street, Community: in.Community, Group: in.Group, State: sampling.Open})
	if err != nil {
		return 0, err
	}
	held, err := s.heldTx(ctx, tx, w.ID, in.Street)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range open {
		inv := &open[i]
		a, taken := held[inv.ID]
		if n == in.Most {
			break
		}
		if taken && (!in.Move || a.Attempts > 0 || a.Interviewer == in.Interviewer) {
			continue
		}
		if err := putAssignment(ctx, tx, inv, in.Interviewer, in.Mode); err != nil {
			return 0, err
		}
		n++
	}
	return n, audit.Log(ctx, tx, audit.Entry{Action: "fieldwork.assign", Object: "wave", ObjectID: w.ID, Area: in.Street,
		Detail: map[string]any{"interviewer": in.Interviewer, "mode": in.Mode, "community": in.Community, "group": in.Group, "n": n}})
}

func (s *Service) checkInterviewer(ctx context.Context, tx *db.Tx, id, area string) error {
	list, err := s.people.HoldersTx(ctx, tx, PermCollect, area)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.ID == id {
			return nil
		}
	}
	return errs.Invalid("fieldwork.not_an_interviewer", "Choose an account that may collect answers in this street.", errs.Field{Location: "body.interviewer", Message: "holds no fieldwork.collect there"})
}

// heldTx returns the assignments of a street by invitation.
func (s *Service) heldTx(ctx context.Context, tx *db.Tx, waveID, street string) (map[string]Assignment, error) {
	held := map[string]Assignment{}
	err := db.Each(ctx, tx, "SELECT "+assignmentColumns+" FROM fieldwork_assignment WHERE wave_id = $1 AND street = $2", []any{waveID, street}, func(a *Assignment) error {
		held[a.InvitationID] = *a
		return nil
	})
	return held, err
}

func putAssignment(ctx context.Context, tx *db.Tx, inv *sampling.Invitation, interviewer string, mode survey.Mode) error {
	_, err := tx.Exec(ctx, `INSERT INTO fieldwork_assignment (`+assignmentColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, NULL, FALSE, $8, $9, 1)
		ON CONFLICT (invitation_id) DO UPDATE SET interviewer = excluded.interviewer, mode = excluded.mode, assigned_by = excluded.assigned_by,
			assigned_at = excluded.assigned_at, version = fieldwork_assignment.version + 1`,
		inv.ID, inv.WaveID, inv.Street, inv.Community, inv.Group, interviewer, mode, auth.From(ctx).UserID, tx.Time())
	if err != nil {
		return fmt.Errorf("assign invitation: %w", err)
	}
	return nil
}

// manage returns a wave whose collection the caller runs.
func (s *Service) manage(ctx context.Context, tx *db.Tx, waveID string) (*survey.Wave, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	w, err := s.waveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	return w, auth.RequireArea(ctx, PermManage, w.Area)
}

// waveTx reads a wave without the rights of the survey module: the permission of this module is checked by the caller.
func (s *Service) waveTx(ctx context.Context, tx *db.Tx, idOrCode string) (*survey.Wave, error) {
	c, err := s.surveys.CollectingTx(ctx, tx, idOrCode)
	if err != nil {
		return nil, err
	}
	return c.Wave, nil
}

// findOwn returns an assignment of the caller; NotFound for somebody else's.
func findOwn(ctx context.Context, tx *db.Tx, invitationID string) (*Assignment, error) {
	a, err := db.Get[Assignment](ctx, tx, "SELECT "+assignmentColumns+" FROM fieldwork_assignment WHERE invitation_id = $1", invitationID)
	if errors.Is(err, db.ErrNoRows) || err == nil && a.Interviewer != auth.From(ctx).UserID {
		return nil, errs.NotFound("fieldwork.not_assigned", "This address is not on your list.")
	}
	return &a, err
}

// Load is how much an interviewer has.
type Load struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	UnitName  string `json:"unit_name"`
	Open      int    `json:"open"`
	Tried     int    `json:"tried" doc:"of the open ones, with at least one attempt"`
	Completed int    `json:"completed"`
	Closed    int    `json:"closed" doc:"ended without an interview"`
}

// Interviewers lists who may collect in a wave's area and how much each has. Needs PermManage in the wave's area.
func (s *Service) Interviewers(ctx context.Context, waveID string) (list []Load, err error) {
	list = []Load{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.manage(ctx, tx, waveID)
		if err != nil {
			return err
		}
		people, err := s.people.HoldersTx(ctx, tx, PermCollect, w.Area)
		if err != nil {
			return err
		}
		loads, err := db.All[loadRow](ctx, tx, `SELECT interviewer, COUNT(*) AS n,
				SUM(CASE WHEN NOT closed AND attempts > 0 THEN 1 ELSE 0 END) AS tried,
				SUM(CASE WHEN NOT closed THEN 1 ELSE 0 END) AS open,
				SUM(CASE WHEN outcome = $2 THEN 1 ELSE 0 END) AS completed
			FROM fieldwork_assignment WHERE wave_id = $1 GROUP BY interviewer`, w.ID, Complete)
		for _, p := range people {
			l := Load{ID: p.ID, Name: p.Name, UnitName: p.UnitName}
			for _, r := range loads {
				if r.Interviewer == p.ID {
					l.Open, l.Tried, l.Completed, l.Closed = r.Open, r.Tried, r.Completed, r.N-r.Open-r.Completed
				}
			}
			list = append(list, l)
		}
		return err
	})
	return list, err
}

type loadRow struct {
	Interviewer string `db:"interviewer"`
	N           int    `db:"n"`
	Tried       int    `db:"tried"`
	Open        int    `db:"open"`
	Completed   int    `db:"completed"`
}

// Ended is an address that a reserve may take the place of.
type Ended struct {
	Assignment
	Place           int    `json:"place"`
	StreetName      string `json:"street_name"`
	InterviewerName string `json:"interviewer_name"`
	OutcomeTitle    string `json:"outcome_title"`
}

// Ended lists the addresses of a wave that ended without an interview, or were tried often, and are not replaced yet; by street, at most
// 500. Needs PermManage in the wave's area.
func (s *Service) Ended(ctx context.Context, waveID string) (list []Ended, err error) {
	list = []Ended{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.manage(ctx, tx, waveID)
		if err != nil {
			return err
		}
		people, err := s.people.HoldersTx(ctx, tx, PermCollect, w.Area)
		if err != nil {
			return err
		}
		rows, err := db.All[Assignment](ctx, tx, "SELECT "+assignmentColumns+` FROM fieldwork_assignment
			WHERE wave_id = $1 AND outcome <> $2 AND (closed OR attempts >= $3) ORDER BY street, community, invitation_id LIMIT 500`, w.ID, Complete, enoughAttempts)
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.InvitationID
		}
		open, err := s.samples.WeightsTx(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, inv := range open {
			if inv.State == sampling.Open {
				i := slices.Index(ids, inv.ID)
				e, err := s.ended(ctx, rows[i], &inv, people)
				if err != nil {
					return err
				}
				list = append(list, e)
			}
		}
		return nil
	})
	return list, err
}

func (s *Service) ended(ctx context.Context, a Assignment, inv *sampling.Invitation, people []identity.Holder) (Ended, error) {
	e := Ended{Assignment: a, Place: inv.Place}
	if k := kindOf(a.Outcome); k != nil {
		e.OutcomeTitle = k.Title
	}
	for _, p := range people {
		if p.ID == a.Interviewer {
			e.InterviewerName = p.Name
		}
	}
	place, err := s.place(ctx, a.Street)
	if err == nil {
		e.StreetName = place.Name
	}
	return e, err
}

// Replace closes an open invitation that ended without an interview and hands its reserve to the same interviewer. Needs PermManage in
// the wave's area; Conflict while the outcome is not final, or when no reserve is left.
func (s *Service) Replace(ctx context.Context, invitationID, reason string) (next *sampling.Invitation, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := db.Get[Assignment](ctx, tx, "SELECT "+assignmentColumns+" FROM fieldwork_assignment WHERE invitation_id = $1", invitationID)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("fieldwork.not_assigned", "This address is not on your list.")
		} else if err != nil {
			return err
		}
		if _, err := s.manage(ctx, tx, a.WaveID); err != nil {
			return err
		}
		if k := kindOf(a.Outcome); k == nil || !k.Final && a.Attempts < enoughAttempts {
			return errs.Conflict("fieldwork.not_ended", fmt.Sprintf("Replace an address once it has ended, or after %d attempts on different days.", enoughAttempts))
		}
		if next, err = s.samples.ReleaseReserveTx(ctx, tx, invitationID, reason); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, "UPDATE fieldwork_assignment SET closed = TRUE, version = version + 1 WHERE invitation_id = $1", invitationID); err != nil {
			return err
		}
		return putAssignment(ctx, tx, next, a.Interviewer, a.Mode)
	})
	return next, err
}

// enoughAttempts is how often an address is tried before a reserve may take its place.
const enoughAttempts = 3
