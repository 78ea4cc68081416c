package fieldwork

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

type waveIn struct {
	ID string `path:"id" maxLength:"60" doc:"wave"`
}

type fileIn struct {
	ID     string `path:"id" maxLength:"60"`
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

type reasonIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}

// Handed says how many addresses were handed out.
type Handed struct {
	N int `json:"n"`
}

// attachment delivers a finished file.
func attachment(name string, file []byte, err error, format string) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	f := sheet.Format(format)
	if f != sheet.CSV && f != sheet.XLSX {
		return nil, errs.Invalid("fieldwork.bad_format", "The format is xlsx or csv.")
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", f.ContentType())
		out.SetHeader("Content-Disposition", httpx.Attachment(name))
		out.SetHeader("Cache-Control", "no-store")
		_, _ = out.BodyWriter().Write(file) // the caller may be gone
	}}, nil
}

func (s *Service) boardRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-fieldwork", Method: http.MethodGet, Path: "/api/v1/waves/{id}/fieldwork", Tag: tag, Access: httpx.Permission(PermRead),
		Summary: "Progress by street, group and channel inside the caller's areas", Errors: []int{404}},
		func(ctx context.Context, in *waveIn) (*body[*Board], error) { return out(s.Board(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "export-fieldwork", Method: http.MethodGet, Path: "/api/v1/waves/{id}/fieldwork/file", Tag: tag, Access: httpx.Permission(PermRead),
		Summary: "Progress as a table file", Errors: []int{404}},
		func(ctx context.Context, in *fileIn) (*huma.StreamResponse, error) {
			name, file, err := s.BoardFile(ctx, in.ID, sheet.Format(in.Format))
			return attachment(name, file, err, in.Format)
		})
	httpx.Handle(api, httpx.Op{ID: "get-response-rates", Method: http.MethodGet, Path: "/api/v1/waves/{id}/response-rates", Tag: tag, Access: httpx.Permission(PermRead),
		Summary: "Outcome of the sample: dispositions and AAPOR rates with their formulas", Errors: []int{404}},
		func(ctx context.Context, in *waveIn) (*body[*RateReport], error) { return out(s.Rates(ctx, in.ID)) })
}

func (s *Service) assignmentRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-interviewers", Method: http.MethodGet, Path: "/api/v1/waves/{id}/interviewers", Tag: tag, Access: manage,
		Summary: "Who may collect in the wave's area, and how much each has", Errors: []int{404}},
		func(ctx context.Context, in *waveIn) (*body[httpx.Page[Load]], error) {
			list, err := s.Interviewers(ctx, in.ID)
			return out(httpx.Page[Load]{Items: list, Total: len(list)}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "assign-addresses", Method: http.MethodPost, Path: "/api/v1/waves/{id}/assignments", Tag: tag, Access: manage,
		Summary: "Hand open addresses of a street out to an interviewer", Errors: []int{404}, Status: http.StatusOK},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body NewAssignments
		}) (*body[Handed], error) {
			n, err := s.Assign(ctx, in.ID, in.Body)
			return out(Handed{n}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-ended-addresses", Method: http.MethodGet, Path: "/api/v1/waves/{id}/assignments", Tag: tag, Access: manage,
		Summary: "Addresses that ended without an interview or were tried often, for replacement", Errors: []int{404}},
		func(ctx context.Context, in *waveIn) (*body[httpx.Page[Ended]], error) {
			list, err := s.Ended(ctx, in.ID)
			return out(httpx.Page[Ended]{Items: list, Total: len(list)}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "replace-address", Method: http.MethodPost, Path: "/api/v1/fieldwork/invitations/{id}/replace", Tag: tag, Access: manage,
		Summary: "Close an address that ended and hand its reserve to the same interviewer", Errors: []int{404, 409}, Status: http.StatusOK},
		func(ctx context.Context, in *reasonIn) (*body[Handed], error) {
			_, err := s.Replace(ctx, in.ID, in.Body.Reason)
			return out(Handed{1}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "release-comments", Method: http.MethodPost, Path: "/api/v1/waves/{id}/comments/release", Tag: tag, Access: manage,
		Summary: "Take over the comments that wait, shuffled, before their time", Errors: []int{404}, Status: http.StatusOK},
		func(ctx context.Context, in *waveIn) (*body[Handed], error) {
			n, err := s.surveys.ReleaseComments(ctx, in.ID)
			return out(Handed{n}, err)
		})
}

func (s *Service) reminderRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-reminders", Method: http.MethodGet, Path: "/api/v1/waves/{id}/reminders", Tag: tag, Access: manage,
		Summary: "Rounds of reminders, newest first", Errors: []int{404}},
		func(ctx context.Context, in *waveIn) (*body[httpx.Page[Reminder]], error) {
			list, err := s.Reminders(ctx, in.ID)
			return out(httpx.Page[Reminder]{Items: list, Total: len(list)}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "create-reminder", Method: http.MethodPost, Path: "/api/v1/waves/{id}/reminders", Tag: tag, Access: manage,
		Summary: "Make a round of reminders", Errors: []int{404, 409}, Status: http.StatusCreated},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body NewReminder
		}) (*body[*Reminder], error) {
			return out(s.Remind(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-reminder-file", Method: http.MethodGet, Path: "/api/v1/reminders/{id}/file", Tag: tag, Access: manage,
		Summary: "Addresses of a round that have not answered yet", Errors: []int{404}},
		func(ctx context.Context, in *fileIn) (*huma.StreamResponse, error) {
			name, file, err := s.ReminderFile(ctx, in.ID, sheet.Format(in.Format))
			return attachment(name, file, err, in.Format)
		})
}
