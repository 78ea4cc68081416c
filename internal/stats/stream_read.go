package stats

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"sync"
)

// The file is read in pieces of streamBlock bytes. A file of at least streamSplit bytes that can be read at any place is walked
// in streamParts parts at once; the number is fixed so that the same file gives the same digits on every machine.
const (
	streamBlock = 1 << 17
	streamSplit = 1 << 20
	streamParts = 4
)

// errNotPlain says that a file needs the general reader: a quote, a mistake to report, a design that wants all rows at once.
var errNotPlain = errors.New("not a plain file")

// streamFile walks the lines of a CSV. It never holds more than one block of each part.
type streamFile struct {
	source  io.ReadCloser
	at      io.ReaderAt // nil if it can only be read from the beginning to the end
	size    int64
	header  []string
	first   []byte // what was read after the header line
	offset  int64  // of first
	columns int
}

func openStream(open Open, file string) (*streamFile, error) {
	r, err := open(file)
	if err != nil {
		return nil, err
	}
	f := &streamFile{source: r}
	if named, ok := r.(fs.File); ok {
		if info, err := named.Stat(); err == nil {
			f.size = info.Size()
			f.at, _ = r.(io.ReaderAt)
		}
	}
	block := make([]byte, streamBlock)
	n, err := io.ReadFull(r, block)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.Join(errNotPlain, r.Close())
	}
	line, rest, found := bytes.Cut(block[:n], []byte("\n"))
	if !found || bytes.IndexByte(line, '"') >= 0 || bytes.IndexByte(line, ',') < 0 {
		return nil, errors.Join(errNotPlain, r.Close())
	}
	f.first, f.offset = rest, int64(len(line)+1)
	for _, name := range bytes.Split(bytes.TrimPrefix(line, []byte("\ufeff")), []byte(",")) {
		f.header = append(f.header, string(bytes.TrimSpace(name)))
	}
	f.columns = len(f.header)
	return f, nil
}

// parts are readers of the body, each ending where the next begins; a reader after the first skips the line it starts in.
func (f *streamFile) parts() []io.Reader {
	if f.at == nil || f.size < streamSplit {
		return []io.Reader{io.MultiReader(bytes.NewReader(f.first), f.source)}
	}
	var out []io.Reader
	step := (f.size - f.offset) / streamParts
	for p := range int64(streamParts) {
		from, to := f.offset+p*step, f.offset+(p+1)*step
		if p == streamParts-1 {
			to = f.size
		}
		out = append(out, &partReader{at: f.at, from: from, to: to, size: f.size, whole: p == 0})
	}
	return out
}

// partReader reads from the first line that begins at or after from, through the line that is open at to.
type partReader struct {
	at             io.ReaderAt
	from, to, size int64
	whole          bool // the first part: from is the beginning of a line
	found          bool
}

func (r *partReader) Read(into []byte) (int, error) {
	if !r.found {
		if !r.whole {
			at, err := r.lineAfter(r.from - 1)
			if err != nil {
				return 0, err
			}
			r.from = at
		}
		end, err := r.lineAfter(r.to - 1)
		if err != nil {
			return 0, err
		}
		r.to, r.found = end, true
	}
	if r.from >= r.to {
		return 0, io.EOF
	}
	n, err := r.at.ReadAt(into[:min(int64(len(into)), r.to-r.from)], r.from)
	r.from += int64(n)
	if errors.Is(err, io.EOF) && n > 0 {
		err = nil
	}
	return n, err
}

// lineAfter is where the line after the next line break from at begins.
func (r *partReader) lineAfter(at int64) (int64, error) {
	buffer := make([]byte, 4096)
	for at < r.size {
		n, err := r.at.ReadAt(buffer[:min(int64(len(buffer)), r.size-at)], at)
		if i := bytes.IndexByte(buffer[:n], '\n'); i >= 0 {
			return at + int64(i) + 1, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if n == 0 {
			break
		}
		at += int64(n)
	}
	return r.size, nil
}

// walkParts walks every part with its own consumer, at once.
func walkParts(readers []io.Reader, walk func(part int, r io.Reader) error) error {
	failed := make([]error, len(readers))
	var wait sync.WaitGroup
	for p, r := range readers {
		wait.Go(func() { failed[p] = walk(p, r) })
	}
	wait.Wait()
	return errors.Join(failed...)
}

// cellSplitter cuts lines into the cells of wanted columns.
type cellSplitter struct {
	slot  []int16 // of every column; -1 is skipped
	cells []span
	text  []byte
}

// lines calls row for every line that is not blank, with the cells of the wanted columns in s.cells.
func (s *cellSplitter) lines(r io.Reader, row func() error) error {
	block, kept := make([]byte, streamBlock+1), 0
	for {
		n, err := r.Read(block[kept : len(block)-1])
		end := kept + n
		switch {
		case errors.Is(err, io.EOF):
			if end == 0 {
				return nil
			}
			block[end] = '\n' // the last line may lack it
			_, err = s.block(block[:end+1], row)
			return err
		case err != nil:
			return err
		}
		used, err := s.block(block[:end], row)
		if err != nil {
			return err
		}
		if kept = copy(block, block[used:end]); kept == len(block)-1 {
			return errNotPlain // a line longer than a block
		}
	}
}

// block cuts whole lines and returns how many bytes they took.
func (s *cellSplitter) block(text []byte, row func() error) (int, error) {
	s.text = text
	lines := text[:bytes.LastIndexByte(text, '\n')+1]
	for at := 0; at < len(lines); {
		if blank := bytes.HasPrefix(lines[at:], []byte("\r\n")); blank || lines[at] == '\n' {
			at += bytes.IndexByte(lines[at:], '\n') + 1
			continue
		}
		next, ok := s.line(lines, at)
		if !ok {
			return 0, errNotPlain
		}
		if err := row(); err != nil {
			return 0, err
		}
		at = next
	}
	return len(lines), nil
}

// line cuts the line at a place; it is not plain if it has a quote or another number of cells than the header.
func (s *cellSplitter) line(text []byte, at int) (next int, ok bool) {
	start, column := at, 0
	for i := at; i < len(text); i++ {
		b := text[i]
		if b > ',' || b != ',' && b != '\n' && b != '"' {
			continue
		}
		if b == '"' || column >= len(s.slot) {
			return 0, false
		}
		if slot := s.slot[column]; slot >= 0 {
			end := i
			for start < end && text[start] <= ' ' {
				start++
			}
			for end > start && text[end-1] <= ' ' {
				end--
			}
			s.cells[slot] = span{uint32(start), uint32(end)}
		}
		column++
		start = i + 1
		if b == '\n' {
			return start, column == len(s.slot)
		}
	}
	return 0, false
}
