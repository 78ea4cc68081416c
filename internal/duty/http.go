package duty

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "duty"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// whole is a list that comes in one page.
func whole[T any](items []T, err error) (*body[httpx.Page[T]], error) {
	return out(httpx.Whole(items), err)
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.catalogRoutes(api)
	s.decisionRoutes(api)
	s.versionRoutes(api)
	s.ruleRoutes(api)
	s.fileRoutes(api)
	s.precedentRoutes(api)
	s.taskRoutes(api)
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

func (s *Service) decisionRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "decide-duty", Method: http.MethodGet, Path: "/api/v1/duty/decision", Summary: "Say who is responsible for a matter, and why", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			Category  string     `query:"category" required:"true" maxLength:"10" doc:"Leaf"`
			Area      string     `query:"area" required:"true" maxLength:"20"`
			Component string     `query:"component" maxLength:"10"`
			Source    string     `query:"source" maxLength:"20" doc:"Channel the case came by"`
			At        clock.Time `query:"at" doc:"Now if absent"`
		}) (*body[*Decision], error) {
			return out(s.Decide(ctx, Question{Category: in.Category, Area: in.Area, Component: in.Component, Source: in.Source, At: in.At.Time}))
		})
	httpx.Handle(api, httpx.Op{ID: "list-duty-bodies", Method: http.MethodGet, Path: "/api/v1/duty/bodies", Summary: "List the units a rule may name", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Named]], error) { return whole(s.Bodies(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "list-duty-accuracy", Method: http.MethodGet, Path: "/api/v1/duty/accuracy", Summary: "Tell per category how well cases found their unit", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			Since clock.Time `query:"since" doc:"90 days ago if absent"`
		}) (*body[httpx.Page[Accuracy]], error) {
			return whole(s.Accuracies(ctx, given(in.Since)))
		})
}

func given(t clock.Time) *clock.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Service) versionRoutes(api huma.API) {
	read, manage := httpx.Permission(PermRead), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-duty-versions", Method: http.MethodGet, Path: "/api/v1/duty/versions", Summary: "List versions of the responsibility list", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Version]], error) {
			return whole(s.Versions(ctx))
		})
	httpx.Handle(api, httpx.Op{ID: "draft-duty-version", Method: http.MethodPost, Path: "/api/v1/duty/versions", Summary: "Draft a version from another", Tag: tag, Access: manage, Status: 201},
		func(ctx context.Context, in *struct{ Body NewDraft }) (*body[*Version], error) {
			return out(s.Draft(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-duty-version", Method: http.MethodGet, Path: "/api/v1/duty/versions/{id}", Summary: "Show a version with its rules", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*VersionDetail], error) { return out(s.Version(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "discard-duty-version", Method: http.MethodDelete, Path: "/api/v1/duty/versions/{id}", Summary: "Delete a draft", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.Discard(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "review-duty-version", Method: http.MethodGet, Path: "/api/v1/duty/versions/{id}/review", Summary: "Report ties, holes and overlaps", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Review], error) { return out(s.Review(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "diff-duty-version", Method: http.MethodGet, Path: "/api/v1/duty/versions/{id}/diff", Summary: "Compare a version with the one it was drafted from", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[Difference]], error) {
			return whole(s.Diff(ctx, in.ID))
		})
	httpx.Handle(api, httpx.Op{ID: "simulate-duty-version", Method: http.MethodGet, Path: "/api/v1/duty/versions/{id}/simulation", Summary: "Replay cases of the past by a version and by the list in force", Tag: tag, Access: manage, Errors: []int{404}},
		func(ctx context.Context, in *struct {
			ID    string     `path:"id" maxLength:"60"`
			Since clock.Time `query:"since" doc:"90 days ago if absent"`
		}) (*body[*Simulation], error) {
			return out(s.Simulate(ctx, in.ID, given(in.Since)))
		})
	httpx.Handle(api, httpx.Op{ID: "publish-duty-version", Method: http.MethodPost, Path: "/api/v1/duty/versions/{id}/actions/publish", Summary: "Put a draft in force from a time on", Tag: tag, Access: manage, Status: 200, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body struct {
				Version       int64      `json:"version"`
				EffectiveFrom *time.Time `json:"effective_from,omitempty" doc:"Now if absent"`
			}
		}) (*body[*Version], error) {
			var from *clock.Time
			if in.Body.EffectiveFrom != nil {
				from = clock.Ptr(*in.Body.EffectiveFrom)
			}
			return out(s.Publish(ctx, in.ID, in.Body.Version, from))
		})
}

func (s *Service) ruleRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "add-duty-rule", Method: http.MethodPost, Path: "/api/v1/duty/versions/{id}/rules", Summary: "Add a rule to a draft", Tag: tag, Access: manage, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body Rule
		}) (*body[*Rule], error) {
			return out(s.AddRule(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "change-duty-rule", Method: http.MethodPut, Path: "/api/v1/duty/rules/{id}", Summary: "Replace a rule of a draft", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body Rule
		}) (*body[*Rule], error) {
			return out(s.ChangeRule(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-duty-rule", Method: http.MethodDelete, Path: "/api/v1/duty/rules/{id}", Summary: "Delete a rule of a draft", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.DropRule(ctx, in.ID) })
}

// download is the answer that a browser saves under the name.
func download(name string, format sheet.Format, file *bytes.Buffer) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(w huma.Context) {
		w.SetHeader("Content-Type", format.ContentType())
		w.SetHeader("Content-Disposition", httpx.Attachment(name))
		_, _ = w.BodyWriter().Write(file.Bytes()) // the caller may be gone
	}}
}

// maxUpload bounds an uploaded list.
const maxUpload = 4 << 20

func (s *Service) fileRoutes(api huma.API) {
	s.taskFileRoutes(api)
	httpx.Handle(api, httpx.Op{ID: "export-duty-version", Method: http.MethodGet, Path: "/api/v1/duty/versions/{id}/file", Summary: "Rules of a version as a workbook or CSV", Tag: tag, Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *struct {
			ID     string `path:"id" maxLength:"60"`
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			format := sheet.Format(in.Format)
			name, err := s.Export(ctx, in.ID, format, &file)
			if err != nil {
				return nil, err
			}
			return download(name+"."+in.Format, format, &file), nil
		})
	httpx.Handle(api, httpx.Op{ID: "import-duty-version", Method: http.MethodPost, Path: "/api/v1/duty/versions/{id}/file", Summary: "Replace the rules of a draft by those of a file", Tag: tag, Access: httpx.Permission(PermManage),
		Status: 200, MaxBody: maxUpload, Errors: []int{404, 409, http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *struct {
			ID      string `path:"id" maxLength:"60"`
			RawBody huma.MultipartFormFiles[struct {
				File   huma.FormFile `form:"file" required:"true"`
				DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
			}]
		}) (*body[*ImportReport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			return out(s.Import(ctx, in.ID, form.File, form.DryRun))
		})
}
