package rectify

import (
	"context"

	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// listsAsFiles is the kind of file this module brings to the desk for exports: lists with what residents said.
func (s *Service) listsAsFiles() export.Kind {
	return export.Kind{Name: "list", Tag: tag, Base: "/api/v1/reverse-list-exports", Ask: PermMerge, Approve: PermApprove, Once: true, Make: s.makeExport}
}

// NewListExport asks for a file with texts.
type NewListExport struct {
	Format  string `json:"format" enum:"xlsx,docx"`
	Purpose string `json:"purpose" maxLength:"800" doc:"What for; it stands in the file and in the log"`
}

// AskExport asks for a file of a list with the masked texts of its comments; somebody else with rectify.approve decides. Needs
// rectify.merge in the list's area. Conflict where one of the caller's waits already.
func (s *Service) AskExport(ctx context.Context, list string, n NewListExport) (e *export.Request, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		e, err = s.AskExportTx(ctx, tx, list, n)
		return err
	})
	return e, err
}

// AskExportTx is AskExport inside the caller's transaction.
func (s *Service) AskExportTx(ctx context.Context, tx *db.Tx, list string, n NewListExport) (*export.Request, error) {
	l, err := seenList(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermMerge, l.AreaCode); err != nil {
		return nil, err
	}
	return s.Exports.AskTx(ctx, tx, export.Wish{Area: l.AreaCode, SubjectID: l.ID, SubjectName: l.Title, Format: n.Format, Purpose: n.Purpose})
}

// makeExport makes the file from the list as the caller sees it now. The note of the download stands in it.
func (s *Service) makeExport(ctx context.Context, r *export.Request, m export.Mark) (f *export.File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		l, err := seenList(ctx, tx, r.SubjectID)
		if err != nil {
			return err
		}
		f, err = s.file(ctx, tx, l, r.Format, true, m.Note)
		return err
	})
	return f, err
}
