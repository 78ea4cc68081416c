package rectify

import (
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

// Join adds comments to an item. Of an item that is issued, whatever its state, only the voices grow: no clock moves and
// nothing is opened again; who spoke last is told with the others, at once if the others have been told. Needs
// rectify.merge for its area and that of each comment; Conflict for a withdrawn item.
func (s *Service) Join(ctx context.Context, id string, comments []string, version int64) (i *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if i, err = s.toMerge(ctx, tx, id, version); err != nil {
			return err
		}
		if i.State == Withdrawn {
			return errs.Conflict("rectify.withdrawn_already", "The item is withdrawn; merge the comments into a new one.").With(i)
		}
		i.Voices += len(comments)
		if err := s.attach(ctx, tx, i, comments); err != nil {
			return err
		}
		if err := saveItem(ctx, tx, i); err != nil {
			return err
		}
		if err := s.record(ctx, tx, ActMerge, i.State, i, "", fmt.Sprintf("%d", len(comments))); err != nil {
			return err
		}
		return s.tellLater(ctx, tx, i, comments)
	})
	return i, err
}

// toMerge finds an item that the caller may merge into, in the version that the caller saw.
func (s *Service) toMerge(ctx context.Context, tx *db.Tx, id string, version int64) (*Item, error) {
	i, err := findItem(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermMerge, i.AreaCode); err != nil {
		return nil, err
	}
	i.derive(s.catalog, tx.Time())
	if i.Version != version {
		return nil, stale(i)
	}
	return i, nil
}

// tellLater gives those who came after the answer the same answer.
func (s *Service) tellLater(ctx context.Context, tx *db.Tx, i *Item, comments []string) error {
	if i.State != Told && i.State != Published {
		return nil
	}
	e := moved(ActTell, i.State, i)
	e.At, e.Reply, e.Comments = tx.Time(), i.Reply, comments
	return outbox.Emit(ctx, tx, TopicTold, i.ID, e)
}

// Split takes comments out of an item that is not issued yet and makes another item of them: two matters were taken for
// one. At least one comment stays. Needs rectify.merge for the areas of both. It returns the new item.
func (s *Service) Split(ctx context.Context, id string, comments []string, plan Plan, version int64) (fresh *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err := s.toMerge(ctx, tx, id, version)
		if err != nil {
			return err
		}
		if i.State != Draft && i.State != Confirmed {
			return errs.Conflict("rectify.issued_already", "The item is issued; its comments, place and title stand.").With(i)
		}
		all, err := s.opinions.IDsOfItemTx(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(c string) bool { return !slices.Contains(comments, c) }) {
			return errs.Invalid("rectify.nothing_left", "Leave at least one comment in the item.",
				errs.Field{Location: "body.comments", Message: "all of them", Value: len(comments)})
		}
		for _, c := range comments {
			if err := s.opinions.DetachTx(ctx, tx, i.ID, c); err != nil {
				return err
			}
		}
		i.Voices -= len(comments)
		if err := saveItem(ctx, tx, i); err != nil {
			return err
		}
		if fresh, err = s.MergeTx(ctx, tx, comments, plan); err != nil {
			return err
		}
		return s.record(ctx, tx, ActUnmerge, i.State, i, "", fmt.Sprintf("%d → %s", len(comments), fresh.No))
	})
	return fresh, err
}
