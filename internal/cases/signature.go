package cases

import (
	"context"
	"slices"

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

// followWords has the words of a case that a step has changed found: where it waits to be sealed its bits are written anew, and
// where it is sealed it is read anew with the next.
func followWords(ctx context.Context, tx *db.Tx, was, c *Case) error {
	if was.Title != c.Title || was.Address != c.Address {
		if err := rewriteWords(ctx, tx, c); err != nil {
			return err
		}
	}
	if made, ok := db.TimeOfID(c.ID); ok && tx.Now().Sub(made) < amendAfter || !amends(was, c) {
		return nil
	}
	return insertWords(ctx, tx, [][]any{signed(c.ID, c.sign())})
}

// FillWords keeps the bits of cases that were stored without them, such as by an older program, and lets searches use
// them. It looks once; afterwards every writer keeps its own. Where cases have been sealed all had theirs.
func (s *Service) FillWords(ctx context.Context) error {
	if s.worded.Load() {
		return nil
	}
	sealed := false
	err := s.DB.Look(ctx, func(tx *db.Tx) (err error) {
		sealed, err = db.Get[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM case_block)")
		return err
	})
	if err != nil || sealed {
		s.worded.Store(sealed)
		return err
	}
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

// leadNamed reports a word that is part of the name of a unit that leads or led.
func leadNamed(ctx context.Context, tx *db.Tx, word string) (bool, error) {
	return db.Get[bool](ctx, tx, `WITH RECURSIVE u(x) AS (SELECT MIN(lead_unit) FROM case_file WHERE lead_unit <> ''
			UNION ALL SELECT (SELECT MIN(lead_unit) FROM case_file WHERE lead_unit <> '' AND lead_unit > u.x) FROM u WHERE u.x IS NOT NULL)
		SELECT EXISTS (SELECT 1 FROM u WHERE x IS NOT NULL
			AND (SELECT lead_name FROM case_file WHERE lead_unit = u.x AND lead_unit <> '' ORDER BY id DESC LIMIT 1) LIKE $1 ESCAPE '\')`, likely(word))
}
