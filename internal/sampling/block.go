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

// member is one household or unit of a block.
type member struct {
	key    memberKey
	elders byte // persons of 60 and more; of a unit its size class
	adults byte // persons of 18 to 59
}

// memberKey is a keyed digest of community and address: the same household has the same one in every frame of the installation,
// and nobody without the key of the installation can tell which address it stands for.
type memberKey [8]byte

// block is the part of a frame in one smallest area.
type block struct {
	FrameID   string `db:"frame_id"`
	Code      string `db:"code"`
	Street    string `db:"street"`
	Community string `db:"community"`
	Size      int    `db:"size"`
	Elders    int    `db:"elders"` // households that may have persons of 60 and more
	Adults    int    `db:"adults"`
	Hash      string `db:"hash"`
	Keys      string `db:"member_keys"` // base64, eight bytes each
	Sealed    string `db:"members"`     // lines of persons and address, packed and sealed; empty for a frame from the register

	members   []member
	addresses []Address
}

// text is what is hashed and sealed: one line per member.
func (b *block) text() []byte {
	var text bytes.Buffer
	for i := range b.addresses {
		fmt.Fprintf(&text, "%d\t%d\t%s\t%s\n", b.members[i].elders, b.members[i].adults, b.addresses[i].Text, b.addresses[i].Name)
	}
	return text.Bytes()
}

// digest is the SHA-256 of a block: area and lines, or the number of members where there are no lines. Whoever has the list
// can compute it without any key.
func (b *block) digest(text []byte) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%s\n%s\n%d\n", b.Code, b.Street, b.Community, b.Size)
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

func (b *block) aad() string { return "frame_block.members." + b.FrameID + "." + b.Code }

// pack counts and hashes the members and writes them into the form that is stored. Sealed one by one, addresses would take
// four times the room.
func (b *block) pack(box *crypto.Box) error {
	b.Size, b.Elders, b.Adults = len(b.members), 0, 0
	keys := make([]byte, 0, 8*len(b.members))
	for i := range b.members {
		m := &b.members[i]
		keys = append(keys, m.key[:]...)
		if m.elders > 0 {
			b.Elders++
		}
		if m.adults > 0 {
			b.Adults++
		}
	}
	b.Keys = base64.StdEncoding.EncodeToString(keys)
	text := b.text()
	b.Hash = b.digest(text)
	if len(text) == 0 {
		return nil
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	b.Sealed = box.Seal(packed.Bytes(), b.aad())
	return nil
}

// unpack reads the members and proves that they are those that were hashed.
func (b *block) unpack(box *crypto.Box) error {
	text, err := b.open(box)
	if err != nil {
		return err
	}
	keys, err := base64.StdEncoding.DecodeString(b.Keys)
	if err != nil || len(keys) != 8*b.Size || b.digest(text) != b.Hash {
		return fmt.Errorf("area %s is not what was hashed", b.Code)
	}
	b.members = make([]member, b.Size)
	for i := range b.members {
		copy(b.members[i].key[:], keys[8*i:])
		b.members[i].elders, b.members[i].adults = unknownPersons, unknownPersons
	}
	if len(text) == 0 {
		return nil
	}
	b.addresses = make([]Address, b.Size)
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if i >= b.Size || !b.read(i, line) {
			return fmt.Errorf("line %d of area %s cannot be read", i+1, b.Code)
		}
	}
	return nil
}

func (b *block) read(i int, line string) bool {
	elders, rest, _ := strings.Cut(line, "\t")
	adults, rest, _ := strings.Cut(rest, "\t")
	text, name, ok := strings.Cut(rest, "\t")
	b.addresses[i] = Address{Text: text, Name: name}
	b.members[i].elders, b.members[i].adults = small(elders), small(adults)
	return ok
}

// small reads a number from 0 to 255 that this package wrote.
func small(digits string) (n byte) {
	for i := range len(digits) {
		n = n*10 + digits[i] - '0'
	}
	return n
}

func (b *block) open(box *crypto.Box) ([]byte, error) {
	if b.Sealed == "" {
		return nil, nil
	}
	packed, err := box.Open(b.Sealed, b.aad())
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", b.Code, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", b.Code, err)
	}
	return io.ReadAll(z)
}
