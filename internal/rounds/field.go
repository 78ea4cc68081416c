package rounds

import (
	"math"

	"yiwang/internal/track"
)

// spot is a place as the reading of tracks needs it.
type spot struct {
	lat, lon       int32 // millionths of a degree
	radius         uint16
	dwell          uint16
	since, ended   int64 // milliseconds; ended 0 while it is to be seen
	id, grid, kind string
	name           string
	code           string
}

// current reports whether the place was to be seen at an instant.
func (s *spot) current(ms int64) bool { return s.since <= ms && (s.ended == 0 || ms < s.ended) }

// field finds the places near a way. It does not change once it is made.
type field struct {
	revision int64
	spots    []spot
	byID     map[string]int32
	byGrid   map[string][]int32

	minLat, minLon   int32
	cellLat, cellLon int32 // size of a cell
	rows, cols       int32
	start            []int32 // of the cell's places in order; one more than there are cells
	order            []int32
}

// maxCells bounds the table of cells; where places lie further apart cells are larger.
const maxCells = 1 << 20

func newField(revision int64, spots []spot) *field {
	f := &field{revision: revision, spots: spots, byID: make(map[string]int32, len(spots)), byGrid: map[string][]int32{}}
	if len(spots) == 0 {
		return f
	}
	maxLat, maxLon, reach := spots[0].lat, spots[0].lon, uint16(errorLimit)
	f.minLat, f.minLon = maxLat, maxLon
	for i := range spots {
		s := &spots[i]
		f.byID[s.id] = int32(i)
		f.byGrid[s.grid] = append(f.byGrid[s.grid], int32(i))
		f.minLat, maxLat = min(f.minLat, s.lat), max(maxLat, s.lat)
		f.minLon, maxLon = min(f.minLon, s.lon), max(maxLon, s.lon)
		reach = max(reach, s.radius)
	}
	f.measure(maxLat, maxLon, float64(reach))
	f.fill()
	return f
}

// measure chooses the size of the cells: at least reach, the farthest in metres from which a place can count as seen.
func (f *field) measure(maxLat, maxLon int32, reach float64) {
	far := math.Max(math.Abs(float64(f.minLat)), math.Abs(float64(maxLat))) / 1e6
	f.cellLat = int32(math.Ceil(reach / metresPerUnit))
	f.cellLon = int32(math.Ceil(reach / (metresPerUnit * math.Max(0.05, math.Cos(far*math.Pi/180)))))
	for {
		f.rows, f.cols = (maxLat-f.minLat)/f.cellLat+1, (maxLon-f.minLon)/f.cellLon+1
		if int64(f.rows)*int64(f.cols) <= maxCells {
			return
		}
		f.cellLat, f.cellLon = f.cellLat*2, f.cellLon*2
	}
}

// fill sorts the places by cell.
func (f *field) fill() {
	f.start = make([]int32, f.rows*f.cols+1)
	for i := range f.spots {
		f.start[f.cell(&f.spots[i])+1]++
	}
	for i := 1; i < len(f.start); i++ {
		f.start[i] += f.start[i-1]
	}
	next := append([]int32{}, f.start...)
	f.order = make([]int32, len(f.spots))
	for i := range f.spots {
		c := f.cell(&f.spots[i])
		f.order[next[c]] = int32(i)
		next[c]++
	}
}

func (f *field) cell(s *spot) int32 {
	return (s.lat-f.minLat)/f.cellLat*f.cols + (s.lon-f.minLon)/f.cellLon
}

// metresPerUnit is a millionth of a degree of latitude.
const metresPerUnit = 6371008.8 * math.Pi / 180 / 1e6

// near calls fn for every place in the cells around the way from a to b.
func (f *field) near(a, b track.Point, fn func(n int32)) {
	if len(f.spots) == 0 {
		return
	}
	row0, row1 := down(min(a.Lat, b.Lat)-f.minLat, f.cellLat)-1, down(max(a.Lat, b.Lat)-f.minLat, f.cellLat)+1
	col0, col1 := down(min(a.Lon, b.Lon)-f.minLon, f.cellLon)-1, down(max(a.Lon, b.Lon)-f.minLon, f.cellLon)+1
	for row := max(row0, 0); row <= min(row1, f.rows-1); row++ {
		from, to := f.start[row*f.cols+min(max(col0, 0), f.cols)], f.start[row*f.cols+min(max(col1+1, 0), f.cols)]
		for _, n := range f.order[from:max(from, to)] {
			fn(n)
		}
	}
}

// down divides and rounds down, also below zero.
func down(a, by int32) int32 {
	q := a / by
	if a%by < 0 {
		q--
	}
	return q
}
