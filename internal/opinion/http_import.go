package opinion

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

type importIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true" contentType:"application/octet-stream"`
		Wave   string        `form:"wave" required:"true" maxLength:"60" doc:"Into whose list"`
		Source string        `form:"source" required:"false" enum:"meeting,hotline,letter,petition" doc:"For rows that name none"`
		Area   string        `form:"area" required:"false" maxLength:"20" doc:"For rows that name no place; default the caller's"`
		DryRun string        `form:"dry_run" required:"false" enum:"yes,no" doc:"Check and count, store nothing"`
	}]
}

type takeIn struct{ Body entry }

type entry struct {
	Collected
	WaveID string `json:"wave_id" maxLength:"60" doc:"Into whose list"`
}

type originsIn struct {
	httpx.PageIn
	Wave   string       `query:"wave" maxLength:"60"`
	Source string       `query:"source" maxLength:"20"`
	Area   string       `query:"area" maxLength:"20"`
	Import string       `query:"import" maxLength:"60"`
	State  CommentState `query:"state"`
}

type sourcesIn struct {
	Wave string `query:"wave" required:"true" maxLength:"60"`
}

type templateIn struct {
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

func (s *Service) importRoutes(api huma.API) {
	may := httpx.Permission(PermImport)
	httpx.Handle(api, httpx.Op{ID: "import-opinions", Method: http.MethodPost, Path: "/api/v1/opinions/imports", Summary: "Import opinions of meetings, hotline, letter boxes and petitions from CSV or XLSX",
		Description: "Good rows are taken although others are bad; the same row is never taken twice.", Tag: tag, Access: may, Status: 201, MaxBody: 11 << 20, Errors: []int{404, 413}},
		func(ctx context.Context, in *importIn) (_ *body[*Import], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.File.Close()) }()
			return out(s.Import(ctx, form.File, ImportOptions{WaveID: form.Wave, Source: form.Source, Area: form.Area, FileName: form.File.Filename, DryRun: form.DryRun == "yes"}))
		})
	httpx.Handle(api, httpx.Op{ID: "list-opinion-imports", Method: http.MethodGet, Path: "/api/v1/opinions/imports", Summary: "List imported files", Tag: tag, Access: may},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Import]], error) {
			list, err := s.Imports(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "take-opinion", Method: http.MethodPost, Path: "/api/v1/opinions", Summary: "Enter one opinion", Tag: tag, Access: may, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *takeIn) (*body[*Comment], error) {
			return out(s.Take(ctx, in.Body.WaveID, in.Body.Collected))
		})
	httpx.Handle(api, httpx.Op{ID: "list-opinions", Method: http.MethodGet, Path: "/api/v1/opinions", Summary: "Opinions from elsewhere than the survey, with what became of them", Tag: tag, Access: may},
		func(ctx context.Context, in *originsIn) (*body[httpx.Page[Origin]], error) {
			return out(s.Origins(ctx, OriginFilter{WaveID: in.Wave, Source: in.Source, Area: in.Area, Import: in.Import, State: in.State}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "count-opinion-sources", Method: http.MethodGet, Path: "/api/v1/opinions/sources", Summary: "Count opinions from elsewhere by source", Tag: tag, Access: may},
		func(ctx context.Context, in *sourcesIn) (*body[httpx.Page[SourceCount]], error) {
			list, err := s.CountSources(ctx, in.Wave)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-opinion-template", Method: http.MethodGet, Path: "/api/v1/opinions/template", Summary: "Download an empty file of opinions", Tag: tag, Access: may},
		func(_ context.Context, in *templateIn) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				format := sheet.Format(in.Format)
				ctx.SetHeader("Content-Type", format.ContentType())
				ctx.SetHeader("Content-Disposition", httpx.Attachment("群众意见导入."+in.Format))
				_ = s.Template(ctx.Context(), ctx.BodyWriter(), format) // the caller may be gone
			}}, nil
		})
}
