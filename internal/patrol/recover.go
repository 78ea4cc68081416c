package patrol

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

// recoverPage is how many journal rows are read at once.
const recoverPage = 500

type journalRow struct {
	Seq  int64  `db:"seq"`
	Data []byte `db:"data"`
}

// recover reads the journal: points in no chunk become open again, those that a chunk holds are passed over. A row that
// cannot be read is set aside for a person to look at, under a name of its own; the others go on.
func (s *Service) recover(ctx context.Context) error {
	var damaged []int64
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sealed, err := s.sealedTx(ctx, tx)
		if err != nil {
			return err
		}
		read, err := db.Get[int64](ctx, tx, "SELECT COALESCE(MAX(seq), 0) FROM track_reader WHERE node = $1", s.Node)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		clear(s.open)
		s.seq = read
		for _, seq := range sealed {
			s.seq = max(s.seq, seq)
		}
		last := int64(-1)
		for {
			rows, err := db.All[journalRow](ctx, tx, "SELECT seq, data FROM track_journal WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3", s.Node, last, recoverPage)
			if err != nil {
				return err
			}
			for _, r := range rows {
				switch err := s.reopen(ctx, tx, r, sealed); {
				case errors.Is(err, errJournal):
					slog.ErrorContext(ctx, "a row of the track journal cannot be read and is set aside", "seq", r.Seq, "error", err)
					damaged = append(damaged, r.Seq)
				case err != nil:
					return err
				}
				last = r.Seq
			}
			if len(rows) < recoverPage {
				break
			}
		}
		s.seq = max(s.seq, last)
		s.applied = s.seq
		return nil
	})
	if err != nil || len(damaged) == 0 {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, seq := range damaged {
			if _, err := tx.Exec(ctx, "UPDATE track_journal SET node = $1 WHERE node = $2 AND seq = $3", s.Node+" damaged", s.Node, seq); err != nil {
				return err
			}
		}
		return nil
	})
}

// sealedTx returns up to which journal row the points of each session are in chunks.
func (s *Service) sealedTx(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	type mark struct {
		Session string `db:"session_id"`
		Seq     int64  `db:"seq"`
	}
	out := map[string]int64{}
	err := db.Each(ctx, tx, "SELECT session_id, seq FROM track_sealed WHERE node = $1", []any{s.Node}, func(m *mark) error {
		out[m.Session] = m.Seq
		return nil
	})
	return out, err
}

// reopen makes the points of a journal row open that no chunk holds. The caller holds mu.
func (s *Service) reopen(ctx context.Context, tx *db.Tx, r journalRow, sealed map[string]int64) error {
	return eachEntry(r.Data, func(officer, session string, points []track.Point) error {
		if r.Seq <= sealed[session] {
			return nil
		}
		x, ok := s.gate.session(officer, session)
		if !ok {
			found, err := findSession(ctx, tx, session)
			if err != nil {
				return fmt.Errorf("session %s of journal row %d: %w", session, r.Seq, err)
			}
			x = *found
			s.gate.put(x)
		}
		s.apply(&x, points, r.Seq)
		return nil
	})
}

// plainRows lets PostgreSQL keep the rows of the journal as they are: it would try to compress each and put it aside in pieces, which takes
// three times the time of writing it. Where the table belongs to somebody else it stays as it is.
func (s *Service) plainRows(ctx context.Context) {
	if s.DB.Dialect() != db.Postgres {
		return
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		kept, err := db.Get[string](ctx, tx, "SELECT CAST(attstorage AS TEXT) FROM pg_attribute WHERE attrelid = CAST('track_journal' AS regclass) AND attname = 'data'")
		if err != nil || kept == "e" {
			return err
		}
		if _, err := tx.Exec(ctx, "ALTER TABLE track_journal ALTER COLUMN data SET STORAGE EXTERNAL"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "ALTER TABLE track_journal SET (toast_tuple_target = 8160)")
		return err
	})
	if err != nil {
		slog.WarnContext(ctx, "the rows of the track journal are kept compressed", "error", err)
	}
}
