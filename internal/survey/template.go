package survey

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
)

// template returns the columns of a wave's answer file and its title.
func (s *Service) template(ctx context.Context, waveID string) (columns sheet.Columns[answerRow], title string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		forms, err := s.FormsTx(ctx, tx, w)
		if err != nil {
			return err
		}
		columns, title = sheetColumns(Columns(forms, w.Plan.V.Scale), forms), w.Code+"答卷"
		return nil
	})
	return columns, title, err
}
