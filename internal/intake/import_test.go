package intake_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/intake"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

const file = `工单编号,来电时间,诉求内容,分类,街道,社区,来电人,电话,是否保密,备注
NJ-1,2026-11-23 09:30,门口路灯不亮三天了,路灯熄灭与照明不足,第1街道,第1社区,李小明,13812345678,否,x
NJ-2,2026-11-23 10:00,楼道堆满纸箱,楼道堆物,第1街道办事处,,王某,13900001111,是,
NJ-3,2026-11-23 10:05,,,第1街道,,,,,
NJ-4,2026-11-23 10:10,没有这个街道,,月亮街道,,,,,
NJ-5,2026-11-23 10:15,别的街道的事,,第2街道,,,,,
NJ-1,2026-11-23 10:20,同一个编号又来一次,,第1街道,,,,,
`

func TestImport_TakesGoodRowsOnceAndSaysWhyOthersAreRefused(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		clerk := x.As("clerk", casetest.Street+".street_command", casetest.Street, cases.PermRead, cases.PermReport, intake.PermImport)
		load := func(dry bool) *intake.Import {
			t.Helper()
			im, err := s.Import(clerk, strings.NewReader(file), intake.ImportOptions{DryRun: dry, FileName: "11月23日.csv"})
			if err != nil {
				t.Fatal(err)
			}
			return im
		}
		count := func() int {
			t.Helper()
			list, err := x.Cases.List(x.Ctx, cases.Filter{}, httpx.PageIn{Limit: 50})
			if err != nil {
				t.Fatal(err)
			}
			return list.Total
		}
		dry := load(true)
		if dry.Total != 6 || dry.Added != 2 || dry.Known != 1 || dry.Refused != 3 || count() != 0 {
			t.Fatalf("dry run: %+v, %d cases", dry, count())
		}
		im := load(false)
		if im.Added != 2 || im.Known != 1 || im.Refused != 3 || count() != 2 {
			t.Fatalf("import: %+v, %d cases", im, count())
		}
		codes := map[int]string{}
		for _, e := range im.Report.V.Errors {
			codes[e.Row] = e.Code
		}
		if codes[4] == "" || codes[5] != "intake.unknown_street" || codes[6] != "auth.outside_area" || len(im.Report.V.Ignored) != 1 {
			t.Errorf("reasons %v, ignored %v", codes, im.Report.V.Ignored)
		}
		if again := load(false); again.Added != 0 || again.Known != 3 || count() != 2 {
			t.Errorf("again: %+v, %d cases", again, count())
		}
		list, err := s.Imports(clerk)
		if err != nil || len(list) != 3 {
			t.Errorf("%d imports: %v", len(list), err)
		}
		if _, err := s.Import(x.Desk(), strings.NewReader(file), intake.ImportOptions{}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
	})
}

func TestReplies_TellTheHotlineWhatBecameOfItsTickets(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		clerk := x.As("clerk", casetest.Street+".street_command", casetest.Street, cases.PermRead, cases.PermReport, intake.PermImport)
		got, err := s.TakeTickets(clerk, "", casetest.Street, []intake.Ticket{{Number: "A1", Text: "门口路灯不亮", Community: "第1社区", Street: "第1街道", Name: "李小明", Phone: "13812345678"}, {Number: "A2", Text: "同一盏路灯"},
			{Number: "A1", Text: "门口路灯不亮"}})
		if err != nil || got[0].Status != "added" || got[1].Status != "added" || got[2].Status != "known" {
			t.Fatalf("%+v %v", got, err)
		}
		one, err := x.Cases.Get(x.Ctx, got[0].CaseID)
		if err != nil {
			t.Fatal(err)
		}
		two, err := x.Cases.Get(x.Ctx, got[1].CaseID)
		if err != nil {
			t.Fatal(err)
		}
		x.Act(t, x.Desk(), &two.Case, "merge", cases.Move{Into: one.ID})
		closed(t, x, one.Number)
		b, err := s.Replies(clerk, "", time.Time{}.AddDate(1969, 0, 0), testkit.Epoch.AddDate(0, 0, 2), sheet.CSV)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(bytes.TrimPrefix(b, []byte("\uFEFF")))), "\n")
		if len(lines) != 3 || strings.Count(string(b), "路灯已修好") != 2 || strings.Contains(string(b), "李小明") || !strings.Contains(lines[2], one.Number) {
			t.Errorf("replies:\n%s", b)
		}
	})
}

func TestRaise_JoinsFurtherAlarmsOfADeviceToItsOpenCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		platform := x.As("platform", "", casetest.Street, cases.PermRead, cases.PermReport, intake.PermDevice)
		raise := func(alarm string, cleared bool) *intake.Joined {
			t.Helper()
			j, err := s.Raise(platform, intake.Alarm{Source: "iot", Device: "MH-17", Alarm: alarm, Kind: "manhole", Text: "井盖倾斜", Reading: "31度", AreaCode: casetest.Grid, Cleared: cleared})
			if err != nil {
				t.Fatal(err)
			}
			return j
		}
		first := raise("1", false)
		if again := raise("1", false); !again.Known || again.CaseID != first.CaseID {
			t.Errorf("the same alarm: %+v", again)
		}
		if second := raise("2", false); !second.Joined || second.CaseID != first.CaseID {
			t.Errorf("the next alarm: %+v, want %+v", second, first)
		}
		raise("3", true)
		c, err := x.Cases.Get(x.Ctx, first.CaseID)
		if err != nil || c.Category != "060401" || !c.Urgent || len(c.History) != 3 || c.State != cases.Reported || c.Voices != 1 {
			t.Fatalf("case %+v with %d steps: %v", c.Case, len(c.History), err)
		}
		x.Act(t, x.Command(), &c.Case, "void", cases.Move{Ground: "test", Note: "误报"})
		if cleared := raise("4", true); cleared.CaseID != "" {
			t.Errorf("all is well, and nothing was open: %+v", cleared)
		}
		if next := raise("5", false); next.Joined || next.CaseID == first.CaseID {
			t.Errorf("after the end: %+v", next)
		}
		if _, err := s.Raise(x.Desk(), intake.Alarm{}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
	})
}
