package region

import (
	"context"
	"time"
)

// Resolution tells which areas hold, at a time, the ground that a code stands for.
type Resolution struct {
	Code  string       `json:"code"`
	Areas []Area       `json:"areas" doc:"One, or several when the ground was divided between then and now"`
	Via   []Succession `json:"via" doc:"Splits and merges on the way, empty when the code itself is valid at that time"`
}

// Resolve follows an area through splits and merges to a time (zero: now): forward to its heirs when it had ended by
// then, backward to those it came from when it did not exist yet. With a scheme, code is another system's code.
// Anybody signed in may ask. Errors: NotFound.
func (s *Service) Resolve(ctx context.Context, scheme, code string, at time.Time) (*Resolution, error) {
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	if scheme != "" {
		a, ok := t.aliases[[2]string{scheme, code}]
		if !ok {
			return nil, notFound(code)
		}
		code = a.Code
	}
	a, ok := t.find(code)
	if !ok {
		return nil, notFound(code)
	}
	v := t.now()
	if !at.IsZero() {
		v = t.at(at.UnixMilli())
	}
	r := &Resolution{Code: code, Areas: []Area{}, Via: []Succession{}}
	seen := map[string]bool{}
	t.follow(a, v, !at.IsZero() && at.UnixMilli() < a.ValidFrom.UnixMilli(), seen, r)
	return r, nil
}

// follow collects the areas of v that hold the ground of a, looking back or forward in time.
func (t *tree) follow(a *Area, v *view, back bool, seen map[string]bool, r *Resolution) {
	if seen[a.Code] {
		return
	}
	seen[a.Code] = true
	if i, ok := v.index[a.Code]; ok {
		r.Areas = append(r.Areas, v.areas[i])
		return
	}
	for _, link := range t.succession {
		from, to := link.From, link.To
		if back {
			from, to = to, from
		}
		if from != a.Code {
			continue
		}
		if next, ok := t.find(to); ok {
			r.Via = append(r.Via, link)
			t.follow(next, v, back, seen, r)
		}
	}
}

// Aliases returns the codes that other systems use for an area, by scheme. Errors: NotFound.
func (s *Service) Aliases(ctx context.Context, code string) ([]Alias, error) {
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	if _, ok := t.find(code); !ok {
		return nil, notFound(code)
	}
	out := []Alias{}
	for _, a := range t.aliases {
		if a.Code == code {
			out = append(out, a)
		}
	}
	sortAliases(out)
	return out, nil
}
