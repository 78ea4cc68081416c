package sampling

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// ListedInvitation is an invitation with the names of its areas.
type ListedInvitation struct {
	Invitation
	StreetName    string `json:"street_name"`
	CommunityName string `json:"community_name"`
}

// Invitations pages through the list of a wave. Same rights as ListTx.
func (s *Service) Invitations(ctx context.Context, f Filter, cursor string, limit int) (page httpx.Page[ListedInvitation], err error) {
	after, err := httpx.DecodeCursor(cursor, 1)
	if err != nil {
		return page, err
	}
	f.After, _ = strconv.Atoi(after[0]) // no cursor and a foreign one begin at the top
	f.Limit = limit + 1
	var list []Invitation
	total := 0
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if list, err = s.ListTx(ctx, tx, f); err != nil {
			return err
		}
		where, args := f.where()
		total, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM invitation i WHERE "+where, args...)
		return err
	})
	if err != nil {
		return page, err
	}
	rows := make([]ListedInvitation, len(list))
	for i := range list {
		rows[i].Invitation = list[i]
		if rows[i].StreetName, err = s.areaName(ctx, list[i].Street); err != nil {
			return page, err
		}
		if rows[i].CommunityName, err = s.areaName(ctx, list[i].Community); err != nil {
			return page, err
		}
	}
	return httpx.Cut(rows, limit, total, func(r *ListedInvitation) string { return httpx.EncodeCursor(strconv.Itoa(r.Place)) }), nil
}

// where is the condition of a filter without its page.
func (f *Filter) where() (string, []any) {
	args := []any{f.WaveID}
	parts := []string{"i.wave_id = $1"}
	for _, c := range []struct{ column, value string }{{"i.street", f.Street}, {"i.community", f.Community}, {"i.grp", string(f.Group)}, {"i.state", string(f.State)}} {
		if c.value != "" {
			args = append(args, c.value)
			parts = append(parts, fmt.Sprintf("%s = $%d", c.column, len(args)))
		}
	}
	if len(f.IDs) > 0 {
		parts = append(parts, "i.id IN ("+placeholders(&args, f.IDs)+")")
	}
	return strings.Join(parts, " AND "), args
}

// ReleaseReserve is ReleaseReserveTx in a transaction of its own.
func (s *Service) ReleaseReserve(ctx context.Context, id, reason string) (inv *Invitation, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		inv, err = s.ReleaseReserveTx(ctx, tx, id, reason)
		return err
	})
	return inv, err
}
