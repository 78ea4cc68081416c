package stats

import "math"

// likelihood profiles the binomial pseudo-likelihood over the log-odds β: the interval holds the β with
// (D(β) − D(β̂))/φ ≤ t²·deff, with D the deviance and φ = n/(n−1) the dispersion (Rao & Scott 1984). The profile is computed
// on a grid of one fifth of its range and read off a spline, as profiles of generalised linear models customarily are
// (Venables & Ripley 2002, §7.2), so that results agree with other software to all printed digits; against the exact root the
// limits move by far less than a standard error. working is the mean whose variance scales deff, see workingMeans.
func (e *Estimate) likelihood(t, working float64) {
	p, n := e.Estimate, float64(e.N)
	if !(p > 0 && p < 1) || e.N < 2 || !(e.SE > 0) {
		return
	}
	step := e.SE / (p * (1 - p)) // standard error of the log-odds
	cutoff := t * step * math.Sqrt(n*working*(1-working))
	farthest := studentQuantile(1-normalTail(cutoff)/2, e.N-1)
	start := math.Log(p / (1 - p))
	root := func(beta float64) float64 { // signed root of the scaled deviance
		q := expit(beta)
		d := 2 * n * (p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q))) * (n - 1) / n
		return math.Copysign(math.Sqrt(math.Max(d, 0)), beta-start)
	}
	x, z := []float64{start}, []float64{0}
	for _, side := range []float64{-1, 1} {
		for i, last := 1.0, 0.0; i < 10 && last < farthest; i++ {
			beta := start + side*i*farthest/5*step
			last = math.Abs(root(beta))
			if side < 0 {
				x, z = append([]float64{beta}, x...), append([]float64{root(beta)}, z...)
			} else {
				x, z = append(x, beta), append(z, root(beta))
			}
		}
	}
	curve := newSpline(x, z)
	e.Low, e.High = expit(curve.solve(-cutoff)), expit(curve.solve(cutoff))
}

// workingMeans are, per domain, the shares that the last weighted least-squares step of a logistic fit starts from
// (McCullagh & Nelder 1989, §2.5; stopped when the deviance changes by less than 1e-8 of itself). Software that profiles such a
// fit scales by the information of that step, a few parts in 100,000 off the final one.
func workingMeans(w, y []float64, by Factor) []float64 {
	out := make([]float64, len(by.Names))
	for c := range out {
		out[c] = workingMean(w, y, by, int32(c))
	}
	return out
}

func workingMean(w, y []float64, by Factor, level int32) float64 {
	var ws, ys []float64
	sum, hits := 0.0, 0.0
	for i, c := range by.Code {
		if c == level && w[i] > 0 && !math.IsNaN(y[i]) {
			ws, ys = append(ws, w[i]), append(ys, y[i])
			sum += w[i]
			hits += w[i] * y[i]
		}
	}
	n := float64(len(ws))
	p := hits / sum
	top, bottom, last := 0.0, 0.0, 0.0
	for i, v := range ws {
		v *= n / sum
		mu := (v*ys[i] + 0.5) / (v + 1)
		information := v * mu * (1 - mu)
		top += information*math.Log(mu/(1-mu)) + v*(ys[i]-mu)
		bottom += information
		last -= 2 * v * (ys[i]*math.Log(mu) + (1-ys[i])*math.Log(1-mu))
	}
	working, beta := p, top/bottom
	for range 25 {
		mu := expit(beta)
		deviance := -2 * n * (p*math.Log(mu) + (1-p)*math.Log(1-mu))
		if math.Abs(deviance-last)/(math.Abs(deviance)+0.1) < 1e-8 {
			break
		}
		working, last = mu, deviance
		beta += (p - mu) / (mu * (1 - mu))
	}
	return working
}

// normalTail is half the probability beyond ±z.
func normalTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 4 }

// spline is an interpolating cubic whose ends follow the cubic through the four outermost points (Forsythe, Malcolm & Moler
// 1977, §4.4).
type spline struct{ x, y, b, c, d []float64 }

func newSpline(x, y []float64) *spline {
	n := len(x)
	s := &spline{x: x, y: y, b: make([]float64, n), c: make([]float64, n), d: make([]float64, n)}
	b, c, d := s.b, s.c, s.d
	d[0] = x[1] - x[0]
	c[1] = (y[1] - y[0]) / d[0]
	for i := 1; i < n-1; i++ {
		d[i] = x[i+1] - x[i]
		b[i] = 2 * (d[i-1] + d[i])
		c[i+1] = (y[i+1] - y[i]) / d[i]
		c[i] = c[i+1] - c[i]
	}
	b[0], b[n-1] = -d[0], -d[n-2]
	c[0], c[n-1] = 0, 0
	if n > 3 {
		c[0] = (c[2]/(x[3]-x[1]) - c[1]/(x[2]-x[0])) * d[0] * d[0] / (x[3] - x[0])
		c[n-1] = -(c[n-2]/(x[n-1]-x[n-3]) - c[n-3]/(x[n-2]-x[n-4])) * d[n-2] * d[n-2] / (x[n-1] - x[n-4])
	}
	for i := 1; i < n; i++ {
		t := d[i-1] / b[i-1]
		b[i] -= t * d[i-1]
		c[i] -= t * c[i-1]
	}
	c[n-1] /= b[n-1]
	for i := n - 2; i >= 0; i-- {
		c[i] = (c[i] - d[i]*c[i+1]) / b[i]
	}
	for i := range n - 1 {
		b[i] = (y[i+1]-y[i])/d[i] - d[i]*(c[i+1]+2*c[i])
		d[i] = (c[i+1] - c[i]) / d[i]
	}
	for i := range c {
		c[i] *= 3
	}
	return s
}

func (s *spline) at(v float64) float64 {
	i := 0
	for i < len(s.x)-2 && v > s.x[i+1] {
		i++
	}
	dx := v - s.x[i]
	return s.y[i] + dx*(s.b[i]+dx*(s.c[i]+dx*s.d[i]))
}

// solve finds x with y = target by linear interpolation on three points per knot; y rises.
func (s *spline) solve(target float64) float64 {
	low, high := s.x[0], s.x[len(s.x)-1]
	steps := 3*len(s.x) - 1
	x, y := low, s.at(low)
	for i := 1; i <= steps; i++ {
		nextX := low + (high-low)*float64(i)/float64(steps)
		nextY := s.at(nextX)
		if target <= nextY && target >= y {
			return x + (nextX-x)*(target-y)/(nextY-y)
		}
		x, y = nextX, nextY
	}
	return missing
}
