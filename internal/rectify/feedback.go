package rectify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// enoughVoices is from how many voices on a published answer a majority of "not solved" counts as doubt.
const enoughVoices = 3

// maxWords bounds what a resident adds to a voice, in characters.
const maxWords = 200

// Voiced is what a resident says about a published answer.
type Voiced struct {
	Device string `json:"device" minLength:"16" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"Random mark of the browser; only a digest that differs for every answer is kept"`
	Solved bool   `json:"solved"`
	Words  string `json:"words,omitempty" maxLength:"800" doc:"Masked, and shown once somebody has read them"`
}

// Verdicts counts what residents say about one edition of a page. It is no sample: who wants to speaks.
type Verdicts struct {
	Solved   int  `json:"solved"`
	Unsolved int  `json:"unsolved"`
	Shown    int  `json:"shown" doc:"Words that can be read"`
	Pending  int  `json:"pending" doc:"Words that nobody has read yet"`
	Hidden   int  `json:"hidden" doc:"Words that are not shown: personal data, insults, advertising, another matter"`
	Doubted  bool `json:"doubted" doc:"At least three voices, and more than half say that it is not solved"`
}

// Spoken is what a resident gets back: the counts with the own voice in them.
type Spoken struct {
	Verdicts
	Changed bool `json:"changed" doc:"This browser had spoken before; its voice was replaced"`
}

// Speak takes what a resident says about a published answer: one voice for each browser, which may be changed. Anybody may,
// within limits per network, browser and item: who invents browsers makes no majority. When at least three have spoken and most say "not solved", the office is told
// once. NotFound for what is not published.
func (s *Service) Speak(ctx context.Context, address, item string, in Voiced) (out *Spoken, err error) {
	if err := checkTexts(prose.Optional("words", &in.Words, maxWords)); err != nil {
		return nil, err
	}
	in.Words = mask.Public(in.Words)
	network := httpx.Network(address)
	if !s.voices.Allow(network) || !s.browsers.Allow(in.Device) || !s.ballots.Allow(network+" "+item) {
		return nil, errs.TooMany("rectify.too_many_voices", "Many voices came from here; try again in a few minutes.")
	}
	ctx = audit.WithOrigin(auth.System(ctx, "居民"), audit.Origin{}) // the trail keeps that somebody spoke, not from where
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.SpeakTx(ctx, tx, item, in)
		return err
	})
	return out, err
}

// SpeakTx is Speak inside the caller's transaction, without the limits. Only the program calls it.
func (s *Service) SpeakTx(ctx context.Context, tx *db.Tx, item string, in Voiced) (*Spoken, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("rectify.residents_only", "Only residents speak about a published answer.")
	}
	i, err := findItem(ctx, tx, item)
	if err != nil {
		return nil, err
	}
	p, err := currentPage(ctx, tx, item)
	if err != nil {
		return nil, err
	}
	if i.State != Published || p == nil || p.State != PagePublished {
		return nil, errs.NotFound("rectify.not_found", "There is no such item, or you may not see it.")
	}
	sum := sha256.Sum256([]byte("item_feedback/" + p.ID + "/" + in.Device))
	voter := hex.EncodeToString(sum[:])
	before, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_feedback WHERE page_id = $1 AND voter = $2", p.ID, voter)
	if err != nil {
		return nil, err
	}
	state := "pending"
	if in.Words == "" {
		state = "silent"
	}
	// The day, not the minute, and an id that tells no time: with the community a minute could lead to whoever was seen with
	// a telephone in the hand.
	if _, err := tx.Exec(ctx, `INSERT INTO item_feedback (id, item_id, page_id, area_code, voter, solved, words, state, day) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (page_id, voter) DO UPDATE SET solved = excluded.solved, words = excluded.words, state = excluded.state, ground = '', judged_by = '', judged_name = '',
			judged_at = NULL, day = excluded.day, version = item_feedback.version + 1`,
		rand.Text(), item, p.ID, i.AreaCode, voter, in.Solved, in.Words, state, clock.At(startOfDay(tx.Now()))); err != nil {
		return nil, fmt.Errorf("keep a voice: %w", err)
	}
	out := &Spoken{Changed: before > 0}
	if out.Verdicts, err = verdictsOf(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	// What was said stays out of the trail, which knows the second.
	if err := audit.Log(ctx, tx, audit.Entry{Action: "rectify.voice", Object: "rectification", ObjectID: item, Area: i.AreaCode, Detail: map[string]any{"no": i.No}}); err != nil {
		return nil, err
	}
	if !out.Doubted || p.DoubtedAt != nil {
		return out, nil
	}
	if _, err := tx.Exec(ctx, "UPDATE item_page SET doubted_at = $1 WHERE id = $2", tx.Time(), p.ID); err != nil {
		return nil, err
	}
	return out, s.record(ctx, tx, ActDoubt, i.State, i, "", fmt.Sprintf("%d/%d", out.Unsolved, out.Solved+out.Unsolved))
}

func startOfDay(t time.Time) time.Time {
	y, m, d := t.In(clock.Nanjing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing)
}

// verdictsOf counts the voices on one edition.
func verdictsOf(ctx context.Context, tx *db.Tx, page string) (v Verdicts, err error) {
	all, err := verdictsOfPages(ctx, tx, []string{page})
	return all[page], err
}

func verdictsOfPages(ctx context.Context, tx *db.Tx, pages []string) (map[string]Verdicts, error) {
	out := map[string]Verdicts{}
	if len(pages) == 0 {
		return out, nil
	}
	marks, args := db.Listed(pages)
	type row struct {
		Page   string `db:"page_id"`
		Solved bool   `db:"solved"`
		State  string `db:"state"`
		N      int    `db:"n"`
	}
	err := db.Each(ctx, tx, "SELECT page_id, solved, state, COUNT(*) AS n FROM item_feedback WHERE page_id IN "+marks+" GROUP BY page_id, solved, state", args, func(r *row) error {
		v := out[r.Page]
		if r.Solved {
			v.Solved += r.N
		} else {
			v.Unsolved += r.N
		}
		switch r.State {
		case "shown":
			v.Shown += r.N
		case "pending":
			v.Pending += r.N
		case "hidden":
			v.Hidden += r.N
		}
		v.Doubted = v.Solved+v.Unsolved >= enoughVoices && v.Unsolved > v.Solved
		out[r.Page] = v
		return nil
	})
	return out, err
}

// VerdictsTx counts the voices on the published answers of a wave by item, whoever asks: the caller decides who sees them.
func (s *Service) VerdictsTx(ctx context.Context, tx *db.Tx, waveID string) (map[string]Verdicts, error) {
	type row struct {
		Item string `db:"item_id"`
		Page string `db:"id"`
	}
	rows, err := db.All[row](ctx, tx, `SELECT p.item_id, p.id FROM item_page p JOIN item i ON i.id = p.item_id
		WHERE p.state = 'published' AND i.wave_id = $1 AND EXISTS (SELECT 1 FROM item_feedback f WHERE f.page_id = p.id)`, waveID)
	out := map[string]Verdicts{}
	for from := 0; err == nil && from < len(rows); from += 500 {
		part := rows[from:min(len(rows), from+500)]
		pages := make([]string, len(part))
		for n := range part {
			pages[n] = part[n].Page
		}
		var counts map[string]Verdicts
		counts, err = verdictsOfPages(ctx, tx, pages)
		for n := range part {
			out[part[n].Item] = counts[part[n].Page]
		}
	}
	return out, err
}
