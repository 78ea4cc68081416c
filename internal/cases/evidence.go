package cases

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Limits of photos.
const (
	MaxPhoto   = 10 << 20       // bytes of one upload
	maxPhotos  = 12             // per case and phase
	uploadLife = 24 * time.Hour // how long a photo waits for its case
)

// Shot is what a device says about a photo whose own data is gone, such as one made smaller in the browser.
type Shot struct {
	Lat, Lon *float64
	TakenAt  *clock.Time
}

// Upload is a photo that waits for its case. Time and place are restricted as those of Evidence.
type Upload struct {
	Ref       string      `db:"ref" json:"ref" doc:"Send it among the photos of the report"`
	SHA256    string      `db:"sha256" json:"sha256"`
	MediaType string      `db:"media_type" json:"media_type"`
	Size      int64       `db:"size" json:"size"`
	Look      int64       `db:"look" json:"-"`
	ByID      string      `db:"by_id" json:"-"`
	ByName    string      `db:"by_name" json:"-"`
	ByUnit    string      `db:"by_unit" json:"-"`
	At        clock.Time  `db:"at" json:"at"`
	TakenAt   *clock.Time `db:"taken_at" json:"-"`
	TakenLat  *Degrees    `db:"taken_lat" json:"-"`
	TakenLon  *Degrees    `db:"taken_lon" json:"-"`
}

const uploadColumns = "ref, sha256, media_type, size, look, by_id, by_name, by_unit, at, taken_at, taken_lat, taken_lon"

// Upload stores a photo for a case that does not exist yet and returns its reference, which is good for a day. Callers
// have judged who may: staff need cases.report, intake bounds what residents send. What the camera noted is taken out
// of the picture; its time and place are kept apart.
func (s *Service) Upload(ctx context.Context, r io.Reader, shot Shot) (u *Upload, err error) {
	if u, err = s.ingest(ctx, r, shot); err != nil {
		return nil, err
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails on supported systems
	u.Ref = base64.RawURLEncoding.EncodeToString(b[:])
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		u.At = tx.Time()
		if p := auth.From(ctx); p != nil && !p.System {
			u.ByID, u.ByName, u.ByUnit = p.UserID, p.Name, p.UnitID
		}
		_, err := tx.Exec(ctx, "INSERT INTO case_upload ("+uploadColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
			u.Ref, u.SHA256, u.MediaType, u.Size, u.Look, u.ByID, u.ByName, u.ByUnit, u.At, u.TakenAt, u.TakenLat, u.TakenLon)
		return err
	})
	return u, err
}

// ForgetUploads deletes photos whose case was never registered, once they are of no use any more. The program calls it by the hour,
// only where its clock runs evenly.
func (s *Service) ForgetUploads(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM case_upload WHERE at < $1", clock.At(tx.Now().Add(-uploadLife)))
		return err
	})
}

// ingest cleans and stores a picture and notes what it told.
func (s *Service) ingest(ctx context.Context, r io.Reader, shot Shot) (*Upload, error) {
	ref, made, err := blob.Ingest(ctx, s.Files, r, blob.Rules{Types: blob.Photos, Bytes: MaxPhoto})
	if err != nil {
		return nil, err
	}
	u := &Upload{SHA256: ref.Key, MediaType: string(ref.Type), Size: ref.Size, TakenAt: shot.TakenAt}
	if !made.TakenAt.IsZero() {
		at := clock.At(made.TakenAt)
		u.TakenAt = &at
	}
	lat, lon := shot.Lat, shot.Lon
	if made.HasGPS {
		lat, lon = &made.Lat, &made.Lon
	}
	if lat != nil && lon != nil {
		y, x := Degrees(math.Round(*lat*1e7)), Degrees(math.Round(*lon*1e7))
		u.TakenLat, u.TakenLon = &y, &x
	}
	u.Look, err = s.lookOfFile(ctx, ref.Key)
	return u, err
}

// lookOfFile reads a stored picture again; the store need not be able to seek.
func (s *Service) lookOfFile(ctx context.Context, key string) (look int64, err error) {
	stored, err := s.Files.Open(ctx, key)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, stored.Close()) }()
	if seeker, ok := stored.(io.ReadSeeker); ok {
		return lookOf(seeker), nil
	}
	f, err := os.CreateTemp("", "yiwang-photo-*") // 0600
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := io.Copy(f, stored); err != nil {
		return 0, fmt.Errorf("read photo: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return lookOf(f), nil
}

// claimPhotos joins photos uploaded before the case existed to it. A reference that is unknown, too old or used is
// Invalid: the reporter shall not believe that a photo went along. The same picture sent twice is kept once.
func (s *Service) claimPhotos(ctx context.Context, tx *db.Tx, c *Case, refs []string) error {
	var there []string
	for i, ref := range refs {
		// Taken out and read in one: of two reports that name the same photo, one gets it.
		u, err := db.Get[Upload](ctx, tx, "DELETE FROM case_upload WHERE ref = $1 AND at >= $2 RETURNING "+uploadColumns, ref, clock.At(tx.Now().Add(-uploadLife)))
		if errors.Is(err, db.ErrNoRows) {
			return errs.Invalid("cases.unknown_photo", "A photo is not there any more; take it or choose it again.",
				errs.Field{Location: fmt.Sprintf("body.photos[%d]", i), Message: "unknown", Value: ref})
		}
		if err != nil {
			return err
		}
		if slices.Contains(there, u.SHA256) {
			continue
		}
		there = append(there, u.SHA256)
		e := u.evidence(db.NewID(tx), c, PhaseReport)
		e.At = tx.Time()
		if err := insertEvidence(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

func (u *Upload) evidence(id string, c *Case, phase string) *Evidence {
	e := &Evidence{ID: id, CaseID: c.ID, Phase: phase, Ref: u.SHA256, SHA256: u.SHA256, MediaType: u.MediaType, Size: u.Size, Look: u.Look,
		ByID: u.ByID, ByName: u.ByName, ByUnit: u.ByUnit, TakenAt: u.TakenAt, TakenLat: u.TakenLat, TakenLon: u.TakenLon}
	if u.TakenLat != nil && c.LatE7 != nil {
		d := int(math.Round(metres(float64(*c.LatE7)/1e7, float64(*c.LonE7)/1e7, float64(*u.TakenLat)/1e7, float64(*u.TakenLon)/1e7)))
		e.Distance = &d
	}
	return e
}

func insertEvidence(ctx context.Context, tx *db.Tx, e *Evidence) error {
	_, err := tx.Exec(ctx, "INSERT INTO case_evidence ("+evidenceColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		e.ID, e.CaseID, e.PartID, e.Phase, e.Ref, e.SHA256, e.MediaType, e.Size, e.Look, e.Caption, e.Public, e.ByID, e.ByName, e.ByUnit, e.At,
		e.TakenAt, e.TakenLat, e.TakenLon, e.Distance)
	return err
}

// evidenceOf returns the photos of a case and of the cases merged into it, oldest first.
func evidenceOf(ctx context.Context, tx *db.Tx, id string) ([]Evidence, error) {
	return db.All[Evidence](ctx, tx, "SELECT "+evidenceColumns+` FROM case_evidence
		WHERE case_id IN (SELECT id FROM case_file WHERE id = $1 UNION ALL SELECT id FROM case_file WHERE merged_into = $1 AND merged_into <> '') ORDER BY id`, id)
}

// NewEvidence is a photo to add to a case.
type NewEvidence struct {
	Phase   string
	Caption string
	PartID  string
	Public  bool // may be shown to those who reported and with the published result
	Shot
}

// AddEvidence adds a photo to a case the caller sees while it is open. Before and after belong to who handles: the lead,
// an assisting unit, or an officer of the grid; check to who verifies (cases.check in the area); report and other to whoever
// may report or handle. The same photo in the same phase again, or one too many, is a Conflict.
func (s *Service) AddEvidence(ctx context.Context, id string, n NewEvidence, r io.Reader) (e *Evidence, err error) {
	n.Caption = clean(n.Caption)
	// The caller is judged before a byte is stored, and again in the transaction that counts.
	if err := s.DB.Read(ctx, func(tx *db.Tx) error { _, err := s.forEvidence(ctx, tx, id, n); return err }); err != nil {
		return nil, err
	}
	u, err := s.ingest(ctx, r, n.Shot)
	if err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		e, err = s.addEvidence(ctx, tx, id, n, u)
		return err
	})
	return e, err
}

func (s *Service) addEvidence(ctx context.Context, tx *db.Tx, id string, n NewEvidence, u *Upload) (*Evidence, error) {
	c, err := s.forEvidence(ctx, tx, id, n)
	if err != nil {
		return nil, err
	}
	if p := auth.From(ctx); p != nil {
		u.ByID, u.ByName, u.ByUnit = p.UserID, p.Name, p.UnitID
	}
	e := u.evidence(db.NewID(tx), c, n.Phase)
	e.At, e.PartID, e.Caption, e.Public = tx.Time(), n.PartID, n.Caption, n.Public
	same, err := db.All[string](ctx, tx, "SELECT sha256 FROM case_evidence WHERE case_id = $1 AND phase = $2 AND part_id = $3", c.ID, e.Phase, e.PartID)
	if err != nil {
		return nil, err
	}
	for _, other := range same {
		if other == e.SHA256 {
			return nil, errs.Conflict("cases.same_photo", "This photo is there already.")
		}
	}
	if len(same) >= maxPhotos {
		return nil, errs.Conflict("cases.too_many_photos", "The case has enough photos of this phase.")
	}
	if err := insertEvidence(ctx, tx, e); err != nil {
		return nil, err
	}
	return e, s.noteOnCase(ctx, tx, c, "photo", Jointly, map[string]any{"photo": e.ID, "phase": e.Phase})
}

// noteOnCase appends to the history what is no transition, with an audit entry.
func (s *Service) noteOnCase(ctx context.Context, tx *db.Tx, c *Case, action, visibility string, detail map[string]any) error {
	h := History{ID: db.NewID(tx), CaseID: c.ID, At: tx.Time(), Action: action, From: c.State, To: c.State, Level: c.Level, ForUnit: c.LeadUnit, ForName: c.LeadName,
		Visibility: visibility}
	h.Detail.V = detail
	if p := auth.From(ctx); p != nil {
		h.ActorID, h.ActorName, h.ActorUnit = p.UserID, p.Name, p.UnitID
	}
	if err := insertHistory(ctx, tx, h); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "cases." + action, Object: "case", ObjectID: c.ID, Area: c.AreaCode, Detail: detail})
}
