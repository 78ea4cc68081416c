package geo

// Index finds the shape of a point. It lays a raster over all shapes: a raster cell inside one shape answers at once,
// a cell on a border lists its few candidates, and each candidate knows which of its edges lie in each raster row.
// An Index does not change after NewIndex and may be read by any number of goroutines.
type Index struct {
	minX, minY int32
	shift      uint // a raster cell is 1<<shift lattice units wide and high
	cols, rows int32
	cells      []int32 // outside, a shape, or mixed-k for the candidate list at lists[k]
	lists      []int32 // count, then shape numbers
	first      []int32 // per shape: its lowest raster row
	height     []int32 // per shape: how many raster rows it spans
	bands      []int32 // per shape: where its rows start in starts
	starts     []int32 // per shape and row: where the row's edges start
	edges      []upward
}

const (
	outside = -1
	mixed   = -2
)

// upward is an edge read from its lower to its higher end.
type upward struct{ x0, y0, x1, y1 int32 }

// NewIndex builds an index over shapes; results are positions in the given slice. Empty shapes contain nothing.
func NewIndex(shapes []Shape) *Index {
	x := &Index{cells: []int32{outside}, cols: 1, rows: 1}
	bounds, any := Box{}, false
	for _, s := range shapes {
		if len(s) == 0 {
			continue
		}
		b := s.Bounds()
		if !any {
			bounds, any = b, true
		}
		bounds = Box{min(bounds.MinX, b.MinX), min(bounds.MinY, b.MinY), max(bounds.MaxX, b.MaxX), max(bounds.MaxY, b.MaxY)}
	}
	if !any {
		return x
	}
	x.minX, x.minY = bounds.MinX, bounds.MinY
	w, h := int64(bounds.MaxX)-int64(bounds.MinX)+1, int64(bounds.MaxY)-int64(bounds.MinY)+1
	budget := min(max(int64(len(shapes))*192, 1<<12), 1<<21)
	for x.shift = 0; (w>>x.shift+1)*(h>>x.shift+1) > budget; x.shift++ {
	}
	x.cols, x.rows = int32(w>>x.shift)+1, int32(h>>x.shift)+1
	x.build(shapes)
	return x
}

// Find returns the lowest-numbered shape that contains v, or -1. Points on a shared border belong to one shape.
func (x *Index) Find(v Vertex) int {
	cell := x.cell(v)
	if cell >= outside {
		return int(cell)
	}
	k := mixed - cell
	for _, s := range x.lists[k+1 : k+1+x.lists[k]] {
		if x.contains(s, v) {
			return int(s)
		}
	}
	return outside
}

// All appends every shape that contains v to dst; overlapping layers give several.
func (x *Index) All(v Vertex, dst []int) []int {
	cell := x.cell(v)
	if cell >= 0 {
		return append(dst, int(cell))
	}
	if cell == outside {
		return dst
	}
	k := mixed - cell
	for _, s := range x.lists[k+1 : k+1+x.lists[k]] {
		if x.contains(s, v) {
			dst = append(dst, int(s))
		}
	}
	return dst
}

func (x *Index) cell(v Vertex) int32 {
	c, r := (int64(v.X)-int64(x.minX))>>x.shift, (int64(v.Y)-int64(x.minY))>>x.shift
	if c < 0 || r < 0 || c >= int64(x.cols) || r >= int64(x.rows) {
		return outside
	}
	return x.cells[int32(r)*x.cols+int32(c)]
}

func (x *Index) contains(s int32, v Vertex) bool {
	row := int32((int64(v.Y)-int64(x.minY))>>x.shift) - x.first[s]
	if row < 0 || row >= x.height[s] {
		return false
	}
	band := x.bands[s] + row
	in := false
	for _, e := range x.edges[x.starts[band]:x.starts[band+1]] {
		if e.y0 <= v.Y && v.Y < e.y1 {
			dx, dy := int64(e.x1)-int64(e.x0), int64(e.y1)-int64(e.y0)
			if dx*(int64(v.Y)-int64(e.y0))-dy*(int64(v.X)-int64(e.x0)) > 0 {
				in = !in
			}
		}
	}
	return in
}
