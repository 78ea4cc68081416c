package duty

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

func (s *Service) precedentRoutes(api huma.API) {
	read, manage := httpx.Permission(PermRead), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-duty-precedents", Method: http.MethodGet, Path: "/api/v1/duty/precedents", Summary: "List decisions of adjudications, newest first", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			Category string `query:"category" maxLength:"10" doc:"Leaf or a class above it"`
			State    string `query:"state" enum:"active,withdrawn"`
			Open     bool   `query:"open" doc:"Only those no list has taken"`
		}) (*body[httpx.Page[Precedent]], error) {
			return out(s.Precedents(ctx, PrecedentFilter{Category: in.Category, State: in.State, Open: in.Open}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "take-duty-precedent", Method: http.MethodPost, Path: "/api/v1/duty/precedents/{number}/actions/take", Summary: "Write a precedent into a draft as a rule", Tag: tag, Access: manage,
		Status: 200, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			Number int `path:"number" minimum:"1"`
			Body   struct {
				Draft string `json:"draft" maxLength:"60"`
				Area  string `json:"area,omitempty" maxLength:"20" doc:"Area of the rule; that of the precedent if absent"`
			}
		}) (*body[*Rule], error) {
			return out(s.TakePrecedent(ctx, in.Number, in.Body.Draft, in.Body.Area))
		})
	httpx.Handle(api, httpx.Op{ID: "withdraw-duty-precedent", Method: http.MethodPost, Path: "/api/v1/duty/precedents/{number}/actions/withdraw", Summary: "End a precedent that should not be followed", Tag: tag, Access: manage,
		Status: 200, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			Number int `path:"number" minimum:"1"`
			Body   struct {
				Version int64  `json:"version"`
				Note    string `json:"note" maxLength:"1600"`
			}
		}) (*body[*Precedent], error) {
			return out(s.WithdrawPrecedent(ctx, in.Number, in.Body.Version, in.Body.Note))
		})
}

func (s *Service) taskRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-duty-tasks", Method: http.MethodGet, Path: "/api/v1/duty/tasks", Summary: "Show the duty list of streets", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Task]], error) { return whole(s.Tasks(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "change-duty-task", Method: http.MethodPut, Path: "/api/v1/duty/tasks/{category}", Summary: "Change where a category stands on the duty list of the caller's district", Tag: tag,
		Access: httpx.Permission(PermManage), Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			Category string `path:"category" maxLength:"10"`
			Body     TaskChange
		}) (*body[*Task], error) {
			return out(s.ChangeTask(ctx, in.Category, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "list-duty-admissions", Method: http.MethodGet, Path: "/api/v1/duty/admissions", Summary: "List requests about matters that are not on the duty list", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			State string `query:"state" enum:"open,admitted,refused"`
		}) (*body[httpx.Page[Admission]], error) {
			return out(s.Admissions(ctx, in.State, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "ask-duty-admission", Method: http.MethodPost, Path: "/api/v1/duty/admissions", Summary: "Bring a matter that is not on the duty list before the district", Tag: tag,
		Access: httpx.Permission(PermAsk), Status: 201},
		func(ctx context.Context, in *struct{ Body NewAdmission }) (*body[*Admission], error) {
			return out(s.AskAdmission(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "decide-duty-admission", Method: http.MethodPost, Path: "/api/v1/duty/admissions/{id}/actions/decide", Summary: "Admit or refuse a matter", Tag: tag,
		Access: httpx.Permission(PermManage), Status: 200, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body AdmissionDecision
		}) (*body[*Admission], error) {
			return out(s.DecideAdmission(ctx, in.ID, in.Body))
		})
}

// taskFileRoutes exchange the duty list as a workbook.
func (s *Service) taskFileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "export-duty-tasks", Method: http.MethodGet, Path: "/api/v1/duty/tasks/file", Summary: "Duty list of streets as a workbook or CSV", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *struct {
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			format := sheet.Format(in.Format)
			if err := s.ExportTasks(ctx, format, &file); err != nil {
				return nil, err
			}
			return download("履职事项清单."+in.Format, format, &file), nil
		})
	httpx.Handle(api, httpx.Op{ID: "import-duty-tasks", Method: http.MethodPost, Path: "/api/v1/duty/tasks/file", Summary: "Take the entries of a file into the duty list of the caller's district", Tag: tag,
		Access: httpx.Permission(PermManage), Status: 200, MaxBody: maxUpload, Errors: []int{http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *struct {
			RawBody huma.MultipartFormFiles[struct {
				File   huma.FormFile `form:"file" required:"true"`
				DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
			}]
		}) (*body[*TaskImport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			return out(s.ImportTasks(ctx, form.File, form.DryRun))
		})
}
