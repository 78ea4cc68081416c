package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// answering is the share of the drawn who are expected to answer; so many more are drawn.
const answering = 0.65

// framesMade is when the lists of households and units are made, before the first wave is sealed.
var framesMade = day(9, 12, 2025)

// frames are the lists that all waves are drawn from.
type frames struct{ households, units string }

// planFrames lets the lists of the district be made and closed.
func (l *loader) planFrames() {
	l.at(l.moved(framesMade), func(ctx context.Context, tx *db.Tx) error {
		households, err := l.listHouseholds(ctx)
		if err != nil {
			return err
		}
		for _, of := range []struct {
			kind   sampling.FrameKind
			name   string
			blocks []sampling.NewBlock
			id     *string
		}{{sampling.Households, "2025年住户名册", households, &l.frames.households}, {sampling.Units, "2025年单位名册", l.listUnits(), &l.frames.units}} {
			f, err := l.Sampling.MakeFrameTx(l.as(ctx, "lead"), tx, sampling.NewFrame{Area: gulou, Kind: of.kind, Name: of.name, Note: "演示名册，地址均为虚构", Blocks: of.blocks})
			if err != nil {
				return err
			}
			if _, err := l.Sampling.CloseFrameTx(l.as(ctx, "lead"), tx, f.ID, f.Version); err != nil {
				return err
			}
			*of.id = f.ID
		}
		return nil
	})
}

// planSample lets the sample of a wave be sealed before its plan is frozen and drawn after. The seed follows from that of the
// demonstration, so that the same list is drawn each time; a real one is random and nobody's choice.
func (l *loader) planSample(r *round) {
	l.at(r.created.Add(24*time.Hour), func(ctx context.Context, tx *db.Tx) error {
		w, err := l.Survey.WaveTx(ctx, tx, r.id)
		if err != nil {
			return err
		}
		design := *survey.DefaultSampling(l.sampleSizes())
		design.FrameID, design.UnitFrameID, design.Reserve = l.frames.households, l.frames.units, 0.3
		sum := sha256.Sum256(fmt.Appendf(nil, "demonstration %d %s", l.seed, r.code))
		_, err = l.Sampling.SealTx(ctx, tx, r.id, w.Version, design, "", hex.EncodeToString(sum[:]))
		return err
	})
	l.at(later(r.opened.AddDate(0, 0, -3), r.frozen.Add(3*time.Hour)), func(ctx context.Context, tx *db.Tx) error {
		order := sampling.LetterOrder{Wording: sampling.Wording{Office: "区考评办公室"}, Base: "https://cp.example.gov.cn", Format: sampling.LettersTable}
		_, err := l.Sampling.LettersTx(l.as(ctx, "lead"), tx, r.id, order, io.Discard)
		return err
	})
	l.at(r.frozen.Add(2*time.Hour), func(ctx context.Context, tx *db.Tx) error {
		_, err := l.Sampling.PerformTx(l.as(ctx, "lead"), tx, r.id, "")
		return err
	})
}

// sampleSizes are the households and units to draw: as answers are planned, more by those who do not answer.
func (l *loader) sampleSizes() map[survey.Group]int {
	all := int(math.Round(float64(l.scale.targeted) / answering))
	elder, unit := all*40/100, all*12/100
	return map[survey.Group]int{survey.Elder: elder, survey.Adult: all - elder - unit, survey.Unit: unit}
}

// listHouseholds invents the addresses of every composite grid: buildings of three entrances with six floors of two flats.
func (l *loader) listHouseholds(ctx context.Context) ([]sampling.NewBlock, error) {
	grids, _, err := l.Region.List(ctx, region.Filter{Within: gulou, Kind: region.Composite})
	if err != nil {
		return nil, err
	}
	chances, built := l.rand("frame"), map[string]int{}
	blocks := make([]sampling.NewBlock, 0, len(grids))
	for i := range grids {
		c := l.ground.communities[grids[i].ParentCode]
		if c == nil || grids[i].Households == 0 {
			continue
		}
		estate := c.estates[i%len(c.estates)]
		block := sampling.NewBlock{Code: grids[i].Code, Members: make([]sampling.NewMember, grids[i].Households)}
		for k := range block.Members {
			n := built[c.code+estate]
			built[c.code+estate]++
			m := &block.Members[k]
			m.Text = fmt.Sprintf("%s%d幢%d单元%d0%d室", estate, n/36+1, n%36/12+1, n%12/2+1, n%2+1)
			m.Elders, m.Adults = family(chances)
		}
		blocks = append(blocks, block)
	}
	return blocks, nil
}

// family is how many of 60 and more, and of 18 to 59, live in a household; never nobody.
func family(r *rand.Rand) (elders, adults int) {
	switch x := r.Float64(); {
	case x < 0.22:
		elders = 1
	case x < 0.42:
		elders = 2
	}
	if elders > 0 && chance(r, 0.45) {
		return elders, 0
	}
	return elders, 1 + min(r.IntN(3), r.IntN(3))
}

// trades are what small units do, by size class.
var trades = map[int][]string{
	1: {"便利店", "水果店", "理发店", "面馆", "早点铺", "裁缝店", "维修部", "文具店", "花店", "药店"},
	2: {"幼儿园", "诊所", "物业服务处", "培训中心", "菜市场", "健身馆"},
	3: {"小学", "中学", "医院", "商场", "设计院", "集团公司"},
}

// listUnits invents the units of every community: nine in ten are small.
func (l *loader) listUnits() (blocks []sampling.NewBlock) {
	r := l.rand("units")
	for _, s := range l.ground.streets {
		for _, c := range s.communities {
			block := sampling.NewBlock{Code: c.code}
			for k := range int(math.Round(float64(c.households) * 0.072)) {
				class := 1
				switch x := r.Float64(); {
				case x < 0.012:
					class = 3
				case x < 0.1:
					class = 2
				}
				m := sampling.NewMember{Elders: class}
				m.Name = fmt.Sprintf("%s第%d%s", baseName(c.name), k+1, pick(r, trades[class]))
				m.Text = fmt.Sprintf("%s%d号门面", pick(r, c.estates), k+1)
				block.Members = append(block.Members, m)
			}
			if len(block.Members) > 0 {
				blocks = append(blocks, block)
			}
		}
	}
	return blocks
}
