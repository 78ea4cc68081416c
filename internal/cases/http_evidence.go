package cases

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

// photoForm is a photo and what the device says about it.
type photoForm struct {
	Photo   huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
	Lat     string        `form:"lat" required:"false" maxLength:"20" doc:"Where it was taken, if the picture does not say so itself"`
	Lon     string        `form:"lon" required:"false" maxLength:"20"`
	TakenAt string        `form:"taken_at" required:"false" maxLength:"40"`
}

// ReadShot reads what a device says about a photo from form fields: degrees and an instant of RFC 3339. Anything else
// is left out, because a photo without its place is better than none.
func ReadShot(lat, lon, takenAt string) Shot {
	var shot Shot
	y, okY := degrees(lat, 90)
	x, okX := degrees(lon, 180)
	if okY && okX {
		shot.Lat, shot.Lon = &y, &x
	}
	if at, err := time.Parse(time.RFC3339, takenAt); err == nil {
		shot.TakenAt = clock.Ptr(at)
	}
	return shot
}

func degrees(text string, limit float64) (float64, bool) {
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && v >= -limit && v <= limit
}

type uploadIn struct {
	RawBody huma.MultipartFormFiles[photoForm]
}

type evidenceForm struct {
	Photo   huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
	Phase   string        `form:"phase" required:"true" enum:"report,before,after,check,other"`
	Caption string        `form:"caption" required:"false" maxLength:"400"`
	Part    string        `form:"part" required:"false" maxLength:"60" doc:"Part of an assisting unit"`
	Public  string        `form:"public" required:"false" enum:"yes,no" doc:"May be shown to those who reported; default yes for before and after"`
	Lat     string        `form:"lat" required:"false" maxLength:"20"`
	Lon     string        `form:"lon" required:"false" maxLength:"20"`
	TakenAt string        `form:"taken_at" required:"false" maxLength:"40"`
}

func (f *evidenceForm) evidence() NewEvidence {
	public := f.Public == "yes" || f.Public == "" && (f.Phase == PhaseBefore || f.Phase == PhaseAfter)
	return NewEvidence{Phase: f.Phase, Caption: f.Caption, PartID: f.Part, Public: public, Shot: ReadShot(f.Lat, f.Lon, f.TakenAt)}
}

type evidenceIn struct {
	ID      string `path:"id" maxLength:"60"`
	RawBody huma.MultipartFormFiles[evidenceForm]
}

type photoIn struct {
	ID    string `path:"id" maxLength:"60"`
	Photo string `path:"photo" maxLength:"60"`
}

type showIn struct {
	ID     string `path:"id" maxLength:"60"`
	Photo  string `path:"photo" maxLength:"60"`
	Action string `path:"action" enum:"show,hide"`
}

type reasonBody struct {
	Reason string `json:"reason" minLength:"1" maxLength:"400" doc:"Kept in the history of the case and in the audit trail"`
}

type takenIn struct {
	ID    string `path:"id" maxLength:"60"`
	Photo string `path:"photo" maxLength:"60"`
	Body  reasonBody
}

func (s *Service) evidenceRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "upload-case-photo", Method: http.MethodPost, Path: "/api/v1/cases/photos", Summary: "Send a photo for a case to be registered", Tag: tag,
		Access: httpx.Permission(PermReport), Status: 201, MaxBody: MaxPhoto + 1<<16, Errors: []int{413}},
		func(ctx context.Context, in *uploadIn) (_ *body[*Upload], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.Photo.Close()) }()
			if err := auth.Require(ctx, PermReport); err != nil {
				return nil, err
			}
			return out(s.Upload(ctx, form.Photo, ReadShot(form.Lat, form.Lon, form.TakenAt)))
		})
	httpx.Handle(api, httpx.Op{ID: "add-case-evidence", Method: http.MethodPost, Path: "/api/v1/cases/{id}/evidence", Summary: "Add a photo to a case", Tag: tag,
		Access: read, Status: 201, MaxBody: MaxPhoto + 1<<16, Errors: []int{404, 409, 413}},
		func(ctx context.Context, in *evidenceIn) (_ *body[*Evidence], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.Photo.Close()) }()
			return out(s.AddEvidence(ctx, in.ID, form.evidence(), form.Photo))
		})
	httpx.Handle(api, httpx.Op{ID: "get-case-evidence", Method: http.MethodGet, Path: "/api/v1/cases/{id}/evidence/{photo}", Summary: "Show a photo of a case", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *photoIn) (*huma.StreamResponse, error) {
			return SendPhoto(s.OpenEvidence(ctx, in.ID, in.Photo))
		})
	httpx.Handle(api, httpx.Op{ID: "show-case-evidence", Method: http.MethodPost, Path: "/api/v1/cases/{id}/evidence/{photo}/actions/{action}", Summary: "Say whether those who reported may see a photo", Tag: tag,
		Access: httpx.Permission(PermClose), Errors: []int{404}},
		func(ctx context.Context, in *showIn) (*body[*Evidence], error) {
			return out(s.ShowEvidence(ctx, in.ID, in.Photo, in.Action == "show"))
		})
	httpx.Handle(api, httpx.Op{ID: "reveal-case-evidence", Method: http.MethodPost, Path: "/api/v1/cases/{id}/evidence/{photo}/reveal", Summary: "Show when and where a photo was taken",
		Description: "Every look is recorded with its reason.", Tag: tag, Access: httpx.Permission(PermContact), Errors: []int{404}},
		func(ctx context.Context, in *takenIn) (*body[*Taken], error) {
			return out(s.RevealTaken(ctx, in.ID, in.Photo, in.Body.Reason))
		})
}

// SendPhoto streams an opened photo, which the browser may show and nothing else, and closes it.
func SendPhoto(e *Evidence, file io.ReadCloser, err error) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer func() { _ = file.Close() }() // read to the end or the caller is gone
		h := http.Header{}
		blob.WriteHeaders(h, blob.Ref{Key: e.SHA256, Type: blob.Type(e.MediaType), Size: e.Size}, e.Phase)
		h.Set("Cache-Control", "private, max-age=3600")
		for name := range h {
			ctx.SetHeader(name, h.Get(name))
		}
		_, _ = io.Copy(ctx.BodyWriter(), file) // the caller may be gone
	}}, nil
}

type revealIn struct {
	ID       string `path:"id" maxLength:"60"`
	Reporter string `path:"reporter" maxLength:"60"`
	Body     reasonBody
}

func (s *Service) reporterRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "reveal-case-reporter", Method: http.MethodPost, Path: "/api/v1/cases/{id}/reporters/{reporter}/reveal", Summary: "Show who reported",
		Description: "Every look is recorded with its reason. Who reported anonymously is never shown.", Tag: tag, Access: httpx.Permission(PermContact), Errors: []int{404, 409}},
		func(ctx context.Context, in *revealIn) (*body[*Contact], error) {
			return out(s.RevealReporter(ctx, in.ID, in.Reporter, in.Body.Reason))
		})
}
