package report

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// release is the data of a wave on its way out.
type release struct {
	wave    *survey.Wave
	plan    *survey.Plan
	forms   map[survey.Group]*survey.Form
	run     *appraisal.Run // nil before scoring
	nodes   []appraisal.Node
	notice  string
	columns []dataColumn
	rows    []dataRow
	margins int // calibration classes of a row
	fields  []survey.Category
}

// Data writes the answers of a wave for a second opinion, as a ZIP: responses.csv, the codebook (CSV, XLSX, HTML), the weights of the indicators, the
// scores of the last run, an R script that rebuilds the design and computes the scores again, and SPSS syntax. Needs PermData in the wave's area;
// Conflict before the wave is closed. The export is on record in the audit trail.
func (s *Service) Data(ctx context.Context, waveID string, w io.Writer) error {
	_, write, err := s.prepareData(ctx, waveID)
	if err != nil {
		return err
	}
	return write(w)
}

func (s *Service) prepareData(ctx context.Context, waveID string) (name string, write func(io.Writer) error, err error) {
	r := &release{notice: s.notice, fields: s.surveys.Categories()}
	var list []survey.Released
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if r.wave, err = s.surveys.WaveTx(ctx, tx, waveID); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermData, r.wave.Area); err != nil {
			return err
		}
		if slices.Contains([]survey.State{survey.Draft, survey.Piloting, survey.Frozen, survey.Fieldwork}, r.wave.State) {
			return errs.Conflict("report.export_open", "Answers are exported once the wave is closed.").With(r.wave)
		}
		if r.forms, err = s.surveys.FormsTx(ctx, tx, r.wave); err != nil {
			return err
		}
		if list, err = s.surveys.ReleasedTx(ctx, tx, r.wave); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "report.data_exported", Object: "wave", ObjectID: waveID, Area: r.wave.Area, Detail: map[string]int{"answers": len(list)}})
	})
	if err != nil {
		return "", nil, err
	}
	r.plan = &r.wave.Plan.V
	if err := s.result(ctx, r); err != nil {
		return "", nil, err
	}
	if err := r.collect(list); err != nil {
		return "", nil, err
	}
	return r.wave.Code + "答卷数据.zip", r.write, nil
}

// result adds the last run for those who may see it, and the indicator tree.
func (s *Service) result(ctx context.Context, r *release) error {
	run, err := s.scores.Result(ctx, r.wave.ID)
	switch errs.KindOf(err) {
	case errs.KindNotFound, errs.KindForbidden:
		stored, err := s.scores.System(ctx, r.plan.IndicatorSystem)
		if err != nil {
			return err
		}
		r.nodes = stored.Body.V.Nodes()
		return nil
	}
	if err != nil {
		return err
	}
	r.run, r.nodes = run, run.Result.V.Nodes
	return nil
}

// write packs the files; they carry no time, so that the same answers give the same bytes.
func (r *release) write(w io.Writer) error {
	out := zip.NewWriter(w)
	for _, f := range []struct {
		name string
		make func(io.Writer) error
	}{
		{"README.txt", r.writeReadme}, {"responses.csv", r.writeRows}, {"indicators.csv", r.writeIndicators}, {"expected.csv", r.writeExpected}, {"script.R", r.writeScript},
		{"syntax.sps", r.writeSyntax}, {"codebook.csv", r.writeCodebookCSV}, {"codebook.xlsx", r.writeCodebookExcel}, {"codebook.html", r.writeCodebookPage},
	} {
		if f.name == "expected.csv" && r.run == nil {
			continue
		}
		var content bytes.Buffer
		if err := f.make(&content); err != nil {
			return errors.Join(fmt.Errorf("write %s: %w", f.name, err), out.Close())
		}
		part, err := out.Create(f.name)
		if err == nil {
			_, err = content.WriteTo(part)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("write %s: %w", f.name, err), out.Close())
		}
	}
	return out.Close()
}
