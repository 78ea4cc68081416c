package sampling

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// AddressesTx returns the addresses of invitations, by id. Needs PermManage or fieldwork.manage in their streets, or
// fieldwork.collect there: the module that calls for somebody who collects has checked that these are assigned to them, and
// whoever shows addresses puts that into the audit trail. At most 20,000 at once.
func (s *Service) AddressesTx(ctx context.Context, tx *db.Tx, ids []string) (map[string]Address, error) {
	out := make(map[string]Address, len(ids))
	for start := 0; start < len(ids); start += 500 {
		var args []any
		list, err := db.All[Invitation](ctx, tx, "SELECT "+invitationColumns+" FROM invitation i WHERE i.id IN ("+placeholders(&args, ids[start:min(start+500, len(ids))])+")", args...)
		if err != nil {
			return nil, err
		}
		if err := s.openAddresses(ctx, tx, list, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) openAddresses(ctx context.Context, tx *db.Tx, list []Invitation, out map[string]Address) error {
	type place struct{ frame, block string }
	allowed, wanted := map[string]bool{}, map[place][]*Invitation{}
	for i := range list {
		inv := &list[i]
		if !allowed[inv.Street] {
			if err := mayOpen(ctx, inv.Street); err != nil {
				return err
			}
			allowed[inv.Street] = true
		}
		p := place{inv.FrameID, inv.Block}
		wanted[p] = append(wanted[p], inv)
	}
	for p, drawn := range wanted {
		b, err := db.Get[block](ctx, tx, "SELECT "+blockColumns+" FROM frame_block WHERE frame_id = $1 AND code = $2", p.frame, p.block)
		if err != nil {
			return fmt.Errorf("area %s of frame %s: %w", p.block, p.frame, err)
		}
		if err := b.unpack(s.box); err != nil {
			return fmt.Errorf("frame %s: %w", p.frame, err)
		}
		for _, inv := range drawn {
			if out[inv.ID], err = s.address(ctx, &b, inv.Member); err != nil {
				return err
			}
		}
	}
	return nil
}

// address returns the address of a member. A frame made from the register of grids knows how many households a grid has, not where
// they are: the officer of the grid counts them off.
func (s *Service) address(ctx context.Context, b *block, at int) (Address, error) {
	if len(b.addresses) > 0 {
		return b.addresses[at], nil
	}
	path, err := s.regions.PathAt(ctx, b.Code, time.Time{})
	if err != nil {
		return Address{}, err
	}
	var names []string
	for i := range path {
		if len(path[i].Code) > 6 {
			names = append(names, path[i].Name)
		}
	}
	return Address{Text: fmt.Sprintf("%s 第%d户", strings.Join(names, " "), at+1)}, nil
}

func mayOpen(ctx context.Context, street string) (err error) {
	for _, permission := range []string{PermManage, permFieldwork, permCollect} {
		if err = auth.RequireArea(ctx, permission, street); err == nil {
			return nil
		}
	}
	if errs.KindOf(err) == errs.KindForbidden {
		return errs.Forbidden("sampling.addresses_closed", "Drawn addresses are shown to whoever prints letters or visits them only.")
	}
	return err
}
