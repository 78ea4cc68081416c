package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/posting"
	"yiwang/internal/platform/words"
)

// maxTail is how many cases outside the blocks may fit; with more, such as before they are sealed for the first time, cases are
// read in their order.
const maxTail = 4 * posting.Size

// found are the cases that may pass a filter: every case that does is among them.
type found struct {
	loose []string // outside the blocks
	hits  []hit
	size  int // how many there are, some counted twice
}

// hit are the cases of a block that hold what is sought.
type hit struct {
	block
	docs posting.Set
}

// find returns the cases that may pass the filter, nil where they are better read in their order. args are those of where, which
// the filter makes.
func (s *Service) find(ctx context.Context, tx *db.Tx, f Filter, where string, args []any) (*found, error) {
	q, err := s.seek(ctx, tx, f, &args)
	if err != nil || q == nil {
		return nil, err
	}
	x := &found{}
	// Before the blocks: what is sealed meanwhile is found twice then, not missed.
	loose, bits := "SELECT case_id FROM case_words w", fits(q.bits)
	if bits != "" {
		loose += " WHERE " + bits
	}
	if x.loose, err = db.All[string](ctx, tx, fmt.Sprintf("%s ORDER BY case_id LIMIT %d", loose, maxTail+1)); err != nil || len(x.loose) > maxTail {
		return nil, err
	}
	if len(q.beside) > 0 {
		ways := make([]string, len(q.beside))
		for i, way := range q.beside {
			ways[i] = fmt.Sprintf("SELECT id FROM case_file WHERE %s AND %s", way, where)
		}
		more, err := db.All[string](ctx, tx, fmt.Sprintf("SELECT id FROM (%s) x LIMIT %d", strings.Join(ways, " UNION "), maxTail+1), args...)
		if err != nil || len(more) > maxTail {
			return nil, err
		}
		x.loose = append(x.loose, more...)
	}
	x.size = len(x.loose)
	return x, x.search(ctx, tx, q)
}

// fits is the condition that a row w of case_words holds the bits; "" for none.
func fits(s words.Signature) string {
	// One comparison for all bits, with the numbers in the text: PostgreSQL expects it of one row in two hundred.
	var missing []string
	for i, b := range s {
		if b != 0 {
			missing = append(missing, fmt.Sprintf("((~w.w%d) & (%d))", i, b))
		}
	}
	if missing == nil {
		return ""
	}
	return fmt.Sprintf("(%s) = 0", strings.Join(missing, " | "))
}

// gathered is what is known of a block while its pieces come in.
type gathered struct {
	groups []posting.Set
	ended  posting.Set
}

// search adds the hits of every block.
func (x *found) search(ctx context.Context, tx *db.Tx, q *sought) error {
	blocks, err := db.All[block](ctx, tx, "SELECT block, first_id, last_id, n, amended FROM case_block ORDER BY block")
	if err != nil || len(blocks) == 0 {
		return err
	}
	all := make(map[int64]*gathered, len(blocks))
	for _, b := range blocks {
		all[b.No] = &gathered{groups: make([]posting.Set, len(q.groups))}
	}
	if err := q.gather(ctx, tx, blocks, all); err != nil {
		return err
	}
	for _, b := range blocks {
		g := all[b.No]
		docs := g.groups[0]
		for i := range g.groups[1:] {
			docs.And(&g.groups[i+1])
		}
		docs.Without(&g.ended)
		if n := docs.Len(); n > 0 {
			x.hits, x.size = append(x.hits, hit{b, docs}), x.size+n
		}
	}
	return nil
}

// gather reads the pieces that hold the terms.
func (q *sought) gather(ctx context.Context, tx *db.Tx, blocks []block, all map[int64]*gathered) error {
	wanted := map[int][]uint64{}
	of := map[uint64][]int{} // the groups a term is in; -1 for what has ended
	want := func(term uint64, group int) {
		if len(of[term]) == 0 {
			p := posting.Piece(term)
			wanted[p] = append(wanted[p], term)
		}
		of[term] = append(of[term], group)
	}
	for i, group := range q.groups {
		for _, term := range group {
			want(term, i)
		}
	}
	if q.open {
		want(ended, -1)
	}
	sizes := make(map[int64]int, len(blocks))
	for _, b := range blocks {
		sizes[b.No] = b.N
	}
	pieces := make([]int, 0, len(wanted))
	for p := range wanted {
		pieces = append(pieces, p)
	}
	slices.Sort(pieces)
	var args []any
	return db.Each(ctx, tx, "SELECT piece, block, data FROM case_block_term WHERE piece IN "+among(pieces, &args), args, func(r *pieceRow) error {
		g := all[r.Block]
		if g == nil {
			return nil // sealed since the blocks were read
		}
		for _, term := range wanted[r.Piece] {
			docs, held, err := posting.Find(r.Data, term, sizes[r.Block])
			if err != nil {
				return fmt.Errorf("block %d, piece %d: %w", r.Block, r.Piece, err)
			}
			if held {
				g.add(&docs, of[term])
			}
		}
		return nil
	})
}

type pieceRow struct {
	Piece int    `db:"piece"`
	Block int64  `db:"block"`
	Data  []byte `db:"data"`
}

func (g *gathered) add(docs *posting.Set, groups []int) {
	for _, i := range groups {
		if i < 0 {
			g.ended.Or(docs)
		} else {
			g.groups[i].Or(docs)
		}
	}
}

// walk hands out the ids of what was found, each once, in one direction from behind an id on.
type walk struct {
	down  bool
	after string // "" for from the end
	ready []string
	hits  []hit
}

func (x *found) walk(down bool, after string) *walk {
	w := &walk{down: down, after: after}
	for _, h := range x.hits {
		if w.wanted(h.First) || w.wanted(h.Last) {
			w.hits = append(w.hits, h)
		}
	}
	slices.SortFunc(w.hits, func(a, b hit) int {
		if down {
			return strings.Compare(b.Last, a.Last)
		}
		return strings.Compare(a.First, b.First)
	})
	w.add(x.loose)
	return w
}

func (w *walk) wanted(id string) bool {
	return w.after == "" || w.before(w.after, id)
}

// before reports that a comes earlier.
func (w *walk) before(a, b string) bool {
	if w.down {
		return a > b
	}
	return a < b
}

func (w *walk) add(ids []string) {
	for _, id := range ids {
		if w.wanted(id) {
			w.ready = append(w.ready, id)
		}
	}
	slices.Sort(w.ready)
	w.ready = slices.Compact(w.ready)
	if w.down {
		slices.Reverse(w.ready)
	}
}

// next returns the next n ids, fewer at the end, none behind it.
func (w *walk) next(ctx context.Context, tx *db.Tx, n int) ([]string, error) {
	for {
		sure := len(w.ready) // how many come before everything that is not read yet
		if len(w.hits) > 0 {
			edge := w.hits[0].First
			if w.down {
				edge = w.hits[0].Last
			}
			sure, _ = slices.BinarySearchFunc(w.ready, edge, func(id, edge string) int {
				if w.before(id, edge) {
					return -1
				}
				return 1
			})
		}
		if sure >= n || len(w.hits) == 0 {
			sure = min(sure, n)
			out := w.ready[:sure:sure]
			w.ready = w.ready[sure:]
			return out, nil
		}
		if err := w.read(ctx, tx, n-sure); err != nil {
			return nil, err
		}
	}
}

// read makes the ids ready of the next hits, of at least n cases if there are so many.
func (w *walk) read(ctx context.Context, tx *db.Tx, n int) error {
	type wish struct {
		hit  *hit
		part int
	}
	wishes := map[int64]wish{}
	var places []int64
	for i := 0; n > 0 && i < len(w.hits) && len(places) < 1024; i++ {
		h := &w.hits[i]
		for doc := range h.docs.All() {
			place := h.No*perPlace + int64(doc/perPlace)
			if k := len(places); k == 0 || places[k-1] != place {
				places = append(places, place)
				wishes[place] = wish{h, doc / perPlace}
			}
			n--
		}
		w.hits[i].N = 0 // read
	}
	var args []any
	var ids []string
	err := db.Each(ctx, tx, "SELECT place, ids FROM case_block_id WHERE place IN "+among(places, &args), args, func(r *placeRow) error {
		names := strings.Split(r.IDs, "\n")
		at := wishes[r.Place]
		for i, id := range names {
			if doc := at.part*perPlace + i; at.hit.docs[doc/64]>>(doc%64)&1 == 1 {
				ids = append(ids, id)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for len(w.hits) > 0 && w.hits[0].N == 0 {
		w.hits = w.hits[1:]
	}
	w.add(ids)
	return nil
}

type placeRow struct {
	Place int64  `db:"place"`
	IDs   string `db:"ids"`
}
