package survey

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/form"
	"yiwang/internal/platform/httpx"
)

// questionnaireOut carries a questionnaire and its revision as ETag.
type questionnaireOut struct {
	ETag string `header:"ETag"`
	Body *Questionnaire
}

func questionnaireAnswer(q *Questionnaire, err error) (*questionnaireOut, error) {
	if err != nil {
		return nil, err
	}
	return &questionnaireOut{ETag: httpx.ETag(int64(q.Revision)), Body: q}, nil
}

// QuestionnaireIn names a questionnaire in the path.
type QuestionnaireIn struct {
	ID string `path:"id"`
}

func (s *Service) questionnaireRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-questionnaires", Method: "GET", Path: "/api/v1/questionnaires", Tag: "survey", Access: httpx.SignedIn,
		Summary: "Questionnaire versions, drafts too, newest first"},
		func(ctx context.Context, in *struct {
			Group string `query:"group" enum:"elder,adult,unit"`
			State string `query:"state" enum:"draft,issued"`
		}) (*Body[httpx.Page[Questionnaire]], error) {
			list, err := s.Questionnaires(ctx)
			kept := []Questionnaire{}
			for _, q := range list {
				if (in.Group == "" || q.Group == Group(in.Group)) && (in.State == "" || q.State == QuestionnaireState(in.State)) {
					kept = append(kept, q)
				}
			}
			return &Body[httpx.Page[Questionnaire]]{httpx.Page[Questionnaire]{Items: kept, Total: len(kept)}}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-questionnaire", Method: "GET", Path: "/api/v1/questionnaires/{id}", Tag: "survey", Access: httpx.SignedIn,
		Summary: "One questionnaire version with the waves that ask it", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *QuestionnaireIn) (*questionnaireOut, error) {
			return questionnaireAnswer(s.Questionnaire(ctx, in.ID))
		})
	httpx.Handle(api, httpx.Op{ID: "diff-questionnaires", Method: "GET", Path: "/api/v1/questionnaires/{id}/diff", Tag: "survey", Access: httpx.SignedIn,
		Summary: "What changed from another version to this one", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			QuestionnaireIn
			From string `query:"from" required:"true" doc:"id of the version before"`
		}) (*Body[httpx.Page[form.Change]], error) {
			list, err := s.Diff(ctx, in.From, in.ID)
			if list == nil {
				list = []form.Change{}
			}
			return &Body[httpx.Page[form.Change]]{httpx.Page[form.Change]{Items: list, Total: len(list)}}, err
		})
	httpx.Handle(api, httpx.Op{ID: "check-questionnaire", Method: "POST", Path: "/api/v1/questionnaires/check", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "What is wrong with a form, and advice on it; nothing is stored", Status: http.StatusOK},
		func(ctx context.Context, in *struct {
			Body struct {
				Form Form `json:"form"`
			}
		}) (*Body[httpx.Page[form.Fault]], error) {
			list, err := s.CheckForm(ctx, &in.Body.Form)
			if list == nil {
				list = []form.Fault{}
			}
			return &Body[httpx.Page[form.Fault]]{httpx.Page[form.Fault]{Items: list, Total: len(list)}}, err
		})
}

func (s *Service) draftRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "draft-questionnaire", Method: "POST", Path: "/api/v1/questionnaires", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Open a draft: empty, or a copy of another version", Status: http.StatusCreated, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct{ Body NewQuestionnaire }) (*questionnaireOut, error) {
			return questionnaireAnswer(s.DraftQuestionnaire(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "save-questionnaire", Method: "PUT", Path: "/api/v1/questionnaires/{id}", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Save a draft; it may be unfinished", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			QuestionnaireIn
			httpx.VersionIn
			Body struct {
				Revision int64 `json:"revision,omitempty" doc:"revision last seen; If-Match does as well"`
				SavedDraft
			}
		}) (*questionnaireOut, error) {
			revision, err := in.Version(in.Body.Revision)
			if err != nil {
				return nil, err
			}
			return questionnaireAnswer(s.SaveDraft(ctx, in.ID, int(revision), in.Body.SavedDraft))
		})
	httpx.Handle(api, httpx.Op{ID: "issue-questionnaire", Method: "POST", Path: "/api/v1/questionnaires/{id}/issue", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Make a draft final; it never changes again", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			QuestionnaireIn
			httpx.VersionIn
			Body struct {
				Revision int64 `json:"revision,omitempty"`
			}
		}) (*questionnaireOut, error) {
			revision, err := in.Version(in.Body.Revision)
			if err != nil {
				return nil, err
			}
			return questionnaireAnswer(s.Issue(ctx, in.ID, int(revision)))
		})
	httpx.Handle(api, httpx.Op{ID: "discard-questionnaire", Method: "DELETE", Path: "/api/v1/questionnaires/{id}", Tag: "survey", Access: httpx.Permission(PermManage),
		Summary: "Delete a draft", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			QuestionnaireIn
			Revision int `query:"revision" required:"true" doc:"revision last seen"`
		}) (*struct{}, error) {
			return nil, s.Discard(ctx, in.ID, in.Revision)
		})
}
