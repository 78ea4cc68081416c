// Package locate_test measures how fast the grid of a position is found, beside the usual ways to do it.
//
//	go test -bench . -cpu 1 ./bench/locate
//
// The input has the size of Gulou: 1,721 grids (991 composite, 605 dedicated, 125 police) whose borders are refined to
// about 120 vertices each, and positions spread evenly over the district. "raster" is the index of the product,
// "service" the whole call with all five areas of the answer, "rtree" github.com/tidwall/rtree with an even-odd test on
// the candidates, "linear" the test of one grid after the other. A look-up finds the grid and the police grid.
package locate_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/rtree"

	"yiwang/data/regions"
	"yiwang/internal/demo"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

func BenchmarkLocate(b *testing.B) {
	plots := gulou(b)
	var grids, tiles, beats []geo.Shape
	for _, p := range plots {
		switch level, kind, _ := region.LevelOf(p.Code); {
		case kind == region.Police:
			beats = append(beats, p.Shape)
			fallthrough
		case level == region.Grid:
			grids = append(grids, p.Shape)
			if kind != region.Police {
				tiles = append(tiles, p.Shape)
			}
		}
	}
	points := positions(plots[0].Shape)
	rates := map[string]float64{}
	run := func(name string, find func(geo.Vertex) int) {
		b.Run(name, func(b *testing.B) {
			found := 0
			for i := 0; b.Loop(); i++ {
				found += find(points[i&(len(points)-1)])
			}
			if found != 2*b.N {
				b.Errorf("%d look-ups found %d grids", b.N, found)
			}
			rates[name] = float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rates[name], "look-ups/s")
			if slow := rates["linear"]; slow > 0 { // not when one case is run alone
				b.ReportMetric(rates[name]/slow, "×linear")
			}
		})
	}
	run("linear", func(v geo.Vertex) int {
		n := 0
		for _, s := range grids {
			if s.Contains(v) {
				n++
			}
		}
		return n
	})
	tree := plant(grids)
	run("rtree", func(v geo.Vertex) int {
		p, n := [2]float64{float64(v.X), float64(v.Y)}, 0
		tree.Search(p, p, func(_, _ [2]float64, i int) bool {
			if grids[i].Contains(v) {
				n++
			}
			return true
		})
		return n
	})
	tiling, police := geo.NewIndex(tiles), geo.NewIndex(beats)
	run("raster", func(v geo.Vertex) int {
		n := 0
		if tiling.Find(v) >= 0 {
			n++
		}
		if police.Find(v) >= 0 {
			n++
		}
		return n
	})
	service, ctx := serve(b, plots), context.Background()
	run("service", func(v geo.Vertex) int {
		l, err := service.Locate(ctx, v.Lon(), v.Lat(), time.Time{})
		if err != nil || l.Grid == nil || l.PoliceGrid == nil || l.District == nil {
			return 0
		}
		return 2
	})
}

// BenchmarkSave brings a whole district of 1,858 areas with ground into an empty database.
func BenchmarkSave(b *testing.B) {
	plots := divide(b)
	for b.Loop() {
		b.StopTimer()
		d := testkit.SQLite(b)
		b.StartTimer()
		save(b, region.New(d), d, plots)
	}
}

// BenchmarkExport writes the 1,721 grids as GeoJSON.
func BenchmarkExport(b *testing.B) {
	s, ctx := serve(b, divide(b)), context.Background()
	for b.Loop() {
		m, err := s.GeoJSON(ctx, region.Filter{Level: region.Grid})
		if err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		n, err := m.WriteTo(&out)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
	}
}

// BenchmarkValidate checks every layer of the district for gaps and overlaps.
func BenchmarkValidate(b *testing.B) {
	s, ctx := serve(b, divide(b)), auth.System(context.Background(), "bench")
	for b.Loop() {
		v, err := s.Validate(ctx, "", region.ValidateOptions{})
		if err != nil || len(v.Findings) != 0 {
			b.Fatal(v, err)
		}
	}
}

func serve(b *testing.B, plots []region.Plot) *region.Service {
	d := testkit.SQLite(b)
	s := region.New(d)
	save(b, s, d, plots)
	return s
}

func save(b *testing.B, s *region.Service, d *db.DB, plots []region.Plot) {
	ctx := auth.System(context.Background(), "bench")
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := s.SaveTx(ctx, tx, plots, time.Time{})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func divide(b *testing.B) []region.Plot {
	var outline geo.Shape
	err := geo.EachFeature(bytes.NewReader(regions.GulouOutline), func(_ int, f *geo.Feature) (err error) {
		outline, err = geo.ParseGeometry(f.Geometry, geo.WGS84)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(regions.NanjingCSV)).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	var places []region.Plot
	for _, r := range rows {
		if strings.HasPrefix(r[0], "320106") {
			places = append(places, region.Plot{Code: r[0], Name: r[1]})
		}
	}
	p, err := demo.Divide(outline, places, 1)
	if err != nil {
		b.Fatal(err)
	}
	return p.Plots
}

// gulou is the division with every border refined ninefold; neighbours still share every vertex.
func gulou(b *testing.B) []region.Plot {
	plots := divide(b)
	vertices, grids := 0, 0
	for i := range plots {
		plots[i].Shape = refine(plots[i].Shape, 9)
		if level, _, _ := region.LevelOf(plots[i].Code); level == region.Grid {
			vertices, grids = vertices+plots[i].Shape.Vertices(), grids+1
		}
	}
	b.Logf("%d grids with %d vertices on average", grids, vertices/grids)
	return plots
}

func refine(s geo.Shape, n int) geo.Shape {
	var out geo.Shape
	for _, p := range s {
		var q geo.Polygon
		for _, r := range p {
			var ring geo.Ring
			for i, from := range r {
				to := r[(i+1)%len(r)]
				ring = append(ring, from)
				for k := 1; k < n; k++ {
					ring = append(ring, between(from, to, k, n))
				}
			}
			q = append(q, ring)
		}
		out = append(out, q)
	}
	return out.Normalize()
}

// between is the k-th of n-1 vertices on an edge, the same whichever way the edge is read.
func between(from, to geo.Vertex, k, n int) geo.Vertex {
	if from.X > to.X || from.X == to.X && from.Y > to.Y {
		from, to, k = to, from, n-k
	}
	return geo.Vertex{X: from.X + int32(int64(to.X-from.X)*int64(k)/int64(n)), Y: from.Y + int32(int64(to.Y-from.Y)*int64(k)/int64(n))}
}

func positions(district geo.Shape) []geo.Vertex {
	rnd, box := rand.New(rand.NewPCG(1, 1)), district.Bounds()
	out := make([]geo.Vertex, 0, 1<<14)
	for len(out) < cap(out) {
		v := geo.Vertex{X: box.MinX + rnd.Int32N(box.MaxX-box.MinX), Y: box.MinY + rnd.Int32N(box.MaxY-box.MinY)}
		if district.Contains(v) {
			out = append(out, v)
		}
	}
	return out
}

func plant(grids []geo.Shape) *rtree.RTreeG[int] {
	var tree rtree.RTreeG[int]
	for i, s := range grids {
		box := s.Bounds()
		tree.Insert([2]float64{float64(box.MinX), float64(box.MinY)}, [2]float64{float64(box.MaxX), float64(box.MaxY)}, i)
	}
	return &tree
}
