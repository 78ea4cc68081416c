package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/words"
)

const wordColumns = "case_id, w0, w1, w2, w3, w4, w5, w6, w7"

// sign returns the bits of the words a search looks through.
func (c *Case) sign() words.Signature {
	return words.Sign(c.Title + "\n" + c.Address + "\n" + c.Body + "\n" + c.Number)
}

func signed(id string, s words.Signature) []any {
	return []any{id, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]}
}

// insertWords keeps the bits of new cases.
func insertWords(ctx context.Context, tx *db.Tx, rows [][]any) error {
	return db.InsertMany(ctx, tx, "case_words", wordColumns, "ON CONFLICT DO NOTHING", rows)
}

// rewriteWords follows a change of title or address.
func rewriteWords(ctx context.Context, tx *db.Tx, c *Case) error {
	return tx.Queue(ctx, nil, "UPDATE case_words SET w0 = $2, w1 = $3, w2 = $4, w3 = $5, w4 = $6, w5 = $7, w6 = $8, w7 = $9 WHERE case_id = $1", signed(c.ID, c.sign())...)
}

// FillWords keeps the bits of cases that were stored without them, such as by an older program, and lets searches use
// them. It looks once; afterwards every writer keeps its own.
func (s *Service) FillWords(ctx context.Context) error {
	for last := ""; !s.worded.Load(); {
		var ids []string
		err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
			if ids, err = db.All[string](ctx, tx, "SELECT id FROM case_file WHERE id > $1 ORDER BY id LIMIT 1000", last); err != nil || len(ids) == 0 {
				return err
			}
			there, err := db.All[string](ctx, tx, "SELECT case_id FROM case_words WHERE case_id > $1 AND case_id <= $2 ORDER BY case_id", last, ids[len(ids)-1])
			if err != nil {
				return err
			}
			missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, ok := slices.BinarySearch(there, id); return ok })
			return fillWords(ctx, tx, missing)
		})
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			s.worded.Store(true)
			return nil
		}
		last = ids[len(ids)-1]
	}
	return nil
}

func fillWords(ctx context.Context, tx *db.Tx, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, args := db.Listed(ids)
	rows, err := db.All[Case](ctx, tx, "SELECT id, number, title, address, body FROM case_file WHERE id IN "+list, args...)
	if err != nil {
		return err
	}
	var bits [][]any
	for i := range rows {
		bits = append(bits, signed(rows[i].ID, rows[i].sign()))
	}
	return insertWords(ctx, tx, bits)
}

// bySignature returns what a list of words reads instead of the cases alone: the bits, newest first, and of the cases only
// those whose bits fit. ok is false where another index leads there sooner, where a word has no bits, and where a word
// belongs to the name of a unit, which has none either.
func (s *Service) bySignature(ctx context.Context, tx *db.Tx, f Filter, where string, args []any) (table, cond string, all []any, ok bool, err error) {
	if f.Query == "" || !s.worded.Load() || s.onlyOpen(f) || len(f.IDs) > 0 || f.Watched || f.Mine || f.Unit != "" || f.Holder != "" || len(f.Area) > digits[Street] {
		return "", "", nil, false, nil
	}
	var bits words.Signature
	for _, word := range strings.Fields(f.Query) {
		if beginsNumber(word) {
			return "", "", nil, false, nil // the index of numbers leads there
		}
		b := words.Sign(word)
		if b == (words.Signature{}) {
			continue
		}
		named, err := leadNamed(ctx, tx, word)
		if err != nil || named {
			return "", "", nil, false, err
		}
		bits = bits.With(b)
	}
	if bits == (words.Signature{}) {
		return "", "", nil, false, nil
	}
	// One comparison for all bits, with the numbers in the text: PostgreSQL expects it of one row in two hundred. Of one for every
	// word of bits it would expect hardly any rows, and sort all that there are before it reads the first.
	var missing []string
	for i, b := range bits {
		if b != 0 {
			missing = append(missing, fmt.Sprintf("((~w.w%d) & (%d))", i, b))
		}
	}
	cond = fmt.Sprintf("%s AND id = w.case_id AND (%s) = 0", where, strings.Join(missing, " | "))
	return "case_words w CROSS JOIN case_file", cond, slices.Clone(args), true, nil
}

// leadNamed reports a word that is part of the name of a unit that leads or led.
func leadNamed(ctx context.Context, tx *db.Tx, word string) (bool, error) {
	return db.Get[bool](ctx, tx, `WITH RECURSIVE u(x) AS (SELECT MIN(lead_unit) FROM case_file WHERE lead_unit <> ''
			UNION ALL SELECT (SELECT MIN(lead_unit) FROM case_file WHERE lead_unit <> '' AND lead_unit > u.x) FROM u WHERE u.x IS NOT NULL)
		SELECT EXISTS (SELECT 1 FROM u WHERE x IS NOT NULL
			AND (SELECT lead_name FROM case_file WHERE lead_unit = u.x AND lead_unit <> '' ORDER BY id DESC LIMIT 1) LIKE $1 ESCAPE '\')`, likely(word))
}
