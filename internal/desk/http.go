package desk

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/cases"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

const tag = "desk"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

type viewIn struct{ Body NewView }

type changeViewIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body NewView
}

type bulkIn struct{ Body Bulk }

var (
	missing  = []int{http.StatusNotFound}
	conflict = []int{http.StatusNotFound, http.StatusConflict}
)

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	use := httpx.Permission(PermUse)
	httpx.Handle(api, httpx.Op{ID: "list-case-views", Method: "GET", Path: "/api/v1/desk/views", Summary: "Tabs of the caller with how many cases each holds, and shared views", Tag: tag, Access: httpx.Permission(cases.PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[View]], error) {
			list, err := s.Views(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "save-case-view", Method: "POST", Path: "/api/v1/desk/views", Summary: "Keep a filter with its order and columns under a name", Tag: tag, Access: use, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *viewIn) (*body[*View], error) { return out(s.SaveView(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "change-case-view", Method: "PUT", Path: "/api/v1/desk/views/{id}", Summary: "Change an own view", Tag: tag, Access: use, Errors: conflict},
		func(ctx context.Context, in *changeViewIn) (*body[*View], error) {
			return out(s.ChangeView(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-case-view", Method: "DELETE", Path: "/api/v1/desk/views/{id}", Summary: "Delete an own view", Tag: tag, Access: use, Errors: missing},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.DropView(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "subscribe-case-view", Method: "PUT", Path: "/api/v1/desk/views/{id}/subscription", Summary: "Take a shared view among one's tabs", Tag: tag, Access: use, Errors: missing},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.Subscribe(ctx, in.ID, true) })
	httpx.Handle(api, httpx.Op{ID: "unsubscribe-case-view", Method: "DELETE", Path: "/api/v1/desk/views/{id}/subscription", Summary: "Put a shared view away", Tag: tag, Access: use, Errors: missing},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.Subscribe(ctx, in.ID, false) })
	httpx.Handle(api, httpx.Op{ID: "act-on-cases", Method: "POST", Path: "/api/v1/desk/bulk", Summary: "Take one action on many cases, or preview it", Status: http.StatusOK,
		Description: "Every case is judged by itself: permission, state, guards, version. dry_run takes every step and undoes it.", Tag: tag, Access: use},
		func(ctx context.Context, in *bulkIn) (*body[*BulkResult], error) { return out(s.Act(ctx, in.Body)) })
	s.presenceRoutes(api)
	s.templateRoutes(api)
	s.exportRoutes(api)
}

type beatIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Editing bool `json:"editing"`
	}
}

type draftIn struct {
	ID     string `path:"id" maxLength:"60"`
	Action string `path:"action" maxLength:"30"`
}

type keepDraftIn struct {
	ID     string `path:"id" maxLength:"60"`
	Action string `path:"action" maxLength:"30"`
	Body   struct {
		Content map[string]any `json:"content"`
		Version int64          `json:"version" doc:"Of the case as the caller sees it"`
	}
}

func (s *Service) presenceRoutes(api huma.API) {
	use := httpx.Permission(PermUse)
	httpx.Handle(api, httpx.Op{ID: "be-at-case", Method: "PUT", Path: "/api/v1/desk/presence/{id}", Summary: "Say that one is at a case; who else is", Tag: tag, Access: use, Errors: missing},
		func(ctx context.Context, in *beatIn) (*body[httpx.Page[Somebody]], error) {
			list, err := s.Beat(ctx, in.ID, in.Body.Editing)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "leave-case", Method: "DELETE", Path: "/api/v1/desk/presence/{id}", Summary: "Leave a case", Tag: tag, Access: use},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.Leave(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "list-case-drafts", Method: "GET", Path: "/api/v1/desk/drafts/{id}", Summary: "The caller's drafts of a case", Tag: tag, Access: use},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[Draft]], error) {
			list, err := s.Drafts(ctx, in.ID)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "keep-case-draft", Method: "PUT", Path: "/api/v1/desk/drafts/{id}/{action}", Summary: "Keep what has been written so far", Tag: tag, Access: use, Errors: []int{404, 413}},
		func(ctx context.Context, in *keepDraftIn) (*struct{}, error) {
			return nil, s.KeepDraft(ctx, Draft{CaseID: in.ID, Action: in.Action, Content: db.JSON[map[string]any]{V: in.Body.Content}, Version: in.Body.Version})
		})
	httpx.Handle(api, httpx.Op{ID: "drop-case-draft", Method: "DELETE", Path: "/api/v1/desk/drafts/{id}/{action}", Summary: "Forget a draft", Tag: tag, Access: use},
		func(ctx context.Context, in *draftIn) (*struct{}, error) {
			return nil, s.DropDraft(ctx, in.ID, in.Action)
		})
}
