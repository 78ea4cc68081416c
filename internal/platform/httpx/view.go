package httpx

import "fmt"

// ViewIn narrows a list to the part of a map that somebody looks at, in degrees. Embed it in the query of a list whose things have a
// position; without it nothing is left out.
type ViewIn struct {
	West  float64 `query:"west" minimum:"-180" maximum:"180" doc:"Edges of the part of the map; all four or none"`
	South float64 `query:"south" minimum:"-90" maximum:"90"`
	East  float64 `query:"east" minimum:"-180" maximum:"180"`
	North float64 `query:"north" minimum:"-90" maximum:"90"`
}

// Turned reports whether the edges are the wrong way round.
func (v ViewIn) Turned() bool { return v != (ViewIn{}) && (v.West >= v.East || v.South >= v.North) }

// Where is the condition for things whose position stands in these columns, "" where no part of a map was named.
func (v ViewIn) Where(lat, lon string, args *[]any) string {
	if v == (ViewIn{}) {
		return ""
	}
	n := len(*args)
	*args = append(*args, v.South, v.North, v.West, v.East)
	return fmt.Sprintf("%s BETWEEN $%d AND $%d AND %s BETWEEN $%d AND $%d", lat, n+1, n+2, lon, n+3, n+4)
}
