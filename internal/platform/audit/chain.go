package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"yiwang/internal/platform/db"
)

// Trail seals and verifies the chain of one database with one key.
type Trail struct {
	db  *db.DB
	key []byte

	mu                sync.Mutex
	last, wide, whole time.Time // when the end was last sealed, and when more and everything was looked through for what is not sealed
}

// New returns the trail of d. Keep the key apart from the database.
func New(d *db.DB, key []byte) *Trail { return &Trail{db: d, key: key} }

// seal is the head of the chain after a batch.
type seal struct {
	Seq   int64
	Chain string
}

const (
	// sealBatch bounds one sealing transaction.
	sealBatch = 2000
	// shortly is how far before its last time sealing looks: entries have their time from the beginning of their
	// transaction and appear at its end.
	shortly = time.Second
	// recent is how often it looks so far before the last time it did, for what transactions of some seconds wrote. To do that every
	// time would read each entry ten times.
	recent = 10 * time.Second
	// wholeEvery is how often it looks through everything, for what longer transactions wrote.
	wholeEvery = time.Hour
)

// Seal numbers and links the entries of the last second, every ten seconds those that took longer to appear, and at first and every hour
// whatever else is not sealed yet. It
// is idempotent and may run on any node; a race for the same numbers fails on the primary key and is tried again at the
// next tick.
func (t *Trail) Seal(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.db.Clock().Now()
	from, since := "", func(t time.Time, least time.Duration) bool { past := now.Sub(t); return past < 0 || past >= least }
	all := now.Before(t.last) || since(t.whole, wholeEvery) // the clock may have been set back
	more := all || since(t.wide, recent)
	switch {
	case all:
	case more:
		from = db.FirstID(t.wide.Add(-recent))
	default:
		from = db.FirstID(t.last.Add(-shortly))
	}
	if err := t.sealSince(ctx, from); err != nil {
		return err
	}
	t.last = now
	if more {
		t.wide = now
	}
	if all {
		t.whole = now
	}
	return nil
}

// sealSince seals every entry from an id on.
func (t *Trail) sealSince(ctx context.Context, from string) error {
	for {
		n := 0
		err := t.db.Tx(ctx, func(tx *db.Tx) (err error) {
			n, err = t.sealTx(ctx, tx, from)
			return err
		})
		if err != nil || n < sealBatch {
			return err
		}
	}
}

func (t *Trail) sealTx(ctx context.Context, tx *db.Tx, from string) (int, error) {
	if err := tx.Turn(ctx, "audit chain"); err != nil { // servers of one database add to one chain
		return 0, err
	}
	rows, err := db.All[Record](ctx, tx, `SELECT `+columns+` FROM audit_entry
		WHERE id >= $1 AND NOT EXISTS (SELECT 1 FROM audit_link WHERE entry_id >= $1 AND entry_id = audit_entry.id) ORDER BY id LIMIT $2`, from, sealBatch)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	head, err := lastSeal(ctx, tx)
	if err != nil {
		return 0, err
	}
	links := make([][]any, len(rows))
	for i := range rows {
		head.Seq++
		head.Chain = t.link(head.Chain, head.Seq, &rows[i])
		links[i] = []any{head.Seq, rows[i].ID, head.Chain}
	}
	if err := db.InsertMany(ctx, tx, "audit_link", "seq, entry_id, chain", "", links); err != nil {
		return 0, fmt.Errorf("seal %d audit entries: %w", len(rows), err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO audit_seal (seq, chain, sealed_at) VALUES ($1, $2, $3)", head.Seq, head.Chain, tx.Time())
	return len(rows), err
}

func lastSeal(ctx context.Context, tx *db.Tx) (seal, error) {
	s, err := db.Get[seal](ctx, tx, "SELECT seq, chain FROM audit_seal ORDER BY seq DESC LIMIT 1")
	if errors.Is(err, db.ErrNoRows) {
		return seal{}, nil
	}
	return s, err
}

// link is HMAC-SHA-256 over the previous link and every field, each preceded by its length so that moving a
// byte from one field to the next changes the result.
func (t *Trail) link(previous string, seq int64, r *Record) string {
	h := hmac.New(sha256.New, t.key)
	for _, f := range []string{previous, strconv.FormatInt(seq, 10), r.ID, strconv.FormatInt(r.At.UnixMilli(), 10), r.ActorID, r.ActorName,
		r.RequestID, r.Address, r.Action, r.Object, r.ObjectID, r.Area, r.Detail} {
		_, _ = fmt.Fprintf(h, "%d:", len(f)) // a hash never fails to write
		_, _ = h.Write([]byte(f))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Report is the outcome of Verify.
type Report struct {
	Entries int64  `json:"entries" doc:"Entries checked"`
	Intact  bool   `json:"intact"`
	Broken  int64  `json:"broken,omitempty" doc:"Sequence number of the first entry that does not fit"`
	ID      string `json:"id,omitempty" doc:"Id of that entry, if it is there at all"`
	Reason  string `json:"reason,omitempty" enum:"missing,changed,cut_off"`
}

// sealed is a link of the chain with its entry, if that is still there.
type sealed struct {
	Record
	Chain string  `db:"chain"`
	Entry *string `db:"entry"`
}

// Verify seals whatever is outstanding and walks the whole chain.
func (t *Trail) Verify(ctx context.Context) (Report, error) {
	if err := t.sealSince(ctx, ""); err != nil {
		return Report{}, err
	}
	rep := Report{Intact: true}
	broken := errors.New("broken")
	err := t.db.Read(ctx, func(tx *db.Tx) error {
		chain := ""
		err := db.Each(ctx, tx, `SELECT l.seq, l.chain, l.entry_id AS id, e.id AS entry, COALESCE(e.at, 0) AS at, COALESCE(e.actor_id, '') AS actor_id,
			COALESCE(e.actor_name, '') AS actor_name, COALESCE(e.request_id, '') AS request_id, COALESCE(e.address, '') AS address,
			COALESCE(e.action, '') AS action, COALESCE(e.object, '') AS object, COALESCE(e.object_id, '') AS object_id, COALESCE(e.area, '') AS area,
			COALESCE(e.detail, '') AS detail FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq`, nil, func(r *sealed) error {
			rep.Entries++
			switch {
			case *r.Seq != rep.Entries || r.Entry == nil:
				rep.Intact, rep.Broken, rep.Reason = false, rep.Entries, "missing"
				return broken
			case !hmac.Equal([]byte(r.Chain), []byte(t.link(chain, *r.Seq, &r.Record))):
				rep.Intact, rep.Broken, rep.ID, rep.Reason = false, *r.Seq, r.ID, "changed"
				return broken
			}
			chain = r.Chain
			return nil
		})
		if err != nil {
			return err
		}
		head, err := lastSeal(ctx, tx)
		if err == nil && head.Seq > rep.Entries {
			rep.Intact, rep.Broken, rep.Reason = false, rep.Entries+1, "cut_off"
		}
		return err
	})
	if errors.Is(err, broken) {
		err = nil
	}
	return rep, err
}
