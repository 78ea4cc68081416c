package print

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Matrix returns the modules of a QR code, row by row, true for dark, without the quiet zone. Level M: a seventh of the code may be
// dirty or torn. Refused only when the text is longer than a code can hold (2,331 bytes).
func Matrix(text string) ([][]bool, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("make a QR code of %d bytes: %w", len(text), err)
	}
	side := code.Bounds().Dx()
	rows := make([][]bool, side)
	for y := range rows {
		rows[y] = make([]bool, side)
		for x := range rows[y] {
			r, _, _, _ := code.At(x, y).RGBA()
			rows[y][x] = r < 0x8000
		}
	}
	return rows, nil
}

// QR draws a QR code into a square; leave four modules of white around it.
func (d *Document) QR(x, y, side float64, text string) {
	rows, err := Matrix(text)
	if err != nil {
		d.keep(err)
		return
	}
	m := side / float64(len(rows))
	for i, row := range rows {
		for _, run := range runs(row) {
			// A hair of overlap keeps viewers from showing seams between the rows.
			d.Fill(x+float64(run[0])*m, y+float64(i)*m, float64(run[1])*m, m*1.01, 0)
		}
	}
}

// QRImage returns a QR code as an SVG of its own, with the quiet zone.
func QRImage(text string) (string, error) {
	rows, err := Matrix(text)
	if err != nil {
		return "", err
	}
	side := len(rows) + 8
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side, side, side)
	for i, row := range rows {
		for _, run := range runs(row) {
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", run[0]+4, i+4, run[1], run[1])
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

// runs returns start and length of the dark stretches of a row.
func runs(row []bool) (out [][2]int) {
	for x := 0; x < len(row); x++ {
		start := x
		for x < len(row) && row[x] {
			x++
		}
		if x > start {
			out = append(out, [2]int{start, x - start})
		}
	}
	return out
}
