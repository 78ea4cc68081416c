package opinion

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Round is a random sample of the decided comments of a wave that a second person codes blindly.
type Round struct {
	ID         string      `db:"id" json:"id"`
	WaveID     string      `db:"wave_id" json:"wave_id"`
	Title      string      `db:"title" json:"title"`
	AreaCode   string      `db:"area_code" json:"area_code"`
	Seed       int64       `db:"seed" json:"seed" doc:"Draws the same sample again from the same comments"`
	Population int         `db:"population" json:"population" doc:"Decided comments the sample was drawn from"`
	Undecided  int         `db:"undecided" json:"undecided" doc:"Comments that were open then and so could not be drawn"`
	Drawn      int         `db:"drawn" json:"drawn"`
	DrawnBy    string      `db:"drawn_by" json:"-"`
	DrawnName  string      `db:"drawn_name" json:"drawn_name"`
	DrawnAt    clock.Time  `db:"drawn_at" json:"drawn_at"`
	ClosedAt   *clock.Time `db:"closed_at" json:"closed_at,omitempty"`
	Coded      int         `db:"coded" json:"coded" doc:"Coded a second time"`
	Differing  int         `db:"differing" json:"differing" doc:"Where the two coders differ in the first matter"`
	Settled    int         `db:"settled" json:"settled" doc:"Differences that are settled"`
}

const roundColumns = `r.id, r.wave_id, r.title, r.area_code, r.seed, r.population, r.undecided, r.drawn, r.drawn_by, r.drawn_name, r.drawn_at, r.closed_at,
	(SELECT COUNT(*) FROM double_item i WHERE i.round_id = r.id AND i.second <> '') AS coded,
	(SELECT COUNT(*) FROM double_item i WHERE i.round_id = r.id AND i.second <> '' AND i.second <> i.first) AS differing,
	(SELECT COUNT(*) FROM double_item i WHERE i.round_id = r.id AND i.second <> '' AND i.second <> i.first AND i.final <> '') AS settled`

// Blind is a comment as its second coder sees it: no first code, no suggestion.
type Blind struct {
	Pos      int    `db:"pos" json:"pos"`
	AreaName string `db:"area_name" json:"area_name"`
	Text     string `db:"text" json:"text"`
}

// Queue is what is left for a second coder.
type Queue struct {
	Round Round   `json:"round"`
	Items []Blind `json:"items"`
	Left  int     `json:"left" doc:"Comments without a second code that the caller may code: those somebody else decided first"`
}

// Sample says what to draw.
type Sample struct {
	WaveID string `json:"wave_id" maxLength:"60"`
	Title  string `json:"title" maxLength:"240"`
	Size   int    `json:"size" minimum:"10" maximum:"2000"`
}

// Draw takes a simple random sample of the comments of a wave that are decided, by a person or by rule, within the caller's
// areas. Needs opinion.model.
func (s *Service) Draw(ctx context.Context, in Sample) (r *Round, err error) {
	if err := prose.Check("opinion.bad_text", prose.Needed("title", &in.Title, 60)); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err = s.DrawTx(ctx, tx, in)
		return err
	})
	return r, err
}

// DrawTx is Draw inside the caller's transaction.
func (s *Service) DrawTx(ctx context.Context, tx *db.Tx, in Sample) (*Round, error) {
	if err := auth.Require(ctx, PermModel); err != nil {
		return nil, err
	}
	if _, err := s.source.Wave(ctx, tx, in.WaveID); err != nil {
		return nil, err
	}
	where, args := CommentFilter{WaveID: in.WaveID}.where(ctx)
	all, err := db.All[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE "+where+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	decided := slices.DeleteFunc(slices.Clone(all), func(c Comment) bool { return c.State == CommentOpen })
	if len(decided) < in.Size {
		return nil, errs.Conflict("opinion.few_decided", "Fewer comments are decided than you want to draw.").With(map[string]int{"decided": len(decided)})
	}
	p := auth.From(ctx)
	r := &Round{ID: tx.ID(), WaveID: in.WaveID, Title: in.Title, Seed: tx.Time().UnixMilli(), Population: len(decided), Undecided: len(all) - len(decided), Drawn: in.Size,
		DrawnBy: p.UserID, DrawnName: p.Name, DrawnAt: tx.Time()}
	if len(p.Areas) > 0 {
		r.AreaCode = p.Areas[0]
	}
	if _, err := tx.Exec(ctx, `INSERT INTO double_round (id, wave_id, title, area_code, seed, population, undecided, drawn, drawn_by, drawn_name, drawn_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, r.ID, r.WaveID, r.Title, r.AreaCode, r.Seed, r.Population, r.Undecided, r.Drawn, r.DrawnBy, r.DrawnName, r.DrawnAt); err != nil {
		return nil, err
	}
	for _, area := range slices.Compact(slices.Sorted(slices.Values(p.Areas))) {
		if _, err := tx.Exec(ctx, "INSERT INTO double_round_area (round_id, area_code) VALUES ($1, $2)", r.ID, area); err != nil {
			return nil, err
		}
	}
	rnd := rand.New(rand.NewPCG(uint64(r.Seed), 1)) // a sample that can be drawn again
	for pos, k := range rnd.Perm(len(decided))[:in.Size] {
		c := &decided[k]
		suggested := ""
		if len(c.Suggestions.V) > 0 {
			suggested = c.Suggestions.V[0].Field
		}
		if _, err := tx.Exec(ctx, `INSERT INTO double_item (round_id, pos, comment_id, area_code, suggested, model, first, first_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, pos+1, c.ID, c.AreaCode, suggested, c.Model, codeOf(c), c.CodedBy); err != nil {
			return nil, err
		}
	}
	return r, audit.Log(ctx, tx, audit.Entry{Action: "opinion.draw", Object: "double_round", ObjectID: r.ID, Area: r.AreaCode, Detail: map[string]any{"wave": r.WaveID, "drawn": r.Drawn, "seed": r.Seed}})
}

// codeOf is what was decided of a comment: its first field, praise or none.
func codeOf(c *Comment) string {
	switch c.State {
	case CommentPraise:
		return FieldPraise
	case CommentSkipped:
		return FieldNone
	}
	if len(c.Fields.V) > 0 {
		return c.Fields.V[0]
	}
	return FieldNone
}

// Rounds lists the samples of a wave, or all, newest first. Needs opinion.code.
func (s *Service) Rounds(ctx context.Context, waveID string) (list []Round, err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := roundSeen(ctx, &args)
		if waveID != "" {
			args = append(args, waveID)
			where += fmt.Sprintf(" AND r.wave_id = $%d", len(args))
		}
		list, err = db.All[Round](ctx, tx, "SELECT "+roundColumns+" FROM double_round r WHERE "+where+" ORDER BY r.id DESC LIMIT 100", args...)
		return err
	})
	return list, err
}

// roundSeen is the SQL condition for samples that lie wholly in the caller's areas: their texts come from all of the drawer's.
func roundSeen(ctx context.Context, args *[]any) string {
	return auth.Areas(ctx, "r.area_code", args) + " AND NOT EXISTS (SELECT 1 FROM double_round_area a WHERE a.round_id = r.id AND NOT " + auth.Areas(ctx, "a.area_code", args) + ")"
}

// findRound returns a sample that lies wholly in areas where the caller has the permission; Forbidden for another.
func findRound(ctx context.Context, tx *db.Tx, id, permission string) (*Round, error) {
	r, err := db.Get[Round](ctx, tx, "SELECT "+roundColumns+" FROM double_round r WHERE r.id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("opinion.no_round", "There is no such sample.")
	}
	if err != nil {
		return nil, err
	}
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	args := []any{id}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM double_round r WHERE r.id = $1 AND "+roundSeen(ctx, &args), args...)
	if err == nil && n == 0 {
		err = errs.Forbidden("auth.outside_area", "The sample was drawn from areas that you do not have.")
	}
	return &r, err
}

// Blind returns the next comments for the second coder. Comments that the caller decided first are left to others.
// Needs opinion.code.
func (s *Service) Blind(ctx context.Context, round string, limit int) (*Queue, error) {
	out := &Queue{}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		r, err := findRound(ctx, tx, round, PermCode)
		if err != nil {
			return err
		}
		out.Round = *r
		me := auth.From(ctx).UserID
		if out.Left, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM double_item WHERE round_id = $1 AND second = '' AND first_by <> $2", round, me); err != nil {
			return err
		}
		out.Items, err = db.All[Blind](ctx, tx, `SELECT i.pos, c.area_name, c.text FROM double_item i JOIN comment_code c ON c.id = i.comment_id
			WHERE i.round_id = $1 AND i.second = '' AND i.first_by <> $2 ORDER BY i.pos LIMIT $3`, round, me, limit)
		return err
	})
	if out.Items == nil {
		out.Items = []Blind{}
	}
	return out, err
}

// CodeSecond stores the second code of a comment: a field, praise or none. Forbidden for who decided it first; Conflict if
// somebody else coded it in between. The second coder may correct it until it is settled. Needs opinion.code.
func (s *Service) CodeSecond(ctx context.Context, round string, pos int, code string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.CodeSecondTx(ctx, tx, round, pos, code) })
}

// CodeSecondTx is CodeSecond inside the caller's transaction.
func (s *Service) CodeSecondTx(ctx context.Context, tx *db.Tx, round string, pos int, code string) error {
	if err := s.checkCode(code); err != nil {
		return err
	}
	i, err := findPair(ctx, tx, round, pos, PermCode)
	if err != nil {
		return err
	}
	me := auth.From(ctx).UserID
	if i.FirstBy == me {
		return errs.Forbidden("opinion.first_coder", "You decided this comment first; another person codes it a second time.")
	}
	now := tx.Time()
	n, err := tx.Exec(ctx, `UPDATE double_item SET second = $1, second_by = $2, second_at = $3
		WHERE round_id = $4 AND pos = $5 AND final = '' AND (second = '' OR second_by = $2)`, code, me, now, round, pos)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Conflict("opinion.coded_already", "Somebody else has coded this comment.")
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "opinion.second", Object: "double_round", ObjectID: round, Area: i.AreaCode, Detail: map[string]any{"pos": pos, "code": code}})
}

func (s *Service) checkCode(code string) error {
	if _, ok := s.catalog.Category(code); ok || code == FieldPraise || code == FieldNone {
		return nil
	}
	return errs.Invalid("opinion.bad_fields", "Choose a field of the list, praise or none.", errs.Field{Location: "body.code", Message: "unknown", Value: code})
}

// Pair is a comment with both codes: shown to who settles differences, never to a second coder.
type Pair struct {
	Pos      int         `db:"pos" json:"pos"`
	AreaCode string      `db:"area_code" json:"-"`
	AreaName string      `db:"area_name" json:"area_name"`
	Text     string      `db:"text" json:"text"`
	Proposed string      `db:"suggested" json:"suggested"`
	First    string      `db:"first" json:"first"`
	FirstBy  string      `db:"first_by" json:"-"`
	Second   string      `db:"second" json:"second"`
	SecondBy string      `db:"second_by" json:"-"`
	Final    string      `db:"final" json:"final,omitempty"`
	Reason   string      `db:"reason" json:"reason,omitempty"`
	FinalAt  *clock.Time `db:"final_at" json:"final_at,omitempty"`
	Mine     bool        `db:"-" json:"mine" doc:"The caller is one of the two coders and cannot settle it"`
}

const pairColumns = "i.pos, i.area_code, c.area_name, c.text, i.suggested, i.first, i.first_by, i.second, i.second_by, i.final, i.reason, i.final_at"

func findPair(ctx context.Context, tx *db.Tx, round string, pos int, permission string) (*Pair, error) {
	if _, err := findRound(ctx, tx, round, permission); err != nil {
		return nil, err
	}
	p, err := db.Get[Pair](ctx, tx, "SELECT "+pairColumns+" FROM double_item i JOIN comment_code c ON c.id = i.comment_id WHERE i.round_id = $1 AND i.pos = $2", round, pos)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("opinion.no_pair", "There is no such comment in the sample.")
	}
	return &p, err
}

// Settle decides between two codes, with a reason; the third person is neither of the coders. Needs opinion.model.
func (s *Service) Settle(ctx context.Context, round string, pos int, code, reason string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.SettleTx(ctx, tx, round, pos, code, reason) })
}

// SettleTx is Settle inside the caller's transaction.
func (s *Service) SettleTx(ctx context.Context, tx *db.Tx, round string, pos int, code, reason string) error {
	if err := s.checkCode(code); err != nil {
		return err
	}
	if err := prose.Check("opinion.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return err
	}
	p, err := findPair(ctx, tx, round, pos, PermModel)
	if err != nil {
		return err
	}
	me := auth.From(ctx).UserID
	if p.Second == "" || p.First == p.Second {
		return errs.Conflict("opinion.no_difference", "The two coders do not differ on this comment.")
	}
	if me == p.FirstBy || me == p.SecondBy {
		return errs.Forbidden("opinion.own_code", "You are one of the two coders; a third person settles the difference.")
	}
	if _, err := tx.Exec(ctx, "UPDATE double_item SET final = $1, final_by = $2, final_at = $3, reason = $4 WHERE round_id = $5 AND pos = $6", code, me, tx.Time(), reason, round, pos); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "opinion.settle", Object: "double_round", ObjectID: round, Area: p.AreaCode, Detail: map[string]any{"pos": pos, "code": code}})
}
