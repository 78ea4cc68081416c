package patrol

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

// ExportFile is a track as it was taken.
type ExportFile struct {
	Name, ContentType string
	Content           []byte
}

// TakeExport makes the file of an approved export for the person who asked, and logs it. The file says who took it, when, what for and who approved
// it; and the seventh decimal of its positions (a centimetre) spells the number of this download over and over, so that a file whose head was cut
// off still leads to it, see MarkOf. Conflict if it is not approved, has expired or was taken five times.
func (s *Service) TakeExport(ctx context.Context, id string) (f *ExportFile, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	var e *Export
	if err := s.DB.Read(ctx, func(tx *db.Tx) error { e, err = takeable(ctx, tx, id); return err }); err != nil {
		return nil, err
	}
	points, err := s.pointsOf(ctx, Look{Officer: e.OfficerID, From: e.From, To: e.To})
	if err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if e, err = takeable(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Turn(ctx, "track_taken"); err != nil {
			return err
		}
		mark, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(mark), 0) + 1 FROM track_taken")
		if err != nil {
			return err
		}
		p := auth.From(ctx)
		note := fmt.Sprintf("%s %s 导出，用途：%s；%s 批准；下载编号 %d", p.Name, tx.Now().In(clock.Nanjing).Format("2006-01-02 15:04"), e.Purpose, e.DecidedName, mark)
		if f, err = e.write(points, mark, note); err != nil {
			return err
		}
		sum := sha256.Sum256(f.Content)
		digest := hex.EncodeToString(sum[:])
		if _, err := tx.Exec(ctx, "UPDATE track_export SET taken = taken + 1 WHERE id = $1", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO track_taken (id, export_id, mark, by_name, at, points, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7)", db.NewID(tx), id, mark, p.Name, tx.Time(), len(points), digest); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.take_export", Object: "track_export", ObjectID: id, Area: e.Area, Detail: map[string]any{"download": mark, "points": len(points), "sha256": digest}})
	})
	return f, err
}

// write makes the file.
func (e *Export) write(points []track.Point, mark int, note string) (f *ExportFile, err error) {
	f = &ExportFile{Name: fmt.Sprintf("轨迹-%s-%s.%s", e.OfficerName, e.From.In(clock.Nanjing).Format("20060102"), e.Format)}
	if e.Format == "gpx" {
		f.ContentType = "application/gpx+xml"
		f.Content, err = gpx(points, mark, note)
		return f, err
	}
	f.ContentType = "application/geo+json"
	f.Content, err = geoJSON(points, mark, note)
	return f, err
}

// markDigits is how many positions spell the number of a download once.
const markDigits = 8

// degrees writes a coordinate with the digit of the mark as its seventh decimal.
func degrees(micro int32, n, mark int) string {
	digits := fmt.Sprintf("%0*d", markDigits, mark)
	return strconv.FormatFloat(float64(micro)/1e6, 'f', 6, 64) + string(digits[n%markDigits])
}

// MarkOf reads the number of the download out of the latitudes of a file, as they are written, from its first position on; ok is false where they
// spell none.
func MarkOf(latitudes []string) (mark int, ok bool) {
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
	mark, err := strconv.Atoi(string(digits))
	return mark, err == nil
}

// gapOf is a break in the line: a minute without a fix.
const gapOf = time.Minute

// gpx writes GPX 1.1: a segment for each stretch without a gap.
func gpx(points []track.Point, mark int, note string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<gpx version="1.1" creator="yiwang" xmlns="http://www.topografix.com/GPX/1/1"><metadata><desc>`)
	if err := xml.EscapeText(&b, []byte(note)); err != nil {
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
		fmt.Fprintf(&b, "<trkpt lat=%q lon=%q><time>%s</time></trkpt>\n", degrees(p.Lat, i, mark), degrees(p.Lon, i, mark), time.UnixMilli(p.At).UTC().Format(time.RFC3339))
	}
	if len(points) > 0 {
		b.WriteString("</trkseg>")
	}
	b.WriteString("</trk></gpx>\n")
	return b.Bytes(), nil
}

// geoJSON writes a feature for each position.
func geoJSON(points []track.Point, mark int, note string) ([]byte, error) {
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
		features[i] = feature{"Feature", place{"Point", [2]json.Number{json.Number(degrees(p.Lon, i, mark)), json.Number(degrees(p.Lat, i, mark))}}, properties}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "note": note, "features": features})
}
