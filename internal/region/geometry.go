package region

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/sheet"
)

// GeometryOptions say what an import of ground may do.
type GeometryOptions struct {
	ImportOptions
	Datum geo.Datum // of the positions in the file
}

// maxFeatures bounds one file; a province has fewer communities.
const maxFeatures = 50_000

// sliver is the ground in square metres on which neighbours may disagree: what digitising by hand leaves.
const sliver = 20.0

// remedies tell the owner of a file what to do about each defect.
var remedies = map[geo.DefectKind]string{
	geo.DefectEmpty:     "没有面，或某个环不足三个不同的顶点：请补全边界",
	geo.DefectTooLarge:  "顶点超过20000个、范围超过90度或过于复杂：请简化边界",
	geo.DefectRepeated:  "边界两次经过同一点：请删除重复的顶点，或在该点拆成两个面",
	geo.DefectCrossing:  "边界自相交：请修正该处顶点的顺序",
	geo.DefectHole:      "洞不在外环之内：请检查环的先后次序",
	geo.DefectNested:    "洞中有洞或面中有面：请拆成互不包含的面",
	geo.DefectCollapsed: "面积为零：请检查顶点是否都在一条直线上",
}

// feature is one feature of a file on its way to a draft.
type feature struct {
	draft
	number int
	code   string // of the error, "" when good
	place  string
	value  string
	reason string
}

// ImportGeometry reads the ground of areas from a GeoJSON FeatureCollection. A feature names its area by the property
// code; one whose code is unknown and which has a name creates the area. Properties name, class and households replace
// what is recorded. A feature is bad when its polygon is not valid, when it overlaps a sibling of its layer, or when
// most of it lies outside its parent; each error names the feature and the remedy. Needs region.manage, per area.
// Errors: Invalid when the text is no GeoJSON.
func (s *Service) ImportGeometry(ctx context.Context, r io.Reader, o GeometryOptions) (*Report, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var err error
	if o.Datum, err = datum(string(o.Datum)); err != nil {
		return nil, err
	}
	var all []*feature
	var known *errs.Error
	err = geo.EachFeature(r, func(n int, f *geo.Feature) error {
		if n > maxFeatures {
			return errs.TooLarge("region.too_many_features", fmt.Sprintf("More than %d features; split the file.", maxFeatures))
		}
		all = append(all, readFeature(n, f, o.Datum))
		return nil
	})
	switch {
	case errors.As(err, &known):
		return nil, err
	case err != nil:
		return nil, errs.Invalid("region.bad_geojson", "The text is not a GeoJSON FeatureCollection: "+err.Error()+".",
			errs.Field{Location: "body", Message: err.Error()})
	}
	found := &sheet.Report{Total: len(all), Accepted: len(all)}
	var warnings []sheet.RowError
	report, err := s.importWith(ctx, "geometry", o.ImportOptions, found, func(ctx context.Context, st *stock, report *sheet.Report) []draft {
		warnings = judgeFeatures(ctx, all, st)
		var out []draft
		for _, f := range all {
			if f.reason != "" {
				report.Reject(sheet.RowError{Row: f.number, Column: f.place, Value: f.value, Code: f.code, Reason: f.reason})
				continue
			}
			out = append(out, f.draft)
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	report.Warnings = warnings
	return report, nil
}

func (f *feature) fail(code, place, value, reason string) *feature {
	if f.reason == "" {
		f.code, f.place, f.value, f.reason = code, place, value, reason
	}
	return f
}

// readFeature judges a feature by itself.
func readFeature(n int, in *geo.Feature, d geo.Datum) *feature {
	f := &feature{number: n}
	f.Code, f.Name, f.Kind, f.Class = in.Text("code"), in.Text("name"), Kind(in.Text("kind")), Class(in.Text("class"))
	level, _, err := LevelOf(f.Code)
	if err != nil {
		return f.fail("region.bad_code", "properties.code", f.Code, err.Error())
	}
	if text := in.Text("households"); text != "" {
		homes, err := strconv.Atoi(text)
		if err != nil {
			return f.fail("region.bad_households", "properties.households", text, "户数应为整数")
		}
		f.Households, f.counted = homes, level == Grid // above, the number is a sum
	}
	f.classified = f.Class != ""
	shape, err := geo.ParseGeometry(in.Geometry, d)
	if err != nil {
		return f.fail("region.bad_geometry", "geometry", err.Error(), "坐标不合规，请按提示的位置修改")
	}
	if defect := geo.Check(shape); defect != nil {
		return f.fail("region.bad_shape", "geometry", defect.Error(), remedies[defect.Kind])
	}
	f.Shape = shape
	return f
}

// judgeFeatures judges features against each other and the stock.
func judgeFeatures(ctx context.Context, all []*feature, st *stock) []sheet.RowError {
	first := map[string]*feature{}
	for _, f := range all {
		if f.reason != "" {
			continue
		}
		old, exists := st.areas[f.Code]
		if exists && f.Name == "" {
			f.Name = old.Name
		}
		if exists && f.Kind == "" {
			f.Kind = old.Kind
		}
		if twin, twice := first[f.Code]; twice {
			f.fail("region.repeated_code", "properties.code", f.Code, fmt.Sprintf("编码与第%d个要素重复", twin.number))
			continue
		}
		if field, reason := f.Validate(); field != "" {
			f.fail("region.bad_area", "properties."+field, f.Code, reason)
			continue
		}
		if exists && old.ValidTo != nil {
			f.fail("region.ended", "properties.code", f.Code, "该区划已撤销，编码不能再用")
			continue
		}
		if !auth.From(ctx).Covers(f.Code) {
			f.fail("auth.outside_area", "properties.code", f.Code, "不在您负责的区域内")
			continue
		}
		first[f.Code] = f
	}
	for _, f := range first {
		if parent := ParentOf(f.Code); needsParent(f.Code) && !st.living(parent) && first[parent] == nil {
			f.fail("region.no_parent", "properties.code", f.Code, "上级区划不存在，请先导入上级")
		}
	}
	return fit(all, first, st)
}

// fit compares the ground of every touched group of siblings as it would be after the import.
func fit(all []*feature, coming map[string]*feature, st *stock) []sheet.RowError {
	ground := func(code string) geo.Shape {
		if f := coming[code]; f != nil && f.reason == "" {
			return f.Shape
		}
		s, err := geo.ParseCompact(st.shapes[code])
		if err != nil || !st.living(code) {
			return nil
		}
		return s
	}
	groups := map[string][]string{} // siblings of one layer by parent and kind of layer
	touched := map[string]bool{}
	for code := range st.areas {
		if coming[code] == nil && st.shapes[code] != "" {
			groups[groupOf(code)] = append(groups[groupOf(code)], code)
		}
	}
	for code, f := range coming {
		if f.reason == "" {
			groups[groupOf(code)] = append(groups[groupOf(code)], code)
			touched[groupOf(code)] = true
		}
	}
	var warnings []sheet.RowError
	for key := range touched {
		codes := groups[key]
		slices.Sort(codes)
		parts := make([]geo.Shape, len(codes))
		for i, c := range codes {
			parts[i] = ground(c)
		}
		for _, m := range geo.Tiling(ground(ParentOf(codes[0])), parts, sliver) {
			warnings = append(warnings, blame(m, codes, parts, coming)...)
		}
	}
	slices.SortFunc(warnings, func(a, b sheet.RowError) int { return a.Row - b.Row })
	return warnings
}

// groupOf is the same for siblings of one layer.
func groupOf(code string) string {
	_, kind, _ := LevelOf(code)
	if kind == Police {
		return ParentOf(code) + "P"
	}
	return ParentOf(code)
}

// blame turns a mismatch into an error of the feature that causes it, or into a warning.
func blame(m geo.Mismatch, codes []string, parts []geo.Shape, coming map[string]*feature) []sheet.RowError {
	var last *feature
	for _, i := range m.Members {
		if f := coming[codes[i]]; f != nil && f.reason == "" && (last == nil || f.number > last.number) {
			last = f
		}
	}
	switch {
	case m.Kind == geo.Complex:
		for _, c := range codes {
			if f := coming[c]; f != nil {
				f.fail("region.too_different", "geometry", c, "与同级边界差异过多，无法比较：请检查坐标系是否选对")
			}
		}
	case last == nil || m.Kind == geo.Gap:
		return nil // gaps are told by the validation report, when all areas have come
	case m.Kind == geo.Overlap:
		other := codes[m.Members[0]]
		if other == last.Code {
			other = codes[m.Members[1]]
		}
		last.fail("region.overlap", "geometry", m.At.String(), fmt.Sprintf("与%s重叠%.0f平方米：请使两者共用边界", other, m.Area))
	case m.Area > parts[m.Members[0]].Area()/2:
		last.fail("region.wrong_parent", "geometry", m.At.String(), "大部分位于上级区划之外：请检查编码或坐标系")
	default:
		return []sheet.RowError{{Row: last.number, Column: "geometry", Value: m.At.String(), Code: "region.outside",
			Reason: fmt.Sprintf("超出上级区划%.0f平方米", m.Area)}}
	}
	return nil
}
