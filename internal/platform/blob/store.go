package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// Store keeps bytes under the SHA-256 of themselves (64 lower-case hexadecimal digits).
type Store interface {
	// Put stores size bytes of body under key and returns when they are durable. Bytes that do not hash to key are
	// refused; a key that is there already is left alone.
	Put(ctx context.Context, key string, body io.ReadSeeker, size int64) error
	// Open reads a file; errs.NotFound (blob.not_found) if it is not there. The caller closes it.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a file; one that is not there is no error. Equal files share a key: delete only what no row names.
	Delete(ctx context.Context, key string) error
	// Walk calls fn for every file in order of key until fn returns an error.
	Walk(ctx context.Context, fn func(key string, size int64) error) error
}

// OpenStore opens the store that a URL names:
//
//	dir:PATH
//	s3://KEY:SECRET@HOST/BUCKET[?region=us-east-1&prefix=files/&tls=0]
//
// The directory is created; the bucket must exist.
func OpenStore(location string, c clock.Clock) (Store, error) {
	if path, found := strings.CutPrefix(location, "dir:"); found {
		return NewDir(path)
	}
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "s3" {
		return nil, errors.New("attachments: write dir:PATH or s3://KEY:SECRET@HOST/BUCKET") // the URL may hold a secret
	}
	secret, _ := u.User.Password()
	bucket := strings.Trim(u.Path, "/")
	if u.Host == "" || bucket == "" || strings.Contains(bucket, "/") || u.User.Username() == "" || secret == "" {
		return nil, errors.New("attachments: s3 needs KEY:SECRET@HOST/BUCKET")
	}
	q := u.Query()
	scheme, region := "https", q.Get("region")
	if q.Get("tls") == "0" {
		scheme = "http"
	}
	if region == "" {
		region = "us-east-1"
	}
	return NewS3(S3Config{Endpoint: scheme + "://" + u.Host, Bucket: bucket, Prefix: q.Get("prefix"), Region: region,
		AccessKey: u.User.Username(), SecretKey: secret, Clock: c})
}

// Verify reads a stored file and reports whether it still hashes to its key.
func Verify(ctx context.Context, s Store, key string) error {
	r, err := s.Open(ctx, key)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(h, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("verify %s: %w", key, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != key {
		return fmt.Errorf("verify %s: the stored bytes hash to %s", key, got)
	}
	return nil
}

func isKey(name string) bool { return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == "" }

// checkKey also keeps paths out of keys.
func checkKey(key string) error {
	if !isKey(key) {
		return notFound()
	}
	return nil
}

func notFound() error { return errs.NotFound("blob.not_found", "The file does not exist.") }
