package rectify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Correction changes a list that was approved. It is an edition of its own and waits for approval like the first one.
type Correction struct {
	Reason  string       `json:"reason" maxLength:"4000"`
	Changes []ListChange `json:"changes" minItems:"1" maxItems:"200"`
	Version int64        `json:"version,omitempty"`
}

// CorrectList puts a correction of an approved or issued list forward: items added, items struck off that were not issued yet,
// titles and places worded better. An item that is with a unit leaves it by return or withdrawal, never by being struck off. Needs
// rectify.merge in the list's area; Conflict while another edition waits.
func (s *Service) CorrectList(ctx context.Context, id string, c Correction) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.CorrectListTx(ctx, tx, id, c)
		return err
	})
	return l, err
}

// CorrectListTx is CorrectList inside the caller's transaction.
func (s *Service) CorrectListTx(ctx context.Context, tx *db.Tx, id string, c Correction) (*ReverseList, error) {
	l, err := s.listFor(ctx, tx, PermMerge, id, c.Version, ListApproved, ListIssued)
	if err != nil {
		return nil, err
	}
	if err := checkTexts(prose.Needed("reason", &c.Reason, maxNote)); err != nil {
		return nil, err
	}
	waiting, err := proposedOf(ctx, tx, l.ID)
	if err != nil {
		return nil, err
	}
	if waiting != nil || l.Edition > l.IssuedEdition && l.State == ListIssued {
		return nil, errs.Conflict("rectify.edition_waits", "An edition of this list is not decided or not issued yet.").With(l)
	}
	lines, err := s.linesOf(ctx, tx, l.ID)
	if err != nil {
		return nil, err
	}
	for n := range c.Changes {
		if lines, err = s.prepare(ctx, tx, l, &c.Changes[n], lines, n); err != nil {
			return nil, err
		}
	}
	sortLines(lines)
	if err := s.propose(ctx, tx, l, c.Reason, c.Changes, lines); err != nil {
		return nil, err
	}
	if err := saveList(ctx, tx, l); err != nil {
		return nil, err
	}
	if err := announceList(ctx, tx, TopicListSubmitted, l, nil); err != nil {
		return nil, err
	}
	return l, logList(ctx, tx, "correct_list", l, map[string]any{"changes": len(c.Changes), "edition": l.Edition + 1})
}

// prepare checks one change, fills in what stood there, and returns the lines as they will be.
func (s *Service) prepare(ctx context.Context, tx *db.Tx, l *ReverseList, c *ListChange, lines []ListLine, n int) ([]ListLine, error) {
	at := fmt.Sprintf("body.changes[%d].item_id", n)
	bad := func(message string) error {
		return errs.Invalid("rectify.bad_change", "A change adds a confirmed item, strikes one that is not issued, or words one of the list.",
			errs.Field{Location: at, Message: message, Value: c.ItemID})
	}
	i, err := s.load(ctx, tx, c.ItemID)
	if err != nil {
		return nil, asField(err, at, c.ItemID)
	}
	c.No = i.No
	where := slices.IndexFunc(lines, func(line ListLine) bool { return line.ItemID == c.ItemID })
	switch {
	case c.Kind == ChangeAdd && where < 0:
		elsewhere, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM reverse_list_line WHERE item_id = $1", i.ID)
		if err != nil {
			return nil, err
		}
		if i.WaveID != l.WaveID || !strings.HasPrefix(i.AreaCode, l.AreaCode) || i.State == Draft || i.State == Withdrawn || elsewhere > 0 {
			return nil, bad("does not fit")
		}
		c.Title, c.Place, c.Before = i.Title, i.Place, ""
		return append(lines, i.lineOf()), nil
	case c.Kind == ChangeStrike && where >= 0:
		if i.State != Confirmed && i.State != Withdrawn {
			return nil, bad("is with a unit")
		}
		c.Before, c.Title, c.Place = i.Title, "", ""
		return slices.Delete(lines, where, where+1), nil
	case c.Kind == ChangeWord && where >= 0:
		if err := checkTexts(prose.Needed(fmt.Sprintf("changes[%d].title", n), &c.Title, maxTitle), prose.Optional(fmt.Sprintf("changes[%d].place", n), &c.Place, maxPlace)); err != nil {
			return nil, err
		}
		c.Before = i.Title
		if i.Place != "" {
			c.Before += "（" + i.Place + "）"
		}
		c.Title, c.Place = mask.Text(c.Title), mask.Text(c.Place)
		lines[where].Title, lines[where].Place = c.Title, c.Place
		return lines, nil
	}
	return nil, bad("does not fit the list")
}
