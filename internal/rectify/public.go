package rectify

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// PublicItem is a published item as anybody sees it: texts masked once more, no persons, no history.
type PublicItem struct {
	ID          string        `json:"id"`
	No          string        `json:"no"`
	Title       string        `json:"title"`
	Field       string        `json:"field"`
	FieldName   string        `json:"field_name"`
	AreaCode    string        `json:"area_code"`
	AreaName    string        `json:"area_name"`
	Place       string        `json:"place"`
	Voices      int           `json:"voices"`
	Lead        string        `json:"lead"`
	Result      Result        `json:"result"`
	Measure     string        `json:"measure"`
	Outcome     string        `json:"outcome"`
	Reply       string        `json:"reply"`
	IssuedAt    *clock.Time   `json:"issued_at"`
	DueAt       *clock.Time   `json:"due_at"`
	DoneAt      *clock.Time   `json:"done_at"`
	PublishedAt *clock.Time   `json:"published_at"`
	Photos      []PublicPhoto `json:"photos"`
}

// PublicPhoto is a photo that was published with its item.
type PublicPhoto struct {
	ID      string     `json:"id"`
	Phase   string     `json:"phase" enum:"before,after"`
	Caption string     `json:"caption,omitempty"`
	At      clock.Time `json:"at"`
	URL     string     `json:"url"`
}

// PublicFilter narrows the public list.
type PublicFilter struct {
	WaveID, Street, Field string
	Result                Result
}

// PublicCounts is the head of the public list: what is done, what is going on, what cannot be done for now.
type PublicCounts struct {
	Voices int `json:"voices" doc:"Comments merged into the items counted here"`
	Items  int `json:"items"`
	Done   int `json:"done" doc:"Published as resolved, partly resolved or explained"`
	Doing  int `json:"doing" doc:"Issued and not published yet"`
	Cannot int `json:"cannot" doc:"Published as not possible for now or the matter of somebody else"`
}

func (f PublicFilter) where() (string, []any) {
	where, args := []string{"TRUE"}, []any{}
	add := func(column string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf("%s = $%d", column, len(args)))
	}
	if f.WaveID != "" {
		add("wave_id", f.WaveID)
	}
	if f.Street != "" {
		where = append(where, auth.Within("area_code", []string{f.Street}, &args))
	}
	if f.Field != "" {
		add("field", f.Field)
	}
	if f.Result != "" {
		add("result", f.Result)
	}
	return strings.Join(where, " AND "), args
}

// Public lists published items, newest first. Anybody may.
func (s *Service) Public(ctx context.Context, f PublicFilter, page httpx.PageIn) (out httpx.Page[PublicItem], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where()
		where += " AND state = 'published'"
		list, err := itemPage(ctx, tx, where, args, page)
		if err != nil {
			return err
		}
		out = httpx.Page[PublicItem]{Items: []PublicItem{}, NextCursor: list.NextCursor, Total: list.Total}
		photos, err := publicPhotos(ctx, tx, list.Items)
		for n := range list.Items {
			out.Items = append(out.Items, s.public(&list.Items[n], photos[list.Items[n].ID]))
		}
		return err
	})
	return out, err
}

// publicPhotos returns the published photos of a page of items in one query.
func publicPhotos(ctx context.Context, tx *db.Tx, items []Item) (map[string][]PublicPhoto, error) {
	out := map[string][]PublicPhoto{}
	if len(items) == 0 {
		return out, nil
	}
	marks, args := make([]string, len(items)), make([]any, len(items))
	for n := range items {
		marks[n], args[n] = fmt.Sprintf("$%d", n+1), items[n].ID
	}
	err := db.Each(ctx, tx, "SELECT "+evidenceColumns+" FROM item_evidence WHERE public AND item_id IN ("+strings.Join(marks, ", ")+
		") ORDER BY phase DESC, id", args, func(e *Evidence) error {
		out[e.ItemID] = append(out[e.ItemID], PublicPhoto{ID: e.ID, Phase: e.Phase, Caption: mask.Public(e.Caption), At: e.At,
			URL: "/api/v1/public/rectifications/" + e.ItemID + "/photos/" + e.ID})
		return nil
	})
	return out, err
}

func (s *Service) public(i *Item, photos []PublicPhoto) PublicItem {
	if photos == nil {
		photos = []PublicPhoto{}
	}
	return PublicItem{ID: i.ID, No: i.No, Title: mask.Public(i.Title), Field: i.Field, FieldName: s.catalog.Name(i.Field), AreaCode: i.AreaCode,
		AreaName: i.AreaName, Place: mask.Public(i.Place), Voices: i.Voices, Lead: i.LeadName, Result: i.Result, Measure: mask.Public(i.Measure),
		Outcome: mask.Public(i.Outcome), Reply: mask.Public(i.Reply), IssuedAt: i.IssuedAt, DueAt: i.DueAt, DoneAt: i.DoneAt,
		PublishedAt: i.PublishedAt, Photos: photos}
}

// PublicCounts counts what the public list is part of. Anybody may; it tells numbers only.
func (s *Service) PublicCounts(ctx context.Context, f PublicFilter) (c PublicCounts, err error) {
	f.Result = ""
	type row struct {
		State  State  `db:"state"`
		Result Result `db:"result"`
		N      int    `db:"n"`
		Voices int    `db:"voices"`
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where()
		return db.Each(ctx, tx, "SELECT state, result, COUNT(*) AS n, COALESCE(SUM(voices), 0) AS voices FROM item WHERE issued_at IS NOT NULL AND "+where+
			" GROUP BY state, result", args, func(r *row) error {
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
