package desk

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Template is a text that is written again and again, with places such as {地址} that are filled from the case.
type Template struct {
	ID        string     `db:"id" json:"id"`
	OwnerID   string     `db:"owner_id" json:"-"`
	OwnerName string     `db:"owner_name" json:"owner_name"`
	UnitID    string     `db:"unit_id" json:"-"`
	Area      string     `db:"area" json:"-"`
	Scope     string     `db:"scope" json:"scope" enum:"own,unit,area"`
	Field     string     `db:"field" json:"field" enum:"reply,note,outcome"`
	Category  string     `db:"category" json:"category,omitempty" doc:"Only for cases of this class; empty for all"`
	Name      string     `db:"name" json:"name"`
	Body      string     `db:"body" json:"body"`
	Used      int        `db:"used" json:"used"`
	CreatedAt clock.Time `db:"created_at" json:"created_at"`
	ChangedAt clock.Time `db:"changed_at" json:"changed_at"`
	Version   int64      `db:"version" json:"version"`
	Mine      bool       `db:"-" json:"mine"`
}

const templateColumns = "id, owner_id, owner_name, unit_id, area, scope, field, category, name, body, used, created_at, changed_at, version"

// NewTemplate is what a template is made of.
type NewTemplate struct {
	Name     string `json:"name" maxLength:"72"`
	Scope    string `json:"scope" enum:"own,unit,area"`
	Field    string `json:"field" enum:"reply,note,outcome"`
	Category string `json:"category,omitempty" maxLength:"10"`
	Body     string `json:"body" maxLength:"4000"`
	Version  int64  `json:"version,omitempty" doc:"When a template is changed"`
}

const (
	maxTemplates = 100
	maxBody      = 1000
)

// Places are what a template may leave open, in the order in which they are offered.
var Places = []string{"编号", "标题", "地址", "区域", "分类", "单位", "结果", "期限", "今天"}

var place = regexp.MustCompile(`\{([^{}]{1,12})\}`)

// Templates lists what the caller may use for a field of a case of a category; empty leaves the choice open. The most
// used come first.
func (s *Service) Templates(ctx context.Context, field, category string) (list []Template, err error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All[Template](ctx, tx, "SELECT "+templateColumns+" FROM desk_template WHERE owner_id = $1 OR scope <> 'own' ORDER BY used DESC, id LIMIT 2000", p.UserID)
		list = []Template{}
		for _, t := range rows {
			fits := (field == "" || t.Field == field) && (category == "" || strings.HasPrefix(category, t.Category))
			if fits && t.shared().found(p) {
				t.Mine = t.OwnerID == p.UserID
				list = append(list, t)
			}
		}
		return err
	})
	return list, err
}

func (t *Template) shared() shared { return shared{t.OwnerID, t.UnitID, t.Area, t.Scope} }

func (t *Template) become(ctx context.Context, s *Service, tx *db.Tx, n NewTemplate) (err error) {
	if t.Name, err = tidy("name", n.Name, maxName); err != nil {
		return err
	}
	if t.Body, err = tidy("body", n.Body, maxBody); err != nil {
		return err
	}
	for _, m := range place.FindAllStringSubmatch(t.Body, -1) {
		if !slices.Contains(Places, m[1]) {
			return errs.Invalid("desk.bad_place", "There is no such place to fill.", errs.Field{Location: "body.body", Message: "unknown", Value: m[0]})
		}
	}
	if n.Category != "" && s.Duties.Catalog().Name(n.Category) == "" {
		return errs.Invalid("cases.need_category", "Choose a category.", errs.Field{Location: "body.category", Message: "not in the tree", Value: n.Category})
	}
	if t.UnitID, t.Area, err = reach(ctx, n.Scope); err != nil {
		return err
	}
	t.Scope, t.Field, t.Category, t.ChangedAt, t.Mine = n.Scope, n.Field, n.Category, tx.Time(), true
	return nil
}

// SaveTemplate keeps a new template. Sharing needs desk.share as well.
func (s *Service) SaveTemplate(ctx context.Context, n NewTemplate) (t *Template, err error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		p := auth.From(ctx)
		have, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM desk_template WHERE owner_id = $1", p.UserID)
		if err != nil {
			return err
		}
		if have >= maxTemplates {
			return errs.Conflict("desk.many_templates", "You keep 100 templates already; delete one of them.")
		}
		t = &Template{ID: db.NewID(tx), OwnerID: p.UserID, OwnerName: p.Name, CreatedAt: tx.Time(), Version: 1}
		if err := t.become(ctx, s, tx, n); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO desk_template ("+templateColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
			t.ID, t.OwnerID, t.OwnerName, t.UnitID, t.Area, t.Scope, t.Field, t.Category, t.Name, t.Body, t.Used, t.CreatedAt, t.ChangedAt, t.Version)
		if err != nil {
			return err
		}
		return s.log(ctx, tx, "save_template", "desk_template", t.ID, map[string]any{"name": t.Name, "scope": t.Scope})
	})
	return t, err
}

// ChangeTemplate changes an own template. Conflict if it changed in between.
func (s *Service) ChangeTemplate(ctx context.Context, id string, n NewTemplate) (t *Template, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if t, err = s.template(ctx, tx, id, true); err != nil {
			return err
		}
		if t.Version != n.Version {
			return errs.Conflict("desk.changed", "It has been changed in between; look at it again.").With(t)
		}
		if err := t.become(ctx, s, tx, n); err != nil {
			return err
		}
		t.Version++
		_, err = tx.Exec(ctx, "UPDATE desk_template SET name = $1, unit_id = $2, area = $3, scope = $4, field = $5, category = $6, body = $7, changed_at = $8, version = $9 WHERE id = $10",
			t.Name, t.UnitID, t.Area, t.Scope, t.Field, t.Category, t.Body, t.ChangedAt, t.Version, id)
		if err != nil {
			return err
		}
		return s.log(ctx, tx, "change_template", "desk_template", id, map[string]any{"name": t.Name, "scope": t.Scope})
	})
	return t, err
}

// DropTemplate deletes an own template.
func (s *Service) DropTemplate(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := s.template(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM desk_template WHERE id = $1", id); err != nil {
			return err
		}
		return s.log(ctx, tx, "drop_template", "desk_template", id, map[string]any{"name": t.Name})
	})
}

func (s *Service) template(ctx context.Context, tx *db.Tx, id string, own bool) (*Template, error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	t, err := db.Get[Template](ctx, tx, "SELECT "+templateColumns+" FROM desk_template WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && (own && t.OwnerID != p.UserID || !t.shared().found(p)) {
		err = errs.NotFound("desk.no_template", "There is no such template.")
	}
	return &t, err
}

// Fill returns the text of a template with its places filled from a case the caller sees, and counts the use.
func (s *Service) Fill(ctx context.Context, id, caseID string) (text string, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := s.template(ctx, tx, id, false)
		if err != nil {
			return err
		}
		c, err := s.Cases.GetTx(ctx, tx, caseID)
		if err != nil {
			return err
		}
		values := placesOf(c, tx)
		text = place.ReplaceAllStringFunc(t.Body, func(m string) string { return values[strings.Trim(m, "{}")] })
		_, err = tx.Exec(ctx, "UPDATE desk_template SET used = used + 1 WHERE id = $1", id)
		return err
	})
	return text, err
}

// resultWords are the endings as residents read them.
var resultWords = map[cases.Result]string{cases.Resolved: "已解决", cases.Partly: "部分解决", cases.Explained: "已作解释说明", cases.NotOurs: "不属本级职责", cases.Cannot: "暂不能解决", cases.Withdrawn: "反映人撤回"}

func placesOf(c *cases.Case, tx *db.Tx) map[string]string {
	due := c.PromisedAt
	if due == nil {
		due = c.DueAt
	}
	return map[string]string{"编号": c.Number, "标题": c.Title, "地址": orDash(c.Address), "区域": c.AreaName, "分类": orDash(c.CategoryName), "单位": orDash(c.LeadName),
		"结果": orDash(resultWords[c.Result]), "期限": day(due), "今天": day(clock.Ptr(tx.Now()))}
}

func orDash(s string) string {
	if s == "" {
		return "——"
	}
	return s
}

func day(t *clock.Time) string {
	if t == nil {
		return "——"
	}
	return t.In(clock.Nanjing).Format("1月2日")
}
