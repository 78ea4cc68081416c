package sampling

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Perform draws the sample of a frozen wave with the sealed seed, once. See PerformTx.
func (s *Service) Perform(ctx context.Context, waveID, beacon string) (d *Draw, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err = s.PerformTx(ctx, tx, waveID, beacon)
		return err
	})
	return d, err
}

// PerformTx is Perform inside the caller's transaction. The wave is frozen or in fieldwork; when the design names a public number,
// beacon is that number. Needs PermManage; Conflict when the sample is drawn already, the plan holds another seed, a frame was
// altered, or a street has too few households.
func (s *Service) PerformTx(ctx context.Context, tx *db.Tx, waveID, beacon string) (*Draw, error) {
	d, err := s.drawFor(ctx, tx, waveID, PermManage)
	if err != nil {
		return nil, err
	}
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if err := d.ready(w, beacon); err != nil {
		return nil, err
	}
	d.Design.V, d.Beacon = *w.Plan.V.Sampling, strings.TrimSpace(beacon)
	if d.Resting.V.Draws, err = restingDraws(ctx, tx, d, tx.Time()); err != nil {
		return nil, err
	}
	list, err := s.repeat(ctx, tx, d, w.Plan.V.Streets())
	if err != nil {
		return nil, err
	}
	d.State, d.DrawnAt, d.DrawnBy = DrawDone, clock.Ptr(tx.Now()), auth.From(ctx).UserID
	n, err := tx.Exec(ctx, `UPDATE sample_draw SET state = $1, beacon = $2, design = $3, resting = $4, strata = $5, drawn = $6, reserves = $7, list_hash = $8,
		drawn_by = $9, drawn_at = $10, version = version + 1 WHERE id = $11 AND state = 'sealed'`,
		d.State, d.Beacon, d.Design, d.Resting, d.Strata, d.Drawn, d.Reserves, d.ListHash, d.DrawnBy, d.DrawnAt, d.ID)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.Conflict("sampling.drawn_already", "The sample of this wave is drawn; it is not drawn again.").With(d)
	}
	d.Version++
	if err := insertInvitations(ctx, tx, d, list); err != nil {
		return nil, err
	}
	return d, audit.Log(ctx, tx, audit.Entry{Action: "sampling.drawn", Object: "sample_draw", ObjectID: d.ID, Area: d.Area,
		Detail: map[string]any{"wave": waveID, "drawn": d.Drawn, "reserves": d.Reserves, "list_hash": d.ListHash}})
}

// ready returns why a sample cannot be drawn now.
func (d *Draw) ready(w *survey.Wave, beacon string) error {
	plan := w.Plan.V.Sampling
	switch {
	case d.State == DrawDone:
		return errs.Conflict("sampling.drawn_already", "The sample of this wave is drawn; it is not drawn again.").With(d)
	case w.State != survey.Frozen && w.State != survey.Fieldwork:
		return errs.Conflict("sampling.not_frozen", "Freeze the plan of the wave first: after it, design, frames and seed cannot change.").With(w.State)
	case plan == nil || plan.SeedDigest != d.SeedDigest || plan.FrameID != d.FrameID || plan.UnitFrameID != d.UnitFrameID:
		return errs.Conflict("sampling.plan_differs", "The frozen plan holds another seed or frame than the one sealed.")
	case plan.Beacon != "" && strings.TrimSpace(beacon) == "":
		return errs.Invalid("sampling.beacon_required", "The design names a public number; enter it.", errs.Field{Location: "body.beacon", Message: "required"})
	case plan.Beacon == "" && strings.TrimSpace(beacon) != "":
		return errs.Invalid("sampling.beacon_unplanned", "The design names no public number, so none can be mixed in.", errs.Field{Location: "body.beacon", Message: "leave empty"})
	}
	return nil
}

// restingDraws lists the draws whose members rest: of the same district, in the years before.
func restingDraws(ctx context.Context, tx *db.Tx, d *Draw, now clock.Time) ([]string, error) {
	if d.Design.V.RestYears == 0 {
		return []string{}, nil
	}
	since := clock.At(now.AddDate(-d.Design.V.RestYears, 0, 0))
	return db.All[string](ctx, tx, "SELECT id FROM sample_draw WHERE area = $1 AND state = 'drawn' AND id <> $2 AND drawn_at >= $3 AND drawn_at <= $4 ORDER BY drawn_at, id",
		d.Area, d.ID, since, now)
}

// repeat draws the list from what the draw has on record, and fills in its counts and hashes.
func (s *Service) repeat(ctx context.Context, tx *db.Tx, d *Draw, streets []string) ([]pick, error) {
	seed, err := s.openSeed(d)
	if err != nil {
		return nil, err
	}
	run := drawing{design: &d.Design.V, streets: streets, seed: seed, hashes: map[string]string{string(Households): d.Design.V.FrameHash, string(Units): d.Design.V.UnitFrameHash}}
	if d.Beacon != "" {
		run.seed += "\n" + d.Beacon
	}
	if run.households, err = s.frameBlocks(ctx, tx, d.FrameID, d.Design.V.FrameHash); err != nil {
		return nil, err
	}
	if run.units, err = s.frameBlocks(ctx, tx, d.UnitFrameID, d.Design.V.UnitFrameHash); err != nil {
		return nil, err
	}
	if run.resting, err = restingMembers(ctx, tx, d.Resting.V.Draws); err != nil {
		return nil, err
	}
	list, reports, err := run.run()
	if err != nil {
		return nil, err
	}
	d.Strata.V, d.Resting.V.Members, d.ListHash, d.Drawn, d.Reserves = reports, len(run.resting), listHash(list), 0, 0
	for i := range reports {
		d.Drawn += reports[i].Drawn
		d.Reserves += reports[i].Reserves
	}
	return list, nil
}

func (s *Service) frameBlocks(ctx context.Context, tx *db.Tx, id, hash string) ([]block, error) {
	if id == "" {
		return nil, nil
	}
	f, err := findFrame(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if f.State != FrameClosed || f.Hash != hash {
		return nil, errs.Conflict("sampling.frame_altered", "The frame is not the one that was sealed.").With(f)
	}
	return s.readBlocks(ctx, tx, f)
}

// restingMembers are the digests of everybody whom the draws took.
func restingMembers(ctx context.Context, tx *db.Tx, draws []string) (map[memberKey]bool, error) {
	resting := map[memberKey]bool{}
	if len(draws) == 0 {
		return resting, nil
	}
	type taken struct {
		FrameID string `db:"frame_id"`
		Block   string `db:"block"`
		Member  int    `db:"member"`
	}
	var args []any
	list, err := db.All[taken](ctx, tx, "SELECT frame_id, block, member FROM invitation WHERE draw_id IN ("+placeholders(&args, draws)+") ORDER BY frame_id, block", args...)
	if err != nil {
		return nil, err
	}
	frames := []string{}
	for i := range list {
		if !slices.Contains(frames, list[i].FrameID) {
			frames = append(frames, list[i].FrameID)
		}
	}
	keys := map[taken][]byte{}
	args = nil
	err = db.Each(ctx, tx, "SELECT "+blockKeys+" FROM frame_block WHERE frame_id IN ("+placeholders(&args, frames)+")", args, func(b *block) error {
		raw, err := base64.StdEncoding.DecodeString(b.Keys)
		keys[taken{FrameID: b.FrameID, Block: b.Code}] = raw
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		raw := keys[taken{FrameID: t.FrameID, Block: t.Block}]
		if 8*t.Member+8 > len(raw) {
			return nil, fmt.Errorf("frame %s has no member %d in %s", t.FrameID, t.Member, t.Block)
		}
		resting[memberKey(raw[8*t.Member:8*t.Member+8])] = true
	}
	return resting, nil
}

const blockKeys = "frame_id, code, member_keys"

func insertInvitations(ctx context.Context, tx *db.Tx, d *Draw, list []pick) error {
	const columns = "id, draw_id, wave_id, place, street, community, block, grp, frame_id, member, weight, eligible, sheet, reserve, state, replaces, reason, letters"
	frames := map[FrameKind]string{Households: d.FrameID, Units: d.UnitFrameID}
	return insert(ctx, tx, "invitation", columns, len(list), func(i int, args []any) []any {
		p := &list[i]
		state := Open
		if p.reserve {
			state = Reserve
		}
		return append(args, db.NewID(tx), d.ID, d.WaveID, i+1, p.street, p.community, p.block, p.group, frames[p.frame], p.member, p.weight, p.eligible, p.sheet,
			p.reserve, state, "", "", 0)
	})
}
