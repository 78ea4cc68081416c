package opinion

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Comment is what one respondent wrote, with the fields it belongs to. The text is masked.
type Comment struct {
	ID          string                `db:"id" json:"id"`
	WaveID      string                `db:"wave_id" json:"wave_id"`
	AreaCode    string                `db:"area_code" json:"area_code"`
	AreaName    string                `db:"area_name" json:"area_name"`
	Group       string                `db:"grp" json:"group"`
	Channel     string                `db:"channel" json:"channel"`
	Day         clock.Time            `db:"day" json:"day"`
	Text        string                `db:"text" json:"text"`
	Suggestions db.JSON[[]Suggestion] `db:"suggestions" json:"suggestions"`
	Model       string                `db:"model" json:"model" doc:"Version of the classifier that made the suggestions"`
	Field       string                `db:"field" json:"-"` // first confirmed field, or the first suggested one while open
	Fields      db.JSON[[]string]     `db:"fields" json:"fields"`
	Leaf        string                `db:"leaf" json:"leaf,omitempty" doc:"Event leaf: as decided, or as suggested while open"`
	State       CommentState          `db:"state" json:"state"`
	Note        string                `db:"note" json:"note,omitempty"`
	ItemID      string                `db:"item_id" json:"item_id,omitempty"`
	CodedBy     string                `db:"coded_by" json:"-"`
	CodedAt     *clock.Time           `db:"coded_at" json:"coded_at,omitempty"`
	Version     int64                 `db:"version" json:"version"`
}

const commentColumns = `id, wave_id, area_code, area_name, grp, channel, day, text, suggestions, model, field, fields, leaf, state, note,
	item_id, coded_by, coded_at, version`

// CommentState is where a comment stands.
type CommentState string

// The states of a comment. Skipped and praise leave the reverse list and can be undone.
const (
	CommentOpen      CommentState = "open"
	CommentConfirmed CommentState = "confirmed"
	CommentSkipped   CommentState = "skipped"
	CommentPraise    CommentState = "praise"
)

// CommentStates lists the states of a comment.
var CommentStates = []CommentState{CommentOpen, CommentConfirmed, CommentSkipped, CommentPraise}

// RawComment is a comment as the survey keeps it.
type RawComment struct {
	ID         string
	AreaCode   string // most specific area known: community, else street
	Group      string
	Channel    string
	Text       string
	Categories []string // fields the respondent ticked, if the questionnaire asked
	Day        clock.Time
}

// Wave is what this module needs to know of a survey wave.
type Wave struct {
	ID, Code, Name string
}

// Source is where the comments of waves come from. Comments returns the next comments after the given id, in id order,
// at most limit; Wave returns NotFound for an unknown id.
type Source interface {
	Comments(ctx context.Context, tx *db.Tx, waveID, after string, limit int) ([]RawComment, error)
	Wave(ctx context.Context, tx *db.Tx, id string) (Wave, error)
}

// Areas names areas; NotFound for what does not exist or has ended.
type Areas interface {
	AreaName(ctx context.Context, tx *db.Tx, code string) (string, error)
}
