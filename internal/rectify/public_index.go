package rectify

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// PublicCounts counts what the public list is part of. Anybody may; it tells numbers only.
func (s *Service) PublicCounts(ctx context.Context, f PublicFilter) (c PublicCounts, err error) {
	type row struct {
		State  State  `db:"state"`
		Result Result `db:"result"`
		N      int    `db:"n"`
		Voices int    `db:"voices"`
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where()
		return db.Each(ctx, tx, "SELECT i.state, i.result, COUNT(*) AS n, COALESCE(SUM(i.voices), 0) AS voices FROM item i WHERE "+where+
			" GROUP BY i.state, i.result", args, func(r *row) error {
			c.Items += r.N
			c.Voices += r.Voices
			switch {
			case r.State != Published:
				c.Doing += r.N
			case r.Result == Cannot || r.Result == NotOurs:
				c.Cannot += r.N
			default:
				c.Done += r.N
			}
			return nil
		})
	})
	return c, err
}

// PublicIndex says where something is published: what a reader can choose from.
type PublicIndex struct {
	Waves   []PublicEntry `json:"waves" doc:"Newest first"`
	Streets []PublicEntry `json:"streets"`
	Fields  []PublicEntry `json:"fields" doc:"Most items first"`
}

// PublicEntry is one choice with the number of published items behind it.
type PublicEntry struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Items int    `json:"items"`
}

// PublicIndex lists the waves with published items, and the streets and fields of what the filter leaves. Anybody may.
func (s *Service) PublicIndex(ctx context.Context, f PublicFilter) (out PublicIndex, err error) {
	out = PublicIndex{Waves: []PublicEntry{}, Streets: []PublicEntry{}, Fields: []PublicEntry{}}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		count := func(f PublicFilter, column, order string) ([]PublicEntry, error) {
			where, args := f.published()
			return db.All[PublicEntry](ctx, tx, "SELECT "+column+" AS code, '' AS name, COUNT(*) AS items FROM item_page p JOIN item i ON i.id = p.item_id WHERE "+where+
				" GROUP BY "+column+" ORDER BY "+order+" LIMIT 200", args...)
		}
		if out.Waves, err = count(PublicFilter{}, "i.wave_id", "MAX(p.published_at) DESC"); err != nil {
			return err
		}
		for n := range out.Waves {
			if out.Waves[n].Name, err = s.waveName(ctx, tx, out.Waves[n].Code); err != nil {
				return err
			}
		}
		if out.Streets, err = count(PublicFilter{WaveID: f.WaveID}, "i.street", "code"); err != nil {
			return err
		}
		for n := range out.Streets {
			name, err := s.directory.AreaName(ctx, tx, out.Streets[n].Code)
			if err != nil && errs.KindOf(err) != errs.KindNotFound {
				return err
			}
			out.Streets[n].Name = name
		}
		if out.Fields, err = count(PublicFilter{WaveID: f.WaveID, Street: f.Street}, "i.field", "items DESC"); err != nil {
			return err
		}
		for n := range out.Fields {
			out.Fields[n].Name = s.catalog.Name(out.Fields[n].Code)
		}
		return nil
	})
	return out, err
}
