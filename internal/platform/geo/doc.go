// Package geo holds the plane geometry of areas: datums, the coordinate lattice, validity, comparison of a parent
// with its parts, area in square metres, GeoJSON, and an index that finds the area of a point.
//
// Everything inside the program lies on one lattice: WGS-84 (equal to CGCS2000 within centimetres) in units of
// 1e-7 degree, about one centimetre. Two neighbours that share a border share identical integers, so every predicate
// here is exact integer arithmetic and a point on a border belongs to exactly one of them. Other datums are converted
// at the edge, by [Datum.ToWGS84] and [Datum.FromWGS84].
//
// Edges are straight in longitude and latitude, as RFC 7946 §3.1.1 defines them. Shapes that cross the antimeridian
// or span more than [MaxSpan] degrees are refused: they cannot occur below a country.
package geo
