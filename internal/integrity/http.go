package integrity

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

type body[T any] struct{ Body T }

// WaveIn names a wave in the path.
type WaveIn struct {
	ID string `path:"id"`
}

const base = "/api/v1/waves/{id}/integrity"

var missing = []int{http.StatusNotFound}

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-integrity", Method: "GET", Path: base, Tag: "integrity", Access: httpx.Permission(PermRead),
		Summary: "The last check of a wave's answers and what is left to decide", Errors: missing},
		func(ctx context.Context, in *WaveIn) (*body[*Overview], error) {
			o, err := s.Overview(ctx, in.ID)
			return &body[*Overview]{o}, err
		})
	httpx.Handle(api, httpx.Op{ID: "check-integrity", Method: "POST", Path: base + "/checks", Tag: "integrity", Access: httpx.Permission(PermDecide), Status: http.StatusAccepted,
		Summary: "Check the answers of a wave in the background", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *WaveIn) (*body[startOut], error) {
			id, err := s.Start(ctx, in.ID)
			return &body[startOut]{startOut{id}}, err
		})
	httpx.Handle(api, httpx.Op{ID: "list-integrity-findings", Method: "GET", Path: base + "/findings", Tag: "integrity", Access: httpx.Permission(PermRead),
		Summary: "Findings about communities, days, devices and interviewers, the least likely first", Errors: missing},
		func(ctx context.Context, in *WaveIn) (*body[httpx.Page[FindingRow]], error) {
			list, err := s.Findings(ctx, in.ID)
			return &body[httpx.Page[FindingRow]]{httpx.Page[FindingRow]{Items: list, Total: len(list)}}, err
		})
	s.answerRoutes(api)
	s.decisionRoutes(api)
}

type startOut struct {
	JobID string `json:"job_id"`
}

type rowsIn struct {
	WaveIn
	httpx.PageIn
	Verdict string `query:"verdict" enum:"open,keep,set_aside"`
	Flag    string `query:"flag" maxLength:"20"`
	Street  string `query:"street" maxLength:"12"`
	Channel string `query:"channel" enum:"targeted,online"`
	Finding string `query:"finding" maxLength:"32"`
}

func (s *Service) answerRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-integrity-answers", Method: "GET", Path: base + "/answers", Tag: "integrity", Access: httpx.Permission(PermRead),
		Summary: "Flagged answers, those with the most grounds first", Errors: missing},
		func(ctx context.Context, in *rowsIn) (*body[httpx.Page[Row]], error) {
			page, err := s.Rows(ctx, in.ID, RowFilter{Verdict: Verdict(in.Verdict), Flag: in.Flag, Street: in.Street, Channel: survey.Channel(in.Channel), Finding: in.Finding}, in.Cursor, in.Limit)
			return &body[httpx.Page[Row]]{page}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-integrity-answer", Method: "GET", Path: base + "/answers/{answer}", Tag: "integrity", Access: httpx.Permission(PermRead),
		Summary: "One flagged answer with its grounds", Errors: missing},
		func(ctx context.Context, in *struct {
			WaveIn
			Answer string `path:"answer" maxLength:"40"`
		}) (*body[*Detail], error) {
			d, err := s.Detail(ctx, in.ID, in.Answer)
			return &body[*Detail]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "export-integrity", Method: "GET", Path: base + "/export", Tag: "integrity", Access: httpx.Permission(PermRead),
		Summary: "Flagged answers with grounds and verdicts as a table", Errors: missing},
		func(ctx context.Context, in *struct {
			WaveIn
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			if err := s.Export(ctx, in.ID, sheet.Format(in.Format), &file); err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(out huma.Context) {
				out.SetHeader("Content-Type", sheet.Format(in.Format).ContentType())
				out.SetHeader("Content-Disposition", httpx.Attachment("答卷核查."+in.Format))
				_, _ = out.BodyWriter().Write(file.Bytes()) // the caller may be gone
			}}, nil
		})
}

func (s *Service) decisionRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "decide-integrity", Method: "POST", Path: base + "/decisions", Tag: "integrity", Access: httpx.Permission(PermDecide), Status: http.StatusCreated,
		Summary: "Keep answers or set them aside, with a reason", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body Choice
		}) (*body[*Decision], error) {
			d, err := s.Decide(ctx, in.ID, in.Body)
			return &body[*Decision]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "list-integrity-decisions", Method: "GET", Path: base + "/decisions", Tag: "integrity", Access: httpx.Permission(PermRead),
		Summary: "What was decided, newest first", Errors: missing},
		func(ctx context.Context, in *WaveIn) (*body[httpx.Page[Decision]], error) {
			list, err := s.Decisions(ctx, in.ID)
			if list == nil {
				list = []Decision{}
			}
			return &body[httpx.Page[Decision]]{httpx.Page[Decision]{Items: list, Total: len(list)}}, err
		})
}
