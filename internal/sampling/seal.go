package sampling

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Seal writes the design into the plan of a wave, together with the hashes of its frames and the digest of a seed that nobody has
// seen. See SealTx.
func (s *Service) Seal(ctx context.Context, waveID string, version int, design survey.SamplingDesign, reason string) (d *Draw, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err = s.SealTx(ctx, tx, waveID, version, design, reason, "")
		return err
	})
	return d, err
}

// SealTx is Seal inside the caller's transaction. The wave is draft or piloting and has the version given. The seed is random; only
// the program itself may give one (the demonstration, which is to be the same each time). Sealing again needs a reason, and
// what was sealed before stays on record. Frames must be closed. Needs PermManage, and survey.manage for the plan.
func (s *Service) SealTx(ctx context.Context, tx *db.Tx, waveID string, version int, design survey.SamplingDesign, reason, seed string) (*Draw, error) {
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, w.Area); err != nil {
		return nil, err
	}
	if seed == "" {
		var secret [32]byte
		_, _ = rand.Read(secret[:]) // crypto/rand.Read ends the program rather than fail
		seed = hex.EncodeToString(secret[:])
	} else if !auth.From(ctx).System {
		return nil, errs.Forbidden("sampling.seed_given", "The seed is drawn by the program; nobody may choose it.")
	}
	if err := s.bind(ctx, tx, w.Area, &design); err != nil {
		return nil, err
	}
	design.SeedDigest = seedDigest(seed)
	if bad := design.CheckDesign(); len(bad) > 0 {
		return nil, errs.Invalid("sampling.bad_design", "The sampling design is not complete.", bad...)
	}
	if err := s.abandon(ctx, tx, waveID, reason); err != nil {
		return nil, err
	}
	plan := w.Plan.V
	plan.Sampling = &design
	if _, err := s.surveys.SetPlanTx(ctx, tx, waveID, version, plan); err != nil {
		return nil, err
	}
	d := &Draw{ID: db.NewID(tx), WaveID: waveID, Area: w.Area, State: Sealed, SeedDigest: design.SeedDigest, FrameID: design.FrameID, UnitFrameID: design.UnitFrameID,
		Design: db.JSON[survey.SamplingDesign]{V: design}, SealedBy: auth.From(ctx).UserID, SealedAt: tx.Time(), Version: 1}
	d.Strata.V, d.Resting.V.Draws = []StratumReport{}, []string{}
	d.SealedSeed = s.box.Seal([]byte(seed), seedAAD(d.ID))
	if err := insertDraw(ctx, tx, d); err != nil {
		return nil, err
	}
	return d, audit.Log(ctx, tx, audit.Entry{Action: "sampling.sealed", Object: "sample_draw", ObjectID: d.ID, Area: d.Area,
		Detail: map[string]string{"wave": waveID, "seed_digest": d.SeedDigest, "frame_hash": design.FrameHash, "unit_frame_hash": design.UnitFrameHash}})
}

// bind fills in the hashes of the frames of a design.
func (s *Service) bind(ctx context.Context, tx *db.Tx, area string, design *survey.SamplingDesign) error {
	for _, of := range []struct {
		id   string
		kind FrameKind
		hash *string
	}{{design.FrameID, Households, &design.FrameHash}, {design.UnitFrameID, Units, &design.UnitFrameHash}} {
		if *of.hash = ""; of.id == "" {
			continue
		}
		f, err := findFrame(ctx, tx, of.id)
		if err != nil {
			return err
		}
		if f.Kind != of.kind || f.Area != area {
			return errs.Invalid("sampling.wrong_frame", "The frame lists something else or another district; choose one of households and one of units of this district.")
		}
		if f.State != FrameClosed {
			return errs.Conflict("sampling.frame_open", "Close the frame first; until then it has no hash.").With(f)
		}
		*of.hash = f.Hash
	}
	return nil
}

// abandon gives up what was sealed before for the wave.
func (s *Service) abandon(ctx context.Context, tx *db.Tx, waveID, reason string) error {
	old, err := currentDraw(ctx, tx, waveID)
	if errs.KindOf(err) == errs.KindNotFound {
		return nil
	} else if err != nil {
		return err
	}
	if old.State == DrawDone {
		return errs.Conflict("sampling.drawn_already", "The sample of this wave is drawn; it is not drawn again.").With(old)
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return errs.Invalid("sampling.reason_required", "Say why the seed is sealed anew; the earlier one stays on record.", errs.Field{Location: "body.reason", Message: "required"})
	}
	if _, err := tx.Exec(ctx, "UPDATE sample_draw SET state = $1, reason = $2, version = version + 1 WHERE id = $3", Abandoned, reason, old.ID); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "sampling.abandoned", Object: "sample_draw", ObjectID: old.ID, Area: old.Area,
		Detail: map[string]string{"wave": waveID, "seed_digest": old.SeedDigest, "reason": reason}})
}

func insertDraw(ctx context.Context, tx *db.Tx, d *Draw) error {
	_, err := tx.Exec(ctx, "INSERT INTO sample_draw ("+drawColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
		d.ID, d.WaveID, d.Area, d.State, d.SeedDigest, d.SealedSeed, d.Beacon, d.FrameID, d.UnitFrameID, d.Design, d.Resting, d.Strata, d.Drawn, d.Reserves,
		d.ListHash, d.Reason, d.SealedBy, d.SealedAt, d.DrawnBy, d.DrawnAt, d.Version)
	return err
}
