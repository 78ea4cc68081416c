package opinion

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

// PlacesTx names the areas of the test district.
func (g *ground) PlacesTx(context.Context, *db.Tx, string) (out []Place, err error) {
	for code, name := range testAreas {
		if len(code) > 6 {
			out = append(out, Place{Code: code, Name: name, Parent: code[:len(code)-3], Street: len(code) == 9})
		}
	}
	return out, nil
}

// taker is a world whose street 1 may take opinions over in its own area, and nothing else.
func taker(t *testing.T, d *db.DB) (*world, context.Context) {
	w := newWorld(t, d, lamp)
	w.places = w.ground
	p := person("u-st1", "320106001", PermImport)
	p.UserID, p.Name = "user-st1", "street1"
	return w, auth.With(context.Background(), &p)
}

func said(text string) Collected {
	return Collected{Source: FromMeeting, Day: time.Date(2026, 11, 3, 0, 0, 0, 0, clock.Nanjing), Area: "320106001003", Occasion: "十一月网格生活会", Text: text}
}

func TestTake_MasksSuggestsAndKeepsTheSourceInTheSameList(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w, street := taker(t, d)
		c, err := w.Take(street, "w1", said("3幢楼道灯坏了两个月没换，电话13951881234找张三"))
		if err != nil {
			t.Fatal(err)
		}
		if c.Channel != FromMeeting || c.WaveID != "w1" || strings.Contains(c.Text, "13951881234") || len(c.Suggestions.V) == 0 || c.Suggestions.V[0].Field != "04" {
			t.Errorf("%+v", c)
		}
		list, err := w.Comments(w.as("office"), CommentFilter{WaveID: "w1", State: CommentOpen}, page(10, ""))
		if err != nil || list.Total != 2 {
			t.Errorf("the coders see %d comments, %v", list.Total, err)
		}
		own, err := w.Origins(street, OriginFilter{WaveID: "w1"}, page(10, ""))
		if err != nil || own.Total != 1 || own.Items[0].Persons != 1 || own.Items[0].State != CommentOpen || own.Items[0].Occasion != "十一月网格生活会" {
			t.Errorf("%+v, %v", own, err)
		}
		sources, err := w.CountSources(w.as("office"), "w1")
		if err != nil || len(sources) != 1 || sources[0] != (SourceCount{Source: FromMeeting, N: 1, Persons: 1}) {
			t.Errorf("%+v, %v", sources, err)
		}
	})
}

func TestTake_NeverTakesTheSameTwice(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w, street := taker(t, d)
		for _, first := range []Collected{said("垃圾桶满了没人清运"), {Source: FromHotline, Number: "nj-1", Day: said("").Day, Area: "320106001", Text: "夜里施工太吵"}} {
			if _, err := w.Take(street, "w1", first); err != nil {
				t.Fatal(err)
			}
			again := first
			again.Text += " 。"
			_, err := w.Take(street, "w2", again)
			wantCode(t, err, "opinion.taken_before")
		}
		later := said("垃圾桶满了没人清运")
		later.Day = later.Day.AddDate(0, 0, 1)
		if _, err := w.Take(street, "w1", later); err != nil {
			t.Errorf("what is said again another day counts again: %v", err)
		}
	})
}

func TestTake_ANumberOfAnotherStreetTellsNothingOfItsText(t *testing.T) {
	t.Parallel()
	w, _ := taker(t, testkit.SQLite(t))
	other := Collected{Source: FromHotline, Number: "nj-9", Day: said("").Day, Area: "320106002", Text: "夜里施工太吵"}
	if _, err := w.Take(w.as("office"), "w1", other); err != nil {
		t.Fatal(err)
	}
	p := person("u-st1", "320106001", PermImport)
	guess := other
	guess.Area, guess.Text = "320106001", "随便写写"
	_, err := w.Take(auth.With(context.Background(), &p), "w1", guess)
	wantCode(t, err, "opinion.taken_before")
	if e := errs.As(err); e == nil || e.Details != nil {
		t.Errorf("the refusal carries %+v", e)
	}
}

func TestTake_DeniesWhoMayNotAndOtherAreas(t *testing.T) {
	t.Parallel()
	w, street := taker(t, testkit.SQLite(t))
	_, err := w.Take(w.as("reader"), "w1", said("路灯不亮"))
	wantCode(t, err, "auth.no_permission")
	away := said("路灯不亮")
	away.Area = "320106002001"
	_, err = w.Take(street, "w1", away)
	wantCode(t, err, "auth.outside_area")
	_, err = w.Take(street, "w9", said("路灯不亮"))
	wantCode(t, err, "survey.no_wave")
	for _, read := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := w.Origins(ctx, OriginFilter{}, page(10, "")); return err },
		func(ctx context.Context) error { _, err := w.Imports(ctx); return err },
		func(ctx context.Context) error { _, err := w.CountSources(ctx, "w1"); return err },
	} {
		wantCode(t, read(w.as("street1")), "auth.no_permission")
	}
	_, err = w.Comments(street, CommentFilter{}, page(10, ""))
	wantCode(t, err, "auth.no_permission")
	if _, err := w.Take(w.as("office"), "w1", away); err != nil {
		t.Fatal(err)
	}
	own, err := w.Origins(street, OriginFilter{}, page(10, ""))
	if err != nil || own.Total != 0 {
		t.Errorf("a street sees %d opinions of another, %v", own.Total, err)
	}
}

func TestTake_NamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, street := taker(t, testkit.SQLite(t))
	for _, wrong := range []func(*Collected){
		func(c *Collected) { c.Source = "rumour" },
		func(c *Collected) { c.Day = time.Time{} },
		func(c *Collected) { c.Day = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC) },
		func(c *Collected) { c.Fields = []string{"99"} },
	} {
		c := said("路灯不亮")
		wrong(&c)
		_, err := w.Take(street, "w1", c)
		wantCode(t, err, "opinion.bad_origin")
	}
	_, err := w.Take(street, "w1", said(" "))
	wantCode(t, err, "opinion.bad_text")
}

const file = `日期,社区,来源,场合,编号,反映人数,意见内容,联系电话
2026-11-03,北京西路社区,会议,网格生活会,,6,12幢楼道灯坏了没人修,13951881234
2026-11-03,天津新村,信箱,意见箱,X-7,,小区门口违停严重,
2026-11-03,天津新村,信箱,意见箱,x-7,,小区门口违停严重！,
2026-11-04,不存在的社区,会议,,,,路灯不亮,
2026-11-04,五台山社区,会议,,,,路灯不亮,
2026-11-04,,托梦,,,,路灯不亮请打13951881234,
,,会议,,,,没有日期,
2026-11-05,,,,,,夜里施工太吵睡不着,
`

func TestImport_TakesGoodRowsReportsBadOnesAndNothingTwice(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w, street := taker(t, d)
		o := ImportOptions{WaveID: "w1", Source: FromHotline, Area: "320106001", FileName: "意见.csv", DryRun: true}
		dry, err := w.Import(street, strings.NewReader(file), o)
		if err != nil {
			t.Fatal(err)
		}
		if dry.Total != 8 || dry.Added != 3 || dry.Known != 1 || dry.Refused != 4 || !dry.DryRun {
			t.Errorf("dry run %+v", dry)
		}
		if own, err := w.Origins(street, OriginFilter{}, page(10, "")); err != nil || own.Total != 0 {
			t.Fatalf("a dry run left %d opinions, %v", own.Total, err)
		}
		o.DryRun = false
		im, err := w.Import(street, strings.NewReader(file), o)
		if err != nil {
			t.Fatal(err)
		}
		codes := ""
		for _, e := range im.Report.V.Errors {
			codes += " " + e.Code
			if strings.Contains(e.Value, "13951881234") {
				t.Errorf("the report shows a number: %+v", e)
			}
		}
		if im.Added != 3 || im.Known != 1 || codes != " opinion.unknown_community auth.outside_area opinion.unknown_source sheet.required" {
			t.Errorf("%+v: %s", im, codes)
		}
		if len(im.Report.V.Ignored) != 1 || im.Report.V.Ignored[0] != "联系电话" {
			t.Errorf("columns that were not read: %v", im.Report.V.Ignored)
		}
		own, err := w.Origins(street, OriginFilter{Import: im.ID}, page(10, ""))
		if err != nil || own.Total != 3 || own.Items[2].Persons != 6 || own.Items[0].Source != FromHotline {
			t.Errorf("%+v, %v", own, err)
		}
		again, err := w.Import(street, strings.NewReader(file), o)
		if err != nil || again.Added != 0 || again.Known != 4 {
			t.Errorf("sent again: %+v, %v", again, err)
		}
		if list, err := w.Imports(street); err != nil || len(list) != 3 {
			t.Errorf("%d files, %v", len(list), err)
		}
	})
}

func TestImport_RefusesOtherWavesAreasAndFiles(t *testing.T) {
	t.Parallel()
	w, street := taker(t, testkit.SQLite(t))
	_, err := w.Import(street, strings.NewReader(file), ImportOptions{WaveID: "w9"})
	wantCode(t, err, "survey.no_wave")
	_, err = w.Import(street, strings.NewReader(file), ImportOptions{WaveID: "w1", Area: "320106002"})
	wantCode(t, err, "auth.outside_area")
	_, err = w.Import(w.as("reader"), strings.NewReader(file), ImportOptions{WaveID: "w1"})
	wantCode(t, err, "auth.no_permission")
	_, err = w.Import(street, strings.NewReader("a,b\n1,2\n"), ImportOptions{WaveID: "w1"})
	if err == nil {
		t.Error("a table without the columns was taken")
	}
}

func TestTemplate_IsAFileThatCanBeImported(t *testing.T) {
	t.Parallel()
	w, street := taker(t, testkit.SQLite(t))
	var b bytes.Buffer
	if err := w.Template(street, &b, sheet.XLSX); err != nil {
		t.Fatal(err)
	}
	im, err := w.Import(street, &b, ImportOptions{WaveID: "w1", DryRun: true})
	if err != nil || im.Refused > im.Total {
		t.Errorf("%+v, %v", im, err)
	}
}
