package spoof

import (
	"math"
	"slices"

	"yiwang/internal/track"
)

// Code names a reason.
type Code string

// The reasons, with what they add to the score. Source of the weights: the research notes of the project on made-up
// positions; phones can leave the mark of the operating system out, so that the statistics carry the most.
const (
	Marked   Code = "mock"      // the operating system says that an app made the position up
	Teleport Code = "teleport"  // jumps that no vehicle makes, between places one stays at
	Constant Code = "constant"  // accuracy and speed never change on the way
	Still    Code = "still"     // pinned: measured anew all the time, and nowhere a way
	White    Code = "white"     // trembles without memory, while the error of a receiver lasts for a minute
	Regular  Code = "regular"   // every step as long as the last, or every one in the same direction
	Repeated Code = "repeated"  // the way of an earlier session again, to the metre
	TooExact Code = "too_exact" // positions on a coarse raster of typed coordinates
)

var weights = map[Code]int{Marked: 60, Teleport: 40, Constant: 20, Still: 40, White: 40, Regular: 40, Repeated: 60, TooExact: 40}

// Suspicious is the score from which a person is asked to look.
const Suspicious = 40

// Method numbers this way of scoring; it rises when reasons or limits change.
const Method = 2

// Reason is one thing that speaks against the positions, with the figures it rests on.
type Reason struct {
	Code    Code    `json:"code" enum:"mock,teleport,constant,still,white,regular,repeated,too_exact"`
	Weight  int     `json:"weight"`
	Count   int     `json:"count" doc:"Fixes, steps or jumps it was seen in"`
	Value   float64 `json:"value" doc:"mock: share of fixes; teleport: fastest step in m/s; constant: the accuracy in metres; still: spread in metres; white: correlation of one fix with the next; regular: variation of steps; repeated: mean distance in metres"`
	From    int64   `json:"from" doc:"Milliseconds"`
	To      int64   `json:"to"`
	Session string  `json:"session,omitempty" doc:"repeated: the earlier session"`
}

// Limits; see docs/alarms.md for how they were tried.
const (
	fewest        = 30   // fixes below which nothing is said
	jumpSpeed     = 40.0 // metres a second
	jumpMetres    = 300.0
	fewestJumps   = 2
	jumpLasts     = 3 * 60_000 // a receiver that errs is back sooner
	constantFixes = 40
	movingStep    = 2.0 // metres between fixes on the way
	stillTime     = 10 * 60_000
	stillRadius   = 3.0 // metres around the first fix of a stay
	stillSpread   = 0.3
	stillShare    = 0.9     // of the fixes: a receiver that holds its place while it stands shows a way when it goes
	stillGap      = 120_000 // milliseconds
	whiteTime     = 5 * 60_000
	whiteFixes    = 60
	whiteRadius   = 15.0
	whiteSpread   = 0.1
	whiteGap      = 30_000
	whiteMemory   = 0.2
	regularSteps  = 40
	regularRatio  = 0.02
	rasterShare   = 0.9
)

// Score examines the points of a session, in the order of time, and returns what speaks against them, the heaviest reason
// first, with the sum of their weights, at most 100. earlier are the shapes of former sessions in the same place.
func Score(points []track.Point, earlier []Shape) (score int, reasons []Reason) {
	if len(points) < fewest {
		return 0, nil
	}
	for _, look := range []func([]track.Point) (Reason, bool){marked, teleport, constant, still, white, regular, tooExact} {
		if r, found := look(points); found {
			reasons = append(reasons, r)
		}
	}
	if r, found := repeated(points, earlier); found {
		reasons = append(reasons, r)
	}
	for i := range reasons {
		reasons[i].Weight = weights[reasons[i].Code]
		score += reasons[i].Weight
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int { return b.Weight - a.Weight })
	return min(score, 100), reasons
}

func marked(points []track.Point) (r Reason, found bool) {
	r = Reason{Code: Marked}
	for i := range points {
		if points[i].Flags.Has(track.Mock) {
			r.seen(points[i].At)
		}
	}
	r.Value = float64(r.Count) / float64(len(points))
	return r, r.Count >= 3
}

// seen counts one more instant.
func (r *Reason) seen(at int64) {
	if r.Count == 0 {
		r.From = at
	}
	r.Count++
	r.To = at
}

// exact reports whether the phone claims to know where it is; cells and wireless networks jump by nature.
func exact(p *track.Point) bool {
	return !p.Flags.Has(track.Network) && (p.Accuracy == track.NoAccuracy || p.Accuracy <= 30)
}

// teleport finds jumps after which one stays where one is: a receiver that errs, or repeats an old fix, is back after a moment.
func teleport(points []track.Point) (r Reason, found bool) {
	r = Reason{Code: Teleport}
	var last *track.Point
	since := int64(0) // one is at the present place
	if len(points) > 0 {
		since = points[0].At
	}
	for i := range points {
		p := &points[i]
		if !exact(p) {
			continue
		}
		if last != nil {
			m, seconds := track.Metres(*last, *p), float64(p.At-last.At)/1000
			if m > jumpMetres && m/seconds > jumpSpeed {
				if last.At-since >= jumpLasts {
					r.seen(p.At)
					r.Value = max(r.Value, m/seconds)
				}
				since = p.At
			}
		}
		last = p
	}
	return r, r.Count >= fewestJumps
}

// constant finds a long way on which accuracy and speed stay the same to the last digit.
func constant(points []track.Point) (best Reason, found bool) {
	best.Code = Constant
	run := Reason{}
	for i := 1; i < len(points); i++ {
		p, q := &points[i-1], &points[i]
		same := q.Accuracy != track.NoAccuracy && p.Accuracy == q.Accuracy && p.Speed == q.Speed && q.Speed != track.NoSpeed && track.Metres(*p, *q) >= movingStep
		if !same {
			run = Reason{}
			continue
		}
		if run.seen(q.At); run.Count > best.Count {
			best = run
			best.Code, best.Value = Constant, float64(q.Accuracy)
		}
	}
	return best, best.Count >= constantFixes
}

// measured leaves out what a phone repeats to the last digit: its system tells the last fix again while it lies still.
// A receiver that holds its place tells another accuracy with it, which counts as measured if held is true.
func measured(points []track.Point, held bool) (out []track.Point) {
	for i := range points {
		if n := len(out); n > 0 && points[i].Lat == out[n-1].Lat && points[i].Lon == out[n-1].Lon && (!held || points[i].Accuracy == out[n-1].Accuracy) {
			continue
		}
		out = append(out, points[i])
	}
	return out
}

// stays cuts points into stretches within a radius of their first, without a longer gap, and calls fn for each.
func stays(points []track.Point, radius float64, gap int64, fn func(stay []track.Point)) {
	for i := 0; i < len(points); {
		k := i + 1
		for k < len(points) && exact(&points[k]) && track.Metres(points[i], points[k]) <= radius && points[k].At-points[k-1].At <= gap {
			k++
		}
		fn(points[i:k])
		i = k
	}
}

// still finds a session that is pinned: stays of ten minutes in which what is claimed to be measured anew does not tremble, and nothing
// beside them. Receivers that hold their place while they stand are honest: they show a way when they go.
func still(points []track.Point) (best Reason, found bool) {
	best.Code, best.Value = Still, math.Inf(1)
	fresh := measured(points, true)
	if len(fresh) < fewest {
		return best, false
	}
	pinned := 0
	stays(fresh, stillRadius, stillGap, func(stay []track.Point) {
		last := len(stay) - 1
		if stay[last].At-stay[0].At < stillTime || len(stay) < fewest {
			return
		}
		s := spread(stay)
		if s < stillSpread {
			pinned += len(stay)
		}
		if s < best.Value {
			best.Value, best.Count, best.From, best.To = s, len(stay), stay[0].At, stay[last].At
		}
	})
	return best, best.Value < stillSpread && float64(pinned) >= stillShare*float64(len(fresh))
}

// white finds a stay in which every fix errs anew: what wanders around a receiver, reflections and the air, wanders over a minute, so that one
// fix tells of the next; the noise that an app adds does not.
func white(points []track.Point) (best Reason, found bool) {
	best.Code, best.Value = White, math.Inf(1)
	stays(measured(points, false), whiteRadius, whiteGap, func(stay []track.Point) {
		last := len(stay) - 1
		if len(stay) < whiteFixes || stay[last].At-stay[0].At < whiteTime || spread(stay) < whiteSpread {
			return
		}
		if m := memory(stay); m < best.Value {
			best.Value, best.Count, best.From, best.To = m, len(stay), stay[0].At, stay[last].At
		}
	})
	return best, best.Value < whiteMemory
}

// memory is the correlation of the position of one fix with that of the next, over both axes.
func memory(points []track.Point) float64 {
	east, north := make([]float64, len(points)), make([]float64, len(points))
	for i := range points {
		east[i], north[i] = plane(points[0], points[i])
	}
	return (serial(east) + serial(north)) / 2
}

// plane is how many metres east and north of a point another lies.
func plane(from, to track.Point) (east, north float64) {
	const metre = math.Pi / 180 / 1e6 * 6371008.8
	return float64(to.Lon-from.Lon) * metre * math.Cos(float64(from.Lat)/1e6*math.Pi/180), float64(to.Lat-from.Lat) * metre
}

// serial is the correlation of a series with itself one step later (G. E. P. Box and G. M. Jenkins, Time Series Analysis, 1970, r1).
func serial(v []float64) float64 {
	mean, products, squares := 0.0, 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for i, x := range v {
		squares += (x - mean) * (x - mean)
		if i > 0 {
			products += (x - mean) * (v[i-1] - mean)
		}
	}
	if squares == 0 {
		return 1
	}
	return products / squares
}

// spread is the root mean square distance from the mean position, in metres.
func spread(points []track.Point) float64 {
	var lat, lon float64
	for i := range points {
		lat += float64(points[i].Lat - points[0].Lat)
		lon += float64(points[i].Lon - points[0].Lon)
	}
	n := float64(len(points))
	mean := track.Point{Lat: points[0].Lat + int32(math.Round(lat/n)), Lon: points[0].Lon + int32(math.Round(lon/n))}
	sum := 0.0
	for i := range points {
		m := track.Metres(points[i], mean)
		sum += m * m
	}
	return math.Sqrt(sum / n)
}

// regular finds forty steps in a row of one length in time and space.
func regular(points []track.Point) (best Reason, found bool) {
	best.Code, best.Value = Regular, math.Inf(1)
	paces := make([]float64, 0, len(points))
	var ends []int64
	flush := func() {
		for i := 0; i+regularSteps <= len(paces); i += regularSteps / 4 {
			if v := variation(paces[i : i+regularSteps]); v < best.Value {
				best.Value, best.Count, best.From, best.To = v, regularSteps, ends[i], ends[i+regularSteps-1]
			}
		}
		paces, ends = paces[:0], ends[:0]
	}
	for i := 1; i < len(points); i++ {
		m, seconds := track.Metres(points[i-1], points[i]), float64(points[i].At-points[i-1].At)/1000
		if m < movingStep || seconds > 60 {
			flush()
			continue
		}
		paces, ends = append(paces, m/seconds), append(ends, points[i].At)
	}
	flush()
	return best, best.Value < regularRatio
}

// variation is the standard deviation over the mean.
func variation(v []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, x := range v {
		mean += x
	}
	mean /= float64(len(v))
	for _, x := range v {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum/float64(len(v))) / mean
}

// tooExact finds coordinates typed with four decimals or fewer.
func tooExact(points []track.Point) (r Reason, found bool) {
	r = Reason{Code: TooExact}
	places := map[[2]int32]bool{}
	for i := range points {
		if points[i].Lat%100 == 0 && points[i].Lon%100 == 0 {
			r.seen(points[i].At)
			places[[2]int32{points[i].Lat, points[i].Lon}] = true
		}
	}
	r.Value = float64(r.Count) / float64(len(points))
	return r, r.Value >= rasterShare && len(places) > 3
}
