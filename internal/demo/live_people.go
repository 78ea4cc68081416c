package demo

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"

	"yiwang/internal/identity"
	"yiwang/internal/messages"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// portrayed is how many officers have a portrait; the others are shown by their initial.
const portrayed = 6

// openPolice opens an account for the community police officer of every police grid, gives officers and police telephone numbers that
// nobody has, and the first officers drawn portraits.
func (l *loader) openPolice(ctx context.Context) error {
	r := l.rand("police")
	var police []identity.DemoOfficer
	for i, g := range l.beats {
		police = append(police, identity.DemoOfficer{Username: fmt.Sprintf("police%02d", i+1), Name: pick(r, officerSurnames) + pick(r, officerGiven), Title: g.Name + "社区民警",
			Community: g.Code[:9], Role: "community_police", Unit: "police_station", Areas: []string{g.Code}})
	}
	err := l.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := l.Identity.EnsureDemoOfficers(ctx, tx, police); err != nil {
			return err
		}
		var numbers []messages.Number
		for i := range l.corps {
			o := &l.corps[i]
			numbers = append(numbers, messages.Number{UserID: o.ID, UnitID: l.units[o.Community+".community_committee"].ID, AreaCode: region.ParentOf(o.Areas[0]), Phone: fmt.Sprintf("1390000%04d", i+1)})
		}
		for i := range police {
			numbers = append(numbers, messages.Number{UserID: police[i].ID, UnitID: l.units[police[i].Community+".police_station"].ID, AreaCode: police[i].Community, Phone: fmt.Sprintf("1380000%04d", i+1)})
		}
		return l.Messages.RestoreTx(ctx, tx, numbers)
	})
	if err != nil {
		return err
	}
	for i := 0; i < len(l.corps) && i < 2*portrayed; i += 2 {
		face, err := drawFace(rand.New(rand.NewPCG(l.seed, uint64(i)+71)))
		if err != nil {
			return err
		}
		if _, err := l.Identity.SetPortrait(ctx, l.corps[i].ID, bytes.NewReader(face)); err != nil {
			return err
		}
	}
	return nil
}

// drawFace draws a head without features before a plain ground: nobody's portrait.
func drawFace(r *rand.Rand) ([]byte, error) {
	c := newCanvas(r)
	ground := []uint32{0xc9d8ea, 0xd5e3d0, 0xe6d8c8, 0xd9d3e6}[r.IntN(4)]
	coat := []uint32{0x2f4a72, 0x39424e, 0x3c6250, 0x6a3f3f}[r.IntN(4)]
	hair := []uint32{0x1f1d1c, 0x2d2622, 0x4a4643}[r.IntN(3)]
	skin := []uint32{0xe3b899, 0xd9a988, 0xecc7ab}[r.IntN(3)]
	c.rect(0, 0, wide, high, ground)
	c.disc(200, 300, 118, 96, coat)
	c.poly(0xf3f4f6, 172, 214, 228, 214, 200, 262)
	c.rect(178, 176, 44, 44, skin)
	if r.IntN(2) == 0 {
		c.disc(200, 128, 72, 78, hair)
		c.rect(132, 126, 26, 70, hair)
		c.rect(242, 126, 26, 70, hair)
	} else {
		c.disc(200, 112, 62, 60, hair)
	}
	c.disc(200, 138, 54, 64, skin)
	c.disc(200, 86, 52, 22, hair)
	return c.jpeg()
}
