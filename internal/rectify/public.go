package rectify

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// PublicItem is a published item as anybody sees it: the safe texts of its page, no persons, no history of who did what.
type PublicItem struct {
	ID          string        `json:"id"`
	No          string        `json:"no"`
	WaveID      string        `json:"wave_id"`
	Title       string        `json:"title"`
	Said        []string      `json:"said" doc:"What residents said, in safe words"`
	Field       string        `json:"field"`
	FieldName   string        `json:"field_name"`
	AreaCode    string        `json:"area_code"`
	AreaName    string        `json:"area_name"`
	Place       string        `json:"place"`
	Voices      int           `json:"voices"`
	Lead        string        `json:"lead"`
	Co          []string      `json:"co" doc:"Units that helped"`
	Result      Result        `json:"result"`
	Measure     string        `json:"measure"`
	Outcome     string        `json:"outcome"`
	Reply       string        `json:"reply"`
	IssuedAt    *clock.Time   `json:"issued_at"`
	DueAt       *clock.Time   `json:"due_at"`
	DoneAt      *clock.Time   `json:"done_at"`
	PublishedAt *clock.Time   `json:"published_at"`
	Edition     int           `json:"edition" doc:"Above 1 it was published anew after a correction"`
	Steps       []PublicStep  `json:"steps" doc:"What happened when, oldest first"`
	Verdicts    Verdicts      `json:"verdicts"`
	Effect      *PublicEffect `json:"effect,omitempty" doc:"What the next wave says; absent until it does"`
	Photos      []PublicPhoto `json:"photos"`
}

// PublicEffect is what residents of the place said of a published item in the next wave, when at least ten did, and whether
// the answers of the place moved. The numbers of places smaller than a street stay inside.
type PublicEffect struct {
	Solved   int    `json:"solved"`
	Partly   int    `json:"partly"`
	Unsolved int    `json:"unsolved"`
	Asked    string `json:"asked,omitempty" enum:"solved,mixed,unsolved" doc:"What most of them say; absent below ten answers"`
	Verdict  string `json:"verdict,omitempty" enum:"better,unclear,worse" doc:"The same questions as before, in the same place"`
}

// PublicStep is one date in the course of a published item.
type PublicStep struct {
	Step string     `json:"step" enum:"gathered,issued,answered,done,verified,told,published"`
	At   clock.Time `json:"at"`
}

// PublicPhoto is the public file of a photo that was published with its item.
type PublicPhoto struct {
	ID      string     `json:"id"`
	Phase   string     `json:"phase" enum:"before,after"`
	Caption string     `json:"caption,omitempty"`
	At      clock.Time `json:"at"`
	URL     string     `json:"url"`
}

// PublicFilter narrows the public list; empty fields do not.
type PublicFilter struct {
	WaveID, Street, Field string
	Result                Result
	Kind                  string // done or cannot
	Query                 string // part of title, place, what was said or done
}

// PublicCounts is the head of the public list: what is done, what is going on, what cannot be done for now.
type PublicCounts struct {
	Voices int `json:"voices" doc:"Comments merged into the items counted here"`
	Items  int `json:"items"`
	Done   int `json:"done" doc:"Published as resolved, partly resolved or explained"`
	Doing  int `json:"doing" doc:"Issued and not published yet"`
	Cannot int `json:"cannot" doc:"Published as not possible for now or the matter of somebody else"`
}

// where is the condition on items (table i) alone: what a count of everything issued needs.
func (f PublicFilter) where() (string, []any) {
	where, args := []string{"i.issued_at IS NOT NULL"}, []any{}
	add := func(column string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf("%s = $%d", column, len(args)))
	}
	if f.WaveID != "" {
		add("i.wave_id", f.WaveID)
	}
	if f.Street != "" {
		where = append(where, auth.Within("i.area_code", []string{f.Street}, &args))
	}
	if f.Field != "" {
		add("i.field", f.Field)
	}
	return strings.Join(where, " AND "), args
}

// published is where for the published pages (tables p and i).
func (f PublicFilter) published() (string, []any) {
	where, args := f.where()
	where += " AND i.state = 'published' AND p.state = 'published'"
	if f.Result != "" {
		args = append(args, f.Result)
		where += fmt.Sprintf(" AND i.result = $%d", len(args))
	}
	switch f.Kind {
	case "done":
		where += " AND i.result IN ('resolved', 'partly', 'explained')"
	case "cannot":
		where += " AND i.result IN ('cannot', 'not_ours')"
	}
	if q := strings.TrimSpace(f.Query); q != "" {
		args = append(args, "%"+db.EscapeLike(q)+"%")
		where += fmt.Sprintf(` AND (p.title LIKE $%[1]d ESCAPE '\' OR p.place LIKE $%[1]d ESCAPE '\' OR p.said LIKE $%[1]d ESCAPE '\' OR p.outcome LIKE $%[1]d ESCAPE '\' OR i.no LIKE $%[1]d ESCAPE '\')`, len(args))
	}
	return where, args
}

// publicRow is a published page with its item.
type publicRow struct {
	PageTexts
	ItemID      string             `db:"id"`
	No          string             `db:"no"`
	WaveID      string             `db:"wave_id"`
	Field       string             `db:"field"`
	AreaCode    string             `db:"area_code"`
	AreaName    string             `db:"area_name"`
	Voices      int                `db:"voices"`
	LeadName    string             `db:"lead_name"`
	Co          db.JSON[[]UnitRef] `db:"co"`
	Result      Result             `db:"result"`
	CreatedAt   clock.Time         `db:"created_at"`
	IssuedAt    *clock.Time        `db:"issued_at"`
	DueAt       *clock.Time        `db:"due_at"`
	AnsweredAt  *clock.Time        `db:"answered_at"`
	DoneAt      *clock.Time        `db:"done_at"`
	VerifiedAt  *clock.Time        `db:"verified_at"`
	ToldAt      *clock.Time        `db:"told_at"`
	PublishedAt *clock.Time        `db:"published_at"`
	PageID      string             `db:"page_id"`
	Edition     int                `db:"edition"`
}

const publicQuery = `SELECT p.title, p.said, p.place, p.measure, p.outcome, p.reply, i.id, i.no, i.wave_id, i.field, i.area_code, i.area_name, i.voices, i.lead_name, i.co,
	i.result, i.created_at, i.issued_at, i.due_at, i.answered_at, i.done_at, i.verified_at, i.told_at, p.published_at, p.id AS page_id, p.edition
	FROM item_page p JOIN item i ON i.id = p.item_id WHERE `

// Public lists published items, newest first. Anybody may.
func (s *Service) Public(ctx context.Context, f PublicFilter, page httpx.PageIn) (out httpx.Page[PublicItem], err error) {
	after, err := httpx.DecodeCursor(page.Cursor, 2)
	if err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.published()
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_page p JOIN item i ON i.id = p.item_id WHERE "+where, args...)
		if err != nil {
			return err
		}
		if after[0] != "" {
			at, err := strconv.ParseInt(after[0], 10, 64)
			if err != nil {
				return errs.Invalid("request.bad_cursor", "The cursor is not one that this list gave out; start from the first page.", errs.Field{Location: "query.cursor", Message: "unreadable"})
			}
			args = append(args, at, after[1])
			where += fmt.Sprintf(" AND (p.published_at, p.id) < ($%d, $%d)", len(args)-1, len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[publicRow](ctx, tx, publicQuery+where+fmt.Sprintf(" ORDER BY p.published_at DESC, p.id DESC LIMIT $%d", len(args)), args...)
		if err != nil {
			return err
		}
		cut := httpx.Cut(rows, page.Limit, total, func(r *publicRow) string {
			return httpx.EncodeCursor(strconv.FormatInt(r.PublishedAt.UnixMilli(), 10), r.PageID)
		})
		out = httpx.Page[PublicItem]{NextCursor: cut.NextCursor, Total: total}
		out.Items, err = s.publicItems(ctx, tx, cut.Items)
		return err
	})
	return out, err
}

// PublicDetail is one published item with the words of residents about the answer.
type PublicDetail struct {
	PublicItem
	WaveName string        `json:"wave_name"`
	Words    []PublicWords `json:"words" doc:"Newest first, at most 50"`
}

// PublicWords is what a resident said about an answer.
type PublicWords struct {
	Solved bool       `json:"solved"`
	Words  string     `json:"words"`
	Day    clock.Time `json:"day"`
}

// PublicOne returns one published item; NotFound for anything else. Anybody may.
func (s *Service) PublicOne(ctx context.Context, id string) (d *PublicDetail, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All[publicRow](ctx, tx, publicQuery+"i.id = $1 AND i.state = 'published' AND p.state = 'published'", id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errs.NotFound("rectify.not_public", "This item is not published, or was withdrawn.")
		}
		items, err := s.publicItems(ctx, tx, rows)
		if err != nil {
			return err
		}
		d = &PublicDetail{PublicItem: items[0], Words: []PublicWords{}}
		if d.WaveName, err = s.waveName(ctx, tx, d.WaveID); err != nil {
			return err
		}
		return db.Each(ctx, tx, "SELECT solved, words, day FROM item_feedback WHERE page_id = $1 AND state = 'shown' ORDER BY day DESC, id DESC LIMIT 50", []any{rows[0].PageID}, func(w *PublicWords) error {
			w.Words = mask.Public(w.Words)
			d.Words = append(d.Words, *w)
			return nil
		})
	})
	return d, err
}

// waveName names a wave for everybody: names of waves with published items are public.
func (s *Service) waveName(ctx context.Context, tx *db.Tx, id string) (string, error) {
	w, err := s.opinions.WaveTx(auth.System(ctx, "公示"), tx, id)
	if errs.KindOf(err) == errs.KindNotFound {
		return "", nil
	}
	return w.Name, err
}

// publicItems completes rows with their photos and voices, each in one query.
func (s *Service) publicItems(ctx context.Context, tx *db.Tx, rows []publicRow) ([]PublicItem, error) {
	out := []PublicItem{}
	if len(rows) == 0 {
		return out, nil
	}
	pages := make([]string, len(rows))
	for n := range rows {
		pages[n] = rows[n].PageID
	}
	marks, args := db.Listed(pages)
	photos := map[string][]PublicPhoto{}
	if err := db.Each(ctx, tx, "SELECT "+shotColumns+" FROM item_picture WHERE shown AND page_id IN "+marks+" ORDER BY phase DESC, taken_at, id", args, func(k *Shot) error {
		photos[k.PageID] = append(photos[k.PageID], PublicPhoto{ID: k.ID, Phase: k.Phase, Caption: mask.Public(k.Caption), At: k.TakenAt,
			URL: "/api/v1/public/rectifications/" + k.ItemID + "/photos/" + k.ID})
		return nil
	}); err != nil {
		return nil, err
	}
	verdicts, err := verdictsOfPages(ctx, tx, pages)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for n := range rows {
		ids[n] = rows[n].ItemID
	}
	effects, err := s.EffectsTx(ctx, tx, ids)
	for n := range rows {
		item := s.publicItem(&rows[n], photos[rows[n].PageID], verdicts[rows[n].PageID])
		item.Effect = effects[item.ID].public()
		out = append(out, item)
	}
	return out, err
}

// public is what everybody may know of an effect; nil if that is nothing.
func (e *ItemEffect) public() *PublicEffect {
	if e == nil {
		return nil
	}
	out := PublicEffect{}
	if a := e.Asked; a != nil && a.Verdict != askedFew {
		out.Solved, out.Partly, out.Unsolved, out.Asked = a.Solved, a.Partly, a.Unsolved, a.Verdict
	}
	if e.Verdict != EffectUnmeasured {
		out.Verdict = e.Verdict
	}
	if out == (PublicEffect{}) {
		return nil
	}
	return &out
}

// publicItem masks every text once more: a page kept before the rules grew stricter is read by the rules of today.
func (s *Service) publicItem(r *publicRow, photos []PublicPhoto, v Verdicts) PublicItem {
	r.mask()
	if photos == nil {
		photos = []PublicPhoto{}
	}
	out := PublicItem{ID: r.ItemID, No: r.No, WaveID: r.WaveID, Title: r.Title, Said: []string{}, Field: r.Field, FieldName: s.catalog.Name(r.Field), AreaCode: r.AreaCode,
		AreaName: r.AreaName, Place: r.Place, Voices: r.Voices, Lead: r.LeadName, Co: []string{}, Result: r.Result, Measure: r.Measure, Outcome: r.Outcome, Reply: r.Reply,
		IssuedAt: r.IssuedAt, DueAt: r.DueAt, DoneAt: r.DoneAt, PublishedAt: r.PublishedAt, Edition: r.Edition, Steps: r.steps(), Verdicts: v, Photos: photos}
	for _, line := range strings.Split(r.Said, "\n") {
		if line = strings.TrimSpace(line); line != "" && len(out.Said) < maxQuotes {
			out.Said = append(out.Said, line)
		}
	}
	for _, u := range r.Co.V {
		out.Co = append(out.Co, u.Name)
	}
	return out
}

func (r *publicRow) steps() []PublicStep {
	out := []PublicStep{{"gathered", r.CreatedAt}}
	for _, step := range []struct {
		name string
		at   *clock.Time
	}{{"issued", r.IssuedAt}, {"answered", r.AnsweredAt}, {"done", r.DoneAt}, {"verified", r.VerifiedAt}, {"told", r.ToldAt}, {"published", r.PublishedAt}} {
		if step.at != nil {
			out = append(out, PublicStep{step.name, *step.at})
		}
	}
	return out
}
