package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/jobs"
)

// JobImport is the kind of job that imports an uploaded file.
const JobImport = "survey.import"

// importAttempts bounds how often a file is tried when the program itself fails.
const importAttempts = 3

// keepUnused is how long the file of a dry run waits for its commit before it is deleted; answers are personal data.
const keepUnused = 7 * 24 * time.Hour

// FileImport is an uploaded answer file and what became of it.
type FileImport struct {
	ID         string                 `db:"id" json:"id"`
	WaveID     string                 `db:"wave_id" json:"wave_id"`
	JobID      string                 `db:"job_id" json:"job_id"`
	FileName   string                 `db:"file_name" json:"file_name"`
	Blob       string                 `db:"blob" json:"-"`
	DryRun     bool                   `db:"dry_run" json:"dry_run"`
	Policy     Policy                 `db:"policy" json:"policy"`
	State      string                 `db:"state" json:"state" enum:"waiting,running,done,failed"`
	Failure    string                 `db:"failure" json:"failure,omitempty" doc:"error code when the file could not be read at all"`
	Message    string                 `db:"message" json:"message,omitempty"`
	Report     *db.JSON[ImportReport] `db:"report" json:"report,omitempty"`
	Actor      string                 `db:"actor" json:"actor"`
	CreatedAt  clock.Time             `db:"created_at" json:"created_at"`
	FinishedAt *clock.Time            `db:"finished_at" json:"finished_at,omitempty"`
}

const importColumns = "id, wave_id, job_id, file_name, blob, dry_run, policy, state, failure, message, report, actor, created_at, finished_at"

type importArgs struct {
	ImportID string `json:"import_id"`
}

// Work registers the background jobs of the module.
func (s *Service) Work(r *jobs.Runner) {
	r.Register(JobImport, s.runImport)
	r.Register(poolKind, s.releaseJob)
}

// StartImport keeps an uploaded file and imports it in the background. Rights and states as for Import.
func (s *Service) StartImport(ctx context.Context, waveID, fileName string, file io.ReadSeeker, o ImportOptions) (*FileImport, error) {
	if s.files == nil {
		return nil, errs.Unavailable("survey.no_files", "This program keeps no files; import from the command line.")
	}
	h := sha256.New()
	size, err := io.Copy(h, file)
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	key := hex.EncodeToString(h.Sum(nil))
	if err := s.mayImport(ctx, waveID); err != nil {
		return nil, err
	}
	if err := s.files.Put(ctx, key, file, size); err != nil {
		return nil, err
	}
	im, err := s.enqueue(ctx, waveID, fileName, key, o)
	if err != nil {
		return nil, err
	}
	// An earlier import of the same file may have been tidied away just before this one was on record.
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	return im, s.files.Put(ctx, key, file, size)
}

// CommitImport imports the file of a finished dry run for good. Rights and states as for Import; Conflict when it was
// imported already or its file is gone.
func (s *Service) CommitImport(ctx context.Context, id string, policy Policy) (*FileImport, error) {
	im, err := s.FileImport(ctx, id)
	if err != nil {
		return nil, err
	}
	if !im.DryRun || im.State != jobs.Done || im.Blob == "" {
		return nil, errs.Conflict("survey.import_not_open", "Only the file of a finished dry run can be committed; upload it again.")
	}
	if err := s.mayImport(ctx, im.WaveID); err != nil {
		return nil, err
	}
	return s.enqueue(ctx, im.WaveID, im.FileName, im.Blob, ImportOptions{Policy: policy})
}

func (s *Service) mayImport(ctx context.Context, waveID string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := findWave(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermImport, w.Area); err != nil {
			return err
		}
		return w.takesAnswers()
	})
}

func (s *Service) enqueue(ctx context.Context, waveID, fileName, key string, o ImportOptions) (im *FileImport, err error) {
	if o.Policy == "" {
		o.Policy = AllOrNothing
	}
	if o.Policy != AllOrNothing && o.Policy != CommitGood {
		return nil, errs.Invalid("survey.bad_policy", "The policy is commit_good or all_or_nothing.")
	}
	if runes := []rune(fileName); len(runes) > 200 {
		fileName = string(runes[:200])
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		im = &FileImport{ID: db.NewID(tx), WaveID: waveID, FileName: fileName, Blob: key, DryRun: o.DryRun, Policy: o.Policy, State: jobs.Waiting,
			Actor: auth.From(ctx).UserID, CreatedAt: tx.Time()}
		title := "导入答卷：" + fileName
		if o.DryRun {
			title = "试导入答卷：" + fileName
		}
		if im.JobID, err = jobs.Enqueue(ctx, tx, jobs.Job{Kind: JobImport, Title: title, Args: importArgs{im.ID}, Attempts: importAttempts}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO answer_import (id, wave_id, job_id, file_name, blob, dry_run, policy, state, failure, message, actor, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, $10)`,
			im.ID, im.WaveID, im.JobID, im.FileName, im.Blob, im.DryRun, im.Policy, im.State, im.Actor, im.CreatedAt)
		if err != nil {
			return fmt.Errorf("store import of %s: %w", waveID, err)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "survey.upload", Object: "answer_import", ObjectID: im.ID,
			Detail: map[string]any{"wave": waveID, "file": key, "dry_run": o.DryRun}})
	})
	if err != nil {
		return nil, err
	}
	return im, nil
}

// FileImport returns an upload and its report. Needs PermImport in the wave's area.
func (s *Service) FileImport(ctx context.Context, id string) (im *FileImport, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if im, err = findImport(ctx, tx, id); err != nil {
			return err
		}
		w, err := findWave(ctx, tx, im.WaveID)
		if err != nil {
			return err
		}
		return auth.RequireArea(ctx, PermImport, w.Area)
	})
	return im, err
}

// FileImports lists the uploads of a wave, newest first. Needs PermImport in the wave's area.
func (s *Service) FileImports(ctx context.Context, waveID string) (list []FileImport, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := findWave(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermImport, w.Area); err != nil {
			return err
		}
		list, err = db.All[FileImport](ctx, tx, "SELECT "+importColumns+" FROM answer_import WHERE wave_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200", waveID)
		return err
	})
	return list, err
}

func findImport(ctx context.Context, tx *db.Tx, id string) (*FileImport, error) {
	im, err := db.Get[FileImport](ctx, tx, "SELECT "+importColumns+" FROM answer_import WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("survey.import_not_found", "There is no such import.")
	}
	return &im, err
}

// runImport is the job. It may run again after a crash: rows that were stored are then unchanged.
func (s *Service) runImport(ctx context.Context, run *jobs.Run) error {
	var args importArgs
	if err := run.Args(&args); err != nil {
		return err
	}
	im, err := s.FileImport(ctx, args.ImportID)
	if err != nil {
		return err
	}
	if err := s.setImportState(ctx, im.ID, jobs.Running); err != nil {
		return err
	}
	report, failed := s.importBlob(ctx, im, run)
	if errs.KindOf(failed) == errs.KindInternal && run.Attempt < importAttempts {
		return failed // tried again
	}
	if err := s.finishImport(ctx, im, report, failed); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	run.Result(report)
	return run.Progress(ctx, int64(report.Total), int64(report.Total), "完成")
}

func (s *Service) setImportState(ctx context.Context, id, state string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE answer_import SET state = $1 WHERE id = $2", state, id)
		return err
	})
}

func (s *Service) importBlob(ctx context.Context, im *FileImport, run *jobs.Run) (*ImportReport, error) {
	file, err := s.files.Open(ctx, im.Blob)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // read only: nothing can be lost
	return s.Import(ctx, im.WaveID, file, ImportOptions{ImportID: im.ID, DryRun: im.DryRun, Policy: im.Policy, Progress: func(done, total int, note string) {
		if err := run.Progress(ctx, int64(done), int64(max(total, done+1)), note); err != nil {
			slog.WarnContext(ctx, "import progress not shown", "import", im.ID, "error", err)
		}
	}})
}

func (s *Service) finishImport(ctx context.Context, im *FileImport, report *ImportReport, failed error) error {
	state, code, message := jobs.Done, "", ""
	var body *db.JSON[ImportReport]
	if failed != nil {
		state, code = jobs.Failed, errs.CodeOf(failed)
		if e := errs.As(failed); e != nil {
			message = e.Message
		}
	} else {
		body = &db.JSON[ImportReport]{V: *report}
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE answer_import SET state = $1, failure = $2, message = $3, report = $4, finished_at = $5 WHERE id = $6",
			state, code, message, body, tx.Time(), im.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("finish import %s: %w", im.ID, err)
	}
	return s.forgetFiles(ctx)
}

// forgetFiles deletes uploaded files that nobody needs any more: imported, failed, or checked a week ago.
func (s *Service) forgetFiles(ctx context.Context) error {
	var keys []string
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		const waiting = `(SELECT b.blob FROM answer_import b WHERE b.state IN ('waiting', 'running') OR (b.state = 'done' AND b.dry_run AND b.created_at > $1
			AND NOT EXISTS (SELECT 1 FROM answer_import c WHERE c.blob = b.blob AND c.wave_id = b.wave_id AND NOT c.dry_run AND c.state = 'done')))`
		keys, err = db.All[string](ctx, tx, "SELECT DISTINCT blob FROM answer_import WHERE blob <> '' AND blob NOT IN "+waiting, clock.At(tx.Now().Add(-keepUnused)))
		for i := 0; err == nil && i < len(keys); i++ {
			_, err = tx.Exec(ctx, "UPDATE answer_import SET blob = '' WHERE blob = $1", keys[i])
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("forget uploaded files: %w", err)
	}
	for _, k := range keys {
		if err := s.files.Delete(ctx, k); err != nil {
			return err
		}
	}
	return nil
}
