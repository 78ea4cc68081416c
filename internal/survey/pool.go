package survey

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/platform/outbox"
)

// Free text of a single answer would stand in the order of the answers and could be matched to them. It waits in a pool until several
// are there or some time has passed, and is then taken over shuffled.
const (
	poolEnough = 10
	poolWait   = 15 * time.Minute
	poolKind   = "survey.release-comments"
)

type pooled struct {
	Comment
	PhoneSealed string `db:"phone"`
}

func (s *Service) poolComments(ctx context.Context, tx *db.Tx, r *Response, t texts) error {
	for i, line := range t.list {
		id, phone := randomID(), ""
		if i == 0 && t.phone != "" {
			if s.box == nil {
				return errs.Unavailable("survey.no_key", "Telephone numbers cannot be kept: the program has no key for personal data.")
			}
			phone = s.box.Seal([]byte(t.phone), "comment_pool/"+id)
		}
		_, err := tx.Exec(ctx, `INSERT INTO comment_pool (id, wave_id, street, community, grp, channel, question, text, phone, day)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			id, r.WaveID, r.Street, r.Community, r.Group, r.Channel, line.question, line.text, phone, clock.At(weekOf(tx.Now())))
		if err != nil {
			return fmt.Errorf("keep a comment: %w", err)
		}
	}
	if len(t.list) > 0 {
		// In a transaction of its own: two answers that ask for the same job at once must not undo each other. Should the
		// program stop in between, the next comment or the end of the wave asks again.
		tx.AfterCommit(func() { s.askRelease(context.WithoutCancel(ctx), r.WaveID) })
	}
	return nil
}

// askRelease orders the release of what waits: now when enough is there, else later. It is nobody's job, so that it does not say
// whose answer set it off.
func (s *Service) askRelease(ctx context.Context, waveID string) {
	ctx = auth.With(ctx, nil)
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		waiting, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_pool WHERE wave_id = $1", waveID)
		if err != nil || waiting == 0 {
			return err
		}
		job := jobs.Job{Kind: poolKind, Title: "收取意见", Args: releaseArgs{waveID}, UniqueKey: waveID, RunAt: tx.Now().Add(poolWait)}
		if waiting >= poolEnough {
			job.UniqueKey, job.RunAt = waveID+" now", tx.Now() // the one that waits must not hold this one back
		}
		_, err = jobs.Enqueue(ctx, tx, job)
		return err
	})
	if err != nil && !db.IsUnique(err) { // somebody else ordered it at the same time
		slog.WarnContext(ctx, "comments wait for the next answer or the end of the wave", "wave_id", waveID, "error", err)
	}
}

type releaseArgs struct {
	WaveID string `json:"wave_id"`
}

// ReleaseCommentsTx takes the comments that wait in the pool of a wave over into the comments, shuffled, and says so once. Closing a
// wave does it too. Needs PermManage in the wave's area.
func (s *Service) ReleaseCommentsTx(ctx context.Context, tx *db.Tx, waveID string) (int, error) {
	w, err := findWave(ctx, tx, waveID)
	if err != nil {
		return 0, err
	}
	if err := auth.RequireArea(ctx, PermManage, w.Area); err != nil {
		return 0, err
	}
	rows, err := db.All[pooled](ctx, tx, `SELECT id, wave_id, street, community, grp, channel, question, text, phone, day FROM comment_pool
		WHERE wave_id = $1 ORDER BY id LIMIT 5000`, waveID)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	comments := make([]NewComment, len(rows))
	for i, r := range rows {
		if r.PhoneSealed != "" {
			phone, err := s.box.Open(r.PhoneSealed, "comment_pool/"+r.ID)
			if err != nil {
				return 0, err
			}
			comments[i].Phone = string(phone)
		}
		comments[i].Comment = r.Comment
		comments[i].ID = ""
		if _, err := tx.Exec(ctx, "DELETE FROM comment_pool WHERE id = $1", r.ID); err != nil {
			return 0, err
		}
	}
	rand.Shuffle(len(comments), func(i, j int) { comments[i], comments[j] = comments[j], comments[i] })
	if err := s.insertComments(ctx, tx, w, comments); err != nil {
		return 0, err
	}
	return len(comments), outbox.Emit(ctx, tx, TopicImported, w.ID, Imported{WaveID: w.ID, Comments: len(comments)})
}

// ReleaseComments is ReleaseCommentsTx in a transaction of its own.
func (s *Service) ReleaseComments(ctx context.Context, waveID string) (n int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err = s.ReleaseCommentsTx(ctx, tx, waveID)
		return err
	})
	return n, err
}

// releaseJob is the background form of ReleaseComments.
func (s *Service) releaseJob(ctx context.Context, run *jobs.Run) error {
	var a releaseArgs
	if err := run.Args(&a); err != nil {
		return err
	}
	_, err := s.ReleaseComments(auth.System(ctx, "survey"), a.WaveID)
	return err
}
