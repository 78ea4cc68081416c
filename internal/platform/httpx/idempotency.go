package httpx

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// maxReplay bounds the stored answer; larger ones are answered again by a pointer to look it up.
const maxReplay = 256 << 10

type replay struct {
	Request string `db:"request"`
	Status  int    `db:"status"`
	Body    string `db:"body"`
}

// Idempotent makes POST with an Idempotency-Key safe to repeat: the key is written in the first transaction
// of the request, so key and effect are durable together; a repetition gets the first answer. The same key
// with another content is refused.
func Idempotent(d *db.DB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if r.Method != http.MethodPost || key == "" || carriesSecrets(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if len(key) > 128 {
			WriteProblem(w, r, errs.Invalid("request.invalid", "The Idempotency-Key is longer than 128 characters."))
			return
		}
		digest, done, err := digestBody(r)
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		defer done()
		owner := ownerOf(r.Context())
		if first, err := answered(r.Context(), d, owner, key, digest); err != nil || first != nil {
			respond(w, r, first, err)
			return
		}
		ctx := db.WithHook(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, `INSERT INTO idempotency (owner, key, request, created_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT DO NOTHING`, owner, key, digest, tx.Time())
			if err == nil && n == 0 {
				return errs.Conflict("request.duplicate", "The same request is being handled; look for its result in a moment.")
			}
			return err
		})
		rec := &capture{ResponseWriter: w}
		quiet := context.WithoutCancel(r.Context()) // the answer is kept also when the caller is gone
		*r = *r.WithContext(ctx)
		next.ServeHTTP(rec, r)
		if rec.status < 400 && rec.body.Len() <= maxReplay {
			_ = d.Tx(quiet, func(tx *db.Tx) error { // if this is lost, a repetition gets 409, never a second effect
				_, err := tx.Exec(quiet, "UPDATE idempotency SET status = $1, body = $2 WHERE owner = $3 AND key = $4",
					rec.status, rec.body.String(), owner, key)
				return err
			})
		}
	})
}

// carriesSecrets names the operations whose requests hold passwords, or whose answers hold tokens, codes or revealed telephone
// numbers, those that bring answers of respondents, and reports of residents, whose answers hold the code to follow them with. Neither a digest of the one nor the text of the other may lie in the database, nor
// who sent an answer when, so these take no Idempotency-Key; answers and reports have a submission_id of their own.
func carriesSecrets(path string) bool {
	return path == "/api/v1/public/responses" || strings.HasPrefix(path, "/api/v1/public/reports") || strings.HasPrefix(path, "/api/v1/public/follow") ||
		strings.HasSuffix(path, "/reveal") || strings.HasPrefix(path, "/api/v1/fieldwork/") || path == "/api/v1/session" || path == "/api/v1/users" || path == "/api/v1/tokens" ||
		strings.HasPrefix(path, "/api/v1/account/") || strings.HasSuffix(path, "/actions/reset-password") || strings.HasSuffix(path, "/contact") ||
		strings.HasSuffix(path, "/letters") || strings.HasPrefix(path, "/open311/") || strings.HasSuffix(path, "/reveal") ||
		strings.HasPrefix(path, "/api/v1/public/report") || strings.HasPrefix(path, "/api/v1/public/follow") || path == "/api/v1/partners" || path == "/api/v1/webhooks" ||
		path == "/api/v1/message-channels/test" || strings.HasSuffix(path, "/actions/renew-key") || strings.HasSuffix(path, "/actions/renew-secret") ||
		strings.HasSuffix(path, "/invitations") || strings.HasPrefix(path, "/api/v1/public/judgements")
}

func ownerOf(ctx context.Context) string {
	if p := auth.From(ctx); p != nil {
		return p.UserID
	}
	return "address " + audit.OriginFrom(ctx).Address
}

// inMemory bounds what of a body lies in memory while its digest is taken; a larger one waits in a file.
const inMemory = 1 << 20

// digestBody reads the body, puts it back for the operation, and returns the digest of the request. Call done when the
// request is answered.
func digestBody(r *http.Request) (digest string, done func(), err error) {
	h, buf := sha256.New(), &bytes.Buffer{}
	_, _ = io.WriteString(h, r.URL.RequestURI()+"\n") // a hash never fails to write
	in := io.TeeReader(r.Body, h)
	sum := func() string { return hex.EncodeToString(h.Sum(nil)) }
	if _, err = io.CopyN(buf, in, inMemory); errors.Is(err, io.EOF) {
		r.Body = io.NopCloser(buf)
		return sum(), func() {}, nil
	} else if err != nil {
		return "", nil, err
	}
	f, err := os.CreateTemp("", "yiwang-request-*") // 0600
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = errors.Join(f.Close(), os.Remove(f.Name())) } // a left-over is only disk space
	_, err = io.Copy(f, io.MultiReader(buf, in))
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return "", nil, err
	}
	r.Body = io.NopCloser(f)
	return sum(), done, nil
}

// answered returns the stored answer, nil if the key is new.
func answered(ctx context.Context, d *db.DB, owner, key, digest string) (*replay, error) {
	var found replay
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = db.Get[replay](ctx, tx, "SELECT request, status, body FROM idempotency WHERE owner = $1 AND key = $2", owner, key)
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRows):
		return nil, nil //nolint:nilnil // "not yet" is the ordinary case here, not an error
	case err != nil:
		return nil, err
	case found.Request != digest:
		return nil, errs.Invalid("request.idempotency_reused", "This Idempotency-Key was used for another request.")
	case found.Status == 0:
		return nil, errs.Conflict("request.duplicate", "The same request is being handled; look for its result in a moment.")
	}
	return &found, nil
}

func respond(w http.ResponseWriter, r *http.Request, done *replay, err error) {
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Idempotent-Replay", "true")
	if done.Body != "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(done.Status)
	_, _ = io.WriteString(w, done.Body)
}

// ForgetKeys removes idempotency keys older than a day; a repetition after that is a new request.
func ForgetKeys(ctx context.Context, d *db.DB) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE created_at < $1", tx.Now().Add(-24*time.Hour).UnixMilli())
		return err
	})
}

type capture struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *capture) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *capture) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	if c.body.Len() <= maxReplay {
		_, _ = c.body.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

func (c *capture) Unwrap() http.ResponseWriter { return c.ResponseWriter }
