// Package audit keeps an append-only account of who did what. An entry is written in the transaction of the
// change it describes and never touched again; within a second a job numbers it and links it into a chain of keyed
// digests in audit_link (what a transaction of more than a second wrote: within ten, of more than ten: within an hour). Changing, removing
// or reordering a sealed entry breaks Verify at that place, and cutting off the end breaks it at the
// last seal; only who removes the end with its seals leaves a chain that is whole and too short. The key lies
// outside the database, so somebody with the database alone cannot forge a digest.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// PermRead lets an audit administrator read and verify the trail.
const PermRead = "audit.read"

// Entry is what a service reports. Actor, time, request and address come from the context and transaction.
type Entry struct {
	Action   string // the verb, such as "rectify.issue"
	Object   string // the kind of thing, such as "rectification"
	ObjectID string
	Area     string // area code, "" if none
	Detail   any    // ids, states, counts; never names or numbers of residents
}

// Record is an entry as stored.
type Record struct {
	ID        string     `json:"id" db:"id"`
	Seq       *int64     `json:"seq,omitempty" db:"seq" doc:"Place in the chain; absent for the last second's entries"`
	At        clock.Time `json:"at" db:"at"`
	ActorID   string     `json:"actor_id" db:"actor_id"`
	ActorName string     `json:"actor_name" db:"actor_name"`
	RequestID string     `json:"request_id" db:"request_id"`
	Address   string     `json:"address" db:"address"`
	Action    string     `json:"action" db:"action"`
	Object    string     `json:"object" db:"object"`
	ObjectID  string     `json:"object_id" db:"object_id"`
	Area      string     `json:"area" db:"area"`
	Detail    string     `json:"detail" db:"detail"`
}

const columns = "id, at, actor_id, actor_name, request_id, address, action, object, object_id, area, detail"

type originKey struct{}

// Origin is where a request came from.
type Origin struct{ RequestID, Address string }

// WithOrigin notes the request in the context, for entries written under it.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginFrom returns the noted request, or an empty Origin.
func OriginFrom(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// Log appends entries in the caller's transaction: they stand exactly if the change stands.
func Log(ctx context.Context, tx *db.Tx, entries ...Entry) error {
	actorID, actorName := "anonymous", ""
	if p := auth.From(ctx); p != nil {
		actorID, actorName = p.UserID, p.Name
	}
	o := OriginFrom(ctx)
	rows := make([][]any, len(entries))
	for i, e := range entries {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		rows[i] = []any{db.NewID(tx), tx.Time(), actorID, actorName, o.RequestID, o.Address, e.Action, e.Object, e.ObjectID, e.Area, string(detail)}
	}
	return db.InsertMany(ctx, tx, "audit_entry", "id, at, actor_id, actor_name, request_id, address, action, object, object_id, area, detail", "", rows)
}

// Filter narrows a list; empty fields do not.
type Filter struct {
	Action, Object, ObjectID, ActorID string
	Before                            string // id of the last entry seen; newest come first
	Limit                             int
}

// List returns entries, newest first. The caller checks PermRead.
func List(ctx context.Context, tx *db.Tx, f Filter) ([]Record, error) {
	where, args := f.where()
	if f.Before != "" {
		args = append(args, f.Before)
		where += fmt.Sprintf(" AND id < $%d", len(args))
	}
	args = append(args, f.Limit)
	return db.All[Record](ctx, tx, fmt.Sprintf(`SELECT %s, (SELECT seq FROM audit_link WHERE entry_id = audit_entry.id) AS seq
		FROM audit_entry WHERE %s ORDER BY id DESC LIMIT $%d`, columns, where, len(args)), args...)
}

// Count returns how many entries match, Before and Limit aside.
func Count(ctx context.Context, tx *db.Tx, f Filter) (int, error) {
	where, args := f.where()
	return db.Get[int](ctx, tx, "SELECT COUNT(*) FROM audit_entry WHERE "+where, args...)
}

// Wrote reports whether anything was noted from one time until another.
func Wrote(ctx context.Context, tx *db.Tx, from, until time.Time) (bool, error) {
	return db.Get[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM audit_entry WHERE id >= $1 AND id < $2)", db.FirstID(from), db.FirstID(until))
}

func (f Filter) where() (string, []any) {
	where, args := []string{"1 = 1"}, []any{}
	for _, c := range []struct{ column, value string }{
		{"action", f.Action}, {"object", f.Object}, {"object_id", f.ObjectID}, {"actor_id", f.ActorID},
	} {
		if c.value != "" {
			args = append(args, c.value)
			where = append(where, fmt.Sprintf("%s = $%d", c.column, len(args)))
		}
	}
	return strings.Join(where, " AND "), args
}
