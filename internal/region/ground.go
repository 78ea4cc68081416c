package region

import (
	"context"
	"time"

	"yiwang/internal/platform/geo"
)

// GroundAt returns the ground of an area at a time, the zero time for now; nil if it has none yet. It must not be changed.
// Errors: NotFound.
func (s *Service) GroundAt(ctx context.Context, code string, at time.Time) (geo.Shape, error) {
	v, err := s.view(ctx, at)
	if err != nil {
		return nil, err
	}
	i, ok := v.index[code]
	if !ok {
		return nil, notFound(code)
	}
	return v.shapes[i], nil
}
