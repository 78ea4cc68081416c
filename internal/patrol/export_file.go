package patrol

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"yiwang/internal/export"
	"yiwang/internal/platform/clock"
	"yiwang/internal/track"
)

// makeExport makes the file of a track. The seventh decimal of its positions (a centimetre) spells the number of the download over and over, so that a
// file whose head was cut off still leads to it, see MarkOf.
func (s *Service) makeExport(ctx context.Context, r *export.Request, m export.Mark) (f *export.File, err error) {
	points, err := s.pointsOf(ctx, Look{Officer: r.SubjectID, From: *r.From, To: *r.To})
	if err != nil {
		return nil, err
	}
	f = &export.File{Name: fmt.Sprintf("轨迹-%s-%s.%s", r.SubjectName, r.From.In(clock.Nanjing).Format("20060102"), r.Format), Lines: len(points)}
	if r.Format == "gpx" {
		f.Type = "application/gpx+xml"
		f.Content, err = gpx(points, m)
		return f, err
	}
	f.Type = "application/geo+json"
	f.Content, err = geoJSON(points, m)
	return f, err
}

// markDigits is how many positions spell the number of a download once.
const markDigits = 8

// degrees writes a coordinate with the digit of the mark as its seventh decimal.
func degrees(micro int32, n int, mark int64) string {
	digits := fmt.Sprintf("%0*d", markDigits, mark)
	return strconv.FormatFloat(float64(micro)/1e6, 'f', 6, 64) + string(digits[n%markDigits])
}

// MarkOf reads the number of the download out of the latitudes of a file, as they are written, from its first position on; ok is false where they
// spell none.
func MarkOf(latitudes []string) (mark int64, ok bool) {
	if len(latitudes) < markDigits {
		return 0, false
	}
	digits := make([]byte, markDigits)
	for n, text := range latitudes {
		_, decimals, found := bytes.Cut([]byte(text), []byte("."))
		if !found || len(decimals) != 7 || n >= markDigits && digits[n%markDigits] != decimals[6] {
			return 0, false
		}
		digits[n%markDigits] = decimals[6]
	}
	mark, err := strconv.ParseInt(string(digits), 10, 64)
	return mark, err == nil
}

// gapOf is a break in the line: a minute without a fix.
const gapOf = time.Minute

// gpx writes GPX 1.1: a segment for each stretch without a gap.
func gpx(points []track.Point, m export.Mark) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<gpx version="1.1" creator="yiwang" xmlns="http://www.topografix.com/GPX/1/1"><metadata><desc>`)
	if err := xml.EscapeText(&b, []byte(m.Note)); err != nil {
		return nil, err
	}
	b.WriteString("</desc></metadata><trk>")
	for i := range points {
		p := &points[i]
		if i == 0 || p.At-points[i-1].At > gapOf.Milliseconds() {
			if i > 0 {
				b.WriteString("</trkseg>")
			}
			b.WriteString("<trkseg>")
		}
		fmt.Fprintf(&b, "<trkpt lat=%q lon=%q><time>%s</time></trkpt>\n", degrees(p.Lat, i, m.Number), degrees(p.Lon, i, m.Number), time.UnixMilli(p.At).UTC().Format(time.RFC3339))
	}
	if len(points) > 0 {
		b.WriteString("</trkseg>")
	}
	b.WriteString("</trk></gpx>\n")
	return b.Bytes(), nil
}

// geoJSON writes a feature for each position.
func geoJSON(points []track.Point, m export.Mark) ([]byte, error) {
	type place struct {
		Type        string         `json:"type"`
		Coordinates [2]json.Number `json:"coordinates"`
	}
	type feature struct {
		Type       string         `json:"type"`
		Geometry   place          `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	features := make([]feature, len(points))
	for i := range points {
		p := &points[i]
		properties := map[string]any{"time": time.UnixMilli(p.At).UTC().Format(time.RFC3339)}
		if p.Accuracy != track.NoAccuracy {
			properties["accuracy"] = p.Accuracy
		}
		if p.Speed != track.NoSpeed {
			properties["speed"] = float64(p.Speed) / 10
		}
		features[i] = feature{"Feature", place{"Point", [2]json.Number{json.Number(degrees(p.Lon, i, m.Number)), json.Number(degrees(p.Lat, i, m.Number))}}, properties}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "note": m.Note, "features": features})
}
