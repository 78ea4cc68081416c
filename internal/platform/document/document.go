// Package document holds a report before it takes a form, and gives it one: a Word file with charts that can be edited
// there, a workbook, a page to print.
//
// Invariants
//   - The same document gives the same bytes: no time, no id, no order of a map goes into a file.
//   - Everything is text or a number until a writer escapes it; a document holds no markup.
//   - A chart carries its numbers: Word and Excel open them as a table, the page prints them beside the picture.
package document

// Document is what a reader gets, in order.
type Document struct {
	Title    string  `json:"title"`
	Subtitle string  `json:"subtitle,omitempty"`
	Issuer   string  `json:"issuer,omitempty" doc:"who answers for it; printed on the cover"`
	Notice   string  `json:"notice,omitempty" doc:"printed on every page"`
	Mark     string  `json:"mark,omitempty" doc:"what tells this copy from another; printed at the foot of every page"`
	Facts    []Fact  `json:"facts,omitempty" doc:"lines on the cover; without them there is none"`
	Compact  bool    `json:"compact,omitempty" doc:"fits one page: small margins, no contents"`
	Blocks   []Block `json:"blocks"`
}

// Fact is a name with its value.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Kind says what a block is.
type Kind string

// Kinds of blocks.
const (
	KindHeading Kind = "heading"
	KindText    Kind = "text"
	KindNote    Kind = "note" // small print
	KindLead    Kind = "lead" // the sentence to remember
	KindList    Kind = "list"
	KindTable   Kind = "table"
	KindChart   Kind = "chart"
	KindPage    Kind = "page" // a new page
)

// Block is one part of a document; which fields count follows from Kind.
type Block struct {
	Kind  Kind     `json:"kind"`
	Level int      `json:"level,omitempty" doc:"1 or 2 for headings"`
	Text  string   `json:"text,omitempty"`
	Items []string `json:"items,omitempty"`
	Table *Table   `json:"table,omitempty"`
	Chart *Chart   `json:"chart,omitempty"`
}

// Table is a table with a caption.
type Table struct {
	Caption string   `json:"caption,omitempty"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"`
	Note    string   `json:"note,omitempty"`
}

// Column is a column's heading and its share of the width.
type Column struct {
	Title string  `json:"title"`
	Width float64 `json:"width" doc:"relative to the others"`
	Right bool    `json:"right,omitempty" doc:"numbers stand at the right"`
}

// Cell is text or a number with its decimals.
type Cell struct {
	Text     string   `json:"text,omitempty"`
	Number   *float64 `json:"number,omitempty"`
	Decimals int      `json:"decimals,omitempty"`
	Shade    string   `json:"shade,omitempty" doc:"background, as RRGGBB"`
	Bold     bool     `json:"bold,omitempty"`
}

// Heading opens a section (level 1) or a part of it (level 2).
func Heading(level int, text string) Block { return Block{Kind: KindHeading, Level: level, Text: text} }

// Text is a paragraph.
func Text(text string) Block { return Block{Kind: KindText, Text: text} }

// Note is small print.
func Note(text string) Block { return Block{Kind: KindNote, Text: text} }

// Lead is the sentence of a section that a reader should take away.
func Lead(text string) Block { return Block{Kind: KindLead, Text: text} }

// List is a list of sentences.
func List(items ...string) Block { return Block{Kind: KindList, Items: items} }

// Show puts a table into a document.
func Show(t Table) Block { return Block{Kind: KindTable, Table: &t} }

// Draw puts a chart into a document.
func Draw(c Chart) Block { return Block{Kind: KindChart, Chart: &c} }

// NewPage begins a page.
func NewPage() Block { return Block{Kind: KindPage} }

// Words is a cell of text.
func Words(text string) Cell { return Cell{Text: text} }

// Number is a cell with a number; nil leaves it empty.
func Number(v *float64, decimals int) Cell {
	if v == nil {
		return Cell{}
	}
	n := *v
	return Cell{Number: &n, Decimals: decimals}
}

// Count is a cell with a whole number.
func Count(n int) Cell {
	v := float64(n)
	return Cell{Number: &v}
}

// LeftColumn is a column of text; numbers use RightColumn.
func LeftColumn(title string, width float64) Column { return Column{Title: title, Width: width} }

// RightColumn is a column of numbers.
func RightColumn(title string, width float64) Column {
	return Column{Title: title, Width: width, Right: true}
}
