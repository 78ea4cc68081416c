package rectify

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type fieldsOut struct {
	Version string   `json:"version" doc:"Version of the catalogue"`
	Items   []field  `json:"items"`
	Results []Result `json:"results"`
	Grounds []string `json:"grounds" doc:"Grounds for a return"`
}

// field is a Category without the words of the classifier, which are long.
type field struct {
	Code        string   `json:"code"`
	Name        string   `json:"name"`
	Lead        string   `json:"lead" doc:"Unit code of the responsibility list"`
	Co          []string `json:"co"`
	RectifyDays int      `json:"rectify_days" doc:"Work days to rectify, from issue"`
}

func (s *Service) fields() fieldsOut {
	f := fieldsOut{Version: s.catalog.Meta.Version, Results: Results, Grounds: Grounds}
	for _, k := range s.catalog.Categories {
		f.Items = append(f.Items, field{k.Code, k.Name, k.Lead, k.Co, k.RectifyDays})
	}
	return f
}

func (s *Service) fieldRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-fields", Method: http.MethodGet, Path: "/api/v1/rectification-fields", Summary: "List the 14 fields, results and grounds", Tag: tag, Access: httpx.Permission(PermRead)},
		func(context.Context, *struct{}) (*body[fieldsOut], error) {
			return &body[fieldsOut]{s.fields()}, nil
		})
}
