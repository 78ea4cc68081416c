package rectify

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/words"
)

// ReturnKind is how a closed matter was seen to be back.
type ReturnKind string

// The kinds of return.
const (
	ReturnRecurs   ReturnKind = "recurs"      // a later wave has an item about the same matter at the same place
	ReturnAsked    ReturnKind = "asked_again" // most residents who were asked again call it unsolved
	ReturnFeedback ReturnKind = "feedback"    // most of those who judged the published answer call it unsolved
)

// ReturnState is what a person decided about a return.
type ReturnState string

// The states of a return.
const (
	ReturnProposed  ReturnState = "proposed"
	ReturnConfirmed ReturnState = "confirmed"
	ReturnDismissed ReturnState = "dismissed"
)

// Return is a matter that was closed and may be back. The machine only proposes; a person decides.
type Return struct {
	ID          string      `db:"id" json:"id"`
	WaveID      string      `db:"wave_id" json:"wave_id" doc:"in which it came back"`
	EarlierID   string      `db:"earlier_id" json:"earlier_id"`
	ItemID      string      `db:"item_id" json:"item_id,omitempty" doc:"the item it came back as"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	Field       string      `db:"field" json:"field"`
	Kind        ReturnKind  `db:"kind" json:"kind" enum:"recurs,asked_again,feedback"`
	Likeness    float64     `db:"likeness" json:"likeness" doc:"of titles and places, 0 to 1"`
	Said        int         `db:"said" json:"said" doc:"residents with an opinion"`
	SaidNo      int         `db:"said_no" json:"said_no"`
	State       ReturnState `db:"state" json:"state" enum:"proposed,confirmed,dismissed"`
	Note        string      `db:"note" json:"note,omitempty"`
	DecidedBy   string      `db:"decided_by" json:"-"`
	DecidedName string      `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Version     int64       `db:"version" json:"version"`
	CreatedAt   clock.Time  `db:"created_at" json:"created_at"`

	Earlier   *ReturnItem `db:"-" json:"earlier,omitempty"`
	Item      *ReturnItem `db:"-" json:"item,omitempty"`
	FieldName string      `db:"-" json:"field_name"`
	AreaName  string      `db:"-" json:"area_name"`
}

// ReturnItem is what a return shows of its two items.
type ReturnItem struct {
	ID     string `json:"id"`
	No     string `json:"no"`
	Title  string `json:"title"`
	Place  string `json:"place"`
	Voices int    `json:"voices"`
	State  State  `json:"state"`
	Result Result `json:"result,omitempty"`
}

const returnColumns = "id, wave_id, earlier_id, item_id, area_code, field, kind, likeness, said, said_no, state, note, decided_by, decided_name, decided_at, version, created_at"

// LikeEnough is the likeness of two matters of one field and area from which a return is proposed.
const LikeEnough = opinion.SimilarEnough

// Likeness compares two matters: the share of common character pairs of their titles and, where both name a place, of their places
// (Jaccard), titles for 0.6 of it. A place that differs wholly speaks against the same matter.
func Likeness(titleA, placeA, titleB, placeB string) float64 {
	titles := words.Similarity(titleA, titleB)
	if placeA == "" || placeB == "" {
		return titles
	}
	return 0.6*titles + 0.4*words.Similarity(placeA, placeB)
}

// suspect proposes the closed item of an earlier wave that is most like a new one: same field and area, likeness of title and place.
func (s *Service) suspect(ctx context.Context, tx *db.Tx, i *Item) error {
	best, found := LikeEnough, ""
	err := db.Each(ctx, tx, "SELECT "+itemColumns+` FROM item
		WHERE area_code = $1 AND field = $2 AND wave_id <> $3 AND created_at <= $4 AND state IN ('verified', 'told', 'published') ORDER BY id`,
		[]any{i.AreaCode, i.Field, i.WaveID, i.CreatedAt}, func(o *Item) error {
			if same := Likeness(o.Title, o.Place, i.Title, i.Place); same >= best {
				best, found = same, o.ID
			}
			return nil
		})
	if err != nil || found == "" {
		return err
	}
	return s.ProposeReturnTx(ctx, tx, Return{WaveID: i.WaveID, EarlierID: found, ItemID: i.ID, Kind: ReturnRecurs, Likeness: best})
}

// ProposeReturnTx proposes that a closed matter is back. The same one is proposed once; a decision stands. It asks for no permission:
// the caller's verb did.
func (s *Service) ProposeReturnTx(ctx context.Context, tx *db.Tx, r Return) error {
	earlier, err := findItem(ctx, tx, r.EarlierID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO item_return ("+returnColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'proposed', '', '', '', NULL, 1, $11)
		ON CONFLICT (wave_id, earlier_id, item_id, kind) DO NOTHING`,
		db.NewID(tx), r.WaveID, r.EarlierID, r.ItemID, earlier.AreaCode, earlier.Field, r.Kind, r.Likeness, r.Said, r.SaidNo, tx.Time())
	if err != nil {
		return fmt.Errorf("propose the return of %s: %w", earlier.No, err)
	}
	return nil
}

// DoubtedTx proposes a published item for reopening in the wave after its own, because most of the residents who judged the
// answer call it unsolved. Without a later wave it does nothing: the office has been told. It may run any number of times and
// asks for no permission: the residents' voices did.
func (s *Service) DoubtedTx(ctx context.Context, tx *db.Tx, item string) error {
	i, err := findItem(ctx, tx, item)
	if err != nil {
		return err
	}
	w, err := s.surveys.BareWaveTx(ctx, tx, i.WaveID)
	if errs.KindOf(err) == errs.KindNotFound {
		return nil // gathered outside a wave: no wave follows
	}
	if err != nil {
		return err
	}
	_, next, err := s.surveys.NeighboursTx(ctx, tx, w)
	if err != nil || next == nil {
		return err
	}
	page, err := db.Get[string](ctx, tx, "SELECT id FROM item_page WHERE item_id = $1 AND state = 'published'", item)
	if errors.Is(err, db.ErrNoRows) {
		return nil // withdrawn meanwhile
	}
	if err != nil {
		return err
	}
	v, err := verdictsOf(ctx, tx, page)
	if err != nil || !v.Doubted {
		return err
	}
	return s.ProposeReturnTx(ctx, tx, Return{WaveID: next.ID, EarlierID: item, Kind: ReturnFeedback, Said: v.Solved + v.Unsolved, SaidNo: v.Unsolved})
}

// FindReturns looks for closed matters in every item of a wave that is in no return yet. It returns how many it proposed. Needs
// rectify.merge; within the caller's areas.
func (s *Service) FindReturns(ctx context.Context, waveID string) (n int, err error) {
	if err := auth.Require(ctx, PermMerge); err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		where, args := Filter{WaveID: waveID}.where(ctx, tx)
		items, err := db.All[Item](ctx, tx, "SELECT "+itemColumns+" FROM item WHERE "+where+` AND state <> 'withdrawn'
			AND NOT EXISTS (SELECT 1 FROM item_return r WHERE r.item_id = item.id) ORDER BY id LIMIT 20000`, args...)
		if err != nil {
			return err
		}
		before, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_return WHERE wave_id = $1", waveID)
		if err != nil {
			return err
		}
		for k := range items {
			if err := s.suspect(ctx, tx, &items[k]); err != nil {
				return err
			}
		}
		after, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_return WHERE wave_id = $1", waveID)
		if n = after - before; err != nil || n == 0 {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rectify.returns_found", Object: "wave", ObjectID: waveID, Detail: map[string]int{"found": n}})
	})
	return n, err
}

// ReturnFilter narrows a list of returns.
type ReturnFilter struct {
	WaveID  string
	Earlier string // wave of the earlier item
	State   ReturnState
	Kind    ReturnKind
}

var newestReturns = httpx.Newest[Return]{Table: "item_return", Columns: returnColumns, ID: func(r *Return) string { return r.ID }}

// Returns lists the matters that may be back in the caller's areas, the likeliest first. Needs rectify.read.
func (s *Service) Returns(ctx context.Context, f ReturnFilter, page httpx.PageIn) (out httpx.Page[Return], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		if out, err = newestReturns.Page(ctx, tx, where, args, page); err != nil {
			return err
		}
		for k := range out.Items {
			if err := s.describe(ctx, tx, &out.Items[k]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (f ReturnFilter) where(ctx context.Context) (string, []any) {
	args := []any{}
	where := "TRUE"
	if p := auth.From(ctx); !p.System {
		where = auth.Within("area_code", areas(p), &args)
	}
	for _, c := range []struct{ cond, value string }{
		{"wave_id = $", f.WaveID}, {"state = $", string(f.State)}, {"kind = $", string(f.Kind)},
		{"EXISTS (SELECT 1 FROM item i WHERE i.id = item_return.earlier_id AND i.wave_id = $", f.Earlier},
	} {
		if c.value == "" {
			continue
		}
		args = append(args, c.value)
		where += " AND " + c.cond + fmt.Sprint(len(args))
		if c.value == f.Earlier && c.cond[0] == 'E' {
			where += ")"
		}
	}
	return where, args
}

// describe adds what the two items are called, as far as the caller sees them.
func (s *Service) describe(ctx context.Context, tx *db.Tx, r *Return) error {
	show := func(id string) (*ReturnItem, error) {
		i, err := findItem(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		r.AreaName = i.AreaName
		if !sees(ctx, i) {
			return nil, nil //nolint:nilnil // such as a draft that no unit knows of yet
		}
		return &ReturnItem{i.ID, i.No, i.Title, i.Place, i.Voices, i.State, i.Result}, nil
	}
	var err error
	if r.Earlier, err = show(r.EarlierID); err != nil {
		return err
	}
	if r.ItemID != "" {
		if r.Item, err = show(r.ItemID); err != nil {
			return err
		}
	}
	r.FieldName = s.catalog.Name(r.Field)
	return nil
}

// ReturnDecision is what a person decides, and why.
type ReturnDecision struct {
	Version int64  `json:"version"`
	Note    string `json:"note,omitempty" maxLength:"2000" doc:"needed to dismiss"`
}

// ConfirmReturn says that a closed matter is back. A later item about it is marked as recurring; what residents call unsolved becomes a
// draft item of the wave that asked, for the same unit. Needs rectify.merge in the area. Conflict when it was decided already.
func (s *Service) ConfirmReturn(ctx context.Context, id string, d ReturnDecision) (*Return, error) {
	return s.decideReturn(ctx, id, d, ReturnConfirmed)
}

// DismissReturn says that it is another matter, or that the residents mean something else, with the reason. Needs rectify.merge in the area.
func (s *Service) DismissReturn(ctx context.Context, id string, d ReturnDecision) (*Return, error) {
	return s.decideReturn(ctx, id, d, ReturnDismissed)
}

func (s *Service) decideReturn(ctx context.Context, id string, d ReturnDecision, to ReturnState) (r *Return, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err = s.DecideReturnTx(ctx, tx, id, d, to)
		return err
	})
	return r, err
}

// DecideReturnTx is ConfirmReturn or DismissReturn inside the caller's transaction.
func (s *Service) DecideReturnTx(ctx context.Context, tx *db.Tx, id string, d ReturnDecision, to ReturnState) (*Return, error) {
	r, err := findReturn(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermMerge, r.AreaCode); err != nil {
		return nil, err
	}
	note := prose.Optional("note", &d.Note, maxNote)
	if to == ReturnDismissed {
		note = prose.Needed("note", &d.Note, maxNote)
	}
	if err := checkTexts(note); err != nil {
		return nil, err
	}
	if r.State != ReturnProposed || r.Version != d.Version {
		return nil, errs.Conflict("rectify.return_decided", "Somebody decided this already.").With(r)
	}
	if to == ReturnConfirmed {
		if err := s.bringBack(ctx, tx, r); err != nil {
			return nil, err
		}
	}
	p, now := auth.From(ctx), tx.Time()
	r.State, r.Note, r.DecidedBy, r.DecidedName, r.DecidedAt = to, mask.Text(d.Note), p.UserID, p.Name, &now
	r.Version++
	n, err := tx.Exec(ctx, `UPDATE item_return SET state = $1, note = $2, decided_by = $3, decided_name = $4, decided_at = $5, item_id = $6, version = version + 1
		WHERE id = $7 AND version = $8 AND state = 'proposed'`, r.State, r.Note, r.DecidedBy, r.DecidedName, r.DecidedAt, r.ItemID, r.ID, d.Version)
	if err == nil && n == 0 {
		err = errs.Conflict("rectify.return_decided", "Somebody decided this already.")
	}
	if err != nil {
		return nil, err
	}
	if err := s.describe(ctx, tx, r); err != nil {
		return nil, err
	}
	return r, audit.Log(ctx, tx, audit.Entry{Action: "rectify.return_" + string(to), Object: "rectification", ObjectID: r.EarlierID, Area: r.AreaCode,
		Detail: map[string]any{"kind": r.Kind, "item": r.ItemID, "said": r.Said, "said_no": r.SaidNo}})
}

func findReturn(ctx context.Context, tx *db.Tx, id string) (*Return, error) {
	r, err := db.Get[Return](ctx, tx, "SELECT "+returnColumns+" FROM item_return WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("rectify.return_not_found", "There is no such proposal, or you may not see it.")
	}
	return &r, err
}

// bringBack marks the later item as recurring, or makes one of what residents call unsolved.
func (s *Service) bringBack(ctx context.Context, tx *db.Tx, r *Return) error {
	if r.ItemID != "" {
		i, err := findItem(ctx, tx, r.ItemID)
		if err != nil {
			return err
		}
		i.RecursOf = r.EarlierID
		if err := saveItem(ctx, tx, i); err != nil {
			return err
		}
		return s.record(ctx, tx, ActRecurs, i.State, i, "", "")
	}
	old, err := findItem(ctx, tx, r.EarlierID)
	if err != nil {
		return err
	}
	wave, err := s.opinions.WaveTx(ctx, tx, r.WaveID)
	if err != nil {
		return err
	}
	i := &Item{ID: db.NewID(tx), WaveID: r.WaveID, State: Draft, Version: 1, CreatedAt: tx.Time(), Title: old.Title, Field: old.Field, AreaCode: old.AreaCode,
		AreaName: old.AreaName, Street: old.Street, Place: old.Place, LeadUnit: old.LeadUnit, LeadName: old.LeadName, LeadArea: old.LeadArea, Co: old.Co, RecursOf: old.ID}
	if i.No, err = s.number(ctx, tx, wave, i.Street); err != nil {
		return err
	}
	if err := insertItem(ctx, tx, i); err != nil {
		return fmt.Errorf("reopen %s: %w", old.No, err)
	}
	r.ItemID = i.ID
	return s.record(ctx, tx, ActReopen, "", i, "", fmt.Sprintf("%d/%d", r.SaidNo, r.Said))
}

// Actions that appear in the history of items without being taken by Act.
const (
	ActRecurs Action = "recurs" // a person confirmed that it is a closed matter come back
	ActReopen Action = "reopen" // residents call a closed matter unsolved
)
