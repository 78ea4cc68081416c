package rectify

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// writable are the states in which a page can be written: the matter is put right and looked at.
var writable = []State{Verified, Told}

// forPage returns an item in whose area the caller writes or publishes pages.
func (s *Service) forPage(ctx context.Context, tx *db.Tx, id string, permissions ...string) (*Item, error) {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, p := range permissions {
		if err = auth.RequireArea(ctx, p, i.AreaCode); err == nil {
			return i, nil
		}
	}
	return nil, err
}

// PageOf returns the page of an item as the desk of publication sees it: the edition in work, or what one would begin
// with. Needs rectify.page or rectify.publish in the item's area.
func (s *Service) PageOf(ctx context.Context, id string) (v *PageView, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err = s.PageOfTx(ctx, tx, id)
		return err
	})
	return v, err
}

// PageOfTx is PageOf inside the caller's transaction.
func (s *Service) PageOfTx(ctx context.Context, tx *db.Tx, id string) (*PageView, error) {
	i, err := s.forPage(ctx, tx, id, PermPage, PermPublish)
	if err != nil {
		return nil, err
	}
	return s.pageView(ctx, tx, i)
}

func (s *Service) pageView(ctx context.Context, tx *db.Tx, i *Item) (*PageView, error) {
	v := &PageView{Item: *i, Proposed: s.safeTexts(i), May: []string{}, Shots: []Shot{}, Earlier: []Edition{}}
	p, err := currentPage(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	from := ""
	if p == nil {
		if p, err = s.proposal(ctx, tx, i); err != nil {
			return nil, err
		}
		from, p.ID, p.Version, p.WrittenAt = p.ID, "", 0, nil
	} else {
		from = p.ID
	}
	v.Page = *p
	if err := s.viewShots(ctx, tx, v, from); err != nil {
		return nil, err
	}
	if v.Quotes, err = s.quotes(ctx, tx, i); err != nil {
		return nil, err
	}
	if v.Earlier, err = db.All[Edition](ctx, tx, `SELECT edition, writer_name, publisher_name, published_at, withdrawn_by, withdrawn_at, note
		FROM item_page WHERE item_id = $1 AND state = 'withdrawn' ORDER BY edition DESC LIMIT 50`, i.ID); err != nil {
		return nil, err
	}
	if v.Verdicts, err = verdictsOf(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	if v.Told, err = s.toldOf(ctx, tx, i); err != nil {
		return nil, err
	}
	v.may(ctx, i)
	return v, nil
}

// viewShots lists every piece of evidence with the decision about it in the edition, if there is one.
func (s *Service) viewShots(ctx context.Context, tx *db.Tx, v *PageView, edition string) error {
	decided, err := shotsOf(ctx, tx, edition)
	if err != nil {
		return err
	}
	evidence, err := evidenceOf(ctx, tx, v.ItemID)
	for _, e := range evidence {
		shot := Shot{EvidenceID: e.ID, Phase: e.Phase, TakenAt: e.At, Caption: mask.Public(e.Caption)}
		if n := slices.IndexFunc(decided, func(d Shot) bool { return d.EvidenceID == e.ID }); n >= 0 {
			shot = decided[n]
			shot.Decided = true
		}
		shot.Original = e.SHA256
		shot.tidy()
		v.Shots = append(v.Shots, shot)
	}
	return err
}

// may says what the caller can do with the page now.
func (v *PageView) may(ctx context.Context, i *Item) {
	p := auth.From(ctx)
	writes := auth.RequireArea(ctx, PermPage, i.AreaCode) == nil
	publishes := auth.RequireArea(ctx, PermPublish, i.AreaCode) == nil
	add := func(ok bool, verb string) {
		if ok {
			v.May = append(v.May, verb)
		}
	}
	open := slices.Contains(writable, i.State)
	add(open && writes && v.State == PageDraft, "write")
	add(open && writes && v.State == PageDraft && v.Version > 0 && v.undecided() == 0, "submit")
	add(open && v.State == PageSubmitted && (writes || publishes), "take_back")
	v.Same = publishes && !p.System && v.wrote(p.UserID)
	add(i.State == Told && v.State == PageSubmitted && publishes && !v.Same, "publish")
	add(i.State == Published && publishes, "retract")
}

func (v *PageView) undecided() (n int) {
	for k := range v.Shots {
		n += one(!v.Shots[k].Decided)
	}
	return n
}

// quotes is what residents said of the matter, masked, each sentence once.
func (s *Service) quotes(ctx context.Context, tx *db.Tx, i *Item) ([]string, error) {
	comments, err := s.opinions.OfItemTx(ctx, tx, i.ID)
	out := []string{}
	for _, c := range comments {
		text := []rune(strings.TrimRight(mask.Public(c.Text), "。，；, "))
		if q := string(text[:min(len(text), maxQuote)]); len(text) > 3 && !slices.Contains(out, q) && len(out) < 8 {
			out = append(out, q)
		}
	}
	return out, err
}

// pageVerb runs a change of the page in work: it loads item and page, compares the version the caller saw, lets change
// decide, and writes page, audit entry and, for a step that has a name, history.
func (s *Service) pageVerb(ctx context.Context, tx *db.Tx, id string, version int64, step Action, note string, permissions []string, change func(*Item, *Page) error) (*Page, error) {
	i, err := s.forPage(ctx, tx, id, permissions...)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(writable, i.State) {
		return nil, errs.Conflict("rectify.page_closed", "The page of an item can be written after it was verified and before it is published; withdraw a published one first.").With(i)
	}
	p, err := currentPage(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p == nil && version == 0 {
		p, err = s.newEdition(ctx, tx, i)
	} else if p == nil || p.Version != version {
		err = stalePage()
	}
	if err != nil {
		return nil, err
	}
	if err := change(i, p); err != nil {
		return nil, err
	}
	if err := savePage(ctx, tx, p); err != nil {
		return nil, err
	}
	if step != "" {
		return p, s.record(ctx, tx, step, i.State, i, "", note)
	}
	return p, audit.Log(ctx, tx, audit.Entry{Action: "rectify.page", Object: "rectification", ObjectID: i.ID, Area: i.AreaCode,
		Detail: map[string]any{"no": i.No, "edition": p.Edition, "version": p.Version}})
}

// WritePage keeps the texts of the page, masked once more. version is that of the page the caller saw, 0 for the first.
// Needs rectify.page; Conflict if it changed since, waits for publication or is published.
func (s *Service) WritePage(ctx context.Context, id string, t PageTexts, version int64) (v *PageView, err error) {
	return s.andView(ctx, id, func(tx *db.Tx) error { _, err := s.WritePageTx(ctx, tx, id, t, version); return err })
}

// WritePageTx is WritePage inside the caller's transaction; it returns the page's version.
func (s *Service) WritePageTx(ctx context.Context, tx *db.Tx, id string, t PageTexts, version int64) (int64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	p, err := s.pageVerb(ctx, tx, id, version, "", "", []string{PermPage}, func(_ *Item, p *Page) error {
		if p.State != PageDraft {
			return waits()
		}
		p.PageTexts = t
		p.sign(ctx, tx)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return p.Version, nil
}

func waits() error {
	return errs.Conflict("rectify.page_waits", "The page waits to be published; take it back before you change it.")
}

// SubmitPage says that the page is complete: every piece of evidence was decided about. Needs rectify.page.
func (s *Service) SubmitPage(ctx context.Context, id string, version int64) (v *PageView, err error) {
	return s.andView(ctx, id, func(tx *db.Tx) error { return s.SubmitPageTx(ctx, tx, id, version) })
}

// SubmitPageTx is SubmitPage inside the caller's transaction.
func (s *Service) SubmitPageTx(ctx context.Context, tx *db.Tx, id string, version int64) error {
	if version == 0 {
		return errs.Invalid("rectify.no_page", "Write the page first.", errs.Field{Location: "body.version", Message: "required"})
	}
	_, err := s.pageVerb(ctx, tx, id, version, ActSubmit, "", []string{PermPage}, func(_ *Item, p *Page) error {
		if p.State != PageDraft {
			return waits()
		}
		v := &PageView{Page: *p}
		if err := s.viewShots(ctx, tx, v, p.ID); err != nil {
			return err
		}
		if n := v.undecided(); n > 0 {
			return errs.Invalid("rectify.undecided_photos", "Decide about every photo: shown as it is, shown with areas made unrecognisable, or not shown.",
				errs.Field{Location: "shots", Message: "not decided", Value: n})
		}
		if err := p.check(); err != nil {
			return err
		}
		p.State, p.SubmittedAt, p.Note = PageSubmitted, clock.Ptr(tx.Now()), ""
		return nil
	})
	return err
}

// TakeBackPage makes a submitted page a draft again: its writer changes something, or whoever should publish it says in the
// note what is wrong. Needs rectify.page or rectify.publish.
func (s *Service) TakeBackPage(ctx context.Context, id, note string, version int64) (v *PageView, err error) {
	if err := checkTexts(prose.Needed("note", &note, 300)); err != nil {
		return nil, err
	}
	note = mask.Text(note)
	return s.andView(ctx, id, func(tx *db.Tx) error {
		_, err := s.pageVerb(ctx, tx, id, version, ActTakeBack, note, []string{PermPage, PermPublish}, func(_ *Item, p *Page) error {
			if p.State != PageSubmitted {
				return errs.Conflict("rectify.page_not_submitted", "Only a page that waits to be published can be taken back.")
			}
			p.State, p.SubmittedAt, p.Note = PageDraft, nil, note
			return nil
		})
		return err
	})
}

// andView runs a change and returns the page as it is then.
func (s *Service) andView(ctx context.Context, id string, change func(*db.Tx) error) (v *PageView, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		i, err := s.load(ctx, tx, id)
		if err == nil {
			v, err = s.pageView(ctx, tx, i)
		}
		return err
	})
	return v, err
}
