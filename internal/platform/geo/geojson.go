package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxFeatureBytes bounds the text of one feature; MaxVertices positions with twenty digits need a quarter of it.
const maxFeatureBytes = 4 << 20

// Feature is one feature of a collection as read; the geometry is not yet looked at.
type Feature struct {
	Type       string                     `json:"type"`
	Properties map[string]json.RawMessage `json:"properties"`
	Geometry   json.RawMessage            `json:"geometry"`
}

// Text returns a property as text: a string as it is, a number as written, "" for null or absent.
func (f *Feature) Text(name string) string {
	raw := bytes.TrimSpace(f.Properties[name])
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// EachFeature reads a FeatureCollection as a stream and calls fn for every feature, counted from 1. Memory is bounded
// by the largest feature allowed, whatever the length of the input. Errors say where the text stops being GeoJSON.
func EachFeature(r io.Reader, fn func(n int, f *Feature) error) error {
	limited := &featureReader{r: r, left: maxFeatureBytes}
	dec := json.NewDecoder(limited)
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	found := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return readError(dec, err)
		}
		switch key {
		case "features":
			found = true
			if err := readFeatures(dec, limited, fn); err != nil {
				return err
			}
		case "type":
			var kind string
			if err := dec.Decode(&kind); err != nil {
				return readError(dec, err)
			}
			if kind != "FeatureCollection" {
				return fmt.Errorf("type is %.40q: a FeatureCollection is expected", kind)
			}
		default:
			var skipped json.RawMessage
			if err := dec.Decode(&skipped); err != nil {
				return readError(dec, err)
			}
		}
	}
	if err := expect(dec, json.Delim('}')); err != nil {
		return err
	}
	if !found {
		return errors.New("there is no list of features: a FeatureCollection is expected")
	}
	return nil
}

func readFeatures(dec *json.Decoder, limited *featureReader, fn func(int, *Feature) error) error {
	if err := expect(dec, json.Delim('[')); err != nil {
		return err
	}
	for n := 1; dec.More(); n++ {
		var f Feature
		limited.left = maxFeatureBytes
		if err := dec.Decode(&f); err != nil {
			return fmt.Errorf("feature %d: %w", n, readError(dec, err))
		}
		if err := fn(n, &f); err != nil {
			return err
		}
	}
	return expect(dec, json.Delim(']'))
}

func expect(dec *json.Decoder, want json.Delim) error {
	tok, err := dec.Token()
	if err != nil {
		return readError(dec, err)
	}
	if tok != want {
		return fmt.Errorf("byte %d: %q is expected", dec.InputOffset(), want.String())
	}
	return nil
}

var errFeatureSize = fmt.Errorf("more than %d MB in one feature", maxFeatureBytes>>20)

func readError(dec *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("byte %d: the text ends too early", dec.InputOffset())
	}
	if errors.Is(err, errFeatureSize) {
		return err
	}
	return fmt.Errorf("byte %d: %w", dec.InputOffset(), err)
}

// featureReader fails when one feature asks for more than its share of bytes.
type featureReader struct {
	r    io.Reader
	left int
}

func (f *featureReader) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, errFeatureSize
	}
	n, err := f.r.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

// ParseGeometry reads a GeoJSON Polygon or MultiPolygon in the datum d and returns it on the lattice, normalized but
// not checked. Heights are ignored. Errors name the position.
func ParseGeometry(raw []byte, d Datum) (Shape, error) {
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		return nil, fmt.Errorf("geometry is not an object: %w", err)
	}
	p := &parser{text: g.Coordinates, datum: d}
	var s Shape
	var err error
	switch g.Type {
	case "Polygon":
		var poly Polygon
		poly, err = p.polygon()
		s = Shape{poly}
	case "MultiPolygon":
		s, err = p.shape()
	case "":
		return nil, errors.New("there is no geometry")
	default:
		return nil, fmt.Errorf("geometry is a %.40s: areas need a Polygon or MultiPolygon", g.Type)
	}
	if err != nil {
		return nil, err
	}
	return s.Normalize(), nil
}

// AppendGeometry appends the shape as a GeoJSON geometry in WGS-84 with seven decimals.
func AppendGeometry(dst []byte, s Shape) []byte {
	if len(s) == 0 {
		return append(dst, "null"...)
	}
	if len(s) == 1 {
		dst = append(dst, `{"type":"Polygon","coordinates":`...)
		return append(appendPolygon(dst, s[0]), '}')
	}
	dst = append(dst, `{"type":"MultiPolygon","coordinates":[`...)
	for i, p := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendPolygon(dst, p)
	}
	return append(dst, "]}"...)
}

func appendPolygon(dst []byte, p Polygon) []byte {
	dst = append(dst, '[')
	for i, r := range p {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		for _, v := range r {
			dst = append(AppendPosition(dst, v), ',')
		}
		dst = append(AppendPosition(dst, r[0]), ']')
	}
	return append(dst, ']')
}

// AppendPosition appends [longitude,latitude] without trailing zeros.
func AppendPosition(dst []byte, v Vertex) []byte {
	dst = appendDegrees(append(dst, '['), int64(v.X))
	return append(appendDegrees(append(dst, ','), int64(v.Y)), ']')
}

func appendDegrees(dst []byte, n int64) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = strconv.AppendInt(dst, n/Scale, 10)
	frac := n % Scale
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	for div := int64(Scale / 10); frac > 0; div /= 10 {
		dst = append(dst, byte('0'+frac/div))
		frac %= div
	}
	return dst
}
