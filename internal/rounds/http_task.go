package rounds

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

type walkersIn struct {
	Area string `query:"area" required:"true" maxLength:"20"`
}

type planIn struct{ Body NewPlan }

type changedPlan struct {
	NewPlan
	Version int64 `json:"version"`
}

type changePlanIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body changedPlan
}

type setPlanIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body planState
}

type planState struct {
	State   string `json:"state" enum:"running,paused,ended"`
	Version int64  `json:"version"`
}

func (s *Service) planRoutes(api huma.API) {
	plan := httpx.Permission(PermPlan)
	httpx.Handle(api, httpx.Op{ID: "list-round-plans", Method: http.MethodGet, Path: "/api/v1/rounds/plans", Summary: "List patrol plans", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Plan]], error) { return out(s.Plans(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "list-round-walkers", Method: http.MethodGet, Path: "/api/v1/rounds/walkers", Summary: "List who walks grids of an area and can be named for a plan", Tag: tag, Access: plan, Errors: []int{404}},
		func(ctx context.Context, in *walkersIn) (*body[httpx.Page[Walker]], error) {
			list, err := s.Walkers(ctx, in.Area)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "add-round-plan", Method: http.MethodPost, Path: "/api/v1/rounds/plans", Summary: "Make a patrol plan", Tag: tag, Access: plan, Status: 201, Errors: []int{404}},
		func(ctx context.Context, in *planIn) (*body[*Plan], error) { return out(s.AddPlan(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "change-round-plan", Method: http.MethodPut, Path: "/api/v1/rounds/plans/{id}", Summary: "Change a patrol plan, from its next task on", Tag: tag, Access: plan, Errors: []int{404, 409}},
		func(ctx context.Context, in *changePlanIn) (*body[*Plan], error) {
			return out(s.ChangePlan(ctx, in.ID, in.Body.Version, in.Body.NewPlan))
		})
	httpx.Handle(api, httpx.Op{ID: "set-round-plan", Method: http.MethodPost, Path: "/api/v1/rounds/plans/{id}/state", Summary: "Pause a patrol plan, let it run again or end it", Tag: tag, Access: plan, Errors: []int{404, 409}},
		func(ctx context.Context, in *setPlanIn) (*body[*Plan], error) {
			return out(s.SetPlan(ctx, in.ID, in.Body.Version, in.Body.State))
		})
}

type tasksIn struct {
	httpx.PageIn
	Area  string `query:"area" maxLength:"20"`
	Plan  string `query:"plan" maxLength:"60"`
	State string `query:"state" enum:"open,done,missed,excused"`
	From  string `query:"from" required:"true" maxLength:"10"`
	To    string `query:"to" required:"true" maxLength:"10"`
}

type taskIn struct {
	ID string `path:"id" maxLength:"60"`
}

type excuseIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body excuse
}

type excuse struct {
	Reason string `json:"reason" maxLength:"800" doc:"The officers see it"`
}

type stopIn struct {
	ID    string `path:"id" maxLength:"60"`
	Point string `path:"point" maxLength:"60"`
}

func (s *Service) taskRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-round-tasks", Method: http.MethodGet, Path: "/api/v1/rounds/tasks", Summary: "List patrol tasks", Tag: tag, Access: read},
		func(ctx context.Context, in *tasksIn) (*body[httpx.Page[Task]], error) {
			return out(s.Tasks(ctx, TaskFilter{in.Area, in.Plan, in.State, in.From, in.To}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-round-task", Method: http.MethodGet, Path: "/api/v1/rounds/tasks/{id}", Summary: "Show a patrol task with its places", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *taskIn) (*body[*Detail], error) { return out(s.Task(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "excuse-round-task", Method: http.MethodPost, Path: "/api/v1/rounds/tasks/{id}/excuse", Summary: "Let a patrol task go, with a reason", Tag: tag, Access: httpx.Permission(PermPlan), Errors: []int{404, 409}},
		func(ctx context.Context, in *excuseIn) (*body[*Task], error) {
			return out(s.Excuse(ctx, in.ID, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "get-round-photo", Method: http.MethodGet, Path: "/api/v1/rounds/tasks/{id}/points/{point}/photo", Summary: "Show the photograph of a place", Tag: tag, Access: httpx.SignedIn, Errors: []int{404}},
		func(ctx context.Context, in *stopIn) (*huma.StreamResponse, error) {
			r, mediaType, err := s.OpenPhoto(ctx, in.ID, in.Point)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				defer func() { _ = r.Close() }() // read only
				ctx.SetHeader("Content-Type", mediaType)
				ctx.SetHeader("Cache-Control", "private, max-age=86400")
				_, _ = io.Copy(ctx.BodyWriter(), r) // the caller may be gone
			}}, nil
		})
}

type proofForm struct {
	Photo huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
	Lat   string        `form:"lat" required:"true" maxLength:"20"`
	Lon   string        `form:"lon" required:"true" maxLength:"20"`
	Note  string        `form:"note" required:"false" maxLength:"800"`
	At    string        `form:"at" required:"false" maxLength:"40" doc:"When it was taken, RFC 3339, if it was kept on the phone"`
}

type photoIn struct {
	ID      string `path:"id" maxLength:"60"`
	Point   string `path:"point" maxLength:"60"`
	RawBody huma.MultipartFormFiles[proofForm]
}

type outOfReachIn struct {
	ID    string `path:"id" maxLength:"60"`
	Point string `path:"point" maxLength:"60"`
	Body  outOfReach
}

type outOfReach struct {
	Note string      `json:"note" maxLength:"800" doc:"Why"`
	At   *clock.Time `json:"at,omitempty" doc:"When it was found, if it was kept on the phone"`
}

func (s *Service) mineRoutes(api huma.API) {
	walk := httpx.Permission(PermWalk)
	httpx.Handle(api, httpx.Op{ID: "list-my-rounds", Method: http.MethodGet, Path: "/api/v1/rounds/mine", Summary: "List one's own patrol tasks with their places", Tag: tag, Access: walk},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Detail]], error) {
			list, err := s.Mine(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "photograph-round-point", Method: http.MethodPost, Path: "/api/v1/rounds/mine/{id}/points/{point}/photo", Summary: "Tick a place off with a photograph taken on the spot", Tag: tag, Access: walk,
		MaxBody: MaxPhoto + 1<<16, Errors: []int{404, 409, 413}},
		func(ctx context.Context, in *photoIn) (*body[*Detail], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.Photo.Close() }() // read only: nothing can be lost
			return out(s.Prove(ctx, in.ID, in.Point, Proof{Note: form.Note, Lat: number(form.Lat), Lon: number(form.Lon), Photo: form.Photo, At: instant(form.At)}))
		})
	httpx.Handle(api, httpx.Op{ID: "excuse-round-point", Method: http.MethodPost, Path: "/api/v1/rounds/mine/{id}/points/{point}/none", Summary: "Say why a place cannot be reached", Tag: tag, Access: walk, Errors: []int{404, 409}},
		func(ctx context.Context, in *outOfReachIn) (*body[*Detail], error) {
			return out(s.Prove(ctx, in.ID, in.Point, Proof{Note: in.Body.Note, At: in.Body.At}))
		})
}

// instant reads a time; nil for what is none.
func instant(text string) *clock.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil
	}
	return clock.Ptr(at)
}

func number(text string) *float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &v
}
