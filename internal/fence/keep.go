package fence

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// source names this module in alarms.
const source = "fence"

// keep writes what follows from a round: events, alarms, where the sessions stand, and how far the journal is read.
func (s *Service) keep(ctx context.Context, tx *db.Tx, x *round, save bool) error {
	for _, id := range x.changed {
		session, err := s.session(ctx, tx, x, id)
		if err != nil {
			return err
		}
		happened := x.happened[id]
		slices.SortFunc(happened, func(a, b happening) int { return int(a.at - b.at) })
		if err := s.note(ctx, tx, session, happened, false); err != nil {
			return err
		}
		if err := s.reconcile(ctx, tx, session, s.watches[id].lasting(s.rules), happened, false); err != nil {
			return err
		}
	}
	for _, id := range x.ended {
		if err := s.putAway(ctx, tx, s.watches[id]); err != nil {
			return err
		}
	}
	if s.recheck {
		if err := s.recheckAlarms(ctx, tx, x); err != nil {
			return err
		}
	}
	for id := range x.late {
		if _, err := tx.Exec(ctx, "INSERT INTO fence_late (session_id, since) VALUES ($1, $2) ON CONFLICT (session_id) DO NOTHING", id, tx.Time()); err != nil {
			return err
		}
	}
	return s.keepStates(ctx, tx, x, save)
}

// keepStates writes where the changed sessions stand, or all that moved together with how far the journal is read.
func (s *Service) keepStates(ctx context.Context, tx *db.Tx, x *round, save bool) error {
	var rows [][]any
	for id, w := range s.watches {
		if !w.dirty || !save && !slices.Contains(x.changed, id) || slices.Contains(x.ended, id) {
			continue
		}
		text, err := json.Marshal(w)
		if err != nil {
			return err
		}
		rows = append(rows, []any{id, w.who.Officer, string(text)})
	}
	slices.SortFunc(rows, func(a, b []any) int { return compare(a[0], b[0]) })
	if err := db.InsertMany(ctx, tx, "fence_state", "session_id, officer_id, state", "ON CONFLICT (session_id) DO UPDATE SET state = excluded.state", rows); err != nil || !save {
		return err
	}
	return s.Patrol.MarkReadTx(ctx, tx, reader, s.read)
}

func compare(a, b any) int {
	x, y := a.(string), b.(string) //nolint:forcetypeassert // ids are texts
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (s *Service) session(ctx context.Context, tx *db.Tx, x *round, id string) (*patrol.Session, error) {
	if known := x.sessions[id]; known != nil {
		return known, nil
	}
	found, err := s.Patrol.SessionTx(ctx, tx, id)
	if err == nil {
		x.sessions[id] = found
	}
	return found, err
}

// note writes events; one that is there already changes nothing.
func (s *Service) note(ctx context.Context, tx *db.Tx, x *patrol.Session, happened []happening, late bool) error {
	rows := make([][]any, 0, len(happened))
	for i := range happened {
		h := &happened[i]
		var lat, lon *float64
		if h.lat != 0 || h.lon != 0 {
			y, x := float64(h.lat)/1e6, float64(h.lon)/1e6
			lat, lon = &y, &x
		}
		rows = append(rows, []any{db.NewID(tx), x.ID, x.OfficerID, x.OfficerName, x.AreaCode, h.rule.ID, h.rule.Name, h.rule.Version, h.kind, clock.At(time.UnixMilli(h.at)), h.seconds,
			lat, lon, late || tx.Now().UnixMilli()-h.at > lateAfter, tx.Time()})
	}
	return db.InsertMany(ctx, tx, "fence_event", "id, session_id, officer_id, officer_name, area_code, fence_id, fence_name, version, kind, at, seconds, lat, lon, late, noted_at",
		"ON CONFLICT (session_id, fence_id, kind, at) DO UPDATE SET withdrawn_at = NULL", rows)
}

// lateAfter is how many milliseconds after it happened an event counts as found late.
const lateAfter = 120_000

// reconcile makes the alarms about an officer say what lasts, and raises for a moment what is over already.
func (s *Service) reconcile(ctx context.Context, tx *db.Tx, x *patrol.Session, lasting []condition, happened []happening, late bool) error {
	active, err := s.Alarms.ActiveTx(ctx, tx, source, x.OfficerID)
	if err != nil {
		return err
	}
	raised := map[string]bool{}
	for i := range active {
		kind := active[i].Kind
		raised[kind] = true
		if !slices.ContainsFunc(lasting, func(c condition) bool { return c.key() == kind }) {
			if _, err := s.Alarms.ClearTx(ctx, tx, source, x.OfficerID, kind); err != nil {
				return err
			}
		}
	}
	for _, c := range lasting {
		if raised[c.key()] {
			continue
		}
		if _, _, err := s.Alarms.RaiseTx(ctx, tx, s.alarm(ctx, x, c.rule, c.kind, last(happened, c), late)); err != nil {
			return err
		}
	}
	for i := range happened {
		h := &happened[i]
		c := condition{h.rule, h.kind}
		lasts := slices.ContainsFunc(lasting, func(l condition) bool { return l.key() == c.key() })
		if !h.rule.Alarm || lasts || raised[c.key()] || !h.passing() {
			continue
		}
		if _, _, err := s.Alarms.RaiseTx(ctx, tx, s.alarm(ctx, x, h.rule, h.kind, h, late)); err != nil {
			return err
		}
		if _, err := s.Alarms.ClearTx(ctx, tx, source, x.OfficerID, c.key()); err != nil {
			return err
		}
	}
	return nil
}

// passing reports whether the happening deserves an alarm even if it is over when it becomes known.
func (h *happening) passing() bool {
	switch h.kind {
	case Crossed, Dwelt, Strayed, Lost:
		return true
	case Entered:
		return h.rule.Enter
	case Left:
		return h.rule.Leave
	}
	return false
}

// last is the newest happening that began a condition, nil if it began before.
func last(happened []happening, c condition) *happening {
	for i := len(happened) - 1; i >= 0; i-- {
		if happened[i].kind == c.kind && happened[i].rule.ID == c.rule.ID {
			return &happened[i]
		}
	}
	return nil
}

func (s *Service) alarm(ctx context.Context, x *patrol.Session, r *rule, kind string, h *happening, late bool) alarm.Raise {
	out := alarm.Raise{Source: source, Subject: x.OfficerID, Kind: kind + ":" + r.ID, Severity: r.Severity, AreaCode: x.AreaCode, SubjectName: x.OfficerName,
		Title: title(r, kind), Link: "/patrol/tracks/" + x.OfficerID, Personal: true, Late: late}
	if h == nil {
		return out
	}
	out.At = time.UnixMilli(h.at)
	if h.lat == 0 && h.lon == 0 {
		return out
	}
	lat, lon := float64(h.lat)/1e6, float64(h.lon)/1e6
	out.Lat, out.Lon = &lat, &lon
	if s.Regions != nil {
		if at, err := s.Regions.Locate(ctx, lon, lat, time.Time{}); err == nil { // outside every area is no failure
			if at.Community != nil {
				out.Detail = at.Community.Name
			}
			if at.Grid != nil {
				out.Detail += at.Grid.Name
			}
		}
	}
	return out
}

// title says in one line what happened.
func title(r *rule, kind string) string {
	switch kind {
	case Entered:
		return "进入“" + r.Name + "”"
	case Left:
		return "离开“" + r.Name + "”"
	case Crossed:
		return "穿过“" + r.Name + "”"
	case Dwelt:
		return fmt.Sprintf("在“%s”停留超过%d分钟", r.Name, r.DwellMinutes)
	case Strayed:
		if r.Kind == Own {
			return fmt.Sprintf("离开责任区超过%d分钟", r.AwayMinutes)
		}
		return fmt.Sprintf("离开“%s”超过%d分钟", r.Name, r.AwayMinutes)
	}
	return fmt.Sprintf("失联：%d分钟没有位置", r.ContactMinutes)
}

// putAway ends the watch of a session that has ended: nobody off duty has alarms of fences.
func (s *Service) putAway(ctx context.Context, tx *db.Tx, w *watch) error {
	if _, err := tx.Exec(ctx, "DELETE FROM fence_state WHERE session_id = $1", w.Session); err != nil {
		return err
	}
	return s.Alarms.ClearSubjectTx(ctx, tx, source, w.who.Officer, "已下岗")
}

// recheckAlarms compares every alarm with what lasts, after fences were changed and when this server begins.
func (s *Service) recheckAlarms(ctx context.Context, tx *db.Tx, x *round) error {
	active, err := s.Alarms.ActiveTx(ctx, tx, source, "")
	if err != nil {
		return err
	}
	about := map[string]bool{}
	for i := range active {
		about[active[i].Subject] = true
	}
	for id, w := range s.watches {
		if slices.Contains(x.ended, id) || !about[w.who.Officer] {
			continue
		}
		delete(about, w.who.Officer)
		session, err := s.session(ctx, tx, x, id)
		if err != nil {
			return err
		}
		if err := s.reconcile(ctx, tx, session, w.lasting(s.rules), nil, false); err != nil {
			return err
		}
	}
	for officer := range about {
		if err := s.Alarms.ClearSubjectTx(ctx, tx, source, officer, "已下岗"); err != nil {
			return err
		}
	}
	return nil
}
