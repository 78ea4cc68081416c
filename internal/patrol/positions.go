package patrol

import (
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/region"
	"yiwang/internal/track"
)

// Shown is where somebody on duty is, as those see it who may see it live.
type Shown struct {
	OfficerID string     `json:"officer_id"`
	Name      string     `json:"name"`
	UnitID    string     `json:"unit_id"`
	AreaCode  string     `json:"area_code" doc:"Where the officer is on duty"`
	Grid      string     `json:"grid,omitempty" doc:"Code of the grid the position lies in"`
	Place     string     `json:"place,omitempty" doc:"Names of the community and the grid the position lies in"`
	At        clock.Time `json:"at"`
	Lat       float64    `json:"lat"`
	Lon       float64    `json:"lon"`
	Speed     *float64   `json:"speed,omitempty" doc:"Metres per second"`
	Heading   *int       `json:"heading,omitempty"`
	Accuracy  *int       `json:"accuracy,omitempty" doc:"Metres"`
	Battery   *int       `json:"battery,omitempty" doc:"Percent"`
	SOS       bool       `json:"sos"`
	Age       int        `json:"age" doc:"Seconds since the fix"`
}

// Positions is who changed since a change, or everybody.
type Positions struct {
	Change uint64   `json:"change" doc:"Ask again with this"`
	Items  []Shown  `json:"items"`
	Gone   []string `json:"gone" doc:"Officers who went off duty"`
}

// Positions returns where those on duty in the caller's areas are, or, after an earlier answer, what changed since.
// Needs patrol.live.
func (s *Service) Positions(ctx context.Context, since uint64) (out Positions, err error) {
	if err := auth.Require(ctx, PermLive); err != nil {
		return out, err
	}
	p := auth.From(ctx)
	moved, gone, reached := s.latest.since(since, p.Covers)
	out = Positions{Change: reached, Items: []Shown{}, Gone: []string{}}
	now := s.DB.Clock().Now()
	for i := range moved {
		if x := &moved[i]; s.gate.onDuty(&x.Session, now) {
			shown, err := s.show(ctx, x)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, shown)
		}
	}
	if since > 0 {
		out.Gone = append(out.Gone, gone...)
	}
	slices.SortFunc(out.Items, func(a, b Shown) int { return strings.Compare(a.OfficerID, b.OfficerID) })
	slices.Sort(out.Gone)
	return out, nil
}

func (s *Service) show(ctx context.Context, x *Position) (Shown, error) {
	lat, lon := x.Point.Degrees()
	now := s.DB.Clock().Now()
	v := Shown{OfficerID: x.Session.OfficerID, Name: x.Session.OfficerName, UnitID: x.Session.UnitID, AreaCode: x.Session.AreaCode,
		At: clock.At(time.UnixMilli(x.Point.At)), Lat: lat, Lon: lon, SOS: x.Point.Flags.Has(track.SOS), Age: int(now.UnixMilli()-x.Point.At) / 1000}
	if x.Point.Speed != track.NoSpeed {
		speed := float64(x.Point.Speed) / 10
		v.Speed = &speed
	}
	v.Heading, v.Accuracy = known(int(x.Point.Heading), track.NoHeading), known(int(x.Point.Accuracy), track.NoAccuracy)
	v.Battery = known(int(x.Point.Battery), track.NoBattery)
	if s.Regions == nil {
		return v, nil
	}
	at, err := s.Regions.Locate(ctx, lon, lat, now)
	v.Place = placeOf(at)
	if at.Grid != nil {
		v.Grid = at.Grid.Code
	}
	return v, err
}

// placeOf names the community and the grid; a grid that carries the name of its community stands alone.
func placeOf(at region.Location) string {
	switch {
	case at.Community == nil && at.Grid == nil:
		return ""
	case at.Grid == nil:
		return at.Community.Name
	case at.Community == nil || strings.HasPrefix(at.Grid.Name, strings.TrimSuffix(at.Community.Name, "居委会")):
		return at.Grid.Name
	}
	return at.Community.Name + at.Grid.Name
}

func known(v, unknown int) *int {
	if v == unknown {
		return nil
	}
	return &v
}

// OnDuty returns how many are on duty inside an area right now, whether they send positions or not. It tells no names, so whoever
// shows counts may ask.
func (s *Service) OnDuty(area string) int {
	return s.gate.count(area, s.DB.Clock().Now())
}
