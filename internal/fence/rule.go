package fence

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/prose"
)

// Kind says what a fence is.
type Kind string

// The kinds. The last two are standing rules without a drawing.
const (
	Circle  Kind = "circle"
	Polygon Kind = "polygon"
	Area    Kind = "area"    // a grid, community or street
	Own     Kind = "own"     // the area each officer is on duty in
	Contact Kind = "contact" // positions stopped coming
)

// Definition is what a fence watches. It is kept as a whole in each version.
type Definition struct {
	Name           string          `json:"name" maxLength:"240"`
	Kind           Kind            `json:"kind" enum:"circle,polygon,area,own,contact"`
	Scope          string          `json:"scope" maxLength:"20" doc:"Officers on duty in this area are watched"`
	Lat            float64         `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"circle: its centre"`
	Lon            float64         `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Radius         float64         `json:"radius,omitempty" minimum:"0" maximum:"20000" doc:"circle: metres"`
	Geometry       json.RawMessage `json:"geometry,omitempty" doc:"polygon: GeoJSON Polygon or MultiPolygon in WGS84"`
	Area           string          `json:"area,omitempty" maxLength:"20" doc:"area: its code"`
	Enter          bool            `json:"enter,omitempty" doc:"Watch for coming in, also for passing through between two positions"`
	Leave          bool            `json:"leave,omitempty" doc:"Watch for going out"`
	DwellMinutes   int             `json:"dwell_minutes,omitempty" minimum:"0" maximum:"1440" doc:"Inside for so long; 0 not watched"`
	AwayMinutes    int             `json:"away_minutes,omitempty" minimum:"0" maximum:"1440" doc:"Outside for so long after having been inside; 0 not watched"`
	ContactMinutes int             `json:"contact_minutes,omitempty" minimum:"0" maximum:"240" doc:"contact: no position for so long"`
	Alarm          bool            `json:"alarm,omitempty" doc:"Raise an alarm; otherwise only the event is kept"`
	Severity       alarm.Severity  `json:"severity,omitempty" enum:"critical,major,minor,warning,info"`
	Days           []int           `json:"days,omitempty" maxItems:"7" doc:"Days of the week it is in force, 1 Monday to 7 Sunday; none for all"`
	From           string          `json:"from,omitempty" maxLength:"5" doc:"HH:MM in Nanjing; with until, which may be on the next day"`
	Until          string          `json:"until,omitempty" maxLength:"5"`
	FirstDay       string          `json:"first_day,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
	LastDay        string          `json:"last_day,omitempty" maxLength:"10"`
	Units          []string        `json:"units,omitempty" maxItems:"200" doc:"Only officers of these units; none for all"`
	Officers       []string        `json:"officers,omitempty" maxItems:"500" doc:"Only these officers; none for all"`
}

// drawn reports whether the fence has ground of its own.
func (d *Definition) drawn() bool { return d.Kind == Circle || d.Kind == Polygon || d.Kind == Area }

// check completes a definition, or says what is wrong with it.
func (d *Definition) check() error {
	if err := prose.Check("fence.bad_text", prose.Needed("name", &d.Name, 60)); err != nil {
		return err
	}
	if d.tidy(); d.Severity == "" {
		d.Severity = alarm.Warning
	}
	if wrong := d.wrong(); wrong != "" {
		return errs.Invalid("fence.bad_definition", "Complete the fence: "+wrong+".", errs.Field{Location: "body", Message: wrong})
	}
	if d.Kind == Polygon {
		if err := whole(d.Geometry); err != nil {
			return err
		}
	}
	_, err := d.compile(nil)
	return err
}

// whole refuses a border that crosses or touches itself, and says where.
func whole(geometry json.RawMessage) error {
	s, err := geo.ParseGeometry(geometry, geo.WGS84)
	if err != nil {
		return nil //nolint:nilerr // compile says what is wrong with it
	}
	defect := geo.Check(s)
	if defect == nil || defect.Kind == geo.DefectEmpty || defect.Kind == geo.DefectTooLarge {
		return nil
	}
	at := fmt.Sprintf("%.6f,%.6f", defect.At.Lon(), defect.At.Lat())
	return errs.Invalid("fence.crossed_border", "The border crosses or touches itself at "+at+"; draw it without.", errs.Field{Location: "body.geometry", Message: string(defect.Kind), Value: at})
}

// tidy leaves out what the kind does not use.
func (d *Definition) tidy() {
	if d.Kind != Circle {
		d.Lat, d.Lon, d.Radius = 0, 0, 0
	}
	if d.Kind != Polygon {
		d.Geometry = nil
	}
	if d.Kind != Area {
		d.Area = ""
	}
	if !d.drawn() {
		d.Enter, d.Leave, d.DwellMinutes = false, false, 0
	}
	if d.Kind == Contact {
		d.AwayMinutes = 0
	} else {
		d.ContactMinutes = 0
	}
}

func (d *Definition) wrong() string {
	watches := d.Enter || d.Leave || d.DwellMinutes > 0 || d.AwayMinutes > 0
	switch {
	case d.Scope == "":
		return "scope is missing"
	case d.Kind == Circle && (d.Radius < minRadius || d.Lat == 0 && d.Lon == 0):
		return "a circle needs a centre and a radius of at least 20 metres"
	case d.Kind == Area && d.Area == "":
		return "choose an area"
	case d.Kind == Contact && d.ContactMinutes < 2:
		return "contact is lost after 2 minutes at the earliest"
	case d.Kind == Own && d.AwayMinutes == 0:
		return "say after how many minutes outside"
	case d.drawn() && !watches:
		return "choose what to watch for: coming in, going out, staying or being away"
	case !slices.Contains([]Kind{Circle, Polygon, Area, Own, Contact}, d.Kind):
		return "unknown kind"
	case !slices.Contains(alarm.Severities, d.Severity):
		return "unknown severity"
	case d.FirstDay != "" && d.LastDay != "" && d.LastDay < d.FirstDay:
		return "the last day lies before the first"
	}
	return ""
}

// minRadius is the smallest circle that positions can tell from its surroundings.
const minRadius = 20

// longestBorder bounds the corners of a drawing.
const longestBorder = 2000

// compile turns a definition into what positions are compared with; ground is that of an area fence, nil if it is not known.
func (d *Definition) compile(areaGround geo.Shape) (*rule, error) {
	r := &rule{Definition: d}
	var err error
	if r.hours, err = newHours(d); err != nil {
		return nil, err
	}
	switch d.Kind {
	case Circle:
		r.ground = newGround(circle(d.Lat, d.Lon, d.Radius))
	case Polygon:
		s, err := geo.ParseGeometry(d.Geometry, geo.WGS84)
		if err != nil {
			return nil, errs.Invalid("fence.bad_geometry", "The drawing is no area: "+err.Error()+".", errs.Field{Location: "body.geometry", Message: err.Error()})
		}
		if n := s.Vertices(); n < 3 || n > longestBorder || s.Area() < 400 {
			return nil, errs.Invalid("fence.bad_geometry", "Draw an area of at least 400 square metres with at most 2,000 corners.", errs.Field{Location: "body.geometry", Message: fmt.Sprintf("%d corners", n)})
		}
		r.ground = newGround(s)
	case Area:
		if len(areaGround) > 0 {
			r.ground = newGround(areaGround)
		}
	}
	return r, nil
}

// rule is a version of a fence, ready for use.
type rule struct {
	*Definition
	ID      string
	Version int64
	From    int64 // milliseconds in which this version is in force
	To      int64 // 0 until further notice
	ground  *ground
	hours   hours
}

// Who is watched in a session.
type Who struct{ Officer, Unit, Area string }

// watches reports whether the rule is for somebody.
func (r *rule) watches(w *Who) bool {
	return strings.HasPrefix(w.Area, r.Scope) && (len(r.Units) == 0 || slices.Contains(r.Units, w.Unit)) && (len(r.Officers) == 0 || slices.Contains(r.Officers, w.Officer))
}

// inForce reports whether the rule holds at an instant.
func (r *rule) inForce(ms int64) bool {
	return ms >= r.From && (r.To == 0 || ms < r.To) && r.hours.hold(ms)
}
