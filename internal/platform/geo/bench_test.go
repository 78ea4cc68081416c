package geo

import (
	"math/rand/v2"
	"testing"

	"github.com/tidwall/rtree"
)

// The size of Gulou: 1,721 grids of 120 vertices, and look-ups spread evenly over them.
func benchInput() ([]Shape, []Vertex) {
	cells := mesh(42, 41, 30)[:1721]
	rnd := rand.New(rand.NewPCG(5, 6))
	points := make([]Vertex, 1<<14)
	for i := range points {
		points[i] = Vertex{1_187_000_000 + rnd.Int32N(840_000), 320_000_000 + rnd.Int32N(800_000)}
	}
	return cells, points
}

// BenchmarkLocate compares the ways to find the grid of a point on one core. Run it with
// go test -bench Locate -cpu 1 ./internal/platform/geo
func BenchmarkLocate(b *testing.B) {
	cells, points := benchInput()
	run := func(name string, find func(Vertex) int) {
		b.Run(name, func(b *testing.B) {
			hits := 0
			for i := 0; b.Loop(); i++ {
				if find(points[i&(len(points)-1)]) >= 0 {
					hits++
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "look-ups/s")
			if b.N > len(points) && hits < b.N*9/10 {
				b.Errorf("only %d of %d points were found", hits, b.N)
			}
		})
	}
	x := NewIndex(cells)
	run("raster", x.Find)
	tree := treeOf(cells)
	run("rtree", func(v Vertex) int { return findInTree(tree, cells, v) })
	run("linear", func(v Vertex) int {
		for i, s := range cells {
			if s.Contains(v) {
				return i
			}
		}
		return -1
	})
}

func treeOf(cells []Shape) *rtree.RTreeG[int] {
	var tree rtree.RTreeG[int]
	for i, s := range cells {
		b := s.Bounds()
		tree.Insert([2]float64{float64(b.MinX), float64(b.MinY)}, [2]float64{float64(b.MaxX), float64(b.MaxY)}, i)
	}
	return &tree
}

func findInTree(tree *rtree.RTreeG[int], cells []Shape, v Vertex) int {
	p, found := [2]float64{float64(v.X), float64(v.Y)}, -1
	tree.Search(p, p, func(_, _ [2]float64, i int) bool {
		if cells[i].Contains(v) {
			found = i
		}
		return found < 0
	})
	return found
}

func BenchmarkNewIndex(b *testing.B) {
	cells, _ := benchInput()
	for b.Loop() {
		NewIndex(cells)
	}
}

func BenchmarkTiling(b *testing.B) {
	cells := mesh(42, 41, 30)
	whole := outline(cells)
	for b.Loop() {
		if got := Tiling(whole, cells, 1); got != nil {
			b.Fatal(got)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	cells, _ := benchInput()
	for b.Loop() {
		for _, s := range cells {
			if d := Check(s); d != nil {
				b.Fatal(d)
			}
		}
	}
}
