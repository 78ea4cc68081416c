package rectify

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/httpx"
)

type planWriteIn struct {
	ID string `path:"id" maxLength:"60"`
	httpx.VersionIn
	Body NewPlan
}

type milestoneIn struct {
	ID        string `path:"id" maxLength:"60"`
	Milestone string `path:"milestone" maxLength:"60"`
	httpx.VersionIn
	Body MilestoneDone
}

type reportIn struct {
	ID      string `path:"id" maxLength:"60"`
	RawBody huma.MultipartFormFiles[struct {
		Photos  []huma.FormFile `form:"photos" contentType:"image/jpeg,image/png,image/webp"`
		Text    string          `form:"text" required:"true" maxLength:"4000"`
		Percent int             `form:"percent" required:"true"`
	}]
}

type openLinkIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body OpenLink
}

type newLinkIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body NewLink
}

type linkIn struct {
	ID      string `path:"id" maxLength:"60"`
	Link    string `path:"link" maxLength:"60"`
	Version int64  `query:"version" required:"true"`
}

type inviteIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body Invitation
}

type linkedIn struct {
	Kind string `query:"kind" enum:"case,whistle" required:"true"`
	Ref  string `query:"ref" maxLength:"60" required:"true"`
}

type precedentsIn struct {
	httpx.PageIn
	Field string `query:"field" maxLength:"2"`
	Query string `query:"q" maxLength:"60"`
}

type waitsIn struct {
	Wave  string `query:"wave" maxLength:"60"`
	Unit  string `query:"unit" maxLength:"60"`
	Today bool   `query:"today" doc:"Only what is due today or overdue"`
}

// secret is an answer that no cache may keep: it holds codes or what a code opens.
type secret[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

func keptBack[T any](v T, err error) (*secret[T], error) {
	if err != nil {
		return nil, err
	}
	return &secret[T]{"no-store", v}, nil
}

type listOf[T any] struct {
	Items []T `json:"items"`
}

// filled is the list, never nil: JSON has a list then, not null.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *Service) machineRoutes(api huma.API) {
	s.planRoutes(api)
	s.linkRoutes(api)
	s.witnessRoutes(api)
	s.ruleRoutes(api)
}

func (s *Service) planRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "plan-rectification", Method: http.MethodPut, Path: "/api/v1/rectifications/{id}/plan", Summary: "Write who answers for it, what it costs and the steps", Tag: tag,
		Access: httpx.Permission(PermAnswer), Errors: []int{404, 409}},
		func(ctx context.Context, in *planWriteIn) (*itemOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			in.Body.Version = v
			return outItem(s.SetPlan(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "finish-milestone", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/milestones/{milestone}/done", Summary: "Say that a step of the plan is done", Tag: tag,
		Access: httpx.Permission(PermDo), Errors: []int{404, 409}},
		func(ctx context.Context, in *milestoneIn) (*itemOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			in.Body.Version = v
			return outItem(s.FinishMilestone(ctx, in.ID, in.Milestone, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "report-progress", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/reports", Summary: "Report how far the work is, with photos", Tag: tag,
		Access: httpx.Permission(PermDo), Status: 201, MaxBody: maxReportPhotos*MaxPhoto + 1<<16, Errors: []int{404, 409, 413}},
		func(ctx context.Context, in *reportIn) (_ *body[*ProgressReport], err error) {
			form := in.RawBody.Data()
			var photos []io.Reader
			for n := range form.Photos {
				if form.Photos[n].IsSet {
					photos = append(photos, form.Photos[n])
					defer func() { err = errors.Join(err, form.Photos[n].Close()) }()
				}
			}
			return out(s.Report(ctx, in.ID, NewReport{Text: form.Text, Percent: form.Percent}, photos))
		})
	httpx.Handle(api, httpx.Op{ID: "get-report-photo", Method: http.MethodGet, Path: "/api/v1/rectifications/{id}/report-photos/{photo}", Summary: "Show a photo of a progress report", Tag: tag, Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *photoIn) (*huma.StreamResponse, error) {
			p, r, err := s.OpenReportPhoto(ctx, in.ID, in.Photo)
			if err != nil {
				return nil, err
			}
			return stream("private, max-age=3600")(&Evidence{SHA256: p.SHA256, MediaType: p.MediaType, Size: p.Size, Phase: "report"}, r, nil)
		})
}

func (s *Service) linkRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "open-linked-matter", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/open", Summary: "Open a case or a whistle for an item", Tag: tag, Access: read, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *openLinkIn) (*body[*Link], error) {
			return out(s.Open(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "link-matter", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/links", Summary: "Link a case or a whistle that is there already", Tag: tag, Access: read, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *newLinkIn) (*body[*Link], error) {
			return out(s.Link(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "unlink-matter", Method: http.MethodDelete, Path: "/api/v1/rectifications/{id}/links/{link}", Summary: "Take a link away", Tag: tag, Access: read, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *linkIn) (*struct{}, error) {
			return nil, s.Unlink(ctx, in.ID, in.Link, in.Version)
		})
	httpx.Handle(api, httpx.Op{ID: "list-linked-rectifications", Method: http.MethodGet, Path: "/api/v1/rectification-links", Summary: "List the items that a case or whistle serves", Tag: tag, Access: read},
		func(ctx context.Context, in *linkedIn) (*body[listOf[LinkedItem]], error) {
			list, err := s.LinkedWith(ctx, in.Kind, in.Ref)
			return out(listOf[LinkedItem]{filled(list)}, err)
		})
}

func (s *Service) witnessRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "invite-residents", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/invitations", Summary: "Invite residents to judge what was done", Tag: tag,
		Access: httpx.Permission(PermVerify), Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *inviteIn) (*body[*Slips], error) {
			return out(s.Invite(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "show-invitation", Method: http.MethodPost, Path: "/api/v1/public/judgements/show", Summary: "Show what an invited resident is asked", Tag: tag, Access: httpx.Public, Errors: []int{404, 429}},
		func(ctx context.Context, in *struct {
			Body struct {
				Code string `json:"code" minLength:"8" maxLength:"40"`
			}
		}) (*secret[*AskedToJudge], error) {
			return keptBack(s.AskedBy(ctx, audit.OriginFrom(ctx).Address, in.Body.Code))
		})
	httpx.Handle(api, httpx.Op{ID: "answer-invitation", Method: http.MethodPost, Path: "/api/v1/public/judgements", Summary: "Say whether it is solved, once per code", Tag: tag, Access: httpx.Public, Status: 204, Errors: []int{404, 409, 429}},
		func(ctx context.Context, in *struct{ Body Answer }) (*struct{}, error) {
			return nil, s.AnswerInvitation(ctx, audit.OriginFrom(ctx).Address, in.Body)
		})
	httpx.Handle(api, httpx.Op{ID: "list-suspended-rectifications", Method: http.MethodGet, Path: "/api/v1/public/suspended-rectifications", Summary: "Public register of suspended items", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, _ *struct{}) (*body[listOf[OnHold]], error) {
			list, err := s.PublicSuspensions(ctx)
			return out(listOf[OnHold]{filled(list)}, err)
		})
}

func (s *Service) ruleRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-rectification-rules", Method: http.MethodGet, Path: "/api/v1/rectification-rules", Summary: "List the versions of the rules, those in force first", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[listOf[Rules]], error) {
			list, err := s.RulesVersions(ctx)
			return out(listOf[Rules]{list}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "set-rectification-rules", Method: http.MethodPut, Path: "/api/v1/rectification-rules", Summary: "Put new rules in force", Tag: tag, Access: httpx.Permission(PermDecide), Errors: []int{409}},
		func(ctx context.Context, in *struct{ Body Rules }) (*body[Rules], error) {
			return out(s.SetRules(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "list-precedents-of-rectification", Method: http.MethodGet, Path: "/api/v1/rectification-precedents", Summary: "List what joint adjudications decided", Tag: tag, Access: read},
		func(ctx context.Context, in *precedentsIn) (*body[httpx.Page[Precedent]], error) {
			return out(s.Precedents(ctx, PrecedentFilter{Field: in.Field, Query: in.Query}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "list-rectification-duties", Method: http.MethodGet, Path: "/api/v1/rectification-duties", Summary: "Who has to do what, the earliest due first", Tag: tag, Access: read},
		func(ctx context.Context, in *waitsIn) (*body[*WaitingList], error) {
			return out(s.Waits(ctx, WaitingFilter{WaveID: in.Wave, Unit: in.Unit, Today: in.Today}))
		})
}
