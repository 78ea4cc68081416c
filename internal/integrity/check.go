package integrity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/survey"
)

// JobCheck is the kind of job that checks the answers of a wave.
const JobCheck = "integrity.check"

// Check is one examination of a wave's answers.
type Check struct {
	ID        string           `db:"id" json:"id"`
	WaveID    string           `db:"wave_id" json:"wave_id"`
	Seq       int              `db:"seq" json:"seq"`
	Summary   db.JSON[Summary] `db:"summary" json:"summary"`
	Digest    string           `db:"digest" json:"digest" doc:"SHA-256 over all evidence; checking the same answers again gives the same"`
	Actor     string           `db:"actor" json:"actor"`
	CreatedAt clock.Time       `db:"created_at" json:"created_at"`
}

type checkArgs struct {
	WaveID string `json:"wave_id"`
}

// Work registers the background job of the module.
func (s *Service) Work(r *jobs.Runner) {
	r.Register(JobCheck, func(ctx context.Context, run *jobs.Run) error {
		var args checkArgs
		if err := run.Args(&args); err != nil {
			return err
		}
		c, err := s.Check(ctx, args.WaveID, func(done, total int, note string) {
			if err := run.Progress(ctx, int64(done), int64(total), note); err != nil {
				slog.WarnContext(ctx, "check progress not shown", "wave", args.WaveID, "error", err)
			}
		})
		if err != nil {
			return err
		}
		run.Result(map[string]any{"wave_id": args.WaveID, "flagged": c.Summary.V.Flagged, "findings": c.Summary.V.Findings})
		return nil
	})
}

// Start enqueues a check of a wave, at most one at a time, and returns the id of the job. Needs PermDecide in the wave's
// district; Conflict unless the wave is in fieldwork or closed.
func (s *Service) Start(ctx context.Context, waveID string) (jobID string, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		w, err := s.judgeable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		jobID, err = jobs.Enqueue(ctx, tx, jobs.Job{Kind: JobCheck, Title: "核查答卷：" + w.Name, Args: checkArgs{w.ID}, UniqueKey: w.ID})
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "integrity.check_started", Object: "wave", ObjectID: w.ID, Area: w.Area})
	})
	return jobID, err
}

// judgeable returns a wave whose answers the caller may judge now.
func (s *Service) judgeable(ctx context.Context, tx *db.Tx, waveID string) (*survey.Wave, error) {
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermDecide, w.Area); err != nil {
		return nil, err
	}
	if w.State != survey.Fieldwork && w.State != survey.Closed {
		return nil, errs.Conflict("integrity.not_open", "Answers are checked and judged while a wave is in fieldwork or closed; a scored one has to be returned first.")
	}
	return w, nil
}

// Check examines the answers of a wave and replaces the evidence of the last check; decisions stay. progress may be nil. Rights
// and states as Start.
func (s *Service) Check(ctx context.Context, waveID string, progress func(done, total int, note string)) (c *Check, err error) {
	if progress == nil {
		progress = func(int, int, string) {}
	}
	progress(0, 4, "读取答卷")
	in, err := s.gather(ctx, waveID)
	if err != nil {
		return nil, err
	}
	progress(1, 4, fmt.Sprintf("比对%d份答卷", len(in.answers)))
	o := examine(in.answers, in.before, in.rules)
	o.summary.Previous = in.previous
	for i := range o.summary.Streets {
		o.summary.Streets[i].Name = nameOf(in.names, o.summary.Streets[i].Street)
	}
	progress(2, 4, fmt.Sprintf("保存%d份答卷的疑点", o.summary.Flagged))
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.keep(ctx, tx, waveID, o)
		return err
	})
	if err == nil {
		progress(4, 4, "完成")
	}
	return c, err
}

// input is everything a check looks at, of one snapshot.
type input struct {
	answers, before []answer
	rules           survey.IntegrityRules
	previous        string
	names           map[string]string
}

func (s *Service) gather(ctx context.Context, waveID string) (in input, err error) {
	waves, err := s.surveys.Waves(ctx, survey.WaveFilter{})
	if err != nil {
		return in, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.judgeable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		in.rules = w.Plan.V.Integrity.WithDefaults()
		if in.names, err = s.names(ctx, tx, w.Area); err != nil {
			return err
		}
		if in.answers, err = s.load(ctx, tx, w); err != nil {
			return err
		}
		previous := previousOf(w, waves)
		if previous == nil {
			return nil
		}
		in.previous = previous.Code
		in.before, err = s.load(ctx, tx, previous)
		return err
	})
	return in, err
}

// load prepares the answers of a wave for comparison.
func (s *Service) load(ctx context.Context, tx *db.Tx, w *survey.Wave) ([]answer, error) {
	forms, err := s.surveys.FormsTx(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	sheets := map[survey.Group]*sheetOf{}
	for g, form := range forms {
		sheets[g] = newSheet(g, form, w.Plan.V.Scale)
	}
	answers := make([]answer, 0, w.Counts.Targeted+w.Counts.Online)
	err = s.surveys.EvidenceTx(ctx, tx, w, func(e *survey.Evidence) error {
		if sheet := sheets[e.Group]; sheet != nil {
			answers = append(answers, newAnswer(e, sheet))
		}
		return nil
	})
	return answers, err
}

// previousOf returns the latest wave of the district before this one whose fieldwork is over, nil when there is none.
func previousOf(w *survey.Wave, waves []survey.Wave) (found *survey.Wave) {
	over := []survey.State{survey.Closed, survey.Scored, survey.Reviewed, survey.Published, survey.Archived}
	for i := range waves {
		p := &waves[i]
		if p.ID != w.ID && p.Area == w.Area && slices.Contains(over, p.State) && p.Period < w.Period && (found == nil || p.Period > found.Period) {
			found = p
		}
	}
	return found
}

// keep stores the outcome of a check, flags the answers and records who did it.
func (s *Service) keep(ctx context.Context, tx *db.Tx, waveID string, o *outcome) (*Check, error) {
	w, err := s.judgeable(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	verdicts, err := lastVerdicts(ctx, tx, w.ID)
	if err != nil {
		return nil, err
	}
	flags := map[string]int{}
	for i := range o.marks {
		flags[o.marks[i].ID] = int(o.marks[i].Flags)
	}
	c := &Check{ID: db.NewID(tx), WaveID: w.ID, Summary: db.JSON[Summary]{V: o.summary}, Digest: o.digest(), Actor: auth.From(ctx).UserID, CreatedAt: tx.Time()}
	if c.Seq, err = nextSeq(ctx, tx, w.ID); err != nil {
		return nil, err
	}
	return c, errors.Join(
		insertCheck(ctx, tx, c),
		replaceMarks(ctx, tx, w.ID, o, verdicts),
		replaceFindings(ctx, tx, w.ID, o.findings, verdicts),
		s.surveys.FlagTx(ctx, tx, w, flags),
		audit.Log(ctx, tx, audit.Entry{Action: "integrity.checked", Object: "wave", ObjectID: w.ID, Area: w.Area,
			Detail: map[string]any{"check": c.Seq, "answers": o.summary.Answers, "flagged": o.summary.Flagged, "findings": o.summary.Findings, "digest": c.Digest}}),
		outbox.Emit(ctx, tx, TopicChecked, w.ID, Event{WaveID: w.ID, Flagged: o.summary.Flagged}))
}
