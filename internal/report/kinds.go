package report

import (
	"context"

	"yiwang/internal/platform/errs"
)

// Kinds lists the sections and placeholders that a template may use, with the values of a wave where one is named and the caller may see its
// result. Needs PermRead or PermFreeze.
func (s *Service) Kinds(ctx context.Context, waveID string) (*Kinds, error) {
	if err := requireAny(ctx, PermRead, PermFreeze); err != nil {
		return nil, err
	}
	k := &Kinds{Sections: []KindName{}, Placeholders: []Placeholder{}}
	titles := map[string]string{}
	for _, section := range shippedTemplate().Sections {
		titles[section.Kind] = section.Title
	}
	for _, x := range kindNames {
		k.Sections = append(k.Sections, KindName{x.kind, titles[x.kind], x.name})
	}
	var f *facts
	if waveID != "" {
		var err error
		f, err = s.gather(ctx, waveID)
		switch errs.KindOf(err) {
		case errs.KindForbidden, errs.KindNotFound:
			f = nil
		default:
			if err != nil {
				return nil, err
			}
		}
	}
	for _, name := range placeholders {
		p := Placeholder{Name: name}
		if f != nil {
			p.Value = fillers[name](f)
		}
		k.Placeholders = append(k.Placeholders, p)
	}
	return k, nil
}
