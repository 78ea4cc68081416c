package alarm

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "alarm"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Asked is what a list of alarms can be asked for. Exported: a parameter of an embedded type is read only then.
type Asked struct {
	State    string   `query:"state" enum:"active,cleared,all" default:"active"`
	Unseen   bool     `query:"unseen" doc:"Only what nobody has acknowledged"`
	Severity Severity `query:"severity" enum:"critical,major,minor,warning,info"`
	Source   string   `query:"source" maxLength:"40"`
	Kind     string   `query:"kind" maxLength:"60"`
	Subject  string   `query:"subject" maxLength:"100"`
	Area     string   `query:"area" maxLength:"20"`
	httpx.ViewIn
}

func (f *Asked) filter() Filter {
	state := f.State
	if state == "all" {
		state = ""
	}
	return Filter{State: state, Unseen: f.Unseen, Severity: f.Severity, Source: f.Source, Kind: f.Kind, Subject: f.Subject, Area: f.Area, View: f.ViewIn}
}

type alarmIDIn struct {
	ID string `path:"id" maxLength:"60"`
}

type alarmsIn struct {
	Asked
	httpx.PageIn
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-alarms", Method: http.MethodGet, Path: "/api/v1/alarms", Summary: "List alarms of the caller's areas: active ones with what nobody has seen first", Tag: tag, Access: read},
		func(ctx context.Context, in *alarmsIn) (*body[httpx.Page[Alarm]], error) {
			return out(s.List(ctx, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "count-alarms", Method: http.MethodGet, Path: "/api/v1/alarms/summary", Summary: "Count active alarms", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			Area string `query:"area" maxLength:"20"`
		}) (*body[Summary], error) {
			return out(s.Summary(ctx, in.Area))
		})
	httpx.Handle(api, httpx.Op{ID: "export-alarms", Method: http.MethodGet, Path: "/api/v1/alarms/export", Summary: "Alarms as a table, at most 10,000, newest first", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			Asked
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			if err := s.Export(ctx, in.filter(), sheet.Format(in.Format), &file); err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(w huma.Context) {
				w.SetHeader("Content-Type", sheet.Format(in.Format).ContentType())
				w.SetHeader("Content-Disposition", httpx.Attachment("告警."+in.Format))
				_, _ = w.BodyWriter().Write(file.Bytes()) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-alarm", Method: http.MethodGet, Path: "/api/v1/alarms/{id}", Summary: "One alarm with what became of it", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *alarmIDIn) (*body[*Detail], error) { return out(s.Get(ctx, in.ID)) })
	s.answerRoutes(api)
}

type acknowledgeIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body acknowledgement
}

type acknowledgement struct {
	Version int64  `json:"version"`
	Note    string `json:"note,omitempty" maxLength:"1200"`
}

type alarmNoteIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body alarmNote
}

type alarmNote struct {
	Note string `json:"note" maxLength:"1200"`
}

type clearIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body clearing
}

type clearing struct {
	Version int64  `json:"version"`
	Reason  string `json:"reason" maxLength:"1200"`
}

type caseIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body caseOfAlarm
}

type caseOfAlarm struct {
	Version  int64  `json:"version"`
	Text     string `json:"text" maxLength:"8000"`
	Category string `json:"category,omitempty" maxLength:"10"`
}

func (s *Service) answerRoutes(api huma.API) {
	answer, errors := httpx.Permission(PermAnswer), []int{404, 409}
	httpx.Handle(api, httpx.Op{ID: "acknowledge-alarm", Method: http.MethodPost, Path: "/api/v1/alarms/{id}/acknowledge", Summary: "Say that one has seen an alarm and takes care", Tag: tag, Access: answer, Errors: errors},
		func(ctx context.Context, in *acknowledgeIn) (*body[*Alarm], error) {
			return out(s.Acknowledge(ctx, in.ID, in.Body.Version, in.Body.Note))
		})
	httpx.Handle(api, httpx.Op{ID: "note-alarm", Method: http.MethodPost, Path: "/api/v1/alarms/{id}/notes", Summary: "Add a note to an alarm", Tag: tag, Access: answer, Status: 201, Errors: []int{404}},
		func(ctx context.Context, in *alarmNoteIn) (*body[*Alarm], error) {
			return out(s.Note(ctx, in.ID, in.Body.Note))
		})
	httpx.Handle(api, httpx.Op{ID: "clear-alarm", Method: http.MethodPost, Path: "/api/v1/alarms/{id}/clear", Summary: "End an alarm by hand, with a reason", Tag: tag, Access: answer, Errors: errors},
		func(ctx context.Context, in *clearIn) (*body[*Alarm], error) {
			return out(s.Clear(ctx, in.ID, in.Body.Version, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "make-case-of-alarm", Method: http.MethodPost, Path: "/api/v1/alarms/{id}/case", Summary: "Register a case of an alarm", Tag: tag, Access: answer, Status: 201, Errors: errors},
		func(ctx context.Context, in *caseIn) (*body[*Alarm], error) {
			return out(s.MakeCase(ctx, in.ID, in.Body.Version, in.Body.Text, in.Body.Category))
		})
}
