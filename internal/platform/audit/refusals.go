package audit

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Refusals note in the trail what signed-in people were refused, without an entry for each try: the first of a person and an operation
// within seconds, those after it as one entry with their number every hour. What it holds is bounded; who tries more kinds of things than
// that stands with one entry for all the others.
type Refusals struct {
	db *db.DB

	mu   sync.Mutex
	held map[refusal]*tries
}

// refusal is whom what was refused, such as "GET /api/v1/users".
type refusal struct{ actor, operation string }

type tries struct {
	who     *auth.Principal
	origin  Origin // of the last one
	count   int
	from    clock.Time
	to      clock.Time
	written time.Time // when they were last noted; zero for never
}

// Bounds of what is held: kinds of refusals in all and of a person, and how long their next entry waits.
const (
	mostRefusals = 4096
	mostOfOne    = 32
	refusalsRest = time.Hour
	otherwise    = "*" // stands for the operations beyond the bounds
)

// NewRefusals returns a note keeper of the trail of d.
func NewRefusals(d *db.DB) *Refusals { return &Refusals{db: d, held: map[refusal]*tries{}} }

// Add counts a refusal of whoever stands in the context; nobody's are not noted. It neither waits nor fails.
func (f *Refusals) Add(ctx context.Context, operation string) {
	p := auth.From(ctx)
	if p == nil || p.System {
		return
	}
	now := clock.At(f.db.Clock().Now())
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.of(refusal{p.UserID, operation})
	if x == nil {
		return
	}
	if x.count == 0 {
		x.from = now
	}
	x.who, x.origin, x.to = p, OriginFrom(ctx), now
	x.count++
}

// of returns the tries of a kind, or of all others where too many are held; nil where even those are too many. The caller holds mu.
func (f *Refusals) of(key refusal) *tries {
	if x := f.held[key]; x != nil {
		return x
	}
	own := 0
	for k := range f.held {
		if k.actor == key.actor {
			own++
		}
	}
	if own >= mostOfOne || len(f.held) >= mostRefusals {
		key.operation = otherwise
		if x := f.held[key]; x != nil {
			return x
		}
	}
	if len(f.held) >= 2*mostRefusals {
		return nil
	}
	x := &tries{}
	f.held[key] = x
	return x
}

// Note writes what is due. The program calls it every few seconds.
func (f *Refusals) Note(ctx context.Context) error { return f.note(ctx, false) }

// NoteAll writes whatever is held. The program calls it when it ends.
func (f *Refusals) NoteAll(ctx context.Context) error { return f.note(ctx, true) }

// due takes out what is to be written, and forgets what rested for as long. The caller holds mu.
func (f *Refusals) due(now time.Time, all bool) map[refusal]tries {
	out := map[refusal]tries{}
	for key, x := range f.held {
		rest := now.Sub(x.written)
		switch rested := rest >= refusalsRest || rest < 0; { // the clock may have gone back
		case x.count > 0 && (all || rested):
			out[key] = *x
			x.count, x.written = 0, now
		case x.count == 0 && rested:
			delete(f.held, key)
		}
	}
	return out
}

func (f *Refusals) note(ctx context.Context, all bool) error {
	f.mu.Lock()
	due := f.due(f.db.Clock().Now(), all)
	f.mu.Unlock()
	if len(due) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(due), func(a, b refusal) int {
		return cmp.Or(cmp.Compare(a.actor, b.actor), cmp.Compare(a.operation, b.operation))
	})
	err := f.db.Tx(ctx, func(tx *db.Tx) error {
		for _, key := range keys {
			x := due[key]
			actor := WithOrigin(auth.With(ctx, x.who), x.origin)
			if err := Log(actor, tx, Entry{Action: "access.refused", Object: "operation", ObjectID: key.operation,
				Detail: map[string]any{"times": x.count, "from": x.from, "to": x.to}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.giveBack(due)
	}
	return err
}

// giveBack keeps what could not be written for the next time.
func (f *Refusals) giveBack(due map[refusal]tries) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, x := range due {
		if now := f.held[key]; now != nil {
			if now.count > 0 {
				x.who, x.origin, x.to = now.who, now.origin, now.to
			}
			x.count += now.count
		}
		f.held[key] = &x
	}
}
