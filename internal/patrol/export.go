package patrol

import (
	"context"

	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// tracksAsFiles is the kind of file this module brings to the desk for exports; the officer concerned decides on none.
func (s *Service) tracksAsFiles() export.Kind {
	return export.Kind{Name: "track", Tag: tag, Base: "/api/v1/patrol/exports", Ask: PermExport, Approve: PermApprove, OfPerson: true, Make: s.makeExport}
}

// NewExport asks for the track of an officer between two instants, at most a week, as a file.
type NewExport struct {
	Officer string     `json:"officer" maxLength:"60"`
	From    clock.Time `json:"from"`
	To      clock.Time `json:"to"`
	Format  string     `json:"format" enum:"gpx,geojson"`
	Purpose string     `json:"purpose" maxLength:"800" doc:"What for; it stands in the file, and the officer sees it"`
}

// AskExport asks for the file of a track; somebody else decides. Asking is a look at the track and kept as one, with the purpose as its reason. Needs
// patrol.export and patrol.track where the officer was on duty; NotFound without a track there.
func (s *Service) AskExport(ctx context.Context, n NewExport) (e *export.Request, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	if err := export.CheckPurpose(&n.Purpose); err != nil {
		return nil, err
	}
	if n.Format != "gpx" && n.Format != "geojson" {
		return nil, errs.Invalid("patrol.bad_format", "A track is exported as GPX or GeoJSON.", errs.Field{Location: "body.format", Message: "gpx or geojson", Value: n.Format})
	}
	l := Look{Officer: n.Officer, From: n.From, To: n.To, Reason: n.Purpose}
	if err := s.span(&l); err != nil {
		return nil, err
	}
	if err := s.noteLook(ctx, &l); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		args := []any{n.Officer, n.To, n.From}
		x, err := db.Get[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE officer_id = $1 AND on_at < $2 AND (off_at IS NULL OR off_at > $3) AND "+
			auth.Areas(ctx, "area_code", &args)+" ORDER BY on_at LIMIT 1", args...)
		if err != nil {
			return err // noteLook found it a moment ago
		}
		e, err = s.Exports.AskTx(ctx, tx, export.Wish{Area: x.AreaCode, SubjectID: n.Officer, SubjectName: x.OfficerName, From: &n.From, To: &n.To, Format: n.Format, Purpose: n.Purpose})
		return err
	})
	return e, err
}
