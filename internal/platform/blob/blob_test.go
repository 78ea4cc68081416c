package blob

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

func codeOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

// eachStore runs a test on a directory and on a real S3 server.
func eachStore(t *testing.T, test func(t *testing.T, s Store)) {
	t.Run("dir", func(t *testing.T) {
		t.Parallel()
		s, err := OpenStore("dir:"+filepath.Join(t.TempDir(), "files"), clock.System)
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
	t.Run("s3", func(t *testing.T) {
		t.Parallel()
		back := s3mem.New()
		if err := back.CreateBucket("yiwang"); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(gofakes3.New(back, gofakes3.WithIntegrityCheck(true)).Server())
		t.Cleanup(server.Close)
		s, err := OpenStore("s3://key:secret@"+strings.TrimPrefix(server.URL, "http://")+"/yiwang?tls=0&prefix=files/", clock.System)
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
}

func put(t testing.TB, s Store, text string) string {
	t.Helper()
	key := hexSum(text)
	if err := s.Put(context.Background(), key, strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestStore_KeepsFilesByTheirHash(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s Store) {
		ctx := context.Background()
		want := map[string]int64{}
		for i := range 30 {
			text := strings.Repeat("内容", i*1000)
			want[put(t, s, text)] = int64(len(text))
			put(t, s, text) // twice is once
		}
		got, last := map[string]int64{}, ""
		if err := s.Walk(ctx, func(key string, size int64) error {
			if key <= last {
				t.Errorf("walk is not in order: %s after %s", key, last)
			}
			got[key], last = size, key
			return Verify(ctx, s, key)
		}); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d files, want %d", len(got), len(want))
		}
		stop := errors.New("stop")
		if err := s.Walk(ctx, func(string, int64) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("walk ended with %v", err)
		}
		for key, size := range want {
			r, err := s.Open(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil || int64(len(data)) != size || r.Close() != nil {
				t.Errorf("%s: %d bytes, want %d (%v)", key, len(data), size, err)
			}
			if err := errors.Join(s.Delete(ctx, key), s.Delete(ctx, key)); err != nil {
				t.Error(err)
			}
			if _, err := s.Open(ctx, key); errs.KindOf(err) != errs.KindNotFound {
				t.Errorf("deleted file: %v", err)
			}
		}
	})
}

func TestStore_RefusesWrongBytesAndKeys(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s Store) {
		ctx := context.Background()
		key := hexSum("right")
		if err := s.Put(ctx, key, strings.NewReader("right"), 6); err == nil {
			t.Error("a wrong size was accepted")
		}
		for _, bad := range []string{"", "x", "../../../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("../", 21) + "x"} {
			if err := s.Put(ctx, bad, strings.NewReader("x"), 1); errs.KindOf(err) != errs.KindNotFound {
				t.Errorf("put %q: %v", bad, err)
			}
			if _, err := s.Open(ctx, bad); errs.KindOf(err) != errs.KindNotFound {
				t.Errorf("open %q: %v", bad, err)
			}
		}
		stopped, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.Put(stopped, hexSum("late"), strings.NewReader("late"), 4); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if err := s.Walk(ctx, func(key string, _ int64) error { return fmt.Errorf("%s was stored", key) }); err != nil {
			t.Error(err)
		}
	})
}

func TestStore_TakesTheSameFileFromManyAtOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s Store) {
		text := strings.Repeat("x", 100_000)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := s.Put(context.Background(), hexSum(text), strings.NewReader(text), int64(len(text))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := Verify(context.Background(), s, hexSum(text)); err != nil {
			t.Error(err)
		}
	})
}

func TestDir_IsPrivateAndLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "files")
	s, err := NewDir(root)
	if err != nil {
		t.Fatal(err)
	}
	key := hexSum("wrong")
	if err := s.Put(context.Background(), key, strings.NewReader("other"), 5); err == nil {
		t.Error("bytes of another hash were stored")
	}
	key = put(t, s, "text")
	old := filepath.Join(root, temporary, "old")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := clock.System.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	if _, err := NewDir(root); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(root, temporary)); len(left) != 0 {
		t.Errorf("%d temporary files are left", len(left))
	}
	err = filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		info, _ := e.Info()
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", path, mode)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(s.path(key), []byte("tampered"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Verify(context.Background(), s, key); err == nil {
		t.Error("a tampered file was not noticed")
	}
}

func TestSigner_AgreesWithThePublishedExample(t *testing.T) {
	t.Parallel()
	// Amazon S3 API reference, "Signature calculations for the Authorization header", GET object.
	r, _ := http.NewRequest(http.MethodGet, "https://examplebucket.s3.amazonaws.com/test.txt", nil)
	r.Header.Set("Range", "bytes=0-9")
	signer{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"}.
		sign(r, emptySum, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	const want = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
	if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+want) {
		t.Error(got)
	}
}

func TestS3_TriesAgainWhatMayPassAndNotWhatMayNot(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	status := http.StatusServiceUnavailable
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if n := calls.Add(1); n == 1 && status >= 500 || status < 500 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
		}
	}))
	t.Cleanup(server.Close)
	s, err := NewS3(S3Config{Endpoint: server.URL, Bucket: "b", Region: "r", AccessKey: "k", SecretKey: "top-secret"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(context.Background(), hexSum("x")); err != nil || calls.Load() != 2 {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
	status = http.StatusForbidden
	calls.Store(0)
	err = s.Delete(context.Background(), hexSum("x"))
	if calls.Load() != 1 || err == nil || !strings.Contains(err.Error(), "AccessDenied") || strings.Contains(err.Error(), "top-secret") {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
}

func TestS3_TellsAMissingBucketFromAMissingFile(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	t.Cleanup(server.Close)
	s, _ := NewS3(S3Config{Endpoint: server.URL, Bucket: "none", Region: "r", AccessKey: "k", SecretKey: "s"})
	if _, err := s.Open(context.Background(), hexSum("x")); err == nil || errs.KindOf(err) == errs.KindNotFound || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("open: %v", err)
	}
}

func TestOpenStore_RefusesURLsWithoutShowingSecrets(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "file", "s3://host/bucket", "s3://key:geheim@/b", "s3://key:geheim@host", "s3://key:geheim@host/a/b", "ftp://key:geheim@host/b", "s3://key:geheim@ho st/b"} {
		if _, err := OpenStore(bad, clock.System); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func zipOf(t testing.TB, files map[string]int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, n := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte{' '}, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestIngest_TellsTheTypeByContent(t *testing.T) {
	t.Parallel()
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(strings.Repeat("编码,年龄\n320106,45\n", 8000))
	jpg, pic, web := loadedPictures(t)[JPEG][0][1], loadedPictures(t)[PNG][0][1], loadedPictures(t)[WebP][0][1]
	all := append([]Type{}, Documents...)
	for _, k := range []struct {
		name string
		data []byte
		want string // type, or code of the error
	}{
		{"photo", jpg, string(JPEG)}, {"png", pic, string(PNG)}, {"webp", web, string(WebP)},
		{"pdf", []byte("%PDF-1.7\n…\n%%EOF\n"), string(PDF)}, {"cut pdf", []byte("%PDF-1.7\n…"), "blob.damaged"},
		{"workbook", zipOf(t, map[string]int{"xl/workbook.xml": 10}), string(XLSX)},
		{"document", zipOf(t, map[string]int{"word/document.xml": 10}), string(DOCX)},
		{"macros", zipOf(t, map[string]int{"xl/workbook.xml": 10, "xl/vbaProject.bin": 10}), "blob.macros"},
		{"bomb", zipOf(t, map[string]int{"xl/workbook.xml": 10, "xl/a.xml": 30 << 20}), "blob.bomb"},
		{"archive", zipOf(t, map[string]int{"a.txt": 10}), "blob.type_not_allowed"},
		{"cut archive", zipOf(t, map[string]int{"xl/workbook.xml": 10})[:40], "blob.type_not_allowed"},
		{"table", []byte("编码,年龄\n320106,45\n"), string(CSV)}, {"GBK table", []byte(gbk), string(CSV)},
		{"long table", []byte(strings.Repeat("编码,年龄\n", 20_000)), string(CSV)},
		{"page", []byte("a,b\n<HTML><body>"), "blob.type_not_allowed"}, {"svg", []byte("<svg onload=alert(1)>"), "blob.type_not_allowed"},
		{"gif", []byte("GIF89a\x01\x00\x01\x00"), "blob.type_not_allowed"}, {"heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "blob.type_not_allowed"},
		{"program", []byte("\x7fELF\x02\x01\x01\x00"), "blob.type_not_allowed"}, {"nothing", nil, "blob.empty"},
		{"page behind a photo's first bytes", []byte("\xFF\xD8\xFF<script>alert(1)</script>"), "blob.damaged"},
		{"too long", bytes.Repeat([]byte("a"), 6<<20), "blob.too_large"},
	} {
		s, err := NewDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		tmp := t.TempDir()
		ref, _, err := Ingest(context.Background(), s, bytes.NewReader(k.data), Rules{Types: all, Bytes: 5 << 20, TempDir: tmp})
		got := string(ref.Type)
		if err != nil {
			got = codeOf(err)
			if walked := s.Walk(context.Background(), func(string, int64) error { return errors.New("stored") }); walked != nil {
				t.Errorf("%s was refused and stored", k.name)
			}
		} else if err := Verify(context.Background(), s, ref.Key); err != nil {
			t.Errorf("%s: %v", k.name, err)
		}
		if got != k.want {
			t.Errorf("%s: %s (%v), want %s", k.name, got, err, k.want)
		}
		if left, _ := os.ReadDir(tmp); len(left) != 0 {
			t.Errorf("%s left %d temporary files", k.name, len(left))
		}
	}
}

func TestIngest_MeasuresPicturesBeforeAnyoneDecodesThem(t *testing.T) {
	t.Parallel()
	jpg, _ := jpegs(t, nil)
	pic, _ := pngs(t, nil)
	sof := bytes.Index(jpg, []byte{0xFF, 0xC0})
	for name, side := range map[string]uint32{"giant": 60_000, "nothing": 0} {
		j, p := append([]byte(nil), jpg...), append([]byte(nil), pic...)
		binary.BigEndian.PutUint16(j[sof+5:], uint16(side))
		binary.BigEndian.PutUint16(j[sof+7:], uint16(max(side, 1)))
		binary.BigEndian.PutUint32(p[16:], side)
		binary.BigEndian.PutUint32(p[20:], side*1000)
		for _, data := range [][]byte{j, crcFixed(p)} {
			s, _ := NewDir(t.TempDir())
			if _, _, err := Ingest(context.Background(), s, bytes.NewReader(data), Rules{}); codeOf(err) != "blob.too_many_pixels" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, _, err := Ingest(context.Background(), nil, bytes.NewReader(jpg), Rules{Types: []Type{PDF}}); codeOf(err) != "blob.type_not_allowed" {
		t.Errorf("a photo where a PDF is asked for: %v", err)
	}
}

func TestIngest_GivesThePictureAndApartFromItThePlace(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s Store) {
		plain, loaded := jpegs(t, tiffWith(binary.BigEndian))
		ref, c, err := Ingest(context.Background(), s, bytes.NewReader(loaded), Rules{})
		if err != nil || !c.HasGPS || ref.Width != 64 || ref.Height != 48 || ref.Type != JPEG {
			t.Fatalf("%+v %+v %v", ref, c, err)
		}
		same, _, err := Ingest(context.Background(), s, bytes.NewReader(loaded), Rules{})
		if err != nil || same != ref {
			t.Errorf("the same photo again is %+v (%v)", same, err)
		}
		other, c, err := Ingest(context.Background(), s, bytes.NewReader(plain), Rules{})
		if err != nil || c != (Capture{}) || other.Key == ref.Key {
			t.Errorf("%+v %+v %v", other, c, err)
		}
	})
}

func TestCleanName_LeavesNothingDangerous(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"整改前.JPG": "整改前.jpg", `C:\照片\a.jpg`: "a.jpg", "../../etc/passwd": "passwd.jpg", "": "file.jpg", "...": "file.jpg",
		"x\u202egpj.exe": "xgpj.exe.jpg", "a\r\nSet-Cookie: x": "aSet-Cookie x.jpg", "\xff\xfe": "file.jpg", `"><script>`: "script.jpg",
		strings.Repeat("长", 300): strings.Repeat("长", 100) + ".jpg",
	} {
		if got := CleanName(in, JPEG); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	h := http.Header{}
	WriteHeaders(h, Ref{Key: hexSum(""), Type: PDF, Size: 3}, "报告\r\nX: y.pdf")
	if h.Get("Content-Disposition") != "attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8AX%20y.pdf" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
}
