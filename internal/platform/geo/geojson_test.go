package geo

import (
	"strings"
	"testing"
)

func TestParseGeometry_RefusesWithPlaceAndRemedy(t *testing.T) {
	cases := map[string]string{
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0.5]]]}`:                             "not closed",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}`:                                     "four positions",
		`{"type":"Polygon","coordinates":[[[32,118],[33,118],[33,119],[32,118]]]}`:                   "longitude comes first",
		`{"type":"Polygon","coordinates":[[[668000.5,3551000],[33,11],[33,19],[668000.5,3551000]]]}`: "write degrees, not metres",
		`{"type":"Polygon","coordinates":[[["118",32],[33,11],[33,19],["118",32]]]}`:                 "coordinates[0][0][0]: a number is expected",
		`{"type":"Polygon","coordinates":[[0,0],[1,0],[1,1],[0,0]]}`:                                 "coordinates[0][0]: a list is expected",
		`{"type":"Polygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`:                             "a number is expected",
		`{"type":"Polygon","coordinates":[]}`:                                                        "there is no ring",
		`{"type":"Polygon"}`:                                                                         "a list is expected",
		`{"type":"Point","coordinates":[1,2]}`:                                                       "areas need a Polygon",
		`{}`:                                                                                         "no geometry",
		`null`:                                                                                       "no geometry",
		`7`:                                                                                          "not an object",
		`{"type":"Polygon","coordinates":[[[1e999,0],[1,0],[1,1],[1e999,0]]]}`:                       "no coordinate",
		`{"type":"Polygon","coordinates":[[[1` + strings.Repeat("0", 100) + `,0],[1,0],[1,1],[0,0]]]}`:      "a number of 101 characters",
		`{"type":"Polygon","coordinates":[[` + strings.Repeat("[1,1],", MaxVertices+1) + `[1,1]]]}`:         "simplify the outline",
		`{"type":"MultiPolygon","coordinates":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`: "a number is expected",
	}
	for text, want := range cases {
		if _, err := ParseGeometry([]byte(text), WGS84); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.90s\n\tgot  %v\n\twant …%s…", text, err, want)
		}
	}
}

func TestGeometry_RoundTrip(t *testing.T) {
	for _, text := range []string{
		`{"type":"Polygon","coordinates":[[[118.7392578,32.0400391],[118.8,32],[118.8,32.1],[118.7392578,32.0400391]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[-1,0],[1,0],[1,1],[-1,0]],[[0.5,0.2],[0.5,0.3],[0.6,0.2],[0.5,0.2]]],[[[9,9],[10,9],[10.0000001,10],[9,9]]]]}`,
	} {
		s, err := ParseGeometry([]byte(text), WGS84)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendGeometry(nil, s)); got != text {
			t.Errorf("\n%s\n%s", got, text)
		}
	}
}

func TestEachFeature(t *testing.T) {
	read := func(text string) (n int, err error) {
		err = EachFeature(strings.NewReader(text), func(_ int, f *Feature) error { n++; return nil })
		return n, err
	}
	if n, err := read(`{"crs":{"a":[1]},"type":"FeatureCollection","features":[{"type":"Feature"},{}],"bbox":[1]}`); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	cases := map[string]string{
		``:                                "ends too early",
		`[]`:                              `"{" is expected`,
		`{"type":"Feature"}`:              "a FeatureCollection is expected",
		`{}`:                              "no list of features",
		`{"features":[{"type":"Featur`:    "ends too early",
		`{"features":[{"geometry":NaN}]}`: "invalid character 'N'",
		`{"features":[{"geometry":` + strings.Repeat("1", maxFeatureBytes+1<<16) + `}]}`: "4 MB in one feature",
		`{"features":{}}`: `"[" is expected`,
	}
	for text, want := range cases {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want …%s…", text, err, want)
		}
	}
}

func FuzzParseGeometry(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := ParseGeometry(raw, BD09)
		if err == nil && Check(s) == nil && s.Area() < 0 {
			t.Error("a valid shape of negative area")
		}
	})
}
