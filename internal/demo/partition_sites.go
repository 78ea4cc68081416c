package demo

import (
	"math"

	"yiwang/internal/platform/geo"
)

// point is a position in metres east and north of the frame's corner.
type point struct{ x, y float64 }

func (p point) dist2(q point) float64 { return (p.x-q.x)*(p.x-q.x) + (p.y-q.y)*(p.y-q.y) }

// frame maps the lattice to metres around the middle of the district.
type frame struct {
	corner        geo.Vertex
	east, north   float64 // metres per lattice unit
	width, height float64
}

func newFrame(s geo.Shape) frame {
	b := s.Bounds()
	f := frame{corner: geo.Vertex{X: b.MinX, Y: b.MinY}}
	mid := geo.Vertex{X: b.MinX, Y: (b.MinY + b.MaxY) / 2}
	const step = 100_000
	f.east = geo.Distance(mid, geo.Vertex{X: mid.X + step, Y: mid.Y}) / step
	f.north = geo.Distance(mid, geo.Vertex{X: mid.X, Y: mid.Y + step}) / step
	far := f.point(geo.Vertex{X: b.MaxX, Y: b.MaxY})
	f.width, f.height = far.x, far.y
	return f
}

func (f frame) point(v geo.Vertex) point {
	return point{float64(v.X-f.corner.X) * f.east, float64(v.Y-f.corner.Y) * f.north}
}

func (f frame) vertex(p point) geo.Vertex {
	return geo.Vertex{X: f.corner.X + int32(math.Round(p.x/f.east)), Y: f.corner.Y + int32(math.Round(p.y/f.north))}
}

// streetPlaces gives each of Gulou's streets, by the end of its code, a few positions where it roughly lies and the
// density of its households relative to the district. Other districts get evenly spread streets.
var streetPlaces = map[string]struct {
	density float64
	at      [][2]float64
}{
	"001": {1.25, [][2]float64{{118.7640, 32.0640}, {118.7680, 32.0620}, {118.7530, 32.0655}, {118.7610, 32.0620}}},
	"002": {1.20, [][2]float64{{118.7700, 32.0465}, {118.7530, 32.0480}, {118.7720, 32.0545}, {118.7530, 32.0560}, {118.7620, 32.0560}}},
	"003": {1.35, [][2]float64{{118.7820, 32.0640}, {118.7800, 32.0720}, {118.7750, 32.0760}}},
	"004": {1.35, [][2]float64{{118.7790, 32.0840}, {118.7690, 32.0850}, {118.7660, 32.0845}}},
	"005": {1.25, [][2]float64{{118.7550, 32.0760}, {118.7600, 32.0840}, {118.7530, 32.0800}}},
	"006": {0.95, [][2]float64{{118.7420, 32.0580}, {118.7320, 32.0580}, {118.7320, 32.0490}, {118.7320, 32.0650}, {118.7420, 32.0655}, {118.7300, 32.0370}}},
	"007": {1.25, [][2]float64{{118.7440, 32.0490}, {118.7440, 32.0415}, {118.7530, 32.0405}}},
	"008": {0.90, [][2]float64{{118.7380, 32.0960}, {118.7370, 32.0870}, {118.7440, 32.0840}, {118.7350, 32.0990}}},
	"009": {1.10, [][2]float64{{118.7330, 32.0735}, {118.7420, 32.0735}, {118.7330, 32.0800}, {118.7430, 32.0800}}},
	"010": {0.62, [][2]float64{{118.7950, 32.1160}, {118.7780, 32.1160}, {118.7790, 32.1220}}},
	"011": {1.05, [][2]float64{{118.7500, 32.0990}, {118.7610, 32.0985}, {118.7470, 32.0960}}},
	"012": {0.85, [][2]float64{{118.7670, 32.1150}, {118.7540, 32.1110}, {118.7640, 32.1200}, {118.7570, 32.1150}}},
	"013": {0.95, [][2]float64{{118.7770, 32.1000}, {118.7770, 32.0940}, {118.7930, 32.1000}, {118.7760, 32.1050}, {118.7930, 32.0920}}},
}

const sampleStep = 32 // metres between the samples that stand for the ground

// seat places the sites: streets take the samples nearest to them, communities and then grids settle among these.
func (d *divider) seat() {
	samples := d.sample()
	byStreet := d.streetSamples(samples)
	byCommunity := make([][]point, 0, len(d.communities))
	weights := make([]float64, 0, len(d.communities))
	next := 0
	for s := range d.streets {
		n := 0
		for next+n < len(d.communities) && d.streetOf[next+n] == s {
			n++
		}
		next += n
		for _, group := range d.cluster(byStreet[s], n, 6) {
			byCommunity = append(byCommunity, group)
			weights = append(weights, float64(len(group))*d.density(s)*(0.85+0.3*d.rnd.Float64()))
		}
	}
	d.composite = share(CompositeGrids, 3, weights)
	for i := range weights {
		weights[i] = float64(d.composite[i]) * (0.7 + 0.6*d.rnd.Float64())
	}
	d.dedicated = share(DedicatedGrids, 1, weights)
	for c, group := range byCommunity {
		for _, part := range d.cluster(group, d.composite[c], 4) {
			d.sites = append(d.sites, middle(part))
			d.communityOf = append(d.communityOf, c)
		}
	}
}

func (d *divider) density(street int) float64 {
	code := d.streets[street].Code
	if p, ok := streetPlaces[code[len(code)-3:]]; ok && d.district.Code == gulou {
		return p.density
	}
	return 1
}

// sample covers the district with jittered points.
func (d *divider) sample() []point {
	inside := geo.NewIndex([]geo.Shape{{{d.outline}}})
	var out []point
	for y := 0.0; y < d.frame.height; y += sampleStep {
		for x := 0.0; x < d.frame.width; x += sampleStep {
			p := point{x + d.rnd.Float64()*sampleStep, y + d.rnd.Float64()*sampleStep}
			if inside.Find(d.frame.vertex(p)) == 0 {
				out = append(out, p)
			}
		}
	}
	return out
}

func (d *divider) streetSamples(samples []point) [][]point {
	if d.district.Code != gulou {
		return d.cluster(samples, len(d.streets), 10)
	}
	var at []point
	var owner []int
	for s, street := range d.streets {
		for _, ll := range streetPlaces[street.Code[len(street.Code)-3:]].at {
			if v, err := geo.At(ll[0], ll[1]); err == nil {
				at, owner = append(at, d.frame.point(v)), append(owner, s)
			}
		}
	}
	out := make([][]point, len(d.streets))
	for _, p := range samples {
		s := owner[nearest(p, at)]
		out[s] = append(out[s], p)
	}
	return out
}

// cluster divides points into k compact groups by a few rounds of k-means; fewer rounds leave more variety.
func (d *divider) cluster(points []point, k, rounds int) [][]point {
	centers := d.spread(points, k)
	groups := make([][]point, k)
	for round := 0; ; round++ {
		for i := range groups {
			groups[i] = groups[i][:0]
		}
		for _, p := range points {
			i := nearest(p, centers)
			groups[i] = append(groups[i], p)
		}
		if round == rounds {
			return groups
		}
		for i, g := range groups {
			if len(g) > 0 {
				centers[i] = middle(g)
			}
		}
	}
}

// spread picks k starting points, each the farthest of a few random ones from those picked before.
func (d *divider) spread(points []point, k int) []point {
	var out []point
	for range k {
		var best point
		far := -1.0
		for range 6 {
			p := points[d.rnd.IntN(len(points))]
			gap := math.Inf(1)
			for _, q := range out {
				gap = min(gap, p.dist2(q))
			}
			if gap > far {
				best, far = p, gap
			}
		}
		out = append(out, best)
	}
	return out
}

func nearest(p point, among []point) int {
	best, least := 0, math.Inf(1)
	for i, q := range among {
		if d := p.dist2(q); d < least {
			best, least = i, d
		}
	}
	return best
}

func middle(points []point) point {
	var m point
	for _, p := range points {
		m.x, m.y = m.x+p.x, m.y+p.y
	}
	n := float64(max(len(points), 1))
	return point{m.x / n, m.y / n}
}
