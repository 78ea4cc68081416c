package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/picture"
)

// Bounds of a portrait: what may be sent, and the edge of the square that is kept of it.
const (
	MaxPortrait  = 10 << 20
	portraitEdge = 240
)

// Photo is the opened portrait of a person; the name changes with what it shows.
type Photo struct {
	io.ReadCloser
	Name string
}

// SetPortrait keeps a photograph of a person as a small square without metadata; the one before is deleted. Anybody for the own account, else
// identity.manage for its area. Invalid for what is no photograph. Portraits are shown to the person, to who may read accounts of the
// area, and to who sees the person on duty.
func (s *Service) SetPortrait(ctx context.Context, id string, photo io.Reader) (User, error) {
	if s.cfg.Files == nil {
		return User{}, errs.Unavailable("identity.no_files", "This server keeps no files.")
	}
	square, err := squareOf(ctx, photo)
	if err != nil {
		return User{}, err
	}
	sum := sha256.Sum256(square)
	key := hex.EncodeToString(sum[:])
	if err := s.mayPortray(ctx, id); err != nil {
		return User{}, err
	}
	if err := s.cfg.Files.Put(ctx, key, bytes.NewReader(square), int64(len(square))); err != nil {
		return User{}, err
	}
	u, err := s.changePortrait(ctx, id, key)
	if err != nil {
		err = errors.Join(err, s.discard(context.WithoutCancel(ctx), id, key))
	}
	return u, err
}

// discard deletes the file of a portrait that did not come to stand. Where the change stands although its answer was lost it is kept.
func (s *Service) discard(ctx context.Context, id, key string) error {
	var stands int
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		stands, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM identity_user WHERE id = $1 AND portrait = $2", id, key)
		return err
	})
	if err != nil || stands > 0 {
		return err
	}
	return s.cfg.Files.Delete(ctx, key)
}

// DropPortrait deletes the portrait of a person. Who may: as SetPortrait.
func (s *Service) DropPortrait(ctx context.Context, id string) error {
	if err := s.mayPortray(ctx, id); err != nil {
		return err
	}
	_, err := s.changePortrait(ctx, id, "")
	return err
}

// Portrait opens the portrait of a person: the own, or with identity.read in the area. NotFound without one.
func (s *Service) Portrait(ctx context.Context, id string) (Photo, error) {
	p := auth.From(ctx)
	if p == nil {
		return Photo{}, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if p.UserID != id {
		if _, err := s.User(ctx, id); err != nil {
			return Photo{}, err
		}
	}
	return s.OpenPortrait(ctx, id)
}

// OpenPortrait is Portrait without asking who wants it. Called by the program, which has judged that.
func (s *Service) OpenPortrait(ctx context.Context, id string) (Photo, error) {
	key := ""
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		u, err := findUser(ctx, tx, id)
		key = u.Portrait
		return err
	})
	switch {
	case err != nil:
		return Photo{}, err
	case key == "" || s.cfg.Files == nil:
		return Photo{}, errs.NotFound("identity.no_portrait", "There is no photograph of this person.")
	}
	file, err := s.cfg.Files.Open(ctx, key)
	return Photo{file, key}, err
}

func (s *Service) mayPortray(ctx context.Context, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error { return mayPortrayTx(ctx, tx, id) })
}

func mayPortrayTx(ctx context.Context, tx *db.Tx, id string) error {
	p := auth.From(ctx)
	if p == nil {
		return errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if p.UserID == id && id != "" {
		return nil
	}
	_, err := manageable(ctx, tx, id, PermManage)
	return err
}

func (s *Service) changePortrait(ctx context.Context, id, key string) (out User, err error) {
	before := ""
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := mayPortrayTx(ctx, tx, id); err != nil {
			return err
		}
		u, err := findUser(ctx, tx, id)
		if err != nil {
			return err
		}
		before = u.Portrait
		if _, err := tx.Exec(ctx, `UPDATE identity_user SET portrait = $2, updated_at = $3 WHERE id = $1`, id, key, tx.Time()); err != nil {
			return err
		}
		if out, err = findUser(ctx, tx, id); err != nil {
			return err
		}
		step := "identity.portrait_set"
		if key == "" {
			step = "identity.portrait_drop"
		}
		return log(ctx, tx, step, "user", id, u.AreaCode, nil)
	})
	if err == nil && before != "" && before != key {
		err = s.cfg.Files.Delete(ctx, before)
	}
	return out, err
}

// squareOf makes the square that is kept. A comment of random bytes in it makes the file unlike any that can come in elsewhere, so that it
// may be deleted although equal files are stored once.
func squareOf(ctx context.Context, photo io.Reader) ([]byte, error) {
	var taken held
	if _, _, err := blob.Ingest(ctx, &taken, photo, blob.Rules{Types: blob.Photos, Bytes: MaxPortrait}); err != nil {
		return nil, err
	}
	whole, err := picture.Open(bytes.NewReader(taken), 4*portraitEdge)
	if err != nil {
		return nil, errs.Invalid("identity.bad_portrait", "This is not a photograph that can be read; take another one.")
	}
	file, err := picture.JPEG(picture.Square(whole, portraitEdge))
	if err != nil {
		return nil, err
	}
	mark := make([]byte, 16)
	_, _ = rand.Read(mark) // never fails
	comment := append([]byte{0xFF, 0xFE, 0, 18}, mark...)
	return append(append(append([]byte{}, file[:2]...), comment...), file[2:]...), nil
}

// held is a store of one file in memory: what came in is checked by the rules of stored files and not kept itself.
type held []byte

func (h *held) Put(_ context.Context, _ string, body io.ReadSeeker, _ int64) (err error) {
	if _, err = body.Seek(0, io.SeekStart); err == nil {
		*h, err = io.ReadAll(body)
	}
	return err
}

func (h *held) Open(context.Context, string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(*h)), nil
}

func (h *held) Delete(context.Context, string) error { *h = nil; return nil }

func (h *held) Walk(context.Context, func(string, int64) error) error {
	return fmt.Errorf("a file held in memory is not walked")
}
