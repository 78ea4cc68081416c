package sampling

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	s.frameRoutes(api)
	s.frameFileRoutes(api)
	s.drawRoutes(api)
	s.listRoutes(api)
	s.paperRoutes(api)
}

// Body is an answer whose body is T.
type Body[T any] struct{ Body T }

// WaveIn names a wave in the path.
type WaveIn struct {
	ID string `path:"id" maxLength:"40"`
}

func (s *Service) drawRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-wave-sample", Method: "GET", Path: "/api/v1/waves/{id}/sample", Tag: "sampling", Access: httpx.Permission(PermRead),
		Summary: "The sealed or drawn sample of a wave, with hashes and counts", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*DrawView], error) {
			v, err := s.Draw(ctx, in.ID)
			return &Body[*DrawView]{v}, err
		})
	httpx.Handle(api, httpx.Op{ID: "try-wave-sample", Method: "POST", Path: "/api/v1/waves/{id}/sample/try", Tag: "sampling", Access: httpx.Permission(PermRead),
		Summary: "Spread a design over the streets without drawing", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body survey.SamplingDesign
		}) (*Body[*Preview], error) {
			p, err := s.Try(ctx, in.ID, in.Body)
			return &Body[*Preview]{p}, err
		})
	httpx.Handle(api, httpx.Op{ID: "seal-wave-sample", Method: "POST", Path: "/api/v1/waves/{id}/sample/seal", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Write the design into the plan with the digest of a seed nobody has seen", Status: http.StatusCreated, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Version int                   `json:"version" doc:"of the wave"`
				Design  survey.SamplingDesign `json:"design"`
				Reason  string                `json:"reason,omitempty" maxLength:"300" doc:"needed when a seed was sealed before"`
			}
		}) (*Body[*Draw], error) {
			d, err := s.Seal(ctx, in.ID, in.Body.Version, in.Body.Design, in.Body.Reason)
			return &Body[*Draw]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "draw-wave-sample", Method: "POST", Path: "/api/v1/waves/{id}/sample/draw", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Draw the sample of a frozen wave, once", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Beacon string `json:"beacon,omitempty" maxLength:"100" doc:"the public number that the design names"`
			}
		}) (*Body[*Draw], error) {
			d, err := s.Perform(ctx, in.ID, in.Body.Beacon)
			return &Body[*Draw]{d}, err
		})
	httpx.Handle(api, httpx.Op{ID: "verify-wave-sample", Method: "GET", Path: "/api/v1/waves/{id}/sample/verification", Tag: "sampling", Access: httpx.Permission(PermRead),
		Summary: "Draw again from what is on record and compare", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*Verification], error) {
			v, err := s.Verify(ctx, in.ID)
			return &Body[*Verification]{v}, err
		})
	httpx.Handle(api, httpx.Op{ID: "public-sample", Method: "GET", Path: "/api/v1/public/samples/{wave}", Tag: "public", Access: httpx.Public,
		Summary: "Digest of the seed and hashes of frame, plan and list of a wave's sample", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			Wave string `path:"wave" maxLength:"40"`
		}) (*Body[*PublicDraw], error) {
			p, err := s.Published(ctx, in.Wave)
			return &Body[*PublicDraw]{p}, err
		})
	httpx.Handle(api, httpx.Op{ID: "calculate-sample-size", Method: "GET", Path: "/api/v1/sampling/size", Tag: "sampling", Access: httpx.Permission(PermRead),
		Summary: "Sample size for a margin, margin and detectable difference of a size"},
		func(ctx context.Context, in *struct{ Question }) (*Body[*Answer], error) {
			a, err := s.Calculate(ctx, in.Question)
			return &Body[*Answer]{a}, err
		})
}

func (s *Service) listRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-invitations", Method: "GET", Path: "/api/v1/waves/{id}/invitations", Tag: "sampling", Access: httpx.Permission(PermRead),
		Summary: "Drawn households and units in the order of the draw, without addresses", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			httpx.PageIn
			ListIn
		}) (*Body[httpx.Page[ListedInvitation]], error) {
			p, err := s.Invitations(ctx, in.filter(in.ID), in.Cursor, in.Limit)
			return &Body[httpx.Page[ListedInvitation]]{p}, err
		})
	httpx.Handle(api, httpx.Op{ID: "release-reserve", Method: "POST", Path: "/api/v1/invitations/{id}/actions/replace", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Close an invitation that cannot be reached and open the next reserve of its stratum", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"200"`
			}
		}) (*Body[*Invitation], error) {
			inv, err := s.ReleaseReserve(ctx, in.ID, in.Body.Reason)
			return &Body[*Invitation]{inv}, err
		})
}

// ListIn narrows a list of invitations.
type ListIn struct {
	Street string `query:"street" maxLength:"9"`
	Group  string `query:"group" enum:"elder,adult,unit"`
	State  string `query:"state" enum:"reserve,open,spent,replaced"`
}

func (in *ListIn) filter(wave string) Filter {
	return Filter{WaveID: wave, Street: in.Street, Group: survey.Group(in.Group), State: InvitationState(in.State)}
}

func (s *Service) paperRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "print-letters", Method: "POST", Path: "/api/v1/waves/{id}/letters", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Letters with fresh single-use codes as PDF, at most 2,000, or a table for a printing house, at most 20,000", Status: http.StatusOK, Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body LetterOrder
		}) (*huma.StreamResponse, error) {
			file, err := spooled(func(w io.Writer) error {
				_, err := s.Letters(ctx, in.ID, in.Body, w)
				return err
			})
			if err != nil {
				return nil, err
			}
			if in.Body.Format == LettersTable {
				return attachment("邀请信.csv", sheet.CSV.ContentType(), file), nil
			}
			return attachment("邀请信.pdf", "application/pdf", file), nil
		})
	httpx.Handle(api, httpx.Op{ID: "export-invitations", Method: "GET", Path: "/api/v1/waves/{id}/invitations.file", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Drawn households and units with their addresses, for the plan of the visits; logged", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			ListIn
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			file, err := spooled(func(w io.Writer) error {
				return s.ExportList(ctx, in.ID, in.filter(in.ID), w, sheet.Format(in.Format))
			})
			if err != nil {
				return nil, err
			}
			return attachment("样本名单."+in.Format, sheet.Format(in.Format).ContentType(), file), nil
		})
}
