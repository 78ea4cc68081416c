package patrol

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/track"
)

// Receipt says what became of the points of a call. All of them are settled: none needs to be sent again.
type Receipt struct {
	Kept     int  `json:"kept" doc:"New and durable"`
	Repeated int  `json:"repeated" doc:"Known already"`
	OffDuty  int  `json:"off_duty" doc:"Taken outside a duty session: counted and dropped"`
	Bad      int  `json:"bad" doc:"No position, from the future, or older than two days: counted and dropped"`
	OnDuty   bool `json:"on_duty" doc:"Whether the officer is on duty now; if not, the phone stops sending"`
}

// Limits of a call.
const (
	maxBatch  = 10_000
	ahead     = 2 * time.Minute // a phone's clock may be so far ahead
	lateAfter = 2 * time.Minute
)

// Send takes the caller's own points. Needs patrol.duty.
func (s *Service) Send(ctx context.Context, points []track.Point) (Receipt, error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return Receipt{}, err
	}
	return s.Take(ctx, auth.From(ctx).UserID, points, 0)
}

// Take takes points of an officer from whoever has proven to speak for it, and bad more that could not be read. It returns
// when the points are durable. Points outside a duty session never reach a storage. An error means that nothing of the
// call may have been kept: send it again. Unavailable while the server cannot store, starts or stops, and for positions of a time
// that it has lived through before its clock went back.
func (s *Service) Take(ctx context.Context, officer string, points []track.Point, bad int) (r Receipt, err error) {
	if len(points) > maxBatch {
		return r, errs.TooLarge("patrol.batch", "Send at most 10,000 points at a time.")
	}
	ctx, cancel := context.WithTimeout(ctx, callerWait)
	defer cancel()
	now := s.DB.Clock().Now()
	_, r.OnDuty = s.gate.running(officer, now)
	if slices.ContainsFunc(points, func(p track.Point) bool { return p.At > now.Add(ahead).UnixMilli() && s.gate.ahead(p.At) }) {
		return Receipt{}, errs.Unavailable("patrol.clock", "The clock of the server has gone back; send the positions again later.")
	}
	r.Bad = bad
	e := s.sort(officer, points, now, &r)
	if r.Bad+r.OffDuty > 0 {
		s.refused.add(officer, now, r.OffDuty, r.Bad)
	}
	if len(e.parts) == 0 {
		return r, nil
	}
	if err := s.journal.add(ctx, e); err != nil {
		return Receipt{}, err
	}
	for _, p := range e.parts {
		r.Kept += p.fresh
		r.Repeated += len(p.points) - p.fresh
	}
	return r, nil
}

// sort puts each point to the session it was taken in and counts the others.
func (s *Service) sort(officer string, points []track.Point, now time.Time, r *Receipt) *entry {
	e := &entry{}
	calling := s.gate.calling(officer)
	oldest, latest := now.Add(-lateness).UnixMilli(), now.Add(ahead).UnixMilli()
	for _, p := range points {
		if p.At > latest || p.At < oldest {
			r.Bad++
			continue
		}
		x, ok := s.gate.held(officer, min(p.At, now.UnixMilli()), now)
		if !ok {
			r.OffDuty++
			continue
		}
		if calling && now.UnixMilli()-p.At < lateAfter.Milliseconds() {
			p.Flags |= track.SOS
		}
		if now.UnixMilli()-p.At > lateAfter.Milliseconds() {
			p.Flags |= track.Late
		}
		i := slices.IndexFunc(e.parts, func(q part) bool { return q.session.ID == x.ID })
		if i < 0 {
			i = len(e.parts)
			e.parts = append(e.parts, part{session: x})
		}
		e.parts[i].points, ok = track.Insert(e.parts[i].points, p)
		if !ok {
			r.Repeated++
		}
		e.bytes += 24
	}
	return e
}
