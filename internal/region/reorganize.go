package region

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
)

// Split divides an area without children, as a rule a grid, into new areas that tile its ground, from a time on (zero:
// now; it may lie in the past, not before the area's last change of ground). The old code ends and stays with
// everything recorded before. Parts have new codes under the same parent, in the same layer. Needs region.manage.
// Errors: NotFound, Conflict (version, children, code in use), Invalid (parts do not tile the ground, wrong time).
func (s *Service) Split(ctx context.Context, code string, version int64, parts []Plot, at time.Time) ([]Area, error) {
	if len(parts) < 2 || len(parts) > 50 {
		return nil, errs.Invalid("region.bad_split", "An area is split into 2 to 50 parts.")
	}
	return s.reorganize(ctx, "split", at, func(tx *db.Tx, st *stock, from clock.Time) ([]*Area, []Plot, error) {
		a, err := st.ending(ctx, code, version, from)
		if err != nil {
			return nil, nil, err
		}
		ground, err := geo.ParseCompact(st.shapes[code])
		if err != nil {
			return nil, nil, fmt.Errorf("shape of %s: %w", code, err)
		}
		shapes := make([]geo.Shape, len(parts))
		for i := range parts {
			if groupOf(parts[i].Code) != groupOf(code) {
				return nil, nil, errs.Invalid("region.other_layer", "Parts stay under the same parent and in the same layer.",
					errs.Field{Location: fmt.Sprintf("body.parts[%d].code", i), Message: "上级或图层不同", Value: parts[i].Code})
			}
			if shapes[i] = parts[i].Shape; ground != nil && shapes[i] == nil {
				return nil, nil, errs.Invalid("region.no_geometry", "Every part needs its ground.",
					errs.Field{Location: fmt.Sprintf("body.parts[%d].geometry", i), Message: "缺少边界"})
			}
		}
		if ground != nil {
			if m := geo.Tiling(ground, shapes, sliver); len(m) > 0 {
				return nil, nil, errs.Invalid("region.not_tiling", fmt.Sprintf("The parts do not tile the area: %s of %.0f m² at %s.",
					m[0].Kind, m[0].Area, m[0].At), errs.Field{Location: "body.parts", Message: string(m[0].Kind), Value: m[0].At.String()})
			}
		}
		return []*Area{a}, parts, nil
	})
}

// Merge joins neighbouring areas of one layer under one parent into a new area, from a time on. Versions are those
// last seen, in the order of codes; into has a new code and no ground of its own. Needs region.manage for all.
// Errors: as Split; Invalid when the areas do not touch.
func (s *Service) Merge(ctx context.Context, codes []string, versions []int64, into Plot, at time.Time) (*Area, error) {
	different := len(slices.Compact(slices.Sorted(slices.Values(codes)))) == len(codes)
	if len(codes) < 2 || len(codes) > 50 || len(versions) != len(codes) || !different {
		return nil, errs.Invalid("region.bad_merge", "Two to fifty different areas are merged, each with its version.")
	}
	out, err := s.reorganize(ctx, "merge", at, func(tx *db.Tx, st *stock, from clock.Time) ([]*Area, []Plot, error) {
		var old []*Area
		var shapes []geo.Shape
		for i, code := range codes {
			a, err := st.ending(ctx, code, versions[i], from)
			if err != nil {
				return nil, nil, err
			}
			if groupOf(code) != groupOf(into.Code) {
				return nil, nil, errs.Invalid("region.other_layer", "Merged areas stay under the same parent and in the same layer.",
					errs.Field{Location: "body.codes", Message: "上级或图层不同", Value: code})
			}
			s, err := geo.ParseCompact(st.shapes[code])
			if err != nil {
				return nil, nil, fmt.Errorf("shape of %s: %w", code, err)
			}
			old, shapes = append(old, a), append(shapes, s)
		}
		into.Shape = geo.Dissolve(geo.Node(shapes))
		if len(into.Shape) > 1 || len(into.Shape) == 1 && geo.Check(into.Shape) != nil {
			return nil, nil, errs.Invalid("region.not_neighbours", "The areas do not share a border; merge neighbours only.")
		}
		return old, []Plot{into}, nil
	})
	if err != nil {
		return nil, err
	}
	return &out[0], nil
}

// ending checks that an area may end at a time and returns it.
func (st *stock) ending(ctx context.Context, code string, version int64, at clock.Time) (*Area, error) {
	if !st.living(code) {
		return nil, notFound(code)
	}
	if err := auth.RequireArea(ctx, PermManage, code); err != nil {
		return nil, err
	}
	a := st.areas[code]
	if a.Version != version {
		return nil, errs.Conflict("region.version", "Somebody changed this area first; load it again.").With(a)
	}
	if since, grounded := st.since[code]; !at.After(a.ValidFrom.Time) || grounded && !at.After(since.Time) {
		return nil, errs.Invalid("region.bad_time", "An area ends after it began and after its ground last changed.",
			errs.Field{Location: "body.at", Message: "早于启用时间或最近一次边界调整", Value: at.Time})
	}
	for _, other := range st.areas {
		if other.ParentCode == code && other.ValidTo == nil {
			return nil, errs.Conflict("region.has_children", "Areas with areas below them are not split or merged; rearrange those first.")
		}
	}
	return a, nil
}

// reorganize ends areas and creates their heirs in one commit.
func (s *Service) reorganize(ctx context.Context, kind string, at time.Time,
	decide func(*db.Tx, *stock, clock.Time) ([]*Area, []Plot, error)) ([]Area, error) {
	var heirs []string
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		st, err := takeStock(ctx, tx)
		if err != nil {
			return err
		}
		from := tx.Time()
		if !at.IsZero() {
			from = clock.At(at)
		}
		if from.After(tx.Now()) {
			return errs.Invalid("region.bad_time", "Areas change now or in the past.", errs.Field{Location: "body.at", Message: "不能晚于现在", Value: at})
		}
		old, plots, err := decide(tx, st, from)
		if err != nil {
			return err
		}
		b, err := st.heirs(plots, from)
		if err != nil {
			return err
		}
		heirs = slices.Clone(b.codes)
		for _, a := range old {
			if err := endShape(ctx, tx, a.Code, from); err != nil {
				return err
			}
			gone := *a
			gone.ValidTo = &from
			b.update = append(b.update, gone)
			b.codes = append(b.codes, a.Code)
		}
		if err := s.store(ctx, tx, kind, b); err != nil {
			return err
		}
		for _, a := range old {
			for _, h := range heirs {
				if err := insertSuccession(ctx, tx, Succession{a.Code, h, kind, from}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]Area, 0, len(heirs))
	for _, h := range heirs {
		a, err := s.Get(ctx, h)
		if err != nil {
			return nil, err
		}
		out = append(out, *a)
	}
	return out, nil
}

// heirs checks the new areas and plans them.
func (st *stock) heirs(plots []Plot, from clock.Time) (*batch, error) {
	var drafts []draft
	for i := range plots {
		p := &plots[i]
		if _, used := st.areas[p.Code]; used || slices.ContainsFunc(plots[:i], func(q Plot) bool { return q.Code == p.Code }) {
			return nil, errs.Conflict("region.code_taken", fmt.Sprintf("The code %.20q is or was in use; codes are never used twice.", p.Code))
		}
		if err := p.sound(st.living); err != nil {
			return nil, err
		}
		drafts = append(drafts, draft{*p, true, true})
	}
	return st.plan(drafts, from, from), nil
}
