package rounds

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
	"yiwang/internal/track"
)

// Stop is a place of a task.
type Stop struct {
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	Kind   string      `json:"kind"`
	Lat    float64     `json:"lat"`
	Lon    float64     `json:"lon"`
	How    string      `json:"how,omitempty" enum:"way,photo,none" doc:"Absent while it is to be seen"`
	At     *clock.Time `json:"at,omitempty"`
	SentAt *clock.Time `json:"sent_at,omitempty" doc:"When it reached the server, if that was more than two minutes later"`
	By     string      `json:"by,omitempty" doc:"Who saw it"`
	Note   string      `json:"note,omitempty"`
	Metres *int        `json:"metres,omitempty" doc:"Of a photograph: how far from the place the phone was"`
	Photo  bool        `json:"photo" doc:"There is a photograph"`
}

// Detail is a task with its places.
type Detail struct {
	Task
	NeedsPhoto bool   `json:"needs_photo" doc:"Every place needs a photograph"`
	Stops      []Stop `json:"stops"`
}

type markRow struct {
	TaskID  string      `db:"task_id"`
	PointID string      `db:"point_id"`
	At      clock.Time  `db:"at"`
	How     string      `db:"how"`
	Officer string      `db:"officer_id"`
	Name    string      `db:"officer_name"`
	Seconds int         `db:"seconds"`
	Metres  *int        `db:"metres"`
	Photo   string      `db:"photo"`
	Media   string      `db:"media_type"`
	Note    string      `db:"note"`
	Sent    *clock.Time `db:"sent_at"`
}

// Task returns a task of the caller's areas with its places. Needs rounds.read.
func (s *Service) Task(ctx context.Context, id string) (d *Detail, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = s.detail(ctx, tx, id)
		return err
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, tx *db.Tx, id string) (*Detail, error) {
	t, err := findTask(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return s.dress(ctx, tx, t)
}

func (s *Service) dress(ctx context.Context, tx *db.Tx, t *Task) (*Detail, error) {
	f, err := s.fieldTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	d := &Detail{Task: *t, Stops: make([]Stop, 0, len(t.Points.V))}
	d.NeedsPhoto, err = db.Get[bool](ctx, tx, "SELECT photo FROM round_plan WHERE id = $1", t.PlanID)
	if err != nil {
		return nil, err
	}
	marks := map[string]markRow{}
	if err := db.Each(ctx, tx, "SELECT "+markColumns+" FROM round_mark WHERE task_id = $1", []any{t.ID}, func(m *markRow) error { marks[m.PointID] = *m; return nil }); err != nil {
		return nil, err
	}
	for _, id := range t.Points.V {
		n, ok := f.byID[id]
		if !ok {
			continue
		}
		p := &f.spots[n]
		stop := Stop{ID: id, Name: p.name, Kind: p.kind, Lat: float64(p.lat) / 1e6, Lon: float64(p.lon) / 1e6}
		if m, ok := marks[id]; ok {
			stop.How, stop.At, stop.By, stop.Note, stop.Metres, stop.Photo = m.How, &m.At, m.Name, m.Note, m.Metres, m.Photo != ""
			if m.Sent != nil && m.Sent.Sub(m.At.Time) > aheadOfUs {
				stop.SentAt = m.Sent
			}
		}
		d.Stops = append(d.Stops, stop)
	}
	return d, nil
}

// Mine lists the tasks of the caller's grids that run now or ended today, open ones first. Needs rounds.walk.
func (s *Service) Mine(ctx context.Context) (list []Detail, err error) {
	if err := auth.Require(ctx, PermWalk); err != nil {
		return nil, err
	}
	list = []Detail{}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now().In(clock.Nanjing)
		args := []any{clock.At(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Nanjing)), tx.Time()}
		tasks, err := db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM round_task WHERE due_at > $1 AND from_at <= $2 AND "+auth.Areas(ctx, "grid", &args)+
			" ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, due_at, id LIMIT 60", args...)
		me := auth.From(ctx).UserID
		for i := 0; err == nil && i < len(tasks); i++ {
			if named := tasks[i].Named.V; len(named) > 0 && !slices.Contains(named, me) {
				continue
			}
			var d *Detail
			if d, err = s.dress(ctx, tx, &tasks[i]); err == nil {
				list = append(list, *d)
			}
		}
		return err
	})
	return list, err
}

// Proof is how an officer answers for a place that the way did not show: a photograph on the spot, or a reason why it cannot be reached.
type Proof struct {
	Note     string
	Lat, Lon *float64
	Photo    io.Reader   // nil: it cannot be reached
	At       *clock.Time // when the officer did it, on a phone that had no network; nil for now
}

// Limits of what a phone kept until it had a network.
const (
	aheadOfUs   = 2 * time.Minute // a clock may be wrong by so much
	longestKept = 48 * time.Hour  // as late as a position may come
)

// when is the instant that counts: what the phone says, as far as it can be.
func (p *Proof) when(t *Task, now clock.Time) (clock.Time, error) {
	field := errs.Field{Location: "body.at", Message: "when the place was seen"}
	switch {
	case p.At == nil:
		return now, nil
	case p.At.Sub(now.Time) > aheadOfUs:
		return now, errs.Invalid("rounds.bad_clock", "The clock of the phone is ahead; set it and take the photograph again.", field)
	case now.Sub(p.At.Time) > longestKept:
		return now, errs.Invalid("rounds.too_old", "It lay on the phone for more than two days; take the photograph again.", field)
	case p.At.Before(t.FromAt.Time):
		return now, errs.Invalid("rounds.too_early", "The task had not begun when this was taken.", field)
	case p.At.After(now.Time):
		return now, nil
	}
	return *p.At, nil
}

// farthest is how far from a place the phone may be when it is photographed, in metres.
const farthest = 100

// Prove ticks a place of one's own task off, at the instant the phone says if it had no network then. A photograph needs the position of the phone within 100 m of the place; without one a reason is needed. A
// place that is ticked off stays as it is: Conflict. Needs rounds.walk for the grid.
func (s *Service) Prove(ctx context.Context, id, point string, p Proof) (d *Detail, err error) {
	if err := prose.Check("rounds.bad_text", prose.Piece{Name: "note", Value: &p.Note, Limit: 200, Required: p.Photo == nil}); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if d, err = s.own(ctx, tx, id, point); err == nil {
			_, err = p.when(&d.Task, tx.Time())
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var m markRow
	if m, err = s.proven(ctx, d, point, p); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if d, err = s.own(ctx, tx, id, point); err != nil {
			return err
		}
		at, err := p.when(&d.Task, tx.Time())
		if err != nil {
			return err
		}
		me := auth.From(ctx)
		if err := db.InsertMany(ctx, tx, "round_mark", markColumns, "", [][]any{{id, point, at, m.How, me.UserID, me.Name, 0, m.Metres, m.Photo, m.Media, p.Note, tx.Time()}}); err != nil {
			return err
		}
		if err := recount(ctx, tx, id); err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "rounds.prove", Object: "round_task", ObjectID: id, Area: d.Grid, Detail: map[string]any{"point": point, "how": m.How}}); err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, id)
		return err
	})
	if db.IsUnique(err) {
		return nil, errs.Conflict("rounds.seen", "This place is ticked off already.")
	}
	return d, err
}

// proven checks and keeps what shows that a place was seen.
func (s *Service) proven(ctx context.Context, d *Detail, point string, p Proof) (m markRow, err error) {
	if m.How = NoReach; p.Photo == nil {
		return m, nil
	}
	if s.Photos == nil {
		return m, errs.Unavailable("rounds.no_photos", "Pictures cannot be kept on this server.")
	}
	stop := &d.Stops[slices.IndexFunc(d.Stops, func(x Stop) bool { return x.ID == point })]
	if p.Lat == nil || p.Lon == nil {
		return m, errs.Invalid("rounds.no_position", "The photograph needs the position of the phone.", errs.Field{Location: "body.lat", Message: "required"})
	}
	here, ok := track.At(0, *p.Lat, *p.Lon)
	there, _ := track.At(0, stop.Lat, stop.Lon)
	metres := int(math.Round(track.Metres(here, there)))
	if !ok || metres > farthest {
		return m, errs.Invalid("rounds.too_far", "You are more than 100 metres away from the place.", errs.Field{Location: "body.lat", Message: "too far", Value: metres})
	}
	m.How, m.Metres = ByPhoto, &metres
	m.Photo, m.Media, err = s.Photos.Put(ctx, p.Photo)
	return m, err
}

// own finds a task of the caller in which a place is still to be seen.
func (s *Service) own(ctx context.Context, tx *db.Tx, id, point string) (*Detail, error) {
	if err := auth.Require(ctx, PermWalk); err != nil {
		return nil, err
	}
	d, err := s.detail(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(d.Stops, func(x Stop) bool { return x.ID == point })
	switch {
	case n < 0:
		return nil, errs.NotFound("rounds.no_point", "There is no such place.")
	case d.Stops[n].How != "":
		return nil, errs.Conflict("rounds.seen", "This place is ticked off already.")
	case d.State == TaskExcused || d.State == TaskDone:
		return nil, errs.Conflict("rounds.closed", "The task is done or was let go.").With(d)
	case len(d.Named.V) > 0 && !slices.Contains(d.Named.V, auth.From(ctx).UserID):
		return nil, errs.Forbidden("rounds.not_yours", "Others are named for this task.")
	}
	return d, nil
}

// OpenPhoto opens the photograph of a place of a task in the caller's areas. Needs rounds.read, or rounds.walk in the own grid.
func (s *Service) OpenPhoto(ctx context.Context, id, point string) (r io.ReadCloser, mediaType string, err error) {
	if p := auth.From(ctx); !p.Has(PermRead) && !p.Has(PermWalk) {
		return nil, "", auth.Require(ctx, PermRead)
	}
	var m markRow
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := findTask(ctx, tx, id); err != nil {
			return err
		}
		m, err = db.Get[markRow](ctx, tx, "SELECT "+markColumns+" FROM round_mark WHERE task_id = $1 AND point_id = $2", id, point)
		return err
	})
	if errors.Is(err, db.ErrNoRows) || err == nil && (m.Photo == "" || s.Photos == nil) {
		err = errs.NotFound("rounds.no_photo", "There is no such photograph.")
	}
	if err != nil {
		return nil, "", err
	}
	r, err = s.Photos.Open(ctx, m.Photo)
	return r, m.Media, err
}
