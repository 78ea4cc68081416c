package blob

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yiwang/internal/platform/errs"
)

// Type is a media type that the product knows how to keep.
type Type string

// The types that can be told by content. HEIC and GIF are told so that the message is clear; they cannot be cleaned and,
// like Unknown, which stands for everything else, must not be allowed.
const (
	JPEG    Type = "image/jpeg"
	PNG     Type = "image/png"
	WebP    Type = "image/webp"
	PDF     Type = "application/pdf"
	XLSX    Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	DOCX    Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	CSV     Type = "text/csv" // in whatever encoding the sender used; package sheet tells it
	HEIC    Type = "image/heic"
	GIF     Type = "image/gif"
	Unknown Type = "application/octet-stream"
)

var names = map[Type][2]string{
	JPEG: {"JPEG", ".jpg"}, PNG: {"PNG", ".png"}, WebP: {"WebP", ".webp"}, PDF: {"PDF", ".pdf"},
	XLSX: {"XLSX", ".xlsx"}, DOCX: {"DOCX", ".docx"}, CSV: {"CSV", ".csv"},
	HEIC: {"HEIC", ".heic"}, GIF: {"GIF", ".gif"},
}

// Name is the short name for messages.
func (t Type) Name() string {
	if n, known := names[t]; known {
		return n[0]
	}
	return "of an unknown kind"
}

// Extension is the ending of file names, with its dot.
func (t Type) Extension() string {
	if n, known := names[t]; known {
		return n[1]
	}
	return ".bin"
}

// sniff tells the type by content alone.
func sniff(f *os.File) (Type, error) {
	head := make([]byte, 64<<10)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Unknown, fmt.Errorf("take in file: %w", err)
	}
	complete := n < len(head)
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("\xFF\xD8\xFF")):
		return JPEG, nil
	case bytes.HasPrefix(head, []byte(pngMagic)):
		return PNG, nil
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP, nil
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return officeType(f), nil
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && (string(head[8:11]) == "hei" || string(head[8:12]) == "mif1"):
		return HEIC, nil
	case bytes.HasPrefix(head, []byte("GIF8")):
		return GIF, nil
	case plainText(head, complete):
		return CSV, nil
	}
	return Unknown, nil
}

func officeType(f *os.File) Type {
	z, err := openZip(f)
	if err != nil {
		return Unknown
	}
	for _, e := range z.File {
		switch e.Name {
		case "xl/workbook.xml":
			return XLSX
		case "word/document.xml":
			return DOCX
		}
	}
	return Unknown
}

func openZip(f *os.File) (*zip.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return zip.NewReader(f, info.Size())
}

// plainText accepts UTF-8, GB18030 and UTF-16 with a mark, and refuses text that a browser would take for a page.
func plainText(head []byte, complete bool) bool {
	if bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		return true
	}
	if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		return false
	}
	low := strings.ToLower(string(head[:min(len(head), 1024)]))
	for _, tag := range []string{"<html", "<script", "<!doctype", "<svg", "<?xml", "<body", "<iframe", "<?php", "#!/"} {
		if strings.Contains(low, tag) {
			return false
		}
	}
	for cut := range utf8.UTFMax { // a character may be cut at the end
		if cut > 0 && (complete || cut > len(head)) {
			break
		}
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(head)
	return err == nil && bytes.Count(text, []byte("\uFFFD")) <= 1
}

// checkDocument refuses documents that are cut off, unpack to far more than they weigh, or carry macros.
func checkDocument(f *os.File, kind Type, rules Rules) error {
	switch kind {
	case PDF:
		return checkPDF(f)
	case XLSX, DOCX:
		return checkOffice(f, rules)
	}
	return nil
}

func checkPDF(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("take in file: %w", err)
	}
	tail := make([]byte, min(2048, info.Size()))
	if _, err := f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("take in file: %w", err)
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return damaged("the PDF has no end")
	}
	return nil
}

func checkOffice(f *os.File, rules Rules) error {
	z, err := openZip(f)
	if err != nil {
		return damaged("the archive cannot be read")
	}
	var sum uint64
	for _, e := range z.File {
		sum += e.UncompressedSize64
		if sum > uint64(rules.Unpacked) || len(z.File) > 10_000 ||
			e.UncompressedSize64 > 1<<20 && e.UncompressedSize64/200 > e.CompressedSize64 {
			return errs.TooLarge("blob.bomb", "The document unpacks to far more than it weighs.")
		}
		name := strings.ToLower(e.Name)
		if strings.HasSuffix(name, "vbaproject.bin") || strings.Contains(name, "/activex/") {
			return errs.Invalid("blob.macros", "The document contains macros; save it without them.")
		}
	}
	return nil
}
