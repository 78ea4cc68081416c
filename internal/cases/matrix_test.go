package cases_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	identitydata "yiwang/data/identity"
	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
	"yiwang/internal/workflow"
)

// actor is somebody of a shipped role at a place.
type actor struct {
	name string
	ctx  context.Context
}

// rolePermissions reads the shipped roles; a wildcard stands for the permissions of this module.
func rolePermissions(t *testing.T) map[string][]string {
	t.Helper()
	var file struct {
		Roles []struct {
			Code        string
			Permissions []string
		}
	}
	if err := yaml.Unmarshal(identitydata.Roles, &file); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, r := range file.Roles {
		for _, p := range r.Permissions {
			if p == "cases.*" {
				out[r.Code] = append(out[r.Code], cases.Permissions()...)
			} else if strings.HasPrefix(p, "cases.") {
				out[r.Code] = append(out[r.Code], p)
			}
		}
	}
	return out
}

// actors are the shipped roles where they are posted: inside the area of the case, outside it, with the lead unit, with
// another unit.
func actors(t *testing.T, x *casetest.District) []actor {
	t.Helper()
	roles := rolePermissions(t)
	elsewhere := casetest.Area + "002"
	var out []actor
	for _, a := range []struct{ name, role, unit, area string }{
		{"区指挥中心", "district_dispatcher", casetest.Area + ".district_command", casetest.Area},
		{"本街道坐席", "street_dispatcher", casetest.Street + ".street_command", casetest.Street},
		{"外街道坐席", "street_dispatcher", elsewhere + ".street_command", elsewhere},
		{"本社区书记", "community_secretary", casetest.Place + ".community_committee", casetest.Place},
		{"外社区书记", "community_secretary", casetest.Street + "002.community_committee", casetest.Street + "002"},
		{"本网格员", "grid_officer", casetest.Place + ".community_committee", casetest.Grid},
		{"邻网格员", "grid_officer", casetest.Place + ".community_committee", casetest.Place + "G002"},
		{"牵头部门", "department_clerk", builders, casetest.Area},
		{"其他部门", "department_clerk", water, casetest.Area},
		{"本街道承办人", "unit_handler", casetest.Street + ".street_urban", casetest.Street},
		{"本街道负责人", "street_leader", casetest.Street + ".street_office", casetest.Street},
		{"外街道负责人", "street_leader", elsewhere + ".street_office", elsewhere},
		{"区领导", "district_leader", casetest.Area + ".staffing", casetest.Area},
		{"考评办主任", "evaluation_lead", casetest.Area + ".staffing", casetest.Area},
		{"评估机构", "evaluation_team", casetest.Area + ".staffing", casetest.Area},
		{"系统管理员", "system_admin", casetest.Area + ".staffing", casetest.Area},
		{"对接系统", "partner_system", "", casetest.Area},
	} {
		if a.unit != "" && x.Units[a.unit].ID == "" {
			t.Fatalf("no unit %s", a.unit)
		}
		out = append(out, actor{a.name, x.As(a.name, a.unit, a.area, roles[a.role]...)})
	}
	return append(out, actor{"未登录", context.Background()})
}

// verdict words what came of an attempt: done, or who or what refused it.
func verdict(err error) string {
	switch errs.KindOf(err) {
	case "":
		return "可"
	case errs.KindForbidden:
		return "禁"
	case errs.KindNotFound:
		return "不见"
	case errs.KindUnauthorized:
		return "登录"
	}
	return "条件" // allowed, but a condition of the case refused it
}

func TestAct_AuthorisationMatrixIsAsAgreed(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		who := actors(t, x)
		var b strings.Builder
		b.WriteString("动作\t状态")
		for _, a := range who {
			b.WriteString("\t" + a.name)
		}
		seen := map[string]bool{}
		for _, st := range x.Cases.Workflow().States {
			g := bring(t, x, cases.State(st.Code))
			for _, a := range x.Cases.Workflow().From(st.Code) {
				key := a.Code + st.Holds
				if seen[key] {
					continue // one state of each kind of holder tells the rule
				}
				seen[key] = true
				if a.Code == "audit" {
					g.drawn(t)
				}
				fmt.Fprintf(&b, "\n%s\t%s", a.Code, st.Code)
				for _, p := range who {
					b.WriteString("\t" + g.verdictOf(t, p.ctx, a))
				}
			}
		}
		golden(t, "testdata/matrix.tsv", b.String()+"\n")
	})
}

func (g *stage) verdictOf(t *testing.T, ctx context.Context, a workflow.Action) string {
	t.Helper()
	m := g.move(t, a)
	m.Version = g.c.Version
	_, err := g.try(ctx, a.Code, m)
	return verdict(err)
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	was := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if !slices.Contains(was, line) {
			t.Errorf("%s:%d: %s", file, i+1, line)
		}
	}
	t.Errorf("%s differs; run with -update and look at the difference", file)
}
