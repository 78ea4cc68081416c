package print

import (
	"fmt"
	"io"
	"slices"

	"github.com/signintech/gopdf"
)

// A4 in millimetres.
const (
	A4Width  = 210.0
	A4Height = 297.0
)

const pointsPerMM = 72 / 25.4

// Align says where a text stands relative to its x.
type Align int

// The alignments.
const (
	Left Align = iota
	Centre
	Right
)

// Style is how a text is set. Leading is the distance of base lines in sizes; 0 means 1.5.
type Style struct {
	Size    float64
	Weight  Weight
	Gray    float64 // 0 black, 1 white
	Align   Align
	Leading float64
}

// Step returns the distance of two base lines in millimetres.
func (s Style) Step() float64 {
	if s.Leading == 0 {
		s.Leading = 1.5
	}
	return s.Size * s.Leading / pointsPerMM
}

// Document is a PDF in the making. The first failure stays and is returned by WriteTo.
type Document struct {
	pdf     gopdf.GoPdf
	err     error
	pages   int
	weight  Weight
	size    float64
	gray    float64
	missing map[rune]bool
	glyphs  map[Weight]map[rune]bool
}

// New starts a document of pages width × height millimetres; AddPage opens the first.
func New(title string, width, height float64) *Document {
	d := &Document{missing: map[rune]bool{}, glyphs: map[Weight]map[rune]bool{Regular: {}, Bold: {}}}
	d.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: width * pointsPerMM, H: height * pointsPerMM}})
	d.pdf.SetInfo(gopdf.PdfInfo{Title: title, Creator: "yiwang", Producer: "yiwang"})
	box, err := faces()
	if err != nil {
		d.err = err
		return d
	}
	for _, w := range []Weight{Regular, Bold} {
		if err := d.pdf.AddTTFFontFromFontContainer(string(w), box); err != nil {
			d.err = fmt.Errorf("use the %s face: %w", w, err)
		}
	}
	return d
}

// NewA4 starts a document of upright A4 pages.
func NewA4(title string) *Document { return New(title, A4Width, A4Height) }

// AddPage opens the next page; all drawing goes there.
func (d *Document) AddPage() {
	if d.err != nil {
		return
	}
	d.pdf.AddPage()
	d.pages++
	d.size, d.gray = 0, -1
}

// Pages returns how many pages there are.
func (d *Document) Pages() int { return d.pages }

// OnPage draws on an earlier page, counted from 1, and returns to the last one.
func (d *Document) OnPage(n int, draw func()) {
	if d.err != nil {
		return
	}
	d.keep(d.pdf.SetPage(n))
	d.size, d.gray = 0, -1
	draw()
	if d.err == nil {
		d.keep(d.pdf.SetPage(d.pages))
	}
	d.size, d.gray = 0, -1
}

// Missing returns the characters that could not be printed, in order.
func (d *Document) Missing() []rune {
	var list []rune
	for r := range d.missing {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
}

// WriteTo writes the finished document.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.pages == 0 {
		return 0, fmt.Errorf("write the document: it has no page")
	}
	n, err := d.pdf.WriteTo(w)
	if err != nil {
		return n, fmt.Errorf("write the document: %w", err)
	}
	return n, nil
}

func (d *Document) keep(err error) {
	if d.err == nil && err != nil {
		d.err = err
	}
}
