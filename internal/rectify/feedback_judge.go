package rectify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Feedback is what a resident said about an answer, as those read it who decide whether it is shown.
type Feedback struct {
	ID         string      `db:"id" json:"id"`
	ItemID     string      `db:"item_id" json:"item_id"`
	No         string      `db:"no" json:"no"`
	Title      string      `db:"title" json:"title"`
	AreaName   string      `db:"area_name" json:"area_name"`
	AreaCode   string      `db:"area_code" json:"area_code"`
	Solved     bool        `db:"solved" json:"solved"`
	Words      string      `db:"words" json:"words"`
	State      string      `db:"state" json:"state" enum:"silent,pending,shown,hidden"`
	Ground     string      `db:"ground" json:"ground,omitempty"`
	JudgedName string      `db:"judged_name" json:"judged_by,omitempty"`
	JudgedAt   *clock.Time `db:"judged_at" json:"judged_at,omitempty"`
	Day        clock.Time  `db:"day" json:"day"`
	Version    int64       `db:"version" json:"version"`
}

const feedbackQuery = `SELECT f.id, f.item_id, i.no, i.title, i.area_name, f.area_code, f.solved, f.words, f.state, f.ground, f.judged_name, f.judged_at, f.day, f.version
	FROM item_feedback f JOIN item i ON i.id = f.item_id`

// FeedbackFilter narrows the words of residents; empty fields do not.
type FeedbackFilter struct {
	State, Item, Wave string
	Unsolved          bool
}

// Grounds for words that are not shown.
var hideGrounds = []string{"personal", "insult", "advert", "off_topic", "duplicate"}

// Feedback lists words of residents on published answers in the caller's areas, newest first. Needs rectify.page.
func (s *Service) Feedback(ctx context.Context, f FeedbackFilter, page httpx.PageIn) (out httpx.Page[Feedback], err error) {
	if err := auth.Require(ctx, PermPage); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 2)
	if err != nil {
		return out, err
	}
	day, _ := strconv.ParseInt(after[0], 10, 64) // a cursor of ours; empty for the first page
	var args []any
	where := auth.Areas(ctx, "f.area_code", &args) + " AND f.state <> 'silent'"
	add := func(cond, v string) {
		if v != "" {
			args = append(args, v)
			where += fmt.Sprintf(" AND %s $%d", cond, len(args))
		}
	}
	add("f.state =", f.State)
	add("f.item_id =", f.Item)
	add("i.wave_id =", f.Wave)
	if f.Unsolved {
		where += " AND NOT f.solved"
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_feedback f JOIN item i ON i.id = f.item_id WHERE "+where, args...)
		if err != nil {
			return err
		}
		if after[1] != "" {
			args = append(args, day, after[1])
			where += fmt.Sprintf(" AND (f.day, f.id) < ($%d, $%d)", len(args)-1, len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[Feedback](ctx, tx, feedbackQuery+" WHERE "+where+fmt.Sprintf(" ORDER BY f.day DESC, f.id DESC LIMIT $%d", len(args)), args...)
		out = httpx.Cut(rows, page.Limit, total, func(r *Feedback) string { return httpx.EncodeCursor(strconv.FormatInt(r.Day.UnixMilli(), 10), r.ID) })
		return err
	})
	return out, err
}

// Judgement is what was decided about a resident's words.
type Judgement struct {
	Version int64  `json:"version"`
	Show    bool   `json:"show"`
	Ground  string `json:"ground,omitempty" maxLength:"20" doc:"Why they are not shown: personal, insult, advert, off_topic, duplicate. That somebody is not satisfied is no ground"`
	Words   string `json:"words,omitempty" maxLength:"800" doc:"The words with more made unrecognisable; left out they stay as they are"`
}

// Judge decides whether the words of a resident are shown. The voice counts either way. Needs rectify.page in the area.
func (s *Service) Judge(ctx context.Context, id string, j Judgement) (f *Feedback, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		f, err = s.JudgeTx(ctx, tx, id, j)
		return err
	})
	return f, err
}

// JudgeTx is Judge inside the caller's transaction.
func (s *Service) JudgeTx(ctx context.Context, tx *db.Tx, id string, j Judgement) (*Feedback, error) {
	f, err := db.Get[Feedback](ctx, tx, feedbackQuery+" WHERE f.id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(f.AreaCode) {
		return nil, errs.NotFound("rectify.no_voice", "There is no such voice in your area.")
	} else if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermPage, f.AreaCode); err != nil {
		return nil, err
	}
	if err := j.settle(&f); err != nil {
		return nil, err
	}
	now := tx.Time()
	f.JudgedName, f.JudgedAt = auth.From(ctx).Name, &now
	n, err := tx.Exec(ctx, `UPDATE item_feedback SET words = $1, state = $2, ground = $3, judged_by = $4, judged_name = $5, judged_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, f.Words, f.State, f.Ground, auth.From(ctx).UserID, f.JudgedName, now, id, j.Version)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.Conflict("rectify.voice_changed", "The voice changed in between, or somebody decided about it; look at it again.").With(f)
	}
	f.Version = j.Version + 1
	return &f, audit.Log(ctx, tx, audit.Entry{Action: "rectify.judge_voice", Object: "rectification", ObjectID: f.ItemID, Area: f.AreaCode,
		Detail: map[string]any{"voice": id, "show": j.Show, "ground": j.Ground}})
}

// settle writes the judgement into the voice. Words may lose pieces, never gain any: what a resident said is not rewritten.
func (j *Judgement) settle(f *Feedback) error {
	if err := checkTexts(prose.Optional("words", &j.Words, maxWords)); err != nil {
		return err
	}
	if j.Show {
		f.State, f.Ground = "shown", ""
		if j.Words != "" {
			if !shortens(f.Words, j.Words) {
				return errs.Invalid("rectify.words_changed", "Replace pieces by 〔略〕 and nothing else; the words stay those of the resident.", errs.Field{Location: "body.words", Message: "holds words that were not said"})
			}
			f.Words = mask.Public(j.Words)
		}
		return nil
	}
	if slices.Contains(hideGrounds, j.Ground) {
		f.State, f.Ground = "hidden", j.Ground
		return nil
	}
	return errs.Invalid("rectify.no_ground", "Say why the words are not shown.", errs.Field{Location: "body.ground", Message: "not in the list", Value: j.Ground})
}

// cutMark stands where a piece of what a resident said was taken out: a reader sees that, so that nobody cuts a "not" away.
const cutMark = "〔略〕"

// shortens reports whether cut is said with pieces replaced by the mark.
func shortens(said, cut string) bool {
	pieces := strings.Split(cut, cutMark)
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return said == cut
	}
	rest, ok := strings.CutPrefix(said, first)
	for _, piece := range pieces[1 : len(pieces)-1] {
		at := strings.Index(rest, piece)
		if ok = ok && at >= 0; ok {
			rest = rest[at+len(piece):]
		}
	}
	return ok && strings.HasSuffix(rest, last)
}

// WaitingVoicesTx lists the words about one item that nobody has read yet, oldest first. Needs rectify.page in its area.
func (s *Service) WaitingVoicesTx(ctx context.Context, tx *db.Tx, item string) ([]Feedback, error) {
	if _, err := s.forPage(ctx, tx, item, PermPage); err != nil {
		return nil, err
	}
	return db.All[Feedback](ctx, tx, feedbackQuery+" WHERE f.item_id = $1 AND f.state = 'pending' ORDER BY f.day, f.id LIMIT 200", item)
}
