package blob

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/clock"
)

// S3Config names a bucket and the key that may use it.
type S3Config struct {
	Endpoint  string // https://HOST; the bucket goes into the path
	Bucket    string
	Prefix    string // before every key, such as "yiwang/"
	Region    string
	AccessKey string
	SecretKey string
	Clock     clock.Clock
	// Client defaults to one with timeouts for connecting and for the first byte.
	Client *http.Client
}

// S3 is a Store in a bucket of an S3-compatible service, spoken to with the five requests that a Store needs.
type S3 struct {
	cfg    S3Config
	base   *url.URL
	signer signer
}

// attempts is how often a request is sent when the service or the network fails.
const attempts = 3

// NewS3 checks the configuration; the first request proves that the bucket is there.
func NewS3(cfg S3Config) (*S3, error) {
	base, err := url.Parse(cfg.Endpoint)
	if err != nil || base.Host == "" || cfg.Bucket == "" {
		return nil, fmt.Errorf("attachments: s3 endpoint %q or bucket %q is not usable", cfg.Endpoint, cfg.Bucket)
	}
	if cfg.Client == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = 30 * time.Second
		cfg.Client = &http.Client{Transport: t}
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System
	}
	return &S3{cfg: cfg, base: base, signer: signer{cfg.AccessKey, cfg.SecretKey, cfg.Region}}, nil
}

// emptySum is the SHA-256 of an empty body.
var emptySum = hexSum("")

// do sends a signed request and returns the response if its status is one of want. The body is sent again from its
// start after a failure that may pass.
func (s *S3) do(ctx context.Context, method, key string, q url.Values, body io.ReadSeeker, size int64, want ...int) (*http.Response, error) {
	u := *s.base
	u.Path = "/" + path.Join(s.cfg.Bucket, s.cfg.Prefix+key)
	if key == "" {
		u.Path = "/" + s.cfg.Bucket
	}
	u.RawPath, u.RawQuery = escapePath(u.Path), q.Encode()
	var last error
	for try := range attempts {
		if try > 0 {
			if err := pause(ctx, time.Duration(try*try)*200*time.Millisecond); err != nil {
				return nil, errors.Join(last, err)
			}
		}
		res, err := s.send(ctx, method, u.String(), body, size)
		if err != nil {
			last = err
			continue
		}
		for _, status := range want {
			if res.StatusCode == status {
				return res, nil
			}
		}
		last = answer(res)
		if res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests {
			break
		}
	}
	return nil, fmt.Errorf("s3 %s %s: %w", method, key, last)
}

func (s *S3) send(ctx context.Context, method, address string, body io.ReadSeeker, size int64) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		content = io.NopCloser(body) // the client must not close what may be sent again
		if size == 0 {
			content = http.NoBody // otherwise the length goes unsaid
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return nil, err
	}
	sum := emptySum
	if body != nil {
		r.ContentLength = size
		r.Header.Set("Content-Type", "application/octet-stream")
		sum = path.Base(r.URL.Path) // the key is the hash, so the service proves the bytes
	}
	s.signer.sign(r, sum, s.cfg.Clock.Now())
	return s.cfg.Client.Do(r)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answer reads the service's error document, whose code says what is wrong (NoSuchBucket, SignatureDoesNotMatch).
func answer(res *http.Response) error {
	defer func() { _ = res.Body.Close() }()
	var doc struct{ Code, Message string }
	text, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	_ = xml.Unmarshal(text, &doc) // HEAD has no body
	return fmt.Errorf("status %d %s %s", res.StatusCode, doc.Code, doc.Message)
}

// Put implements Store.
func (s *S3) Put(ctx context.Context, key string, body io.ReadSeeker, size int64) error {
	if err := checkKey(key); err != nil {
		return err
	}
	res, err := s.do(ctx, http.MethodHead, key, nil, nil, 0, http.StatusOK, http.StatusNotFound)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode == http.StatusOK && res.ContentLength == size {
		return nil
	}
	if res, err = s.do(ctx, http.MethodPut, key, nil, body, size, http.StatusOK); err != nil {
		return err
	}
	return res.Body.Close()
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	res, err := s.do(ctx, http.MethodGet, key, nil, nil, 0, http.StatusOK, http.StatusNotFound)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusNotFound {
		if err := answer(res); strings.Contains(err.Error(), "NoSuchBucket") {
			return nil, fmt.Errorf("s3 GET %s: %w", key, err)
		}
		return nil, notFound()
	}
	return res.Body, nil
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	res, err := s.do(ctx, http.MethodDelete, key, nil, nil, 0, http.StatusNoContent, http.StatusOK, http.StatusNotFound)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// page is one page of a listing.
type page struct {
	IsTruncated           bool
	NextContinuationToken string
	Contents              []struct {
		Key  string
		Size int64
	}
}

// Walk implements Store.
func (s *S3) Walk(ctx context.Context, fn func(key string, size int64) error) error {
	q := url.Values{"list-type": {"2"}, "prefix": {s.cfg.Prefix}, "max-keys": {strconv.Itoa(1000)}}
	for {
		res, err := s.do(ctx, http.MethodGet, "", q, nil, 0, http.StatusOK)
		if err != nil {
			return err
		}
		var p page
		err = xml.NewDecoder(res.Body).Decode(&p)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return fmt.Errorf("s3 list: %w", err)
		}
		for _, f := range p.Contents {
			key := strings.TrimPrefix(f.Key, s.cfg.Prefix)
			if !isKey(key) {
				continue
			}
			if err := fn(key, f.Size); err != nil {
				return err
			}
		}
		if !p.IsTruncated || p.NextContinuationToken == "" {
			return nil
		}
		q.Set("continuation-token", p.NextContinuationToken)
	}
}
