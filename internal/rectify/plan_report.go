package rectify

import (
	"context"
	"io"
	"slices"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// ProgressReport says how far the work is. It is never edited.
type ProgressReport struct {
	ID       string        `db:"id" json:"id"`
	ItemID   string        `db:"item_id" json:"-"`
	At       clock.Time    `db:"at" json:"at"`
	ByID     string        `db:"by_id" json:"-"`
	ByName   string        `db:"by_name" json:"by_name"`
	ByUnit   string        `db:"by_unit" json:"by_unit"`
	Text     string        `db:"text" json:"text"`
	Percent  int           `db:"percent" json:"percent"`
	Photos   []ReportPhoto `db:"-" json:"photos"`
	UnitName string        `db:"-" json:"by_unit_name"`
}

// ReportPhoto is a photo of the work going on; it is not published.
type ReportPhoto struct {
	ID        string `db:"id" json:"id"`
	ReportID  string `db:"report_id" json:"-"`
	Ref       string `db:"ref" json:"-"`
	SHA256    string `db:"sha256" json:"sha256"`
	MediaType string `db:"media_type" json:"media_type"`
	Size      int64  `db:"size" json:"size"`
}

const (
	reportColumns      = "id, item_id, at, by_id, by_name, by_unit, text, percent"
	reportPhotoColumns = "id, report_id, ref, sha256, media_type, size"
	maxReportPhotos    = 6
)

// NewReport is a report of progress.
type NewReport struct {
	Text    string
	Percent int
}

func (n *NewReport) check() error {
	if err := checkTexts(prose.Needed("text", &n.Text, maxNote)); err != nil {
		return err
	}
	if n.Percent < 0 || n.Percent > 100 {
		return errs.Invalid("rectify.bad_percent", "Say how far the work is, from 0 to 100 percent.", errs.Field{Location: "body.percent", Message: "0 to 100", Value: n.Percent})
	}
	return nil
}

// Report adds a report of progress with up to six photos, while the item is with its unit. The lead unit and joint units
// may, with rectify.do. It needs no version: reports do not contradict each other.
func (s *Service) Report(ctx context.Context, id string, n NewReport, photos []io.Reader) (r *ProgressReport, err error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	if len(photos) > maxReportPhotos {
		return nil, errs.Invalid("rectify.too_many_photos", "Add at most six photos.", errs.Field{Location: "body.photos", Message: "at most", Value: maxReportPhotos})
	}
	// The caller is judged before a byte is stored, and again in the transaction that counts.
	if err := s.db.Read(ctx, func(tx *db.Tx) error { _, err := s.forReport(ctx, tx, id); return err }); err != nil {
		return nil, err
	}
	var stored []Photo
	for _, p := range photos {
		photo, err := s.photos.Put(ctx, p)
		if err != nil {
			return nil, err
		}
		stored = append(stored, photo)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err = s.ReportTx(ctx, tx, id, n, stored)
		return err
	})
	return r, err
}

// ReportTx is Report inside the caller's transaction, for photos that are stored already.
func (s *Service) ReportTx(ctx context.Context, tx *db.Tx, id string, n NewReport, photos []Photo) (*ProgressReport, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	i, err := s.forReport(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	r := &ProgressReport{ID: db.NewID(tx), ItemID: i.ID, At: tx.Time(), ByName: nameOf(ctx), Text: mask.Text(n.Text), Percent: n.Percent, Photos: []ReportPhoto{}}
	if p := auth.From(ctx); p != nil {
		r.ByID, r.ByUnit = p.UserID, p.UnitID
	}
	if _, err := tx.Exec(ctx, "INSERT INTO item_report ("+reportColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		r.ID, r.ItemID, r.At, r.ByID, r.ByName, r.ByUnit, r.Text, r.Percent); err != nil {
		return nil, err
	}
	for _, f := range photos {
		p := ReportPhoto{ID: db.NewID(tx), ReportID: r.ID, Ref: f.Ref, SHA256: f.SHA256, MediaType: f.MediaType, Size: f.Size}
		if _, err := tx.Exec(ctx, "INSERT INTO item_report_photo ("+reportPhotoColumns+") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
			p.ID, p.ReportID, p.Ref, p.SHA256, p.MediaType, p.Size); err != nil {
			return nil, err
		}
		r.Photos = append(r.Photos, p)
	}
	return r, s.record(ctx, tx, ActReport, i.State, i, "", strconv.Itoa(n.Percent)+"%")
}

func (s *Service) forReport(ctx context.Context, tx *db.Tx, id string) (*Item, error) {
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
	if !slices.Contains(linkable, i.State) {
		return nil, errs.Conflict("rectify.bad_transition", "Progress is reported while the item is with its unit.").With(i)
	}
	return i, nil
}

func reportsOf(ctx context.Context, tx *db.Tx, item string) ([]ProgressReport, error) {
	list, err := db.All[ProgressReport](ctx, tx, "SELECT "+reportColumns+" FROM item_report WHERE item_id = $1 ORDER BY id DESC", item)
	if err != nil || len(list) == 0 {
		return list, err
	}
	at := map[string]int{}
	for n := range list {
		list[n].Photos = []ReportPhoto{}
		at[list[n].ID] = n
	}
	err = db.Each(ctx, tx, "SELECT p.id, p.report_id, p.ref, p.sha256, p.media_type, p.size FROM item_report_photo p JOIN item_report r ON r.id = p.report_id WHERE r.item_id = $1 ORDER BY p.id",
		[]any{item}, func(p *ReportPhoto) error {
			n := at[p.ReportID]
			list[n].Photos = append(list[n].Photos, *p)
			return nil
		})
	return list, err
}

// OpenReportPhoto opens a photo of a report of an item the caller sees. The caller closes it.
func (s *Service) OpenReportPhoto(ctx context.Context, item, id string) (p *ReportPhoto, r io.ReadCloser, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.load(ctx, tx, item); err != nil {
			return err
		}
		list, err := reportsOf(ctx, tx, item)
		if err != nil {
			return err
		}
		for n := range list {
			for k := range list[n].Photos {
				if list[n].Photos[k].ID == id {
					p = &list[n].Photos[k]
					return nil
				}
			}
		}
		return errs.NotFound("rectify.photo_not_found", "There is no such photo, or you may not see it.")
	})
	if err != nil {
		return nil, nil, err
	}
	r, err = s.photos.Open(ctx, p.Ref)
	return p, r, err
}
