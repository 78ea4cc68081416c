package rectify

import (
	"context"
	"errors"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// currentPage returns the edition that is not withdrawn, nil if there is none.
func currentPage(ctx context.Context, tx *db.Tx, item string) (*Page, error) {
	p, err := db.Get[Page](ctx, tx, "SELECT "+pageColumns+" FROM item_page WHERE item_id = $1 AND state <> 'withdrawn'", item)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil //nolint:nilnil // an item without a page is the ordinary case until it is told
	}
	return &p, err
}

func insertPage(ctx context.Context, tx *db.Tx, p *Page) error {
	_, err := tx.Exec(ctx, "INSERT INTO item_page ("+pageColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		p.ID, p.ItemID, p.Edition, p.State, p.Title, p.Said, p.Place, p.Measure, p.Outcome, p.Reply, p.Writers, p.WriterName, p.WrittenAt, p.SubmittedAt,
		p.PublishedBy, p.PublisherName, p.PublishedAt, p.WithdrawnBy, p.WithdrawnAt, p.Note, p.DoubtedAt, p.Version)
	if db.IsUnique(err) {
		return stalePage()
	}
	return err
}

func stalePage() error {
	return errs.Conflict("rectify.page_changed", "Somebody changed the page in between; look at it again.")
}

// savePage writes the row if nobody wrote it since.
func savePage(ctx context.Context, tx *db.Tx, p *Page) error {
	n, err := tx.Exec(ctx, `UPDATE item_page SET state = $1, title = $2, said = $3, place = $4, measure = $5, outcome = $6, reply = $7, writers = $8,
			writer_name = $9, written_at = $10, submitted_at = $11, published_by = $12, publisher_name = $13, published_at = $14,
			withdrawn_by = $15, withdrawn_at = $16, note = $17, version = version + 1
		WHERE id = $18 AND version = $19`,
		p.State, p.Title, p.Said, p.Place, p.Measure, p.Outcome, p.Reply, p.Writers,
		p.WriterName, p.WrittenAt, p.SubmittedAt, p.PublishedBy, p.PublisherName, p.PublishedAt,
		p.WithdrawnBy, p.WithdrawnAt, p.Note, p.ID, p.Version)
	if err == nil && n == 0 {
		return stalePage()
	}
	p.Version++
	return err
}

func shotsOf(ctx context.Context, tx *db.Tx, page string) ([]Shot, error) {
	return db.All[Shot](ctx, tx, "SELECT "+shotColumns+" FROM item_picture WHERE page_id = $1 ORDER BY phase DESC, taken_at, id", page)
}

// putShot keeps the decision about one piece of evidence; a new one takes the place of the former.
func putShot(ctx context.Context, tx *db.Tx, s *Shot) error {
	if _, err := tx.Exec(ctx, "DELETE FROM item_picture WHERE page_id = $1 AND evidence_id = $2", s.PageID, s.EvidenceID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO item_picture ("+shotColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		s.ID, s.PageID, s.ItemID, s.EvidenceID, s.Phase, s.Shown, s.Areas, s.Caption, s.Ref, s.SHA256, s.MediaType, s.Size, s.TakenAt, s.DecidedName, s.DecidedAt)
	return err
}

// newEdition starts an edition from the last one with its pictures, or from what masking makes of the item.
func (s *Service) newEdition(ctx context.Context, tx *db.Tx, i *Item) (*Page, error) {
	p, err := s.proposal(ctx, tx, i)
	if err != nil {
		return nil, err
	}
	last := p.ID
	p.ID = db.NewID(tx)
	if err := insertPage(ctx, tx, p); err != nil || last == "" {
		return p, err
	}
	shots, err := shotsOf(ctx, tx, last)
	for n := range shots {
		if err != nil {
			return nil, err
		}
		shots[n].ID, shots[n].PageID = db.NewID(tx), p.ID
		err = putShot(ctx, tx, &shots[n])
	}
	return p, err
}

// proposal is the page an item would get: the last edition again, or the texts of the item, masked. Its id is that of the
// last edition, "" if there was none; nothing is stored.
func (s *Service) proposal(ctx context.Context, tx *db.Tx, i *Item) (*Page, error) {
	p, err := db.Get[Page](ctx, tx, "SELECT "+pageColumns+" FROM item_page WHERE item_id = $1 ORDER BY edition DESC LIMIT 1", i.ID)
	switch {
	case errors.Is(err, db.ErrNoRows):
		p = Page{ItemID: i.ID, PageTexts: s.safeTexts(i)}
		quotes, err := s.quotes(ctx, tx, i)
		if err != nil {
			return nil, err
		}
		if i.Voices > 1 && len(quotes) > 0 { // the words of one single person would point at that person
			p.Said = quotes[0]
		}
	case err != nil:
		return nil, err
	}
	now := tx.Time()
	p.Edition++
	p.State, p.Version, p.Writers.V = PageDraft, 1, []string{}
	p.WriterName, p.WrittenAt, p.SubmittedAt, p.PublishedBy, p.PublisherName, p.PublishedAt = "", &now, nil, "", "", nil
	p.WithdrawnBy, p.WithdrawnAt, p.DoubtedAt = "", nil, nil
	return &p, nil
}

// safeTexts is what masking alone makes of the item.
func (s *Service) safeTexts(i *Item) PageTexts {
	t := PageTexts{Title: i.Title, Place: i.Place, Measure: i.Measure, Outcome: i.Outcome, Reply: i.Reply}
	t.mask()
	return t
}

// sign notes who changed the page.
func (p *Page) sign(ctx context.Context, tx *db.Tx) {
	now := tx.Time()
	p.WrittenAt = &now
	who := auth.From(ctx)
	p.WriterName = who.Name
	if who.UserID != "" && !p.wrote(who.UserID) {
		p.Writers.V = append(p.Writers.V, who.UserID)
	}
}
