package opinion

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// OriginFilter narrows the opinions from elsewhere; empty fields do not.
type OriginFilter struct {
	WaveID, Source, Area, Import string
	State                        CommentState
}

// Origins returns the opinions from elsewhere in the caller's areas, newest first, with what became of them. Needs opinion.import: a
// street sees what meetings and letters of its own area said, never what the survey asked.
func (s *Service) Origins(ctx context.Context, f OriginFilter, page httpx.PageIn) (out httpx.Page[Origin], err error) {
	if err := auth.Require(ctx, PermImport); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 1)
	if err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM opinion_origin o JOIN comment_code c ON c.id = o.comment_id WHERE "+where, args...)
		if err != nil {
			return err
		}
		if after[0] != "" {
			args = append(args, after[0])
			where += fmt.Sprintf(" AND o.comment_id < $%d", len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[Origin](ctx, tx, `SELECT o.comment_id, o.wave_id, o.source, o.number, o.occasion, o.persons, o.by_name, o.at, c.area_code, c.area_name, c.day, c.text,
				c.state, c.fields, c.item_id
			FROM opinion_origin o JOIN comment_code c ON c.id = o.comment_id WHERE `+where+fmt.Sprintf(" ORDER BY o.comment_id DESC LIMIT $%d", len(args)), args...)
		out = httpx.Cut(rows, page.Limit, total, func(o *Origin) string { return httpx.EncodeCursor(o.CommentID) })
		return err
	})
	return out, err
}

func (f OriginFilter) where(ctx context.Context) (string, []any) {
	var args []any
	where := auth.Areas(ctx, "c.area_code", &args)
	for _, c := range []struct{ column, value string }{{"o.wave_id", f.WaveID}, {"o.source", f.Source}, {"o.import_id", f.Import}, {"c.state", string(f.State)}} {
		if c.value != "" {
			args = append(args, c.value)
			where += fmt.Sprintf(" AND %s = $%d", c.column, len(args))
		}
	}
	if f.Area != "" {
		where += " AND " + auth.Within("c.area_code", []string{f.Area}, &args)
	}
	return where, args
}

// SourceCount is how many opinions of a source are in the list of a wave, and how many persons stand behind them.
type SourceCount struct {
	Source  string `db:"source" json:"source"`
	N       int    `db:"n" json:"n"`
	Persons int    `db:"persons" json:"persons"`
	Merged  int    `db:"merged" json:"merged" doc:"In an item"`
}

// CountSources counts the opinions from elsewhere of a wave in the caller's areas by source. Needs opinion.import.
func (s *Service) CountSources(ctx context.Context, waveID string) (out []SourceCount, err error) {
	if err := auth.Require(ctx, PermImport); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := OriginFilter{WaveID: waveID}.where(ctx)
		out, err = db.All[SourceCount](ctx, tx, `SELECT o.source, COUNT(*) AS n, COALESCE(SUM(o.persons), 0) AS persons, COUNT(*) FILTER (WHERE c.item_id <> '') AS merged
			FROM opinion_origin o JOIN comment_code c ON c.id = o.comment_id WHERE `+where+" GROUP BY o.source ORDER BY o.source", args...)
		return err
	})
	return out, err
}
