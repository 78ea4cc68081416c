package fence

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
)

// Fence is a fence or standing rule as it is now.
type Fence struct {
	ID         string              `db:"id" json:"id"`
	AreaCode   string              `db:"area_code" json:"area_code"`
	Name       string              `db:"name" json:"name"`
	Kind       Kind                `db:"kind" json:"kind" enum:"circle,polygon,area,own,contact"`
	Active     bool                `db:"active" json:"active"`
	Version    int64               `db:"version" json:"version"`
	Definition db.JSON[Definition] `db:"definition" json:"definition"`
	ChangedAt  clock.Time          `db:"changed_at" json:"changed_at"`
}

const fenceColumns = "id, area_code, name, kind, active, version, definition, changed_at"

// Version is what a fence was for a time.
type Version struct {
	ID         string              `db:"id" json:"-"`
	FenceID    string              `db:"fence_id" json:"-"`
	Version    int64               `db:"version" json:"version"`
	AreaCode   string              `db:"area_code" json:"-"`
	Name       string              `db:"name" json:"name"`
	Active     bool                `db:"active" json:"active"`
	Definition db.JSON[Definition] `db:"definition" json:"definition"`
	FromAt     clock.Time          `db:"from_at" json:"from_at"`
	ToAt       *clock.Time         `db:"to_at" json:"to_at,omitempty"`
	ByID       string              `db:"by_id" json:"-"`
	ByName     string              `db:"by_name" json:"by_name"`
}

const versionColumns = "id, fence_id, version, area_code, name, active, definition, from_at, to_at, by_id, by_name"

// TopicChanged says that a fence was drawn or changed; the payload is Fence.
const TopicChanged = "fence.changed"

// Draw makes a fence; it is in force from now on. Needs fence.manage in its scope.
func (s *Service) Draw(ctx context.Context, d Definition) (*Fence, error) {
	if err := auth.RequireArea(ctx, PermManage, d.Scope); err != nil {
		return nil, err
	}
	if err := s.checkAreas(ctx, &d); err != nil {
		return nil, err
	}
	var f *Fence
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		f = &Fence{ID: db.NewID(tx), AreaCode: d.Scope, Name: d.Name, Kind: d.Kind, Active: true, Version: 1, Definition: db.JSON[Definition]{V: d}, ChangedAt: tx.Time()}
		if _, err := tx.Exec(ctx, "INSERT INTO fence ("+fenceColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			f.ID, f.AreaCode, f.Name, f.Kind, f.Active, f.Version, f.Definition, f.ChangedAt); err != nil {
			return err
		}
		return s.keepVersion(ctx, tx, f, "fence.drawn")
	})
	return f, err
}

// Change gives a fence another definition and says whether it is in force: a new version from now on. The kind and the
// scope stay. Conflict (with the fence) if it was changed since version. Needs fence.manage in its scope; NotFound outside it.
func (s *Service) Change(ctx context.Context, id string, version int64, d Definition, active bool) (*Fence, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var f *Fence
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if f, err = visible(ctx, tx, id); err != nil {
			return err
		}
		if f.Version != version {
			return errs.Conflict("fence.changed", "The fence was changed in between; look at it again.").With(f)
		}
		d.Kind, d.Scope = f.Kind, f.AreaCode
		if err := s.checkAreas(ctx, &d); err != nil {
			return err
		}
		f.Name, f.Active, f.Version, f.Definition, f.ChangedAt = d.Name, active, version+1, db.JSON[Definition]{V: d}, tx.Time()
		n, err := tx.Exec(ctx, "UPDATE fence SET name = $1, active = $2, version = $3, definition = $4, changed_at = $5 WHERE id = $6 AND version = $7",
			f.Name, f.Active, f.Version, f.Definition, f.ChangedAt, f.ID, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("fence.changed", "The fence was changed in between; look at it again.")
		}
		return s.keepVersion(ctx, tx, f, "fence.changed")
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// checkAreas completes a definition and sees that its areas exist.
func (s *Service) checkAreas(ctx context.Context, d *Definition) error {
	if err := d.check(); err != nil {
		return err
	}
	for _, code := range []string{d.Scope, d.Area} {
		if code == "" || s.Regions == nil {
			continue
		}
		ground, err := s.Regions.GroundAt(ctx, code, s.DB.Clock().Now())
		if err != nil {
			return err
		}
		if code == d.Area && d.Kind == Area && len(ground) == 0 {
			return errs.Invalid("fence.no_ground", "This area has no ground on the map yet.", errs.Field{Location: "body.area", Message: "no ground", Value: code})
		}
	}
	return nil
}

func (s *Service) keepVersion(ctx context.Context, tx *db.Tx, f *Fence, action string) error {
	now, by := tx.Time(), auth.From(ctx)
	if _, err := tx.Exec(ctx, "UPDATE fence_version SET to_at = $1 WHERE fence_id = $2 AND to_at IS NULL", now, f.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO fence_version ("+versionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10)",
		db.NewID(tx), f.ID, f.Version, f.AreaCode, f.Name, f.Active, f.Definition, now, by.UserID, by.Name); err != nil {
		return err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: action, Object: "fence", ObjectID: f.ID, Area: f.AreaCode,
		Detail: map[string]any{"version": f.Version, "kind": f.Kind, "active": f.Active}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicChanged, f.ID, f)
}

// List returns the fences that concern the caller's areas: those inside and the standing rules of areas above, by id. Needs
// fence.read.
func (s *Service) List(ctx context.Context) (out []Fence, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) (err error) {
		var args []any
		out, err = db.All[Fence](ctx, tx, "SELECT "+fenceColumns+" FROM fence WHERE "+auth.Areas(ctx, "area_code", &args)+" ORDER BY active DESC, id LIMIT 1000", args...)
		return err
	})
	return out, err
}

// Detail is a fence with its versions, newest first.
type Detail struct {
	Fence
	Versions []Version `json:"versions"`
}

// Get returns a fence with its versions. Needs fence.read; NotFound outside the caller's areas.
func (s *Service) Get(ctx context.Context, id string) (out *Detail, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		f, err := visible(ctx, tx, id)
		if err != nil {
			return err
		}
		list, err := db.All[Version](ctx, tx, "SELECT "+versionColumns+" FROM fence_version WHERE fence_id = $1 ORDER BY version DESC LIMIT 100", id)
		out = &Detail{*f, list}
		return err
	})
	return out, err
}

// visible finds a fence for a caller: what lies outside the areas is not found.
func visible(ctx context.Context, tx *db.Tx, id string) (*Fence, error) {
	f, err := db.Get[Fence](ctx, tx, "SELECT "+fenceColumns+" FROM fence WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(f.AreaCode) {
		return nil, errs.NotFound("fence.not_found", "There is no such fence, or you may not see it.")
	}
	return &f, err
}

// Event is something that happened at a fence.
type Event struct {
	ID          string      `db:"id" json:"id"`
	SessionID   string      `db:"session_id" json:"session_id"`
	OfficerID   string      `db:"officer_id" json:"officer_id"`
	OfficerName string      `db:"officer_name" json:"officer_name"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	FenceID     string      `db:"fence_id" json:"fence_id"`
	FenceName   string      `db:"fence_name" json:"fence_name"`
	Version     int64       `db:"version" json:"version" doc:"Of the fence"`
	Kind        string      `db:"kind" json:"kind" enum:"enter,leave,cross,dwell,away,back,lost,found"`
	At          clock.Time  `db:"at" json:"at"`
	Seconds     int         `db:"seconds" json:"seconds" doc:"leave: inside before; dwell and away: the time that was reached; back and found: how long it lasted"`
	Lat         *float64    `db:"lat" json:"lat,omitempty"`
	Lon         *float64    `db:"lon" json:"lon,omitempty"`
	Late        bool        `db:"late" json:"late" doc:"Found when positions came late"`
	WithdrawnAt *clock.Time `db:"withdrawn_at" json:"withdrawn_at,omitempty" doc:"Positions that came late showed that it was not so"`
	NotedAt     clock.Time  `db:"noted_at" json:"noted_at"`
}

const eventColumns = "id, session_id, officer_id, officer_name, area_code, fence_id, fence_name, version, kind, at, seconds, lat, lon, late, withdrawn_at, noted_at"

// EventFilter narrows a list; empty fields do not.
type EventFilter struct {
	Fence, Officer, Kind, Area string
	From, To                   *clock.Time
	Late                       bool // only what was found or withdrawn when positions came late
}

var newestEvents = httpx.Newest[Event]{Table: "fence_event", Columns: eventColumns, ID: func(e *Event) string { return e.ID }}

// Events lists what happened in the caller's areas, newest first. Needs fence.read.
func (s *Service) Events(ctx context.Context, f EventFilter, page httpx.PageIn) (out httpx.Page[Event], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		add := func(condition string, value any) {
			args = append(args, value)
			where += fmt.Sprintf(" AND "+condition, len(args))
		}
		for _, c := range []struct{ condition, value string }{{"fence_id = $%d", f.Fence}, {"officer_id = $%d", f.Officer}, {"kind = $%d", f.Kind}} {
			if c.value != "" {
				add(c.condition, c.value)
			}
		}
		if f.From != nil {
			add("at >= $%d", *f.From)
		}
		if f.To != nil {
			add("at < $%d", *f.To)
		}
		if f.Late {
			where += " AND (late OR withdrawn_at IS NOT NULL)"
		}
		if f.Area != "" {
			where += " AND " + auth.Within("area_code", []string{f.Area}, &args)
		}
		out, err = newestEvents.Page(ctx, tx, where, args, page)
		return err
	})
	return out, err
}
