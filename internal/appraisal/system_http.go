package appraisal

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

// DraftIn names a draft in the path.
type DraftIn struct {
	Version string `path:"version" maxLength:"32"`
}

func (s *Service) draftRoutes(api huma.API) {
	const drafts = "/api/v1/indicator-drafts"
	manage := httpx.Permission(survey.PermManage)
	faulty := []int{http.StatusNotFound, http.StatusConflict}
	httpx.Handle(api, httpx.Op{ID: "list-indicator-drafts", Method: "GET", Path: drafts, Tag: "appraisal", Access: httpx.SignedIn, Summary: "Versions of the indicator system that are still being written"},
		func(ctx context.Context, _ *struct{}) (*Body[httpx.Page[SystemDraft]], error) {
			list, err := s.SystemDrafts(ctx)
			return &Body[httpx.Page[SystemDraft]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-indicator-draft", Method: "GET", Path: drafts + "/{version}", Tag: "appraisal", Access: httpx.SignedIn, Summary: "One draft with its faults", Errors: faulty[:1]},
		func(ctx context.Context, in *DraftIn) (*Body[*SystemDraft], error) {
			d, err := s.SystemDraft(ctx, in.Version)
			return &Body[*SystemDraft]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "create-indicator-draft", Method: "POST", Path: drafts, Tag: "appraisal", Access: manage, Status: http.StatusCreated, Summary: "Begin a new version from an old one", Errors: faulty},
		func(ctx context.Context, in *struct {
			Body struct {
				From    string `json:"from" minLength:"1" maxLength:"32"`
				Version string `json:"version" minLength:"1" maxLength:"32"`
			}
		}) (*Body[*SystemDraft], error) {
			d, err := s.CopySystem(ctx, in.Body.From, in.Body.Version)
			return &Body[*SystemDraft]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "save-indicator-draft", Method: "PUT", Path: drafts + "/{version}", Tag: "appraisal", Access: manage, Summary: "Write a draft; the answer says what is wrong with it", Errors: faulty},
		func(ctx context.Context, in *struct {
			DraftIn
			Body struct {
				Revision int    `json:"revision" minimum:"1"`
				Body     System `json:"body"`
			}
		}) (*Body[*SystemDraft], error) {
			d, err := s.SaveDraft(ctx, in.Version, in.Body.Revision, in.Body.Body)
			return &Body[*SystemDraft]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "issue-indicator-draft", Method: "POST", Path: drafts + "/{version}/issue", Tag: "appraisal", Access: manage, Status: http.StatusOK,
		Summary: "Make a draft a version that waves can use", Errors: faulty},
		func(ctx context.Context, in *struct {
			DraftIn
			Body struct {
				Revision int `json:"revision" minimum:"1"`
			}
		}) (*Body[*StoredSystem], error) {
			stored, err := s.IssueSystem(ctx, in.Version, in.Body.Revision)
			return &Body[*StoredSystem]{stored}, err
		})
	httpx.Handle(api, httpx.Op{ID: "drop-indicator-draft", Method: "DELETE", Path: drafts + "/{version}", Tag: "appraisal", Access: manage, Summary: "Delete a draft", Errors: faulty[:1]},
		func(ctx context.Context, in *DraftIn) (*struct{}, error) { return nil, s.DropDraft(ctx, in.Version) })
	s.systemFileRoutes(api, manage)
}

func (s *Service) systemFileRoutes(api huma.API, manage httpx.Access) {
	httpx.Handle(api, httpx.Op{ID: "compare-indicator-systems", Method: "GET", Path: "/api/v1/indicator-systems/{version}/changes", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "What changed from another version to this one", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			DraftIn
			From string `query:"from" required:"true" maxLength:"32"`
		}) (*Body[httpx.Page[SystemChange]], error) {
			list, err := s.CompareSystems(ctx, in.From, in.Version)
			return &Body[httpx.Page[SystemChange]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "export-indicator-system", Method: "GET", Path: "/api/v1/indicator-systems/{version}/export", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "A version as a workbook or YAML", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			DraftIn
			Format string `query:"format" enum:"xlsx,yaml" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			if err := s.ExportSystem(ctx, in.Version, in.Format, &file); err != nil {
				return nil, err
			}
			contentType := "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
			if in.Format == "yaml" {
				contentType = "application/yaml"
			}
			return &huma.StreamResponse{Body: func(out huma.Context) {
				out.SetHeader("Content-Type", contentType)
				out.SetHeader("Content-Disposition", httpx.Attachment("指标体系"+in.Version+"."+in.Format))
				_, _ = out.BodyWriter().Write(file.Bytes()) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "import-indicator-system", Method: "POST", Path: "/api/v1/indicator-drafts/import", Tag: "appraisal", Access: manage, Status: http.StatusCreated, MaxBody: maxSystemFile + 1<<16,
		Summary: "Make a draft of a workbook or YAML file", Errors: []int{http.StatusConflict, http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *struct {
			RawBody huma.MultipartFormFiles[struct {
				File    huma.FormFile `form:"file" required:"true"`
				Version string        `form:"version" maxLength:"32"`
			}]
		}) (*Body[*SystemDraft], error) {
			form := in.RawBody.Data()
			d, err := s.ImportSystem(ctx, form.Version, form.File)
			return &Body[*SystemDraft]{d}, err
		})
}
