package survey

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// WaveFilter narrows Waves; nil means any.
type WaveFilter struct {
	State  *State
	Period *string
}

// Waves lists the waves of the districts the caller works in, newest first. Needs PermRead or appraisal.read: a street
// sees how far a wave has come, but no answers.
func (s *Service) Waves(ctx context.Context, f WaveFilter) (list []Wave, err error) {
	if err := requireEither(ctx, PermRead, permResults); err != nil {
		return nil, err
	}
	list = []Wave{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return db.Each(ctx, tx, "SELECT "+waveColumns+" FROM wave ORDER BY period DESC, created_at DESC, id DESC LIMIT 500", nil, func(w *Wave) error {
			if visible(ctx, w) && (f.State == nil || w.State == *f.State) && (f.Period == nil || w.Period == *f.Period) {
				list = append(list, *w.complete())
			}
			return nil
		})
	})
	return list, err
}

// Wave returns one wave. Needs PermRead or appraisal.read; NotFound outside the districts the caller works in.
func (s *Service) Wave(ctx context.Context, id string) (w *Wave, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err = s.WaveTx(ctx, tx, id)
		return err
	})
	return w, err
}

// WaveTx is Wave inside the caller's transaction.
func (s *Service) WaveTx(ctx context.Context, tx *db.Tx, id string) (*Wave, error) {
	if err := requireEither(ctx, PermRead, permResults); err != nil {
		return nil, err
	}
	w, err := findWave(ctx, tx, id)
	if err == nil && !visible(ctx, w) {
		return nil, errs.NotFound("survey.wave_not_found", "There is no such wave.")
	}
	return w, err
}

// FindWave returns a wave by id or, for the shell, by code; Conflict when several districts use the code.
func (s *Service) FindWave(ctx context.Context, idOrCode string) (*Wave, error) {
	w, err := s.Wave(ctx, idOrCode)
	if errs.KindOf(err) != errs.KindNotFound {
		return w, err
	}
	list, err := s.Waves(ctx, WaveFilter{})
	if err != nil {
		return nil, err
	}
	var found *Wave
	for i := range list {
		if list[i].Code != idOrCode {
			continue
		}
		if found != nil {
			return nil, errs.Conflict("survey.wave_ambiguous", "Several districts have a wave "+idOrCode+"; give its id.")
		}
		found = &list[i]
	}
	if found == nil {
		return nil, errs.NotFound("survey.wave_not_found", "There is no wave with the id or code "+idOrCode+".")
	}
	return found, nil
}

// PublishedTx lists published and archived waves, newest first, for the public pages. Anyone may.
func (s *Service) PublishedTx(ctx context.Context, tx *db.Tx) ([]Wave, error) {
	list, err := db.All[Wave](ctx, tx, "SELECT "+waveColumns+" FROM wave WHERE state IN ('published', 'archived') ORDER BY published_at DESC, id DESC LIMIT 100")
	for i := range list {
		list[i].complete()
	}
	return list, err
}

// PublishedWaveTx returns one published or archived wave by id. Anyone may; NotFound otherwise.
func (s *Service) PublishedWaveTx(ctx context.Context, tx *db.Tx, id string) (*Wave, error) {
	w, err := findWave(ctx, tx, id)
	if err == nil && w.State != Published && w.State != Archived {
		return nil, errs.NotFound("survey.wave_not_found", "There is no such wave.")
	}
	return w, err
}

// Event is one step in the life of a wave.
type Event struct {
	At     clock.Time `db:"at" json:"at"`
	From   State      `db:"from_state" json:"from"`
	To     State      `db:"to_state" json:"to"`
	Action string     `db:"action" json:"action"`
	Actor  string     `db:"actor" json:"actor"`
	Note   string     `db:"note" json:"note"`
}

// History returns the steps of a wave, oldest first. Same rights as Wave.
func (s *Service) History(ctx context.Context, id string) (events []Event, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.WaveTx(ctx, tx, id); err != nil {
			return err
		}
		events, err = db.All[Event](ctx, tx, "SELECT at, from_state, to_state, action, actor, note FROM wave_event WHERE wave_id = $1 ORDER BY at, id LIMIT 500", id)
		return err
	})
	return events, err
}

// Progress is the number of answers in one street from one group and channel, against the population.
type Progress struct {
	Street     string  `db:"street" json:"street"`
	StreetName string  `db:"-" json:"street_name"`
	Group      Group   `db:"grp" json:"group"`
	Channel    Channel `db:"channel" json:"channel"`
	N          int     `db:"n" json:"n"`
	Population int     `db:"-" json:"population"`
}

// Progress counts answers by street, group and channel inside the caller's areas: all that a street may see before
// publication, and of that no cell below the plan's MinCellN. Same rights as Wave. Pilot answers are left out.
func (s *Service) Progress(ctx context.Context, id string) (rows []Progress, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.WaveTx(ctx, tx, id)
		if err != nil {
			return err
		}
		args := []any{id}
		scope := auth.Areas(ctx, "street", &args)
		rows, err = db.All[Progress](ctx, tx, `SELECT street, grp, channel, SUM(n) AS n FROM wave_tally
			WHERE wave_id = $1 AND NOT pilot AND `+scope+` GROUP BY street, grp, channel ORDER BY street, grp, channel`, args...)
		if !auth.From(ctx).Covers(w.Area) {
			rows = slices.DeleteFunc(rows, func(r Progress) bool { return r.N < w.Plan.V.MinCellN })
		}
		for i := range rows {
			rows[i].Population = w.Plan.V.Population(rows[i].Street, rows[i].Group)
		}
		return err
	})
	for i := 0; err == nil && i < len(rows); i++ {
		rows[i].StreetName, err = s.areaName(ctx, rows[i].Street)
	}
	return rows, err
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

func requireEither(ctx context.Context, permissions ...string) (err error) {
	for _, p := range permissions {
		if err = auth.Require(ctx, p); err == nil {
			return nil
		}
	}
	return err
}

// visible reports whether the caller works in the wave's district or in a part of it.
func visible(ctx context.Context, w *Wave) bool {
	p := auth.From(ctx)
	if p.Covers(w.Area) {
		return true
	}
	for _, a := range p.Areas {
		if a != "" && strings.HasPrefix(a, w.Area) {
			return true
		}
	}
	return false
}
