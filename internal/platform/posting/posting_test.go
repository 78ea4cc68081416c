package posting

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFind_ReturnsExactlyTheDocumentsThatHoldATerm(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 63, 64, 1000, Size} {
		var b Builder
		want := map[uint64][]int{}
		shares := []float64{0, .001, .02, .3, .6, .97, 1}
		for doc := range n {
			for i := range 700 {
				term := uint64(i)*0x1000003 + uint64(i%3)<<60
				if rand.Float64() < shares[i%len(shares)] {
					b.Add(doc, term)
					b.Add(doc, term)
					want[term] = append(want[term], doc)
				}
			}
		}
		pieces := b.Pieces(n)
		for i := range 700 {
			term := uint64(i)*0x1000003 + uint64(i%3)<<60
			s, held, err := Find(pieces[Piece(term)], term, n)
			if err != nil || held != (want[term] != nil) || !slices.Equal(slices.Collect(s.All()), want[term]) || s.Len() != len(want[term]) {
				t.Fatalf("of %d, term %d: %v %v, want %d documents, got %d", n, i, held, err, len(want[term]), s.Len())
			}
		}
		for _, p := range pieces {
			if _, held, err := Find(p, 12345678901, n); held || err != nil {
				t.Fatal("a term nobody holds", held, err)
			}
		}
	}
}

func TestFind_ABrokenPieceIsAnErrorNeverAPanic(t *testing.T) {
	t.Parallel()
	var b Builder
	for doc := range 300 {
		for term := range uint64(40) {
			if rand.IntN(3) == 0 {
				b.Add(doc, term<<55|term)
			}
		}
	}
	broken := 0
	for _, p := range b.Pieces(300) {
		for range 50 {
			q := slices.Clone(p)
			if len(q) == 0 {
				continue
			}
			q = q[:rand.IntN(len(q))+1]
			q[rand.IntN(len(q))] = byte(rand.IntN(256))
			for term := range uint64(40) {
				if _, _, err := Find(q, term<<55|term, 300); err != nil && !errors.Is(err, ErrBroken) {
					t.Fatal(err)
				} else if err != nil {
					broken++
				}
			}
		}
	}
	if broken == 0 {
		t.Error("no broken piece was noticed")
	}
}

func TestSet_JoinsMeetsAndLeavesOut(t *testing.T) {
	t.Parallel()
	var a, b Set
	for _, d := range []int{0, 63, 64, 4095} {
		a.Add(d)
	}
	b.Add(64)
	b.Add(70)
	both, either, rest := a, a, a
	both.And(&b)
	either.Or(&b)
	rest.Without(&b)
	if !slices.Equal(slices.Collect(both.All()), []int{64}) || either.Len() != 5 || !slices.Equal(slices.Collect(rest.All()), []int{0, 63, 4095}) {
		t.Error(both.Len(), either.Len(), rest.Len())
	}
	if w := Whole(65); w.Len() != 65 {
		t.Error(w.Len())
	}
}

// BenchmarkFind looks a term up in a piece as a block of real texts has them.
func BenchmarkFind(b *testing.B) {
	var build Builder
	for doc := range Size {
		for range 100 {
			build.Add(doc, uint64(rand.ExpFloat64()*3000)<<21)
		}
	}
	pieces := build.Pieces(Size)
	term := uint64(900) << 21
	for b.Loop() {
		if _, held, err := Find(pieces[Piece(term)], term, Size); !held || err != nil {
			b.Fatal(held, err)
		}
	}
}
