package rectify

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
)

// publish shows the submitted page to everybody. Whoever changed the page cannot publish it: a second pair of eyes looks
// for what identifies a person.
func (s *Service) publish(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	p, err := currentPage(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	if p == nil || p.State != PageSubmitted {
		return errs.Conflict("rectify.no_page", "Nothing is ready to be published: write the page, decide about its photos and submit it.").With(i)
	}
	if m.PageVersion != 0 && m.PageVersion != p.Version {
		return stalePage()
	}
	who := auth.From(ctx)
	if !who.System && p.wrote(who.UserID) {
		return errs.Forbidden("rectify.same_person", "Who wrote the page does not publish it; another person must.")
	}
	now := tx.Time()
	p.State, p.PublishedBy, p.PublisherName, p.PublishedAt = PagePublished, who.UserID, who.Name, &now
	if err := savePage(ctx, tx, p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE item_evidence SET public = FALSE WHERE item_id = $1 AND public", i.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE item_evidence SET public = TRUE
		WHERE item_id = $1 AND id IN (SELECT evidence_id FROM item_picture WHERE page_id = $2 AND shown)`, i.ID, p.ID); err != nil {
		return err
	}
	i.PublishedAt = &now
	return nil
}

// retract takes a published page off the public pages, with the reason; it can be written anew and published again.
func (s *Service) retract(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the page is withdrawn.")
	}
	p, err := currentPage(ctx, tx, i.ID)
	if err != nil || p == nil {
		return err
	}
	p.State, p.WithdrawnBy, p.WithdrawnAt, p.Note = PageWithdrawn, auth.From(ctx).Name, clock.Ptr(tx.Now()), mask.Text(m.Note)
	if err := savePage(ctx, tx, p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE item_evidence SET public = FALSE WHERE item_id = $1 AND public", i.ID); err != nil {
		return err
	}
	i.PublishedAt = nil
	return nil
}
