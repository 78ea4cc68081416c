package duty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/identity"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Kinds of duties of a street.
const (
	Basic       = "basic"       // the street's own
	Cooperative = "cooperative" // led by a department, the street helps
	TakenBack   = "withdrawn"   // taken back by the department; not handed to streets
)

// Task is where a category stands on the duty list of a district's streets (” the shipped list).
type Task struct {
	AreaCode  string     `db:"area_code" json:"area_code"`
	Category  string     `db:"category" json:"category"`
	Kind      string     `db:"kind" json:"kind" enum:"basic,cooperative,withdrawn"`
	Owner     string     `db:"owner" json:"owner,omitempty" doc:"Code of the department that leads or took it back"`
	Basis     string     `db:"basis" json:"basis,omitempty"`
	ChangedBy string     `db:"changed_by" json:"changed_by,omitempty"`
	ChangedAt clock.Time `db:"changed_at" json:"changed_at"`
	Version   int64      `db:"version" json:"version"`

	Name      string `db:"-" json:"name"`
	Path      string `db:"-" json:"path"`
	OwnerName string `db:"-" json:"owner_name,omitempty"`
}

const taskColumns = "area_code, category, kind, owner, basis, changed_by, changed_at, version"

// TaskStanding is what a decision says about the duty list.
type TaskStanding struct {
	Kind      string `json:"kind" enum:"basic,cooperative,withdrawn"`
	Owner     string `json:"owner,omitempty"`
	OwnerName string `json:"owner_name,omitempty"`
	Basis     string `json:"basis,omitempty"`
}

// shippedTasks reads the sample list.
func shippedTasks(source []byte) ([]Task, error) {
	var y struct {
		Tasks []struct{ Category, Kind, Owner, Basis string }
	}
	if err := yaml.Unmarshal(source, &y); err != nil {
		return nil, fmt.Errorf("read duty list: %w", err)
	}
	out := make([]Task, 0, len(y.Tasks))
	for _, t := range y.Tasks {
		if !slices.Contains([]string{Basic, Cooperative, TakenBack}, t.Kind) {
			return nil, fmt.Errorf("duty list, category %s: kind %q", t.Category, t.Kind)
		}
		out = append(out, Task{Category: t.Category, Kind: t.Kind, Owner: t.Owner, Basis: t.Basis, Version: 1})
	}
	return out, nil
}

func saveTask(ctx context.Context, tx *db.Tx, t *Task) error {
	_, err := tx.Exec(ctx, "INSERT INTO duty_task ("+taskColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (area_code, category) DO UPDATE SET kind = excluded.kind, owner = excluded.owner, basis = excluded.basis, changed_by = excluded.changed_by,
			changed_at = excluded.changed_at, version = excluded.version`,
		t.AreaCode, t.Category, t.Kind, t.Owner, t.Basis, t.ChangedBy, t.ChangedAt, t.Version)
	return err
}

// taskTx returns where a category stands in an area: the district's own entry, else the shipped one, else cooperative.
func (s *Service) taskTx(ctx context.Context, tx *db.Tx, category, area string) (*Task, error) {
	rows, err := db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM duty_task WHERE category = $1 AND area_code IN ('', $2) ORDER BY area_code DESC LIMIT 1", category, district(area))
	if err != nil {
		return nil, err
	}
	t := &Task{Category: category, Kind: Cooperative}
	if len(rows) > 0 {
		t = &rows[0]
	}
	return s.titled(t), nil
}

func (s *Service) titled(t *Task) *Task {
	if leaf, ok := s.catalog.Leaf(t.Category); ok {
		t.Name, t.Path = leaf.Name, leaf.Path
	}
	t.OwnerName = bodyName(t.Owner)
	return t
}

func (s *Service) standingTx(ctx context.Context, tx *db.Tx, category, area string) (*TaskStanding, error) {
	t, err := s.taskTx(ctx, tx, category, area)
	if err != nil {
		return nil, err
	}
	return &TaskStanding{Kind: t.Kind, Owner: t.Owner, OwnerName: t.OwnerName, Basis: t.Basis}, nil
}

// streetOwn reports a unit of a street or a community itself, not one a department has posted there.
func streetOwn(u identity.Unit) bool {
	return (u.Level == "street" || u.Level == "community") && (strings.HasPrefix(u.Code, "street_") || strings.HasPrefix(u.Code, "community_"))
}

// AdmitTx says whether a matter of the category may be handed to the unit: what the duty list has taken back from streets
// is not given to one, unless the district has admitted it for the street.
func (s *Service) AdmitTx(ctx context.Context, tx *db.Tx, category string, u identity.Unit) error {
	if !streetOwn(u) {
		return nil
	}
	t, err := s.taskTx(ctx, tx, category, u.AreaCode)
	if err != nil || t.Kind != TakenBack {
		return err
	}
	n, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM duty_admission WHERE category = $1 AND state = 'admitted' AND (until IS NULL OR until > $2)
		AND area_code = substr($3, 1, length(area_code))`, category, tx.Time(), u.AreaCode)
	if err != nil || n > 0 {
		return err
	}
	return errs.Conflict("duty.withdrawn", "The duty list has taken this matter back from streets; dispatch it to the department that leads, or have the district admit it.").With(t)
}

// Tasks lists the duty list that holds in the caller's district, in order of category. Needs duty.read.
func (s *Service) Tasks(ctx context.Context) (out []Task, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		rows, err := db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM duty_task WHERE area_code IN ('', $1) ORDER BY area_code", areaOf(ctx))
		if err != nil {
			return err
		}
		held := map[string]*Task{}
		for i := range rows {
			held[rows[i].Category] = &rows[i]
		}
		for _, leaf := range s.catalog.Leaves() {
			t := held[leaf.Code]
			if t == nil {
				t = &Task{Category: leaf.Code, Kind: Cooperative, Owner: leaf.Lead}
			}
			out = append(out, *s.titled(t))
		}
		return nil
	})
	return out, err
}

// TaskChange is what a district says about a category.
type TaskChange struct {
	Kind    string `json:"kind" enum:"basic,cooperative,withdrawn"`
	Owner   string `json:"owner,omitempty" maxLength:"40"`
	Basis   string `json:"basis,omitempty" maxLength:"1600"`
	Version int64  `json:"version" doc:"Of the entry the caller saw, 0 if there was none"`
}

// ChangeTask changes where a category stands on the duty list of the caller's district. Needs duty.manage there; what is
// not the street's own needs the department that leads.
func (s *Service) ChangeTask(ctx context.Context, category string, in TaskChange) (t *Task, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		area := areaOf(ctx)
		if err := auth.RequireArea(ctx, PermManage, area); err != nil {
			return err
		}
		if _, ok := s.catalog.Leaf(category); !ok {
			return errs.NotFound("duty.no_category", "There is no such category.")
		}
		if in.Kind != Basic && !unitCode.MatchString(in.Owner) {
			return errs.Invalid("duty.need_owner", "Name the department that leads.", errs.Field{Location: "body.owner", Message: "required", Value: in.Owner})
		}
		old, err := s.taskTx(ctx, tx, category, area)
		if err != nil {
			return err
		}
		if old.Version != in.Version {
			return errs.Conflict("duty.changed", "Somebody changed it in between; look at it again.").With(old)
		}
		t = &Task{AreaCode: area, Category: category, Kind: in.Kind, Owner: in.Owner, Basis: prose.Clip(clean(in.Basis), 400), ChangedBy: nameOf(ctx), ChangedAt: tx.Time(), Version: old.Version + 1}
		if err := saveTask(ctx, tx, t); err != nil {
			return err
		}
		s.titled(t)
		return audit.Log(ctx, tx, audit.Entry{Action: "duty.task_change", Object: "duty_task", ObjectID: category, Area: area, Detail: map[string]any{"kind": t.Kind, "was": old.Kind, "owner": t.Owner}})
	})
	return t, err
}

// findAdmission returns a request, NotFound if there is none.
func findAdmission(ctx context.Context, tx *db.Tx, id string) (*Admission, error) {
	a, err := db.Get[Admission](ctx, tx, "SELECT "+admissionColumns+" FROM duty_admission WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("duty.admission_not_found", "There is no such request.")
	}
	return &a, err
}
