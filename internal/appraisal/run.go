package appraisal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/survey"
)

// Run is one immutable computation of a wave's result.
type Run struct {
	ID          string           `db:"id" json:"id"`
	WaveID      string           `db:"wave_id" json:"wave_id"`
	Seq         int              `db:"seq" json:"seq"`
	CodeVersion string           `db:"code_version" json:"code_version"`
	InputHash   string           `db:"input_hash" json:"input_hash"`
	Inputs      db.JSON[inputs]  `db:"inputs" json:"-"`
	ResultHash  string           `db:"result_hash" json:"result_hash"`
	Actor       string           `db:"actor" json:"actor"`
	CreatedAt   clock.Time       `db:"created_at" json:"created_at"`
	Result      *db.JSON[Result] `db:"result" json:"-"`
}

// inputs are the inputs of a run that are stored nowhere else in a form that cannot change.
type inputs struct {
	Names map[string]string `json:"names"`
	Parts parts             `json:"parts"`
}

const runColumns = "id, wave_id, seq, code_version, input_hash, inputs, result_hash, actor, created_at"

// Score computes the result of a closed wave and stores it as an immutable run; the wave becomes scored. A wave that is
// scored can be scored again, for instance after the special part came in; if nothing it depends on has changed, the last run is
// returned. Needs PermScore in the wave's area; Conflict in any other state.
func (s *Service) Score(ctx context.Context, waveID string) (run *Run, err error) {
	in, err := s.gather(ctx, waveID, nil)
	if err != nil {
		return nil, err
	}
	w := in.wave
	if err := auth.RequireArea(ctx, PermScore, w.Area); err != nil {
		return nil, err
	}
	if w.State != survey.Closed && w.State != survey.Scored {
		return nil, errs.Conflict("appraisal.not_closed", fmt.Sprintf("Only a closed wave can be scored; this one is %s.", w.State)).With(w)
	}
	result, books, err := compute(in)
	if err != nil {
		return nil, err
	}
	made := &Run{WaveID: w.ID, CodeVersion: codeVersion, InputHash: in.hash(), Inputs: db.JSON[inputs]{V: inputs{in.names, in.parts}}, Result: &db.JSON[Result]{V: *result}}
	body, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("write result of wave %s: %w", w.ID, err)
	}
	made.ResultHash = digest(body)
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		run, err = s.store(ctx, tx, w, made, string(body), books)
		return err
	})
	return run, err
}

func (s *Service) store(ctx context.Context, tx *db.Tx, w *survey.Wave, made *Run, body string, books map[survey.Channel]*book) (*Run, error) {
	now, err := s.surveys.WaveTx(ctx, tx, w.ID)
	if err != nil {
		return nil, err
	}
	if now.Version != w.Version {
		return nil, errs.Conflict("survey.wave_changed", "Somebody changed this wave in the meantime.").With(now)
	}
	last, err := lastRun(ctx, tx, w.ID)
	if err != nil && errs.KindOf(err) != errs.KindNotFound {
		return nil, err
	}
	if last != nil && last.InputHash == made.InputHash && last.CodeVersion == made.CodeVersion {
		if last.ResultHash != made.ResultHash {
			return nil, fmt.Errorf("run %s of wave %s is not reproducible: result %s became %s", last.ID, w.ID, last.ResultHash, made.ResultHash)
		}
		made = last
	} else {
		made.ID, made.Seq, made.CreatedAt, made.Actor = db.NewID(tx), 1, tx.Time(), auth.From(ctx).UserID
		if last != nil {
			made.Seq = last.Seq + 1
		}
		_, err := tx.Exec(ctx, `INSERT INTO score_run (id, wave_id, seq, code_version, input_hash, inputs, result_hash, result, actor, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, made.ID, made.WaveID, made.Seq, made.CodeVersion, made.InputHash, made.Inputs,
			made.ResultHash, body, made.Actor, made.CreatedAt)
		if err != nil {
			return nil, fmt.Errorf("store run of wave %s: %w", w.ID, err)
		}
		if err := keepBooks(ctx, tx, made.ID, books); err != nil {
			return nil, err
		}
	}
	if w.State == survey.Closed {
		if _, err := s.surveys.MoveTx(ctx, tx, w.ID, "score", ""); err != nil {
			return nil, err
		}
	}
	return made, errors.Join(
		audit.Log(ctx, tx, audit.Entry{Action: "appraisal.score", Object: "wave", ObjectID: w.ID, Area: w.Area,
			Detail: map[string]any{"run": made.ID, "seq": made.Seq, "input": made.InputHash, "result": made.ResultHash}}),
		outbox.Emit(ctx, tx, TopicScored, w.ID, Event{WaveID: w.ID, RunID: made.ID}))
}

// gather reads everything a result depends on in one snapshot. frozen, when given, replaces what may have changed since:
// area names and the two other parts.
func (s *Service) gather(ctx context.Context, waveID string, frozen *inputs) (in input, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		stored, err := s.SystemTx(ctx, tx, w.Plan.V.IndicatorSystem)
		if err != nil {
			return err
		}
		if stored.Hash != w.Plan.V.SystemHash {
			return errs.Conflict("appraisal.system_changed", "The indicator system is not the one that was frozen with the wave.")
		}
		in.wave, in.system = w, &stored.Body.V
		if in.forms, err = s.surveys.FormsTx(ctx, tx, w); err != nil {
			return err
		}
		if in.answers, err = s.surveys.MarkedTx(ctx, tx, w); err != nil {
			return err
		}
		if frozen != nil {
			in.names, in.parts = frozen.Names, frozen.Parts
			return nil
		}
		if in.names, err = s.names(ctx, tx, w.Area); err != nil {
			return err
		}
		in.parts, err = s.partsTx(ctx, tx, w)
		return err
	})
	return in, err
}

// hash identifies the inputs: plan, system, names, parts, all answers that count, whatever the order of rows was, and how many do not.
func (in *input) hash() string {
	frozen, err := json.Marshal(inputs{in.names, in.parts})
	if err != nil {
		panic("appraisal: names and finite numbers always marshal: " + err.Error())
	}
	h := sha256.New()
	for _, part := range []string{in.wave.PlanHash, in.system.Hash(), string(frozen)} {
		_, _ = io.WriteString(h, part+"\n") // a hash takes everything
	}
	line := make([]byte, 0, 128)
	sortAnswers(in.answers)
	aside := 0
	for i := range in.answers {
		a := &in.answers[i]
		if a.Excluded {
			aside++
			continue
		}
		line = append(line[:0], a.Channel...)
		for _, field := range []string{a.Street, a.Community, string(a.Group), a.Sex, a.AgeBand, a.Marks} {
			line = append(append(line, '|'), field...)
		}
		line = strconv.AppendFloat(append(line, '|'), a.Weight, 'g', -1, 64)
		_, _ = h.Write(append(line, '\n'))
	}
	if aside > 0 { // the result says how many
		_, _ = fmt.Fprintf(h, "aside|%d\n", aside)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Verification says whether a stored run can still be computed from what it was computed from.
type Verification struct {
	RunID      string `json:"run_id"`
	SameInputs bool   `json:"same_inputs"`
	SameBytes  bool   `json:"same_bytes"`
	SameCode   bool   `json:"same_code" doc:"the program still uses the code version of the run"`
}

// Verify computes the last run of a wave again and compares the bytes. Needs PermScore or PermPublish in the area.
func (s *Service) Verify(ctx context.Context, waveID string) (*Verification, error) {
	if err := s.mayVerify(ctx, waveID); err != nil {
		return nil, err
	}
	run, err := s.lastOf(ctx, waveID)
	if err != nil {
		return nil, err
	}
	in, err := s.gather(ctx, waveID, &run.Inputs.V)
	if err != nil {
		return nil, err
	}
	result, _, err := compute(in)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("write result of wave %s: %w", waveID, err)
	}
	return &Verification{RunID: run.ID, SameInputs: in.hash() == run.InputHash, SameBytes: digest(body) == run.ResultHash, SameCode: run.CodeVersion == codeVersion}, nil
}

func (s *Service) lastOf(ctx context.Context, waveID string) (run *Run, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		run, err = lastRun(ctx, tx, waveID)
		return err
	})
	return run, err
}

func lastRun(ctx context.Context, tx *db.Tx, waveID string) (*Run, error) {
	run, err := db.Get[Run](ctx, tx, "SELECT "+runColumns+" FROM score_run WHERE wave_id = $1 ORDER BY seq DESC LIMIT 1", waveID)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("appraisal.not_scored", "This wave has not been scored yet.")
	} else if err != nil {
		return nil, fmt.Errorf("find run of wave %s: %w", waveID, err)
	}
	return &run, nil
}

// mayVerify asks before anything is read of answers, and tells nothing of waves to those who may verify none.
func (s *Service) mayVerify(ctx context.Context, waveID string) error {
	if p := auth.From(ctx); !p.Has(PermScore) && !p.Has(PermPublish) {
		return auth.Require(ctx, PermScore)
	}
	return s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		return requireEither(ctx, w.Area, PermScore, PermPublish)
	})
}

func requireEither(ctx context.Context, area string, permissions ...string) (err error) {
	for _, p := range permissions {
		if err = auth.RequireArea(ctx, p, area); err == nil {
			return nil
		}
	}
	return err
}
