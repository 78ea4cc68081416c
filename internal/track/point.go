package track

import "math"

// Point is one fix of a phone.
type Point struct {
	At       int64  // milliseconds since 1970, when the fix was taken
	Lat, Lon int32  // millionths of a degree, WGS84
	Speed    uint16 // decimetres per second, or NoSpeed
	Heading  uint16 // degrees clockwise from north, 0 to 359, or NoHeading
	Accuracy uint16 // metres within which the position lies with about 68 %, or NoAccuracy
	Battery  uint8  // percent, or NoBattery
	Flags    Flags
}

// What stands in a field that the phone did not send.
const (
	NoSpeed    = math.MaxUint16
	NoHeading  = math.MaxUint16
	NoAccuracy = math.MaxUint16
	NoBattery  = math.MaxUint8
)

// Flags tell more of a point.
type Flags uint8

// The flags.
const (
	Mock     Flags = 1 << iota // the phone says that an app made the position up
	Charging                   // the phone is being charged
	SOS                        // the officer called for help
	Late                       // came more than two minutes after it was taken
	Network                    // from cells or wireless networks, without satellites
)

// Has reports whether all of want are set.
func (f Flags) Has(want Flags) bool { return f&want == want }

// micro is the number of units in a degree.
const micro = 1e6

// At returns a point at a position in degrees, without anything else; ok is false for what is no position on earth.
func At(ms int64, lat, lon float64) (p Point, ok bool) {
	if math.IsNaN(lat) || math.IsNaN(lon) || math.Abs(lat) > 90 || math.Abs(lon) > 180 || lat == 0 && lon == 0 {
		return Point{}, false
	}
	return Point{At: ms, Lat: int32(math.Round(lat * micro)), Lon: int32(math.Round(lon * micro)),
		Speed: NoSpeed, Heading: NoHeading, Accuracy: NoAccuracy, Battery: NoBattery}, true
}

// Degrees returns the position in degrees.
func (p Point) Degrees() (lat, lon float64) { return float64(p.Lat) / micro, float64(p.Lon) / micro }

// SetSpeed takes metres per second; a negative or impossible one is left out.
func (p *Point) SetSpeed(metres float64) {
	if metres >= 0 && metres < 200 {
		p.Speed = uint16(math.Round(metres * 10))
	}
}

// SetHeading takes degrees; a negative or impossible one is left out.
func (p *Point) SetHeading(degrees float64) {
	if degrees >= 0 && degrees <= 360 {
		p.Heading = uint16(math.Round(degrees)) % 360
	}
}

// SetAccuracy takes metres; a negative or impossible one is left out.
func (p *Point) SetAccuracy(metres float64) {
	if metres >= 0 && metres < 65000 {
		p.Accuracy = uint16(math.Ceil(metres))
	}
}

// SetBattery takes percent; a negative or impossible one is left out.
func (p *Point) SetBattery(percent float64) {
	if percent >= 0 && percent <= 100 {
		p.Battery = uint8(math.Round(percent))
	}
}

// earth is the mean radius of the earth in metres (IUGG).
const earth = 6371008.8

// Metres is the distance of two points on the sphere. For the steps of a walk the plane is exact enough: the error is
// below one in a million for steps under a kilometre.
func Metres(a, b Point) float64 {
	lat := (float64(a.Lat) + float64(b.Lat)) / 2 / micro * math.Pi / 180
	dy := float64(b.Lat-a.Lat) / micro * math.Pi / 180
	dx := float64(b.Lon-a.Lon) / micro * math.Pi / 180 * math.Cos(lat)
	return earth * math.Hypot(dx, dy)
}
