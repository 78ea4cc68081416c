// Package jobs runs long work in the background: enqueued in the transaction that wants it, claimed with a
// lease so that a crash gives it back, with progress in counts that its owner finds again under 任务.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// States of a job.
const (
	Waiting = "waiting"
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Job is work to enqueue.
type Job struct {
	Kind      string // registered with Runner.Register
	Title     string // shown to the owner, in the interface's language
	Args      any
	UniqueKey string    // at most one waiting or running job per kind and key; "" for no limit
	RunAt     time.Time // zero: now
	Attempts  int       // tries before it is failed; 0 means 3
}

// Status is a job as its owner sees it.
type Status struct {
	ID         string       `json:"id" db:"id"`
	Kind       string       `json:"kind" db:"kind"`
	Title      string       `json:"title" db:"title"`
	Key        string       `json:"key,omitempty" db:"unique_key" doc:"what at most one of the kind works on at a time, for instance a wave"`
	State      string       `json:"state" db:"state" enum:"waiting,running,done,failed"`
	OwnerID    string       `json:"owner_id" db:"owner_id"`
	OwnerName  string       `json:"owner_name" db:"owner_name"`
	Done       int64        `json:"done" db:"done"`
	Total      int64        `json:"total" db:"total"`
	Note       string       `json:"note" db:"note"`
	Result     db.JSON[any] `json:"result" db:"result"`
	Error      string       `json:"error,omitempty" db:"error"`
	CreatedAt  clock.Time   `json:"created_at" db:"created_at"`
	FinishedAt *clock.Time  `json:"finished_at,omitempty" db:"finished_at"`
}

const columns = `id, kind, title, COALESCE(unique_key, '') AS unique_key, state, owner_id, owner_name, done, total, note,
	CASE WHEN result = '' THEN 'null' ELSE result END AS result, error, created_at, finished_at`

// Enqueue adds a job in the caller's transaction, owned by whoever acts. It returns the id of the job that
// is already waiting or running under the same unique key, if there is one.
func Enqueue(ctx context.Context, tx *db.Tx, j Job) (string, error) {
	args, err := json.Marshal(j.Args)
	if err != nil {
		return "", fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	var key *string
	if j.UniqueKey != "" {
		key = &j.UniqueKey
		id, err := db.Get[string](ctx, tx, "SELECT id FROM job WHERE kind = $1 AND unique_key = $2 AND state IN ('waiting', 'running')", j.Kind, j.UniqueKey)
		if !errors.Is(err, db.ErrNoRows) {
			return id, err
		}
	}
	if j.RunAt.IsZero() {
		j.RunAt = tx.Now()
	}
	if j.Attempts == 0 {
		j.Attempts = 3
	}
	owner := &auth.Principal{}
	if p := auth.From(ctx); p != nil {
		owner = p
	}
	id := db.NewID(tx)
	_, err = tx.Exec(ctx, `INSERT INTO job (id, kind, title, args, state, unique_key, owner_id, owner_name, run_at, max_attempts, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, j.Kind, j.Title, string(args), Waiting, key, owner.UserID, owner.Name, clock.At(j.RunAt), j.Attempts, tx.Time())
	if err != nil {
		return "", fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	tx.AfterCommit(wake)
	return id, nil
}

// Find returns a job of the caller; NotFound for somebody else's unless the caller is the system.
func Find(ctx context.Context, tx *db.Tx, id string) (Status, error) {
	s, err := db.Get[Status](ctx, tx, "SELECT "+columns+" FROM job WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !mine(ctx, s.OwnerID) {
		return Status{}, errs.NotFound("jobs.not_found", "No such task of yours.")
	}
	return s, err
}

// List returns the caller's jobs, newest first, before the id given.
func List(ctx context.Context, tx *db.Tx, before string, limit int) ([]Status, error) {
	p := auth.From(ctx)
	if p == nil {
		return nil, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if before == "" {
		return db.All[Status](ctx, tx, "SELECT "+columns+" FROM job WHERE owner_id = $1 ORDER BY id DESC LIMIT $2", p.UserID, limit)
	}
	return db.All[Status](ctx, tx, "SELECT "+columns+" FROM job WHERE owner_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", p.UserID, before, limit)
}

// Count returns how many jobs the caller has.
func Count(ctx context.Context, tx *db.Tx) (int, error) {
	p := auth.From(ctx)
	if p == nil {
		return 0, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	return db.Get[int](ctx, tx, "SELECT COUNT(*) FROM job WHERE owner_id = $1", p.UserID)
}

func mine(ctx context.Context, owner string) bool {
	p := auth.From(ctx)
	return p != nil && (p.System || p.UserID == owner)
}
