package app

import (
	"context"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// outcomes tells appraisal what became of the items of a wave.
type outcomes struct{ rectify *rectify.Service }

func (o outcomes) OutcomesTx(ctx context.Context, tx *db.Tx, waveID string) (map[string]appraisal.ReverseCounts, error) {
	stats, err := o.rectify.ReverseStats(ctx, tx, waveID)
	out := map[string]appraisal.ReverseCounts{}
	for street, r := range stats {
		if len(street) == 9 {
			out[street] = appraisal.ReverseCounts{Issued: r.Issued, Settled: r.Settled, Closed: r.ClosedLoop, Pending: r.Pending, Passed: r.Passed, Approved: r.Approved,
				Unverified: r.Unverified, Judged: r.Judged, Recurred: r.Recurred, Undecided: r.Undecided}
		}
	}
	return out, err
}

// yardstick tells rectify by which questions a field is measured, and which communities a street has.
type yardstick struct{ app *App }

func (y yardstick) FieldIndicators(ctx context.Context, tx *db.Tx, w *survey.Wave) (map[string][]string, error) {
	system, err := y.app.Appraisal.SystemTx(ctx, tx, w.Plan.V.IndicatorSystem)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, i := range system.Body.V.Indicators() {
		for _, field := range i.Reverse {
			out[field] = append(out[field], i.Code)
		}
	}
	return out, nil
}

func (y yardstick) Communities(ctx context.Context, street string) ([]string, error) {
	list, err := y.app.Region.Children(ctx, street)
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Code
	}
	return out, err
}
