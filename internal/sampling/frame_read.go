package sampling

import (
	"context"
	"io"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// Frames lists the frames of the caller's districts, newest first; dropped ones stay in the list. Needs PermRead.
func (s *Service) Frames(ctx context.Context) (list []Frame, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		scope := auth.Areas(ctx, "area", &args)
		list, err = db.All[Frame](ctx, tx, "SELECT "+frameColumns+" FROM sampling_frame WHERE "+scope+" ORDER BY created_at DESC, id DESC LIMIT 200", args...)
		return err
	})
	return list, err
}

// FrameStreet counts the members of a frame in one street.
type FrameStreet struct {
	Street     string `db:"street" json:"street"`
	StreetName string `db:"-" json:"street_name"`
	Blocks     int    `db:"blocks" json:"blocks"`
	Members    int    `db:"members" json:"members"`
	Elders     int    `db:"elders" json:"elders" doc:"households that have or may have persons of 60 and more"`
	Adults     int    `db:"adults" json:"adults" doc:"households that have or may have persons of 18 to 59"`
}

// FrameView is a frame with its counts by street.
type FrameView struct {
	Frame
	Streets []FrameStreet `json:"streets"`
}

// Frame returns a frame with its counts by street. Needs PermRead in its area.
func (s *Service) Frame(ctx context.Context, id string) (v *FrameView, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		f, err := s.readable(ctx, tx, id)
		if err != nil {
			return err
		}
		v = &FrameView{Frame: *f}
		v.Streets, err = db.All[FrameStreet](ctx, tx, `SELECT street, COUNT(*) AS blocks, SUM(size) AS members, SUM(elders) AS elders, SUM(adults) AS adults
			FROM frame_block WHERE frame_id = $1 GROUP BY street ORDER BY street`, id)
		return err
	})
	for i := 0; err == nil && i < len(v.Streets); i++ {
		v.Streets[i].StreetName, err = s.areaName(ctx, v.Streets[i].Street)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (s *Service) readable(ctx context.Context, tx *db.Tx, id string) (*Frame, error) {
	f, err := findFrame(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return f, auth.RequireArea(ctx, PermRead, f.Area)
}

// areaName names an area; a code that does not exist any more stands for itself.
func (s *Service) areaName(ctx context.Context, code string) (string, error) {
	a, err := s.regions.Get(ctx, code)
	if errs.KindOf(err) == errs.KindNotFound {
		return code, nil
	} else if err != nil {
		return "", err
	}
	return a.Name, nil
}

// ExportFrame writes what a draw reads of a closed frame, so that anybody can draw again outside: area, number and
// persons of every member, without addresses. Needs PermManage in its area, as who holds frame and seed knows the places drawn.
func (s *Service) ExportFrame(ctx context.Context, id string, w io.Writer, format sheet.Format) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		f, err := s.readable(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, f.Area); err != nil {
			return err
		}
		if f.State != FrameClosed {
			return errs.Conflict("sampling.frame_open", "Close the frame first; until then it has no hash.").With(f)
		}
		blocks, err := s.readBlocks(ctx, tx, f)
		if err != nil {
			return err
		}
		out, err := sheet.NewWriter(w, format, f.Name)
		if err != nil {
			return err
		}
		if err := out.Row("编码", "序号", "60岁及以上人数或规模", "18至59岁人数"); err != nil {
			return err
		}
		for i := range blocks {
			for k := range blocks[i].members {
				m := &blocks[i].members[k]
				if err := out.Row(blocks[i].Code, k+1, known(m.elders), known(m.adults)); err != nil {
					return err
				}
			}
		}
		return out.Close()
	})
}

func known(n byte) any {
	if n == unknownPersons {
		return ""
	}
	return int(n)
}
