package results

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

const settlementColumns = `id, area, year, seq, state, rules_hash, input_hash, inputs, result, result_hash, replaces, reason, actor, actor_name,
	created_at, settled_at, appeal_until, version`

func insertSettlement(ctx context.Context, tx *db.Tx, m *Settlement) error {
	_, err := tx.Exec(ctx, `INSERT INTO settlement (id, area, year, seq, state, rules_hash, input_hash, inputs, result, result_hash, replaces, reason,
			actor, actor_name, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		m.ID, m.Area, m.Year, m.Seq, m.State, m.RulesHash, m.InputHash, m.Inputs, m.Outcome, m.ResultHash, m.Replaces, m.Reason,
		m.Actor, m.ActorName, m.CreatedAt, m.Version)
	if db.IsUnique(err) {
		return errs.Conflict("results.changed", "Somebody settled this year at the same time; look at that one first.")
	}
	return err
}

// updateSettlement stores the state and raises the version, with the trace.
func updateSettlement(ctx context.Context, tx *db.Tx, m *Settlement, action, note string) error {
	n, err := tx.Exec(ctx, "UPDATE settlement SET state = $1, settled_at = $2, appeal_until = $3, version = version + 1 WHERE id = $4 AND version = $5",
		m.State, m.SettledAt, m.AppealUntil, m.ID, m.Version)
	if err != nil {
		return fmt.Errorf("store settlement %s: %w", m.ID, err)
	}
	if n == 0 {
		return errs.Conflict("results.changed", "Somebody changed this settlement in the meantime.").With(m)
	}
	m.Version++
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "settlement", ObjectID: m.ID, Area: m.Area,
		Detail: map[string]any{"state": m.State, "result": m.ResultHash, "note": note}})
}

func findSettlement(ctx context.Context, tx *db.Tx, id string) (*Settlement, error) {
	m, err := db.Get[Settlement](ctx, tx, "SELECT "+settlementColumns+" FROM settlement WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("results.not_found", "There is no such settlement.")
	} else if err != nil {
		return nil, fmt.Errorf("find settlement %s: %w", id, err)
	}
	return &m, m.complete(ctx, tx)
}

func (m *Settlement) complete(ctx context.Context, tx *db.Tx) (err error) {
	m.Signatures, err = db.All[Signature](ctx, tx, "SELECT user_id, name, result_hash, note, at FROM settlement_signature WHERE settlement_id = $1 ORDER BY at, user_id", m.ID)
	if m.Signatures == nil {
		m.Signatures = []Signature{}
	}
	return err
}

func lastSettlement(ctx context.Context, tx *db.Tx, area string, year int) (*Settlement, error) {
	m, err := db.Get[Settlement](ctx, tx, "SELECT "+settlementColumns+" FROM settlement WHERE area = $1 AND year = $2 AND state <> 'dropped' ORDER BY seq DESC LIMIT 1", area, year)
	if errors.Is(err, db.ErrNoRows) {
		// Dropped ones keep their number.
		seq, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(seq), 0) FROM settlement WHERE area = $1 AND year = $2", area, year)
		if err != nil || seq == 0 {
			return nil, errors.Join(err, errs.NotFound("results.not_found", "There is no settlement of this year."))
		}
		return &Settlement{Seq: seq, State: Dropped}, nil
	} else if err != nil {
		return nil, fmt.Errorf("find settlement of %d: %w", year, err)
	}
	seq, err := db.Get[int](ctx, tx, "SELECT MAX(seq) FROM settlement WHERE area = $1 AND year = $2", area, year)
	if err != nil {
		return nil, fmt.Errorf("number settlements of %d: %w", year, err)
	}
	m.Seq = seq
	return &m, m.complete(ctx, tx)
}

// mayRead says whether the caller sees a settlement: signed ones with PermRead, unsigned ones with PermManage or PermSign for the
// whole district.
func mayRead(ctx context.Context, m *Settlement) bool {
	p := auth.From(ctx)
	if p == nil {
		return false
	}
	if p.Covers(m.Area) && (p.Has(PermManage) || p.Has(PermSign)) {
		return true
	}
	if m.State != Settled && m.State != Replaced || !p.Has(PermRead) {
		return false
	}
	return p.Covers(m.Area) || withinDistrict(p, m.Area)
}

// withinDistrict says whether one of the caller's areas lies in the district.
func withinDistrict(p *auth.Principal, district string) bool {
	for _, a := range p.Areas {
		if len(a) >= len(district) && a[:len(district)] == district {
			return true
		}
	}
	return false
}

// Settlement returns one settlement. Needs PermRead; one without two signatures needs PermManage or PermSign in the area, else NotFound.
func (s *Service) Settlement(ctx context.Context, id string) (m *Settlement, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if m, err = findSettlement(ctx, tx, id); err != nil {
			return err
		}
		if !mayRead(ctx, m) {
			return errs.NotFound("results.not_found", "There is no such settlement.")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Settlements lists what the caller sees, newest first, without inputs and departments. Needs PermRead, PermManage or PermSign.
func (s *Service) Settlements(ctx context.Context) (list []Settlement, err error) {
	list = []Settlement{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All[Settlement](ctx, tx, "SELECT "+settlementColumns+" FROM settlement ORDER BY year DESC, seq DESC LIMIT 200")
		if err != nil {
			return err
		}
		signed, err := allSignatures(ctx, tx)
		for i := range rows {
			m := &rows[i]
			if !mayRead(ctx, m) {
				continue
			}
			m.Signatures = append([]Signature{}, signed[m.ID]...)
			m.Inputs.V, m.Outcome.V = Input{Year: m.Year}, Outcome{Year: m.Year, Basis: m.Outcome.V.Basis, Complete: m.Outcome.V.Complete}
			list = append(list, *m)
		}
		return err
	})
	return list, err
}

// allSignatures returns the signatures of the settlements that Settlements lists, by settlement.
func allSignatures(ctx context.Context, tx *db.Tx) (map[string][]Signature, error) {
	rows, err := db.All[struct {
		Settlement string `db:"settlement_id"`
		Signature
	}](ctx, tx, `SELECT settlement_id, user_id, name, result_hash, note, at FROM settlement_signature
		WHERE settlement_id IN (SELECT id FROM settlement ORDER BY year DESC, seq DESC LIMIT 200) ORDER BY at, user_id`)
	out := map[string][]Signature{}
	for _, r := range rows {
		out[r.Settlement] = append(out[r.Settlement], r.Signature)
	}
	return out, err
}
