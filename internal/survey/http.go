package survey

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

// maxUpload bounds an answer file; the largest wave so far is about 4 MB as CSV.
const maxUpload = 64 << 20

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	s.questionnaireRoutes(api)
	s.draftRoutes(api)
	s.questionnaireFileRoutes(api)
	s.contactRoutes(api)
	s.waveRoutes(api)
	s.planRoutes(api)
	s.fieldworkRoutes(api)
	s.importRoutes(api)
	s.uploadRoutes(api)
}

// Body is an answer whose body is T.
type Body[T any] struct{ Body T }

// WaveIn names a wave in the path.
type WaveIn struct {
	ID string `path:"id"`
}

func (s *Service) contactRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "reveal-comment-contact", Method: "POST", Path: "/api/v1/comments/{id}/contact", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Telephone number the author of a comment left; the reason is logged", Status: http.StatusOK, Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id"`
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"200"`
			}
		}) (*Body[Contact], error) {
			phone, err := s.RevealContact(ctx, in.ID, in.Body.Reason)
			return &Body[Contact]{Contact{Phone: phone}}, err
		})
}

// Contact is a revealed telephone number.
type Contact struct {
	Phone string `json:"phone"`
}

// waveOut carries a wave and its version as ETag.
type waveOut struct {
	ETag string `header:"ETag"`
	Body *Wave
}

func waveAnswer(w *Wave, err error) (*waveOut, error) {
	if err != nil {
		return nil, err
	}
	return &waveOut{ETag: httpx.ETag(int64(w.Version)), Body: w}, nil
}

func (s *Service) waveRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-waves", Method: "GET", Path: "/api/v1/waves", Tag: "survey", Access: httpx.SignedIn, Summary: "Waves of the caller's districts, newest first"},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			State  string `query:"state"`
			Period string `query:"period"`
		}) (*Body[httpx.Page[Wave]], error) {
			var f WaveFilter
			if in.State != "" {
				f.State = (*State)(&in.State)
			}
			if in.Period != "" {
				f.Period = &in.Period
			}
			list, err := s.Waves(ctx, f)
			if err != nil {
				return nil, err
			}
			after, err := httpx.DecodeCursor(in.Cursor, 1)
			if err != nil {
				return nil, err
			}
			total, rest := len(list), list
			for i := range list {
				if list[i].ID == after[0] {
					rest = list[i+1:]
				}
			}
			page := httpx.Cut(rest, in.Limit, total, func(w *Wave) string { return httpx.EncodeCursor(w.ID) })
			return &Body[httpx.Page[Wave]]{page}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-wave", Method: "GET", Path: "/api/v1/waves/{id}", Tag: "survey", Access: httpx.SignedIn, Summary: "One wave with its plan and the moves it can make",
		Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*waveOut, error) { return waveAnswer(s.Wave(ctx, in.ID)) })
}

func (s *Service) planRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "create-wave", Method: "POST", Path: "/api/v1/waves", Tag: "survey", Access: httpx.Permission(PermManage), Summary: "Open a wave as draft",
		Status: http.StatusCreated, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, in *struct{ Body NewWave }) (*waveOut, error) {
			return waveAnswer(s.CreateWave(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "set-wave-plan", Method: "PUT", Path: "/api/v1/waves/{id}/plan", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Replace the plan of a wave before it is frozen", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			httpx.VersionIn
			Body struct {
				Version int64 `json:"version,omitempty"`
				Plan    Plan  `json:"plan"`
			}
		}) (*waveOut, error) {
			version, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return waveAnswer(s.SetPlan(ctx, in.ID, int(version), in.Body.Plan))
		})
	httpx.Handle(api, httpx.Op{ID: "advance-wave", Method: "POST", Path: "/api/v1/waves/{id}/actions/{action}", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Move a wave: pilot, revise, freeze, open, close, reopen, archive", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			httpx.VersionIn
			Action string `path:"action" enum:"pilot,revise,freeze,open,close,reopen,archive"`
			Body   struct {
				Version int64  `json:"version,omitempty"`
				Note    string `json:"note,omitempty" maxLength:"500"`
			}
		}) (*waveOut, error) {
			version, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return waveAnswer(s.Advance(ctx, in.ID, in.Action, int(version), in.Body.Note))
		})
}

func (s *Service) fieldworkRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-wave-history", Method: "GET", Path: "/api/v1/waves/{id}/history", Tag: "survey", Access: httpx.SignedIn, Summary: "Steps of a wave, oldest first",
		Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[Event]], error) {
			list, err := s.History(ctx, in.ID)
			return &Body[httpx.Page[Event]]{httpx.Page[Event]{Items: list, Total: len(list)}}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-wave-progress", Method: "GET", Path: "/api/v1/waves/{id}/progress", Tag: "survey", Access: httpx.SignedIn,
		Summary: "Answers by street, group and channel inside the caller's areas", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[Progress]], error) {
			list, err := s.Progress(ctx, in.ID)
			return &Body[httpx.Page[Progress]]{httpx.Page[Progress]{Items: list, Total: len(list)}}, err
		})
}

// uploadIn is an answer file with what to do with it.
type uploadIn struct {
	WaveIn
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true"`
		DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
		Policy string        `form:"policy" required:"false" enum:"commit_good,all_or_nothing" default:"all_or_nothing"`
	}]
}

func (s *Service) importRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-import-template", Method: "GET", Path: "/api/v1/waves/{id}/import-template", Tag: "survey", Access: httpx.Permission(PermImport),
		Summary: "Empty answer file of a wave", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			return s.templateAnswer(ctx, in.ID, sheet.Format(in.Format))
		})
	httpx.Handle(api, httpx.Op{ID: "import-answers", Method: "POST", Path: "/api/v1/waves/{id}/imports", Tag: "survey", Access: httpx.Permission(PermImport),
		Summary: "Upload an answer file; a background job checks and stores it", Status: http.StatusAccepted, MaxBody: maxUpload,
		Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *uploadIn) (*Body[*FileImport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			im, err := s.StartImport(ctx, in.ID, form.File.Filename, form.File, ImportOptions{DryRun: form.DryRun, Policy: Policy(form.Policy)})
			return &Body[*FileImport]{im}, err
		})
}

func (s *Service) uploadRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-imports", Method: "GET", Path: "/api/v1/waves/{id}/imports", Tag: "survey", Access: httpx.Permission(PermImport),
		Summary: "Answer files of a wave, newest first", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[FileImport]], error) {
			list, err := s.FileImports(ctx, in.ID)
			return &Body[httpx.Page[FileImport]]{httpx.Page[FileImport]{Items: list, Total: len(list)}}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-import", Method: "GET", Path: "/api/v1/imports/{id}", Tag: "survey", Access: httpx.Permission(PermImport),
		Summary: "What became of an answer file, row by row", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*ImportView], error) {
			im, err := s.FileImport(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &Body[*ImportView]{im.view()}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "commit-import", Method: "POST", Path: "/api/v1/imports/{id}/commit", Tag: "survey", Access: httpx.Permission(PermImport),
		Summary: "Import the file of a finished dry run for good", Status: http.StatusAccepted, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Policy Policy `json:"policy" enum:"commit_good,all_or_nothing"`
			}
		}) (*Body[*FileImport], error) {
			im, err := s.CommitImport(ctx, in.ID, in.Body.Policy)
			return &Body[*FileImport]{im}, err
		})
}

// ImportView is an upload with its report laid open.
type ImportView struct {
	ID       string `json:"id"`
	WaveID   string `json:"wave_id"`
	JobID    string `json:"job_id"`
	FileName string `json:"file_name"`
	State    string `json:"state" enum:"waiting,running,done,failed"`
	Failure  string `json:"failure,omitempty"`
	Message  string `json:"message,omitempty"`
	ImportReport
}

func (im *FileImport) view() *ImportView {
	v := &ImportView{ID: im.ID, WaveID: im.WaveID, JobID: im.JobID, FileName: im.FileName, State: im.State, Failure: im.Failure, Message: im.Message}
	v.DryRun, v.Policy, v.Errors = im.DryRun, im.Policy, []sheet.RowError{}
	if im.Report != nil {
		v.ImportReport = im.Report.V
	}
	return v
}

// Template writes an empty answer file of a wave. Needs PermRead or appraisal.read; NotFound for a wave without questionnaires.
func (s *Service) Template(ctx context.Context, waveID string, w io.Writer, format sheet.Format) error {
	columns, title, err := s.template(ctx, waveID)
	if err != nil {
		return err
	}
	return columns.Template(w, format, title)
}

func (s *Service) templateAnswer(ctx context.Context, waveID string, format sheet.Format) (*huma.StreamResponse, error) {
	columns, title, err := s.template(ctx, waveID)
	if err != nil {
		return nil, err
	}
	if format != sheet.CSV && format != sheet.XLSX {
		return nil, errs.Invalid("survey.bad_format", "The format is xlsx or csv.")
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", format.ContentType())
		out.SetHeader("Content-Disposition", httpx.Attachment(title+"."+string(format)))
		_ = columns.Template(out.BodyWriter(), format, title) // the caller may be gone
	}}, nil
}
