package stats

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
)

// RunSample draws the sample of one specification (docs/statistics.md) from a frame in a CSV. The same specification and the same
// bytes of the frame give the same list for ever; both are sealed with their SHA-256 in the result.
func RunSample(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	s := &sampleSpec{o: o, method: o.text("method", ""), file: o.text("data", ""), id: o.text("id", ""), size: o.text("size", ""),
		strata: o.words("strata"), listAll: o.flag("probabilities"), joint: o.text("joint", "")}
	o.oneOf("method", s.method, "simple systematic pps")
	s.readRandomness()
	if s.joint != "" {
		o.oneOf("joint", s.joint, "entropy tille midzuno")
		if s.method != "pps" || s.strata != nil {
			o.fail("joint", "goes with the method pps without strata")
		}
	}
	if (s.method == "pps") != (s.size != "") {
		o.fail("size", "names the column of sizes; pps needs it, other methods have no use for it")
	}
	s.frame(open)
	s.readN()
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	out, err := s.draw()
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(out, "", " ")
}

type sampleSpec struct {
	o              *object
	method         string
	file, id, size string
	strata         []string
	listAll        bool
	joint          string
	seed           string
	start          *float64

	hash  string
	table *table
	cells Factor
	ids   Factor
	sizes []float64
	n     []int
}

type sampleOutput struct {
	Method        string        `json:"method"`
	N             int           `json:"n"`
	Frame         frameOutput   `json:"frame"`
	Seed          string        `json:"seed,omitempty"`
	SeedHash      string        `json:"seed_sha256,omitempty"`
	ListHash      string        `json:"list_sha256"`
	Strata        []drawnOutput `json:"strata"`
	Sample        []unitOutput  `json:"sample"`
	Probabilities []number      `json:"probabilities,omitempty"`
	Joint         [][]number    `json:"joint,omitempty"`
}

type frameOutput struct {
	File   string `json:"file"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"`
}

type drawnOutput struct {
	Stratum string  `json:"stratum,omitempty"`
	Units   int     `json:"units"`
	N       int     `json:"n"`
	Certain int     `json:"certain"`
	Start   *number `json:"u,omitempty"`
}

type unitOutput struct {
	Row         int    `json:"row"`
	ID          string `json:"id,omitempty"`
	Stratum     string `json:"stratum,omitempty"`
	Probability number `json:"probability"`
	Weight      number `json:"weight"`
}

// readRandomness: a seed, or for systematic draws the start itself.
func (s *sampleSpec) readRandomness() {
	o := s.o
	if labels := o.labels("seed"); len(labels) == 1 {
		s.seed = labels[0]
	}
	if o.has("u") {
		u := o.number("u", 0)
		s.start = &u
		if !(u >= 0 && u < 1) {
			o.fail("u", "is %v, but must be at least 0 and below 1", u)
		}
		if s.method == "simple" {
			o.fail("u", "is the start of a systematic draw; a simple one needs a seed")
		}
	}
	if (s.seed == "") == (s.start == nil) {
		o.fail("seed", "is needed, a text or a number (or u, the start of a systematic draw, but not both)")
	}
}

// frame reads the list of units and its hash, which is over the bytes of the file.
func (s *sampleSpec) frame(open Open) {
	o := s.o
	if *o.err != nil {
		return
	}
	hashed := func(path string) (io.ReadCloser, error) {
		r, err := open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = r.Close() }() // it was only read
		data, err := readAll(r)
		sum := sha256.Sum256(data)
		s.hash = hex.EncodeToString(sum[:])
		return io.NopCloser(bytes.NewReader(data)), err
	}
	var err error
	if s.table, err = readTable(hashed, s.file, func(c string) bool {
		return c == s.id || c == s.size || slices.Contains(s.strata, c)
	}); err != nil {
		o.fail("data", "cannot be used: %v", err)
		return
	}
	s.cells = whole(s.table.rows)
	if s.strata != nil {
		var parts []Factor
		for _, c := range s.strata {
			parts = append(parts, o.factorOf("strata", c, s.table))
		}
		if *o.err != nil {
			return
		}
		s.cells = Cross(parts...)
	}
	if s.id != "" {
		s.ids = o.factorOf("id", s.id, s.table)
		if *o.err == nil && len(s.ids.Names) != s.table.rows {
			o.fail("id", "must be different in every row; %s has %d rows and %d values", s.file, s.table.rows, len(s.ids.Names))
		}
	}
	if s.size != "" {
		s.sizes = o.columnOf("size", s.size, s.table)
	}
}

// readN reads one number for each stratum, or an object that names every stratum.
func (s *sampleSpec) readN() {
	o := s.o
	if *o.err != nil {
		return
	}
	s.n = make([]int, len(s.cells.Names))
	o.known["n"] = true
	if one, err := strconv.Atoi(string(o.fields["n"])); err == nil {
		for h := range s.n {
			s.n[h] = one
		}
	} else {
		c := o.child("n")
		if !o.has("n") {
			o.fail("n", "is missing: a whole number for each stratum, or one for each stratum's name")
		}
		for h, name := range s.cells.Names {
			if !c.has(name) {
				c.fail(name, "is missing, a stratum of %s", s.file)
			}
			s.n[h] = c.count(name, 0)
		}
		c.done()
	}
	for h, n := range s.n {
		if n < 0 {
			o.fail("n", "is %d for the stratum %q", n, s.cells.Names[h])
		}
	}
}

func (s *sampleSpec) draw() (*sampleOutput, error) {
	drawn, probability, err := Draw(DrawPlan{Method: DrawMethod(s.method), Size: s.sizes, Strata: s.cells, N: s.n, Start: s.start,
		Source: func(h int) *rand.Rand { return DrawSource(s.seed, s.hash, s.cells.Names[h]) }})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	out := &sampleOutput{Method: s.method, Frame: frameOutput{File: s.file, Rows: s.table.rows, SHA256: s.hash}, Seed: s.seed}
	if s.seed != "" {
		sum := sha256.Sum256([]byte(s.seed))
		out.SeedHash = hex.EncodeToString(sum[:])
	}
	list := sha256.New()
	for h, d := range drawn {
		row := drawnOutput{Stratum: s.cells.Names[h], Units: d.Units, N: len(d.Taken), Certain: d.Certain}
		if s.method != "simple" && len(d.Taken) > 0 {
			row.Start = num(d.Start)
		}
		out.Strata = append(out.Strata, row)
		for _, i := range d.Taken {
			u := unitOutput{Row: i + 1, Stratum: s.cells.Names[h], Probability: number(probability[i]), Weight: number(1 / probability[i])}
			if s.id != "" {
				u.ID = s.ids.Names[s.ids.Code[i]]
			}
			_, _ = fmt.Fprintf(list, "%d\n", u.Row) // a hash never fails
			out.Sample = append(out.Sample, u)
		}
	}
	out.N, out.ListHash = len(out.Sample), hex.EncodeToString(list.Sum(nil))
	if s.joint != "" {
		if err := s.jointOf(drawn[0].Taken, probability, out); err != nil {
			return nil, fmt.Errorf("key %q: %w", "joint", err)
		}
	}
	if s.listAll {
		for _, p := range probability {
			out.Probabilities = append(out.Probabilities, number(p))
		}
	}
	return out, nil
}

// jointOf adds the joint probabilities under another scheme of the units drawn, or with "probabilities" of the whole frame, in the order
// of the frame.
func (s *sampleSpec) jointOf(taken []int, probability []float64, out *sampleOutput) error {
	all, err := JointProbabilities(probability, JointScheme(s.joint))
	if err != nil {
		return err
	}
	places := taken
	if s.listAll {
		places = make([]int, len(probability))
		for k := range places {
			places[k] = k
		}
	}
	for _, k := range places {
		row := make([]number, 0, len(places))
		for _, l := range places {
			row = append(row, number(all.At(k, l)))
		}
		out.Joint = append(out.Joint, row)
	}
	return nil
}
