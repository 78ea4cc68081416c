package survey

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

func (s *Service) questionnaireFileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "import-questionnaire", Method: "POST", Path: "/api/v1/questionnaires/imports", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Open a draft from an XLSForm workbook or an exported JSON file", Status: http.StatusCreated, MaxBody: maxQuestionnaireFile + 1<<20,
		Errors: []int{http.StatusConflict, http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *struct {
			RawBody huma.MultipartFormFiles[struct {
				File    huma.FormFile `form:"file" required:"true"`
				Group   string        `form:"group" required:"false" enum:"elder,adult,unit" doc:"none: the file's settings say it"`
				Version string        `form:"version" required:"false" doc:"none: the file's settings say it"`
				Note    string        `form:"note" required:"false"`
			}]
		}) (*questionnaireOut, error) {
			data := in.RawBody.Data()
			defer func() { _ = data.File.Close() }() // read only: nothing can be lost
			return questionnaireAnswer(s.ImportQuestionnaire(ctx, NewQuestionnaire{Group: Group(data.Group), Version: data.Version, Note: data.Note}, data.File))
		})
	httpx.Handle(api, httpx.Op{ID: "export-questionnaire", Method: "GET", Path: "/api/v1/questionnaires/{id}/export", Tag: "survey", Access: httpx.SignedIn,
		Summary: "A version as XLSForm workbook or JSON", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			QuestionnaireIn
			Format string `query:"format" enum:"xlsx,json" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			contentType := "application/json; charset=utf-8"
			if in.Format == "xlsx" {
				contentType = sheet.XLSX.ContentType()
			}
			return s.questionnaireDownload(ctx, in.ID, "", in.Format, contentType, func(out *bytes.Buffer) error {
				return s.ExportQuestionnaire(ctx, in.ID, in.Format, out)
			})
		})
	httpx.Handle(api, httpx.Op{ID: "print-questionnaire", Method: "GET", Path: "/api/v1/questionnaires/{id}/paper", Tag: "survey", Access: httpx.SignedIn,
		Summary: "A version for paper, or the sheet of codes for keying it in", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			QuestionnaireIn
			Format string `query:"format" enum:"pdf,html" default:"pdf"`
			Large  bool   `query:"large" doc:"18 points, and faces where the scale of the wave has them"`
			Codes  bool   `query:"codes" doc:"the sheet of codes instead"`
			Wave   string `query:"wave" doc:"wave whose title and scale are printed"`
		}) (*huma.StreamResponse, error) {
			if in.Codes {
				in.Format = "pdf"
			}
			name := map[bool]string{true: "（大字版）"}[in.Large]
			if in.Codes {
				name = "录入代码表"
			}
			contentType := map[string]string{"pdf": "application/pdf", "html": "text/html; charset=utf-8"}[in.Format]
			return s.questionnaireDownload(ctx, in.ID, name, in.Format, contentType, func(out *bytes.Buffer) error {
				return s.PrintQuestionnaire(ctx, in.ID, PaperOptions{Wave: in.Wave, Large: in.Large, Codes: in.Codes, Format: in.Format}, out)
			})
		})
}

// questionnaireDownload makes the file first, so that a failure is a problem and never half a file.
func (s *Service) questionnaireDownload(ctx context.Context, id, suffix, extension, contentType string, write func(*bytes.Buffer) error) (*huma.StreamResponse, error) {
	q, err := s.Questionnaire(ctx, id)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := write(&file); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", contentType)
		out.SetHeader("Content-Disposition", httpx.Attachment(q.Name+q.Version+suffix+"."+extension))
		_, _ = out.BodyWriter().Write(file.Bytes()) // the caller may be gone
	}}, nil
}
