package rounds

import (
	"context"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Stay is a time of an officer in one grid.
type Stay struct {
	Grid    string     `db:"grid" json:"grid"`
	Name    string     `db:"-" json:"name"`
	InAt    clock.Time `db:"in_at" json:"in_at"`
	OutAt   clock.Time `db:"out_at" json:"out_at"`
	Seconds int        `db:"seconds" json:"seconds"`
}

// Story is what belongs to a track beside the way: grids, places seen, steps with cases.
type Story struct {
	Stays []Stay      `json:"stays"`
	Seen  []SeenPoint `json:"seen" doc:"Places seen, by time"`
	Deeds []Deed      `json:"deeds" doc:"What the officer did with cases the caller may see"`
}

// Story tells what belongs to the track of an officer between two instants. It is part of looking at the track: the same permission and the same
// reason, kept once; see patrol.Chunks. Grids and places follow with up to a minute's delay.
func (s *Service) Story(ctx context.Context, l patrol.Look) (out *Story, err error) {
	if err := s.Patrol.MayLook(ctx, &l); err != nil {
		return nil, err
	}
	out = &Story{Stays: []Stay{}, Seen: []SeenPoint{}, Deeds: []Deed{}}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		err := db.Each(ctx, tx, "SELECT grid, in_at, out_at, seconds FROM round_stay WHERE officer_id = $1 AND in_at < $2 AND in_at >= $3 AND out_at >= $4 ORDER BY in_at", []any{l.Officer, l.To, clock.At(l.From.Add(-24 * time.Hour)), l.From}, func(v *Stay) error {
			v.Name = s.nameOf(ctx, v.Grid)
			out.Stays = append(out.Stays, *v)
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.seenBy(ctx, tx, &l, out); err != nil || s.Deeds == nil {
			return err
		}
		deeds, err := s.Deeds.DeedsTx(ctx, tx, l.Officer, l.From, l.To)
		out.Deeds = append(out.Deeds, deeds...)
		return err
	})
	return out, err
}

func (s *Service) seenBy(ctx context.Context, tx *db.Tx, l *patrol.Look, out *Story) error {
	f, err := s.fieldTx(ctx, tx)
	if err != nil {
		return err
	}
	type row struct {
		Point   string     `db:"point_id"`
		First   clock.Time `db:"first_at"`
		Last    clock.Time `db:"last_at"`
		Seconds int        `db:"seconds"`
	}
	return db.Each(ctx, tx, "SELECT point_id, first_at, last_at, seconds FROM round_seen WHERE day >= $1 AND day <= $2 AND officer_id = $3 AND first_at < $4 AND last_at >= $5 ORDER BY first_at LIMIT 5000",
		[]any{dayOf(l.From.UnixMilli()), dayOf(l.To.UnixMilli()), l.Officer, l.To, l.From}, func(r *row) error {
			if n, ok := f.byID[r.Point]; ok {
				p := &f.spots[n]
				out.Seen = append(out.Seen, SeenPoint{Point: Point{ID: p.id, Code: p.code, Grid: p.grid, Kind: p.kind, Name: p.name, Lat: float64(p.lat) / 1e6, Lon: float64(p.lon) / 1e6, Radius: int(p.radius)},
					FirstAt: &r.First, LastAt: &r.Last, Seconds: r.Seconds})
			}
			return nil
		})
}
