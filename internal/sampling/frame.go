package sampling

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"yiwang/internal/platform/clock"
	"yiwang/internal/survey"
)

// FrameKind is what a frame lists.
type FrameKind string

// The kinds of frames.
const (
	Households FrameKind = "household"
	Units      FrameKind = "unit"
)

// Source is where a frame comes from.
type Source string

// The sources of frames.
const (
	FromRegistry Source = "registry" // grids and their numbers of households; addresses are counted off by the officer of the grid
	FromFile     Source = "file"     // one row per household or unit with its address
)

// FrameState is where a frame stands.
type FrameState string

// States of a frame.
const (
	FrameOpen    FrameState = "open"
	FrameClosed  FrameState = "closed"
	FrameDropped FrameState = "dropped"
)

// Frame is a list of everybody who can be drawn.
type Frame struct {
	ID        string      `db:"id" json:"id"`
	Area      string      `db:"area" json:"area"`
	Kind      FrameKind   `db:"kind" json:"kind" enum:"household,unit"`
	Name      string      `db:"name" json:"name"`
	Source    Source      `db:"source" json:"source" enum:"registry,file"`
	State     FrameState  `db:"state" json:"state" enum:"open,closed,dropped"`
	Members   int         `db:"members" json:"members" doc:"households or units"`
	Blocks    int         `db:"blocks" json:"blocks" doc:"communities or grids they lie in"`
	Hash      string      `db:"hash" json:"hash,omitempty" doc:"SHA-256 over all blocks; set when the frame is closed"`
	Note      string      `db:"note" json:"note,omitempty"`
	CreatedBy string      `db:"created_by" json:"-"`
	CreatedAt clock.Time  `db:"created_at" json:"created_at"`
	ClosedAt  *clock.Time `db:"closed_at" json:"closed_at,omitempty"`
	Version   int         `db:"version" json:"version"`
}

// unknownPersons stands for a number of persons that the frame does not know; they may be there, so the household can be drawn.
const unknownPersons = 255

// maxPersons is the most persons of a group that a household of a frame has.
const maxPersons = 50

// NewMember is a household or unit to list.
type NewMember struct {
	Address
	Elders int // persons of 60 and more, -1 when not known; of a unit its size class, 1 to 9
	Adults int // persons of 18 to 59, -1 when not known
}

// NewBlock is the members of one community or grid.
type NewBlock struct {
	Code    string
	Members []NewMember
}

// eligible reports whether the household may belong to the group, and with how many persons (0: not known).
func (m *member) eligible(g survey.Group) (persons int, may bool) {
	n := m.adults
	if g == survey.Elder {
		n = m.elders
	}
	if n == unknownPersons || g == survey.Unit {
		return 0, true
	}
	return int(n), n > 0
}

// frameHash covers the kind and area of a frame and the hash of each block, in the order of their codes.
func frameHash(f *Frame, blocks []block) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%s\n", f.Area, f.Kind)
	for i := range blocks {
		_, _ = fmt.Fprintf(h, "%s %s\n", blocks[i].Code, blocks[i].Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}
