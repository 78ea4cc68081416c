package sheet

import "sync"

// aheadRows is how many rows wait parsed at the most: aheadBatches batches of this many.
const (
	aheadRows    = 256
	aheadBatches = 4
)

// ahead parses on another core while the caller judges the rows before: parsing the XML of a workbook costs more than
// everything that follows.
type ahead struct {
	in      rowReader
	batches chan []delivered
	stop    chan struct{}
	once    sync.Once
	done    chan struct{}
	ready   []delivered
	row     int
	failed  error
}

// delivered is what one call of next returned, and the row it stood at.
type delivered struct {
	cells  []string
	bad    *RowError
	err    error
	number int
}

func readAhead(in rowReader) *ahead {
	a := &ahead{in: in, batches: make(chan []delivered, aheadBatches), stop: make(chan struct{}), done: make(chan struct{})}
	go a.parse()
	return a
}

func (a *ahead) parse() {
	defer close(a.done)
	defer close(a.batches)
	for ended := false; !ended; {
		batch := make([]delivered, 0, aheadRows)
		for len(batch) < aheadRows && !ended {
			var d delivered
			d.cells, d.bad, d.err = a.in.next()
			d.number = a.in.number()
			batch = append(batch, d)
			ended = d.err != nil
		}
		select {
		case a.batches <- batch:
		case <-a.stop:
			return
		}
	}
}

func (a *ahead) next() ([]string, *RowError, error) {
	if a.failed != nil {
		return nil, nil, a.failed
	}
	if len(a.ready) == 0 {
		a.ready = <-a.batches
	}
	d := a.ready[0]
	a.ready = a.ready[1:]
	a.row, a.failed = d.number, d.err
	return d.cells, d.bad, d.err
}

func (a *ahead) number() int { return a.row }

func (a *ahead) encoding() string { return a.in.encoding() }

func (a *ahead) close() error {
	a.once.Do(func() { close(a.stop) })
	<-a.done
	return a.in.close()
}
