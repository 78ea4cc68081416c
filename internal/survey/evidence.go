package survey

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Permissions of the integrity module that open these verbs; its test holds them equal.
const (
	permEvidence = "integrity.read"
	permDecide   = "integrity.decide"
)

// Evidence is a response as the integrity check sees it: how it came about beside what was answered, and nothing that names
// a person. Device and interviewer are keyed digests.
type Evidence struct {
	ID          string            `db:"id"`
	Channel     Channel           `db:"channel"`
	Mode        Mode              `db:"mode"`
	Street      string            `db:"street"`
	Community   string            `db:"community"`
	Group       Group             `db:"grp"`
	Seconds     int               `db:"seconds"`
	Device      string            `db:"device"`
	Interviewer string            `db:"interviewer"`
	SubmittedAt clock.Time        `db:"submitted_at"`
	Marks       string            `db:"marks"`
	Answers     db.JSON[Answers]  `db:"answers"`
	Paradata    db.JSON[Paradata] `db:"paradata"`
	Flags       int               `db:"flags"`
	Excluded    bool              `db:"excluded"`
}

const evidenceColumns = `id, channel, mode, street, community, grp, seconds, device, interviewer, submitted_at, marks, answers, paradata, flags, excluded`

// EvidenceTx hands every answer of a wave without pilot answers to take, in the order of ids, which are random. Needs
// integrity.read in the wave's whole district. take must not keep the pointer.
func (s *Service) EvidenceTx(ctx context.Context, tx *db.Tx, w *Wave, take func(*Evidence) error) error {
	if err := auth.RequireArea(ctx, permEvidence, w.Area); err != nil {
		return err
	}
	return db.Each(ctx, tx, "SELECT "+evidenceColumns+" FROM response WHERE wave_id = $1 AND NOT pilot ORDER BY id", []any{w.ID}, take)
}

// PilotTx hands the pilot answers of a wave to take, in the order of ids. Needs PermManage or appraisal.score in the wave's
// district: whoever revises the questionnaires.
func (s *Service) PilotTx(ctx context.Context, tx *db.Tx, w *Wave, take func(*Evidence) error) error {
	if err := requireAreaEither(ctx, w.Area, PermManage, permScore); err != nil {
		return err
	}
	return db.Each(ctx, tx, "SELECT "+evidenceColumns+" FROM response WHERE wave_id = $1 AND pilot ORDER BY id", []any{w.ID}, take)
}

// EvidenceOfTx returns some answers of a wave by id, at most 200; ids that are not there are left out. Rights as EvidenceTx.
func (s *Service) EvidenceOfTx(ctx context.Context, tx *db.Tx, w *Wave, ids []string) ([]Evidence, error) {
	if err := auth.RequireArea(ctx, permEvidence, w.Area); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return []Evidence{}, nil
	}
	ids = ids[:min(len(ids), 200)]
	args := []any{w.ID}
	return db.All[Evidence](ctx, tx, "SELECT "+evidenceColumns+" FROM response WHERE wave_id || '' = $1 AND NOT pilot AND id IN "+placeholders(ids, &args)+" ORDER BY id", args...)
}

// FlagTx replaces the flags of a wave's answers: those named get theirs, all others none. Flags are evidence for people; no
// score leaves an answer out because of them. Needs integrity.decide in the wave's district; Conflict once the wave is scored,
// so that what a result was compared with stays as it was.
func (s *Service) FlagTx(ctx context.Context, tx *db.Tx, w *Wave, flags map[string]int) error {
	if err := auth.RequireArea(ctx, permDecide, w.Area); err != nil {
		return err
	}
	if err := w.open(); err != nil {
		return err
	}
	byFlags, err := flagChanges(ctx, tx, w.ID, flags)
	if err != nil {
		return err
	}
	values := make([]int, 0, len(byFlags))
	for f := range byFlags {
		values = append(values, f)
	}
	slices.Sort(values)
	for _, f := range values {
		ids := byFlags[f]
		slices.Sort(ids)
		for part := range slices.Chunk(ids, 500) {
			args := []any{f, w.ID}
			if _, err := tx.Exec(ctx, "UPDATE response SET flags = $1 WHERE wave_id || '' = $2 AND NOT pilot AND id IN "+placeholders(part, &args), args...); err != nil {
				return fmt.Errorf("flag answers of wave %s: %w", w.ID, err)
			}
		}
	}
	return nil
}

// flagChanges returns the answers whose flags differ from those stored, by their new flags: a check that finds the same again
// writes nothing, and answers that are coming in meanwhile need not wait for it.
func flagChanges(ctx context.Context, tx *db.Tx, waveID string, flags map[string]int) (map[int][]string, error) {
	type row struct {
		ID    string `db:"id"`
		Flags int    `db:"flags"`
	}
	changes, stored := map[int][]string{}, map[string]int{}
	err := db.Each(ctx, tx, "SELECT id, flags FROM response WHERE wave_id = $1 AND NOT pilot AND flags <> 0", []any{waveID}, func(r *row) error {
		if stored[r.ID] = r.Flags; flags[r.ID] != r.Flags {
			changes[flags[r.ID]] = append(changes[flags[r.ID]], r.ID)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read flags of wave %s: %w", waveID, err)
	}
	for id, f := range flags {
		if f != 0 && stored[id] == 0 {
			changes[f] = append(changes[f], id)
		}
	}
	return changes, nil
}

// SetAsideTx takes answers out of the score, or back in, and returns how many changed. The caller records who decided it and
// why. Needs integrity.decide in the wave's district; Conflict unless the wave is in fieldwork or closed: a result never
// changes behind its readers.
func (s *Service) SetAsideTx(ctx context.Context, tx *db.Tx, w *Wave, ids []string, excluded bool) (changed int, err error) {
	if err := auth.RequireArea(ctx, permDecide, w.Area); err != nil {
		return 0, err
	}
	if err := w.open(); err != nil {
		return 0, err
	}
	for part := range slices.Chunk(ids, 500) {
		args := []any{excluded, w.ID}
		n, err := tx.Exec(ctx, "UPDATE response SET excluded = $1 WHERE wave_id || '' = $2 AND NOT pilot AND excluded <> $1 AND id IN "+placeholders(part, &args), args...)
		if err != nil {
			return changed, fmt.Errorf("set answers of wave %s aside: %w", w.ID, err)
		}
		changed += int(n)
	}
	return changed, nil
}

// open returns Conflict unless the answers of a wave may still be judged.
func (w *Wave) open() error {
	if w.State != Fieldwork && w.State != Closed {
		return errs.Conflict("survey.judging_closed", fmt.Sprintf("Answers are checked while a wave is in fieldwork or closed; this one is %s. Send the result back first.", w.State))
	}
	return nil
}

// Statements that name answers by id hold wave_id as an expression: SQLite would otherwise read the whole wave for every few hundred ids.

// placeholders writes ($3, $4, …) for the values and appends them to args.
func placeholders(values []string, args *[]any) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		*args = append(*args, v)
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(len(*args)))
	}
	return "(" + b.String() + ")"
}
