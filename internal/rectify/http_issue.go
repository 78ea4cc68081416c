package rectify

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/export"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/i18n"
)

type listsIn struct {
	httpx.PageIn
	Wave  string    `query:"wave" maxLength:"60"`
	State ListState `query:"state" maxLength:"20"`
	Todo  bool      `query:"todo" doc:"Only what waits for the caller"`
}

type listOut struct {
	ETag string `header:"ETag"`
	Body *ReverseList
}

func outList(l *ReverseList, err error) (*listOut, error) {
	if err != nil {
		return nil, err
	}
	return &listOut{httpx.ETag(l.Version), l}, nil
}

type newListIn struct{ Body NewList }

type listChangeIn[T any] struct {
	ID string `path:"id" maxLength:"60"`
	httpx.VersionIn
	Body T
}

type submission struct {
	Note    string `json:"note,omitempty" maxLength:"4000"`
	Version int64  `json:"version,omitempty"`
}

type onlyVersion struct {
	Version int64 `json:"version,omitempty"`
}

type receiptIn struct {
	ID      string `path:"id" maxLength:"60"`
	Receipt string `path:"receipt" maxLength:"60"`
	Body    Signature
}

type editionIn struct {
	ID      string `path:"id" maxLength:"60"`
	Edition int    `path:"edition" minimum:"1"`
}

type reminded struct {
	Told int `json:"told" doc:"Units that were told"`
}

type weakIn struct {
	Wave  string `query:"wave" required:"true" maxLength:"60"`
	By    string `query:"by" enum:"field,unit,street,community,group" default:"field"`
	Area  string `query:"area" maxLength:"20" doc:"The caller's own by default"`
	Field string `query:"field" maxLength:"2" doc:"Of areas and groups: only this field"`
}

const listPath = "/api/v1/reverse-lists/{id}"

func (s *Service) listRoutes(api huma.API) {
	read, merge := httpx.Permission(PermRead), httpx.Permission(PermMerge)
	both := []int{http.StatusNotFound, http.StatusConflict}
	httpx.Handle(api, httpx.Op{ID: "estimate-weakest", Method: "GET", Path: "/api/v1/rectifications/weakest", Summary: "Share of respondents who named each field, unit or area, weighted, with intervals", Tag: tag, Access: read},
		func(ctx context.Context, in *weakIn) (*body[*Weaknesses], error) {
			return out(s.Weakest(ctx, WeakQuery{WaveID: in.Wave, By: in.By, Area: in.Area, Field: in.Field}))
		})
	httpx.Handle(api, httpx.Op{ID: "list-reverse-lists", Method: "GET", Path: "/api/v1/reverse-lists", Summary: "Reverse issue lists the caller sees, newest first", Tag: tag, Access: read},
		func(ctx context.Context, in *listsIn) (*body[httpx.Page[ReverseList]], error) {
			return out(s.Lists(ctx, ListFilter{WaveID: in.Wave, State: in.State, Todo: in.Todo}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-reverse-list", Method: "GET", Path: listPath, Summary: "A reverse issue list with receipts, editions and what may be done", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*ListDetail], error) {
			return out(s.ReverseList(ctx, in.ID, i18n.Lang(ctx)))
		})
	httpx.Handle(api, httpx.Op{ID: "get-list-edition", Method: "GET", Path: listPath + "/editions/{edition}", Summary: "The items as an approved edition named them", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *editionIn) (*body[httpx.Page[ListLine]], error) {
			lines, err := s.EditionLines(ctx, in.ID, in.Edition)
			return out(httpx.Whole(lines), err)
		})
	httpx.Handle(api, httpx.Op{ID: "draft-reverse-list", Method: "POST", Path: "/api/v1/reverse-lists", Summary: "Make a list of confirmed items", Tag: tag, Access: merge, Status: 201, Errors: both},
		func(ctx context.Context, in *newListIn) (*listOut, error) { return outList(s.DraftList(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "amend-reverse-list", Method: "PATCH", Path: listPath, Summary: "Change a draft", Tag: tag, Access: merge, Errors: both},
		func(ctx context.Context, in *listChangeIn[ListAmendment]) (_ *listOut, err error) {
			if in.Body.Version, err = in.Version(in.Body.Version); err != nil {
				return nil, err
			}
			return outList(s.AmendList(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-reverse-list", Method: "POST", Path: listPath + "/drop", Summary: "End a draft; its items are free again", Tag: tag, Access: merge, Status: 200, Errors: both},
		func(ctx context.Context, in *listChangeIn[onlyVersion]) (*listOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return outList(s.DropList(ctx, in.ID, v))
		})
	httpx.Handle(api, httpx.Op{ID: "submit-reverse-list", Method: "POST", Path: listPath + "/submit", Summary: "Put a draft before the one who approves", Tag: tag, Access: merge, Status: 200, Errors: both},
		func(ctx context.Context, in *listChangeIn[submission]) (*listOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return outList(s.SubmitList(ctx, in.ID, in.Body.Note, v))
		})
	s.listDecisionRoutes(api, both)
}

func (s *Service) listDecisionRoutes(api huma.API, both []int) {
	httpx.Handle(api, httpx.Op{ID: "correct-reverse-list", Method: "POST", Path: listPath + "/corrections", Summary: "Put a correction of an approved list forward", Tag: tag, Access: httpx.Permission(PermMerge), Status: 200, Errors: both},
		func(ctx context.Context, in *listChangeIn[Correction]) (_ *listOut, err error) {
			if in.Body.Version, err = in.Version(in.Body.Version); err != nil {
				return nil, err
			}
			return outList(s.CorrectList(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "decide-reverse-list", Method: "POST", Path: listPath + "/decision", Summary: "Approve or refuse the edition that waits", Tag: tag, Access: httpx.Permission(PermApprove), Status: 200, Errors: both},
		func(ctx context.Context, in *listChangeIn[ListDecision]) (_ *listOut, err error) {
			if in.Body.Version, err = in.Version(in.Body.Version); err != nil {
				return nil, err
			}
			return outList(s.DecideList(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "issue-reverse-list", Method: "POST", Path: listPath + "/issue", Summary: "Issue the approved edition to streets and departments", Tag: tag, Access: httpx.Permission(PermIssue), Status: 200, Errors: both},
		func(ctx context.Context, in *listChangeIn[onlyVersion]) (*listOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return outList(s.IssueList(ctx, in.ID, v))
		})
	httpx.Handle(api, httpx.Op{ID: "sign-reverse-list", Method: "POST", Path: listPath + "/receipts/{receipt}/sign", Summary: "Sign a receipt for a unit", Tag: tag, Access: httpx.Permission(PermRead), Status: 200, Errors: both},
		func(ctx context.Context, in *receiptIn) (*body[*Receipt], error) {
			return out(s.Sign(ctx, in.ID, in.Receipt, in.Body, i18n.Lang(ctx)))
		})
	httpx.Handle(api, httpx.Op{ID: "remind-reverse-list", Method: "POST", Path: listPath + "/remind", Summary: "Remind the units that have not signed", Tag: tag, Access: httpx.Permission(PermIssue), Status: 200, Errors: both},
		func(ctx context.Context, in *idIn) (*body[reminded], error) {
			n, err := s.Remind(ctx, in.ID)
			return out(reminded{n}, err)
		})
}

type listFileIn struct {
	ID     string `path:"id" maxLength:"60"`
	Format string `query:"format" enum:"xlsx,docx,html" default:"xlsx"`
}

type askExportIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body NewListExport
}

func (s *Service) listFileRoutes(api huma.API) {
	both := []int{http.StatusNotFound, http.StatusConflict}
	httpx.Handle(api, httpx.Op{ID: "get-reverse-list-file", Method: "GET", Path: listPath + "/file", Summary: "The list as a file, without what residents said", Tag: tag, Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *listFileIn) (*huma.StreamResponse, error) {
			return export.Send(s.File(ctx, in.ID, in.Format))
		})
	httpx.Handle(api, httpx.Op{ID: "ask-list-export", Method: "POST", Path: listPath + "/exports", Summary: "Ask for a file with what residents said", Tag: tag, Access: httpx.Permission(PermMerge), Status: 201, Errors: both},
		func(ctx context.Context, in *askExportIn) (*body[*export.Request], error) {
			return out(s.AskExport(ctx, in.ID, in.Body))
		})
	s.Exports.Routes(api)
}

// Schema lists the states of a reverse list.
func (ListState) Schema(huma.Registry) *huma.Schema {
	return enum(append([]ListState{""}, ListStates...))
}

// Schema lists the steps of a reverse list.
func (ListStep) Schema(huma.Registry) *huma.Schema {
	return enum([]ListStep{StepAmend, StepSubmit, StepDrop, StepDecide, StepIssue, StepCorrect, StepRemind, StepExport})
}
