package region

import (
	"context"
	"strings"
)

// Called is how people call an area that exists now: a grid after its community, unless its own name begins so. A code that is
// none, or ended, stands for itself.
func (s *Service) Called(ctx context.Context, code string) string {
	a, err := s.Get(ctx, code)
	if err != nil {
		return code
	}
	if a.Level != Grid {
		return a.Name
	}
	up, err := s.Get(ctx, a.ParentCode)
	if err != nil {
		return a.Name
	}
	community := strings.TrimSuffix(strings.TrimSuffix(up.Name, "居民委员会"), "居委会")
	if strings.HasPrefix(a.Name, community) {
		return a.Name
	}
	return community + a.Name
}
