package sheet

import "io"

// Whole is a file that was read to its end: the good rows with their numbers as people see them, and the report, which
// counts the bad ones.
type Whole[T any] struct {
	Rows    []T
	Numbers []int
	read    *Reader[T]
}

// All reads a CSV or XLSX file of these columns. Rows that cannot be read are in the report; a file that is no table, or has
// more than o allows, is an error.
func (cs Columns[T]) All(file io.Reader, o Options) (*Whole[T], error) {
	src, err := Open(file, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // only temporary files are at stake
	in, err := cs.Read(src)
	if err != nil {
		return nil, err
	}
	w := &Whole[T]{read: in}
	for number, row := range in.Rows() {
		w.Rows, w.Numbers = append(w.Rows, *row), append(w.Numbers, number)
	}
	return w, in.Err()
}

// Report returns a report of its own each time: a transaction that is tried again counts again.
func (w *Whole[T]) Report() *Report {
	out := *w.read.Report()
	out.Errors = append([]RowError{}, out.Errors...)
	return &out
}
