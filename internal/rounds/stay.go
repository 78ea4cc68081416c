package rounds

import "yiwang/internal/track"

// stay is a time in one grid.
type stay struct {
	grid     string
	from, to int64
}

// stays tells between which instants a track was in which grid. A grid is entered with the second fix in a row inside it, as one on the border
// jumps to and fro; a gap of more than a minute ends a stay. Places outside every grid have the name "".
func stays(points []track.Point, gridOf func(track.Point) (string, error)) (out []stay, err error) {
	var last *track.Point
	next := stay{} // where the latest fixes lie, if not in the grid of the running stay
	count := 0
	running := false
	for i := range points {
		p := &points[i]
		if !usable(p) {
			continue
		}
		grid, err := gridOf(*p)
		if err != nil {
			return nil, err
		}
		if last == nil || p.At-last.At > gapMillis {
			running, count = false, 0
		}
		last = p
		if running && out[len(out)-1].grid == grid {
			out[len(out)-1].to, count = p.At, 0
			continue
		}
		if count == 0 || next.grid != grid {
			next, count = stay{grid, p.At, p.At}, 1
			continue
		}
		if next.to = p.At; running {
			out[len(out)-1].to = max(out[len(out)-1].to, next.from)
		}
		out, running, count = append(out, next), true, 0
	}
	kept := out[:0]
	for _, s := range out {
		if s.grid != "" {
			kept = append(kept, s)
		}
	}
	return kept, nil
}
