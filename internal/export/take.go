package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// File is what was made.
type File struct {
	Name    string
	Type    string // media type
	Content []byte
	Lines   int
}

// Mark is what a file carries so that it leads to its download.
type Mark struct {
	Number int64  // of the download
	Note   string // who took it, when, what for, who approved it, and the number
}

// Take makes the file of an approved request for the person who asked, and keeps who took it before it is given. NotFound if it is
// another's; Conflict if it is not approved, has expired, was taken five times or is being taken by another page of the same person.
func (d *Desk) Take(ctx context.Context, id string) (f *File, err error) {
	if err := auth.Require(ctx, d.Ask); err != nil {
		return nil, err
	}
	var r *Request
	var m Mark
	if err := d.db.Read(ctx, func(tx *db.Tx) error {
		r, err = d.takeable(ctx, tx, id)
		if err == nil {
			m = r.mark(auth.From(ctx).Name, tx.Now())
		}
		return err
	}); err != nil {
		return nil, err
	}
	if f, err = d.Make(ctx, r, m); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(f.Content)
	err = d.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := d.takeable(ctx, tx, id); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE export_request SET downloads = downloads + 1 WHERE id = $1 AND state = $2 AND downloads = $3", id, Approved, r.Downloads)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("export.twice", "Another download of this file was made at the same moment; take it again.")
		}
		p, digest := auth.From(ctx), hex.EncodeToString(sum[:])
		if _, err := tx.Exec(ctx, "INSERT INTO export_taken (id, request_id, mark, by_id, by_name, at, lines, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			db.NewID(tx), id, m.Number, p.UserID, p.Name, tx.Time(), f.Lines, digest); err != nil {
			return err
		}
		return d.log(ctx, tx, "take", r, map[string]any{"download": m.Number, "lines": f.Lines, "sha256": digest})
	})
	if err != nil {
		return nil, err // nothing leaves that is not kept
	}
	return f, nil
}

// takeable finds an approved request of the caller that can still be taken.
func (d *Desk) takeable(ctx context.Context, tx *db.Tx, id string) (*Request, error) {
	r, err := d.find(ctx, tx, id)
	switch {
	case err != nil:
		return nil, err
	case r.AskedBy != auth.From(ctx).UserID:
		return nil, none()
	case r.State != Approved:
		return nil, errs.Conflict("export.not_approved", "This file is not approved.")
	case r.over(tx.Now()):
		return nil, errs.Conflict("export.expired", "The approval of this file has expired; ask for it again.")
	case r.Downloads >= mostTaken:
		return nil, errs.Conflict("export.used", "This file was taken five times; ask for it again.")
	}
	return r, nil
}

// mark numbers the next download.
func (r *Request) mark(by string, now time.Time) Mark {
	n := r.Number*10 + int64(r.Downloads) + 1
	return Mark{n, fmt.Sprintf("%s %s 导出，用途：%s；%s 批准；下载编号 %d", by, now.In(clock.Nanjing).Format("2006-01-02 15:04"), r.Purpose, r.DecidedName, n)}
}
