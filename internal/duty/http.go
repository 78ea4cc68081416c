package duty

import "github.com/danielgtaylor/huma/v2"

const tag = "duty"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.catalogRoutes(api)
}
