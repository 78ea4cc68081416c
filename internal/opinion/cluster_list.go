package opinion

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// MatterView is what several comments seem to be about, with how they stand.
type MatterView struct {
	ID        string         `json:"id"`
	Place     string         `json:"place"`
	AreaCode  string         `json:"area_code"`
	AreaName  string         `json:"area_name"`
	Field     string         `json:"field" doc:"Field of most of the comments, confirmed or suggested"`
	FieldName string         `json:"field_name"`
	Title     string         `json:"title" doc:"The comment most like the others"`
	Counts    Counted        `json:"counts"`
	Open      int            `json:"open"`
	Free      int            `json:"free" doc:"Confirmed and in no item"`
	Items     []string       `json:"items" doc:"Ids of the items that its comments are in"`
	Comments  []Comment      `json:"comments" doc:"At most 60"`
	ByField   map[string]int `json:"by_field"`
}

// MatterFilter narrows a list of matters; empty fields do not.
type MatterFilter struct {
	WaveID, Area, Field string
	Least               int  // voices; 2 if not given
	Waiting             bool // with confirmed comments that are in no item
}

type matterRow struct {
	ID string `db:"id"`
	N  int    `db:"n"`
}

// mattersShown is how many comments of a matter are given; its counts are of all.
const mattersShown = 60

// Matters lists what two or more comments of a wave are about in the caller's areas, most voices first. Needs opinion.code.
func (s *Service) Matters(ctx context.Context, f MatterFilter, page httpx.PageIn) (out httpx.Page[MatterView], err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 2)
	if err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		query, args := f.grouped(ctx)
		if out.Total, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM ("+query+") q", args...); err != nil {
			return err
		}
		if page.Cursor != "" {
			n, _ := strconv.Atoi(after[0]) // a cursor of ours
			args = append(args, n, after[1])
			query = "SELECT id, n FROM (" + query + fmt.Sprintf(") q WHERE n < $%d OR (n = $%d AND id > $%d)", len(args)-1, len(args)-1, len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[matterRow](ctx, tx, query+fmt.Sprintf(" ORDER BY n DESC, id LIMIT $%d", len(args)), args...)
		if err != nil {
			return err
		}
		cut := httpx.Cut(rows, page.Limit, out.Total, func(r *matterRow) string { return httpx.EncodeCursor(strconv.Itoa(r.N), r.ID) })
		out.NextCursor = cut.NextCursor
		out.Items, err = s.viewMatters(ctx, tx, cut.Items)
		return err
	})
	return out, err
}

func (f MatterFilter) grouped(ctx context.Context) (string, []any) {
	args := []any{f.WaveID}
	where := "c.wave_id = $1 AND c.state IN ('open', 'confirmed') AND " + auth.Areas(ctx, "c.area_code", &args)
	if f.Area != "" {
		where += " AND " + auth.Within("c.area_code", []string{f.Area}, &args)
	}
	if f.Field != "" {
		args = append(args, f.Field)
		where += fmt.Sprintf(" AND c.field = $%d", len(args))
	}
	args = append(args, max(f.Least, 2))
	having := fmt.Sprintf("COUNT(*) >= $%d", len(args))
	if f.Waiting {
		having += " AND COUNT(*) FILTER (WHERE c.state = 'confirmed' AND c.item_id = '') > 0"
	}
	return "SELECT m.matter_id AS id, COUNT(*) AS n FROM comment_matter m JOIN comment_code c ON c.id = m.comment_id WHERE " + where +
		" GROUP BY m.matter_id HAVING " + having, args
}

func (s *Service) viewMatters(ctx context.Context, tx *db.Tx, rows []matterRow) ([]MatterView, error) {
	out := make([]MatterView, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	ids, at := make([]string, len(rows)), map[string]int{}
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
	}
	list, args := db.Listed(ids)
	where := auth.Areas(ctx, "c.area_code", &args)
	members := make([][]Comment, len(rows))
	err := db.Each(ctx, tx, "SELECT "+commentColumns+`, matter, place, detail, seq FROM (SELECT c.*, m.matter_id AS matter, m.place, m.detail, m.seq
		FROM comment_matter m JOIN comment_code c ON c.id = m.comment_id
		WHERE m.matter_id IN `+list+" AND c.state IN ('open', 'confirmed') AND "+where+") q ORDER BY seq", args, func(r *deskRow) error {
		i := at[r.Matter]
		if out[i].Place == "" {
			out[i].Place = Spot{r.Place, r.Detail}.Key()
		}
		members[i] = append(members[i], r.Comment)
		return nil
	})
	for i := range out {
		out[i].ID = rows[i].ID
		s.fillMatter(&out[i], members[i])
	}
	return out, err
}

func (s *Service) fillMatter(m *MatterView, list []Comment) {
	m.Items, m.ByField, m.Comments = []string{}, map[string]int{}, []Comment{}
	if len(list) == 0 {
		return
	}
	texts, all := make([]string, len(list)), make([]int, len(list))
	for i := range list {
		c := &list[i]
		texts[i], all[i] = c.Text, i
		m.ByField[c.Field]++
		if m.ByField[c.Field] > m.ByField[m.Field] || m.Field == "" {
			m.Field = c.Field
		}
		switch {
		case c.State == CommentOpen:
			m.Open++
		case c.ItemID == "":
			m.Free++
		case !slices.Contains(m.Items, c.ItemID):
			m.Items = append(m.Items, c.ItemID)
		}
	}
	m.AreaCode, m.AreaName, m.FieldName = list[0].AreaCode, list[0].AreaName, s.catalog.Name(m.Field)
	m.Title = firstRunes(texts[central(texts, all)], titleRunes)
	m.Counts, m.Comments = countVoices(list), list[:min(len(list), mattersShown)]
}
