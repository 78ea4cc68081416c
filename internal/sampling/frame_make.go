package sampling

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// NewFrame is what a frame is made of. Without Blocks a frame of households is made from the register of grids.
type NewFrame struct {
	Area   string
	Kind   FrameKind
	Name   string
	Note   string
	Blocks []NewBlock
}

// MakeFrame is MakeFrameTx in a transaction of its own.
func (s *Service) MakeFrame(ctx context.Context, in NewFrame) (f *Frame, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		f, err = s.MakeFrameTx(ctx, tx, in)
		return err
	})
	return f, err
}

// MakeFrameTx stores a frame, open. Addresses are sealed; of each member a keyed digest is kept beside, by which it is known again
// in later frames. Needs PermManage in the area. Invalid when a block lies outside the area or is no community or grid, or an
// address is listed twice.
func (s *Service) MakeFrameTx(ctx context.Context, tx *db.Tx, in NewFrame) (*Frame, error) {
	if err := auth.RequireArea(ctx, PermManage, in.Area); err != nil {
		return nil, err
	}
	f := &Frame{ID: db.NewID(tx), Area: in.Area, Kind: in.Kind, Name: strings.TrimSpace(in.Name), Source: FromFile, State: FrameOpen, Note: in.Note,
		CreatedBy: auth.From(ctx).UserID, CreatedAt: tx.Time(), Version: 1}
	if f.Name == "" || f.Kind != Households && f.Kind != Units {
		return nil, errs.Invalid("sampling.bad_frame", "A frame needs a name and a kind, household or unit.")
	}
	if in.Blocks == nil {
		f.Source = FromRegistry
	}
	blocks, err := s.blocksOf(ctx, f, in.Blocks)
	if err != nil {
		return nil, err
	}
	for i := range blocks {
		f.Members += blocks[i].Size
	}
	f.Blocks = len(blocks)
	if f.Members == 0 {
		return nil, errs.Invalid("sampling.empty_frame", "The frame lists nobody: record the households of the grids, or upload a list.")
	}
	if err := insertFrame(ctx, tx, f, blocks); err != nil {
		return nil, err
	}
	return f, audit.Log(ctx, tx, audit.Entry{Action: "sampling.frame_made", Object: "sampling_frame", ObjectID: f.ID, Area: f.Area,
		Detail: map[string]any{"kind": f.Kind, "source": f.Source, "members": f.Members, "blocks": f.Blocks}})
}

func (s *Service) blocksOf(ctx context.Context, f *Frame, parts []NewBlock) ([]block, error) {
	if f.Source == FromRegistry {
		if f.Kind == Units {
			return nil, errs.Invalid("sampling.bad_frame", "The register holds no list of units; upload one.")
		}
		return s.registered(ctx, f)
	}
	slices.SortFunc(parts, func(a, b NewBlock) int { return cmp.Compare(a.Code, b.Code) })
	blocks := make([]block, 0, len(parts))
	seen := map[memberKey]bool{}
	for i := range parts {
		b, err := s.newBlock(f, &parts[i])
		if err != nil {
			return nil, err
		}
		if i > 0 && parts[i-1].Code == parts[i].Code {
			return nil, errs.Invalid("sampling.bad_frame", "An area is listed twice: "+b.Code+".")
		}
		for k := range b.members {
			if seen[b.members[k].key] {
				return nil, errs.Invalid("sampling.repeated_address", fmt.Sprintf("Number %d of area %s stands in the frame twice.", k+1, b.Code))
			}
			seen[b.members[k].key] = true
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

func (s *Service) newBlock(f *Frame, part *NewBlock) (block, error) {
	b := block{FrameID: f.ID, Code: part.Code}
	if err := b.place(f.Area); err != nil {
		return b, err
	}
	b.addresses = make([]Address, len(part.Members))
	b.members = make([]member, len(part.Members))
	for i := range part.Members {
		m := &part.Members[i]
		b.addresses[i] = Address{Text: oneLine(m.Text), Name: oneLine(m.Name)}
		b.members[i] = member{key: s.memberKey(b.Community, b.addresses[i]), elders: persons(m.Elders), adults: persons(m.Adults)}
	}
	return b, b.pack(s.box)
}

// place derives street and community from the code.
func (b *block) place(area string) error {
	level, _, err := region.LevelOf(b.Code)
	if err != nil || level != region.Community && level != region.Grid || !region.Inside(b.Code, area) {
		return errs.Invalid("sampling.bad_area", fmt.Sprintf("%.20q is no community or grid of the district.", b.Code))
	}
	b.Community, b.Street = b.Code[:12], b.Code[:9]
	return nil
}

func persons(n int) byte {
	if n < 0 || n > maxPersons {
		return unknownPersons
	}
	return byte(n)
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

// memberKey knows a household or unit again in another frame: the same community and address, however spaced and wide the
// signs are. Hyphens count, as 3-2 is not 32.
func (s *Service) memberKey(community string, a Address) memberKey {
	text := strings.ToUpper(width.Fold.String(strings.ReplaceAll(a.Text+"\n"+a.Name, " ", "")))
	return s.key(community + "\n" + text)
}

func (s *Service) key(text string) (key memberKey) {
	sum := sha256.Sum256([]byte(text))
	digest, err := base64.RawURLEncoding.DecodeString(s.box.BlindIndex("frame.member", hex.EncodeToString(sum[:])))
	if err != nil {
		panic("sampling: a blind index is base64: " + err.Error())
	}
	copy(key[:], digest)
	return key
}

// registered makes blocks from the composite grids of the area, or from communities that have no grids but a number of households.
func (s *Service) registered(ctx context.Context, f *Frame) ([]block, error) {
	areas, _, err := s.regions.List(ctx, region.Filter{Within: f.Area})
	if err != nil {
		return nil, err
	}
	gridded := map[string]bool{}
	for i := range areas {
		if areas[i].Kind == region.Composite && areas[i].Households > 0 {
			gridded[areas[i].ParentCode] = true
		}
	}
	var blocks []block
	for i := range areas {
		a := &areas[i]
		if a.Households < 1 || a.Kind != region.Composite && (a.Level != region.Community || gridded[a.Code]) {
			continue
		}
		b := block{FrameID: f.ID, Code: a.Code, members: make([]member, a.Households)}
		if err := b.place(f.Area); err != nil {
			return nil, err
		}
		for k := range b.members {
			b.members[k] = member{key: s.key(fmt.Sprintf("%s#%d", a.Code, k+1)), elders: unknownPersons, adults: unknownPersons}
		}
		if err := b.pack(s.box); err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// CloseFrame ends the making of a frame: it gets its hash and never changes again. Needs PermManage; Conflict when it is not
// open or was changed meanwhile.
func (s *Service) CloseFrame(ctx context.Context, id string, version int) (f *Frame, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		f, err = s.CloseFrameTx(ctx, tx, id, version)
		return err
	})
	return f, err
}

// CloseFrameTx is CloseFrame inside the caller's transaction.
func (s *Service) CloseFrameTx(ctx context.Context, tx *db.Tx, id string, version int) (*Frame, error) {
	f, err := s.changeable(ctx, tx, id, version, FrameOpen)
	if err != nil {
		return nil, err
	}
	blocks, err := db.All[block](ctx, tx, "SELECT code, hash FROM frame_block WHERE frame_id = $1 ORDER BY code", id)
	if err != nil {
		return nil, err
	}
	f.State, f.Hash, f.ClosedAt = FrameClosed, frameHash(f, blocks), clock.Ptr(tx.Now())
	return f, s.saveFrame(ctx, tx, f, "closed")
}

// DropFrame takes a frame out of use and deletes its addresses and digests. Needs PermManage and a reason; Conflict when a draw
// stands on it, because nobody could verify the draw any more.
func (s *Service) DropFrame(ctx context.Context, id string, version int, reason string) (f *Frame, err error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, errs.Invalid("sampling.reason_required", "Say why the frame is dropped.", errs.Field{Location: "body.reason", Message: "required"})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if f, err = s.changeable(ctx, tx, id, version, FrameOpen, FrameClosed); err != nil {
			return err
		}
		used, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM sample_draw WHERE state <> 'abandoned' AND (frame_id = $1 OR unit_frame_id = $1)", id)
		if err != nil {
			return err
		}
		if used > 0 {
			return errs.Conflict("sampling.frame_used", "A sample was sealed or drawn from this frame; it stays, so that the draw can be verified.")
		}
		if _, err := tx.Exec(ctx, "DELETE FROM frame_block WHERE frame_id = $1", id); err != nil {
			return err
		}
		f.State, f.Note = FrameDropped, reason
		return s.saveFrame(ctx, tx, f, "dropped")
	})
	return f, err
}

func (s *Service) changeable(ctx context.Context, tx *db.Tx, id string, version int, states ...FrameState) (*Frame, error) {
	f, err := findFrame(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, f.Area); err != nil {
		return nil, err
	}
	if f.Version != version || !slices.Contains(states, f.State) {
		return nil, errs.Conflict("sampling.frame_changed", "The frame was changed meanwhile; look at it again.").With(f)
	}
	return f, nil
}

func (s *Service) saveFrame(ctx context.Context, tx *db.Tx, f *Frame, verb string) error {
	if _, err := tx.Exec(ctx, "UPDATE sampling_frame SET state = $1, hash = $2, closed_at = $3, note = $4, version = version + 1 WHERE id = $5", f.State, f.Hash, f.ClosedAt, f.Note, f.ID); err != nil {
		return err
	}
	f.Version++
	return audit.Log(ctx, tx, audit.Entry{Action: "sampling.frame_" + verb, Object: "sampling_frame", ObjectID: f.ID, Area: f.Area,
		Detail: map[string]any{"hash": f.Hash, "members": f.Members}})
}
