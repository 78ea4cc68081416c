package identity

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	identitydata "yiwang/data/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// DemoPassword opens every account of the demonstration district, and only on a server started with --demo.
const DemoPassword = "demo-2026-yiwang"

// DemoArea is an area of the demonstration: the district, its streets and their communities.
type DemoArea struct{ Code, Name, Level, ParentCode string }

// DemoAccount is a line of the list that the start of a demonstration prints.
type DemoAccount struct{ Username, Name, Title string }

// EnsureDemoAccounts makes the units of a district (departments after departments.yaml, an office per street, a
// committee per community) and the demonstration accounts: admin, security, auditor, lead, verifier, street01…, and a
// clerk per department. What is there already stays. Returns the accounts in the order to print. areas names the
// district first; a further district gets units and no accounts of its own.
func (s *Service) EnsureDemoAccounts(ctx context.Context, tx *db.Tx, areas []DemoArea) ([]DemoAccount, error) {
	if err := onlyProgram(ctx); err != nil {
		return nil, err
	}
	d := demo{s: s, units: map[string]Unit{}}
	if err := d.ensureUnits(ctx, tx, areas); err != nil {
		return nil, fmt.Errorf("units of the demonstration: %w", err)
	}
	there, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_user WHERE demo`)
	if err != nil {
		return nil, err
	}
	if there == 0 {
		// One hash for all: eighty of them would cost four seconds at every fresh start and protect nothing, since the
		// password is printed on the screen.
		if d.hash, err = s.hasher.hash(ctx, DemoPassword); err != nil {
			return nil, err
		}
		if err := d.ensureAccounts(ctx, tx, areas); err != nil {
			return nil, fmt.Errorf("accounts of the demonstration: %w", err)
		}
	}
	return db.All[DemoAccount](ctx, tx, `
		SELECT u.username, u.name, p.title
		FROM identity_user u
		JOIN identity_post p ON p.user_id = u.id AND p.state = 'active'
		WHERE u.demo AND (p.role_code NOT IN ('grid_officer', 'community_police') OR u.username IN ('officer01', 'officer0001', 'police01'))
		ORDER BY u.id`)
}

type demo struct {
	s     *Service
	hash  string
	units map[string]Unit // by area code + "." + code
}

type department struct {
	Code, Name, Short, Level, Kind, Duties string
	OnDuty                                 bool `yaml:"on_duty_24h"`
}

func departments() ([]department, error) {
	var file struct{ Departments []department }
	if err := yaml.Unmarshal(identitydata.Departments, &file); err != nil {
		return nil, fmt.Errorf("read departments.yaml: %w", err)
	}
	return file.Departments, nil
}

func (d *demo) ensureUnits(ctx context.Context, tx *db.Tx, areas []DemoArea) error {
	known, err := db.All[Unit](ctx, tx, `SELECT `+unitColumns+` FROM identity_unit`)
	if err != nil {
		return err
	}
	for _, u := range known {
		d.units[u.AreaCode+"."+u.Code] = u
	}
	bodies, err := departments()
	if err != nil {
		return err
	}
	for _, a := range areas {
		switch a.Level {
		case "district":
			err = d.ensureDistrict(ctx, tx, a, bodies)
		case "subdistrict":
			err = d.ensure(ctx, tx, a.ParentCode+".government",
				Unit{AreaCode: a.Code, Code: "street_office", Name: a.Name + "办事处", Short: a.Name, Kind: Government, Nature: "government", Level: "street"})
		case "community":
			err = d.ensure(ctx, tx, a.ParentCode+".street_office",
				Unit{AreaCode: a.Code, Code: "community_committee", Name: a.Name, Kind: Community, Nature: "selfgov", Level: "community"})
		}
		if err == nil {
			err = d.ensureBelow(ctx, tx, a, bodies)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ensureBelow makes the bodies that every street or community has: departments.yaml lists them once.
func (d *demo) ensureBelow(ctx context.Context, tx *db.Tx, a DemoArea, bodies []department) error {
	level := map[string]string{"subdistrict": "street", "community": "community"}[a.Level]
	if level == "" {
		return nil
	}
	parent := a.Code + ".street_office"
	if level == "community" {
		parent = a.Code + ".community_committee"
	}
	for _, b := range bodies {
		if b.Level != level || b.Code == "community_committee" {
			continue
		}
		kind := Department
		if b.Kind == "enterprise" {
			kind = Enterprise
		}
		name, short := strings.TrimPrefix(b.Name, "街道"), strings.TrimPrefix(b.Short, "街道")
		if level == "community" {
			name, short = strings.TrimPrefix(b.Name, "社区"), strings.TrimPrefix(b.Short, "社区")
		}
		place := strings.TrimSuffix(a.Name, "居委会")
		u := Unit{AreaCode: a.Code, Code: b.Code, Name: place + name, Short: place + short, Kind: kind, Nature: b.Kind, Level: level, OnDuty: b.OnDuty}
		if utf8.RuneCountInString(u.Short) > 20 {
			u.Short = b.Short
		}
		if err := d.ensure(ctx, tx, parent, u); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) ensureDistrict(ctx context.Context, tx *db.Tx, a DemoArea, bodies []department) error {
	err := d.ensure(ctx, tx, "", Unit{AreaCode: a.Code, Code: "government", Name: a.Name + "人民政府", Short: a.Name + "政府", Kind: Government, Nature: "government", Level: "district"})
	if err != nil {
		return err
	}
	parent := a.Code + ".government"
	if err := d.ensure(ctx, tx, parent, Unit{AreaCode: a.Code, Code: "evaluation_office", Name: "区满意度考评办公室", Short: "考评办", Kind: Department, Nature: "party", Level: "district"}); err != nil {
		return err
	}
	for _, b := range bodies {
		if b.Level != "district" && b.Level != "vertical" && b.Level != "utility" {
			continue
		}
		kind := Department
		if b.Kind == "enterprise" {
			kind = Enterprise
		}
		u := Unit{AreaCode: a.Code, Code: b.Code, Name: b.Name, Short: b.Short, Kind: kind, Nature: b.Kind, Level: b.Level, Duties: b.Duties, OnDuty: b.OnDuty}
		if err := d.ensure(ctx, tx, parent, u); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) ensure(ctx context.Context, tx *db.Tx, parent string, u Unit) error {
	key := u.AreaCode + "." + u.Code
	if _, ok := d.units[key]; ok {
		return nil
	}
	if p, ok := d.units[parent]; ok {
		u.ParentID = &p.ID
	}
	if err := u.Validate(); err != nil {
		return fmt.Errorf("unit %s: %w", key, err)
	}
	// Without an audit entry each: several hundred would bury the log of a demonstration under its own furniture.
	if err := insertUnit(ctx, tx, &u); err != nil {
		return fmt.Errorf("unit %s: %w", key, err)
	}
	d.units[key] = u
	return nil
}

// ensureAccounts opens the accounts. Names are of fictional people.
func (d *demo) ensureAccounts(ctx context.Context, tx *db.Tx, areas []DemoArea) error {
	if len(areas) == 0 || areas[0].Level != "district" {
		return errs.Invalid("identity.bad_demo", "The district comes first in the list of areas.")
	}
	district := areas[0].Code
	office := district + ".evaluation_office"
	for _, a := range []struct{ username, name, role, title, unit string }{
		{"admin", "周明远", "system_admin", "系统管理员", district + ".data_bureau"},
		{"security", "郑安宁", "security_admin", "安全管理员", district + ".data_bureau"},
		{"auditor", "何清正", "audit_admin", "审计管理员", district + ".discipline"},
		{"lead", "陈晓岚", "evaluation_lead", "考评办主任", office},
		{"analyst", "苏景行", "evaluation_lead", "考评办副主任", office},
		{"verifier", "许志诚", "verifier", "核查员", office},
		{"editor", "唐文静", "publicity_editor", "公示编辑", office},
		{"evaluator", "林若溪", "evaluation_team", "第三方评估员", office},
		{"leader", "顾思远", "district_leader", "区考评领导小组副组长", district + ".government"},
		{"interviewer01", "沈知微", "interviewer", "调查员", office},
		{"interviewer02", "邵文博", "interviewer", "调查员", office},
		{"command", "许婧", "district_dispatcher", "区指挥中心值班长", district + ".district_command"},
	} {
		if err := d.open(ctx, tx, a.username, a.name, a.role, a.title, a.unit, district); err != nil {
			return err
		}
	}
	if err := d.openBelow(ctx, tx, areas, district); err != nil {
		return err
	}
	bodies, err := departments()
	if err != nil {
		return err
	}
	for i, b := range bodies {
		if b.Level != "district" && b.Level != "vertical" && b.Level != "utility" {
			continue
		}
		if err := d.open(ctx, tx, b.Code, surnames[i%len(surnames)]+"承民", "department_clerk", b.Short+"承办人", district+"."+b.Code, district); err != nil {
			return err
		}
	}
	return nil
}

// openBelow opens the accounts of every street — its leader, its command desk, its enforcement team, its city management
// office — and of the secretary of every community. Streets count up in the order of the list, communities within theirs.
func (d *demo) openBelow(ctx context.Context, tx *db.Tx, areas []DemoArea, district string) error {
	streets, number := 0, map[string]int{}
	communities := map[string]int{}
	for _, a := range areas {
		if a.Level == "subdistrict" && a.ParentCode == district {
			streets++
			number[a.Code] = streets
			for _, x := range []struct{ account, given, role, title, unit string }{
				{"street", "立新", "street_leader", "负责人", "street_office"},
				{"secretary", "建民", "street_leader", "党工委书记", "street_office"},
				{"desk", "思敏", "street_dispatcher", "指挥中心坐席", "street_command"},
				{"enforce", "正行", "unit_handler", "综合行政执法队承办人", "street_enforce"},
				{"urban", "致远", "unit_handler", "城市管理办公室承办人", "street_urban"},
			} {
				err := d.open(ctx, tx, fmt.Sprintf("%s%02d", x.account, streets), surnames[(streets+len(x.account))%len(surnames)]+x.given, x.role, a.Name+x.title, a.Code+"."+x.unit, a.Code)
				if err != nil {
					return err
				}
			}
		}
		if n, ok := number[a.ParentCode]; a.Level == "community" && ok {
			communities[a.ParentCode]++
			k := communities[a.ParentCode]
			err := d.open(ctx, tx, fmt.Sprintf("community%02d%02d", n, k), surnames[(n*7+k)%len(surnames)]+"惠民", "community_secretary", a.Name+"书记", a.Code+".community_committee", a.Code)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

var surnames = []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "林", "高", "罗", "梁", "宋", "唐", "韩", "冯"}

func (d *demo) open(ctx context.Context, tx *db.Tx, username, name, role, title, unit, area string) error {
	n, ok := d.units[unit]
	if !ok {
		return fmt.Errorf("account %s: no unit %s", username, unit)
	}
	u := User{Username: username, Name: name, UnitID: n.ID, PasswordHash: d.hash, Demo: true}
	if err := insertUser(ctx, tx, &u); err != nil {
		return fmt.Errorf("account %s: %w", username, err)
	}
	p := Post{UserID: u.ID, UnitID: n.ID, RoleCode: role, Title: title}
	p.Areas.V = []string{area}
	return d.s.grantNow(auth.System(ctx, "demo"), tx, &p)
}
