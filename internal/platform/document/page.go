package document

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pageBlock is a block with what the page needs beside it.
type pageBlock struct {
	Block
	ID      string
	Lines   [][]pageCell
	Picture template.HTML
}

type pageCell struct {
	Text, Shade string
	Bold, Right bool
}

type pageLink struct{ ID, Text string }

// Page writes the document as one page to read and print, without scripts and without anything from elsewhere. Text is escaped by
// html/template; pictures are SVG of escaped text and numbers.
func (d *Document) Page(w io.Writer) error {
	view := struct {
		*Document
		Contents []pageLink
		Blocks   []pageBlock
	}{Document: d}
	for i, b := range d.Blocks {
		p := pageBlock{Block: b, ID: fmt.Sprintf("s%d", i)}
		switch b.Kind {
		case KindHeading:
			if b.Level == 1 && !d.Compact {
				view.Contents = append(view.Contents, pageLink{p.ID, b.Text})
			}
		case KindTable:
			p.Lines = b.Table.lines()
		case KindChart:
			p.Picture = template.HTML(b.Chart.SVG()) //nolint:gosec // every text in it went through escape
		}
		view.Blocks = append(view.Blocks, p)
	}
	if err := pageTemplate.Execute(w, view); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

func (t *Table) lines() (lines [][]pageCell) {
	for _, row := range t.Rows {
		line := make([]pageCell, len(t.Columns))
		for i := range line {
			if i < len(row) {
				line[i] = pageCell{row[i].shown(), row[i].Shade, row[i].Bold, t.Columns[i].Right}
			}
		}
		lines = append(lines, line)
	}
	return lines
}
