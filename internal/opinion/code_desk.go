package opinion

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// CardKind says why the comments of a card stand together.
type CardKind string

// The kinds of cards of the desk.
const (
	CardMatter CardKind = "matter" // they seem to be about one thing
	CardSure   CardKind = "sure"   // each alone is nearly certain to be of the field
	CardSingle CardKind = "single" // one comment to be read
)

// Card is what the desk asks at once: open comments with one proposed field. Accepting it decides all of them.
type Card struct {
	Kind      CardKind     `json:"kind"`
	Matter    string       `json:"matter,omitempty"`
	Place     string       `json:"place" doc:"What the comments call the place; empty if they name none"`
	AreaName  string       `json:"area_name"`
	Fields    []Suggestion `json:"fields" doc:"Fields that the comments of the card speak for, best first, with the mean confidence"`
	Comments  []Comment    `json:"comments"`
	Decided   int          `json:"decided" doc:"Comments of the same matter that are decided already"`
	DecidedAs string       `json:"decided_as,omitempty" doc:"The field of most of those"`
	ItemID    string       `json:"item_id,omitempty" doc:"An item that comments of the same matter are in"`
}

const (
	cardMatterMost = 24 // comments on one card: what can be seen at a glance
	cardSureMost   = 12
	cardRows       = 480
)

type deskRow struct {
	Comment
	Matter string `db:"matter"`
	Place  string `db:"place"`
	Detail string `db:"detail"`
	Seq    int64  `db:"seq"`
}

// Desk returns the next cards in the order of the grouping; page.Limit counts cards, Total counts open comments. Comments
// that came in after the grouping stand alone at the end. Needs opinion.code.
func (s *Service) Desk(ctx context.Context, f CommentFilter, page httpx.PageIn) (out httpx.Page[Card], err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 2)
	if err != nil {
		return out, err
	}
	from, _ := strconv.ParseInt(after[0], 10, 64) // empty for the first page
	f.State = CommentOpen
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		if out.Total, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_code WHERE "+where, args...); err != nil {
			return err
		}
		n := len(args)
		args = append(args, from, after[1], cardRows)
		rows, err := db.All[deskRow](ctx, tx, "SELECT "+commentColumns+`, matter, place, detail, seq FROM (
			SELECT c.*, COALESCE(m.matter_id, '') AS matter, COALESCE(m.place, '') AS place, COALESCE(m.detail, '') AS detail, COALESCE(m.seq, 1073741824) AS seq
			FROM (SELECT * FROM comment_code WHERE `+where+`) c LEFT JOIN comment_matter m ON m.comment_id = c.id) q
			WHERE seq > `+fmt.Sprintf("$%d OR (seq = $%d AND id > $%d) ORDER BY seq, id LIMIT $%d", n+1, n+1, n+2, n+3), args...)
		if err != nil {
			return err
		}
		cards, last := s.cards(rows, page.Limit, len(rows) == cardRows)
		out.Items = cards
		if last != nil {
			out.NextCursor = httpx.EncodeCursor(strconv.FormatInt(last.Seq, 10), last.ID)
		}
		return s.addDecided(ctx, tx, cards)
	})
	return out, err
}

// cards cuts rows into cards, at most limit; more says that rows follow, so that the last card may be a part. last is the
// last row on a card if anything follows.
func (s *Service) cards(rows []deskRow, limit int, more bool) (out []Card, last *deskRow) {
	out = []Card{}
	for start := 0; start < len(rows); {
		if len(out) == limit {
			return out, &rows[start-1]
		}
		end := start + 1
		for end < len(rows) && sameCard(&rows[start], &rows[end], end-start) {
			end++
		}
		if end == len(rows) && more && len(out) > 0 {
			return out, &rows[start-1]
		}
		out = append(out, s.card(rows[start:end]))
		start = end
	}
	return out, nil
}

func sameCard(a, b *deskRow, n int) bool {
	if a.Matter != "" && a.Matter == b.Matter {
		return n < cardMatterMost
	}
	return n < cardSureMost && a.Matter != "" && b.Matter != "" && a.Matter == a.ID && sure(a.Suggestions.V) && sure(b.Suggestions.V) &&
		a.Suggestions.V[0].Field == b.Suggestions.V[0].Field && b.Matter == b.ID
}

func (s *Service) card(rows []deskRow) Card {
	c := Card{Kind: CardSingle, Comments: make([]Comment, len(rows)), AreaName: rows[0].AreaName, Matter: rows[0].Matter}
	voices := make([][]Suggestion, len(rows))
	for i := range rows {
		c.Comments[i] = rows[i].Comment
		voices[i] = rows[i].Suggestions.V
	}
	c.Fields = s.together(voices)
	switch {
	case len(rows) > 1 && rows[0].Matter == rows[1].Matter:
		c.Kind = CardMatter
	case len(rows) > 1:
		c.Kind, c.Matter, c.AreaName = CardSure, "", ""
		return c
	}
	c.Place = Spot{rows[0].Place, rows[0].Detail}.Key()
	return c
}

// together joins the suggestions of several comments: the mean confidence of each field, at most three.
func (s *Service) together(lists [][]Suggestion) []Suggestion {
	sum := map[string]*Suggestion{}
	var order []string
	for _, list := range lists {
		for _, x := range list {
			if sum[x.Field] == nil {
				sum[x.Field] = &Suggestion{Field: x.Field, Name: s.catalog.Name(x.Field), Why: []string{}}
				order = append(order, x.Field)
			}
			t := sum[x.Field]
			t.Confidence += x.Confidence / float64(len(lists))
			for _, w := range x.Why {
				if len(t.Why) < 4 && !slices.Contains(t.Why, w) {
					t.Why = append(t.Why, w)
				}
			}
		}
	}
	return bestOf(sum, order)
}

type decidedRow struct {
	Matter string `db:"matter"`
	Field  string `db:"field"`
	Item   string `db:"item"`
	N      int    `db:"n"`
}

// addDecided tells each card of a matter how its decided comments stand.
func (s *Service) addDecided(ctx context.Context, tx *db.Tx, cards []Card) error {
	at := map[string][]int{}
	var ids []string
	for i := range cards {
		if m := cards[i].Matter; m != "" {
			if at[m] == nil {
				ids = append(ids, m)
			}
			at[m] = append(at[m], i)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, args := db.Listed(ids)
	most := map[string]int{}
	return db.Each(ctx, tx, `SELECT m.matter_id AS matter, c.field, MAX(c.item_id) AS item, COUNT(*) AS n FROM comment_matter m JOIN comment_code c ON c.id = m.comment_id
		WHERE m.matter_id IN `+list+` AND c.state = 'confirmed' GROUP BY m.matter_id, c.field ORDER BY m.matter_id, c.field`, args, func(r *decidedRow) error {
		for _, i := range at[r.Matter] {
			cards[i].Decided += r.N
			if r.Item != "" {
				cards[i].ItemID = r.Item
			}
			if r.N > most[r.Matter] {
				cards[i].DecidedAs = r.Field
			}
		}
		most[r.Matter] = max(most[r.Matter], r.N)
		return nil
	})
}

func bestOf(sum map[string]*Suggestion, order []string) []Suggestion {
	out := make([]Suggestion, 0, len(order))
	for _, f := range order {
		out = append(out, *sum[f])
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out[:min(len(out), maxSuggested)]
}
