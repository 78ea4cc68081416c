package rectify

import (
	"context"
	"io"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Limits of evidence.
const (
	MaxPhoto  = 10 << 20 // bytes of one upload
	maxPhotos = 12       // per item and phase
)

// Photo is a stored picture.
type Photo struct {
	Ref, SHA256, MediaType string
	Size                   int64
}

// Photos keeps pictures. Put accepts JPEG, PNG and WebP by content, removes EXIF and returns Invalid for anything else;
// Open returns NotFound for an unknown reference.
type Photos interface {
	Put(ctx context.Context, r io.Reader) (Photo, error)
	Open(ctx context.Context, ref string) (io.ReadCloser, error)
}

// AddEvidence stores a photo of the lead or a joint unit, taken before or after the work, while the item is with the
// unit. Needs rectify.do. The same photo twice is a Conflict.
func (s *Service) AddEvidence(ctx context.Context, id, phase, caption string, r io.Reader) (e *Evidence, err error) {
	if err := checkShot(phase, &caption); err != nil {
		return nil, err
	}
	// The caller is judged before a byte is stored, and again in the transaction that counts.
	if err := s.db.Read(ctx, func(tx *db.Tx) error { _, err := s.forEvidence(ctx, tx, id); return err }); err != nil {
		return nil, err
	}
	photo, err := s.photos.Put(ctx, r)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		e, err = s.AddEvidenceTx(ctx, tx, id, phase, caption, photo)
		return err
	})
	return e, err
}

// AddEvidenceTx is AddEvidence inside the caller's transaction, for a photo that is stored already.
func (s *Service) AddEvidenceTx(ctx context.Context, tx *db.Tx, id, phase, caption string, photo Photo) (*Evidence, error) {
	if err := checkShot(phase, &caption); err != nil {
		return nil, err
	}
	e := &Evidence{ID: db.NewID(tx), ItemID: id, Phase: phase, Ref: photo.Ref, SHA256: photo.SHA256, MediaType: photo.MediaType,
		Size: photo.Size, Caption: mask.Text(caption), At: tx.Time()}
	return e, s.addEvidence(ctx, tx, e)
}

func checkShot(phase string, caption *string) error {
	if phase != Before && phase != After {
		return errs.Invalid("rectify.bad_phase", "Say whether the photo is from before or after the work.", errs.Field{Location: "form.phase", Message: "before or after", Value: phase})
	}
	return checkTexts(prose.Optional("caption", caption, 100))
}

func (s *Service) addEvidence(ctx context.Context, tx *db.Tx, e *Evidence) error {
	i, err := s.forEvidence(ctx, tx, e.ItemID)
	if err != nil {
		return err
	}
	p := auth.From(ctx)
	e.ByID, e.ByName, e.ByUnit = p.UserID, p.Name, p.UnitID
	all, err := evidenceOf(ctx, tx, e.ItemID)
	if err != nil {
		return err
	}
	same := 0
	for _, o := range all {
		if o.Phase != e.Phase {
			continue
		}
		if o.SHA256 == e.SHA256 {
			return errs.Conflict("rectify.same_photo", "This photo is there already.").With(o)
		}
		if same++; same == maxPhotos {
			return errs.Conflict("rectify.too_many_photos", "The item has enough photos of this phase.")
		}
	}
	if err := insertEvidence(ctx, tx, e); err != nil {
		if db.IsUnique(err) {
			return errs.Conflict("rectify.same_photo", "This photo is there already.")
		}
		return err
	}
	return s.record(ctx, tx, ActEvidence, i.State, i, "", e.Phase+" "+e.SHA256)
}

// forEvidence returns the item if the caller may add evidence to it now.
func (s *Service) forEvidence(ctx context.Context, tx *db.Tx, id string) (*Item, error) {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.Require(ctx, PermDo); err != nil {
		return nil, err
	}
	if p := auth.From(ctx); !actsFor(p, i) && !i.joins(p.UnitID) {
		return nil, errs.Forbidden("rectify.not_lead", "Only the lead unit or a joint unit may do this.")
	}
	if !i.State.open() {
		return nil, errs.Conflict("rectify.bad_transition", "Photos can be added while the item is with the unit.").With(i)
	}
	return i, nil
}

// OpenEvidence opens a photo of an item the caller sees. The caller closes it.
func (s *Service) OpenEvidence(ctx context.Context, item, id string) (e *Evidence, _ io.ReadCloser, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		i, err := findItem(ctx, tx, item)
		if err != nil {
			return err
		}
		if !sees(ctx, i) {
			return noPhoto()
		}
		e, err = findEvidence(ctx, tx, item, id)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	r, err := s.photos.Open(ctx, e.Ref)
	return e, r, err
}
