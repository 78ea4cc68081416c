package sampling

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"yiwang/internal/platform/crypto"
)

// memberSize is the bytes of one member in a block: eight of its digest, one each for its elders and its younger adults (of a
// unit: its size class and nothing).
const memberSize = 10

// member is one household or unit of a block.
type member struct {
	key    [8]byte // keyed digest of area and address: the same household has the same one in every frame of the installation
	elders byte    // persons of 60 and more; of a unit its size class
	adults byte    // persons of 18 to 59
}

// block is the part of a frame in one smallest area.
type block struct {
	FrameID   string `db:"frame_id"`
	Code      string `db:"code"`
	Street    string `db:"street"`
	Community string `db:"community"`
	Size      int    `db:"size"`
	Elders    int    `db:"elders"`
	Adults    int    `db:"adults"`
	Hash      string `db:"hash"`
	Packed    string `db:"members"`
	Sealed    string `db:"addresses"`

	members []member
}

// pack writes members into the form that is stored, counts them and hashes the block. The hash covers what a draw reads, not
// the addresses: whoever checks a draw needs no address.
func (b *block) pack() {
	raw := make([]byte, 0, len(b.members)*memberSize)
	b.Elders, b.Adults, b.Size = 0, 0, len(b.members)
	for i := range b.members {
		m := &b.members[i]
		raw = append(append(raw, m.key[:]...), m.elders, m.adults)
		if m.elders > 0 {
			b.Elders++
		}
		if m.adults > 0 {
			b.Adults++
		}
	}
	b.Packed = base64.StdEncoding.EncodeToString(raw)
	b.Hash = b.digest(raw)
}

func (b *block) digest(raw []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%d\n", b.Code, b.Street, b.Community, b.Size)
	h.Write(raw)
	return hex.EncodeToString(h.Sum(nil))
}

// unpack reads the members and proves that they are those that were hashed.
func (b *block) unpack() error {
	raw, err := base64.StdEncoding.DecodeString(b.Packed)
	if err != nil || len(raw) != b.Size*memberSize || b.digest(raw) != b.Hash {
		return fmt.Errorf("block %s of frame %s is not what was hashed", b.Code, b.FrameID)
	}
	b.members = make([]member, b.Size)
	for i := range b.members {
		part := raw[i*memberSize:]
		copy(b.members[i].key[:], part)
		b.members[i].elders, b.members[i].adults = part[8], part[9]
	}
	return nil
}

func (b *block) aad() string { return "frame_block.addresses." + b.FrameID + "." + b.Code }

// seal encrypts the addresses of the members, in their order, packed together: alone they would take four times the room.
func (b *block) seal(box *crypto.Box, list []Address) error {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	for i := range list {
		if _, err := fmt.Fprintf(z, "%s\t%s\n", list[i].Text, list[i].Name); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	b.Sealed = box.Seal(packed.Bytes(), b.aad())
	return nil
}

// open returns the addresses of the members; none for a frame made from the register of grids, which holds counts only.
func (b *block) open(box *crypto.Box) ([]Address, error) {
	if b.Sealed == "" {
		return nil, nil
	}
	packed, err := box.Open(b.Sealed, b.aad())
	if err != nil {
		return nil, fmt.Errorf("addresses of block %s: %w", b.Code, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != b.Size {
		return nil, fmt.Errorf("block %s has %d addresses for %d members", b.Code, len(lines), b.Size)
	}
	list := make([]Address, len(lines))
	for i, line := range lines {
		list[i].Text, list[i].Name, _ = strings.Cut(line, "\t")
	}
	return list, nil
}
