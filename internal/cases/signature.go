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
		var rows []Case
		err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
			rows, err = db.All[Case](ctx, tx, `SELECT id, number, title, address, body FROM case_file
				WHERE id > $1 AND NOT EXISTS (SELECT 1 FROM case_words w WHERE w.case_id = case_file.id) ORDER BY id LIMIT 1000`, last)
			if err != nil || len(rows) == 0 {
				return err
			}
			var bits [][]any
			for i := range rows {
				bits = append(bits, signed(rows[i].ID, rows[i].sign()))
			}
			return insertWords(ctx, tx, bits)
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			s.worded.Store(true)
			return nil
		}
		last = rows[len(rows)-1].ID
	}
	return nil
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
	parts := []string{where, "id = w.case_id"}
	all = slices.Clone(args)
	for i, b := range bits {
		if b != 0 {
			all = append(all, b)
			parts = append(parts, fmt.Sprintf("w.w%d & $%d = $%d", i, len(all), len(all)))
		}
	}
	return "case_words w CROSS JOIN case_file", strings.Join(parts, " AND "), all, true, nil
}

// leadNamed reports a word that is part of the name of a unit that leads or led.
func leadNamed(ctx context.Context, tx *db.Tx, word string) (bool, error) {
	return db.Get[bool](ctx, tx, `WITH RECURSIVE u(x) AS (SELECT MIN(lead_unit) FROM case_file WHERE lead_unit <> ''
			UNION ALL SELECT (SELECT MIN(lead_unit) FROM case_file WHERE lead_unit <> '' AND lead_unit > u.x) FROM u WHERE u.x IS NOT NULL)
		SELECT EXISTS (SELECT 1 FROM u WHERE x IS NOT NULL
			AND (SELECT lead_name FROM case_file WHERE lead_unit = u.x AND lead_unit <> '' ORDER BY id DESC LIMIT 1) LIKE $1 ESCAPE '\')`, likely(word))
}
