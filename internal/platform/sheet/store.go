package sheet

import (
	"context"
	"errors"
	"log/slog"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Stored says what became of the rows of a register: Accepted = Added + Changed, and what was not reached where the import stopped.
type Stored struct {
	Report
	DryRun    bool `json:"dry_run"`
	Added     int  `json:"added"`
	Changed   int  `json:"changed" doc:"Known by their number"`
	StoppedAt int  `json:"stopped_at,omitempty" doc:"Row at which a failure of the program ended the import: it and what follows are not stored, what stands before it is; send the file again"`
}

// batch is how many rows are stored in one transaction: others who write wait for one batch, not for a file.
const batch = 200

var errDry = errors.New("dry run")

// Store hands the rows of a register to put, 200 in one transaction, which says whether a row changed what was known; with dry nothing
// stays. A row that put refuses is in the report and costs no other. What fails as a whole is tried again row by row; a failure of the
// program that remains ends the import with the row in the report, or is returned where nothing was stored yet. put may be called
// again for a row after a rollback. key names what a row is about: told twice in a dry run, it counts as it would in earnest.
func (cs Columns[T]) Store(ctx context.Context, d *db.DB, in *Whole[T], dry bool, key func(T) string, put func(ctx context.Context, tx *db.Tx, row T) (changed bool, err error)) (*Stored, error) {
	s := &storing[T]{table: cs, in: in, db: d, put: put, key: key, seen: map[string]bool{}, out: &Stored{Report: *in.Report(), DryRun: dry}}
	for from := 0; from < len(in.Rows); from += batch {
		to := min(from+batch, len(in.Rows))
		if s.take(ctx, from, to) == nil {
			continue
		}
		for i := from; i < to; i++ {
			if err := s.take(ctx, i, i+1); err != nil {
				return s.stop(ctx, i, err)
			}
		}
	}
	return s.out, nil
}

// Note writes what was stored into the trail, as camera.imported for a camera; nothing of a dry run. Who sent the file may be gone
// by then; what was stored is stored.
func (s *Stored) Note(ctx context.Context, d *db.DB, object string) error {
	if s.DryRun {
		return nil
	}
	return d.Tx(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: object + ".imported", Object: object, Detail: map[string]any{"added": s.Added, "changed": s.Changed, "refused": s.Rejected, "stopped_at": s.StoppedAt}})
	})
}

// storing is an import under way.
type storing[T any] struct {
	table Columns[T]
	in    *Whole[T]
	db    *db.DB
	put   func(ctx context.Context, tx *db.Tx, row T) (bool, error)
	key   func(T) string
	seen  map[string]bool // keys of earlier batches
	out   *Stored
}

// take stores some rows and notes in the report what became of them once they are durable.
func (s *storing[T]) take(ctx context.Context, from, to int) error {
	changed, refused := make([]bool, to-from), make([]error, to-from)
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		for i := from; i < to; i++ {
			changed[i-from], refused[i-from] = false, nil
			if changed[i-from], err = s.put(ctx, tx, s.in.Rows[i]); err != nil {
				if errs.KindOf(err) == errs.KindInternal {
					return err
				}
				refused[i-from] = err
			}
		}
		if s.out.DryRun {
			return errDry
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDry) {
		return err
	}
	for i := from; i < to; i++ {
		switch key := s.key(s.in.Rows[i]); {
		case refused[i-from] != nil:
			if err := s.table.Refuse(&s.out.Report, s.in.Numbers[i], refused[i-from]); err != nil {
				return err
			}
		case changed[i-from] || s.out.DryRun && s.seen[key]:
			s.out.Changed++
			s.seen[key] = true
		default:
			s.out.Added++
			s.seen[key] = true
		}
	}
	return nil
}

// stop ends an import that cannot go on at a row.
func (s *storing[T]) stop(ctx context.Context, at int, err error) (*Stored, error) {
	if s.out.DryRun || s.out.Added+s.out.Changed == 0 {
		return nil, err
	}
	s.out.StoppedAt = s.in.Numbers[at]
	s.out.Accepted -= len(s.in.Rows) - at
	slog.ErrorContext(ctx, "an import stopped", "row", s.out.StoppedAt, "error", err)
	return s.out, nil
}
