package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// maxFrozen bounds the list of a wave's frozen reports.
const maxFrozen = 100

// List returns the frozen reports of a wave, newest first, each with the files the caller may open. Needs PermRead, and before publication
// PermFreeze in the wave's area, else Forbidden "report.not_published". Reports of runs that were sent back were never published: only who
// freezes sees them afterwards.
func (s *Service) List(ctx context.Context, waveID string) (list []Frozen, err error) {
	var w *survey.Wave
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if w, err = s.visible(ctx, tx, waveID); err != nil {
			return err
		}
		if list, err = db.All[Frozen](ctx, tx, "SELECT "+frozenColumns+" FROM report_frozen WHERE wave_id = $1 ORDER BY seq DESC LIMIT $2", waveID, maxFrozen); err != nil {
			return err
		}
		for i := range list {
			if err := s.complete(ctx, tx, w, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if auth.RequireArea(ctx, PermFreeze, w.Area) != nil {
		run, err := s.runOf(ctx, waveID)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(r Frozen) bool { return r.RunID != run })
	}
	return list, s.markCurrent(ctx, waveID, list)
}

// runOf returns the run that counts, whoever asks.
func (s *Service) runOf(ctx context.Context, waveID string) (string, error) {
	run, err := s.scores.Result(auth.System(ctx, "report"), waveID)
	if err != nil {
		return "", err
	}
	return run.ID, nil
}

// Frozen returns one frozen report; same rights as List.
func (s *Service) Frozen(ctx context.Context, waveID, id string) (*Frozen, error) {
	list, err := s.List(ctx, waveID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
	}
	return nil, errs.NotFound("report.not_found", "There is no such frozen report.")
}

// markCurrent tells which reports stand on the run that counts.
func (s *Service) markCurrent(ctx context.Context, waveID string, list []Frozen) error {
	run, err := s.scores.Result(ctx, waveID)
	switch errs.KindOf(err) {
	case errs.KindForbidden, errs.KindNotFound: // who may not see the run is not told which it is
		return nil
	}
	for i := range list {
		list[i].Current = err == nil && list[i].RunID == run.ID
	}
	return err
}

// visible returns the wave if the caller may see its frozen reports.
func (s *Service) visible(ctx context.Context, tx *db.Tx, waveID string) (*survey.Wave, error) {
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if w.State == survey.Published || w.State == survey.Archived {
		return w, requireAny(ctx, PermRead, PermFreeze)
	}
	if err = auth.RequireArea(ctx, PermFreeze, w.Area); errs.KindOf(err) == errs.KindForbidden {
		err = errs.Forbidden("report.not_published", "Reports are shown after publication of the wave.")
	}
	return w, err
}

// complete adds the files of a report that the caller may open: letters only of streets inside the caller's areas.
func (s *Service) complete(ctx context.Context, tx *db.Tx, w *survey.Wave, r *Frozen) error {
	files, err := filesOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	p := auth.From(ctx)
	r.Files = []File{}
	for _, f := range files {
		switch f.Kind {
		case KindLetter:
			if !p.Covers(f.Street) {
				continue
			}
			f.Title = strings.TrimSuffix(strings.TrimPrefix(f.Name, r.mark()), letterSuffix+"."+f.Format)
		case KindContent:
			if !p.Has(PermFreeze) || !p.Covers(w.Area) {
				continue
			}
		}
		r.Files = append(r.Files, f)
	}
	return nil
}

func filesOf(ctx context.Context, tx *db.Tx, id string) ([]File, error) {
	return db.All[File](ctx, tx, "SELECT "+fileColumns+" FROM report_file WHERE report_id = $1 ORDER BY kind, street, format", id)
}

// Open returns a file of a frozen report: the bytes that were frozen. Rights as List; NotFound for a file the caller may not open. The caller
// closes it.
func (s *Service) Open(ctx context.Context, waveID, id, kind, street, format string) (*File, io.ReadCloser, error) {
	r, err := s.Frozen(ctx, waveID, id)
	if err != nil {
		return nil, nil, err
	}
	for i := range r.Files {
		if f := &r.Files[i]; f.Kind == kind && f.Street == street && f.Format == format {
			body, err := s.files.Open(ctx, f.SHA256)
			return f, body, err
		}
	}
	return nil, nil, errs.NotFound("report.file_not_found", "This report has no such file, or not for you.")
}

// frozenFile returns the comprehensive report frozen from a run, nil when there is none.
func (s *Service) frozenFile(ctx context.Context, waveID, runID, format string) (file *File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		last, err := lastFrozen(ctx, tx, waveID)
		if err != nil || last == nil || last.RunID != runID {
			return err
		}
		files, err := filesOf(ctx, tx, last.ID)
		for i := range files {
			if files[i].Kind == KindReport && files[i].Format == format {
				file = &files[i]
			}
		}
		return err
	})
	return file, err
}

func (s *Service) copy(ctx context.Context, f *File, w io.Writer) error {
	body, err := s.files.Open(ctx, f.SHA256)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, body)
	return errors.Join(err, body.Close())
}

// Public returns the page for everybody of a published wave with the report it belongs to. Anyone may; NotFound before publication and without
// a frozen report of the published run.
func (s *Service) Public(ctx context.Context, waveID string) (*File, *Frozen, error) {
	var file *File
	var report *Frozen
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.surveys.PublishedWaveTx(ctx, tx, waveID); err != nil {
			return err
		}
		var err error
		if report, err = lastFrozen(ctx, tx, waveID); err != nil || report == nil {
			return err
		}
		files, err := filesOf(ctx, tx, report.ID)
		for i := range files {
			if files[i].Kind == KindPublic {
				file = &files[i]
			}
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	run, err := s.runOf(ctx, waveID)
	if err != nil {
		return nil, nil, err
	}
	if file == nil || report.RunID != run {
		return nil, nil, errs.NotFound("report.not_found", "There is no such frozen report.")
	}
	return file, report, nil
}

// Verification is what Verify found.
type Verification struct {
	ReportID  string      `json:"report_id"`
	Files     []FileCheck `json:"files"`
	SameFiles bool        `json:"same_files" doc:"the hash over all files is the one on record"`
	SameForm  bool        `json:"same_form" doc:"rendering the frozen content again gives the same bytes; a newer program may write other ones"`
	SameRun   bool        `json:"same_run" doc:"the run it stands on is stored with the same result"`
	Good      bool        `json:"good" doc:"every stored byte is what was frozen"`
}

// FileCheck says whether a file's bytes still are those that were frozen.
type FileCheck struct {
	File
	Same bool `json:"same"`
}

// Verify reads every file of a frozen report again and compares it with the record. Needs PermRead, and before publication PermFreeze.
func (s *Service) Verify(ctx context.Context, waveID, id string) (*Verification, error) {
	r, err := s.Frozen(ctx, waveID, id)
	if err != nil {
		return nil, err
	}
	var files []File
	v := &Verification{ReportID: id, Good: true, Files: []FileCheck{}}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if files, err = filesOf(ctx, tx, id); err != nil {
			return err
		}
		n, err := s.scores.ResultHashTx(ctx, tx, r.RunID)
		v.SameRun = err == nil && n == r.ResultHash
		return err
	})
	if err != nil && errs.KindOf(err) != errs.KindNotFound {
		return nil, err
	}
	for _, f := range files {
		err := blob.Verify(ctx, s.files, f.SHA256)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		v.Files = append(v.Files, FileCheck{f, err == nil})
		v.Good = v.Good && err == nil
	}
	v.SameFiles = manifest(files) == r.Hash
	v.Good = v.Good && v.SameFiles
	if v.Good {
		v.SameForm, err = s.sameForm(ctx, files)
	}
	return v, err
}

// sameForm renders the frozen content again and compares the bytes.
func (s *Service) sameForm(ctx context.Context, files []File) (bool, error) {
	var d document.Document
	for i := range files {
		if files[i].Kind == KindContent {
			var out bytes.Buffer
			if err := s.copy(ctx, &files[i], &out); err != nil {
				return false, err
			}
			if err := json.Unmarshal(out.Bytes(), &d); err != nil {
				return false, fmt.Errorf("read frozen content: %w", err)
			}
		}
	}
	for _, f := range files {
		if f.Kind != KindReport {
			continue
		}
		var out bytes.Buffer
		if err := render(&d, f.Format, &out); err != nil {
			return false, err
		}
		if digest(out.Bytes()) != f.SHA256 {
			return false, nil
		}
	}
	return true, nil
}
