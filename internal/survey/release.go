package survey

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// permRelease is the permission of the report module that opens ReleasedTx; its test holds the two equal.
const permRelease = "report.data"

// Released is a response as the export of a wave sees it: no id, no time, no device, nothing that names a person.
type Released struct {
	Channel     Channel          `db:"channel"`
	Mode        Mode             `db:"mode"`
	Street      string           `db:"street"`
	Community   string           `db:"community"`
	Group       Group            `db:"grp"`
	Sex         string           `db:"sex"`
	AgeBand     string           `db:"age_band"`
	Seconds     int              `db:"seconds"`
	Interviewer string           `db:"interviewer"`
	Weight      float64          `db:"base_weight"`
	Flags       int64            `db:"flags"`
	Excluded    bool             `db:"excluded"`
	Marks       string           `db:"marks"`
	Answers     db.JSON[Answers] `db:"answers"`
}

// Marked is the response as scoring sees it.
func (r *Released) Marked() Marked {
	return Marked{Channel: r.Channel, Street: r.Street, Community: r.Community, Group: r.Group, Sex: r.Sex, AgeBand: r.AgeBand, Weight: r.Weight, Flags: r.Flags, Excluded: r.Excluded, Marks: r.Marks}
}

// ReleasedTx returns every answer of a wave without pilot answers, in no particular order. Needs report.data in the wave's whole district. The
// caller sees to it that no small cell leaves the house.
func (s *Service) ReleasedTx(ctx context.Context, tx *db.Tx, w *Wave) ([]Released, error) {
	if err := auth.RequireArea(ctx, permRelease, w.Area); err != nil {
		return nil, err
	}
	return db.All[Released](ctx, tx, `SELECT channel, mode, street, community, grp, sex, age_band, seconds, interviewer, base_weight, flags, excluded, marks, answers
		FROM response WHERE wave_id = $1 AND NOT pilot`, w.ID)
}
