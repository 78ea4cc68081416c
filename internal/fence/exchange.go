package fence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/i18n"
)

// Fences go out and come in as a GeoJSON FeatureCollection (RFC 7946) in WGS84: a drawing is the geometry, everything else of a definition is
// its properties under the names of Definition, and a fence without a drawing has the geometry null. A feature of another program that holds
// a name only becomes a drawing that watches for coming in.

// Export returns the fences of the caller's areas as a GeoJSON FeatureCollection and notes that they were taken. Needs fence.read.
func (s *Service) Export(ctx context.Context) ([]byte, error) {
	list, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	file := bytes.NewBufferString(`{"type":"FeatureCollection","features":[`)
	for i := range list {
		one, err := feature(&list[i])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			file.WriteByte(',')
		}
		file.WriteByte('\n')
		file.Write(one)
	}
	file.WriteString("\n]}\n")
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "fence.exported", Object: "fence", Detail: map[string]any{"fences": len(list)}})
	})
	return file.Bytes(), err
}

func feature(f *Fence) ([]byte, error) {
	d := f.Definition.V
	geometry := d.Geometry
	if d.Kind == Circle { // a centre, so that programs that know no circles show at least where it is
		geometry = json.RawMessage(fmt.Sprintf(`{"type":"Point","coordinates":[%g,%g]}`, d.Lon, d.Lat))
	}
	if len(geometry) == 0 {
		geometry = json.RawMessage("null")
	}
	d.Geometry = nil
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	properties := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &properties); err != nil {
		return nil, err
	}
	properties["id"], properties["active"] = json.RawMessage(fmt.Sprintf("%q", f.ID)), json.RawMessage(fmt.Sprint(f.Active))
	return json.Marshal(struct {
		Type       string                     `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
		Geometry   json.RawMessage            `json:"geometry"`
	}{"Feature", properties, geometry})
}

// Imported says what became of one feature of a file.
type Imported struct {
	N      int    `json:"n" doc:"Its place in the file, from 1"`
	Name   string `json:"name"`
	Kind   Kind   `json:"kind,omitempty"`
	Deed   string `json:"deed" enum:"new,changed,same,refused"`
	ID     string `json:"id,omitempty"`
	Code   string `json:"code,omitempty" doc:"refused: the code of what is wrong"`
	Reason string `json:"reason,omitempty" doc:"refused: what is wrong"`
}

// mostImported bounds a file.
const mostImported = 500

// Import reads a file as Export writes it: a feature with the id of a fence the caller may change makes a new version of it, any other draws a
// fence in scope, unless it names its own. Every feature is judged for itself; dry tries without keeping anything. Where the server fails on
// the way the report says what stands. Invalid for a file that is
// no GeoJSON or holds more than 500 features. Needs fence.manage.
func (s *Service) Import(ctx context.Context, file []byte, scope string, dry bool) (out []Imported, err error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var features []geo.Feature
	if err := geo.EachFeature(bytes.NewReader(file), func(_ int, f *geo.Feature) error {
		if features = append(features, *f); len(features) > mostImported {
			return errTooMany
		}
		return nil
	}); err != nil {
		return nil, errs.Invalid("fence.bad_file", "Choose a GeoJSON file with at most 500 fences: "+err.Error()+".", errs.Field{Location: "body.file", Message: err.Error()})
	}
	out = make([]Imported, 0, len(features))
	for i := range features {
		one, err := s.importOne(ctx, &features[i], scope, dry)
		if err != nil {
			return s.broken(ctx, out, features, scope, dry, err)
		}
		one.N = i + 1
		out = append(out, one)
	}
	return out, nil
}

// broken is the report of an import that fails on the way: what stands already is told, and that the rest does not, so that nobody draws
// anything twice. Where nothing stands it is a failure like any other.
func (s *Service) broken(ctx context.Context, out []Imported, features []geo.Feature, scope string, dry bool, failed error) ([]Imported, error) {
	if dry || !slices.ContainsFunc(out, func(one Imported) bool { return one.Deed == "new" || one.Deed == "changed" }) {
		return nil, failed
	}
	slog.ErrorContext(ctx, "an import of fences has ended on the way", "done", len(out), "of", len(features), "error", failed)
	const code, words = "fence.import_ended", "The server failed on the way; choose a file with the fences that are missing."
	for i := len(out); i < len(features); i++ {
		d, _, _ := definitionOf(&features[i], scope) // a name for the report, if it has one
		out = append(out, Imported{N: i + 1, Name: d.Name, Kind: d.Kind, Deed: "refused", Code: code, Reason: i18n.Error(i18n.Lang(ctx), code, words)})
	}
	return out, nil
}

var errTooMany = errors.New("more than 500 features")

// importOne draws or changes one fence, or says why not.
func (s *Service) importOne(ctx context.Context, f *geo.Feature, scope string, dry bool) (out Imported, err error) {
	d, active, err := definitionOf(f, scope)
	out = Imported{Name: d.Name, Kind: d.Kind, Deed: "refused"}
	var old *Fence
	if err == nil {
		old, err = s.known(ctx, f.Text("id"))
	}
	if err == nil && old != nil {
		d.Kind, d.Scope = old.Kind, old.AreaCode
	}
	if err == nil {
		err = auth.RequireArea(ctx, PermManage, d.Scope)
	}
	if err == nil {
		err = s.checkAreas(ctx, &d)
	}
	switch {
	case err != nil:
	case old != nil && old.Active == active && same(&old.Definition.V, &d):
		out.Deed, out.ID = "same", old.ID
		return out, nil
	case dry:
		out.Deed = "new"
		if old != nil {
			out.Deed, out.ID = "changed", old.ID
		}
		return out, nil
	case old != nil:
		out.Deed, out.ID = "changed", old.ID
		_, err = s.Change(ctx, old.ID, old.Version, d, active)
	default:
		var made *Fence
		if made, err = s.Draw(ctx, d); err == nil {
			out.Deed, out.ID = "new", made.ID
		}
	}
	if err == nil {
		return out, nil
	}
	e := errs.As(err)
	if e == nil {
		return out, err
	}
	out = Imported{Name: d.Name, Kind: d.Kind, Deed: "refused", Code: e.Code, Reason: i18n.Error(i18n.Lang(ctx), e.Code, e.Message)}
	if len(e.Fields) > 0 && e.Fields[0].Value != nil {
		out.Reason += fmt.Sprintf(" (%v)", e.Fields[0].Value)
	}
	return out, nil
}

// known finds the fence a feature names, nil if there is none the caller may see.
func (s *Service) known(ctx context.Context, id string) (f *Fence, err error) {
	if id == "" {
		return nil, nil //nolint:nilnil // none is an answer
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		if f, err = visible(ctx, tx, id); errs.KindOf(err) == errs.KindNotFound {
			f, err = nil, nil
		}
		return err
	})
	return f, err
}

func same(a, b *Definition) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// definitionOf reads a feature; what it does not say is what a drawing of another program means.
func definitionOf(f *geo.Feature, scope string) (d Definition, active bool, err error) {
	d, active = Definition{Kind: Polygon, Scope: scope, Name: f.Text("name"), Enter: true, Alarm: true, Severity: alarm.Warning}, f.Text("active") != "false"
	if f.Text("kind") != "" {
		d = Definition{Scope: scope}
		properties := map[string]json.RawMessage{}
		for name, value := range f.Properties {
			if name != "id" && name != "active" && name != "geometry" {
				properties[name] = value
			}
		}
		text, err := json.Marshal(properties)
		if err != nil {
			return d, active, err
		}
		if err := json.Unmarshal(text, &d); err != nil {
			return d, active, errs.Invalid("fence.bad_feature", "A property of this feature has the wrong type: "+err.Error()+".")
		}
	}
	if d.Kind == Polygon {
		d.Geometry = f.Geometry
	}
	return d, active, nil
}
