package report

import (
	"context"
	"fmt"
	"io"

	"yiwang/internal/appraisal"
	"yiwang/internal/fieldwork"
	"yiwang/internal/integrity"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
	"yiwang/internal/results"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Sources are the modules that a report is written from. Surveys and Scores are needed; without one of the others its section is left out.
type Sources struct {
	Surveys   *survey.Service
	Scores    *appraisal.Service
	Reverse   *rectify.Service
	Sampling  *sampling.Service
	Fieldwork *fieldwork.Service
	Integrity *integrity.Service
	Results   *results.Service
}

// Service keeps reports and exports.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	scores  *appraisal.Service
	from    Sources
	files   blob.Store
	notice  string // printed on every report; "" for none
}

// New returns the service.
func New(d *db.DB, from Sources, files blob.Store) *Service {
	return &Service{db: d, surveys: from.Surveys, scores: from.Scores, from: from, files: files}
}

// Disclaim has every report carry a notice, such as that people and results are fictional. Call it before serving.
func (s *Service) Disclaim(notice string) { s.notice = notice }

// draftMark tells a copy that was not frozen.
const draftMark = "未冻结的草稿，以冻结版为准"

// Write writes the result of a wave as docx, html, xlsx (the comprehensive report), csv or json (every row of the result). If a report was
// frozen from the last run, docx, html and xlsx are its bytes; else they are a draft by the current template, and say so. Rights are those of
// appraisal.Scores; rows of communities in csv and json are cut to the caller's areas. Invalid for another format.
func (s *Service) Write(ctx context.Context, waveID, format string, w io.Writer) error {
	name, write, err := s.prepare(ctx, waveID, format)
	if err != nil {
		return err
	}
	if err := write(w); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// prepare checks rights and gathers what Write writes, so that an error can still be told to a browser.
func (s *Service) prepare(ctx context.Context, waveID, format string) (name string, write func(io.Writer) error, err error) {
	switch format {
	case "xlsx", "docx", "html":
	case "csv", "json":
		return s.rows(ctx, waveID, format)
	default:
		return "", nil, errs.Invalid("report.bad_format", "The format is xlsx, docx, html, csv or json.", errs.Field{Location: "query.format", Message: "unknown", Value: format})
	}
	run, err := s.scores.Result(ctx, waveID)
	if err != nil {
		return "", nil, err
	}
	if file, err := s.frozenFile(ctx, waveID, run.ID, format); err != nil || file != nil {
		if err != nil {
			return "", nil, err
		}
		return file.Name, func(w io.Writer) error { return s.copy(ctx, file, w) }, nil
	}
	d, f, err := s.draft(ctx, waveID)
	if err != nil {
		return "", nil, err
	}
	return f.wave.Code + "综合报告（草稿）." + format, func(w io.Writer) error { return render(d, format, w) }, nil
}

// Draft returns the comprehensive report as it would be frozen now, for the preview of the console. Rights are those of appraisal.Scores.
func (s *Service) Draft(ctx context.Context, waveID string) (*document.Document, error) {
	d, _, err := s.draft(ctx, waveID)
	return d, err
}

func (s *Service) draft(ctx context.Context, waveID string) (*document.Document, *facts, error) {
	f, err := s.gather(ctx, waveID)
	if err != nil {
		return nil, nil, err
	}
	var t *StoredTemplate
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err = currentTemplate(ctx, tx)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	d := build(f, t)
	d.Mark = draftMark
	return d, f, nil
}

// render writes a document in one of its three forms.
func render(d *document.Document, format string, w io.Writer) error {
	switch format {
	case "docx":
		return d.Word(w)
	case "xlsx":
		return d.Excel(w)
	}
	return d.Page(w)
}
