package geo_test

import (
	"testing"

	"yiwang/internal/platform/geo"
)

func TestSpans_MeasureToTheBitLikeThePartsThemselves(t *testing.T) {
	var ring geo.Ring
	for _, v := range [][2]float64{{118.76, 32.05}, {118.771, 32.049}, {118.775, 32.061}, {118.768, 32.07}, {118.759, 32.066}, {118.757, 32.058}} {
		ring = append(ring, geo.Vertex{X: int32(v[0] * geo.Scale), Y: int32(v[1] * geo.Scale)})
	}
	spans, n := geo.NewSpans(ring), len(ring)
	for i := range n {
		for j := i + 2; j < i+n; j++ {
			var part geo.Ring
			for k := i; k <= j; k++ {
				part = append(part, ring[k%n])
			}
			around := 0.0
			for k, v := range part {
				around += geo.Distance(v, part[(k+1)%len(part)])
			}
			if a, want := spans.Area(i, j), (geo.Shape{{part}}).Area(); a != want || spans.Perimeter(i, j) != around {
				t.Fatalf("part %d to %d: area %v, want %v; perimeter %v, want %v", i, j, a, want, spans.Perimeter(i, j), around)
			}
		}
	}
}
