package httpx_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

const limit = 2 << 20

type uploadIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true"`
	}]
}

// newUploads serves one operation that takes a file of at most 2 MiB from somebody signed in, and tells its size.
func newUploads(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	httpx.Handle(httpx.NewAPI(mux, "test"), httpx.Op{ID: "upload", Method: "POST", Path: "/api/upload", Tag: "t", Access: httpx.SignedIn, MaxBody: limit},
		func(_ context.Context, in *uploadIn) (*struct{ Body int64 }, error) {
			n, err := io.Copy(io.Discard, in.RawBody.Data().File)
			return &struct{ Body int64 }{n}, err
		})
	outer := &httpx.Outer{Clock: clock.System, Limiter: httpx.NewLimiter(0, 0),
		Authenticate: func(*http.Request) (*auth.Principal, error) { return &auth.Principal{UserID: "u1"}, nil }}
	s := httptest.NewServer(outer.Wrap(httpx.Idempotent(testkit.SQLite(t), mux)))
	t.Cleanup(s.Close)
	return s
}

func upload(t *testing.T, s *httptest.Server, size int, chunked bool, key string) (int, string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.SetBoundary("the-same-every-time")
	f, _ := m.CreateFormFile("file", "a.bin")
	_, _ = f.Write(bytes.Repeat([]byte("x"), size))
	_ = m.Close()
	var body io.Reader = &b
	if chunked {
		body = io.MultiReader(&b) // hides the length
	}
	req, err := http.NewRequestWithContext(context.Background(), "POST", s.URL+"/api/upload", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, strings.TrimSpace(string(text))
}

func TestUpload_LeavesNoTemporaryFiles(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s := newUploads(t)
	for _, key := range []string{"", "k1"} {
		if status, text := upload(t, s, limit-4096, false, key); status != 200 || text != "2093056" {
			t.Fatalf("key %q: %d %s", key, status, text)
		}
	}
	s.Close() // waits for the handlers
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestUpload_BeyondTheLimitOfTheOperationIsRefused(t *testing.T) {
	s := newUploads(t)
	for _, chunked := range []bool{false, true} {
		if status, text := upload(t, s, limit+4096, chunked, ""); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "request.too_large") {
			t.Errorf("chunked %v: %d %s", chunked, status, text)
		}
	}
}

func TestMetrics_NameTheRouteOfSignedInCallersToo(t *testing.T) {
	s := newUploads(t)
	if status, text := upload(t, s, 10, false, "k2"); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	s.Close()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "route" && l.GetValue() == "POST /api/upload" {
					return
				}
			}
		}
	}
	t.Error("the route is not among the labels")
}
