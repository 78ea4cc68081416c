package sampling

import "github.com/danielgtaylor/huma/v2"

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
}
