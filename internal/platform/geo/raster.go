package geo

import "slices"

// canvas collects, while an index is built, which shapes touch each raster cell.
type canvas struct {
	whole []int32 // the first shape that covers the cell wholly, or outside
	head  []int32 // the newest entry of the cell's list in nodes, or -1
	nodes []node
}

type node struct{ shape, next int32 }

func (c *canvas) listed(cell, shape int32) bool {
	h := c.head[cell]
	return h >= 0 && c.nodes[h].shape == shape
}

func (c *canvas) list(cell, shape int32) {
	if !c.listed(cell, shape) {
		c.nodes = append(c.nodes, node{shape, c.head[cell]})
		c.head[cell] = int32(len(c.nodes) - 1)
	}
}

// build fills the bands and the raster of an index whose frame is set.
func (x *Index) build(shapes []Shape) {
	size := int(x.cols) * int(x.rows)
	c := &canvas{whole: make([]int32, size), head: make([]int32, size)}
	for i := range size {
		c.whole[i], c.head[i] = outside, -1
	}
	for i, s := range shapes {
		x.addBands(s)
		x.paint(int32(i), s, c)
	}
	x.cells = make([]int32, size)
	for i := range size {
		if c.head[i] < 0 {
			x.cells[i] = c.whole[i]
			continue
		}
		from := len(x.lists)
		x.cells[i] = mixed - int32(from)
		x.lists = append(x.lists, 0)
		for h := c.head[i]; h >= 0; h = c.nodes[h].next {
			x.lists = append(x.lists, c.nodes[h].shape)
		}
		if c.whole[i] != outside {
			x.lists = append(x.lists, c.whole[i])
		}
		slices.Sort(x.lists[from+1:])
		x.lists[from] = int32(len(x.lists) - from - 1)
	}
}

func (x *Index) row(y int32) int32 { return int32((int64(y) - int64(x.minY)) >> x.shift) }
func (x *Index) col(v int32) int32 { return int32((int64(v) - int64(x.minX)) >> x.shift) }

// addBands sorts the edges of one shape into raster rows; the last start closes the last row.
func (x *Index) addBands(s Shape) {
	x.bands = append(x.bands, int32(len(x.starts)))
	if len(s) == 0 {
		x.first, x.height = append(x.first, 0), append(x.height, 0)
		return
	}
	b := s.Bounds()
	lo, hi := x.row(b.MinY), x.row(b.MaxY)
	x.first, x.height = append(x.first, lo), append(x.height, hi-lo+1)
	rows := make([][]upward, hi-lo+1)
	s.eachUpward(func(e upward) {
		for r := x.row(e.y0); r <= x.row(e.y1); r++ {
			rows[r-lo] = append(rows[r-lo], e)
		}
	})
	for _, edges := range rows {
		x.starts = append(x.starts, int32(len(x.edges)))
		x.edges = append(x.edges, edges...)
	}
	x.starts = append(x.starts, int32(len(x.edges)))
}

// eachUpward calls fn for every edge that is not level: level edges decide no look-up.
func (s Shape) eachUpward(fn func(upward)) {
	for _, p := range s {
		for _, r := range p {
			for i, a := range r {
				b := r[(i+1)%len(r)]
				if a.Y > b.Y {
					a, b = b, a
				}
				if a.Y < b.Y {
					fn(upward{a.X, a.Y, b.X, b.Y})
				}
			}
		}
	}
}

// paint marks the raster cells of one shape: those its border runs through list it, those inside belong to it.
func (x *Index) paint(i int32, s Shape, c *canvas) {
	if len(s) == 0 {
		return
	}
	for _, p := range s {
		for _, r := range p {
			for k, a := range r {
				x.trace(a, r[(k+1)%len(r)], func(cell int32) { c.list(cell, i) })
			}
		}
	}
	b := s.Bounds()
	for row := x.row(b.MinY); row <= x.row(b.MaxY); row++ {
		known, in := false, false
		for col := x.col(b.MinX); col <= x.col(b.MaxX); col++ {
			cell := row*x.cols + col
			if c.listed(cell, i) {
				known = false
				continue
			}
			if !known { // cells between two border cells of a row are alike
				known, in = true, x.contains(i, x.corner(row, col))
			}
			switch {
			case !in:
			case c.whole[cell] == outside:
				c.whole[cell] = i
			default: // layers overlap: both become candidates
				c.list(cell, i)
			}
		}
	}
}

// corner is the south-western position of a raster cell.
func (x *Index) corner(row, col int32) Vertex {
	return Vertex{int32(int64(x.minX) + int64(col)<<x.shift), int32(int64(x.minY) + int64(row)<<x.shift)}
}

// trace visits every raster cell that the edge ab may touch.
func (x *Index) trace(a, b Vertex, visit func(cell int32)) {
	if a.Y > b.Y {
		a, b = b, a
	}
	for row := x.row(a.Y); row <= x.row(b.Y); row++ {
		y0 := max(int64(a.Y), int64(x.minY)+int64(row)<<x.shift)
		y1 := min(int64(b.Y), int64(x.minY)+int64(row+1)<<x.shift)
		xa, xb := xOn(a, b, y0), xOn(a, b, y1)
		if a.Y == b.Y {
			xa, xb = a.X, b.X
		}
		// One unit of slack on both sides outweighs the rounding of the cut.
		from, to := max(x.col(min(xa, xb)-1), 0), min(x.col(max(xa, xb)+1), x.cols-1)
		for col := from; col <= to; col++ {
			visit(row*x.cols + col)
		}
	}
}

// xOn is the longitude of the edge ab at height y.
func xOn(a, b Vertex, y int64) int32 {
	if a.Y == b.Y {
		return a.X
	}
	return a.X + int32((int64(b.X)-int64(a.X))*(y-int64(a.Y))/(int64(b.Y)-int64(a.Y)))
}
