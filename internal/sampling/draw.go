package sampling

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// DrawState is where a draw stands.
type DrawState string

// States of a draw.
const (
	Sealed    DrawState = "sealed"    // the digest of the seed is on record, nobody knows the seed
	DrawDone  DrawState = "drawn"     // the list exists and never changes
	Abandoned DrawState = "abandoned" // sealed anew before the plan was frozen; stays on record
)

// Draw is the drawing of the sample of a wave, with everything by which it can be repeated.
type Draw struct {
	ID          string                         `db:"id" json:"id"`
	WaveID      string                         `db:"wave_id" json:"wave_id"`
	Area        string                         `db:"area" json:"area"`
	State       DrawState                      `db:"state" json:"state" enum:"sealed,drawn,abandoned"`
	SeedDigest  string                         `db:"seed_digest" json:"seed_digest" doc:"SHA-256 of the seed"`
	Beacon      string                         `db:"beacon" json:"beacon,omitempty" doc:"the public number, when one was named in the design"`
	FrameID     string                         `db:"frame_id" json:"frame_id"`
	UnitFrameID string                         `db:"unit_frame_id" json:"unit_frame_id,omitempty"`
	Design      db.JSON[survey.SamplingDesign] `db:"design" json:"design"`
	Resting     db.JSON[Resting]               `db:"resting" json:"resting"`
	Strata      db.JSON[[]StratumReport]       `db:"strata" json:"strata"`
	Drawn       int                            `db:"drawn" json:"drawn"`
	Reserves    int                            `db:"reserves" json:"reserves"`
	ListHash    string                         `db:"list_hash" json:"list_hash,omitempty" doc:"SHA-256 of the list drawn"`
	Reason      string                         `db:"reason" json:"reason,omitempty" doc:"why it was abandoned"`
	SealedBy    string                         `db:"sealed_by" json:"-"`
	SealedAt    clock.Time                     `db:"sealed_at" json:"sealed_at"`
	DrawnBy     string                         `db:"drawn_by" json:"-"`
	DrawnAt     *clock.Time                    `db:"drawn_at" json:"drawn_at,omitempty"`
	Version     int                            `db:"version" json:"version"`

	Seed string `db:"-" json:"seed,omitempty" doc:"shown once the wave is closed; before, it would tell who was drawn"`

	SealedSeed string `db:"seed" json:"-"`
}

// Resting says who was left out of a draw because an earlier one took them.
type Resting struct {
	Draws   []string `json:"draws" doc:"the draws of the years of rest, oldest first"`
	Members int      `json:"members" doc:"households and units they took, reserves with them"`
}

const drawColumns = `id, wave_id, area, state, seed_digest, seed, beacon, frame_id, unit_frame_id, design, resting, strata, drawn, reserves, list_hash, reason,
	sealed_by, sealed_at, drawn_by, drawn_at, version`

// seedDigest is what is made known of a seed.
func seedDigest(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:])
}

func seedAAD(drawID string) string { return "sample_draw.seed." + drawID }

// currentDraw returns the draw of a wave that is not abandoned.
func currentDraw(ctx context.Context, tx *db.Tx, waveID string) (*Draw, error) {
	d, err := db.Get[Draw](ctx, tx, "SELECT "+drawColumns+" FROM sample_draw WHERE wave_id = $1 AND state <> 'abandoned'", waveID)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("sampling.draw_not_found", "No sample is sealed or drawn for this wave.")
	}
	return &d, err
}

// DrawView is the draw of a wave with what was sealed before it and given up, and how far its list was used.
type DrawView struct {
	*Draw
	Frame     *Frame       `json:"frame,omitempty"`
	UnitFrame *Frame       `json:"unit_frame,omitempty"`
	Abandoned []Draw       `json:"abandoned"`
	Progress  []DrawCounts `json:"progress"`
}

// DrawCounts counts the invitations of one street and group.
type DrawCounts struct {
	Street     string       `db:"street" json:"street"`
	StreetName string       `db:"-" json:"street_name"`
	Group      survey.Group `db:"grp" json:"group"`
	Drawn      int          `db:"drawn" json:"drawn"`
	Spent      int          `db:"spent" json:"spent"`
	Replaced   int          `db:"replaced" json:"replaced"`
	Reserves   int          `db:"reserves" json:"reserves" doc:"reserves left"`
	Letters    int          `db:"letters" json:"letters" doc:"households and units that were sent a letter"`
}

// Draw returns the draw of a wave. Needs PermRead over its district; NotFound when nothing is sealed.
func (s *Service) Draw(ctx context.Context, waveID string) (v *DrawView, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err := s.drawFor(ctx, tx, waveID, PermRead)
		if err != nil {
			return err
		}
		v = &DrawView{Draw: d}
		if err := s.reveal(ctx, tx, d); err != nil {
			return err
		}
		if d.FrameID != "" {
			if v.Frame, err = findFrame(ctx, tx, d.FrameID); err != nil {
				return err
			}
		}
		if d.UnitFrameID != "" {
			if v.UnitFrame, err = findFrame(ctx, tx, d.UnitFrameID); err != nil {
				return err
			}
		}
		if v.Abandoned, err = db.All[Draw](ctx, tx, "SELECT "+drawColumns+" FROM sample_draw WHERE wave_id = $1 AND state = 'abandoned' ORDER BY sealed_at DESC LIMIT 50", waveID); err != nil {
			return err
		}
		v.Progress, err = db.All[DrawCounts](ctx, tx, `SELECT street, grp, SUM(CASE WHEN reserve THEN 0 ELSE 1 END) AS drawn, SUM(CASE WHEN state = 'spent' THEN 1 ELSE 0 END) AS spent,
			SUM(CASE WHEN state = 'replaced' THEN 1 ELSE 0 END) AS replaced, SUM(CASE WHEN state = 'reserve' THEN 1 ELSE 0 END) AS reserves,
			SUM(CASE WHEN letters > 0 THEN 1 ELSE 0 END) AS letters FROM invitation WHERE wave_id = $1 GROUP BY street, grp ORDER BY street, grp`, waveID)
		return err
	})
	for i := 0; err == nil && i < len(v.Progress); i++ {
		v.Progress[i].StreetName, err = s.areaName(ctx, v.Progress[i].Street)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (s *Service) drawFor(ctx context.Context, tx *db.Tx, waveID, permission string) (*Draw, error) {
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	d, err := currentDraw(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	return d, auth.RequireArea(ctx, permission, d.Area)
}

// reveal shows the seed once the wave is closed.
func (s *Service) reveal(ctx context.Context, tx *db.Tx, d *Draw) error {
	w, err := s.surveys.WaveTx(auth.System(ctx, "sampling"), tx, d.WaveID)
	if err != nil || d.State != DrawDone {
		return err
	}
	switch w.State {
	case survey.Draft, survey.Piloting, survey.Frozen, survey.Fieldwork:
		return nil
	}
	d.Seed, err = s.openSeed(d)
	return err
}

func (s *Service) openSeed(d *Draw) (string, error) {
	seed, err := s.box.Open(d.SealedSeed, seedAAD(d.ID))
	if err != nil {
		return "", fmt.Errorf("seed of draw %s: %w", d.ID, err)
	}
	if seedDigest(string(seed)) != d.SeedDigest {
		return "", errs.Conflict("sampling.seed_altered", "The seed is not the one whose digest was made known.")
	}
	return string(seed), nil
}
