// Package posting keeps which of a block of documents hold which terms, in pieces small enough to be rows of a database: an inverted
// index that is written once for thousands of documents at a time. It is pure. A term is a number of the caller's, a document its place in
// the block.
package posting

import (
	"encoding/binary"
	"errors"
	"iter"
	"math/bits"
	"slices"
)

const (
	// Size is how many documents a block holds at most.
	Size = 4096
	// Pieces is into how many pieces the terms of a block are spread.
	Pieces = 512
)

// Set is a set of documents of a block.
type Set [Size / 64]uint64

// Add puts a document into the set.
func (s *Set) Add(doc int) { s[doc/64] |= 1 << (doc % 64) }

// Or adds what o holds.
func (s *Set) Or(o *Set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// And keeps what o holds as well.
func (s *Set) And(o *Set) {
	for i := range s {
		s[i] &= o[i]
	}
}

// Without removes what o holds.
func (s *Set) Without(o *Set) {
	for i := range s {
		s[i] &^= o[i]
	}
}

// Len is how many documents the set holds.
func (s *Set) Len() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// All are the documents of the set, ascending.
func (s *Set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(i*64 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// Piece is the piece that holds a term, from 0 to Pieces-1.
func Piece(term uint64) int {
	return int(term * 0x9E3779B97F4A7C15 >> 55) // Fibonacci hashing (Knuth, vol. 3, 6.4)
}

// Builder collects the terms of the documents of one block.
type Builder struct {
	held map[uint64][]uint16
}

// Add says that the document holds the term. Documents come in order; a term may be said twice of one.
func (b *Builder) Add(doc int, term uint64) {
	if b.held == nil {
		b.held = map[uint64][]uint16{}
	}
	docs := b.held[term]
	if n := len(docs); n == 0 || docs[n-1] != uint16(doc) {
		b.held[term] = append(docs, uint16(doc))
	}
}

// How the documents of a term are written: the distances between them, those between the documents that do not hold it, or a bit each.
const (
	byDistance = iota
	byAbsence
	byBit
)

// Pieces returns the pieces of a block of n documents, by their number; one without terms is empty.
func (b *Builder) Pieces(n int) [Pieces][]byte {
	var sorted [Pieces][]uint64
	for term := range b.held {
		p := Piece(term)
		sorted[p] = append(sorted[p], term)
	}
	var out [Pieces][]byte
	for p, terms := range sorted {
		slices.Sort(terms)
		before := uint64(0)
		for _, term := range terms {
			out[p] = binary.AppendUvarint(out[p], term-before)
			out[p] = appendDocs(out[p], b.held[term], n)
			before = term
		}
	}
	return out
}

// appendDocs writes the shortest of the three forms: its length in bytes with the form, then the documents.
func appendDocs(to []byte, docs []uint16, n int) []byte {
	form, body := byDistance, distances(docs)
	if len(docs) > n/2 {
		form, body = byAbsence, distances(others(docs, n))
	}
	if whole := (n + 7) / 8; len(body) > whole {
		var s Set
		for _, d := range docs {
			s.Add(int(d))
		}
		var raw []byte
		for _, w := range s {
			raw = binary.LittleEndian.AppendUint64(raw, w)
		}
		form, body = byBit, raw[:whole]
	}
	return append(binary.AppendUvarint(to, uint64(len(body)<<2|form)), body...)
}

func distances(docs []uint16) (out []byte) {
	next := 0
	for _, d := range docs {
		out = binary.AppendUvarint(out, uint64(int(d)-next))
		next = int(d) + 1
	}
	return out
}

// others are the documents of a block of n that are not in docs.
func others(docs []uint16, n int) (out []uint16) {
	next := 0
	for _, d := range docs {
		for ; next < int(d); next++ {
			out = append(out, uint16(next))
		}
		next = int(d) + 1
	}
	for ; next < n; next++ {
		out = append(out, uint16(next))
	}
	return out
}

// ErrBroken says that a piece does not read as Builder.Pieces writes it.
var ErrBroken = errors.New("broken piece of an index")

// Find returns the documents that hold the term, of a block of n, from the piece that Piece names. held is false where none does.
func Find(piece []byte, term uint64, n int) (s Set, held bool, err error) {
	at := uint64(0)
	for len(piece) > 0 {
		step, k := binary.Uvarint(piece)
		if k <= 0 {
			return s, false, ErrBroken
		}
		piece = piece[k:]
		head, k := binary.Uvarint(piece)
		if k <= 0 || head>>2 > uint64(len(piece)-k) {
			return s, false, ErrBroken
		}
		body := piece[k : k+int(head>>2)]
		piece = piece[k+len(body):]
		if at += step; at < term {
			continue
		}
		if at > term {
			return s, false, nil
		}
		s, err = read(body, int(head&3), n)
		return s, err == nil, err
	}
	return s, false, nil
}

func read(body []byte, form, n int) (s Set, err error) {
	if form == byBit {
		var raw [Size / 8]byte
		copy(raw[:], body)
		for i := range s {
			s[i] = binary.LittleEndian.Uint64(raw[8*i:])
		}
		return s, nil
	}
	next := 0
	for len(body) > 0 {
		step, k := binary.Uvarint(body)
		if k <= 0 || step >= Size || next+int(step) >= Size {
			return s, ErrBroken
		}
		body = body[k:]
		next += int(step)
		s.Add(next)
		next++
	}
	if form == byAbsence {
		whole := Whole(n)
		whole.Without(&s)
		return whole, nil
	}
	return s, nil
}

// Whole is the set of all documents of a block of n.
func Whole(n int) (s Set) {
	for i := range s {
		switch left := n - 64*i; {
		case left >= 64:
			s[i] = ^uint64(0)
		case left > 0:
			s[i] = 1<<left - 1
		}
	}
	return s
}
