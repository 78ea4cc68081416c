package identity

import (
	"context"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// BenchmarkAuthenticate shows what finding out who asks costs a request: from memory, and with the one indexed read that
// happens every two seconds.
func BenchmarkAuthenticate(b *testing.B) {
	d := testkit.SQLite(b)
	s := New(d, everything, Config{Sealer: newBox(b), Demo: true})
	ctx := context.Background()
	if err := s.Prepare(program); err != nil {
		b.Fatal(err)
	}
	if err := d.Tx(program, func(tx *db.Tx) error {
		_, err := s.EnsureDemoAccounts(program, tx, demoAreas)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	opened, err := s.SignIn(ctx, Credentials{Username: "street01", Password: DemoPassword})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("remembered", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Authenticate(ctx, opened.Token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			s.cache.clear()
			if _, err := s.Authenticate(ctx, opened.Token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
