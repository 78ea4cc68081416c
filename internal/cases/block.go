package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/posting"
	"yiwang/internal/platform/words"
)

const (
	// sealAfter is how old a case is before it is sealed: nearly all that changes of its terms changes before.
	sealAfter = 10 * time.Minute
	// amendAfter is from when on a step looks whether the case is sealed; shorter by what clocks of servers may differ.
	amendAfter = 5 * time.Minute
	// perPlace is how many ids a row of case_block_id holds.
	perPlace = 64
)

// block is what case_block says of a block; First and Last are the ends of its ids, which are ascending.
type block struct {
	No      int64  `db:"block"`
	First   string `db:"first_id"`
	Last    string `db:"last_id"`
	N       int    `db:"n"`
	Amended bool   `db:"amended"`
}

// SealCases moves what case_words holds into blocks, as far as it fills them, so that searches among a million cases read few rows.
// Nobody waits for it: what has changed or is being changed meanwhile stays in case_words. Several servers take turns.
func (s *Service) SealCases(ctx context.Context) error {
	for all := 0; s.worded.Load(); {
		lot, err := s.nextLot(ctx)
		if err != nil {
			return err
		}
		moved := 0
		if lot != nil {
			if moved, err = s.seal(ctx, lot); err != nil {
				return err
			}
		}
		if all += moved; moved == 0 {
			return s.shrink(ctx, all)
		}
	}
	return nil
}

// manyMoved is from how many blocks on that were sealed at once case_words is written anew.
const manyMoved = 4

// shrink writes case_words anew after most of it has left, as when a large installation seals its cases for the first time: PostgreSQL
// would read the empty pages with every search. SQLite gives them back by itself.
func (s *Service) shrink(ctx context.Context, moved int) error {
	if moved < manyMoved*s.lotSize || s.DB.Dialect() != db.Postgres {
		return nil
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE case_words IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		type row struct {
			ID string `db:"case_id"`
			W0 int64  `db:"w0"`
			W1 int64  `db:"w1"`
			W2 int64  `db:"w2"`
			W3 int64  `db:"w3"`
			W4 int64  `db:"w4"`
			W5 int64  `db:"w5"`
			W6 int64  `db:"w6"`
			W7 int64  `db:"w7"`
		}
		left, err := db.All[row](ctx, tx, "SELECT "+wordColumns+" FROM case_words")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "TRUNCATE case_words"); err != nil {
			return err
		}
		rows := make([][]any, len(left))
		for i, r := range left {
			rows[i] = signed(r.ID, words.Signature{r.W0, r.W1, r.W2, r.W3, r.W4, r.W5, r.W6, r.W7})
		}
		return insertWords(ctx, tx, rows)
	})
}

// lot is a block in the making.
type lot struct {
	block
	cases  []Case // ascending by id
	pieces [posting.Pieces][]byte
}

// termColumns are the columns of which terms are made, and what tells whether they have changed.
const termColumns = "id, version, number, title, address, body, area_code, category, lead_unit, lead_name, ended_at"

// nextLot reads the oldest cases that are in no block, or of those that a block knows as they were; nil if a block is not filled yet.
func (s *Service) nextLot(ctx context.Context) (*lot, error) {
	l := &lot{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		edge, err := db.Get[block](ctx, tx, "SELECT COALESCE(MAX(block), 0) AS block, COALESCE(MAX(CASE WHEN NOT amended THEN last_id END), '') AS last_id FROM case_block")
		if err != nil {
			return err
		}
		l.No = edge.No + 1
		ids, err := db.All[string](ctx, tx, fmt.Sprintf("SELECT DISTINCT case_id FROM case_words WHERE case_id > $1 AND case_id < $2 ORDER BY case_id LIMIT %d", s.lotSize),
			edge.Last, db.FirstID(tx.Now().Add(-sealAfter)))
		if err == nil && len(ids) < s.lotSize {
			l.Amended = true
			ids, err = db.All[string](ctx, tx, fmt.Sprintf("SELECT DISTINCT case_id FROM case_words WHERE case_id <= $1 ORDER BY case_id LIMIT %d", s.lotSize), edge.Last)
		}
		if err != nil || len(ids) < s.lotSize {
			return err
		}
		for part := range slices.Chunk(ids, 512) {
			var args []any
			rows, err := db.All[Case](ctx, tx, "SELECT "+termColumns+" FROM case_file WHERE id IN "+among(part, &args)+" ORDER BY id", args...)
			if err != nil {
				return err
			}
			l.cases = append(l.cases, rows...)
		}
		return nil
	})
	if err != nil || len(l.cases) == 0 {
		return nil, err
	}
	l.N, l.First, l.Last = len(l.cases), l.cases[0].ID, l.cases[len(l.cases)-1].ID
	var b posting.Builder
	for i := range l.cases {
		for _, term := range l.cases[i].terms() {
			b.Add(i, term)
		}
	}
	l.pieces = b.Pieces(l.N)
	return l, nil
}

// seal writes the block and takes from case_words what has not changed since it was read; it returns how many that were.
func (s *Service) seal(ctx context.Context, l *lot) (moved int, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		moved = 0
		if err := tx.Turn(ctx, "case blocks"); err != nil {
			return err
		}
		last, err := db.Get[int64](ctx, tx, "SELECT COALESCE(MAX(block), 0) FROM case_block")
		if err != nil || last != l.No-1 {
			return err // another server was first
		}
		same, err := l.unchanged(ctx, tx)
		if err != nil {
			return err
		}
		if err := l.insert(ctx, tx); err != nil {
			return err
		}
		for part := range slices.Chunk(same, 512) {
			var args []any
			if _, err := tx.Exec(ctx, "DELETE FROM case_words WHERE case_id IN "+among(part, &args), args...); err != nil {
				return err
			}
		}
		moved = len(same)
		return nil
	})
	return moved, err
}

// unchanged are the ids of the cases that are as the lot has them, and stay so until the end of the transaction: a row that somebody
// is changing is passed over, and who comes later waits.
func (l *lot) unchanged(ctx context.Context, tx *db.Tx) (same []string, err error) {
	lock := ""
	if tx.Dialect() == db.Postgres {
		lock = " FOR SHARE SKIP LOCKED"
	}
	versions := make(map[string]int64, l.N)
	ids := make([]string, l.N)
	for i := range l.cases {
		ids[i], versions[l.cases[i].ID] = l.cases[i].ID, l.cases[i].Version
	}
	for part := range slices.Chunk(ids, 512) {
		var args []any
		err := db.Each(ctx, tx, "SELECT id, version FROM case_file WHERE id IN "+among(part, &args)+lock, args, func(c *Case) error {
			if versions[c.ID] == c.Version {
				same = append(same, c.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return same, nil
}

func (l *lot) insert(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO case_block (block, first_id, last_id, n, amended, sealed_at) VALUES ($1, $2, $3, $4, $5, $6)", l.No, l.First, l.Last, l.N, l.Amended, tx.Time())
	if err != nil {
		return err
	}
	var places, terms [][]any
	for part := range slices.Chunk(l.cases, perPlace) {
		ids := make([]string, len(part))
		for i := range part {
			ids[i] = part[i].ID
		}
		places = append(places, []any{l.No*perPlace + int64(len(places)), strings.Join(ids, "\n")})
	}
	for p, data := range l.pieces {
		if len(data) > 0 {
			terms = append(terms, []any{p, l.No, data})
		}
	}
	if err := db.InsertMany(ctx, tx, "case_block_id", "place, ids", "", places); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, "case_block_term", "piece, block, data", "", terms)
}

// among is a list after IN with its arguments added, filled up to a power of two with the last value, so that few texts are
// prepared. values must not be empty.
func among[T any](values []T, args *[]any) string {
	n := 1
	for n < len(values) {
		n *= 2
	}
	marks := make([]string, n)
	for i := range n {
		*args = append(*args, values[min(i, len(values)-1)])
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return "(" + strings.Join(marks, ", ") + ")"
}
