package region

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/testkit"
)

var ctx = auth.System(context.Background(), "test")

// as returns a context in which a person with permissions in areas acts.
func as(areas []string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: "u1", Areas: areas, Permissions: map[string]bool{}}
	for _, name := range permissions {
		p.Permissions[name] = true
	}
	return auth.With(context.Background(), p)
}

// unit is a tenth of the side of a community, about a hundred metres.
const unit = 10_000

// box is a rectangle in units east and north of a corner of Nanjing.
func box(x, y, w, h int32) geo.Shape {
	v := func(i, j int32) geo.Vertex { return geo.Vertex{X: 1_187_500_000 + i*unit, Y: 320_500_000 + j*unit} }
	return geo.Shape{{geo.Ring{v(x, y), v(x+w, y), v(x+w, y+h), v(x, y+h)}}}
}

// at returns the degrees of a position in units.
func at(x, y float64) (lon, lat float64) { return 118.75 + x*unit/geo.Scale, 32.05 + y*unit/geo.Scale }

// plots is a small district: two streets of two communities, each with two composite, one dedicated, one police grid.
func plots() []Plot {
	out := []Plot{{Code: "320106", Name: "鼓楼区", Shape: box(0, 0, 20, 20)}}
	for s := range int32(2) {
		street := fmt.Sprintf("32010600%d", s+1)
		out = append(out, Plot{Code: street, Name: fmt.Sprintf("第%d街道", s+1), Shape: box(10*s, 0, 10, 20)})
		for c := range int32(2) {
			code, x, y := fmt.Sprintf("%s00%d", street, c+1), 10*s, 10*c
			name := fmt.Sprintf("第%d街道第%d社区", s+1, c+1)
			out = append(out, Plot{Code: code, Name: name, Shape: box(x, y, 10, 10)},
				Plot{Code: code + "G001", Name: name + "第1网格", Households: 400, Shape: box(x, y, 5, 10)},
				Plot{Code: code + "G002", Name: name + "第2网格", Households: 420, Shape: box(x+5, y, 5, 8)},
				Plot{Code: code + "D001", Name: name + "专属网格", Class: Daily, Shape: box(x+5, y+8, 5, 2)},
				Plot{Code: code + "P001", Name: name + "警务网格", Shape: box(x, y, 10, 10)})
		}
	}
	return out
}

func planted(t *testing.T, d *db.DB) *Service {
	t.Helper()
	s := New(d)
	save(t, d, s, plots())
	return s
}

func save(t *testing.T, d *db.DB, s *Service, p []Plot) (n Counts) {
	t.Helper()
	err := d.Tx(ctx, func(tx *db.Tx) (err error) {
		n, err = s.SaveTx(ctx, tx, p, time.Time{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Errorf("got error %v, want code %s", err, code)
	}
}

func official(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../data/regions/nanjing.csv")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestImportTree_OfTheOfficialList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		dry, err := s.ImportTree(ctx, bytes.NewReader(official(t)), ImportOptions{DryRun: true})
		if err != nil || dry.Created != 1475 || dry.Saved {
			t.Fatalf("dry run: %+v, %v", dry, err)
		}
		if _, total, _ := s.List(ctx, Filter{}); total != 0 {
			t.Fatalf("the dry run stored %d areas", total)
		}
		r, err := s.ImportTree(ctx, bytes.NewReader(official(t)), ImportOptions{})
		if err != nil || r.Created != 1475 || r.Rejected != 0 || !r.Saved {
			t.Fatalf("%+v, %v", r, err)
		}
		again, err := s.ImportTree(ctx, bytes.NewReader(official(t)), ImportOptions{})
		if err != nil || again.Unchanged != 1475 || again.Created+again.Updated != 0 {
			t.Fatalf("a second import: %+v, %v", again, err)
		}
		streets, err := s.Children(ctx, "320106")
		if err != nil || len(streets) != 13 || streets[0].Name != "宁海路街道" || streets[0].ChildrenCount != 9 {
			t.Errorf("%d streets, %v", len(streets), err)
		}
		roots, _ := s.Children(ctx, "")
		if len(roots) != 1 || roots[0].Code != "32" {
			t.Errorf("roots %v", roots)
		}
		renamed := strings.Replace(string(official(t)), "宁海路街道", "宁海街道", 1)
		r, err = s.ImportTree(ctx, strings.NewReader(renamed), ImportOptions{})
		if err != nil || r.Updated != 1 || r.Unchanged != 1474 {
			t.Errorf("a changed name: %+v, %v", r, err)
		}
		if a, _ := s.Get(ctx, "320106001"); a.Name != "宁海街道" || a.Version != 2 {
			t.Errorf("%+v", a)
		}
	})
}

func TestImportTree_ReadsGBK(t *testing.T) {
	s := New(testkit.SQLite(t))
	text, err := simplifiedchinese.GBK.NewEncoder().Bytes(official(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.ImportTree(ctx, bytes.NewReader(text), ImportOptions{})
	if err != nil || r.Created != 1475 || !strings.HasPrefix(r.Encoding, "GB") {
		t.Fatalf("%+v, %v", r, err)
	}
	if a, _ := s.Get(ctx, "320106001003"); a == nil || a.Name != "仙霞路社区居委会" {
		t.Errorf("%+v", a)
	}
}

func TestImportTree_ReportsEveryBadRow(t *testing.T) {
	table := `区划编码,名称,层级,上级编码,网格类型,管理类别,户数
320106,鼓楼区,区,,,,
320106001,宁海路街道,街道,320106,,,
320106001,重复,街道,320106,,,
3201060,位数不对,,,,,
320106001001,甲社区,街道,,,,
320106001002,乙社区,社区,320106002,,,
320106002001,丙社区,社区,320106002,,,
320106001003,,社区,,,,
320106001004,丁社区,社区,,,,三百
320106001005,戊社区,社区,,,,
320106001005G001,第1网格,网格,,专属,,400
320106001005D001,第2网格,网格,,专属,日常管理,0
320106001004G001,第3网格,网格,,综合,,300
320106001005X001,第4网格,,,,,
320106001006,<script>alert(1)</script>,社区,,,,
320106001007,名` + "\u202e" + `称,社区,,,,
`
	want := map[int]string{4: "region.repeated_code", 5: "region.bad_code", 6: "region.wrong_level", 7: "region.wrong_parent", 8: "region.no_parent",
		9: "sheet.required", 10: "sheet.not_integer", 12: "region.bad_area", 14: "region.no_parent", 15: "region.bad_code", 17: "region.bad_area"}
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		r, err := s.ImportTree(ctx, strings.NewReader(table), ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[int]string{}
		for _, e := range r.Errors {
			got[e.Row] = e.Code
			if e.Column == "" || e.Reason == "" {
				t.Errorf("row %d has no column or reason: %+v", e.Row, e)
			}
		}
		for row, code := range want {
			if got[row] != code {
				t.Errorf("row %d: %q, want %q", row, got[row], code)
			}
		}
		if len(got) != len(want) || r.Saved || r.Rejected != len(want) || r.Accepted != 5 {
			t.Errorf("%d bad rows, report %+v", len(got), r)
		}
		if _, n, _ := s.List(ctx, Filter{}); n != 0 {
			t.Errorf("%d areas stored beside bad rows", n)
		}
		r, err = s.ImportTree(ctx, strings.NewReader(table), ImportOptions{KeepGood: true})
		if err != nil || !r.Saved || r.Created != 5 {
			t.Errorf("keep the good: %+v, %v", r, err)
		}
	})
}

func TestSaveTx_IsIdempotentAndSumsHouseholds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := planted(t, d)
		if n := save(t, d, s, plots()); n.Unchanged != 23 || n.Created+n.Updated != 0 {
			t.Errorf("%+v", n)
		}
		a, err := s.Get(ctx, "320106001")
		if err != nil || a.Households != 1640 || a.ChildrenCount != 2 || a.Centroid == nil || a.AreaKM2 < 1.8 || a.AreaKM2 > 2.4 {
			t.Errorf("%+v, %v", a, err)
		}
		err = d.Tx(ctx, func(tx *db.Tx) error {
			_, err := s.SaveTx(ctx, tx, []Plot{{Code: "320106009001", Name: "无街道"}}, time.Time{})
			return err
		})
		wantCode(t, err, "region.no_parent")
	})
}

func TestLocate(t *testing.T) {
	s := planted(t, testkit.SQLite(t))
	lon, lat := at(7, 9)
	l, err := s.Locate(ctx, lon, lat, time.Time{})
	if err != nil || l.Grid.Code != "320106001001D001" || l.PoliceGrid.Code != "320106001001P001" || l.Community.Code != "320106001001" ||
		l.Subdistrict.Code != "320106001" || l.District.Code != "320106" || l.Smallest() != l.Grid.Code {
		t.Errorf("%+v, %v", l, err)
	}
	_, err = s.Locate(ctx, 0, 0, time.Time{})
	wantCode(t, err, "region.nowhere")
	_, err = s.Locate(ctx, 32, 118, time.Time{})
	wantCode(t, err, "region.bad_position")
}

func TestLocate_FallsBackToTheSmallestAreaWithGround(t *testing.T) {
	d := testkit.SQLite(t)
	s := New(d)
	save(t, d, s, plots()[:3])
	lon, lat := at(7, 9)
	l, err := s.Locate(ctx, lon, lat, time.Time{})
	if err != nil || l.Grid != nil || l.Smallest() != "320106001001" {
		t.Errorf("%+v, %v", l, err)
	}
	lon, lat = at(7, 15)
	if l, err = s.Locate(ctx, lon, lat, time.Time{}); err != nil || l.Smallest() != "320106001" {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestPermissions(t *testing.T) {
	d := testkit.SQLite(t)
	s := planted(t, d)
	name := "名"
	writes := map[string]func(context.Context) error{
		"import": func(c context.Context) error {
			r, err := s.ImportTree(c, strings.NewReader("code,name\n320106002001,别的\n"), ImportOptions{})
			if err == nil && len(r.Errors) > 0 {
				return errs.Forbidden(r.Errors[0].Code, "row")
			}
			return err
		},
		"geometry": func(c context.Context) error {
			r, err := s.ImportGeometry(c, strings.NewReader(collection(feature2("320106002001", box(10, 0, 10, 10)))), GeometryOptions{})
			if err == nil && len(r.Errors) > 0 {
				return errs.Forbidden(r.Errors[0].Code, "row")
			}
			return err
		},
		"change": func(c context.Context) error {
			_, err := s.Change(c, "320106002001", Patch{Name: &name, Version: 99})
			return err
		},
		"split": func(c context.Context) error {
			_, err := s.Split(c, "320106002001G001", 99, plots()[:2], time.Time{})
			return err
		},
		"merge": func(c context.Context) error {
			_, err := s.Merge(c, []string{"320106002001G001", "320106002001G002"}, []int64{99, 99}, Plot{}, time.Time{})
			return err
		},
		"alias": func(c context.Context) error { return s.SetAlias(c, "320106002001", "x", "y") },
		"drop":  func(c context.Context) error { return s.DropAlias(c, "320106002001", "x", "y") },
		"load": func(c context.Context) error {
			return d.Tx(c, func(tx *db.Tx) error {
				_, err := s.SaveTx(c, tx, []Plot{{Code: "320106002001", Name: "别的"}}, time.Time{})
				return err
			})
		},
	}
	for verb, do := range writes {
		wantCode(t, do(context.Background()), "auth.sign_in")
		wantCode(t, do(as([]string{"320106"}, PermRead)), "auth.no_permission")
		if err := do(as([]string{"320106001"}, PermManage)); errs.CodeOf(err) != "auth.outside_area" {
			t.Errorf("%s in another street: %v", verb, err)
		}
		wantCode(t, do(as(nil, PermManage)), "auth.outside_area")
	}
	_, err := s.Validate(as([]string{"320106"}), "", ValidateOptions{})
	wantCode(t, err, "auth.no_permission")
	if _, total, err := s.List(as([]string{"320106001"}, PermManage), Filter{Mine: true}); err != nil || total != 11 {
		t.Errorf("mine: %d, %v", total, err)
	}
	if _, total, err := s.List(as(nil, PermManage), Filter{Mine: true}); err != nil || total != 0 {
		t.Errorf("nothing is mine without areas: %d, %v", total, err)
	}
}

func TestImportTree_AtTheSameTimeCreatesEachAreaOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		created := make(chan int, 4)
		for range cap(created) {
			go func() {
				r, err := New(d).ImportTree(ctx, strings.NewReader("code,name\n320106,鼓楼区\n320106001,宁海路街道\n"), ImportOptions{})
				if err != nil {
					t.Error(err)
					created <- 0
					return
				}
				created <- r.Created
			}()
		}
		sum := 0
		for range cap(created) {
			sum += <-created
		}
		if sum != 2 {
			t.Errorf("%d areas were created", sum)
		}
	})
}

func TestLocate_DuringASplitFindsTheOldGridOrTheNew(t *testing.T) {
	d := testkit.SQLite(t)
	s := planted(t, d)
	lon, lat := at(2, 2)
	stop, bad := make(chan struct{}), make(chan string, 4)
	for range cap(bad) {
		go func() {
			for {
				select {
				case <-stop:
					bad <- ""
					return
				default:
				}
				l, err := s.Locate(ctx, lon, lat, time.Time{})
				if err != nil || l.Grid == nil || l.Grid.Code != "320106001001G001" && l.Grid.Code != "320106001001G003" {
					bad <- fmt.Sprintf("%+v, %v", l, err)
					return
				}
			}
		}()
	}
	_, err := s.Split(ctx, "320106001001G001", 1, []Plot{
		{Code: "320106001001G003", Name: "第3网格", Shape: box(0, 0, 5, 4)}, {Code: "320106001001G004", Name: "第4网格", Shape: box(0, 4, 5, 6)},
	}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	close(stop)
	for range cap(bad) {
		if found := <-bad; found != "" {
			t.Error(found)
		}
	}
}
