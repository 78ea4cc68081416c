package survey

import (
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Comment is a free-text answer. It has an id and an order of its own and only the day it came in, so that it cannot be
// joined to the response it was written with. Text is as written; the reverse evaluation masks it before anyone reads it.
type Comment struct {
	ID         string            `db:"id" json:"id"`
	WaveID     string            `db:"wave_id" json:"wave_id"`
	Street     string            `db:"street" json:"street"`
	Community  string            `db:"community" json:"community,omitempty"`
	Group      Group             `db:"grp" json:"group"`
	Channel    Channel           `db:"channel" json:"channel"`
	Question   string            `db:"question" json:"question"`
	Text       string            `db:"text" json:"text"`
	Categories db.JSON[[]string] `db:"categories" json:"categories" doc:"reverse-evaluation fields the respondent ticked"`
	Day        clock.Time        `db:"day" json:"day"`
	HasContact bool              `db:"has_contact" json:"has_contact"`
}
