package tally

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// Brief is a daily or monthly brief of an area. A draft may be made again; an issued one never changes.
type Brief struct {
	ID       string                     `db:"id" json:"id"`
	Kind     string                     `db:"kind" json:"kind" enum:"daily,monthly"`
	AreaCode string                     `db:"area_code" json:"area_code"`
	AreaName string                     `db:"area_name" json:"area_name"`
	Day      string                     `db:"day" json:"day" doc:"2026-11-19, or 2026-10 for a month"`
	State    string                     `db:"state" json:"state" enum:"draft,issued"`
	Content  db.JSON[document.Document] `db:"content" json:"content"`
	Remark   string                     `db:"remark" json:"remark,omitempty" doc:"What whoever made it adds"`
	Digest   string                     `db:"digest" json:"digest,omitempty" doc:"SHA-256 of the content of an issued brief"`
	MadeBy   string                     `db:"made_by" json:"made_by"`
	MadeAt   clock.Time                 `db:"made_at" json:"made_at"`
	IssuedBy string                     `db:"issued_by" json:"issued_by,omitempty"`
	IssuedAt *clock.Time                `db:"issued_at" json:"issued_at,omitempty"`
	Version  int64                      `db:"version" json:"version"`
}

const briefColumns = "id, kind, area_code, area_name, day, state, content, remark, digest, made_by, made_at, issued_by, issued_at, version"

// NewBrief asks for a brief.
type NewBrief struct {
	Kind   string `json:"kind" enum:"daily,monthly"`
	Area   string `json:"area" minLength:"6" maxLength:"12"`
	Day    string `json:"day" minLength:"7" maxLength:"10" doc:"2026-11-19, or 2026-10 for a month"`
	Remark string `json:"remark,omitempty" maxLength:"2000"`
}

// period returns the first instant and the first one after.
func (n *NewBrief) period() (since, until time.Time, err error) {
	if n.Kind == "monthly" {
		since, err = time.ParseInLocation("2006-01", n.Day, clock.Nanjing)
		return since, since.AddDate(0, 1, 0), err
	}
	since, err = time.ParseInLocation(time.DateOnly, n.Day, clock.Nanjing)
	return since, since.AddDate(0, 0, 1), err
}

// MakeBrief makes the draft of a brief, or makes it again. Needs tally.brief in the area; Conflict once it is issued, Invalid
// for a time that is not over.
func (s *Service) MakeBrief(ctx context.Context, n NewBrief) (b *Brief, err error) {
	if err := auth.RequireArea(ctx, PermBrief, n.Area); err != nil {
		return nil, err
	}
	since, until, err := n.period()
	if err != nil {
		return nil, errs.Invalid("tally.bad_day", "Give the day as 2026-11-19, or the month as 2026-10.", errs.Field{Location: "body.day", Message: "not a day", Value: n.Day})
	}
	n.Remark = mask.Text(strings.TrimSpace(n.Remark))
	if utf8.RuneCountInString(n.Remark) > 500 {
		return nil, errs.Invalid("tally.long_remark", "At most 500 characters.", errs.Field{Location: "body.remark", Message: "too long"})
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if until.After(tx.Now()) {
			return errs.Invalid("tally.not_over", "A brief is made when its day or month is over.", errs.Field{Location: "body.day", Message: "not over", Value: n.Day})
		}
		b, err = s.makeBrief(ctx, tx, n, Filter{Area: n.Area, Since: clock.At(since), Until: clock.At(until)})
		return err
	})
	return b, err
}

func (s *Service) makeBrief(ctx context.Context, tx *db.Tx, n NewBrief, f Filter) (*Brief, error) {
	there, err := db.All[Brief](ctx, tx, "SELECT "+briefColumns+" FROM tally_brief WHERE kind = $1 AND area_code = $2 AND day = $3", n.Kind, n.Area, n.Day)
	if err != nil {
		return nil, err
	}
	b := Brief{ID: db.NewID(tx), Kind: n.Kind, AreaCode: n.Area, Day: n.Day, Version: 1}
	if len(there) > 0 {
		if b = there[0]; b.State == "issued" {
			return nil, errs.Conflict("tally.issued", "This brief is issued and stays as it is.").With(&b)
		}
		b.Version++
	}
	if b.AreaName, err = s.areaName(ctx, n.Area); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	b.State, b.Remark, b.MadeBy, b.MadeAt = "draft", n.Remark, p.Name, tx.Time()
	if b.Content.V, err = s.write(ctx, tx, &b, f); err != nil {
		return nil, err
	}
	stored, err := tx.Exec(ctx, "INSERT INTO tally_brief ("+briefColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (kind, area_code, day) DO UPDATE SET content = $7, remark = $8, made_by = $10, made_at = $11, version = $14
		WHERE tally_brief.state = 'draft' AND tally_brief.version = $14 - 1`,
		b.ID, b.Kind, b.AreaCode, b.AreaName, b.Day, b.State, b.Content, b.Remark, b.Digest, b.MadeBy, b.MadeAt, b.IssuedBy, b.IssuedAt, b.Version)
	if err != nil {
		return nil, err
	}
	if stored == 0 { // issued or made again at the same moment
		return nil, errs.Conflict("tally.brief_changed", "The brief was made again in between; look at it first.")
	}
	return &b, audit.Log(ctx, tx, audit.Entry{Action: "tally.brief_made", Object: "brief", ObjectID: b.ID, Area: b.AreaCode, Detail: map[string]any{"day": b.Day}})
}

// IssueBrief issues a draft: from now on it stays as it is. Needs tally.brief in the area; Conflict if it was made again
// since the version the caller saw.
func (s *Service) IssueBrief(ctx context.Context, id string, version int64) (b *Brief, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if b, err = s.briefTx(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermBrief, b.AreaCode); err != nil {
			return err
		}
		if b.State == "issued" {
			return errs.Conflict("tally.issued", "This brief is issued and stays as it is.").With(b)
		}
		content, err := json.Marshal(b.Content.V)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		b.State, b.Digest, b.IssuedBy, b.IssuedAt = "issued", hex.EncodeToString(sum[:]), auth.From(ctx).Name, clock.Ptr(tx.Now())
		n, err := tx.Exec(ctx, "UPDATE tally_brief SET state = $1, digest = $2, issued_by = $3, issued_at = $4, version = version + 1 WHERE id = $5 AND version = $6",
			b.State, b.Digest, b.IssuedBy, b.IssuedAt, b.ID, version)
		if err == nil && n == 0 {
			err = errs.Conflict("tally.brief_changed", "The brief was made again in between; look at it first.").With(b)
		}
		if err != nil {
			return err
		}
		b.Version = version + 1
		return audit.Log(ctx, tx, audit.Entry{Action: "tally.brief_issued", Object: "brief", ObjectID: b.ID, Area: b.AreaCode, Detail: map[string]any{"digest": b.Digest}})
	})
	return b, err
}

// Brief returns a brief of the caller's areas: drafts for those who make them, issued ones for everybody with tally.read.
func (s *Service) Brief(ctx context.Context, id string) (b *Brief, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		b, err = s.briefTx(ctx, tx, id)
		return err
	})
	return b, err
}

func (s *Service) briefTx(ctx context.Context, tx *db.Tx, id string) (*Brief, error) {
	args := []any{id}
	where := briefsOf(ctx, &args)
	rows, err := db.All[Brief](ctx, tx, "SELECT "+briefColumns+" FROM tally_brief WHERE id = $1 AND "+where, args...)
	if err == nil && len(rows) == 0 {
		err = errs.NotFound("tally.no_brief", "There is no such brief, or you may not see it.")
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

func briefsOf(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return "FALSE"
	}
	where := auth.Areas(ctx, "area_code", args)
	if !p.Has(PermBrief) {
		where += " AND state = 'issued'"
	}
	return where
}

// Briefs lists briefs, newest day first, without their content.
func (s *Service) Briefs(ctx context.Context, kind string, in httpx.PageIn) (page httpx.Page[Brief], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return page, err
	}
	cursor, err := httpx.DecodeCursor(in.Cursor, 2)
	if err != nil {
		return page, err
	}
	var args []any
	where := briefsOf(ctx, &args)
	if kind != "" {
		args = append(args, kind)
		where += fmt.Sprintf(" AND kind = $%d", len(args))
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM tally_brief WHERE "+where, args...)
		if err != nil {
			return err
		}
		if cursor[0] != "" {
			args = append(args, cursor[0], cursor[1])
			where += fmt.Sprintf(" AND (day < $%d OR day = $%d AND id < $%d)", len(args)-1, len(args)-1, len(args))
		}
		args = append(args, in.Limit+1)
		rows, err := db.All[Brief](ctx, tx, fmt.Sprintf(`SELECT id, kind, area_code, area_name, day, state, '{"title":"","blocks":[]}' AS content, remark, digest, made_by, made_at,
			issued_by, issued_at, version FROM tally_brief WHERE %s ORDER BY day DESC, id DESC LIMIT $%d`, where, len(args)), args...)
		page = httpx.Cut(rows, in.Limit, total, func(b *Brief) string { return httpx.EncodeCursor(b.Day, b.ID) })
		return err
	})
	return page, err
}

// BriefFile returns the name of a brief's file and what writes it: Word, Excel or a page to print.
func (s *Service) BriefFile(ctx context.Context, id, format string) (name string, write func(io.Writer) error, err error) {
	b, err := s.Brief(ctx, id)
	if err != nil {
		return "", nil, err
	}
	d := &b.Content.V
	if b.State == "draft" {
		d.Mark = "草稿，未签发"
	} else {
		d.Mark = "签发：" + b.IssuedBy + " " + b.IssuedAt.In(clock.Nanjing).Format("2006-01-02 15:04") + " · " + b.Digest[:12]
	}
	write = map[string]func(io.Writer) error{"docx": d.Word, "xlsx": d.Excel, "html": d.Page}[format]
	return d.Title + "." + format, write, nil
}
