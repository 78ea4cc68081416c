package fieldwork

import (
	"context"
	"io"
	"slices"

	"yiwang/internal/form"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

// maxPhoto bounds one picture of an answer, in bytes.
const maxPhoto = 10 << 20

// AddPhoto stores a picture for a photo question; what the camera noted about place and time is removed. Anybody with an opened
// questionnaire may, while its wave takes answers, so many from one network within an hour. Conflict when the questionnaire asks for none.
func (s *Service) AddPhoto(ctx context.Context, token, address string, r io.Reader) (*PhotoRef, error) {
	p, err := s.readToken(token)
	if err != nil {
		return nil, err
	}
	c, err := s.surveys.Collecting(ctx, p.wave)
	if err != nil {
		return nil, err
	}
	if !takesAnswers(c.Wave) {
		return nil, notOpen()
	}
	if f := c.Forms[p.group]; f == nil || !slices.ContainsFunc(f.Questions, func(q survey.Question) bool { return q.Type == form.Photo && q.Asked(string(p.channel)) }) {
		return nil, errs.Conflict("fieldwork.no_photo_question", "This questionnaire asks for no picture.")
	}
	if !s.photos.Allow(httpx.Network(address)) {
		return nil, errs.TooMany("fieldwork.too_many_photos", "Many pictures came from this network; send it again in a few minutes.")
	}
	ref, _, err := blob.Ingest(ctx, s.files, r, blob.Rules{Types: blob.Photos, Bytes: maxPhoto})
	if err != nil {
		return nil, err
	}
	return &PhotoRef{Ref: ref.Key}, nil
}
