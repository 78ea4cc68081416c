package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"yiwang/internal/platform/db"
)

// Trail seals and verifies the chain of one database with one key.
type Trail struct {
	db  *db.DB
	key []byte
}

// New returns the trail of d. Keep the key apart from the database.
func New(d *db.DB, key []byte) *Trail { return &Trail{db: d, key: key} }

// seal is the head of the chain after a batch.
type seal struct {
	Seq   int64
	Chain string
}

// sealBatch bounds one sealing transaction.
const sealBatch = 2000

// Seal numbers and links every entry written so far. It is idempotent and may run on any node; a race for
// the same numbers fails on the unique index and is tried again at the next tick.
func (t *Trail) Seal(ctx context.Context) error {
	for {
		n := 0
		err := t.db.Tx(ctx, func(tx *db.Tx) (err error) {
			n, err = t.sealTx(ctx, tx)
			return err
		})
		if err != nil || n < sealBatch {
			return err
		}
	}
}

func (t *Trail) sealTx(ctx context.Context, tx *db.Tx) (int, error) {
	rows, err := db.All[Record](ctx, tx, "SELECT "+columns+" FROM audit_entry WHERE seq IS NULL ORDER BY id LIMIT $1", sealBatch)
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
		links[i] = []any{rows[i].ID, strconv.FormatInt(head.Seq, 10), head.Chain}
	}
	n, err := db.UpdateMany(ctx, tx, "UPDATE audit_entry SET seq = CAST(v.column2 AS BIGINT), chain = v.column3", "audit_entry.id = v.column1 AND audit_entry.seq IS NULL", links)
	if err != nil {
		return 0, err
	}
	if n != int64(len(rows)) {
		return 0, fmt.Errorf("seal %d audit entries: %d are sealed by another node", len(rows), int64(len(rows))-n)
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

// Verify seals what is outstanding and walks the whole chain.
func (t *Trail) Verify(ctx context.Context) (Report, error) {
	if err := t.Seal(ctx); err != nil {
		return Report{}, err
	}
	rep := Report{Intact: true}
	broken := errors.New("broken")
	err := t.db.Read(ctx, func(tx *db.Tx) error {
		chain := ""
		err := db.Each(ctx, tx, "SELECT "+columns+" FROM audit_entry WHERE seq IS NOT NULL ORDER BY seq", nil, func(r *Record) error {
			rep.Entries++
			switch {
			case *r.Seq != rep.Entries:
				rep.Intact, rep.Broken, rep.Reason = false, rep.Entries, "missing"
				return broken
			case r.Chain == nil || !hmac.Equal([]byte(*r.Chain), []byte(t.link(chain, *r.Seq, r))):
				rep.Intact, rep.Broken, rep.ID, rep.Reason = false, *r.Seq, r.ID, "changed"
				return broken
			}
			chain = *r.Chain
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
