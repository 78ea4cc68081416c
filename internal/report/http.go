package report

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/document"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	s.templateRoutes(api)
	s.reportRoutes(api)
	s.frozenRoutes(api)
	s.dataRoutes(api)
	s.publicRoutes(api)
}

// Body is an answer whose body is T.
type Body[T any] struct{ Body T }

// WaveIn names a wave in the path.
type WaveIn struct {
	ID string `path:"id"`
}

// Kinds is what a template can be made of.
type Kinds struct {
	Sections     []KindName    `json:"sections"`
	Placeholders []Placeholder `json:"placeholders"`
}

// KindName is a kind of section in words.
type KindName struct {
	Kind  string `json:"kind"`
	Title string `json:"title" doc:"to begin with"`
	Name  string `json:"name"`
}

// Placeholder is a word in braces with what stands for it in a wave.
type Placeholder struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

func (s *Service) templateRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-report-templates", Method: "GET", Path: "/api/v1/report-templates", Tag: "report", Access: httpx.SignedIn,
		Summary: "Versions of the report's template, newest first"},
		func(ctx context.Context, _ *struct{}) (*Body[httpx.Page[StoredTemplate]], error) {
			list, err := s.Templates(ctx)
			return &Body[httpx.Page[StoredTemplate]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "save-report-template", Method: "POST", Path: "/api/v1/report-templates", Tag: "report", Access: httpx.Permission(PermFreeze),
		Summary: "Store a new version of the template", Status: http.StatusOK, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, in *struct {
			Body struct {
				Base     int      `json:"base" doc:"version it was written from"`
				Template Template `json:"template"`
				Note     string   `json:"note,omitempty" maxLength:"500"`
			}
		}) (*Body[*StoredTemplate], error) {
			t, err := s.SaveTemplate(ctx, in.Body.Base, in.Body.Template, in.Body.Note)
			return &Body[*StoredTemplate]{t}, err
		})
	httpx.Handle(api, httpx.Op{ID: "list-report-kinds", Method: "GET", Path: "/api/v1/report-kinds", Tag: "report", Access: httpx.SignedIn,
		Summary: "Sections and placeholders that a template may use; with a scored wave, what stands for them there"},
		func(ctx context.Context, in *struct {
			Wave string `query:"wave" maxLength:"40"`
		}) (*Body[*Kinds], error) {
			k, err := s.Kinds(ctx, in.Wave)
			return &Body[*Kinds]{k}, err
		})
}

// Preview is a report before it is frozen, with its charts drawn.
type Preview struct {
	Document *document.Document `json:"document"`
	Pictures map[int]string     `json:"pictures" doc:"SVG by the place of the chart among the blocks; texts in it are escaped"`
}

func (s *Service) reportRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-report", Method: "GET", Path: "/api/v1/waves/{id}/report", Tag: "report", Access: httpx.SignedIn,
		Summary: "The whole result as a document, a workbook, a printable page, a table or JSON", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			Format string `query:"format" enum:"xlsx,docx,csv,json,html" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			name, write, err := s.prepare(ctx, in.ID, in.Format)
			if err != nil {
				return nil, err
			}
			return download(name, in.Format, write), nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-report-draft", Method: "GET", Path: "/api/v1/waves/{id}/report-draft", Tag: "report", Access: httpx.SignedIn,
		Summary: "The comprehensive report as it would be frozen now", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*Preview], error) {
			d, err := s.Draft(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			p := &Preview{Document: d, Pictures: map[int]string{}}
			for i := range d.Blocks {
				if c := d.Blocks[i].Chart; c != nil {
					p.Pictures[i] = c.SVG()
				}
			}
			return &Body[*Preview]{p}, nil
		})
}

func (s *Service) dataRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "export-wave-data", Method: "GET", Path: "/api/v1/waves/{id}/data", Tag: "report", Access: httpx.Permission(PermData),
		Summary: "Answers of a closed wave with codebook, design, R script and SPSS syntax, as a ZIP; on record in the audit trail", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *WaveIn) (*huma.StreamResponse, error) {
			name, write, err := s.prepareData(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return download(name, "zip", write), nil
		})
}

func download(name, format string, write func(io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", contentType(format))
		out.SetHeader("Content-Disposition", httpx.Attachment(name))
		_ = write(out.BodyWriter()) // the caller may be gone
	}}
}

func contentType(format string) string {
	switch format {
	case "json":
		return "application/json"
	case "html":
		return document.PageType
	case "docx":
		return document.WordType
	case "zip":
		return "application/zip"
	}
	return sheet.Format(format).ContentType()
}

func (s *Service) frozenRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-frozen-reports", Method: "GET", Path: "/api/v1/waves/{id}/reports", Tag: "report", Access: httpx.SignedIn,
		Summary: "Frozen reports of a wave, newest first, with the files the caller may open", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[Frozen]], error) {
			list, err := s.List(ctx, in.ID)
			return &Body[httpx.Page[Frozen]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "freeze-report", Method: "POST", Path: "/api/v1/waves/{id}/reports", Tag: "report", Access: httpx.Permission(PermFreeze),
		Summary: "Freeze the report, the letters and the public page of a scored wave", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Note string `json:"note,omitempty" maxLength:"500"`
			}
		}) (*Body[*Frozen], error) {
			r, err := s.Freeze(ctx, in.ID, in.Body.Note)
			return &Body[*Frozen]{r}, err
		})
	// ReportIn names a frozen report; an embedded type must be exported for its path to be read.
	type ReportIn struct {
		WaveIn
		Report string `path:"report"`
	}
	httpx.Handle(api, httpx.Op{ID: "get-frozen-file", Method: "GET", Path: "/api/v1/waves/{id}/reports/{report}/file", Tag: "report", Access: httpx.SignedIn,
		Summary: "A file of a frozen report, byte for byte", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			ReportIn
			Kind   string `query:"kind" enum:"report,letter,public,content" default:"report"`
			Street string `query:"street" maxLength:"12"`
			Format string `query:"format" enum:"docx,xlsx,html,json" default:"docx"`
		}) (*huma.StreamResponse, error) {
			f, body, err := s.Open(ctx, in.ID, in.Report, in.Kind, in.Street, in.Format)
			if err != nil {
				return nil, err
			}
			return download(f.Name, f.Format, func(w io.Writer) error {
				_, err := io.Copy(w, body)
				return errors.Join(err, body.Close())
			}), nil
		})
	httpx.Handle(api, httpx.Op{ID: "verify-frozen-report", Method: "GET", Path: "/api/v1/waves/{id}/reports/{report}/verification", Tag: "report", Access: httpx.SignedIn,
		Summary: "Read every file of a frozen report again and compare it with the record", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *ReportIn) (*Body[*Verification], error) {
			v, err := s.Verify(ctx, in.ID, in.Report)
			return &Body[*Verification]{v}, err
		})
}

// PublicReport tells everybody what was published and how to check it.
type PublicReport struct {
	WaveID     string `json:"wave_id"`
	Mark       string `json:"mark" doc:"number of the frozen report"`
	SHA256     string `json:"sha256" doc:"of the page"`
	ResultHash string `json:"result_hash"`
	Size       int64  `json:"size"`
	FrozenAt   string `json:"frozen_at"`
}

func (s *Service) publicRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-public-report", Method: "GET", Path: "/api/v1/public/waves/{id}/report", Tag: "public", Access: httpx.Public,
		Summary: "The report of a published wave for everybody: its number and hashes", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*PublicReport], error) {
			f, r, err := s.Public(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &Body[*PublicReport]{&PublicReport{WaveID: in.ID, Mark: r.mark(), SHA256: f.SHA256, ResultHash: r.ResultHash, Size: f.Size, FrozenAt: date(&r.CreatedAt)}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-public-report-page", Method: "GET", Path: "/api/v1/public/waves/{id}/report.html", Tag: "public", Access: httpx.Public,
		Summary: "The frozen page for everybody, byte for byte", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*huma.StreamResponse, error) {
			f, _, err := s.Public(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return download(f.Name, f.Format, func(w io.Writer) error { return s.copy(ctx, f, w) }), nil
		})
}
