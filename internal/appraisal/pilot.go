package appraisal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// PilotRound is what one round of a wave's pilot showed. A kept round never changes; the one that is running has Seq after the
// last and no id.
type PilotRound struct {
	ID        string               `db:"id" json:"id,omitempty"`
	WaveID    string               `db:"wave_id" json:"wave_id"`
	Seq       int                  `db:"seq" json:"seq"`
	Note      string               `db:"note" json:"note,omitempty"`
	Result    db.JSON[PilotResult] `db:"result" json:"result"`
	Actor     string               `db:"actor" json:"actor,omitempty"`
	CreatedAt *clock.Time          `db:"created_at" json:"created_at,omitempty"`
}

// Pilot is the pilot of a wave: its rounds and how two of them differ.
type Pilot struct {
	Streets    []string         `json:"streets" doc:"where the questionnaires are tried; empty: anywhere"`
	State      survey.State     `json:"state"`
	Rounds     []PilotRound     `json:"rounds" doc:"oldest first; the last one may still be running"`
	Comparison *PilotComparison `json:"comparison,omitempty" doc:"absent with fewer than two rounds"`
}

const roundColumns = "id, wave_id, seq, note, result, actor, created_at"

// Pilot returns the rounds of a wave's pilot and compares two of them; 0 stands for the last two. Needs survey.manage or PermScore
// in the wave's district.
func (s *Service) Pilot(ctx context.Context, waveID string, from, to int) (p *Pilot, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.pilotWave(ctx, tx, waveID, survey.PermManage, PermScore)
		if err != nil {
			return err
		}
		p = &Pilot{Streets: append([]string{}, w.Plan.V.Pilot...), State: w.State}
		if p.Rounds, err = db.All[PilotRound](ctx, tx, "SELECT "+roundColumns+" FROM pilot_round WHERE wave_id = $1 ORDER BY seq LIMIT 50", w.ID); err != nil {
			return err
		}
		running, _, err := s.measureRound(ctx, tx, w)
		if err != nil {
			return err
		}
		if running.Answers > 0 {
			p.Rounds = append(p.Rounds, PilotRound{WaveID: w.ID, Seq: len(p.Rounds) + 1, Result: db.JSON[PilotResult]{V: *running}})
		}
		p.Comparison, err = pickRounds(p.Rounds, from, to)
		return err
	})
	return p, err
}

func (s *Service) pilotWave(ctx context.Context, tx *db.Tx, waveID string, permissions ...string) (*survey.Wave, error) {
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	return w, requireEither(ctx, w.Area, permissions...)
}

func pickRounds(rounds []PilotRound, from, to int) (*PilotComparison, error) {
	if from == 0 && to == 0 {
		if len(rounds) < 2 {
			return nil, nil
		}
		from, to = len(rounds)-1, len(rounds)
	}
	if from < 1 || to < 1 || from > len(rounds) || to > len(rounds) || from == to {
		return nil, errs.Invalid("appraisal.no_such_round", fmt.Sprintf("Compare two different rounds from 1 to %d.", len(rounds)))
	}
	return comparePilots(&rounds[from-1].Result.V, &rounds[to-1].Result.V, from, to), nil
}

// KeepRound ends the running round of a pilot and keeps what it showed, before the questionnaires are revised. Needs survey.manage
// in the wave's district; Conflict when no pilot answers came in since the last round.
func (s *Service) KeepRound(ctx context.Context, waveID, note string) (round *PilotRound, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if round, err = s.KeepRoundTx(ctx, tx, waveID, note); err != nil {
			return err
		}
		if round == nil {
			return errs.Conflict("appraisal.no_pilot_answers", "No pilot answers came in since the last round.")
		}
		return nil
	})
	return round, err
}

// KeepRoundTx is KeepRound inside the caller's transaction; it returns nil when there is nothing to keep. The program calls it
// when a wave leaves the pilot, so that no round is lost.
func (s *Service) KeepRoundTx(ctx context.Context, tx *db.Tx, waveID, note string) (*PilotRound, error) {
	w, err := s.pilotWave(ctx, tx, waveID, survey.PermManage)
	if err != nil {
		return nil, err
	}
	result, members, err := s.measureRound(ctx, tx, w)
	if err != nil || result.Answers == 0 {
		return nil, err
	}
	seq, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(seq), 0) + 1 FROM pilot_round WHERE wave_id = $1", w.ID)
	if err != nil {
		return nil, err
	}
	r := &PilotRound{ID: db.NewID(tx), WaveID: w.ID, Seq: seq, Note: strings.TrimSpace(note), Result: db.JSON[PilotResult]{V: *result}, Actor: auth.From(ctx).Name, CreatedAt: clock.Ptr(tx.Now())}
	_, err = tx.Exec(ctx, `INSERT INTO pilot_round (id, wave_id, seq, note, result, members, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, r.WaveID, r.Seq, r.Note, r.Result, db.JSON[[]string]{V: members}, r.Actor, r.CreatedAt)
	if err != nil {
		return nil, fmt.Errorf("keep round of wave %s: %w", w.ID, err)
	}
	return r, errors.Join(audit.Log(ctx, tx, audit.Entry{Action: "appraisal.pilot_round_kept", Object: "wave", ObjectID: w.ID, Area: w.Area,
		Detail: map[string]any{"round": seq, "answers": result.Answers}}))
}

// measureRound measures the pilot answers that belong to no kept round, with the questionnaires the plan names now.
func (s *Service) measureRound(ctx context.Context, tx *db.Tx, w *survey.Wave) (*PilotResult, []string, error) {
	kept := map[string]bool{}
	err := db.Each(ctx, tx, "SELECT members FROM pilot_round WHERE wave_id = $1", []any{w.ID}, func(m *db.JSON[[]string]) error {
		for _, id := range m.V {
			kept[id] = true
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	forms, err := s.surveys.FormsTx(ctx, tx, w)
	if errs.KindOf(err) == errs.KindNotFound { // a plan without questionnaires yet: nothing was asked
		return &PilotResult{}, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	m := newPilotMeter(w, forms)
	members := []string{}
	err = s.surveys.PilotTx(ctx, tx, w, func(e *survey.Evidence) error {
		if !kept[e.ID] {
			members = append(members, e.ID)
			m.take(e)
		}
		return nil
	})
	return m.result(), members, err
}
