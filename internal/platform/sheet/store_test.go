package sheet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

type thing struct{ code string }

var things = sheet.Columns[thing]{{Name: "code", Title: "编号", Required: true, Set: sheet.Text(func(x *thing) *string { return &x.code }, 20)}}

// shelf keeps things; it fails at a code, and counts how many were handed over in one transaction at most.
type shelf struct {
	d              *db.DB
	failsAt        string
	inTurn, inMost int
	last           *db.Tx
}

func newShelf(t *testing.T, d *db.DB) *shelf {
	t.Helper()
	if err := d.Tx(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), "CREATE TABLE thing (code TEXT PRIMARY KEY)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return &shelf{d: d}
}

func (s *shelf) put(ctx context.Context, tx *db.Tx, x thing) (changed bool, err error) {
	if s.last != tx {
		s.last, s.inTurn = tx, 0
	}
	s.inTurn++
	s.inMost = max(s.inMost, s.inTurn)
	switch {
	case x.code == s.failsAt:
		return false, errors.New("the disk is full")
	case strings.HasPrefix(x.code, "bad"):
		return false, errs.Invalid("camera.bad_camera", "Correct the marked fields.")
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM thing WHERE code = $1", x.code)
	if err != nil || n > 0 {
		return n > 0, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO thing (code) VALUES ($1)", x.code)
	return false, err
}

func (s *shelf) count(t *testing.T) (n int) {
	t.Helper()
	if err := s.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.Get[int](context.Background(), tx, "SELECT COUNT(*) FROM thing")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *shelf) send(t *testing.T, dry bool, codes ...string) (*sheet.Stored, error) {
	t.Helper()
	in, err := things.All(strings.NewReader("编号\n"+strings.Join(codes, "\n")+"\n"), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return things.Store(context.Background(), s.d, in, dry, func(x thing) string { return x.code }, s.put)
}

// many are n codes; some are replaced by others.
func many(n int, others map[int]string) (out []string) {
	for i := range n {
		code := fmt.Sprintf("c%04d", i)
		if other, ok := others[i]; ok {
			code = other
		}
		out = append(out, code)
	}
	return out
}

func TestStore_LongFilesGoInBatchesWithOneReport(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		file := many(950, map[int]string{10: "bad-1", 700: "bad-2", 900: "c0003"})
		dry, err := s.send(t, true, file...)
		if err != nil || dry.Added != 947 || dry.Changed != 1 || dry.Rejected != 2 || dry.Accepted != 948 || s.count(t) != 0 {
			t.Fatalf("dry: %+v, %v, %d stored", dry, err, s.count(t))
		}
		got, err := s.send(t, false, file...)
		if err != nil || got.Added != dry.Added || got.Changed != dry.Changed || got.Rejected != 2 || got.StoppedAt != 0 || s.count(t) != 947 {
			t.Fatalf("stored: %+v, %v, %d stored", got, err, s.count(t))
		}
		if len(got.Errors) != 2 || got.Errors[0].Row != 12 || got.Errors[1].Row != 702 {
			t.Errorf("what is wrong: %+v", got.Errors)
		}
		if s.inMost > 200 {
			t.Errorf("%d rows held up every other writer", s.inMost)
		}
	})
}

func TestStore_AFailureKeepsWhatWasStoredAndSaysWhereItEnded(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		s.failsAt = "c0450"
		file := many(600, map[int]string{5: "bad"})
		got, err := s.send(t, false, file...)
		if err != nil || got.StoppedAt != 452 || got.Added != 449 || got.Accepted != 449 || got.Rejected != 1 || s.count(t) != 449 {
			t.Fatalf("%+v, %v, %d stored", got, err, s.count(t))
		}
		s.failsAt = ""
		if again, err := s.send(t, false, file...); err != nil || again.Added != 150 || again.Changed != 449 || s.count(t) != 599 {
			t.Fatalf("sent again: %+v, %v", again, err)
		}
		s.failsAt = "c0000"
		if got, err := s.send(t, false, file...); err == nil {
			t.Errorf("nothing was stored and it is no error: %+v", got)
		}
	})
}
