package region

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"yiwang/internal/platform/geo"
)

// Map is a selection of areas ready to be written as GeoJSON.
type Map struct {
	view *view
	want Filter
	tag  string
}

// GeoJSON selects areas with ground for a map. Anybody signed in may ask. Errors: NotFound when Within is no area.
func (s *Service) GeoJSON(ctx context.Context, f Filter) (*Map, error) {
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	v := t.now()
	moment := int64(0)
	if !f.At.IsZero() {
		moment = f.At.UnixMilli()
		v = t.at(moment)
	}
	if _, ok := v.index[f.Within]; f.Within != "" && !ok {
		return nil, notFound(f.Within)
	}
	return &Map{v, f, fmt.Sprintf(`"%d.%s.%s.%s.%d"`, t.revision, f.Level, f.Kind, f.Within, moment)}, nil
}

// ETag names the content: the same tag, the same bytes.
func (m *Map) ETag() string { return m.tag }

// exportBlock is how much text is collected before it is sent.
const exportBlock = 64 << 10

// WriteTo streams a FeatureCollection in WGS-84 with the properties code, name, level, kind, class, households,
// parent_code and label, the position of the name. ImportGeometry reads it back without loss.
func (m *Map) WriteTo(w io.Writer) (int64, error) {
	buf := make([]byte, 0, exportBlock+exportBlock/4)
	buf = append(buf, `{"type":"FeatureCollection","features":[`...)
	sent, first := int64(0), true
	for i := range m.view.areas {
		a, s := &m.view.areas[i], m.view.shapes[i]
		if s == nil || !m.want.match(a) {
			continue
		}
		if !first {
			buf = append(buf, ',')
		}
		first = false
		buf = appendFeature(buf, a, s)
		if len(buf) >= exportBlock {
			n, err := w.Write(buf)
			sent += int64(n)
			if err != nil {
				return sent, err
			}
			buf = buf[:0]
		}
	}
	n, err := w.Write(append(buf, "]}\n"...))
	return sent + int64(n), err
}

func appendFeature(buf []byte, a *Area, s geo.Shape) []byte {
	buf = append(buf, `{"type":"Feature","properties":{"code":"`...)
	buf = append(buf, a.Code...)
	buf = append(buf, `","name":`...)
	name, _ := json.Marshal(a.Name) // text always marshals
	buf = append(buf, name...)
	buf = append(buf, `,"level":"`...)
	buf = append(buf, a.Level...)
	buf = append(buf, `","parent_code":"`...)
	buf = append(buf, a.ParentCode...)
	buf = append(buf, '"')
	if a.Kind != "" {
		buf = append(buf, `,"kind":"`...)
		buf = append(append(buf, a.Kind...), '"')
	}
	if a.Class != "" {
		buf = append(buf, `,"class":"`...)
		buf = append(append(buf, a.Class...), '"')
	}
	buf = append(buf, `,"households":`...)
	buf = strconv.AppendInt(buf, int64(a.Households), 10)
	buf = append(buf, `,"label":`...)
	buf = geo.AppendPosition(buf, s.Center())
	buf = append(buf, `},"geometry":`...)
	return append(geo.AppendGeometry(buf, s), '}')
}

var _ io.WriterTo = (*Map)(nil)
