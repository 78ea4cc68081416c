package opinion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Sources of opinions beside the survey. They stand as the channel of the comment. What comes from them is sorted, merged and put right
// with what the survey found, in the list of a wave, but never enters shares of respondents: nobody drew those who spoke there.
const (
	FromMeeting  = "meeting"  // residents' meetings, grid life meetings
	FromHotline  = "hotline"  // clusters of hotline tickets
	FromLetter   = "letter"   // letter boxes, on paper or by mail
	FromPetition = "petition" // visits and petitions
)

// Sources lists the sources in the order of a form.
var Sources = []string{FromMeeting, FromHotline, FromLetter, FromPetition}

// Collected is an opinion from elsewhere with where it was said.
type Collected struct {
	Source   string    `json:"source" enum:"meeting,hotline,letter,petition"`
	Number   string    `json:"number,omitempty" maxLength:"60" doc:"Its number there; the same number of a source is taken once"`
	Day      time.Time `json:"day" doc:"When it was said"`
	Area     string    `json:"area" maxLength:"20" doc:"Street or community it is about"`
	Occasion string    `json:"occasion,omitempty" maxLength:"240" doc:"Which meeting, letter box or visit"`
	Text     string    `json:"text" maxLength:"8000"`
	Persons  int       `json:"persons,omitempty" minimum:"0" maximum:"9999" doc:"How many said so; 1 by default"`
	Fields   []string  `json:"fields,omitempty" maxItems:"3" doc:"Fields the recorder named; they are suggested first"`
}

// Origin is where an opinion came from, and what became of it. The number leads to a ticket or letter elsewhere and so to a person;
// only who takes opinions over sees it.
type Origin struct {
	CommentID string            `db:"comment_id" json:"comment_id"`
	WaveID    string            `db:"wave_id" json:"wave_id"`
	Source    string            `db:"source" json:"source" enum:"meeting,hotline,letter,petition"`
	Number    string            `db:"number" json:"number,omitempty"`
	Occasion  string            `db:"occasion" json:"occasion,omitempty"`
	Persons   int               `db:"persons" json:"persons"`
	ByName    string            `db:"by_name" json:"by_name"`
	At        clock.Time        `db:"at" json:"at"`
	AreaCode  string            `db:"area_code" json:"area_code"`
	AreaName  string            `db:"area_name" json:"area_name"`
	Day       clock.Time        `db:"day" json:"day"`
	Text      string            `db:"text" json:"text"`
	State     CommentState      `db:"state" json:"state"`
	Fields    db.JSON[[]string] `db:"fields" json:"fields"`
	ItemID    string            `db:"item_id" json:"item_id,omitempty"`
}

// Limits of an opinion.
const (
	maxOpinion  = 2000
	maxOccasion = 60
	earliest    = 400 * 24 * time.Hour // how far back an opinion may lie
)

// Take puts one opinion into the list of a wave. Needs opinion.import in its area. Invalid for what is incomplete; Conflict, with the
// comment, if it was taken before.
func (s *Service) Take(ctx context.Context, waveID string, c Collected) (out *Comment, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.TakeTx(ctx, tx, waveID, c)
		return err
	})
	return out, err
}

// TakeTx is Take inside the caller's transaction.
func (s *Service) TakeTx(ctx context.Context, tx *db.Tx, waveID string, c Collected) (*Comment, error) {
	if err := auth.RequireArea(ctx, PermImport, c.Area); err != nil {
		return nil, err
	}
	if _, err := s.source.Wave(ctx, tx, waveID); err != nil {
		return nil, err
	}
	out, known, err := s.take(ctx, tx, waveID, "", &c, map[string]string{})
	if err != nil {
		return nil, err
	}
	if known {
		again := errs.Conflict("opinion.taken_before", "This opinion is in the list already.")
		if auth.From(ctx).Covers(out.AreaCode) { // a number guessed tells nothing of another street
			again = again.With(out)
		}
		return nil, again
	}
	return out, audit.Log(ctx, tx, audit.Entry{Action: "opinion.take", Object: "comment", ObjectID: out.ID, Area: out.AreaCode,
		Detail: map[string]any{"source": c.Source, "wave": waveID}})
}

// take stores one opinion; known says that it was there. names remembers the names of areas.
func (s *Service) take(ctx context.Context, tx *db.Tx, waveID, importID string, c *Collected, names map[string]string) (out *Comment, known bool, err error) {
	if err := s.checkCollected(tx.Now(), c); err != nil {
		return nil, false, err
	}
	raw := RawComment{ID: db.NewID(tx), AreaCode: c.Area, Channel: c.Source, Text: c.Text, Categories: c.Fields, Day: clock.At(c.Day)}
	if out, err = s.sort(ctx, tx, waveID, &raw, names); err != nil {
		return nil, false, err
	}
	district, taken := c.Area[:min(6, len(c.Area))], c.identity(out.Text)
	earlier, err := db.All[string](ctx, tx, "SELECT comment_id FROM opinion_origin WHERE district = $1 AND source = $2 AND taken = $3", district, c.Source, taken)
	if err != nil {
		return nil, false, err
	}
	if len(earlier) > 0 {
		out, err = findComment(ctx, tx, earlier[0])
		return out, true, err
	}
	if _, err := insertComment(ctx, tx, out); err != nil {
		return nil, false, err
	}
	p := auth.From(ctx)
	_, err = tx.Exec(ctx, `INSERT INTO opinion_origin (comment_id, wave_id, district, source, taken, number, occasion, persons, import_id, by_id, by_name, by_unit, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		out.ID, waveID, district, c.Source, taken, c.Number, mask.Text(c.Occasion), c.Persons, importID, p.UserID, p.Name, p.UnitID, tx.Time())
	return out, false, err
}

func (s *Service) checkCollected(now time.Time, c *Collected) error {
	if err := prose.Check("opinion.bad_text", prose.Needed("text", &c.Text, maxOpinion), prose.Optional("occasion", &c.Occasion, maxOccasion), prose.Optional("number", &c.Number, 60)); err != nil {
		return err
	}
	c.Persons = max(c.Persons, 1)
	bad := func(location, message string, value any) error {
		return errs.Invalid("opinion.bad_origin", "Say where, when and how the opinion was given.", errs.Field{Location: "body." + location, Message: message, Value: value})
	}
	switch {
	case !slices.Contains(Sources, c.Source):
		return bad("source", "not in the list", c.Source)
	case c.Day.IsZero() || c.Day.After(now.Add(24*time.Hour)) || c.Day.Before(now.Add(-earliest)):
		return bad("day", "not within the last thirteen months", c.Day)
	}
	for _, f := range c.Fields {
		if _, ok := s.catalog.Category(f); !ok {
			return bad("fields", "unknown", f)
		}
	}
	return nil
}

// identity tells an opinion from others of its source: its number there, or else what was said when and where, without the
// characters people type differently the second time.
func (c *Collected) identity(masked string) string {
	if c.Number != "" {
		return "no:" + strings.ToUpper(c.Number)
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, masked)
	sum := sha256.Sum256([]byte(c.Area + "|" + c.Day.In(clock.Nanjing).Format(time.DateOnly) + "|" + plain))
	return "text:" + hex.EncodeToString(sum[:20])
}
