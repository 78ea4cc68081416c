package calls

import "github.com/danielgtaylor/huma/v2"

// Routes registers the operations of this module.
func (s *Service) Routes(huma.API) {}
