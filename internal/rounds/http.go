package rounds

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "rounds"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.pointRoutes(api)
	s.fileRoutes(api)
	s.coverageRoutes(api)
	s.planRoutes(api)
	s.taskRoutes(api)
	s.mineRoutes(api)
}

type pointsIn struct {
	httpx.PageIn
	Area  string `query:"area" maxLength:"20"`
	Kind  string `query:"kind" maxLength:"20"`
	Words string `query:"q" maxLength:"60" doc:"Part of the name, or the whole code"`
	Ended bool   `query:"ended" doc:"Also those given up"`
}

type pointIn struct{ Body NewPoint }

type changedPoint struct {
	NewPoint
	Version int64 `json:"version"`
}

type changePointIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body changedPoint
}

type dropPointIn struct {
	ID      string `path:"id" maxLength:"60"`
	Version int64  `query:"version" required:"true"`
}

func (s *Service) pointRoutes(api huma.API) {
	plan := httpx.Permission(PermPlan)
	httpx.Handle(api, httpx.Op{ID: "list-round-points", Method: http.MethodGet, Path: "/api/v1/rounds/points", Summary: "List places that ought to be seen", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *pointsIn) (*body[httpx.Page[Point]], error) {
			return out(s.Points(ctx, PointFilter{in.Area, in.Kind, in.Words, in.Ended}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "add-round-point", Method: http.MethodPost, Path: "/api/v1/rounds/points", Summary: "Keep a place that ought to be seen", Tag: tag, Access: plan, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *pointIn) (*body[Point], error) { return out(s.AddPoint(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "change-round-point", Method: http.MethodPut, Path: "/api/v1/rounds/points/{id}", Summary: "Change a place", Tag: tag, Access: plan, Errors: []int{404, 409}},
		func(ctx context.Context, in *changePointIn) (*body[Point], error) {
			return out(s.ChangePoint(ctx, in.ID, in.Body.Version, in.Body.NewPoint))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-round-point", Method: http.MethodDelete, Path: "/api/v1/rounds/points/{id}", Summary: "Give a place up; what was seen before still counts", Tag: tag, Access: plan, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *dropPointIn) (*struct{}, error) {
			return nil, s.DropPoint(ctx, in.ID, in.Version)
		})
}

// maxUpload bounds a file of places, in bytes.
const maxUpload = 32 << 20

type fileIn struct {
	Area   string `query:"area" maxLength:"20"`
	Kind   string `query:"kind" maxLength:"20"`
	Format string `query:"format" enum:"xlsx,csv,geojson" default:"xlsx"`
}

type importIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true"`
		Crs    string        `form:"crs" required:"false" enum:"wgs84,gcj02,bd09" doc:"Coordinate system; default WGS-84"`
		DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
	}]
}

func (s *Service) fileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "export-round-points", Method: http.MethodGet, Path: "/api/v1/rounds/points/file", Summary: "Places as a workbook, CSV or GeoJSON", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *fileIn) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			if err := s.ExportPoints(ctx, PointFilter{Area: in.Area, Kind: in.Kind}, in.Format, &file); err != nil {
				return nil, err
			}
			contentType := sheet.Format(in.Format).ContentType()
			if in.Format == "geojson" {
				contentType = "application/geo+json"
			}
			return download("巡查点位."+in.Format, contentType, &file), nil
		})
	httpx.Handle(api, httpx.Op{ID: "import-round-points", Method: http.MethodPost, Path: "/api/v1/rounds/points/file", Summary: "Take the places of a CSV, XLSX or GeoJSON file", Tag: tag,
		Access: httpx.Permission(PermPlan), MaxBody: maxUpload, Errors: []int{413}},
		func(ctx context.Context, in *importIn) (*body[*PointImport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			datum, err := geo.ParseDatum(form.Crs)
			if err != nil {
				return nil, errs.Invalid("rounds.bad_datum", "The coordinate system is not known.", errs.Field{Location: "body.crs", Message: err.Error(), Value: form.Crs})
			}
			return out(s.ImportPoints(ctx, form.File, datum, form.DryRun))
		})
}

func download(name, contentType string, file *bytes.Buffer) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", contentType)
		ctx.SetHeader("Content-Disposition", httpx.Attachment(name))
		_, _ = ctx.BodyWriter().Write(file.Bytes()) // the caller may be gone
	}}
}

type coverageIn struct {
	Area string `query:"area" required:"true" maxLength:"20"`
	From string `query:"from" required:"true" maxLength:"10" doc:"Day, such as 2026-11-20"`
	To   string `query:"to" required:"true" maxLength:"10" doc:"Day, at most 31 days from the first"`
}

type storyIn struct {
	Officer string    `path:"officer" maxLength:"60"`
	From    time.Time `query:"from" required:"true"`
	To      time.Time `query:"to" required:"true"`
	Reason  string    `query:"reason" maxLength:"800" doc:"Why; needed for anybody's track but one's own"`
}

func (s *Service) coverageRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "get-coverage", Method: http.MethodGet, Path: "/api/v1/rounds/coverage", Summary: "Show what was seen of an area and of its parts", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *coverageIn) (*body[*Coverage], error) {
			return out(s.Coverage(ctx, in.Area, in.From, in.To))
		})
	httpx.Handle(api, httpx.Op{ID: "list-seen-points", Method: http.MethodGet, Path: "/api/v1/rounds/coverage/points", Summary: "Show the places of an area and when they were seen", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *coverageIn) (*body[httpx.Page[SeenPoint]], error) {
			list, err := s.SeenPoints(ctx, in.Area, in.From, in.To)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-track-story", Method: http.MethodGet, Path: "/api/v1/rounds/tracks/{officer}", Summary: "Show the grids, places and cases that belong to a track", Tag: tag, Access: httpx.SignedIn, Errors: []int{404}},
		func(ctx context.Context, in *storyIn) (*body[*Story], error) {
			return out(s.Story(ctx, patrol.Look{Officer: in.Officer, From: clock.At(in.From), To: clock.At(in.To), Reason: in.Reason}))
		})
}
