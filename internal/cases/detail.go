package cases

import (
	"context"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Detail is a case with everything around it.
type Detail struct {
	Case
	History    []History   `json:"history"`
	Clocks     []Clock     `json:"clocks"`
	Evidence   []Evidence  `json:"evidence"`
	Recordings []Recording `json:"recordings" doc:"Of calls about it; opened with a reason where calls are kept"`
	Parts      []Part      `json:"parts"`
	Reporters  []Reporter  `json:"reporters"`
	Requests   []Request   `json:"requests"`
	Revisits   []Revisit   `json:"revisits"`
	Merged     []Case      `json:"merged" doc:"Cases merged into this one"`

	Supervisions []Supervision `json:"supervisions" doc:"Oldest first"`
}

// Get returns a case the caller sees with its history, clocks, photos, parts and what the caller may do now.
func (s *Service) Get(ctx context.Context, id string) (d *Detail, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = s.DetailTx(ctx, tx, id)
		return err
	})
	return d, err
}

// DetailTx is Get inside the caller's transaction.
func (s *Service) DetailTx(ctx context.Context, tx *db.Tx, id string) (*Detail, error) {
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	d := &Detail{Case: *s.shown(c, tx)}
	for _, read := range []func() error{
		func() (err error) { d.History, err = s.historyFor(ctx, tx, c); return },
		func() (err error) {
			d.Clocks, err = db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE case_id = $1 ORDER BY id", id)
			return
		},
		func() (err error) { d.Evidence, err = evidenceOf(ctx, tx, id); return },
		func() (err error) { d.Recordings, err = recordingsOf(ctx, tx, id); return },
		func() (err error) { d.Parts, err = partsOf(ctx, tx, id); return },
		func() (err error) {
			d.Reporters, err = s.reportersOf(ctx, tx, c)
			return
		},
		func() (err error) {
			d.Requests, err = db.All[Request](ctx, tx, "SELECT "+requestFields+" FROM case_request WHERE case_id = $1 ORDER BY id", id)
			return
		},
		func() (err error) {
			d.Revisits, err = db.All[Revisit](ctx, tx, "SELECT id, case_id, reporter_id, way, solved, satisfaction, reasons, words, at, by_id, by_name FROM case_revisit WHERE case_id = $1 ORDER BY id", id)
			return
		},
		func() (err error) { d.Supervisions, err = supervisionsOf(ctx, tx, id); return },
		func() (err error) {
			d.Merged, err = db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE merged_into = $1 AND merged_into <> '' ORDER BY id", id)
			return
		},
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	one := []Case{d.Case}
	if err := s.dress(ctx, tx, one); err != nil {
		return nil, err
	}
	d.HolderName = one[0].HolderName
	if d.Watched, err = follows(ctx, tx, auth.From(ctx).UserID, c.ID); err != nil {
		return nil, err
	}
	d.Actions, err = s.may(ctx, tx, c)
	return d, err
}

// historyFor leaves out what the caller's relation does not open: an assisting unit does not read internal notes.
func (s *Service) historyFor(ctx context.Context, tx *db.Tx, c *Case) ([]History, error) {
	all, err := db.All[History](ctx, tx, "SELECT "+historyColumns+" FROM case_history WHERE case_id = $1 ORDER BY id", c.ID)
	if p := auth.From(ctx); err == nil && p != nil && !actsFor(p, c) && !inside(c.AreaCode, areasOf(p)) {
		all = slices.DeleteFunc(all, func(h History) bool { return h.Visibility == Internal && h.Note != "" && h.ActorUnit != p.UnitID })
	}
	return all, err
}

// may lists the actions the caller could take on the case now; guards may still refuse one.
func (s *Service) may(ctx context.Context, tx *db.Tx, c *Case) ([]string, error) {
	out := []string{}
	d, err := s.definition(ctx, tx, c.Workflow)
	if err != nil {
		return nil, err
	}
	for _, a := range d.From(string(c.State)) {
		if a.By == "reporter" || a.By == "system" {
			continue
		}
		if err := s.admit(ctx, tx, d, a, c); err == nil {
			out = append(out, a.Code)
		} else if errs.KindOf(err) == errs.KindInternal {
			return nil, err
		}
	}
	return out, nil
}
