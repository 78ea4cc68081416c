package results

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/workcal"
)

// State is where a settlement stands.
type State string

// States of a settlement: computed until two persons signed, settled until a correction replaces it; a computed one can be dropped.
const (
	Computed State = "computed"
	Settled  State = "settled"
	Replaced State = "replaced"
	Dropped  State = "dropped"
)

// signatures is how many different persons sign.
const signatures = 2

// Settlement is one computed use of the results of a year.
type Settlement struct {
	ID          string           `db:"id" json:"id"`
	Area        string           `db:"area" json:"area"`
	Year        int              `db:"year" json:"year"`
	Seq         int              `db:"seq" json:"seq"`
	State       State            `db:"state" json:"state" enum:"computed,settled,replaced,dropped"`
	RulesHash   string           `db:"rules_hash" json:"rules_hash"`
	InputHash   string           `db:"input_hash" json:"input_hash"`
	Inputs      db.JSON[Input]   `db:"inputs" json:"inputs"`
	Outcome     db.JSON[Outcome] `db:"result" json:"outcome"`
	ResultHash  string           `db:"result_hash" json:"result_hash"`
	Replaces    string           `db:"replaces" json:"replaces,omitempty"`
	Reason      string           `db:"reason" json:"reason,omitempty" doc:"why it replaces the one before"`
	Actor       string           `db:"actor" json:"-"`
	ActorName   string           `db:"actor_name" json:"actor_name"`
	CreatedAt   clock.Time       `db:"created_at" json:"created_at"`
	SettledAt   *clock.Time      `db:"settled_at" json:"settled_at,omitempty"`
	AppealUntil *clock.Time      `db:"appeal_until" json:"appeal_until,omitempty"`
	Version     int              `db:"version" json:"version"`
	Signatures  []Signature      `db:"-" json:"signatures"`
}

// Signature is one of the two.
type Signature struct {
	UserID     string     `db:"user_id" json:"-"`
	Name       string     `db:"name" json:"name"`
	ResultHash string     `db:"result_hash" json:"result_hash" doc:"what was signed"`
	Note       string     `db:"note" json:"note,omitempty"`
	At         clock.Time `db:"at" json:"at"`
}

// Settle computes the use of a year's results and stores it unsigned. With reason it corrects the settled one of the year:
// upheld appeals enter as adjustments. Needs PermManage in the area. Conflict when nothing is published, the rules were not
// written before the wave, one is waiting for signatures, or nothing changed since the last.
func (s *Service) Settle(ctx context.Context, area string, year int, reason string) (made *Settlement, err error) {
	if err := auth.RequireArea(ctx, PermManage, area); err != nil {
		return nil, err
	}
	in, err := s.gather(ctx, area, year)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		made, err = s.settle(ctx, tx, area, in, strings.TrimSpace(reason))
		return err
	})
	return made, err
}

func (s *Service) settle(ctx context.Context, tx *db.Tx, area string, in Input, reason string) (*Settlement, error) {
	last, err := lastSettlement(ctx, tx, area, in.Year)
	if err != nil && errs.KindOf(err) != errs.KindNotFound {
		return nil, err
	}
	made := &Settlement{Area: area, Year: in.Year, Seq: 1, State: Computed, Reason: reason, Version: 1, Signatures: []Signature{}}
	if last != nil {
		made.Seq = last.Seq + 1
		switch last.State {
		case Computed:
			return nil, errs.Conflict("results.waits_for_signatures", "A settlement of this year waits for signatures; sign it or drop it first.").With(last)
		case Settled:
			if reason == "" {
				return nil, errs.Invalid("results.reason_required", "A settlement that replaces a signed one needs a written reason.", errs.Field{Location: "body.reason", Message: "required"})
			}
			made.Replaces = last.ID
		}
		if in.Adjustments, err = upheld(ctx, tx, area, in.Year); err != nil {
			return nil, err
		}
	}
	outcome, err := Compute(in)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(outcome)
	if err != nil {
		return nil, fmt.Errorf("write settlement of %d: %w", in.Year, err)
	}
	made.ID, made.CreatedAt, made.Actor, made.ActorName = db.NewID(tx), tx.Time(), auth.From(ctx).UserID, auth.From(ctx).Name
	made.Inputs, made.Outcome = db.JSON[Input]{V: in}, db.JSON[Outcome]{V: *outcome}
	made.RulesHash, made.InputHash, made.ResultHash = in.RulesHash, hashOf(in), hashOf(json.RawMessage(body))
	if last != nil && last.State == Settled && last.InputHash == made.InputHash {
		return nil, errs.Conflict("results.nothing_changed", "Nothing that the settlement depends on has changed since it was signed.").With(last)
	}
	if err := insertSettlement(ctx, tx, made); err != nil {
		return nil, err
	}
	return made, audit.Log(ctx, tx, audit.Entry{Action: "results.settle", Object: "settlement", ObjectID: made.ID, Area: area,
		Detail: map[string]any{"year": in.Year, "seq": made.Seq, "input": made.InputHash, "result": made.ResultHash, "replaces": made.Replaces, "reason": reason}})
}

// Sign puts the caller's signature under a computed settlement. With the second one, by another person, it is settled, and what it
// replaces is marked so. Needs PermSign in the area; Conflict when the state or version does not allow it, or the caller signed already.
func (s *Service) Sign(ctx context.Context, id string, version int, note string) (made *Settlement, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		made, err = s.change(ctx, tx, id, version, PermSign, Computed)
		if err != nil {
			return err
		}
		p := auth.From(ctx)
		for _, g := range made.Signatures {
			if g.UserID == p.UserID {
				return errs.Conflict("results.signed_already", "You have signed; the second signature is another person's.").With(made)
			}
		}
		g := Signature{UserID: p.UserID, Name: p.Name, ResultHash: made.ResultHash, Note: strings.TrimSpace(note), At: tx.Time()}
		if _, err := tx.Exec(ctx, "INSERT INTO settlement_signature (settlement_id, user_id, name, result_hash, note, at) VALUES ($1, $2, $3, $4, $5, $6)",
			made.ID, g.UserID, g.Name, g.ResultHash, g.Note, g.At); err != nil {
			return fmt.Errorf("store signature: %w", err)
		}
		made.Signatures = append(made.Signatures, g)
		if len(made.Signatures) == signatures {
			if err := s.conclude(ctx, tx, made); err != nil {
				return err
			}
		}
		return updateSettlement(ctx, tx, made, "results.sign", note)
	})
	return made, err
}

// conclude settles and opens the time for appeals.
func (s *Service) conclude(ctx context.Context, tx *db.Tx, made *Settlement) error {
	made.State, made.SettledAt = Settled, clock.Ptr(tx.Now())
	limit := workcal.Limit{N: made.Inputs.V.Rules.AppealWorkDays, Unit: workcal.WorkDay}
	made.AppealUntil = clock.Ptr(s.calendar.Current().Due(tx.Now(), limit))
	if made.Replaces != "" {
		if _, err := tx.Exec(ctx, "UPDATE settlement SET state = $1, version = version + 1 WHERE id = $2", Replaced, made.Replaces); err != nil {
			return fmt.Errorf("replace settlement: %w", err)
		}
		if _, err := tx.Exec(ctx, "UPDATE appeal SET corrected_in = $1 WHERE settlement_id = $2 AND state = 'upheld' AND corrected_in = ''", made.ID, made.Replaces); err != nil {
			return fmt.Errorf("link appeals: %w", err)
		}
	}
	return outbox.Emit(ctx, tx, TopicSettled, made.ID, Event{SettlementID: made.ID, Area: made.Area, Year: made.Year, Correction: made.Replaces != ""})
}

// Drop withdraws a computed settlement that was not signed by two persons, with a reason. Needs PermManage in the area.
func (s *Service) Drop(ctx context.Context, id string, version int, reason string) (made *Settlement, err error) {
	if strings.TrimSpace(reason) == "" {
		return nil, errs.Invalid("results.reason_required", "Say why the settlement is dropped.", errs.Field{Location: "body.note", Message: "required"})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if made, err = s.change(ctx, tx, id, version, PermManage, Computed); err != nil {
			return err
		}
		made.State = Dropped
		return updateSettlement(ctx, tx, made, "results.drop", reason)
	})
	return made, err
}

// change loads a settlement for a verb: right, state and version are checked.
func (s *Service) change(ctx context.Context, tx *db.Tx, id string, version int, permission string, state State) (*Settlement, error) {
	made, err := findSettlement(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, permission, made.Area); err != nil {
		return nil, err
	}
	if made.Version != version || made.State != state {
		return nil, errs.Conflict("results.changed", fmt.Sprintf("Somebody changed this settlement in the meantime; it is %s.", made.State)).With(made)
	}
	return made, nil
}

// Verification says whether a settlement can still be computed from what it was computed from.
type Verification struct {
	SameInputs bool `json:"same_inputs" doc:"the stored inputs have the hash on record"`
	SameBytes  bool `json:"same_bytes" doc:"computing again gives the signed bytes"`
}

// Verify computes a settlement again. Rights as for Settlement.
func (s *Service) Verify(ctx context.Context, id string) (*Verification, error) {
	made, err := s.Settlement(ctx, id)
	if err != nil {
		return nil, err
	}
	outcome, err := Compute(made.Inputs.V)
	if err != nil {
		return nil, err
	}
	return &Verification{SameInputs: hashOf(made.Inputs.V) == made.InputHash, SameBytes: hashOf(outcome) == made.ResultHash}, nil
}
