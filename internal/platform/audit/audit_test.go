package audit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func logThree(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := auth.With(context.Background(), &auth.Principal{UserID: "u1", Name: "顾文澜"})
	ctx = audit.WithOrigin(ctx, audit.Origin{RequestID: "req-1", Address: "192.0.2.1"})
	for _, id := range []string{"a", "b", "c"} {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return audit.Log(ctx, tx, audit.Entry{Action: "case.close", Object: "case", ObjectID: id, Area: "320106001", Detail: map[string]int{"n": 1}})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t *testing.T, d *db.DB) audit.Report {
	t.Helper()
	rep, err := audit.New(d, key).Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestVerify_UntouchedTrailIsIntact(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		logThree(t, d)
		if rep := verify(t, d); !rep.Intact || rep.Entries != 3 {
			t.Fatalf("got %+v", rep)
		}
		logThree(t, d) // sealed in a second batch, linked to the first
		if rep := verify(t, d); !rep.Intact || rep.Entries != 6 {
			t.Fatalf("got %+v", rep)
		}
	})
}

func TestVerify_NamesTheFirstBrokenEntry(t *testing.T) {
	cases := map[string]struct {
		tamper string
		broken int64
		reason string
	}{
		"changed detail":      {`UPDATE audit_entry SET detail = '{"n":2}' WHERE object_id = 'b'`, 2, "changed"},
		"changed actor":       {`UPDATE audit_entry SET actor_name = '别人' WHERE object_id = 'a'`, 1, "changed"},
		"byte moved to field": {`UPDATE audit_entry SET object = 'cas', object_id = 'e' || object_id WHERE object_id = 'c'`, 3, "changed"},
		"removed":             {`DELETE FROM audit_entry WHERE object_id = 'b'`, 2, "missing"},
		"removed with link":   {`DELETE FROM audit_entry WHERE object_id = 'b'; DELETE FROM audit_link WHERE seq = 2`, 2, "missing"},
		"link removed":        {`DELETE FROM audit_link WHERE seq = 2`, 2, "missing"},
		"last removed":        {`DELETE FROM audit_entry WHERE object_id = 'c'`, 3, "missing"},
		"cut off":             {`DELETE FROM audit_entry WHERE object_id = 'c'; DELETE FROM audit_link WHERE seq = 3`, 3, "cut_off"},
		"swapped": {`UPDATE audit_link SET seq = 0 WHERE seq = 2; UPDATE audit_link SET seq = 2 WHERE seq = 3;
			UPDATE audit_link SET seq = 3 WHERE seq = 0`, 2, "changed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, d *db.DB) {
				logThree(t, d)
				verify(t, d)
				ctx := context.Background()
				err := d.Tx(ctx, func(tx *db.Tx) error {
					for _, statement := range strings.Split(c.tamper, ";") {
						if _, err := tx.Exec(ctx, statement); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if rep := verify(t, d); rep.Intact || rep.Broken != c.broken || rep.Reason != c.reason {
					t.Fatalf("got %+v", rep)
				}
			})
		})
	}
}

func TestVerify_ForgedWithAnotherKeyIsFound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		logThree(t, d)
		if err := audit.New(d, []byte("another key of the same length!!")).Seal(context.Background()); err != nil {
			t.Fatal(err)
		}
		if rep := verify(t, d); rep.Intact || rep.Broken != 1 {
			t.Fatalf("got %+v", rep)
		}
	})
}

func TestSeal_WhatALongTransactionWroteIsSealedWithinAnHour(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		ctx, trail := context.Background(), audit.New(d, key)
		sealed := func(want int) {
			t.Helper()
			if err := trail.Seal(ctx); err != nil {
				t.Fatal(err)
			}
			if err := d.Read(ctx, func(tx *db.Tx) error {
				n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM audit_link")
				if n != want {
					t.Errorf("%d entries are sealed, not %d", n, want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		appear := func(took time.Duration) { // its id is of when the transaction began
			t.Helper()
			if err := d.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO audit_entry (id, at, actor_id, actor_name, request_id, address, action, object, object_id, area, detail)
					VALUES ($1, $2, '', '', '', '', 'x', 'y', '', '', '')`, db.FirstID(tx.Now().Add(-took))+"-7000-8000-000000000000", tx.Time())
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		sealed(0)
		logThree(t, d)
		sealed(3)
		appear(10 * time.Minute)
		sealed(3)
		c.Advance(time.Second)
		appear(9 * time.Second)
		sealed(3)
		for range 9 { // as the program does, every second
			c.Advance(time.Second)
			if err := trail.Seal(ctx); err != nil {
				t.Fatal(err)
			}
		}
		sealed(4)
		c.Advance(time.Hour)
		sealed(5)
		if rep := verify(t, d); !rep.Intact || rep.Entries != 5 {
			t.Errorf("got %+v", rep)
		}
	})
}

func TestLog_StandsOnlyWithTheChange(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		_ = d.Tx(ctx, func(tx *db.Tx) error {
			if err := audit.Log(ctx, tx, audit.Entry{Action: "x", Object: "y"}); err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		if rep := verify(t, d); rep.Entries != 0 {
			t.Fatalf("got %+v", rep)
		}
	})
}

func TestList_FiltersAndPagesNewestFirst(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		logThree(t, d)
		ctx := context.Background()
		err := d.Read(ctx, func(tx *db.Tx) error {
			first, err := audit.List(ctx, tx, audit.Filter{Object: "case", Limit: 2})
			if err != nil {
				return err
			}
			if len(first) != 2 || first[0].ObjectID != "c" || first[0].Address != "192.0.2.1" || first[0].ActorName != "顾文澜" {
				t.Errorf("got %+v", first)
			}
			rest, err := audit.List(ctx, tx, audit.Filter{Object: "case", Before: first[1].ID, Limit: 2})
			if len(rest) != 1 || rest[0].ObjectID != "a" {
				t.Errorf("got %+v", rest)
			}
			n, err2 := audit.Count(ctx, tx, audit.Filter{ActorID: "u1"})
			if n != 3 {
				t.Errorf("counted %d", n)
			}
			if err == nil {
				err = err2
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
