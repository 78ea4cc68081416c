package geo

import (
	"fmt"
	"math"
	"strings"
)

// Datum names the coordinate system of positions that come from or go to the outside.
type Datum string

// The datums in use in China. CGCS2000 differs from WGS-84 by centimetres and is taken as equal. GCJ-02 is the offset
// system of public maps and phones; BD-09 is Baidu's further offset of it.
const (
	WGS84    Datum = "wgs84"
	CGCS2000 Datum = "cgcs2000"
	GCJ02    Datum = "gcj02"
	BD09     Datum = "bd09"
)

// ParseDatum reads a datum name, ignoring case, hyphens and underscores; "" is WGS84. The error lists the names known.
func ParseDatum(name string) (Datum, error) {
	d := Datum(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(strings.TrimSpace(name))))
	switch d {
	case "":
		return WGS84, nil
	case WGS84, CGCS2000, GCJ02, BD09:
		return d, nil
	}
	return "", fmt.Errorf("unknown coordinate system %.40q: use wgs84, cgcs2000, gcj02 or bd09", name)
}

// ToWGS84 converts a position in degrees from d. The inverse of the offset systems has no closed form; it is iterated
// until the forward conversion returns the input within 1e-10 degree.
func (d Datum) ToWGS84(lon, lat float64) (float64, float64) {
	switch d {
	case GCJ02:
		return invert(gcjFromWGS, lon, lat)
	case BD09:
		lon, lat = invert(bdFromGCJ, lon, lat)
		return invert(gcjFromWGS, lon, lat)
	}
	return lon, lat
}

// FromWGS84 converts a position in degrees to d.
func (d Datum) FromWGS84(lon, lat float64) (float64, float64) {
	switch d {
	case GCJ02:
		return gcjFromWGS(lon, lat)
	case BD09:
		return bdFromGCJ(gcjFromWGS(lon, lat))
	}
	return lon, lat
}

// invert finds the position that forward maps to (lon, lat). The offsets are smooth and far below a degree, so the
// fixed-point iteration gains at least two digits a step.
func invert(forward func(lon, lat float64) (float64, float64), lon, lat float64) (float64, float64) {
	x, y := lon, lat
	for range 30 {
		fx, fy := forward(x, y)
		dx, dy := lon-fx, lat-fy
		x, y = x+dx, y+dy
		if math.Abs(dx) < 1e-10 && math.Abs(dy) < 1e-10 {
			break
		}
	}
	return x, y
}

// Krasovsky 1940 ellipsoid, on which the GCJ-02 offset is defined.
const (
	krasovskyAxis = 6378245.0
	krasovskyE2   = 0.00669342162296594323
)

// gcjFromWGS applies the GCJ-02 offset, which is defined inside the bounding box of China only.
func gcjFromWGS(lon, lat float64) (float64, float64) {
	if lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271 {
		return lon, lat
	}
	x, y := lon-105, lat-35
	wave := func(v float64) float64 {
		return (20*math.Sin(6*v*math.Pi) + 20*math.Sin(2*v*math.Pi)) * 2 / 3
	}
	dLat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + wave(x) +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	dLon := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + wave(x) +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	rad := lat * math.Pi / 180
	m := 1 - krasovskyE2*math.Sin(rad)*math.Sin(rad)
	dLat = dLat * 180 / (krasovskyAxis * (1 - krasovskyE2) / (m * math.Sqrt(m)) * math.Pi)
	dLon = dLon * 180 / (krasovskyAxis / math.Sqrt(m) * math.Cos(rad) * math.Pi)
	return lon + dLon, lat + dLat
}

// bdFromGCJ applies the BD-09 offset to a GCJ-02 position.
func bdFromGCJ(lon, lat float64) (float64, float64) {
	const k = math.Pi * 3000 / 180
	r := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*k)
	a := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*k)
	return r*math.Cos(a) + 0.0065, r*math.Sin(a) + 0.006
}
