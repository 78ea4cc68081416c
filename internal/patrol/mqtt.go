package patrol

import (
	"context"

	"yiwang/internal/platform/errs"
)

// Tracker returns what takes the messages of an OwnTracks phone that names its tracker and that tracker's token; nil for nobody.
// It returns when the positions are durable, or settled as they can never be kept; an error means that the message must come again.
func (s *Service) Tracker(id, token string) func(ctx context.Context, payload []byte) error {
	d, ok := s.officerOf(token)
	if !ok || d.ID != id {
		return nil
	}
	return func(ctx context.Context, payload []byte) error {
		if d, ok = s.officerOf(token); !ok {
			return errs.Unauthorized("patrol.unknown_device", "The password of the tracker is missing or unknown.")
		}
		if !s.limiter.Allow(d.ID) {
			return errs.TooMany("patrol.too_fast", "This tracker sends too often; wait a moment.")
		}
		points, bad, err := fromOwnTracks(payload, s.DB.Clock().Now())
		if err != nil {
			bad++ // not JSON: it will never become any
		}
		_, err = s.Take(ctx, d.OfficerID, points, bad)
		return err
	}
}
