package geo

import "math/rand/v2"

// mesh divides a rectangle of about 7 × 9 km into cols × rows cells whose borders wander; neighbours share every
// vertex. Each cell has 4·steps vertices.
func mesh(cols, rows, steps int) []Shape {
	rnd := rand.New(rand.NewPCG(7, 11))
	const size = 20_000
	jitter := func(d int32) int32 { return int32(rnd.Float64()*float64(2*d)) - d }
	corner := make([][]Vertex, rows+1)
	for j := range corner {
		for i := range cols + 1 {
			corner[j] = append(corner[j], Vertex{1_187_000_000 + int32(i)*size + jitter(4000), 320_000_000 + int32(j)*size + jitter(4000)})
		}
	}
	side := func(a, b Vertex) Ring {
		r := Ring{a}
		for k := 1; k < steps; k++ {
			t := float64(k) / float64(steps)
			x, y := float64(b.X-a.X), float64(b.Y-a.Y)
			r = append(r, Vertex{a.X + int32(x*t) + jitter(180), a.Y + int32(y*t) + jitter(180)})
		}
		return append(r, b)
	}
	across := make([][]Ring, rows+1)
	up := make([][]Ring, rows)
	for j := range rows + 1 {
		for i := range cols {
			across[j] = append(across[j], side(corner[j][i], corner[j][i+1]))
		}
	}
	for j := range rows {
		for i := range cols + 1 {
			up[j] = append(up[j], side(corner[j][i], corner[j+1][i]))
		}
	}
	var out []Shape
	for j := range rows {
		for i := range cols {
			var r Ring
			r = append(r, across[j][i][:steps]...)
			r = append(r, up[j][i+1][:steps]...)
			r = append(r, backwards(across[j+1][i])[:steps]...)
			r = append(r, backwards(up[j][i])[:steps]...)
			out = append(out, Shape{{r}})
		}
	}
	return out
}

func backwards(r Ring) Ring {
	out := make(Ring, len(r))
	for i, v := range r {
		out[len(r)-1-i] = v
	}
	return out
}

func square(x, y, size int32) Ring {
	return Ring{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}}
}
