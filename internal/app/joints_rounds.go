package app

import (
	"context"
	"io"

	"yiwang/internal/cases"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/rounds"
)

// deeds lets rounds tell what an officer did with cases.
type deeds struct{ cases *cases.Service }

func (d deeds) DeedsTx(ctx context.Context, tx *db.Tx, officer string, from, to clock.Time) ([]rounds.Deed, error) {
	list, err := d.cases.DeedsTx(ctx, tx, officer, from, to)
	out := make([]rounds.Deed, len(list))
	for i := range list {
		x := &list[i]
		out[i] = rounds.Deed{At: x.At, CaseID: x.CaseID, Number: x.Number, Title: x.Title, Action: x.Action, State: string(x.State)}
		if x.Lat != nil && x.Lon != nil {
			lat, lon := float64(*x.Lat)/1e7, float64(*x.Lon)/1e7
			out[i].Lat, out[i].Lon = &lat, &lon
		}
	}
	return out, err
}

// placePhotos keeps pictures of places in the blob store, without their metadata.
type placePhotos struct{ store blob.Store }

func (p placePhotos) Put(ctx context.Context, r io.Reader) (ref, mediaType string, err error) {
	f, _, err := blob.Ingest(ctx, p.store, r, rounds.PhotoRules)
	return f.Key, string(f.Type), err
}

func (p placePhotos) Open(ctx context.Context, ref string) (io.ReadCloser, error) {
	return p.store.Open(ctx, ref)
}
