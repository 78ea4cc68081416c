package appraisal

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"show": showCell, "chance": chance}).Parse(pageSource))

// interval is one line of the picture of scores: positions in percent of its width.
type interval struct {
	Rank             Rank
	Left, Width, Dot float64
}

// writePage writes the report as one page to print. Everything in it is escaped by html/template.
func (r *report) writePage(w io.Writer) error {
	tables := r.tables()
	view := struct {
		Name, Period, Note, Hash, Notice string
		Ranks                            Ranks
		Intervals                        []interval
		From, To                         string
		Tables                           []pageTable
	}{Name: r.wave.Name, Period: r.wave.Period, Note: r.run.Result.V.Note, Hash: r.run.ResultHash, Notice: r.notice, Ranks: r.run.Result.V.Ranks}
	low, high := view.Ranks.span()
	view.From, view.To = strconv.FormatFloat(low, 'f', 0, 64), strconv.FormatFloat(high, 'f', 0, 64)
	for _, it := range view.Ranks.Items {
		at := func(v float64) float64 { return 100 * (v - low) / (high - low) }
		view.Intervals = append(view.Intervals, interval{it, at(deref(it.Low)), at(deref(it.High)) - at(deref(it.Low)), at(it.Score)})
	}
	for _, t := range tables[1:] {
		view.Tables = append(view.Tables, pageTable{t.name, t.header, t.rows})
	}
	if err := pageTemplate.Execute(w, view); err != nil {
		return fmt.Errorf("write report page: %w", err)
	}
	return nil
}

type pageTable struct {
	Name   string
	Header []any
	Rows   [][]any
}

// span is the range of scores that holds every interval, in whole numbers.
func (r *Ranks) span() (low, high float64) {
	low, high = 100, 0
	for _, it := range r.Items {
		low, high = math.Min(low, deref(it.Low)), math.Max(high, deref(it.High))
	}
	if low = math.Floor(low); high <= low {
		high = low + 1
	}
	return low, math.Ceil(high)
}

func showCell(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case *float64:
		if x == nil {
			return ""
		}
		return strconv.FormatFloat(*x, 'f', 2, 64)
	}
	return fmt.Sprint(v)
}
