package region

import (
	"slices"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/testkit"
)

// A grid that was split last month still owns last year's cases.
func TestSplit_OldCodeKeepsItsPast(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		s := planted(t, d)
		const old = "320106001001G001"
		lastYear, lastMonth := c.Now().AddDate(-1, 0, 0), c.Now().AddDate(0, -1, 0)
		parts := []Plot{
			{Code: "320106001001G003", Name: "第3网格", Households: 210, Shape: box(0, 0, 5, 4)},
			{Code: "320106001001G004", Name: "第4网格", Households: 190, Shape: box(0, 4, 5, 6)},
		}
		made, err := s.Split(ctx, old, 1, parts, lastMonth)
		if err != nil || len(made) != 2 || made[0].Households != 210 {
			t.Fatalf("%+v, %v", made, err)
		}
		lon, lat := at(2, 2)
		for when, want := range map[time.Time]string{lastYear: old, {}: "320106001001G003", lastMonth: "320106001001G003", lastMonth.Add(-time.Millisecond): old} {
			if l, err := s.Locate(ctx, lon, lat, when); err != nil || l.Grid.Code != want {
				t.Errorf("at %v: %+v, %v, want %s", when, l.Grid, err, want)
			}
		}
		if _, err := s.Get(ctx, old); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("the old grid still lives: %v", err)
		}
		if a, err := s.GetAt(ctx, old, lastYear); err != nil || a.ValidTo == nil {
			t.Errorf("the old grid lived last year: %+v, %v", a, err)
		}
		codesOf := func(code string, when time.Time) (out []string) {
			r, err := s.Resolve(ctx, "", code, when)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range r.Areas {
				out = append(out, a.Code)
			}
			return out
		}
		if got := codesOf(old, time.Time{}); !slices.Equal(got, []string{"320106001001G003", "320106001001G004"}) {
			t.Errorf("heirs %v", got)
		}
		if got := codesOf("320106001001G004", lastYear); !slices.Equal(got, []string{old}) {
			t.Errorf("origin %v", got)
		}
		if a, _ := s.Get(ctx, "320106001001"); a.Households != 820 {
			t.Errorf("the community has %d households", a.Households)
		}
		_, err = s.Split(ctx, "320106001001G002", 1, []Plot{{Code: old, Name: "甲", Shape: box(5, 0, 5, 4)}, {Code: "320106001001G009", Name: "乙", Shape: box(5, 4, 5, 4)}}, time.Time{})
		wantCode(t, err, "region.code_taken")
	})
}

func TestSplit_Refuses(t *testing.T) {
	d := testkit.SQLite(t)
	s := planted(t, d)
	now := d.Clock().Now()
	part := func(code string, s geo.Shape) Plot { return Plot{Code: code, Name: "新" + code, Shape: s} }
	const c = "320106001001"
	good := []Plot{part(c+"G003", box(0, 0, 5, 4)), part(c+"G004", box(0, 4, 5, 6))}
	cases := []struct {
		name, code string
		version    int64
		parts      []Plot
		at         time.Time
		want       string
	}{
		{"one part", c + "G001", 1, good[:1], now, "region.bad_split"},
		{"a gap", c + "G001", 1, []Plot{good[0], part(c+"G004", box(0, 5, 5, 5))}, now, "region.not_tiling"},
		{"an overlap", c + "G001", 1, []Plot{good[0], part(c+"G004", box(0, 3, 5, 7))}, now, "region.not_tiling"},
		{"another community", c + "G001", 1, []Plot{good[0], part("320106001002G004", box(0, 4, 5, 6))}, now, "region.other_layer"},
		{"another layer", c + "G001", 1, []Plot{good[0], part(c+"P004", box(0, 4, 5, 6))}, now, "region.other_layer"},
		{"no ground", c + "G001", 1, []Plot{good[0], part(c+"G004", nil)}, now, "region.no_geometry"},
		{"an old version", c + "G001", 7, good, now, "region.version"},
		{"children", c, 1, []Plot{part("320106001003", box(0, 0, 5, 10)), part("320106001004", box(5, 0, 5, 10))}, now, "region.has_children"},
		{"the future", c + "G001", 1, good, now.Add(time.Hour), "region.bad_time"},
		{"before it began", c + "G001", 1, good, time.UnixMilli(-5), "region.bad_time"},
		{"no area", c + "G099", 1, good, now, "region.not_found"},
		{"twice the same code", c + "G001", 1, []Plot{good[0], part(c+"G003", box(0, 4, 5, 6))}, now, "region.code_taken"},
		{"no name", c + "G001", 1, []Plot{good[0], {Code: c + "G004", Shape: box(0, 4, 5, 6)}}, now, "region.bad_area"},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			_, err := s.Split(ctx, k.code, k.version, k.parts, k.at)
			wantCode(t, err, k.want)
		})
	}
	if _, n, _ := s.List(ctx, Filter{}); n != 23 {
		t.Errorf("a refused split left %d areas", n)
	}
}

func TestMerge_JoinsNeighboursAndRefusesOthers(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		s := planted(t, d)
		before := c.Now()
		c.Advance(time.Hour)
		a, err := s.Merge(ctx, []string{"320106001001G001", "320106001001G002"}, []int64{1, 1}, Plot{Code: "320106001001G005", Name: "合并网格", Households: 820}, time.Time{})
		if err != nil || a.AreaKM2 < 0.85 || a.Households != 820 {
			t.Fatalf("%+v, %v", a, err)
		}
		r, err := s.Resolve(ctx, "", "320106001001G005", before)
		if err != nil || len(r.Areas) != 2 || len(r.Via) != 2 {
			t.Errorf("%+v, %v", r, err)
		}
		if v, err := s.Validate(ctx, "", ValidateOptions{}); err != nil || len(v.Findings) != 0 {
			t.Errorf("after the merge: %+v, %v", v, err)
		}
		_, err = s.Merge(ctx, []string{"320106002001G001", "320106002002G002"}, []int64{1, 1}, Plot{Code: "320106002001G005", Name: "跨社区"}, time.Time{})
		wantCode(t, err, "region.other_layer")
		_, err = s.Merge(ctx, []string{"320106002001G001", "320106002001G001"}, []int64{1, 1}, Plot{Code: "320106002001G005", Name: "自身"}, time.Time{})
		wantCode(t, err, "region.bad_merge")
	})
}

func TestChange_DetectsConflictAndKeepsHistory(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := planted(t, d)
		homes, name := 444, "改名网格"
		a, err := s.Change(ctx, "320106001001G001", Patch{Name: &name, Households: &homes, Version: 1})
		if err != nil || a.Version != 2 || a.Households != 444 || a.Name != name {
			t.Fatalf("%+v, %v", a, err)
		}
		_, err = s.Change(ctx, "320106001001G001", Patch{Households: &homes, Version: 1})
		wantCode(t, err, "region.version")
		if cur, ok := errs.As(err).Details.(*Area); !ok || cur.Version != 2 {
			t.Error("a conflict carries the present area")
		}
		class := Daily
		_, err = s.Change(ctx, "320106001001G001", Patch{Class: &class, Version: 2})
		wantCode(t, err, "region.bad_area")
		err = d.Read(ctx, func(tx *db.Tx) error {
			names, err := db.All[string](ctx, tx, "SELECT name FROM area_history WHERE code = $1 ORDER BY version", "320106001001G001")
			if len(names) != 2 || names[1] != name {
				t.Errorf("history %v", names)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAlias(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := planted(t, d)
		for _, code := range []string{"320106001001P001", "320106001001P001", "320106001002P001"} { // again, then moved
			if err := s.SetAlias(ctx, code, "police", " JW-7 "); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.Resolve(ctx, "police", "JW-7", time.Time{})
		if err != nil || r.Code != "320106001002P001" {
			t.Errorf("%+v, %v", r, err)
		}
		if all, err := s.Aliases(ctx, "320106001001P001"); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
		wantCode(t, s.SetAlias(ctx, "320106001002P001", "", "x"), "region.bad_alias")
		wantCode(t, s.SetAlias(ctx, "320106001099P001", "police", "x"), "region.not_found")
		if err := s.DropAlias(ctx, "320106001002P001", "police", "JW-7"); err != nil {
			t.Error(err)
		}
		wantCode(t, s.DropAlias(ctx, "320106001002P001", "police", "JW-7"), "region.no_alias")
	})
}

func TestService_SeesTheWritesOfOtherProcessesWithinASecond(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		mine, other := planted(t, d), New(d)
		if _, err := other.Get(ctx, "320106"); err != nil {
			t.Fatal(err)
		}
		name := "新名"
		if _, err := mine.Change(ctx, "320106", Patch{Name: &name, Version: 1}); err != nil {
			t.Fatal(err)
		}
		if a, _ := mine.Get(ctx, "320106"); a.Name != name {
			t.Error("an own write is seen at once")
		}
		c.Advance(recheck)
		if a, _ := other.Get(ctx, "320106"); a.Name != name {
			t.Error("another process sees the write after a second")
		}
	})
}
