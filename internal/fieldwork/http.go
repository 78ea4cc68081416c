package fieldwork

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

const tag = "fieldwork"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	s.publicRoutes(api)
	s.boardRoutes(api)
	s.assignmentRoutes(api)
	s.reminderRoutes(api)
	s.collectRoutes(api)
	s.paperRoutes(api)
}

const deviceCookie = "yiwang_device"

type openIn struct {
	Code   string       `query:"code" maxLength:"100" doc:"of the letter"`
	Wave   string       `query:"wave" maxLength:"60" doc:"open link: code or id of the wave"`
	Group  survey.Group `query:"group" maxLength:"20" doc:"open link: elder, adult or unit"`
	Device string       `cookie:"yiwang_device"`
}

type openOut struct {
	SetCookie    []http.Cookie `header:"Set-Cookie"`
	CacheControl string        `header:"Cache-Control"`
	Body         *Questionnaire
}

type submitIn struct {
	Device string `cookie:"yiwang_device"`
	Body   Submission
}

type photoIn struct {
	RawBody huma.MultipartFormFiles[struct {
		Photo huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
		Token string        `form:"token" required:"true" maxLength:"200"`
	}]
}

// PhotoRef names a stored picture in an answer.
type PhotoRef struct {
	Ref string `json:"ref"`
}

func (s *Service) publicRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "open-questionnaire", Method: http.MethodGet, Path: "/api/v1/public/questionnaire", Tag: tag, Access: httpx.Public,
		Summary: "Questionnaire of a letter's code or of the open link", Errors: []int{404, 409}},
		func(ctx context.Context, in *openIn) (_ *openOut, err error) {
			o := &openOut{CacheControl: "no-store"}
			if in.Code != "" {
				o.Body, err = s.OpenByCode(ctx, in.Code)
			} else {
				o.Body, err = s.OpenByLink(ctx, in.Wave, in.Group)
			}
			if err != nil {
				return nil, err
			}
			if len(in.Device) != 32 {
				o.SetCookie = []http.Cookie{s.newDevice()}
			}
			return o, nil
		})
	httpx.Handle(api, httpx.Op{ID: "submit-response", Method: http.MethodPost, Path: "/api/v1/public/responses", Tag: tag, Access: httpx.Public, Status: http.StatusCreated,
		Summary: "Send a finished questionnaire; the same submission_id is stored once", MaxBody: 128 << 10, Errors: []int{404, 409}},
		func(ctx context.Context, in *submitIn) (*body[*Receipt], error) {
			return out(s.Submit(ctx, in.Body, Sender{Device: in.Device, Address: audit.OriginFrom(ctx).Address}))
		})
	httpx.Handle(api, httpx.Op{ID: "add-response-photo", Method: http.MethodPost, Path: "/api/v1/public/response-photos", Tag: tag, Access: httpx.Public, Status: http.StatusCreated,
		Summary: "Store a picture for a photo question of an opened questionnaire", MaxBody: maxPhoto + 1<<16, Errors: []int{409, 413}},
		func(ctx context.Context, in *photoIn) (_ *body[*PhotoRef], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.Photo.Close()) }()
			return out(s.AddPhoto(ctx, form.Token, audit.OriginFrom(ctx).Address, form.Photo))
		})
}

// newDevice names a device at random, so that many answers from one are seen. The name says nothing about whose it is.
func (s *Service) newDevice() http.Cookie {
	var name [16]byte
	_, _ = rand.Read(name[:])
	return http.Cookie{Name: deviceCookie, Value: hex.EncodeToString(name[:]), Path: "/api/v1/public", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode, MaxAge: 180 * 86400} //nolint:gosec // Secure follows the installation: a browser drops a Secure cookie on plain HTTP, which loopback is
}
