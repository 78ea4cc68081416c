package camera

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "camera"

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

type why struct {
	Reason string `json:"reason" maxLength:"800"`
}

type described struct {
	SDP string `json:"sdp" maxLength:"60000" doc:"Session description"`
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	see, manage := httpx.Permission(PermRead), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-cameras", Method: http.MethodGet, Path: "/api/v1/cameras", Summary: "List cameras; also a layer of a map", Tag: tag, Access: see},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			Filter
		}) (*body[httpx.Page[Camera]], error) {
			return out(s.List(ctx, in.Filter, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "add-camera", Method: http.MethodPost, Path: "/api/v1/cameras", Summary: "Register a camera", Tag: tag, Access: manage, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *body[Spec]) (*body[*Camera], error) { return out(s.Add(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "get-camera", Method: http.MethodGet, Path: "/api/v1/cameras/{id}", Summary: "Show a camera", Tag: tag, Access: see, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Camera], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "change-camera", Method: http.MethodPut, Path: "/api/v1/cameras/{id}", Summary: "Change or retire a camera", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body Spec
		}) (*body[*Camera], error) {
			return out(s.Change(ctx, in.ID, in.Body))
		})
	s.mapRoutes(api)
	s.fileRoutes(api)
	s.lookRoutes(api)
	s.pictureRoutes(api)
}

func (s *Service) mapRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "map-cameras", Method: http.MethodGet, Path: "/api/v1/cameras/map", Summary: "Cameras as a layer of a map", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *struct {
			Filter
			httpx.ViewIn
		}) (*body[httpx.Page[Dot]], error) {
			list, err := s.Dots(ctx, in.Filter, in.ViewIn)
			return out(httpx.Whole(list), err)
		})
}

// maxUpload bounds an uploaded register.
const maxUpload = 8 << 20

func (s *Service) fileRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "export-cameras", Method: http.MethodGet, Path: "/api/v1/cameras/file", Summary: "The register as a workbook or CSV", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *struct {
			Filter
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			file, err := s.Export(ctx, in.Filter, sheet.Format(in.Format))
			return download("摄像机."+in.Format, sheet.Format(in.Format), file), err
		})
	httpx.Handle(api, httpx.Op{ID: "get-camera-template", Method: http.MethodGet, Path: "/api/v1/cameras/template", Summary: "Download an empty register", Tag: tag, Access: manage},
		func(ctx context.Context, in *struct {
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			file, err := s.Template(ctx, sheet.Format(in.Format))
			return download("摄像机导入."+in.Format, sheet.Format(in.Format), file), err
		})
	httpx.Handle(api, httpx.Op{ID: "import-cameras", Method: http.MethodPost, Path: "/api/v1/cameras/file", Summary: "Register cameras from CSV or XLSX", Description: "Good rows are taken although others are bad; a known number is changed.",
		Tag: tag, Access: manage, Status: 200, MaxBody: maxUpload, Errors: []int{413}},
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

func (s *Service) lookRoutes(api huma.API) {
	see := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "begin-camera-look", Method: http.MethodPost, Path: "/api/v1/cameras/{id}/looks", Summary: "Look through a camera, with a reason", Tag: tag, Access: see, Status: 201, Errors: []int{404}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body why
		}) (*body[*Look], error) {
			return out(s.Begin(ctx, in.ID, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "list-camera-looks", Method: http.MethodGet, Path: "/api/v1/cameras/{id}/looks", Summary: "Who looked through a camera", Tag: tag, Access: httpx.Permission(PermManage), Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[Look]], error) {
			list, err := s.Looks(ctx, in.ID)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "end-camera-look", Method: http.MethodDelete, Path: "/api/v1/camera-looks/{id}", Summary: "End one's look and its stream", Tag: tag, Access: see, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.End(ctx, in.ID) })
}

func (s *Service) pictureRoutes(api huma.API) {
	see := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "stream-camera", Method: http.MethodPost, Path: "/api/v1/camera-looks/{id}/stream", Summary: "Exchange session descriptions with the media server (WHEP)", Tag: tag, Access: see, Errors: []int{404, 409, 503}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body described
		}) (*body[described], error) {
			answer, err := s.Stream(ctx, in.ID, in.Body.SDP)
			return out(described{answer}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-camera-picture", Method: http.MethodGet, Path: "/api/v1/camera-looks/{id}/picture", Summary: "A snapshot as JPEG", Tag: tag, Access: see, Errors: []int{404, 409, 503}},
		func(ctx context.Context, in *idIn) (*huma.StreamResponse, error) {
			jpeg, err := s.Picture(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return unkept(&Piece{Data: jpeg, Kind: "image/jpeg"}), nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-camera-piece", Method: http.MethodGet, Path: "/api/v1/camera-looks/{id}/hls/{piece}", Summary: "A playlist or segment of the live picture (HLS); the first is index.m3u8", Tag: tag, Access: see,
		Errors: []int{404, 409, 503}},
		func(ctx context.Context, in *struct {
			ID    string `path:"id" maxLength:"60"`
			Piece string `path:"piece" maxLength:"3000"`
			Range string `header:"Range" maxLength:"60"`
		}) (*huma.StreamResponse, error) {
			p, err := s.Piece(ctx, in.ID, in.Piece, in.Range)
			if err != nil {
				return nil, err
			}
			return unkept(p), nil
		})
}

// unkept is a picture, or a piece of one, that no cache may keep.
func unkept(p *Piece) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(w huma.Context) {
		if p.Done != nil {
			defer p.Done()
		}
		w.SetHeader("Content-Type", p.Kind)
		w.SetHeader("Cache-Control", "no-store")
		if p.Range != "" {
			w.SetHeader("Content-Range", p.Range)
			w.SetStatus(http.StatusPartialContent)
		}
		_, _ = w.BodyWriter().Write(p.Data) // the caller may be gone
	}}
}
