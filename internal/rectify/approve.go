package rectify

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// SubmitList puts a draft before the one who approves, with a note. Needs rectify.merge in its area and at least one item.
func (s *Service) SubmitList(ctx context.Context, id, note string, version int64) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.SubmitListTx(ctx, tx, id, note, version)
		return err
	})
	return l, err
}

// SubmitListTx is SubmitList inside the caller's transaction.
func (s *Service) SubmitListTx(ctx context.Context, tx *db.Tx, id, note string, version int64) (*ReverseList, error) {
	l, err := s.listFor(ctx, tx, PermMerge, id, version, ListDraft)
	if err != nil {
		return nil, err
	}
	lines, err := s.linesOf(ctx, tx, l.ID)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, missing("rectify.empty_list", "items", "Put at least one item on the list.")
	}
	if err := checkTexts(prose.Optional("note", &note, maxNote)); err != nil {
		return nil, err
	}
	if err := s.propose(ctx, tx, l, note, nil, lines); err != nil {
		return nil, err
	}
	l.State = ListSubmitted
	if err := saveList(ctx, tx, l); err != nil {
		return nil, err
	}
	if err := announceList(ctx, tx, TopicListSubmitted, l, nil); err != nil {
		return nil, err
	}
	return l, logList(ctx, tx, "submit_list", l, map[string]any{"items": len(lines)})
}

// propose stores an edition that waits for approval, with the content it would have.
func (s *Service) propose(ctx context.Context, tx *db.Tx, l *ReverseList, reason string, changes []ListChange, lines []ListLine) error {
	hash, err := hashOf(lines)
	if err != nil {
		return err
	}
	p := auth.From(ctx)
	e := &ListEdition{ID: db.NewID(tx), ListID: l.ID, Number: l.Edition + 1, State: EditionProposed, Reason: mask.Text(reason), ByID: p.UserID, ByName: p.Name, At: tx.Time(),
		Lines: len(lines), ContentHash: hash}
	if e.Changes.V = changes; changes == nil {
		e.Changes.V = []ListChange{}
	}
	return insertEdition(ctx, tx, e)
}

// ListDecision approves or refuses the edition that waits. Hash is the fingerprint of the content the caller read: what changed
// since is not approved with it.
type ListDecision struct {
	Approve bool   `json:"approve"`
	Answer  string `json:"answer,omitempty" maxLength:"4000" doc:"Required to refuse"`
	Hash    string `json:"hash,omitempty" maxLength:"64" doc:"content_hash of the edition; required to approve"`
	Version int64  `json:"version,omitempty"`
}

// DecideList approves or refuses the edition that waits, the first one or a correction. Needs rectify.approve in the list's area;
// Forbidden for who made the list or put the edition forward. Conflict if items have changed since it was put forward.
func (s *Service) DecideList(ctx context.Context, id string, d ListDecision) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.DecideListTx(ctx, tx, id, d)
		return err
	})
	return l, err
}

// DecideListTx is DecideList inside the caller's transaction.
func (s *Service) DecideListTx(ctx context.Context, tx *db.Tx, id string, d ListDecision) (*ReverseList, error) {
	l, err := s.listFor(ctx, tx, PermApprove, id, d.Version, ListSubmitted, ListApproved, ListIssued)
	if err != nil {
		return nil, err
	}
	e, err := proposedOf(ctx, tx, l.ID)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, errs.Conflict("rectify.nothing_to_approve", "No edition of this list waits for approval.").With(l)
	}
	p := auth.From(ctx)
	if p.UserID == e.ByID || p.UserID == l.MadeBy {
		return nil, errs.Forbidden("rectify.own_list", "Somebody else than who made the list approves it.")
	}
	if err := checkTexts(prose.Piece{Name: "answer", Value: &d.Answer, Limit: maxNote, Required: !d.Approve}); err != nil {
		return nil, err
	}
	now := tx.Time()
	e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer = p.UserID, p.Name, &now, mask.Text(d.Answer)
	topic := TopicListApproved
	if d.Approve {
		err = s.approve(ctx, tx, l, e, d.Hash)
	} else {
		topic, err = TopicListRefused, refuse(ctx, tx, l, e)
	}
	if err != nil {
		return nil, err
	}
	if err := saveList(ctx, tx, l); err != nil {
		return nil, err
	}
	if err := announceList(ctx, tx, topic, l, nil); err != nil {
		return nil, err
	}
	return l, logList(ctx, tx, "decide_list", l, map[string]any{"approved": d.Approve, "edition": e.Number, "hash": e.ContentHash})
}

func refuse(ctx context.Context, tx *db.Tx, l *ReverseList, e *ListEdition) error {
	if l.State == ListSubmitted {
		l.State = ListDraft
	}
	_, err := tx.Exec(ctx, "UPDATE reverse_list_edition SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, answer = $5 WHERE id = $6",
		EditionRefused, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, e.ID)
	return err
}

// approve makes the changes of the edition and keeps the content that follows from them.
func (s *Service) approve(ctx context.Context, tx *db.Tx, l *ReverseList, e *ListEdition, hash string) error {
	if err := s.apply(ctx, tx, l, e); err != nil {
		return err
	}
	lines, err := s.linesOf(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	now, err := hashOf(lines)
	if err != nil {
		return err
	}
	if hash != e.ContentHash || now != e.ContentHash {
		return errs.Conflict("rectify.list_content", "Items of the list have changed since it was put forward; have it put forward again.").With(l)
	}
	if l.State == ListSubmitted {
		l.State = ListApproved
	}
	l.Edition = e.Number
	content := db.JSON[[]ListLine]{V: lines}
	_, err = tx.Exec(ctx, `UPDATE reverse_list_edition SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, answer = $5, lines = $6, content = $7
		WHERE id = $8`, EditionApproved, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, len(lines), content, e.ID)
	return err
}

// apply makes the changes of a correction. The right to make them was given with the approval.
func (s *Service) apply(ctx context.Context, tx *db.Tx, l *ReverseList, e *ListEdition) error {
	for _, c := range e.Changes.V {
		switch c.Kind {
		case ChangeAdd:
			if err := s.putOn(ctx, tx, l, []string{c.ItemID}, e.Number); err != nil {
				return err
			}
		case ChangeStrike:
			i, err := findItem(ctx, tx, c.ItemID)
			if err != nil {
				return err
			}
			if i.State != Confirmed && i.State != Withdrawn { // issued since the correction was put forward
				return errs.Conflict("rectify.list_content", "Items of the list have changed since it was put forward; have it put forward again.").With(l)
			}
			if _, err := tx.Exec(ctx, "DELETE FROM reverse_list_line WHERE item_id = $1 AND list_id = $2", c.ItemID, l.ID); err != nil {
				return err
			}
		case ChangeWord:
			i, err := findItem(ctx, tx, c.ItemID)
			if err != nil {
				return err
			}
			i.Title, i.Place = c.Title, c.Place
			if err := saveItem(ctx, tx, i); err != nil {
				return err
			}
			if err := s.record(ctx, tx, ActAmend, i.State, i, "", fmt.Sprintf("%s 第%d版更正：%s", l.No, e.Number, e.Reason)); err != nil {
				return err
			}
		}
	}
	return nil
}
