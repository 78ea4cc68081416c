package sampling

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

// maxUpload bounds a list; 400,000 households are about 30 MB as CSV.
const maxUpload = 64 << 20

// spooled writes a file before the answer begins, so that a failure is a problem and not half a file.
func spooled(write func(io.Writer) error) (*bytes.Buffer, error) {
	var file bytes.Buffer
	return &file, write(&file)
}

func attachment(name, contentType string, file *bytes.Buffer) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", contentType)
		out.SetHeader("Content-Disposition", httpx.Attachment(name))
		out.SetHeader("Cache-Control", "no-store")
		_, _ = file.WriteTo(out.BodyWriter()) // the caller may be gone
	}}
}

// FrameIn names a frame and the version that the caller saw.
type FrameIn struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Version int    `json:"version"`
		Reason  string `json:"reason,omitempty" maxLength:"300"`
	}
}

func (s *Service) frameRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-frames", Method: "GET", Path: "/api/v1/sampling/frames", Tag: "sampling", Access: httpx.Permission(PermRead), Summary: "Frames of the caller's districts, newest first"},
		func(ctx context.Context, _ *struct{}) (*Body[httpx.Page[Frame]], error) {
			list, err := s.Frames(ctx)
			return &Body[httpx.Page[Frame]]{httpx.Page[Frame]{Items: list, Total: len(list)}}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-frame", Method: "GET", Path: "/api/v1/sampling/frames/{id}", Tag: "sampling", Access: httpx.Permission(PermRead),
		Summary: "A frame with its counts by street", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*FrameView], error) {
			v, err := s.Frame(ctx, in.ID)
			return &Body[*FrameView]{v}, err
		})
	httpx.Handle(api, httpx.Op{ID: "make-frame", Method: "POST", Path: "/api/v1/sampling/frames", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Make a frame of households from the register of grids", Status: http.StatusCreated},
		func(ctx context.Context, in *struct {
			Body struct {
				Area string `json:"area" minLength:"6" maxLength:"6" doc:"district code"`
				Name string `json:"name" minLength:"1" maxLength:"60"`
			}
		}) (*Body[*Frame], error) {
			f, err := s.MakeFrame(ctx, NewFrame{Area: in.Body.Area, Name: in.Body.Name, Kind: Households})
			return &Body[*Frame]{f}, err
		})
	httpx.Handle(api, httpx.Op{ID: "close-frame", Method: "POST", Path: "/api/v1/sampling/frames/{id}/actions/close", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "End the making of a frame; it gets its hash and never changes", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *FrameIn) (*Body[*Frame], error) {
			f, err := s.CloseFrame(ctx, in.ID, in.Body.Version)
			return &Body[*Frame]{f}, err
		})
	httpx.Handle(api, httpx.Op{ID: "drop-frame", Method: "POST", Path: "/api/v1/sampling/frames/{id}/actions/drop", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Delete the addresses of a frame that no draw stands on", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *FrameIn) (*Body[*Frame], error) {
			f, err := s.DropFrame(ctx, in.ID, in.Body.Version, in.Body.Reason)
			return &Body[*Frame]{f}, err
		})
}

// frameUpload is a list with what it is a list of.
type frameUpload struct {
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true"`
		Area   string        `form:"area" minLength:"6" maxLength:"6" required:"true"`
		Kind   string        `form:"kind" enum:"household,unit" required:"true"`
		Name   string        `form:"name" minLength:"1" maxLength:"60" required:"true"`
		DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
	}]
}

func (s *Service) frameFileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "import-frame", Method: "POST", Path: "/api/v1/sampling/frame-files", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "Make a frame from a list of households or units, CSV or XLSX", Status: http.StatusOK, MaxBody: maxUpload, Errors: []int{http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *frameUpload) (*Body[*FrameReport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			r, err := s.ImportFrame(ctx, NewFrame{Area: form.Area, Kind: FrameKind(form.Kind), Name: form.Name}, form.File, form.DryRun)
			return &Body[*FrameReport]{r}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-frame-template", Method: "GET", Path: "/api/v1/sampling/frame-template", Tag: "sampling", Access: httpx.Permission(PermManage), Summary: "Empty list of households or units"},
		func(ctx context.Context, in *struct {
			Kind   string `query:"kind" enum:"household,unit" default:"household"`
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			file, err := spooled(func(w io.Writer) error { return s.FrameTemplate(ctx, w, FrameKind(in.Kind), sheet.Format(in.Format)) })
			if err != nil {
				return nil, err
			}
			return attachment(frameTitles[FrameKind(in.Kind)]+"."+in.Format, sheet.Format(in.Format).ContentType(), file), nil
		})
	httpx.Handle(api, httpx.Op{ID: "export-frame", Method: "GET", Path: "/api/v1/sampling/frames/{id}/members", Tag: "sampling", Access: httpx.Permission(PermManage),
		Summary: "What a draw reads of a closed frame, without addresses, as CSV", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *WaveIn) (*huma.StreamResponse, error) {
			file, err := spooled(func(w io.Writer) error { return s.ExportFrame(ctx, in.ID, w, sheet.CSV) })
			if err != nil {
				return nil, err
			}
			return attachment("名册.csv", sheet.CSV.ContentType(), file), nil
		})
}
