package crypto

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/db"
)

const fingerprintSetting = "crypto.key_fingerprint"

// KeysFor loads the key file that belongs to the database, or draws new keys for a database that has never had any. A
// missing file or other keys than those the data was written with are errors: starting anyway would leave sealed
// fields unreadable and seal new ones that the right keys do not open.
func KeysFor(ctx context.Context, d *db.DB, path string, c Cipher) (*Keys, error) {
	known, err := fingerprint(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("read the key fingerprint: %w", err)
	}
	load := func() (*Keys, error) { return LoadOrCreate(path, c) }
	if known != "" {
		load = func() (*Keys, error) { return Load(path) }
	}
	k, err := load()
	if errors.Is(err, ErrNoKeys) {
		return nil, fmt.Errorf("the key file %s is missing: put back the one with fingerprint %s from its copy", path, known)
	}
	if err != nil {
		return nil, err
	}
	if known == "" {
		if known, err = remember(ctx, d, k.Fingerprint()); err != nil {
			return nil, fmt.Errorf("store the key fingerprint: %w", err)
		}
	}
	if k.Fingerprint() != known {
		return nil, fmt.Errorf("the keys in %s have fingerprint %s, the data was written with %s: put the right key file in place", path, k.Fingerprint(), known)
	}
	return k, nil
}

func fingerprint(ctx context.Context, d *db.DB) (known string, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		known, err = db.Get[string](ctx, tx, "SELECT value FROM setting WHERE name = $1", fingerprintSetting)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		return err
	})
	return known, err
}

// remember stores the fingerprint unless another node was first, and returns the one that counts.
func remember(ctx context.Context, d *db.DB, own string) (known string, err error) {
	err = d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO setting (name, value, updated_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (name) DO NOTHING`, fingerprintSetting, own, tx.Time())
		if err != nil {
			return err
		}
		known, err = db.Get[string](ctx, tx, "SELECT value FROM setting WHERE name = $1", fingerprintSetting)
		return err
	})
	return known, err
}
