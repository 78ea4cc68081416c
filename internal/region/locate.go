package region

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
)

// Location is every area that a position belongs to; nil where there is none. The areas must not be changed.
type Location struct {
	Grid        *Area `json:"grid,omitempty" doc:"Composite or dedicated grid"`
	PoliceGrid  *Area `json:"police_grid,omitempty"`
	Community   *Area `json:"community,omitempty"`
	Subdistrict *Area `json:"subdistrict,omitempty"`
	District    *Area `json:"district,omitempty"`
}

// Smallest returns the code of the smallest tiling area found: grid, community, street or district.
func (l *Location) Smallest() string {
	for _, a := range []*Area{l.Grid, l.Community, l.Subdistrict, l.District} {
		if a != nil {
			return a.Code
		}
	}
	return ""
}

// layer is an index over the areas of one sort.
type layer struct {
	index *geo.Index
	areas []int32 // positions in the view
}

// Layers in the order in which a position is looked up.
const (
	policeLayer = iota
	gridLayer
	communityLayer
	subdistrictLayer
	districtLayer
	layerCount
)

func layerOf(a *Area) int {
	switch {
	case a.Kind == Police:
		return policeLayer
	case a.Level == Grid:
		return gridLayer
	case a.Level == Community:
		return communityLayer
	case a.Level == Subdistrict:
		return subdistrictLayer
	case a.Level == District:
		return districtLayer
	}
	return layerCount
}

func (v *view) buildLayers() {
	shapes := make([][]geo.Shape, layerCount)
	v.layers = make([]layer, layerCount)
	for i := range v.areas {
		n := layerOf(&v.areas[i])
		if n == layerCount || v.shapes[i] == nil {
			continue
		}
		shapes[n] = append(shapes[n], v.shapes[i])
		v.layers[n].areas = append(v.layers[n].areas, int32(i))
	}
	for n := range v.layers {
		v.layers[n].index = geo.NewIndex(shapes[n])
	}
}

// find fills a location. The larger areas follow from the smallest one found by way of their codes; layers above it
// are searched only where smaller areas have no ground.
func (v *view) find(p geo.Vertex) (l Location) {
	v.locate.Do(v.buildLayers)
	if k := v.layers[policeLayer].index.Find(p); k >= 0 {
		l.PoliceGrid = &v.areas[v.layers[policeLayer].areas[k]]
	}
	for n := gridLayer; n < layerCount; n++ {
		k := v.layers[n].index.Find(p)
		if k < 0 {
			continue
		}
		for i := v.layers[n].areas[k]; i >= 0; i = v.parent[i] {
			l.put(&v.areas[i])
		}
		break
	}
	return l
}

func (l *Location) put(a *Area) {
	switch layerOf(a) {
	case gridLayer:
		l.Grid = a
	case communityLayer:
		l.Community = a
	case subdistrictLayer:
		l.Subdistrict = a
	case districtLayer:
		l.District = a
	}
}

// Locate returns the areas that a WGS-84 position belonged to at a time; the zero time means now. Anybody may ask.
// Errors: Invalid for numbers that are no position, NotFound outside every area with ground.
func (s *Service) Locate(ctx context.Context, lon, lat float64, at time.Time) (Location, error) {
	p, err := geo.At(lon, lat)
	if err != nil {
		return Location{}, errs.Invalid("region.bad_position", "The position is not on earth: "+err.Error()+".",
			errs.Field{Location: "query", Message: err.Error(), Value: fmt.Sprintf("lat=%v lon=%v", lat, lon)}) // text: JSON has no NaN
	}
	v, err := s.view(ctx, at)
	if err != nil {
		return Location{}, err
	}
	l := v.find(p)
	if l == (Location{}) {
		return l, errs.NotFound("region.nowhere", "No area of ours lies at this position.")
	}
	return l, nil
}

// datum reads the name of a coordinate system; "" is WGS-84.
func datum(name string) (geo.Datum, error) {
	d, err := geo.ParseDatum(name)
	if err != nil {
		return "", errs.Invalid("region.bad_datum", "The coordinate system is not known.",
			errs.Field{Location: "query.crs", Message: err.Error(), Value: name})
	}
	return d, nil
}
