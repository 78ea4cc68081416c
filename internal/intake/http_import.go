package intake

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

type importIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true" contentType:"application/octet-stream"`
		Source string        `form:"source" required:"false" maxLength:"40" doc:"Default 12345"`
		Area   string        `form:"area" required:"false" maxLength:"20" doc:"For tickets that name no place; default the caller's"`
		DryRun string        `form:"dry_run" required:"false" enum:"yes,no" doc:"Check and count, store nothing"`
	}]
}

type ticketsIn struct {
	Body struct {
		Source  string   `json:"source,omitempty" maxLength:"40" doc:"Default 12345"`
		Area    string   `json:"area,omitempty" maxLength:"20"`
		Tickets []Ticket `json:"tickets" minItems:"1" maxItems:"200"`
	}
}

type formatIn struct {
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

type repliesIn struct {
	Format string     `query:"format" enum:"xlsx,csv" default:"xlsx"`
	Source string     `query:"source" maxLength:"40"`
	Since  clock.Time `query:"since" required:"true"`
	Until  clock.Time `query:"until"`
}

func (s *Service) importRoutes(api huma.API) {
	may := httpx.Permission(PermImport)
	httpx.Handle(api, httpx.Op{ID: "import-tickets", Method: http.MethodPost, Path: "/api/v1/intake/imports", Summary: "Import tickets of the hotline from CSV or XLSX",
		Description: "Good rows are registered although others are bad; the same number is never registered twice.", Tag: tag, Access: may, Status: 201, MaxBody: 21 << 20, Errors: []int{413}},
		func(ctx context.Context, in *importIn) (_ *body[*Import], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.File.Close()) }()
			return out(s.Import(ctx, form.File, ImportOptions{Source: form.Source, Area: form.Area, FileName: form.File.Filename, DryRun: form.DryRun == "yes"}))
		})
	httpx.Handle(api, httpx.Op{ID: "list-ticket-imports", Method: http.MethodGet, Path: "/api/v1/intake/imports", Summary: "List imported files", Tag: tag, Access: may},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Import]], error) {
			list, err := s.Imports(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "add-tickets", Method: http.MethodPost, Path: "/api/v1/intake/tickets", Summary: "Hand over tickets of another system", Tag: tag, Access: may, MaxBody: 8 << 20},
		func(ctx context.Context, in *ticketsIn) (*body[httpx.Page[Outcome]], error) {
			list, err := s.TakeTickets(ctx, in.Body.Source, in.Body.Area, in.Body.Tickets)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-ticket-template", Method: http.MethodGet, Path: "/api/v1/intake/template", Summary: "Download an empty file of tickets", Tag: tag, Access: may},
		func(_ context.Context, in *formatIn) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				format := sheet.Format(in.Format)
				ctx.SetHeader("Content-Type", format.ContentType())
				ctx.SetHeader("Content-Disposition", httpx.Attachment("热线工单导入."+in.Format))
				_ = s.Template(ctx.Context(), ctx.BodyWriter(), format) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-ticket-replies", Method: http.MethodGet, Path: "/api/v1/intake/replies", Summary: "Download what became of tickets that changed in a period", Tag: tag, Access: may, Errors: []int{413}},
		func(ctx context.Context, in *repliesIn) (*huma.StreamResponse, error) {
			until := in.Until.Time
			if until.IsZero() {
				until = s.DB.Clock().Now().Add(time.Second)
			}
			format := sheet.Format(in.Format)
			file, err := s.Replies(ctx, in.Source, in.Since.Time, until, format)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				ctx.SetHeader("Content-Type", format.ContentType())
				ctx.SetHeader("Content-Disposition", httpx.Attachment("办理结果."+in.Format))
				_, _ = ctx.BodyWriter().Write(file) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "raise-alarm", Method: http.MethodPost, Path: "/api/v1/intake/alarms", Summary: "Take an alarm of a device", Description: "A device that goes on alarming has one open case.",
		Tag: tag, Access: httpx.Permission(PermDevice), Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *body[Alarm]) (*body[*Joined], error) { return out(s.Raise(ctx, in.Body)) })
}
