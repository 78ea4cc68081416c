package alarm

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Filter narrows a list; empty fields do not.
type Filter struct {
	State    string // active, cleared; "" for all
	Unseen   bool   // only what nobody has acknowledged
	Severity Severity
	Source   string
	Kind     string
	Subject  string
	Area     string
	View     httpx.ViewIn
}

func (f *Filter) where(ctx context.Context) (string, []any) {
	var args []any
	where := auth.Areas(ctx, "area_code", &args)
	for _, c := range []struct{ column, value string }{{"source", f.Source}, {"kind", f.Kind}, {"subject", f.Subject}} {
		if c.value != "" {
			args = append(args, c.value)
			where += fmt.Sprintf(" AND %s = $%d", c.column, len(args))
		}
	}
	if f.Severity != "" {
		args = append(args, f.Severity)
		where += fmt.Sprintf(" AND severity = $%d", len(args))
	}
	if f.Area != "" {
		where += " AND " + auth.Within("area_code", []string{f.Area}, &args)
	}
	if view := f.View.Where("lat", "lon", &args); view != "" {
		where += " AND " + view
	}
	if f.Unseen {
		where += " AND acked_at IS NULL"
	}
	switch f.State {
	case "active":
		where += " AND cleared_at IS NULL"
	case "cleared":
		where += " AND cleared_at IS NOT NULL"
	}
	return where, args
}

// List returns the alarms of the caller's areas: active ones with what nobody has seen first, then by severity; others newest
// first. Needs alarm.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Alarm], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 2)
	if err != nil {
		return out, err
	}
	desk := f.State == "active"
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM alarm WHERE "+where, args...)
		if err != nil {
			return err
		}
		order := "id DESC"
		if desk {
			order = "place, id DESC"
		}
		if after[1] != "" {
			args = append(args, after[1])
			id := len(args)
			if !desk {
				where += fmt.Sprintf(" AND id < $%d", id)
			} else {
				place, err := strconv.Atoi(after[0])
				if err != nil {
					return errs.Invalid("request.bad_cursor", "The cursor is not one that this list gave out; start from the first page.")
				}
				args = append(args, place)
				where += fmt.Sprintf(" AND (place > $%d OR place = $%d AND id < $%d)", id+1, id+1, id)
			}
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[Alarm](ctx, tx, "SELECT "+columns+" FROM alarm WHERE "+where+" ORDER BY "+order+fmt.Sprintf(" LIMIT $%d", len(args)), args...)
		out = httpx.Cut(rows, page.Limit, total, func(a *Alarm) string { return httpx.EncodeCursor(strconv.Itoa(a.Place), a.ID) })
		return err
	})
	return out, err
}

// Detail is an alarm with what became of it.
type Detail struct {
	Alarm
	Steps []Step `json:"steps"`
}

// Get returns an alarm with its steps, oldest first. Needs alarm.read; NotFound outside the caller's areas.
func (s *Service) Get(ctx context.Context, id string) (out *Detail, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		a, err := visible(ctx, tx, id)
		if err != nil {
			return err
		}
		steps, err := db.All[Step](ctx, tx, "SELECT id, alarm_id, action, by_id, by_name, at, note FROM alarm_step WHERE alarm_id = $1 ORDER BY id LIMIT 500", id)
		out = &Detail{*a, steps}
		return err
	})
	return out, err
}

// Summary counts the active alarms of the caller's areas.
type Summary struct {
	Active   int            `json:"active"`
	Unseen   int            `json:"unseen" doc:"Active and not acknowledged"`
	Critical int            `json:"critical" doc:"Critical and not acknowledged: these ring"`
	BySource map[string]int `json:"by_source" doc:"Active, by source"`
}

// Summary counts what is active. Needs alarm.read.
func (s *Service) Summary(ctx context.Context, area string) (out Summary, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	type row struct {
		Source string `db:"source"`
		Place  int    `db:"place"`
		N      int    `db:"n"`
	}
	out.BySource = map[string]int{}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		where, args := (&Filter{State: "active", Area: area}).where(ctx)
		return db.Each(ctx, tx, "SELECT source, place, COUNT(*) AS n FROM alarm WHERE "+where+" GROUP BY source, place", args, func(r *row) error {
			out.Active += r.N
			out.BySource[r.Source] += r.N
			if r.Place < 10 {
				out.Unseen += r.N
			}
			if r.Place == Critical.rank() {
				out.Critical += r.N
			}
			return nil
		})
	})
	return out, err
}

// How long alarms stay after they were cleared: positions of people as long as tracks, the rest for a year.
const (
	keepPosition = 30 * 24 * time.Hour
	keepAlarm    = 365 * 24 * time.Hour
)

// Forget drops the positions of people and old alarms when their time is over. The program calls it every hour.
func (s *Service) Forget(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE alarm SET lat = NULL, lon = NULL WHERE personal AND lat IS NOT NULL AND cleared_at < $1", clock.At(tx.Now().Add(-keepPosition))); err != nil {
			return err
		}
		old := clock.At(tx.Now().Add(-keepAlarm))
		if _, err := tx.Exec(ctx, "DELETE FROM alarm_step WHERE alarm_id IN (SELECT id FROM alarm WHERE cleared_at < $1)", old); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM alarm WHERE cleared_at < $1", old)
		return err
	})
}
