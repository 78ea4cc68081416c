package crypto_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestKeysFor_KeepsDatabaseAndKeysTogether(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx, path := context.Background(), filepath.Join(t.TempDir(), "keys.json")
		first, err := crypto.KeysFor(ctx, d, path, crypto.AES)
		if err != nil {
			t.Fatal(err)
		}
		again, err := crypto.KeysFor(ctx, d, path, crypto.SM4)
		if err != nil || again.Fingerprint() != first.Fingerprint() {
			t.Fatalf("the second start has other keys: %v", err)
		}
		rotated, err := first.Rotated(crypto.SM4)
		if err != nil {
			t.Fatal(err)
		}
		if err := rotated.Save(path); err != nil {
			t.Fatal(err)
		}
		if k, err := crypto.KeysFor(ctx, d, path, crypto.AES); err != nil || k.Current != "k2" {
			t.Errorf("after a rotation: %v", err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := crypto.KeysFor(ctx, d, path, crypto.AES); err == nil || !strings.Contains(err.Error(), first.Fingerprint()) {
			t.Errorf("without its key file: %v", err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("new keys were made for old data")
		}
		if _, err := crypto.LoadOrCreate(path, crypto.AES); err != nil {
			t.Fatal(err)
		}
		if _, err := crypto.KeysFor(ctx, d, path, crypto.AES); err == nil || !strings.Contains(err.Error(), "right key file") {
			t.Errorf("with other keys: %v", err)
		}
	})
}
