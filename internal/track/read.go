package track

// Parameters of reading a walk. Sources: research on walkers in the notes of the project: stops of 40 to 60 m and 180 s,
// gaps of 60 s break a segment, a fix worse than 50 m says nothing about where somebody was.
const (
	stopMetres  = 50
	stopMillis  = 180_000
	gapMillis   = 60_000
	maxAccuracy = 50 // metres
	runMetres   = 15 // per second; faster steps are jumps of the receiver, not ways
)

// Stop is a time during which somebody stayed within 50 m for three minutes or longer.
type Stop struct {
	From, To int64 // milliseconds
	Lat, Lon int32 // mean position
	Points   int
}

// Gap is a time without a fix.
type Gap struct{ From, To int64 }

// Reading is what a track says.
type Reading struct {
	Metres float64 // walked, jumps and gaps left out
	Stops  []Stop
	Gaps   []Gap // longer than a minute
	Rough  int   // points with an accuracy worse than 50 m, left out of stops and distance
	Jumps  int   // steps faster than 15 m/s, left out of the distance
}

// Read finds stops, gaps and the distance of a track in the order of time, in one pass.
func Read(points []Point) (r Reading) {
	var last *Point
	var window []Point // points within 50 m of its first one
	for i := range points {
		p := &points[i]
		if i > 0 && p.At-points[i-1].At > gapMillis {
			r.Gaps = append(r.Gaps, Gap{points[i-1].At, p.At})
			r.note(window)
			last, window = nil, nil
		}
		if p.Accuracy != NoAccuracy && p.Accuracy > maxAccuracy {
			r.Rough++
			continue
		}
		if last != nil {
			r.step(*last, *p)
		}
		last = p
		for len(window) > 0 && Metres(window[0], *p) > stopMetres {
			if lasted(window) {
				r.note(window)
				window = nil
				break
			}
			window = window[1:]
		}
		window = append(window, *p)
	}
	r.note(window)
	return r
}

func (r *Reading) step(from, to Point) {
	m, seconds := Metres(from, to), float64(to.At-from.At)/1000
	if seconds > 0 && m/seconds > runMetres {
		r.Jumps++
		return
	}
	r.Metres += m
}

func lasted(window []Point) bool {
	return len(window) > 0 && window[len(window)-1].At-window[0].At >= stopMillis
}

// note keeps the window as a stop if it lasted.
func (r *Reading) note(window []Point) {
	if !lasted(window) {
		return
	}
	var lat, lon int64
	for _, p := range window {
		lat += int64(p.Lat)
		lon += int64(p.Lon)
	}
	n := int64(len(window))
	r.Stops = append(r.Stops, Stop{window[0].At, window[len(window)-1].At, int32(lat / n), int32(lon / n), len(window)})
}
