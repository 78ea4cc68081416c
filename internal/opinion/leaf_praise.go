package opinion

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// TopicThanked is emitted when thanks were passed on. The payload is Thanked.
const TopicThanked = "opinion.thanked"

// Thanked is the payload of TopicThanked.
type Thanked struct {
	CommentID string `json:"comment_id"`
	AreaCode  string `json:"area_code"`
	Unit      string `json:"unit" doc:"Office that passes the thanks on, empty if there is none"`
	Target    string `json:"target"`
	Words     string `json:"words"`
}

// Praise is a comment that only praises, with whom it seems to praise and the thanks passed on.
type Praise struct {
	ID       string      `db:"id" json:"id"`
	WaveID   string      `db:"wave_id" json:"wave_id"`
	AreaCode string      `db:"area_code" json:"area_code"`
	AreaName string      `db:"area_name" json:"area_name"`
	Day      clock.Time  `db:"day" json:"day"`
	Text     string      `db:"text" json:"text"`
	Target   string      `db:"target" json:"target" doc:"Who is praised; found in the text while no thanks were passed on"`
	Words    string      `db:"words" json:"words,omitempty"`
	UnitName string      `db:"unit_name" json:"unit_name,omitempty" doc:"Office that was asked to pass the thanks on"`
	ByName   string      `db:"by_name" json:"by_name,omitempty"`
	At       *clock.Time `db:"at" json:"thanked_at,omitempty"`
	Version  int64       `db:"version" json:"version"`
}

// Praised counts praise by whom it is for.
type Praised struct {
	Target  string `json:"target"`
	N       int    `json:"n"`
	Thanked int    `json:"thanked"`
}

// targets are those who get praised, with the words that name them, most special first.
var targets = []struct {
	name  string
	words []string
}{
	{"网格员", []string{"网格"}},
	{"志愿者", []string{"志愿", "红马甲", "义工"}},
	{"民警", []string{"民警", "派出所", "警察", "警官", "交警", "巡逻"}},
	{"消防", []string{"消防"}},
	{"城管", []string{"城管"}},
	{"环卫与保洁", []string{"保洁", "环卫", "清洁", "扫地"}},
	{"物业", []string{"物业", "保安", "管家", "门岗"}},
	{"医护", []string{"医生", "护士", "卫生服务", "医院"}},
	{"窗口", []string{"窗口", "大厅", "办证", "办事"}},
	{"社区食堂与养老", []string{"食堂", "助餐", "养老", "日照"}},
	{"社区", []string{"社区", "居委", "社工", "书记", "主任", "楼长"}},
	{"市政与建设", []string{"路灯", "修路", "新修", "改造", "出新", "公园", "电梯", "加装"}},
	{"街道", []string{"街道", "干部"}},
}

// PraiseTargets lists those who can be praised, in the order of a form.
func PraiseTargets() []string {
	out := make([]string, 0, len(targets)+1)
	for _, t := range targets {
		out = append(out, t.name)
	}
	return append(out, "其他")
}

// targetOf finds who a text praises.
func targetOf(text string) string {
	for _, t := range targets {
		if _, ok := containsAny(text, t.words); ok {
			return t.name
		}
	}
	return "其他"
}

const praiseColumns = `c.id, c.wave_id, c.area_code, c.area_name, c.day, c.text, c.version, COALESCE(t.target, '') AS target, COALESCE(t.words, '') AS words,
	COALESCE(t.unit_name, '') AS unit_name, COALESCE(t.by_name, '') AS by_name, t.at`

// PraiseFilter narrows the list of praise; empty fields do not.
type PraiseFilter struct {
	WaveID, Area string
	Waiting      bool // no thanks passed on yet
}

func (f PraiseFilter) where(ctx context.Context) (string, []any) {
	var args []any
	where := []string{"c.state = 'praise'", auth.Areas(ctx, "c.area_code", &args)}
	if f.WaveID != "" {
		args = append(args, f.WaveID)
		where = append(where, fmt.Sprintf("c.wave_id = $%d", len(args)))
	}
	if f.Area != "" {
		where = append(where, auth.Within("c.area_code", []string{f.Area}, &args))
	}
	if f.Waiting {
		where = append(where, "t.comment_id IS NULL")
	}
	return strings.Join(where, " AND "), args
}

const praiseFrom = " FROM comment_code c LEFT JOIN praise_thanks t ON t.comment_id = c.id WHERE "

// PraiseList returns the comments that only praise. Needs opinion.code.
func (s *Service) PraiseList(ctx context.Context, f PraiseFilter, page httpx.PageIn) (out httpx.Page[Praise], err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 1)
	if err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*)"+praiseFrom+where, args...)
		if err != nil {
			return err
		}
		args = append(args, after[0], page.Limit+1)
		rows, err := db.All[Praise](ctx, tx, "SELECT "+praiseColumns+praiseFrom+where+
			fmt.Sprintf(" AND c.id > $%d ORDER BY c.id LIMIT $%d", len(args)-1, len(args)), args...)
		for i := range rows {
			rows[i].named()
		}
		out = httpx.Cut(rows, page.Limit, total, func(p *Praise) string { return httpx.EncodeCursor(p.ID) })
		return err
	})
	return out, err
}

func (p *Praise) named() {
	if p.Target == "" {
		p.Target = targetOf(p.Text)
	}
}

// Praised counts the praise of a wave by whom it is for, in the order of the list of targets. Needs opinion.code.
func (s *Service) Praised(ctx context.Context, f PraiseFilter) ([]Praised, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	count := map[string]*Praised{}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		return db.Each(ctx, tx, "SELECT "+praiseColumns+praiseFrom+where, args, func(p *Praise) error {
			p.named()
			if count[p.Target] == nil {
				count[p.Target] = &Praised{Target: p.Target}
			}
			count[p.Target].N++
			if p.At != nil {
				count[p.Target].Thanked++
			}
			return nil
		})
	})
	out := []Praised{}
	for _, t := range PraiseTargets() {
		if count[t] != nil {
			out = append(out, *count[t])
		}
	}
	return out, err
}

// Office is the unit of an area that passes thanks on.
type Office struct{ ID, Name string }

// Offices finds the office of the street that an area lies in; the zero Office where there is none.
type Offices interface {
	OfficeTx(ctx context.Context, tx *db.Tx, area string) (Office, error)
}

// Thank passes thanks on: the office of the street reads who was praised and the words, once per comment. Conflict if it was
// done already or the comment is no praise. Needs opinion.code for its area.
func (s *Service) Thank(ctx context.Context, id, target, text string) (p *Praise, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err = s.ThankTx(ctx, tx, id, target, text)
		return err
	})
	return p, err
}

// ThankTx is Thank inside the caller's transaction.
func (s *Service) ThankTx(ctx context.Context, tx *db.Tx, id, target, text string) (*Praise, error) {
	if err := prose.Check("opinion.bad_text", prose.Needed("target", &target, 20), prose.Optional("words", &text, 200)); err != nil {
		return nil, err
	}
	c, err := findComment(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermCode, c.AreaCode); err != nil {
		return nil, err
	}
	if c.State != CommentPraise {
		return nil, errs.Conflict("opinion.no_praise", "Only a comment that praises can be thanked for.").With(c)
	}
	target, text = mask.Text(target), mask.Text(text)
	var office Office
	if s.offices != nil {
		if office, err = s.offices.OfficeTx(ctx, tx, c.AreaCode); err != nil {
			return nil, err
		}
	}
	n, err := tx.Exec(ctx, `INSERT INTO praise_thanks (comment_id, area_code, target, unit_id, unit_name, words, by_id, by_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (comment_id) DO NOTHING`, id, c.AreaCode, target, office.ID, office.Name, text, auth.From(ctx).UserID, auth.From(ctx).Name, tx.Time())
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.Conflict("opinion.thanked", "Thanks for this comment were passed on already.")
	}
	if err := errors.Join(outbox.Emit(ctx, tx, TopicThanked, id, Thanked{CommentID: id, AreaCode: c.AreaCode, Unit: office.ID, Target: target, Words: text}),
		audit.Log(ctx, tx, audit.Entry{Action: "opinion.thank", Object: "comment", ObjectID: id, Area: c.AreaCode, Detail: map[string]any{"target": target}})); err != nil {
		return nil, err
	}
	p, err := db.Get[Praise](ctx, tx, "SELECT "+praiseColumns+praiseFrom+"c.id = $1", id)
	return &p, err
}
