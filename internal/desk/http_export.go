package desk

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/export"
	"yiwang/internal/platform/httpx"
)

type templatesIn struct {
	Field    string `query:"field" enum:"reply,note,outcome" doc:"For which field; all if absent"`
	Category string `query:"category" maxLength:"10"`
}

type templateIn struct{ Body NewTemplate }

type changeTemplateIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body NewTemplate
}

type fillIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Case string `json:"case" maxLength:"60"`
	}
}

// Filled is the text of a template for one case.
type Filled struct {
	Text string `json:"text"`
}

func (s *Service) templateRoutes(api huma.API) {
	use := httpx.Permission(PermUse)
	httpx.Handle(api, httpx.Op{ID: "list-reply-templates", Method: "GET", Path: "/api/v1/desk/templates", Summary: "Texts to begin from, most used first", Tag: tag, Access: use},
		func(ctx context.Context, in *templatesIn) (*body[httpx.Page[Template]], error) {
			list, err := s.Templates(ctx, in.Field, in.Category)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-template-places", Method: "GET", Path: "/api/v1/desk/template-places", Summary: "Words in braces that a template may hold", Tag: tag, Access: use},
		func(context.Context, *struct{}) (*body[httpx.Page[string]], error) {
			return out(httpx.Whole(Places), nil)
		})
	httpx.Handle(api, httpx.Op{ID: "save-reply-template", Method: "POST", Path: "/api/v1/desk/templates", Summary: "Keep a text with places to fill", Tag: tag, Access: use, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *templateIn) (*body[*Template], error) {
			return out(s.SaveTemplate(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "change-reply-template", Method: "PUT", Path: "/api/v1/desk/templates/{id}", Summary: "Change an own template", Tag: tag, Access: use, Errors: conflict},
		func(ctx context.Context, in *changeTemplateIn) (*body[*Template], error) {
			return out(s.ChangeTemplate(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-reply-template", Method: "DELETE", Path: "/api/v1/desk/templates/{id}", Summary: "Delete an own template", Tag: tag, Access: use, Errors: missing},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.DropTemplate(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "fill-reply-template", Method: "POST", Path: "/api/v1/desk/templates/{id}/fill", Summary: "The text with its places filled from a case", Tag: tag, Access: use, Status: 200, Errors: missing},
		func(ctx context.Context, in *fillIn) (*body[Filled], error) {
			text, err := s.Fill(ctx, in.ID, in.Body.Case)
			return out(Filled{text}, err)
		})
}

type askIn struct{ Body NewExport }

func (s *Service) exportRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "ask-case-export", Method: "POST", Path: "/api/v1/desk/exports", Summary: "Ask for an export of cases", Tag: tag, Access: httpx.Permission(PermExport), Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *askIn) (*body[*export.Request], error) {
			return out(s.AskExport(ctx, in.Body))
		})
	s.Exports.Routes(api)
}
