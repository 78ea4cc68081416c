package rectify

import (
	"bytes"
	"context"
	"io"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/picture"
	"yiwang/internal/platform/prose"
)

// Limits of public pictures.
const (
	publicSide = 1280 // pixels of the longer side
	maxAreas   = 40
)

// redacting lets two pictures be unpacked at a time: each takes tens of megabytes.
var redacting = make(chan struct{}, 2)

// ShotChoice says whether and how a piece of evidence is shown.
type ShotChoice struct {
	Version int64          `json:"version" doc:"Version of the page the caller saw, 0 if there is none yet"`
	Shown   bool           `json:"shown"`
	Areas   []picture.Area `json:"areas" maxItems:"40" doc:"Faces, plates, house numbers: made unrecognisable. Empty: somebody looked and found nothing to hide"`
	Caption string         `json:"caption,omitempty" maxLength:"400"`
}

// DecideShot decides about one piece of evidence. What is shown is a new file, upright and without metadata, in which the
// areas are unrecognisable; the evidence stays as it is and is never served publicly. Needs rectify.page in the item's
// area. Invalid for areas outside the picture, Conflict if the page changed since.
func (s *Service) DecideShot(ctx context.Context, id, evidence string, c ShotChoice) (v *PageView, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var e *Evidence
	if err := s.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.forPage(ctx, tx, id, PermPage); err != nil {
			return err
		}
		e, err = findEvidence(ctx, tx, id, evidence)
		return err
	}); err != nil {
		return nil, err
	}
	var made Photo
	if c.Shown {
		if made, err = s.Redact(ctx, e.Ref, c.Areas); err != nil {
			return nil, err
		}
	}
	return s.andView(ctx, id, func(tx *db.Tx) error { _, err := s.DecideShotTx(ctx, tx, id, evidence, c, made); return err })
}

func (c *ShotChoice) check() error {
	for _, a := range c.Areas {
		if !a.Valid() || len(c.Areas) > maxAreas {
			return errs.Invalid("rectify.bad_area", "An area must lie inside the picture; at most 40.", errs.Field{Location: "body.areas", Message: "outside the picture", Value: a})
		}
	}
	if !c.Shown {
		c.Areas = nil
	}
	return checkTexts(prose.Optional("caption", &c.Caption, 100))
}

// Redact makes and stores the public file of a stored photo. It decides nothing and shows nothing.
func (s *Service) Redact(ctx context.Context, ref string, areas []picture.Area) (Photo, error) {
	redacting <- struct{}{}
	defer func() { <-redacting }()
	r, err := s.photos.Open(ctx, ref)
	if err != nil {
		return Photo{}, err
	}
	m, err := picture.Open(r, publicSide)
	if err2 := r.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return Photo{}, errs.Invalid("rectify.unreadable_photo", "The photo cannot be read any more; leave it out.")
	}
	picture.Hide(m, areas)
	file, err := picture.JPEG(m)
	if err != nil {
		return Photo{}, err
	}
	return s.photos.Put(ctx, bytes.NewReader(file))
}

// DecideShotTx is DecideShot inside the caller's transaction, for a public file that Redact has made; it returns the
// page's version.
func (s *Service) DecideShotTx(ctx context.Context, tx *db.Tx, id, evidence string, c ShotChoice, made Photo) (int64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	p, err := s.pageVerb(ctx, tx, id, c.Version, "", "", []string{PermPage}, func(i *Item, p *Page) error {
		if p.State != PageDraft {
			return waits()
		}
		e, err := findEvidence(ctx, tx, id, evidence)
		if err != nil {
			return err
		}
		p.sign(ctx, tx)
		shot := Shot{ID: db.NewID(tx), PageID: p.ID, ItemID: i.ID, EvidenceID: e.ID, Phase: e.Phase, TakenAt: e.At, Shown: c.Shown, Caption: mask.Public(c.Caption),
			Ref: made.Ref, SHA256: made.SHA256, MediaType: made.MediaType, Size: made.Size, DecidedName: auth.From(ctx).Name, DecidedAt: clock.Ptr(tx.Now())}
		shot.Areas.V = c.Areas
		shot.tidy()
		return putShot(ctx, tx, &shot)
	})
	if err != nil {
		return 0, err
	}
	return p.Version, nil
}

func (s *Shot) tidy() {
	if s.Areas.V == nil {
		s.Areas.V = []picture.Area{}
	}
}

func noPhoto() error {
	return errs.NotFound("rectify.photo_not_found", "There is no such photo, or you may not see it.")
}

func findEvidence(ctx context.Context, tx *db.Tx, item, id string) (*Evidence, error) {
	all, err := evidenceOf(ctx, tx, item)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(all, func(e Evidence) bool { return e.ID == id })
	if n < 0 {
		return nil, noPhoto()
	}
	return &all[n], nil
}

// OpenShot opens the public file of a page in work, for the preview. Needs rectify.page or rectify.publish. The caller
// closes it.
func (s *Service) OpenShot(ctx context.Context, item, id string) (*Evidence, io.ReadCloser, error) {
	return s.openShot(ctx, item, id, func(tx *db.Tx) error { _, err := s.forPage(ctx, tx, item, PermPage, PermPublish); return err })
}

// OpenPublic opens a picture that is published with its item. Anybody may. The caller closes it.
func (s *Service) OpenPublic(ctx context.Context, item, id string) (*Evidence, io.ReadCloser, error) {
	return s.openShot(ctx, item, id, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM item_picture k JOIN item_page p ON p.id = k.page_id JOIN item i ON i.id = k.item_id
			WHERE k.id = $1 AND k.shown AND p.state = 'published' AND i.state = 'published'`, id)
		if err == nil && n == 0 {
			err = noPhoto()
		}
		return err
	})
}

func (s *Service) openShot(ctx context.Context, item, id string, allowed func(*db.Tx) error) (*Evidence, io.ReadCloser, error) {
	var shot Shot
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		if err := allowed(tx); err != nil {
			return err
		}
		found, err := db.All[Shot](ctx, tx, "SELECT "+shotColumns+" FROM item_picture WHERE id = $1 AND item_id = $2 AND shown", id, item)
		if err == nil && len(found) == 0 {
			err = noPhoto()
		}
		if err == nil {
			shot = found[0]
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	r, err := s.photos.Open(ctx, shot.Ref)
	return &Evidence{SHA256: shot.SHA256, MediaType: shot.MediaType, Size: shot.Size, Phase: shot.Phase}, r, err
}
