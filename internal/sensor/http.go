package sensor

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "sensor"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.registerRoutes(api)
	s.lookRoutes(api)
	s.fileRoutes(api)
	s.sourceRoutes(api)
	s.ruleRoutes(api)
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

type listIn struct {
	httpx.PageIn
	Filter
}

type filterIn struct{ Filter }

type readingsIn struct {
	ID     string    `path:"id" maxLength:"60"`
	Metric string    `query:"metric" required:"true" maxLength:"30"`
	From   time.Time `query:"from" required:"true"`
	To     time.Time `query:"to" required:"true"`
}

func (s *Service) lookRoutes(api huma.API) {
	may := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-sensors", Method: http.MethodGet, Path: "/api/v1/sensors", Summary: "List sensors, those in alarm first", Tag: tag, Access: may},
		func(ctx context.Context, in *listIn) (*body[httpx.Page[Sensor]], error) {
			return out(s.List(ctx, in.Filter, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "count-sensors", Method: http.MethodGet, Path: "/api/v1/sensors/counts", Summary: "Count sensors by how they stand", Tag: tag, Access: may},
		func(ctx context.Context, in *filterIn) (*body[Counts], error) { return out(s.Count(ctx, in.Filter)) })
	httpx.Handle(api, httpx.Op{ID: "map-sensors", Method: http.MethodGet, Path: "/api/v1/sensors/map", Summary: "Sensors as a layer of a map", Tag: tag, Access: may},
		func(ctx context.Context, in *filterIn) (*body[httpx.Page[Dot]], error) {
			list, err := s.Dots(ctx, in.Filter)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-sensor-kinds", Method: http.MethodGet, Path: "/api/v1/sensors/kinds", Summary: "Kinds of sensors, what they measure, usual rules", Tag: tag, Access: may},
		func(context.Context, *struct{}) (*body[httpx.Page[Kind]], error) {
			return out(httpx.Whole(Kinds()), nil)
		})
	httpx.Handle(api, httpx.Op{ID: "get-sensor", Method: http.MethodGet, Path: "/api/v1/sensors/{id}", Summary: "Show a sensor", Tag: tag, Access: may, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Sensor], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "get-sensor-readings", Method: http.MethodGet, Path: "/api/v1/sensors/{id}/readings", Summary: "What a sensor measured, for a chart", Tag: tag, Access: may, Errors: []int{404}},
		func(ctx context.Context, in *readingsIn) (*body[Series], error) {
			return out(s.Readings(ctx, in.ID, in.Metric, in.From, in.To))
		})
}

func (s *Service) registerRoutes(api huma.API) {
	may := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "add-sensor", Method: http.MethodPost, Path: "/api/v1/sensors", Summary: "Register a sensor", Tag: tag, Access: may, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *body[Device]) (*body[*Sensor], error) { return out(s.Add(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "change-sensor", Method: http.MethodPut, Path: "/api/v1/sensors/{id}", Summary: "Change a sensor, pause or retire it", Tag: tag, Access: may, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body Device
		}) (*body[*Sensor], error) {
			return out(s.Change(ctx, in.ID, in.Body))
		})
}

// maxUpload bounds an uploaded register.
const maxUpload = 8 << 20

func (s *Service) fileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "export-sensors", Method: http.MethodGet, Path: "/api/v1/sensors/file", Summary: "The register as a workbook or CSV", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *struct {
			Filter
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			file, err := s.Export(ctx, in.Filter, sheet.Format(in.Format))
			return download("感知设备."+in.Format, sheet.Format(in.Format), file), err
		})
	httpx.Handle(api, httpx.Op{ID: "get-sensor-template", Method: http.MethodGet, Path: "/api/v1/sensors/template", Summary: "Download an empty register", Tag: tag, Access: httpx.Permission(PermManage)},
		func(ctx context.Context, in *struct {
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			file, err := s.Template(ctx, sheet.Format(in.Format))
			return download("感知设备导入."+in.Format, sheet.Format(in.Format), file), err
		})
	httpx.Handle(api, httpx.Op{ID: "import-sensors", Method: http.MethodPost, Path: "/api/v1/sensors/file", Summary: "Register sensors from CSV or XLSX", Description: "Good rows are taken although others are bad; a known code is changed.",
		Tag: tag, Access: httpx.Permission(PermManage), Status: 200, MaxBody: maxUpload, Errors: []int{413}},
		func(ctx context.Context, in *struct {
			RawBody huma.MultipartFormFiles[struct {
				File   huma.FormFile `form:"file" required:"true"`
				DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
			}]
		}) (*body[*ImportReport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			return out(s.Import(ctx, form.File, form.DryRun))
		})
}

// download is the answer that a browser saves under the name.
func download(name string, format sheet.Format, file *bytes.Buffer) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(w huma.Context) {
		w.SetHeader("Content-Type", format.ContentType())
		w.SetHeader("Content-Disposition", httpx.Attachment(name))
		_, _ = w.BodyWriter().Write(file.Bytes()) // the caller may be gone
	}}
}
