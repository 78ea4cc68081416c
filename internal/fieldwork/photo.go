package fieldwork

import (
	"context"
	"io"

	"yiwang/internal/platform/blob"
)

// maxPhoto bounds one picture of an answer, in bytes.
const maxPhoto = 10 << 20

// AddPhoto stores a picture for a photo question; what the camera noted about place and time is removed. Anybody with an opened
// questionnaire may, while its wave takes answers.
func (s *Service) AddPhoto(ctx context.Context, token string, r io.Reader) (*PhotoRef, error) {
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
	ref, _, err := blob.Ingest(ctx, s.files, r, blob.Rules{Types: blob.Photos, Bytes: maxPhoto})
	if err != nil {
		return nil, err
	}
	return &PhotoRef{Ref: ref.Key}, nil
}
