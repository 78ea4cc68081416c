package sheet

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// RowError is one reason why a row was not taken. Row counts as in Excel, from 1, header included. Reason is for the
// person who owns the file; Code is its stable name.
type RowError struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
	index  int    // of the column, from 0, until the header names it
}

func (e RowError) Error() string {
	return fmt.Sprintf("row %d, column %s: %s (%q)", e.Row, e.Column, e.Reason, e.Value)
}

// keptErrors bounds a report; the count goes on.
const keptErrors = 1000

// Report sums up a reading. Total = Accepted + Rejected; empty rows are not counted. Errors holds the first 1,000 of
// ErrorCount; a rejected row has at least one. Ignored names columns that the importer does not know.
type Report struct {
	Total      int        `json:"total"`
	Accepted   int        `json:"accepted"`
	Rejected   int        `json:"rejected"`
	Errors     []RowError `json:"errors"`
	ErrorCount int        `json:"error_count"`
	Ignored    []string   `json:"ignored_columns,omitempty"`
	Encoding   string     `json:"encoding,omitempty"`
}

func (r *Report) add(e RowError) {
	r.ErrorCount++
	if len(r.Errors) < keptErrors {
		r.Errors = append(r.Errors, e)
	}
}

// Reject turns an accepted row into a rejected one, for rules that need the database, such as an unknown code.
func (r *Report) Reject(e RowError) {
	e.Value = excerpt(e.Value)
	r.Accepted--
	r.Rejected++
	r.add(e)
}

const excerptRunes = 60

// excerpt shortens a value so that a report stays small whatever the file holds.
func excerpt(text string) string {
	if utf8.RuneCountInString(text) <= excerptRunes {
		return text
	}
	return string([]rune(text[:min(len(text), 4*excerptRunes+4)])[:excerptRunes]) + "…"
}

// columnName is the letter name of a column as Excel shows it: A, Z, AA.
func columnName(index int) string {
	name := ""
	for index++; index > 0; index = (index - 1) / 26 {
		name = string(rune('A'+(index-1)%26)) + name
	}
	return name
}

func place(row, column int) string { return fmt.Sprintf("row %d, column %s", row, columnName(column)) }

func tooLongReason(o Options) string { return fmt.Sprintf("单元格超过%d个字符", o.CellChars) }

var fullWidth = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
	"．", ".", "－", "-", "＋", "+", "，", ",", "：", ":", "／", "/", "％", "%")
