package rectify

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type pageIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body pageBody
}

type pageBody struct {
	PageTexts
	Version int64 `json:"version" minimum:"0" doc:"Version of the page the caller saw, 0 if there is none yet"`
}

type shotIn struct {
	ID       string `path:"id" maxLength:"60"`
	Evidence string `path:"evidence" maxLength:"60"`
	Body     ShotChoice
}

type submitIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Version int64 `json:"version" minimum:"1"`
	}
}

type takeBackIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Note    string `json:"note" maxLength:"1200"`
	}
}

type feedbackIn struct {
	httpx.PageIn
	Wave     string `query:"wave" maxLength:"60"`
	State    string `query:"state" enum:"pending,shown,hidden"`
	Item     string `query:"item" maxLength:"60"`
	Unsolved bool   `query:"unsolved" doc:"Only those who say that it is not solved"`
}

type judgeIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body Judgement
}

func (s *Service) pageRoutes(api huma.API) {
	read, write := httpx.Permission(PermRead), httpx.Permission(PermPage)
	httpx.Handle(api, httpx.Op{ID: "get-rectification-page", Method: http.MethodGet, Path: "/api/v1/rectifications/{id}/page", Summary: "Show the public page of an item in work, or what one would begin with", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*PageView], error) { return out(s.PageOf(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "write-rectification-page", Method: http.MethodPut, Path: "/api/v1/rectifications/{id}/page", Summary: "Write the texts of a public page; they are masked once more", Tag: tag, Access: write, Errors: []int{404, 409}},
		func(ctx context.Context, in *pageIn) (*body[*PageView], error) {
			return out(s.WritePage(ctx, in.ID, in.Body.PageTexts, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "decide-rectification-photo", Method: http.MethodPut, Path: "/api/v1/rectifications/{id}/page/photos/{evidence}", Summary: "Say whether and how a photo is shown; areas are made unrecognisable in a new file", Tag: tag, Access: write, Errors: []int{404, 409}},
		func(ctx context.Context, in *shotIn) (*body[*PageView], error) {
			return out(s.DecideShot(ctx, in.ID, in.Evidence, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-rectification-page-photo", Method: http.MethodGet, Path: "/api/v1/rectifications/{id}/page/photos/{photo}", Summary: "Show the public file of a page in work", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *photoIn) (*huma.StreamResponse, error) {
			return stream("private, max-age=60")(s.OpenShot(ctx, in.ID, in.Photo))
		})
	httpx.Handle(api, httpx.Op{ID: "submit-rectification-page", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/page/submit", Summary: "Say that a public page is complete", Tag: tag, Access: write, Errors: []int{404, 409}},
		func(ctx context.Context, in *submitIn) (*body[*PageView], error) {
			return out(s.SubmitPage(ctx, in.ID, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "take-back-rectification-page", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/page/take-back", Summary: "Make a submitted page a draft again", Tag: tag, Access: read, Errors: []int{404, 409}},
		func(ctx context.Context, in *takeBackIn) (*body[*PageView], error) {
			return out(s.TakeBackPage(ctx, in.ID, in.Body.Note, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "list-rectification-feedback", Method: http.MethodGet, Path: "/api/v1/rectification-feedback", Summary: "List words of residents on published answers", Tag: tag, Access: write},
		func(ctx context.Context, in *feedbackIn) (*body[httpx.Page[Feedback]], error) {
			return out(s.Feedback(ctx, FeedbackFilter{State: in.State, Item: in.Item, Wave: in.Wave, Unsolved: in.Unsolved}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "judge-rectification-feedback", Method: http.MethodPost, Path: "/api/v1/rectification-feedback/{id}/judge", Summary: "Decide whether words of a resident are shown", Tag: tag, Access: write, Errors: []int{404, 409}},
		func(ctx context.Context, in *judgeIn) (*body[*Feedback], error) {
			return out(s.Judge(ctx, in.ID, in.Body))
		})
}
