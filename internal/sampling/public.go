package sampling

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// PublicDraw is what anybody may know of a draw: before it the digest of the seed, after it the hash of the list, after the wave
// the seed itself. With the frame they prove that nobody chose whom to ask.
type PublicDraw struct {
	Wave          string        `json:"wave"`
	Name          string        `json:"name"`
	State         DrawState     `json:"state" enum:"sealed,drawn"`
	SeedDigest    string        `json:"seed_digest"`
	Seed          string        `json:"seed,omitempty"`
	BeaconName    string        `json:"beacon_name,omitempty"`
	Beacon        string        `json:"beacon,omitempty"`
	FrameHash     string        `json:"frame_hash,omitempty"`
	UnitFrameHash string        `json:"unit_frame_hash,omitempty"`
	PlanHash      string        `json:"plan_hash,omitempty"`
	ListHash      string        `json:"list_hash,omitempty"`
	Drawn         int           `json:"drawn"`
	Reserves      int           `json:"reserves"`
	SealedAt      clock.Time    `json:"sealed_at"`
	DrawnAt       *clock.Time   `json:"drawn_at,omitempty"`
	Earlier       []EarlierSeal `json:"earlier" doc:"seeds that were sealed before and given up, with the reasons"`
	Design        *PublicDesign `json:"design"`
}

// EarlierSeal is a seed that was given up before the draw.
type EarlierSeal struct {
	SeedDigest string     `db:"seed_digest" json:"seed_digest"`
	Reason     string     `db:"reason" json:"reason"`
	SealedAt   clock.Time `db:"sealed_at" json:"sealed_at"`
}

// PublicDesign is the design in the words of the report.
type PublicDesign struct {
	Sizes      map[survey.Group]int `json:"sizes"`
	Allocation string               `json:"allocation"`
	Cluster    survey.Cluster       `json:"cluster,omitempty"`
	Within     survey.Within        `json:"within"`
	RestYears  int                  `json:"rest_years"`
}

// Published returns what anybody may know of the draw of a wave, by its id or code. Anybody may; NotFound while nothing is sealed.
func (s *Service) Published(ctx context.Context, wave string) (*PublicDraw, error) {
	ctx = auth.System(ctx, "sampling")
	w, err := s.surveys.FindWave(ctx, wave)
	if errs.KindOf(err) == errs.KindConflict {
		return nil, errs.NotFound("sampling.draw_not_found", "No sample is sealed or drawn for this wave.")
	} else if err != nil {
		return nil, err
	}
	var p *PublicDraw
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err := currentDraw(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		if err := s.reveal(ctx, tx, d); err != nil {
			return err
		}
		design := &d.Design.V
		p = &PublicDraw{Wave: w.Code, Name: w.Name, State: d.State, SeedDigest: d.SeedDigest, Seed: d.Seed, BeaconName: design.Beacon, Beacon: d.Beacon,
			FrameHash: design.FrameHash, UnitFrameHash: design.UnitFrameHash, PlanHash: w.PlanHash, ListHash: d.ListHash, Drawn: d.Drawn, Reserves: d.Reserves,
			SealedAt: d.SealedAt, DrawnAt: d.DrawnAt,
			Design: &PublicDesign{Sizes: design.Sizes, Allocation: design.Allocation, Cluster: design.Cluster, Within: design.Within, RestYears: design.RestYears}}
		p.Earlier, err = db.All[EarlierSeal](ctx, tx, "SELECT seed_digest, reason, sealed_at FROM sample_draw WHERE wave_id = $1 AND state = 'abandoned' ORDER BY sealed_at LIMIT 50", w.ID)
		return err
	})
	return p, err
}
