package stats

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// storeFormat is the first byte of an encoded store; raise it when the layout changes.
const storeFormat = 1

// MarshalBinary writes the store, compressed. The same store gives the same bytes.
func (s *MomentStore) MarshalBinary() ([]byte, error) {
	w := &storeWriter{}
	w.int(s.Items)
	w.int(len(s.Options))
	for _, o := range s.Options {
		w.bool(o.Scored)
		w.floats(o.Values[:])
	}
	w.int(len(s.Strata))
	for _, h := range s.Strata {
		w.text(h.Name)
		w.int(h.Units)
		w.float(h.Size)
	}
	w.texts(s.Units)
	w.texts(s.Margins)
	w.bool(s.Plain)
	w.int(len(s.Cells))
	for i := range s.Cells {
		w.cell(&s.Cells[i])
	}
	out := bytes.NewBuffer([]byte{storeFormat})
	z, err := flate.NewWriter(out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(w.b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type storeWriter struct{ b []byte }

func (w *storeWriter) int(v int) { w.b = binary.AppendVarint(w.b, int64(v)) }

func (w *storeWriter) bool(v bool) {
	k := 0
	if v {
		k = 1
	}
	w.int(k)
}

func (w *storeWriter) text(v string) {
	w.int(len(v))
	w.b = append(w.b, v...)
}

func (w *storeWriter) texts(list []string) {
	w.int(len(list))
	for _, v := range list {
		w.text(v)
	}
}

// float writes whole numbers, which most sums are, as twice the number and others as 1 and eight bytes.
func (w *storeWriter) float(v float64) {
	if v == math.Trunc(v) && math.Abs(v) < 1<<52 {
		w.b = binary.AppendVarint(w.b, 2*int64(v))
		return
	}
	w.b = binary.AppendVarint(w.b, 1)
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v))
}

func (w *storeWriter) floats(list []float64) {
	for _, v := range list {
		w.float(v)
	}
}

func (w *storeWriter) cell(c *StoreCell) {
	w.texts(c.Labels)
	w.int(int(c.Stratum))
	w.int(int(c.Unit))
	w.int(len(c.Margins))
	for _, m := range c.Margins {
		w.int(int(m))
	}
	w.int(c.N)
	w.floats([]float64{c.Ratio, c.W, c.W2})
	w.int(len(c.patterns))
	for _, p := range c.patterns {
		w.b = binary.AppendUvarint(w.b, p.items)
		w.int(p.n)
		w.float(p.w)
	}
	w.bool(c.alike)
	for _, n := range c.counts {
		w.float(n.n)
		if !c.alike {
			w.floats([]float64{n.w, n.w2})
		}
	}
	w.floats(c.plain)
	if !c.alike {
		w.floats(c.once)
		w.floats(c.twice)
	}
}

// UnmarshalBinary reads a store that MarshalBinary wrote.
func (s *MomentStore) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != storeFormat {
		return errors.New("these are not moments of this version of the program")
	}
	body, err := io.ReadAll(flate.NewReader(bytes.NewReader(data[1:])))
	if err != nil {
		return fmt.Errorf("unpack moments: %w", err)
	}
	r := &storeReader{b: body}
	*s = MomentStore{Items: r.length(64), Options: make([]StoreOption, r.length(256))}
	for i := range s.Options {
		s.Options[i] = StoreOption{Scored: r.bool(), Values: [2]float64{r.float(), r.float()}}
	}
	s.Strata = make([]StoreStratum, r.length(len(body)))
	for i := range s.Strata {
		s.Strata[i] = StoreStratum{Name: r.text(), Units: r.int(), Size: r.float()}
	}
	s.Units, s.Margins, s.Plain = r.texts(), r.texts(), r.bool()
	s.Cells = make([]StoreCell, r.length(len(body)))
	for i := range s.Cells {
		r.cell(s, &s.Cells[i])
	}
	if r.bad || len(r.b) > 0 {
		return errors.New("the stored moments are damaged")
	}
	return s.Calibrated()
}

// storeReader reads what storeWriter wrote; after the end of the data everything is zero and bad is set.
type storeReader struct {
	b   []byte
	bad bool
}

func (r *storeReader) int() int {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

// length is a number of things from 0 to most.
func (r *storeReader) length(most int) int {
	n := r.int()
	if n < 0 || n > most {
		r.bad, r.b = true, nil
		return 0
	}
	return n
}

func (r *storeReader) bool() bool { return r.int() == 1 }

func (r *storeReader) text() string {
	n := r.length(len(r.b))
	v := string(r.b[:n])
	r.b = r.b[n:]
	return v
}

func (r *storeReader) texts() (list []string) {
	for range r.length(len(r.b)) {
		list = append(list, r.text())
	}
	return list
}

func (r *storeReader) float() float64 {
	v := r.int()
	if v != 1 {
		return float64(v / 2)
	}
	if len(r.b) < 8 {
		r.bad, r.b = true, nil
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.b))
	r.b = r.b[8:]
	return f
}

func (r *storeReader) floats(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = r.float()
	}
	return list
}

func (r *storeReader) cell(s *MomentStore, c *StoreCell) {
	c.Labels, c.Stratum, c.Unit = r.texts(), int32(r.int()), int32(r.int())
	for range r.length(len(s.Margins)) {
		c.Margins = append(c.Margins, int32(r.length(max(len(s.Margins)-1, 0))))
	}
	c.N, c.Ratio, c.W, c.W2 = r.int(), r.float(), r.float(), r.float()
	for range r.length(len(r.b)) {
		items, n := binary.Uvarint(r.b)
		if n <= 0 {
			r.bad, r.b = true, nil
			return
		}
		r.b = r.b[n:]
		c.patterns = append(c.patterns, pattern{items: items, n: r.int(), w: r.float()})
	}
	c.alike = r.bool()
	w := c.W / float64(c.N) // the one weight of all, where they weigh alike
	c.counts = make([]count, s.Items*len(s.Options))
	for i := range c.counts {
		n := r.float()
		c.counts[i] = count{n, n * w, n * w * w}
		if !c.alike {
			c.counts[i].w, c.counts[i].w2 = r.float(), r.float()
		}
	}
	size := len(newMoments(s.Items))
	c.plain = r.floats(size)
	if !c.alike {
		c.once, c.twice = r.floats(size), r.floats(size)
	}
	r.bad = r.bad || c.Stratum < 0 || int(c.Stratum) >= len(s.Strata) || int(c.Unit) >= len(s.Units)
}
