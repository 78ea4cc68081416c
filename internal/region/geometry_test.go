package region

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/testkit"
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func feature1(code, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"某地"},"geometry":%s}`, code, geometry)
}

func feature2(code string, s geo.Shape) string {
	return feature1(code, string(geo.AppendGeometry(nil, s)))
}

func TestImportGeometry_RefusesHostileFeatures(t *testing.T) {
	polygon := func(coordinates string) string { return `{"type":"Polygon","coordinates":` + coordinates + `}` }
	const c = "320106001001"
	cases := []struct{ name, feature, code, place string }{
		{"self-intersection", feature1(c, polygon(`[[[118.75,32.05],[118.76,32.06],[118.76,32.05],[118.75,32.061],[118.75,32.05]]]`)), "region.bad_shape", "geometry"},
		{"overlap with a sibling", feature2(c, box(0, 0, 10, 11)), "region.overlap", "geometry"},
		{"most of it elsewhere", feature2(c, box(500, 500, 10, 10)), "region.wrong_parent", "geometry"},
		{"not closed", feature1(c, polygon(`[[[118,32],[119,32],[119,33],[118,33]]]`)), "region.bad_geometry", "geometry"},
		{"latitude first", feature1(c, polygon(`[[[32,118],[32,119],[33,119],[32,118]]]`)), "region.bad_geometry", "geometry"},
		{"wrong nesting", feature1(c, polygon(`[[118,32],[119,32],[119,33],[118,32]]`)), "region.bad_geometry", "geometry"},
		{"text for numbers", feature1(c, polygon(`[[["118","32"],["119","32"],["119","33"],["118","32"]]]`)), "region.bad_geometry", "geometry"},
		{"a long number", feature1(c, polygon(`[[[118.`+strings.Repeat("1", 5000)+`,32],[119,32],[119,33],[118,32]]]`)), "region.bad_geometry", "geometry"},
		{"no geometry", feature1(c, `null`), "region.bad_geometry", "geometry"},
		{"a point", feature1(c, `{"type":"Point","coordinates":[118,32]}`), "region.bad_geometry", "geometry"},
		{"a bad code", feature2("3201060011'; DROP TABLE area;--", box(0, 0, 1, 1)), "region.bad_code", "properties.code"},
		{"no parent", feature2("320106009001", box(0, 0, 1, 1)), "region.no_parent", "properties.code"},
		{"a code number", `{"type":"Feature","properties":{"code":3201},"geometry":` + string(geo.AppendGeometry(nil, box(0, 0, 1, 1))) + `}`, "region.bad_area", "properties.name"},
		{"wrong kind", `{"type":"Feature","properties":{"code":"` + c + `G001","kind":"police"},"geometry":` + string(geo.AppendGeometry(nil, box(0, 0, 5, 10))) + `}`, "region.bad_area", "properties.kind"},
	}
	d := testkit.SQLite(t)
	s := planted(t, d)
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			r, err := s.ImportGeometry(ctx, strings.NewReader(collection(k.feature)), GeometryOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Errors) != 1 || r.Errors[0].Code != k.code || r.Errors[0].Column != k.place || r.Errors[0].Reason == "" || r.Saved {
				t.Errorf("%+v", r)
			}
		})
	}
	if v, err := s.Validate(ctx, "", ValidateOptions{}); err != nil || len(v.Findings) != 0 {
		t.Errorf("something was stored: %+v, %v", v, err)
	}
	for _, text := range []string{"", "null", "{", `{"type":"FeatureCollection","features":[{"geometry":NaN}]}`, `{"type":"Topology"}`,
		`{"type":"FeatureCollection","features":[` + strings.Repeat("1", 5<<20) + `]}`} {
		_, err := s.ImportGeometry(ctx, strings.NewReader(text), GeometryOptions{})
		wantCode(t, err, "region.bad_geojson")
	}
}

func TestImportGeometry_JudgesTheStateAfterTheWholeFile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := planted(t, d)
		// The border between two communities moves: alone each feature would overlap or leave a gap.
		file := collection(feature2("320106001001", box(0, 0, 10, 12)), feature2("320106001002", box(0, 12, 10, 8)))
		r, err := s.ImportGeometry(ctx, strings.NewReader(file), GeometryOptions{})
		if err != nil || r.Updated != 2 || !r.Saved {
			t.Fatalf("%+v, %v", r, err)
		}
		again, err := s.ImportGeometry(ctx, strings.NewReader(file), GeometryOptions{})
		if err != nil || again.Unchanged != 2 {
			t.Fatalf("a second import: %+v, %v", again, err)
		}
		lon, lat := at(3, 11)
		before := d.Clock().Now().Add(-time.Second)
		v, _ := s.view(ctx, before)
		p, _ := geo.At(lon, lat)
		v.locate.Do(v.buildLayers)
		if k := v.layers[communityLayer].index.Find(p); v.areas[v.layers[communityLayer].areas[k]].Code != "320106001002" {
			t.Error("the old border still holds for the past")
		}
		twice := collection(feature2("320106002001", box(10, 0, 10, 11)), feature2("320106002002", box(10, 10, 10, 10)))
		r, err = s.ImportGeometry(ctx, strings.NewReader(twice), GeometryOptions{ImportOptions: ImportOptions{KeepGood: true}})
		if err != nil || r.Rejected != 1 || r.Errors[0].Row != 2 || !strings.Contains(r.Errors[0].Reason, "320106002001") {
			t.Errorf("the later of two overlapping features is bad: %+v, %v", r, err)
		}
	})
}

func TestImportGeometry_ConvertsAtTheEdge(t *testing.T) {
	d := testkit.SQLite(t)
	s := New(d)
	ring := box(0, 0, 20, 20)[0][0]
	for _, datum := range []geo.Datum{geo.GCJ02, geo.BD09, geo.CGCS2000} {
		var b strings.Builder
		for i := range len(ring) + 1 {
			v := ring[i%len(ring)]
			lon, lat := datum.FromWGS84(v.Lon(), v.Lat())
			fmt.Fprintf(&b, "[%.9f,%.9f],", lon, lat)
		}
		file := collection(feature1("320106", `{"type":"Polygon","coordinates":[[`+strings.TrimSuffix(b.String(), ",")+`]]}`))
		if r, err := s.ImportGeometry(ctx, strings.NewReader(file), GeometryOptions{Datum: datum}); err != nil || !r.Saved {
			t.Fatalf("%s: %+v, %v", datum, r, err)
		}
		v, err := s.view(ctx, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range v.shapes[v.index["320106"]][0][0] {
			if geo.Distance(got, ring[i]) > 0.02 {
				t.Errorf("%s: vertex %v, want %v", datum, got, ring[i])
			}
		}
	}
}

func TestGeoJSON_ExportComesBackUnchanged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := planted(t, d)
		m, err := s.GeoJSON(ctx, Filter{Level: Grid, Within: "320106001"})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if n, err := m.WriteTo(&b); err != nil || n != int64(b.Len()) {
			t.Fatal(n, err)
		}
		var parsed struct {
			Features []struct {
				Properties struct {
					Code, Level, Kind, Class string
					Households               int
					Label                    [2]float64
				}
			}
		}
		if err := json.Unmarshal(b.Bytes(), &parsed); err != nil || len(parsed.Features) != 8 {
			t.Fatalf("%v, %d features", err, len(parsed.Features))
		}
		if p := parsed.Features[0].Properties; p.Code != "320106001001D001" || p.Kind != "dedicated" || p.Class != "daily" || p.Label[0] < 118 {
			t.Errorf("%+v", p)
		}
		all, _ := s.GeoJSON(ctx, Filter{})
		b.Reset()
		if _, err := all.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		r, err := s.ImportGeometry(ctx, &b, GeometryOptions{})
		if err != nil || r.Unchanged != 23 || r.Rejected != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		again, _ := s.GeoJSON(ctx, Filter{Level: Grid, Within: "320106001"})
		name := "改名"
		if _, err := s.Change(ctx, "320106001001G001", Patch{Name: &name, Version: 1}); err != nil {
			t.Fatal(err)
		}
		later, _ := s.GeoJSON(ctx, Filter{Level: Grid, Within: "320106001"})
		if again.ETag() != m.ETag() || later.ETag() == m.ETag() {
			t.Errorf("tags %s %s %s", m.ETag(), again.ETag(), later.ETag())
		}
	})
}

func TestValidate_FindsEachFault(t *testing.T) {
	d := testkit.SQLite(t)
	s := New(d)
	broken := plots()
	for i := range broken {
		p := &broken[i]
		switch p.Code {
		case "320106001001G001": // overlaps G002
			p.Shape = box(0, 0, 6, 10)
		case "320106001002G002": // leaves a gap
			p.Shape = box(5, 10, 5, 5)
		case "320106002001G001": // lies in the community north of its own
			p.Shape = box(10, 12, 5, 5)
		case "320106002002D001":
			p.Shape = nil
		case "320106002002G002":
			p.Households = 9000
		}
	}
	broken = append(broken, Plot{Code: "320106002003", Name: "没有网格的社区"},
		Plot{Code: "320106002002G003", Name: "第3网格", Households: 410, Shape: nil})
	save(t, d, s, broken)
	v, err := s.Validate(auth.System(ctx, "t"), "320106", ValidateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range v.Findings {
		got[f.Kind+" "+f.Code] = true
		if f.Message == "" {
			t.Errorf("%+v has no message", f)
		}
	}
	for _, want := range []string{"overlap 320106001001", "gap 320106001002", "wrong_parent 320106002001G001", "outside 320106002001", "missing_geometry 320106002002D001",
		"imbalance 320106002002G002", "no_grids 320106002003", "missing_geometry 320106002003"} {
		if !got[want] {
			t.Errorf("not found: %s (found %v)", want, got)
		}
	}
	if v.Checked != 25 || v.Counts["overlap"] != 1 {
		t.Errorf("%+v", v.Counts)
	}
	_, err = s.Validate(ctx, "999999", ValidateOptions{})
	wantCode(t, err, "region.not_found")
}
