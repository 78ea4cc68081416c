package cases

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/workflow"
)

// tick brings the clocks in line with the state the case has come to: what ran for another stage stops, the clock of the
// stage starts, and in a pausing state the clock of the lead unit stands still.
func (s *Service) tick(ctx context.Context, tx *db.Tx, t *step, st workflow.State) error {
	c := t.c
	if c.Stage == st.Stage && t.action.Clock == "keep" || t.action.To == "" && c.State == t.from {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE case_clock SET stopped_at = $1, next_at = NULL, outcome = CASE WHEN due_at < $1 THEN 'late' ELSE 'met' END
		WHERE case_id = $2 AND part_id = '' AND stopped_at IS NULL`, tx.Time(), c.ID); err != nil {
		return err
	}
	c.Stage, c.DueAt, c.WarnAt = st.Stage, nil, nil
	if st.Stage == "" {
		return nil
	}
	limit, basis := s.limitFor(c, st.Stage)
	k := &Clock{ID: db.NewID(tx), CaseID: c.ID, Kind: st.Stage, Round: 1 + c.Reworks + c.Reopens, Level: c.Level, UnitID: c.Holder, AreaCode: c.AreaCode,
		StartedAt: tx.Time(), LimitN: limit.N, LimitUnit: string(limit.Unit), Basis: basis, Phase: "green"}
	calendar := s.Calendar.Current()
	k.Calendar = calendar.Version()
	due := clock.At(calendar.Due(tx.Now(), limit))
	k.DueAt, k.NextAt, c.DueAt = &due, &due, &due
	k.Pauses.V = []Pause{}
	return insertClock(ctx, tx, k)
}

func insertClock(ctx context.Context, tx *db.Tx, k *Clock) error {
	_, err := tx.Exec(ctx, "INSERT INTO case_clock ("+clockColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		k.ID, k.CaseID, k.PartID, k.Kind, k.Round, k.Level, k.UnitID, k.UnitName, k.AreaCode, k.StartedAt, k.LimitN, k.LimitUnit, k.Calendar, k.Basis,
		k.DueAt, k.Pauses, k.PausedAt, k.Phase, k.NextAt, k.StoppedAt, k.Outcome)
	return err
}

// limitFor returns the limit of a stage and where it comes from.
func (s *Service) limitFor(c *Case, stage string) (workcal.Limit, string) {
	if stage == StageHandle {
		if leaf, ok := s.Duties.Catalog().Leaf(c.Category); ok {
			return leaf.Limit, "category " + leaf.Code
		}
	}
	return workcal.Limit{N: 2, Unit: workcal.WorkHour}, "default"
}

// promise sets by when the handling is promised, from the time of filing.
func (s *Service) promise(tx *db.Tx, c *Case) error {
	limit, _ := s.limitFor(c, StageHandle)
	due := clock.At(s.Calendar.Current().Due(tx.Now(), limit))
	c.PromisedAt = &due
	return nil
}

// startPart starts the clock of a part and returns when it is due.
func (s *Service) startPart(ctx context.Context, tx *db.Tx, c *Case, p *Part) (*clock.Time, error) {
	limit, basis := s.limitFor(c, StageHandle)
	due := clock.At(s.Calendar.Current().Due(tx.Now(), limit))
	k := &Clock{ID: db.NewID(tx), CaseID: c.ID, PartID: p.ID, Kind: StagePart, Round: 1, Level: c.Level, UnitID: p.UnitID, UnitName: p.UnitName, AreaCode: c.AreaCode,
		StartedAt: tx.Time(), LimitN: limit.N, LimitUnit: string(limit.Unit), Calendar: s.Calendar.Current().Version(), Basis: basis, Phase: "green", DueAt: &due, NextAt: &due}
	k.Pauses.V = []Pause{}
	return &due, insertClock(ctx, tx, k)
}

// stopPart stops the clock of a part; met only if the part was done and not merely ended.
func (s *Service) stopPart(ctx context.Context, tx *db.Tx, p *Part, done bool) error {
	_, err := tx.Exec(ctx, `UPDATE case_clock SET stopped_at = $1, next_at = NULL, outcome = CASE WHEN NOT $2 THEN 'void' WHEN due_at < $1 THEN 'late' ELSE 'met' END
		WHERE part_id = $3 AND stopped_at IS NULL`, tx.Time(), done, p.ID)
	return err
}
