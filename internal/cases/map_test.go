package cases_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

var whole = cases.View{West: 118.6, South: 31.9, East: 118.9, North: 32.3, Zoom: 11}

// spread writes n cases over the district straight into the table: every twentieth is open, every thousandth sensitive.
func spread(t testing.TB, x *casetest.District, n int) {
	t.Helper()
	const batch = 400
	now := x.DB.Clock().Now()
	for from := 0; from < n; from += batch {
		var values []string
		var args []any
		err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
			values, args = nil, nil
			for i := from; i < min(n, from+batch); i++ {
				var marks []string
				for _, v := range spreadRow(x, tx, now, i) {
					args = append(args, v)
					marks = append(marks, fmt.Sprintf("$%d", len(args)))
				}
				values = append(values, "("+strings.Join(marks, ", ")+")")
			}
			_, err := tx.Exec(x.Ctx, `INSERT INTO case_file (id, number, workflow, state, channel, title, body, category, area_code, area_name, address, lat, lon, level, holder,
				sensitive, due_at, warn_at, reported_at, ended_at, changed_at) VALUES `+strings.Join(values, ", "), args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// spreadRow is the i-th case, at a place of a lattice that no square edge is in step with.
func spreadRow(x *casetest.District, tx *db.Tx, now time.Time, i int) []any {
	south, west := int64(i)*7919%1_500_000, int64(i)*104_729%1_500_000
	state, ended, unit := "archived", clock.Ptr(now), ""
	if i%20 == 0 {
		state, ended, unit = "filed", nil, x.Units[fmt.Sprintf("%s%03d.street_command", casetest.Area, 1+west/750_000)].ID
	}
	at := func(hours int) clock.Time { return clock.At(now.Add(time.Duration(hours) * time.Hour)) }
	return []any{db.NewID(tx), fmt.Sprintf("20260101-%03d-%07d", i%999, i), x.Cases.Workflow().Version, state, "hotline", fmt.Sprintf("第%d盏路灯不亮", i), "居民反映路灯不亮多日", "140101",
		fmt.Sprintf("%s%03d%03dG%03d", casetest.Area, 1+west/750_000, 1+south/750_000, 1+west/375_000%2), "第1街道", "四平路18号", 320_000_000 + south, 1_187_000_000 + west, "street", unit, i%1000 == 0, at(i%400 - 100), at(i%400 - 200), at(-i / 3600), ended, at(0)}
}

func sum(p *cases.Picture) (n int) {
	for _, c := range p.Clusters {
		n += c.N
	}
	return n + len(p.Points)
}

func TestMap_ClustersAddUpAtEveryZoomAndSquaresSayTheSame(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		spread(t, x, 3000)
		chief := x.Command()
		for zoom := 8.0; zoom < 16; zoom++ {
			view := whole
			view.Zoom = zoom
			p, err := x.Cases.Map(chief, cases.Filter{}, view)
			if err != nil {
				t.Fatal(err)
			}
			if sum(p) != 3000 || p.Shown != 3000 || p.AsOf != nil {
				t.Fatalf("zoom %v: %d of 3000, shown %d", zoom, sum(p), p.Shown)
			}
		}
		live, err := x.Cases.Map(chief, cases.Filter{Open: true}, whole)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Cases.CountSquares(x.Ctx); err != nil {
			t.Fatal(err)
		}
		counted := x.Cases.FromSquares(t, chief, cases.Filter{Open: true}, whole)
		if counted.Shown != live.Shown || counted.AsOf == nil || len(counted.Clusters) != len(live.Clusters) {
			t.Fatalf("live %d in %d clusters, squares %d in %d", live.Shown, len(live.Clusters), counted.Shown, len(counted.Clusters))
		}
		near := cases.View{West: 118.7, South: 32.0, East: 118.71, North: 32.01, Zoom: 17}
		p, err := x.Cases.Map(chief, cases.Filter{}, near)
		if err != nil || len(p.Clusters) != 0 || len(p.Points) == 0 {
			t.Fatalf("from near single cases are shown: %+v %v", p, err)
		}
	})
}

func TestMap_ADepartmentIsToldOfTooManyCasesAndNeverShownAnEmptyMap(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		spread(t, x, 300)
		must(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "UPDATE case_file SET lead_unit = $1", x.Units[casetest.Area+".construction"].ID)
			return err
		}))
		must(t, x.Cases.CountSquares(x.Ctx))
		department := x.As("d", casetest.Area+".construction", casetest.Area, cases.PermRead, cases.PermHandle)
		if p, err := x.Cases.Map(department, cases.Filter{}, whole); err != nil || p.Shown == 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		x.Cases.GroupLive(200)
		if p, err := x.Cases.Map(department, cases.Filter{}, whole); errs.CodeOf(err) != "cases.map_too_many" {
			t.Errorf("%+v, %v", p, err)
		}
		if p, err := x.Cases.Map(x.Command(), cases.Filter{}, whole); err != nil || p.Shown != 300 || p.AsOf == nil {
			t.Errorf("as the district: %+v, %v", p, err)
		}
	})
}

func TestMap_ShowsNobodyMoreThanTheListDoes(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		spread(t, x, 2000)
		if err := x.Cases.CountSquares(x.Ctx); err != nil {
			t.Fatal(err)
		}
		for name, who := range map[string]context.Context{
			"the street":          x.As("a", casetest.Street+".street_command", casetest.Street, cases.PermRead),
			"the street, trusted": x.As("b", casetest.Street+".street_command", casetest.Street, cases.PermRead, cases.PermSensitive),
		} {
			live, err := x.Cases.Map(who, cases.Filter{}, whole)
			must(t, err)
			for _, p := range []*cases.Picture{live, x.Cases.FromSquares(t, who, cases.Filter{}, whole)} {
				total := list(t, x, who, cases.Filter{}).Total
				if total == 0 || total == 2000 || math.Abs(float64(p.Shown-total)) > 2 {
					t.Errorf("%s: %d on the map, %d in the list", name, p.Shown, total)
				}
			}
		}
		if _, err := x.Cases.Map(x.As("nobody", "", casetest.Area), cases.Filter{}, whole); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal(err)
		}
		if _, err := x.Cases.Map(x.Command(), cases.Filter{}, cases.View{West: 5, East: 1}); errs.KindOf(err) != errs.KindInvalid {
			t.Fatal(err)
		}
	})
}

// BenchmarkDesk times what a dispatcher waits for, on YIWANG_CASES rows (100,000 if unset) of which one in twenty is open:
// go test ./internal/cases -run - -bench Desk -benchtime 20x
func BenchmarkDesk(b *testing.B) {
	n := 100_000
	if v, err := strconv.Atoi(os.Getenv("YIWANG_CASES")); err == nil {
		n = v
	}
	testkit.BenchDB(b, func(b *testing.B, d *db.DB) {
		x := casetest.New(b, d)
		spread(b, x, n)
		chief := x.Command()
		page := httpx.PageIn{Limit: 50}
		street := x.As("desk", casetest.Street+".street_command", casetest.Street, cases.PermRead, cases.PermDispatch)
		run := func(name string, fn func() error) {
			b.Run(name, func(b *testing.B) {
				var times []time.Duration
				for b.Loop() {
					begin := b.Elapsed()
					if err := fn(); err != nil {
						b.Fatal(err)
					}
					times = append(times, b.Elapsed()-begin)
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
		lists := map[string]cases.Filter{"list-newest": {}, "list-open-by-due": {Open: true, Sort: "due"}, "list-todo": {Todo: true, Sort: "due"}, "list-overdue": {Lamp: "overdue", Sort: "due"}, "search-number": {Query: "20260101-123-0"}, "search-word-none": {Query: "没有这样的词"}, "search-word-rare": {Query: "第77777盏"}, "search-word-common": {Query: "四平路 不亮"}}
		run("keep-squares", func() error { return x.Cases.KeepSquares(x.Ctx) })
		run("fill-words", func() error { return x.Cases.FillWords(x.Ctx) })
		for _, name := range slices.Sorted(maps.Keys(lists)) {
			run(name, func() error { _, err := x.Cases.List(street, lists[name], page); return err })
		}
		for _, zoom := range []float64{11, 13, 15} {
			view := whole
			view.Zoom = zoom
			run(fmt.Sprintf("map-open-zoom-%v", zoom), func() error { _, err := x.Cases.Map(chief, cases.Filter{Open: true}, view); return err })
			run(fmt.Sprintf("map-all-zoom-%v", zoom), func() error { _, err := x.Cases.Map(chief, cases.Filter{}, view); return err })
		}
		near := cases.View{West: 118.75, South: 32.05, East: 118.77, North: 32.06, Zoom: 16}
		run("map-near-zoom-16", func() error { _, err := x.Cases.Map(chief, cases.Filter{}, near); return err })
		run("count-squares", func() error { return x.Cases.CountSquares(x.Ctx) })
	})
}
