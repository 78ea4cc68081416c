package app

import (
	"context"
	"errors"
	"io"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// The joints adapt one module to the small interface another declares. They hold no decisions.

// areaNames names areas for display; codes that do not exist any more stand for themselves.
func (a *App) areaNames(ctx context.Context, codes []string) (map[string]string, error) {
	out := map[string]string{}
	for _, c := range codes {
		name, err := a.areaName(ctx, c)
		if err != nil {
			return nil, err
		}
		out[c] = name
	}
	return out, nil
}

func (a *App) areaName(ctx context.Context, code string) (string, error) {
	area, err := a.Region.Get(ctx, code)
	if errs.KindOf(err) == errs.KindNotFound {
		return code, nil
	} else if err != nil {
		return "", err
	}
	return area.Name, nil
}

// namesBelow names an area, its streets and their communities, for scores.
func (a *App) namesBelow(ctx context.Context, _ *db.Tx, top string) (map[string]string, error) {
	name, err := a.areaName(ctx, top)
	if err != nil {
		return nil, err
	}
	out := map[string]string{top: name}
	streets, err := a.Region.Children(ctx, top)
	if err != nil {
		return nil, err
	}
	for _, s := range streets {
		out[s.Code] = s.Name
		communities, err := a.Region.Children(ctx, s.Code)
		if err != nil {
			return nil, err
		}
		for _, c := range communities {
			out[c.Code] = c.Name
		}
	}
	return out, nil
}

// comments lets opinion read the survey's comments.
type comments struct{ survey *survey.Service }

func (c comments) Comments(ctx context.Context, tx *db.Tx, waveID, after string, limit int) ([]opinion.RawComment, error) {
	rows, err := c.survey.CommentsTx(ctx, tx, waveID, after, limit)
	out := make([]opinion.RawComment, len(rows))
	for i, r := range rows {
		area := r.Community
		if area == "" {
			area = r.Street
		}
		out[i] = opinion.RawComment{ID: r.ID, AreaCode: area, Group: string(r.Group), Channel: string(r.Channel), Text: r.Text,
			Categories: r.Categories.V, Day: r.Day}
	}
	return out, err
}

func (c comments) Wave(ctx context.Context, tx *db.Tx, id string) (opinion.Wave, error) {
	w, err := c.survey.WaveTx(ctx, tx, id)
	if err != nil {
		return opinion.Wave{}, err
	}
	return opinion.Wave{ID: w.ID, Code: w.Code, Name: w.Name}, nil
}

// directory lets rectify find units and name areas.
type directory struct{ app *App }

func (d directory) Unit(ctx context.Context, tx *db.Tx, id string) (rectify.Unit, error) {
	u, err := d.app.Identity.UnitTx(ctx, tx, id)
	return rectify.Unit{ID: u.ID, Code: u.Code, Name: u.Name, AreaCode: u.AreaCode, Closed: err == nil && !u.Active}, err
}

// UnitFor looks from the area upwards: community, street, district.
func (d directory) UnitFor(ctx context.Context, tx *db.Tx, code, area string) (rectify.Unit, error) {
	var last error
	for _, length := range []int{12, 9, 6} {
		if len(area) < length {
			continue
		}
		u, err := d.app.Identity.FindUnitTx(ctx, tx, area[:length], code)
		if err == nil {
			return rectify.Unit{ID: u.ID, Code: u.Code, Name: u.Name, AreaCode: u.AreaCode}, nil
		} else if errs.KindOf(err) != errs.KindNotFound {
			return rectify.Unit{}, err
		}
		last = err
	}
	return rectify.Unit{}, last
}

func (d directory) AreaName(ctx context.Context, _ *db.Tx, code string) (string, error) {
	area, err := d.app.Region.Get(ctx, code)
	if err != nil {
		return "", err
	}
	return area.Name, nil
}

// photos keeps pictures in the blob store. Where and when a picture was taken is dropped with its metadata: proof of
// rectification needs neither.
type photos struct{ store blob.Store }

func (p photos) Put(ctx context.Context, r io.Reader) (rectify.Photo, error) {
	f, _, err := blob.Ingest(ctx, p.store, r, blob.Rules{Types: blob.Photos, Bytes: rectify.MaxPhoto})
	if err != nil {
		return rectify.Photo{}, err
	}
	return rectify.Photo{Ref: f.Key, SHA256: f.Key, MediaType: string(f.Type), Size: f.Size}, nil
}

func (p photos) Open(ctx context.Context, ref string) (io.ReadCloser, error) {
	return p.store.Open(ctx, ref)
}

// officeOf finds the evaluation office of the district that an area lies in, "" where there is none.
func (a *App) officeOf(ctx context.Context, tx *db.Tx, area string) (string, error) {
	return a.unitID(ctx, tx, area[:min(6, len(area))], "evaluation_office")
}

// streetOffices finds the offices of the streets of a district.
func (a *App) streetOffices(ctx context.Context, tx *db.Tx, district string) ([]string, error) {
	streets, err := a.Region.Children(ctx, district)
	var out []string
	for _, s := range streets {
		id, err := a.unitID(ctx, tx, s.Code, "street_office")
		if err != nil {
			return nil, err
		}
		if id != "" {
			out = append(out, id)
		}
	}
	return out, err
}

func (a *App) unitID(ctx context.Context, tx *db.Tx, area, code string) (string, error) {
	u, err := a.Identity.FindUnitTx(ctx, tx, area, code)
	var e *errs.Error
	if errors.As(err, &e) && e.Kind == errs.KindNotFound {
		return "", nil
	}
	return u.ID, err
}
