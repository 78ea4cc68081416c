package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yiwang/internal/platform/errs"
)

// Ref names a stored file: what a row keeps.
type Ref struct {
	Key    string `json:"key" doc:"SHA-256 of the stored bytes"`
	Size   int64  `json:"size"`
	Type   Type   `json:"type"`
	Width  int    `json:"width,omitempty" doc:"Pictures only, in pixels as stored"`
	Height int    `json:"height,omitempty"`
}

// Capture is what a picture told about its making before that was removed from it. It can identify a person's home:
// store it only where the purpose needs it, apart from the picture, and never show it in public.
type Capture struct {
	TakenAt time.Time // zero if not told; without a zone in the file it is read in Rules.Zone
	HasGPS  bool
	Lat     float64 // WGS-84 degrees as the device wrote them
	Lon     float64
	Device  string
}

// Rules say what Ingest accepts; zero fields take the default.
type Rules struct {
	Types    []Type         // default Photos
	Bytes    int64          // of the upload; default 20 MB
	Pixels   int            // width × height; default 64 million
	Unpacked int64          // of an office document; default 512 MB
	Zone     *time.Location // of camera clocks that name none; default UTC+8
	TempDir  string         // default the system's
}

// Photos and Documents are the usual lists of types.
var (
	Photos    = []Type{JPEG, PNG, WebP}
	Documents = []Type{JPEG, PNG, WebP, PDF, XLSX, DOCX, CSV}
	Tables    = []Type{XLSX, CSV}
)

func (r Rules) withDefaults() Rules {
	if len(r.Types) == 0 {
		r.Types = Photos
	}
	if r.Bytes == 0 {
		r.Bytes = 20 << 20
	}
	if r.Pixels == 0 {
		r.Pixels = 64_000_000
	}
	if r.Unpacked == 0 {
		r.Unpacked = 512 << 20
	}
	if r.Zone == nil {
		r.Zone = time.FixedZone("UTC+8", 8*3600)
	}
	return r
}

// Ingest takes a file from outside into the store. Errors: blob.too_large, blob.type_not_allowed, blob.damaged,
// blob.too_many_pixels, blob.animated, blob.bomb, blob.macros; nothing is stored then.
func Ingest(ctx context.Context, s Store, r io.Reader, rules Rules) (Ref, Capture, error) {
	rules = rules.withDefaults()
	f, err := spool(ctx, r, rules)
	if err != nil {
		return Ref{}, Capture{}, err
	}
	defer func() { _ = errors.Join(f.Close(), os.Remove(f.Name())) }() // a left-over is only disk space
	kind, err := sniff(f)
	if err != nil {
		return Ref{}, Capture{}, err
	}
	if !slices.Contains(rules.Types, kind) {
		return Ref{}, Capture{}, notAllowed(kind, rules.Types)
	}
	var c Capture
	ref, body := Ref{Type: kind}, io.ReadSeeker(f)
	switch kind {
	case JPEG, PNG, WebP:
		if body, c, err = cleanPicture(f, &ref, rules); err != nil {
			return Ref{}, Capture{}, err
		}
	default:
		if err := checkDocument(f, kind, rules); err != nil {
			return Ref{}, Capture{}, err
		}
	}
	if ref.Key, ref.Size, err = hashOf(body); err != nil {
		return Ref{}, Capture{}, fmt.Errorf("take in file: %w", err)
	}
	return ref, c, s.Put(ctx, ref.Key, body, ref.Size)
}

// spool copies the upload to a temporary file and stops at the limit.
func spool(ctx context.Context, r io.Reader, rules Rules) (*os.File, error) {
	f, err := os.CreateTemp(rules.TempDir, "yiwang-upload-*") // 0600
	if err != nil {
		return nil, fmt.Errorf("take in file: %w", err)
	}
	n, err := io.Copy(f, io.LimitReader(&contextReader{ctx, r}, rules.Bytes+1))
	if err == nil && n > rules.Bytes {
		err = errs.TooLarge("blob.too_large", fmt.Sprintf("The file is larger than %d MB.", max(1, rules.Bytes>>20)))
	}
	if err == nil && n == 0 {
		err = errs.Invalid("blob.empty", "The file is empty.")
	}
	if err != nil {
		var known *errs.Error
		if err = errors.Join(err, f.Close(), os.Remove(f.Name())); errors.As(err, &known) {
			return nil, known
		}
		return nil, fmt.Errorf("take in file: %w", err)
	}
	return f, nil
}

func cleanPicture(f io.ReadSeeker, ref *Ref, rules Rules) (io.ReadSeeker, Capture, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, Capture{}, fmt.Errorf("take in file: %w", err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, Capture{}, fmt.Errorf("take in file: %w", err)
	}
	clean := map[Type]func([]byte) (picture, error){JPEG: cleanJPEG, PNG: cleanPNG, WebP: cleanWebP}[ref.Type]
	p, err := clean(data)
	if err != nil {
		return nil, Capture{}, err
	}
	if p.width <= 0 || p.height <= 0 || p.width > 1<<16 || p.height > 1<<16 || p.width*p.height > rules.Pixels {
		return nil, Capture{}, errs.TooLarge("blob.too_many_pixels",
			fmt.Sprintf("The picture has %d × %d pixels; at most %d million are accepted.", p.width, p.height, rules.Pixels/1_000_000))
	}
	ref.Width, ref.Height = p.width, p.height
	return bytes.NewReader(p.data), p.exif.capture(rules.Zone), nil
}

func hashOf(r io.ReadSeeker) (string, int64, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	h := sha256.New()
	n, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), n, err
}

func damaged(what string) error {
	return errs.Invalid("blob.damaged", "The file is damaged or incomplete ("+what+"); send it again.")
}

func notAllowed(kind Type, allowed []Type) error {
	names := make([]string, len(allowed))
	for i, t := range allowed {
		names[i] = t.Name()
	}
	return errs.Invalid("blob.type_not_allowed", "The content is "+kind.Name()+"; accepted are "+strings.Join(names, ", ")+".")
}

// WriteHeaders prepares a response that delivers a stored file under a name: the browser neither guesses the type nor
// runs anything in it, and shows only pictures in place.
func WriteHeaders(h http.Header, ref Ref, name string) {
	disposition := "attachment"
	if slices.Contains(Photos, ref.Type) {
		disposition = "inline"
	}
	h.Set("Content-Type", string(ref.Type))
	h.Set("Content-Length", fmt.Sprint(ref.Size))
	h.Set("Content-Disposition", disposition+"; filename*=UTF-8''"+url.PathEscape(CleanName(name, ref.Type)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	h.Set("ETag", `"`+ref.Key+`"`)
}

// CleanName makes a name from outside fit for a download: no path, no control or direction characters, at most 100
// characters, and the extension of the type.
func CleanName(name string, t Type) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if stem, found := strings.CutSuffix(strings.ToLower(name), t.Extension()); found {
		name = name[:len(stem)]
	}
	runes := []rune(name)
	name = strings.Trim(string(runes[:min(100, len(runes))]), " .")
	if name == "" {
		name = "file"
	}
	return name + t.Extension()
}
