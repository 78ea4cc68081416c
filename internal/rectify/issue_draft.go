package rectify

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// maxListLines bounds a list: a district files some hundreds of items in a wave.
const maxListLines = 2000

// NewList says which items a list begins with. Without items these are all confirmed items of the wave in the area that stand
// on no list, narrowed by field, unit or place if asked.
type NewList struct {
	WaveID string   `json:"wave_id" maxLength:"60"`
	Area   string   `json:"area,omitempty" maxLength:"20" doc:"District or street; the caller's own by default"`
	Title  string   `json:"title,omitempty" maxLength:"240" doc:"Named after wave and number by default"`
	Field  string   `json:"field,omitempty" maxLength:"2"`
	Unit   string   `json:"unit,omitempty" maxLength:"60" doc:"Id of the lead unit"`
	Within string   `json:"within,omitempty" maxLength:"20" doc:"Only items of this street or community"`
	Items  []string `json:"items,omitempty" maxItems:"2000"`
}

// DraftList makes a draft of confirmed items of a wave. An item stands on one list only; items that were issued already may be
// put on a list by name, so that it is complete. Needs rectify.merge in the area.
func (s *Service) DraftList(ctx context.Context, n NewList) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.DraftListTx(ctx, tx, n)
		return err
	})
	return l, err
}

// DraftListTx is DraftList inside the caller's transaction.
func (s *Service) DraftListTx(ctx context.Context, tx *db.Tx, n NewList) (*ReverseList, error) {
	if err := auth.Require(ctx, PermMerge); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	if n.Area == "" && len(p.Areas) > 0 {
		n.Area = p.Areas[0]
	}
	if err := auth.RequireArea(ctx, PermMerge, n.Area); err != nil {
		return nil, err
	}
	wave, err := s.opinions.WaveTx(ctx, tx, n.WaveID)
	if err != nil {
		return nil, asField(err, "body.wave_id", n.WaveID)
	}
	name, err := s.directory.AreaName(ctx, tx, n.Area)
	if err != nil {
		return nil, asField(err, "body.area", n.Area)
	}
	l := &ReverseList{ID: db.NewID(tx), WaveID: wave.ID, AreaCode: n.Area, AreaName: name, State: ListDraft, MadeBy: p.UserID, MadeName: p.Name, MadeUnit: p.UnitID,
		MadeAt: tx.Time(), Version: 1}
	var number int
	if l.No, number, err = listNo(ctx, tx, wave); err != nil {
		return nil, err
	}
	if l.Title, err = listTitle(n.Title, fmt.Sprintf("%s反向问题清单（第%d批）", wave.Name, number)); err != nil {
		return nil, err
	}
	if err := insertList(ctx, tx, l); err != nil {
		return nil, err
	}
	if n.Items == nil {
		if n.Items, err = freeItems(ctx, tx, n); err != nil {
			return nil, err
		}
	}
	if err := s.putOn(ctx, tx, l, n.Items, 1); err != nil {
		return nil, err
	}
	return l, logList(ctx, tx, "draft_list", l, map[string]any{"items": len(n.Items)})
}

func listTitle(title, fallback string) (string, error) {
	if strings.TrimSpace(title) == "" {
		title = fallback
	}
	err := checkTexts(prose.Needed("title", &title, maxTitle))
	return mask.Text(title), err
}

// freeItems are the confirmed items that stand on no list, in the order of their numbers.
func freeItems(ctx context.Context, tx *db.Tx, n NewList) ([]string, error) {
	f := Filter{WaveID: n.WaveID, States: []State{Confirmed}, Field: n.Field, Unit: n.Unit, Area: n.Within}
	where, args := f.where(ctx, tx)
	where += " AND " + auth.Within("area_code", []string{n.Area}, &args) + " AND id NOT IN (SELECT item_id FROM reverse_list_line)"
	args = append(args, maxListLines)
	return db.All[string](ctx, tx, "SELECT id FROM item WHERE "+where+fmt.Sprintf(" ORDER BY no, id LIMIT $%d", len(args)), args...)
}

// putOn puts items on the list. Invalid names one that is of another wave or area, not confirmed, or on a list already.
func (s *Service) putOn(ctx context.Context, tx *db.Tx, l *ReverseList, items []string, edition int) error {
	for n, id := range items {
		i, err := s.load(ctx, tx, id)
		if err != nil {
			return asField(err, fmt.Sprintf("body.items[%d]", n), id)
		}
		if i.WaveID != l.WaveID || !strings.HasPrefix(i.AreaCode, l.AreaCode) || i.State == Draft || i.State == Withdrawn {
			return errs.Invalid("rectify.item_does_not_fit", "Items of a list are confirmed, of its wave and in its area.",
				errs.Field{Location: fmt.Sprintf("body.items[%d]", n), Message: "does not fit", Value: i.No})
		}
		added, err := tx.Exec(ctx, `INSERT INTO reverse_list_line (item_id, list_id, edition, added_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (item_id) DO NOTHING`, id, l.ID, edition, tx.Time())
		if err != nil {
			return err
		}
		if added == 0 {
			return errs.Conflict("rectify.on_a_list", "The item stands on a list already: "+i.No+".")
		}
	}
	count, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM reverse_list_line WHERE list_id = $1", l.ID)
	if err == nil && count > maxListLines {
		return errs.TooLarge("rectify.list_too_long", "A list holds at most 2,000 items; make a second one.")
	}
	return err
}

// ListAmendment changes a draft: another title, items to add, items to take off.
type ListAmendment struct {
	Title   string   `json:"title,omitempty" maxLength:"240"`
	Add     []string `json:"add,omitempty" maxItems:"500"`
	Remove  []string `json:"remove,omitempty" maxItems:"500"`
	Version int64    `json:"version,omitempty"`
}

// AmendList changes a draft list. Needs rectify.merge in its area; Conflict once it was submitted.
func (s *Service) AmendList(ctx context.Context, id string, a ListAmendment) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if l, err = s.listFor(ctx, tx, PermMerge, id, a.Version, ListDraft); err != nil {
			return err
		}
		if l.Title, err = listTitle(a.Title, l.Title); err != nil {
			return err
		}
		for _, item := range a.Remove {
			if _, err := tx.Exec(ctx, "DELETE FROM reverse_list_line WHERE item_id = $1 AND list_id = $2", item, l.ID); err != nil {
				return err
			}
		}
		if err := s.putOn(ctx, tx, l, a.Add, 1); err != nil {
			return err
		}
		if err := saveList(ctx, tx, l); err != nil {
			return err
		}
		return logList(ctx, tx, "amend_list", l, map[string]any{"added": len(a.Add), "removed": len(a.Remove)})
	})
	return l, err
}

// DropList ends a draft; its items are free again. Needs rectify.merge in its area; Conflict once it was submitted.
func (s *Service) DropList(ctx context.Context, id string, version int64) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if l, err = s.listFor(ctx, tx, PermMerge, id, version, ListDraft); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM reverse_list_line WHERE list_id = $1", l.ID); err != nil {
			return err
		}
		l.State = ListDropped
		if err := saveList(ctx, tx, l); err != nil {
			return err
		}
		return logList(ctx, tx, "drop_list", l, nil)
	})
	return l, err
}

// listFor returns a list for a change: the caller holds the permission in its area, saw this version, and the list is in one
// of the states.
func (s *Service) listFor(ctx context.Context, tx *db.Tx, permission, id string, version int64, states ...ListState) (*ReverseList, error) {
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	l, err := findList(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, permission, l.AreaCode); err != nil {
		return nil, err
	}
	if l.Version != version {
		return nil, staleList(l)
	}
	for _, ok := range states {
		if l.State == ok {
			return l, nil
		}
	}
	return nil, errs.Conflict("rectify.list_state", "The list is not in a state for this step; look at it again.").With(l)
}
