package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Names of the parts, in their order; attachments are filesPrefix + key.
const (
	headerName   = "backup.json"
	databaseName = "database.db"
	keysName     = "keys.json"
	filesPrefix  = "files/"
	manifestName = "manifest.json"
)

const format = 1

// Header says what a backup is; it comes first.
type Header struct {
	Format    int       `json:"format"`
	CreatedAt time.Time `json:"created_at"`
	Schema    int64     `json:"schema"`             // of the database in it
	Keys      string    `json:"keys,omitempty"`     // fingerprint of the keys that its sealed fields need
	HasKeys   bool      `json:"has_keys,omitempty"` // the keys themselves are in it
}

// Part is one line of the manifest.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type manifest struct {
	Parts []Part `json:"parts"`
}

// maxMeta bounds header, keys and manifest; a million attachments need about 150 MB.
const maxMeta = 512 << 20

// archiver writes a backup part by part and notes what it wrote.
type archiver struct {
	zip   *zstd.Encoder
	tar   *tar.Writer
	at    time.Time
	parts []Part
}

func newArchiver(w io.Writer, at time.Time) (*archiver, error) {
	z, err := zstd.NewWriter(w)
	if err != nil {
		return nil, err
	}
	return &archiver{zip: z, tar: tar.NewWriter(z), at: at}, nil
}

// add copies exactly size bytes of r and returns their hash.
func (a *archiver) add(name string, r io.Reader, size int64) (string, error) {
	if err := a.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: a.at, Format: tar.FormatPAX}); err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(a.tar, h), io.LimitReader(r, size))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	a.parts = append(a.parts, Part{name, size, sum})
	return sum, nil
}

func (a *archiver) addJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = a.add(name, strings.NewReader(string(text)), int64(len(text)))
	return err
}

// close writes the manifest and ends the archive.
func (a *archiver) close() error {
	if err := a.addJSON(manifestName, manifest{a.parts}); err != nil {
		return err
	}
	return errors.Join(a.tar.Close(), a.zip.Close())
}

// ErrDamaged says that a backup is cut off, altered, or no backup at all.
var ErrDamaged = errors.New("the file is not a complete backup: it is cut off, damaged, or something else")

// scan reads a backup from start to end, checks every part against the manifest, and gives each part that is not the
// header or the manifest to visit. visit may leave a part unread. Whether the backup is whole is known only at the end.
func scan(r io.Reader, begin func(Header) error, visit func(name string, size int64, r io.Reader) error) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return err
	}
	defer z.Close()
	s := scanner{tar: tar.NewReader(z), begin: begin, visit: visit}
	for !s.done {
		if err := s.next(); err != nil {
			return err
		}
	}
	// Nothing may follow the manifest, and the end of the compressed stream carries its own checksum.
	if _, err := s.tar.Next(); !errors.Is(err, io.EOF) {
		return damaged(err)
	}
	if _, err := io.Copy(io.Discard, z); err != nil {
		return damaged(err)
	}
	return nil
}

type scanner struct {
	tar   *tar.Reader
	begin func(Header) error
	visit func(name string, size int64, r io.Reader) error
	parts []Part
	done  bool
}

func (s *scanner) next() error {
	h, err := s.tar.Next()
	if err != nil {
		return damaged(err)
	}
	if h.Typeflag != tar.TypeReg || (len(s.parts) == 0) != (h.Name == headerName) {
		return damaged(fmt.Errorf("unexpected part %q", h.Name))
	}
	sum := &summing{r: s.tar, h: sha256.New()}
	switch h.Name {
	case headerName:
		err = s.header(sum, h.Size)
	case manifestName:
		s.done = true
		return s.compare(sum, h.Size)
	default:
		err = s.visit(h.Name, h.Size, sum)
	}
	if err != nil {
		if sum.err != nil {
			return damaged(sum.err)
		}
		return err
	}
	if _, err := io.Copy(io.Discard, sum); err != nil {
		return damaged(err)
	}
	s.parts = append(s.parts, Part{h.Name, h.Size, hex.EncodeToString(sum.h.Sum(nil))})
	return nil
}

func (s *scanner) header(r io.Reader, size int64) error {
	var head Header
	if err := decode(r, size, &head); err != nil {
		return damaged(err)
	}
	if head.Format != format {
		return fmt.Errorf("the backup has format %d, this program reads %d: use the program that made it or a newer one", head.Format, format)
	}
	return s.begin(head)
}

func (s *scanner) compare(r io.Reader, size int64) error {
	var m manifest
	if err := decode(r, size, &m); err != nil {
		return damaged(err)
	}
	if len(m.Parts) != len(s.parts) {
		return damaged(fmt.Errorf("%d parts, the manifest lists %d", len(s.parts), len(m.Parts)))
	}
	for i, want := range m.Parts {
		if s.parts[i] != want {
			return damaged(fmt.Errorf("part %s is not what the manifest says", want.Name))
		}
	}
	return nil
}

func decode(r io.Reader, size int64, v any) error {
	if size > maxMeta {
		return errors.New("header or manifest is too large")
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

func damaged(err error) error { return fmt.Errorf("%w (%w)", ErrDamaged, err) }

// summing hashes what is read through it and remembers why reading failed.
type summing struct {
	r   io.Reader
	h   hash.Hash
	err error
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.h.Write(p[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
