package results

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// IDIn names a settlement or an appeal in the path.
type IDIn struct {
	ID string `path:"id" maxLength:"60"`
}

type stepIn struct {
	IDIn
	httpx.VersionIn
	Body struct {
		Version int64  `json:"version,omitempty"`
		Note    string `json:"note,omitempty" maxLength:"500"`
	}
}

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	const tag = "results"
	missing, conflict := []int{http.StatusNotFound}, []int{http.StatusNotFound, http.StatusConflict}
	httpx.Handle(api, httpx.Op{ID: "list-settlements", Method: "GET", Path: "/api/v1/settlements", Tag: tag, Access: httpx.SignedIn, Summary: "Uses of results by year that the caller sees, newest first"},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Settlement]], error) {
			list, err := s.Settlements(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "settle-year", Method: "POST", Path: "/api/v1/settlements", Tag: tag, Access: httpx.Permission(PermManage), Status: http.StatusCreated,
		Summary: "Compute the use of a year's results by the rules written before its waves", Errors: conflict},
		func(ctx context.Context, in *struct {
			Body struct {
				Area   string `json:"area" minLength:"6" maxLength:"6" doc:"district code"`
				Year   int    `json:"year" minimum:"2000" maximum:"2100"`
				Reason string `json:"reason,omitempty" maxLength:"500" doc:"required when a signed settlement is corrected"`
			}
		}) (*body[*Settlement], error) {
			return out(s.Settle(ctx, in.Body.Area, in.Body.Year, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "get-settlement", Method: "GET", Path: "/api/v1/settlements/{id}", Tag: tag, Access: httpx.SignedIn, Summary: "One settlement with inputs, outcome and signatures", Errors: missing},
		func(ctx context.Context, in *IDIn) (*body[*Settlement], error) { return out(s.Settlement(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "verify-settlement", Method: "GET", Path: "/api/v1/settlements/{id}/verification", Tag: tag, Access: httpx.SignedIn, Summary: "Compute it again and compare the bytes", Errors: missing},
		func(ctx context.Context, in *IDIn) (*body[*Verification], error) { return out(s.Verify(ctx, in.ID)) })
	for _, step := range []struct {
		verb, permission, summary string
		do                        func(context.Context, string, int, string) (*Settlement, error)
	}{
		{"sign", PermSign, "Sign; with the second person's signature it is settled", s.Sign},
		{"drop", PermManage, "Withdraw a settlement that is not settled, with a reason", s.Drop},
	} {
		httpx.Handle(api, httpx.Op{ID: step.verb + "-settlement", Method: "POST", Path: "/api/v1/settlements/{id}/" + step.verb, Tag: tag, Access: httpx.Permission(step.permission),
			Status: http.StatusOK, Summary: step.summary, Errors: conflict},
			func(ctx context.Context, in *stepIn) (*body[*Settlement], error) {
				version, err := in.Version(in.Body.Version)
				if err != nil {
					return nil, err
				}
				return out(step.do(ctx, in.ID, int(version), in.Body.Note))
			})
	}
	httpx.Handle(api, httpx.Op{ID: "export-settlement", Method: "GET", Path: "/api/v1/settlements/{id}/export", Tag: tag, Access: httpx.SignedIn, Summary: "The settlement as a workbook", Errors: missing},
		func(ctx context.Context, in *IDIn) (*huma.StreamResponse, error) {
			m, err := s.Settlement(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(o huma.Context) {
				o.SetHeader("Content-Type", sheet.XLSX.ContentType())
				o.SetHeader("Content-Disposition", httpx.Attachment(strconv.Itoa(m.Year)+"年结果运用.xlsx"))
				_ = m.WriteWorkbook(o.BodyWriter()) // the caller may be gone
			}}, nil
		})
	s.appealRoutes(api)
	s.whyRoutes(api)
}

func (s *Service) whyRoutes(api huma.API) {
	const tag = "results"
	missing := []int{http.StatusNotFound}
	httpx.Handle(api, httpx.Op{ID: "explain-street", Method: "GET", Path: "/api/v1/waves/{id}/streets/{street}/why", Tag: tag, Access: httpx.SignedIn,
		Summary: "Why a street stands where it stands: ranks left open, streets it cannot be told from, what moved it", Errors: missing},
		func(ctx context.Context, in *struct {
			IDIn
			Street string `path:"street" maxLength:"12"`
		}) (*body[*Why], error) {
			return out(s.WhyStreet(ctx, in.ID, in.Street))
		})
}

func (s *Service) appealRoutes(api huma.API) {
	const tag = "results"
	conflict := []int{http.StatusNotFound, http.StatusConflict}
	httpx.Handle(api, httpx.Op{ID: "list-appeals", Method: "GET", Path: "/api/v1/settlements/{id}/appeals", Tag: tag, Access: httpx.SignedIn,
		Summary: "Appeals against a settlement; a unit sees its own", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *IDIn) (*body[httpx.Page[Appeal]], error) {
			list, err := s.Appeals(ctx, in.ID)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "appeal-settlement", Method: "POST", Path: "/api/v1/settlements/{id}/appeals", Tag: tag, Access: httpx.Permission(PermAppeal), Status: http.StatusCreated,
		Summary: "Object to a settlement for one's own unit", Errors: conflict},
		func(ctx context.Context, in *struct {
			IDIn
			Body NewAppeal
		}) (*body[*Appeal], error) {
			return out(s.Appeal(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "decide-appeal", Method: "POST", Path: "/api/v1/appeals/{id}/decide", Tag: tag, Access: httpx.Permission(PermManage), Status: http.StatusOK,
		Summary: "Answer an appeal with a reason", Errors: conflict},
		func(ctx context.Context, in *struct {
			IDIn
			Body Decision
		}) (*body[*Appeal], error) {
			return out(s.Decide(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "withdraw-appeal", Method: "POST", Path: "/api/v1/appeals/{id}/withdraw", Tag: tag, Access: httpx.Permission(PermAppeal), Status: http.StatusOK,
		Summary: "Take back the unit's own open appeal", Errors: conflict},
		func(ctx context.Context, in *stepIn) (*body[*Appeal], error) {
			version, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return out(s.Withdraw(ctx, in.ID, int(version)))
		})
}
