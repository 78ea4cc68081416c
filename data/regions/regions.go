// Package regions ships the official area tree of Nanjing and the outline of Gulou District; see ORIGIN.md.
package regions

import _ "embed"

// NanjingCSV is the area tree in the columns code, name, level, parent_code.
//
//go:embed nanjing.csv
var NanjingCSV []byte

// GulouOutline is the outline of Gulou District as a GeoJSON FeatureCollection with one feature.
//
//go:embed gulou-outline.geojson
var GulouOutline []byte
