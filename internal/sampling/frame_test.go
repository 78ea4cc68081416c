package sampling_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/region"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestImportFrame_NamesEveryBadRowAndStoresNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		in := sampling.NewFrame{Area: surveytest.Area, Kind: sampling.Households, Name: "住户"}
		bad := "社区编码,地址,60岁及以上人数,18至59岁人数\n320106001001,1幢101室,1,2\n320106001001,1幢 101室,0,1\n320106009001,2幢,1,1\n320106001001,3幢,99,1\n320106001002,,1,1\n320106001002,1幢101室,,\n"
		r, err := x.samples.ImportFrame(lead(), in, strings.NewReader(bad), false)
		check(t, err)
		if r.Total != 6 || r.Accepted != 2 || r.Frame != nil || len(r.Errors) != 4 {
			t.Fatalf("%+v", r)
		}
		for i, want := range []struct {
			row    int
			column string
		}{{3, "地址"}, {4, "社区或网格编码"}, {5, "60岁及以上人数"}, {6, "地址"}} {
			if r.Errors[i].Row != want.row || r.Errors[i].Column != want.column {
				t.Errorf("error %d: %+v", i, r.Errors[i])
			}
		}
		if list, err := x.samples.Frames(lead()); err != nil || len(list) != 0 {
			t.Errorf("%d frames, %v", len(list), err)
		}
		good := "社区编码,地址,60岁及以上人数\n320106001001,1幢101室,1\n320106001001,1幢102室,0\n320106001002,1幢101室,\n"
		if r, err = x.samples.ImportFrame(lead(), in, strings.NewReader(good), true); err != nil || r.Frame != nil || r.Accepted != 3 {
			t.Fatalf("dry run: %+v, %v", r, err)
		}
		r, err = x.samples.ImportFrame(lead(), in, strings.NewReader(good), false)
		check(t, err)
		v, err := x.samples.Frame(lead(), r.Frame.ID)
		check(t, err)
		if s := v.Streets[0]; s.Members != 3 || s.Elders != 2 || s.Adults != 3 || s.StreetName != "第1街道" {
			t.Errorf("%+v", s)
		}
		for name, area := range map[string]string{"another district": "320105", "a street": surveytest.Street(1)} {
			if _, err := x.samples.ImportFrame(surveytest.As(area, sampling.PermManage), in, strings.NewReader(good), false); errs.KindOf(err) != errs.KindForbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestFrame_KeepsNoAddressReadable(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		f := x.frame(t, sampling.Households, x.blocks(20))
		check(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			rows, err := db.All[string](x.Ctx, tx, "SELECT members || member_keys || hash FROM frame_block WHERE frame_id = $1", f.ID)
			for _, r := range rows {
				if strings.Contains(r, "桂香苑") {
					t.Error("an address lies open")
				}
			}
			return err
		}))
		var file bytes.Buffer
		check(t, x.samples.ExportFrame(lead(), f.ID, &file, sheet.CSV))
		if strings.Contains(file.String(), "桂香苑") || strings.Count(file.String(), "\n") != 61 {
			t.Errorf("the export: %s", file.String()[:200])
		}
	})
}

func TestFrame_FromTheRegisterCountsHouseholdsOff(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		check(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			var plots []region.Plot
			for g, n := range map[string]int{"G001": 40, "G002": 60, "G003": 50} {
				plots = append(plots, region.Plot{Code: surveytest.Community(1, 1) + g, Name: "第" + g[3:] + "网格", Kind: region.Composite, Households: n})
			}
			_, err := x.Regions.SaveTx(x.Ctx, tx, plots, time.Time{})
			return err
		}))
		f := x.frame(t, sampling.Households, nil)
		if f.Source != sampling.FromRegistry || f.Members != 150 || f.Blocks != 3 {
			t.Fatalf("%+v", f)
		}
		plan := design(f, nil, map[survey.Group]int{survey.Adult: 20})
		plan.Cluster, plan.Take = survey.ClusterGrid, 10
		w, drawn := x.drawn(t, "2026H2", plan, seed)
		if r := drawn.Strata.V[0]; r.Blocks != 2 || r.Drawn != 20 {
			t.Errorf("%+v", r)
		}
		list := x.list(t, sampling.Filter{WaveID: w.ID, Limit: 1})
		check(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			a, err := x.samples.AddressesTx(x.Ctx, tx, []string{list[0].ID})
			if text := a[list[0].ID].Text; !strings.HasPrefix(text, "第1街道 第1街道第1社区 第") || !strings.HasSuffix(text, "户") {
				t.Errorf("address %q", text)
			}
			return err
		}))
		if _, err := x.samples.DropFrame(lead(), f.ID, f.Version, "换新"); errs.CodeOf(err) != "sampling.frame_used" {
			t.Errorf("a frame that a draw stands on is dropped: %v", err)
		}
		other := x.frame(t, sampling.Households, x.blocks(10))
		if _, err := x.samples.DropFrame(lead(), other.ID, other.Version, "重复"); err != nil {
			t.Error(err)
		}
		if _, err := x.samples.CloseFrame(lead(), other.ID, other.Version); errs.CodeOf(err) != "sampling.frame_changed" {
			t.Errorf("closing a dropped frame: %v", err)
		}
	})
}

func TestDraw_RefusesWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	x := newHouse(t, testkit.SQLite(t), 1)
	f := x.frame(t, sampling.Households, x.blocks(10))
	open, err := x.samples.MakeFrame(lead(), sampling.NewFrame{Area: surveytest.Area, Kind: sampling.Households, Name: "未封存", Blocks: x.blocks(5)})
	check(t, err)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Draft)
	for name, bad := range map[string]struct {
		change func(*survey.SamplingDesign)
		code   string
	}{
		"nobody":               {func(p *survey.SamplingDesign) { p.Sizes = nil }, "sampling.bad_design"},
		"no frame":             {func(p *survey.SamplingDesign) { p.FrameID = "" }, "sampling.bad_design"},
		"units without a list": {func(p *survey.SamplingDesign) { p.Sizes = map[survey.Group]int{survey.Unit: 5} }, "sampling.bad_design"},
		"neyman without sd":    {func(p *survey.SamplingDesign) { p.Allocation = "neyman" }, "sampling.bad_design"},
		"clusters of nobody":   {func(p *survey.SamplingDesign) { p.Cluster = survey.ClusterGrid }, "sampling.bad_design"},
		"unknown frame":        {func(p *survey.SamplingDesign) { p.FrameID = "x" }, "sampling.frame_not_found"},
		"open frame":           {func(p *survey.SamplingDesign) { p.FrameID = open.ID }, "sampling.frame_open"},
		"households as units":  {func(p *survey.SamplingDesign) { p.UnitFrameID = f.ID }, "sampling.wrong_frame"},
	} {
		plan := design(f, nil, map[survey.Group]int{survey.Adult: 10})
		bad.change(&plan)
		if _, err := x.samples.Seal(lead(), w.ID, w.Version, plan, ""); errs.CodeOf(err) != bad.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := x.samples.Try(lead(), w.ID, design(f, nil, map[survey.Group]int{survey.Adult: 31})); errs.CodeOf(err) != "sampling.cannot_allocate" {
		t.Errorf("more than there are: %v", err)
	}
	p, err := x.samples.Try(lead(), w.ID, design(f, nil, map[survey.Group]int{survey.Elder: 5, survey.Adult: 10}))
	check(t, err)
	if p.Drawn != 15 || p.Reserves != 8 || p.Rows[0].Weight != 12.0/5 {
		t.Errorf("%+v", p)
	}
	// Elders and adults of the same households: twelve elders leave too few adults when reserves count.
	wave := x.sealed(t, "2027H1", design(f, nil, map[survey.Group]int{survey.Elder: 12, survey.Adult: 25}), seed)
	wave = x.Advance(t, x.Advance(t, wave, "pilot"), "freeze")
	if _, err := x.samples.Perform(lead(), wave.ID, ""); errs.CodeOf(err) != "sampling.cannot_draw" {
		t.Errorf("too few households: %v", err)
	}
}

// Cochran 1977, ch. 4 and Kish 1965, as in the planning tables: ±5 % needs 385, ±4 % 601, ±3 % 1,068 answers.
func TestCalculate_AgreesWithTheTables(t *testing.T) {
	t.Parallel()
	x := newHouse(t, testkit.SQLite(t), 1)
	reader := surveytest.As(surveytest.Area, sampling.PermRead)
	ask := func(change func(*sampling.Question)) *sampling.Answer {
		q := sampling.Question{Margin: 5, SD: 50, Level: 0.95, Power: 0.8, N: 615, Streets: 13, Take: 1, Response: 0.5}
		change(&q)
		a, err := x.samples.Calculate(reader, q)
		check(t, err)
		return a
	}
	for margin, want := range map[float64]int{5: 385, 4: 601, 3: 1068} {
		if a := ask(func(q *sampling.Question) { q.Margin = margin }); a.Needed != want || a.Drawn != 2*want || a.DrawnAll != 26*want {
			t.Errorf("±%v: %+v", margin, a)
		}
	}
	a := ask(func(q *sampling.Question) { q.SD = 15 })
	if a.Difference < 2.39 || a.Difference > 2.41 || a.MarginOfN < 1.18 || a.MarginOfN > 1.19 {
		t.Errorf("615 answers with SD 15: %+v", a)
	}
	if a := ask(func(q *sampling.Question) { q.Take, q.ICC, q.CV = 11, 0.05, 0 }); a.Deff != 1.5 || a.Needed != 577 {
		t.Errorf("clusters of 11 with ICC 0.05: %+v", a)
	}
	if a := ask(func(q *sampling.Question) { q.Population, q.N = 100, 50 }); a.Needed > 100 || len(a.Curve) != 2 {
		t.Errorf("a population of 100: %+v", a)
	}
	if _, err := x.samples.Calculate(reader, sampling.Question{Population: 10, N: 11}); errs.CodeOf(err) != "sampling.more_than_all" {
		t.Errorf("more answers than people: %v", err)
	}
	if _, err := x.samples.Calculate(surveytest.As(surveytest.Area, survey.PermRead), sampling.Question{}); errs.KindOf(err) != errs.KindForbidden {
		t.Errorf("without the permission: %v", err)
	}
}
