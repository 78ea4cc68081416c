package sampling_test

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
)

// house is a district with a service for samples.
type house struct {
	*surveytest.District
	samples *sampling.Service
}

func newHouse(t testing.TB, d *db.DB, streets int) *house {
	t.Helper()
	x := surveytest.New(t, d, streets)
	keys, err := crypto.NewKeys(crypto.AES)
	check(t, err)
	box, err := crypto.NewBox(keys)
	check(t, err)
	return &house{District: x, samples: sampling.New(d, x.Surveys, x.Regions, box)}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lead is a person who may do everything in the district.
func lead() context.Context {
	return surveytest.As(surveytest.Area, append(sampling.Permissions(), append(survey.Permissions(), "fieldwork.manage")...)...)
}

// blocks lists n households in each of the three communities of every street: the first of three has one elder, all two adults.
func (x *house) blocks(n int) (blocks []sampling.NewBlock) {
	for s := 1; s <= x.Streets; s++ {
		for c := 1; c <= 3; c++ {
			b := sampling.NewBlock{Code: surveytest.Community(s, c)}
			for i := range n {
				m := sampling.NewMember{Address: sampling.Address{Text: fmt.Sprintf("桂香苑%d幢%d室", i/50+1, i%50+101)}, Adults: 2}
				if i%3 == 0 {
					m.Elders = 1
				}
				b.Members = append(b.Members, m)
			}
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// unitBlocks lists n units in each community, one in ten of the second size class.
func (x *house) unitBlocks(n int) (blocks []sampling.NewBlock) {
	for s := 1; s <= x.Streets; s++ {
		for c := 1; c <= 3; c++ {
			b := sampling.NewBlock{Code: surveytest.Community(s, c)}
			for i := range n {
				class := 1
				if i%10 == 0 {
					class = 2
				}
				b.Members = append(b.Members, sampling.NewMember{Address: sampling.Address{Text: fmt.Sprintf("%d号", i+1), Name: fmt.Sprintf("第%d小店", i+1)}, Elders: class})
			}
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// frame makes and closes a frame.
func (x *house) frame(t testing.TB, kind sampling.FrameKind, blocks []sampling.NewBlock) *sampling.Frame {
	t.Helper()
	f, err := x.samples.MakeFrame(x.Ctx, sampling.NewFrame{Area: surveytest.Area, Kind: kind, Name: "名册", Blocks: blocks})
	check(t, err)
	f, err = x.samples.CloseFrame(x.Ctx, f.ID, f.Version)
	check(t, err)
	return f
}

// sealed opens a wave as draft and seals a design in it, with a seed that tests share.
func (x *house) sealed(t testing.TB, code string, design survey.SamplingDesign, seed string) *survey.Wave {
	t.Helper()
	plan := x.Plan(t)
	if design.Cluster != survey.ClusterNone {
		plan.Weighting = &survey.Weighting{Base: "design", Cluster: "community"}
	}
	w := x.Wave(t, code, plan, survey.Draft)
	check(t, x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		_, err := x.samples.SealTx(x.Ctx, tx, w.ID, w.Version, design, "", seed)
		return err
	}))
	w, err := x.Surveys.Wave(x.Ctx, w.ID)
	check(t, err)
	return w
}

// drawn seals, freezes and draws.
func (x *house) drawn(t testing.TB, code string, design survey.SamplingDesign, seed string) (*survey.Wave, *sampling.Draw) {
	t.Helper()
	w := x.sealed(t, code, design, seed)
	w = x.Advance(t, x.Advance(t, w, "pilot"), "freeze")
	d, err := x.samples.Perform(x.Ctx, w.ID, "")
	check(t, err)
	return w, d
}

// list reads the invitations of a wave.
func (x *house) list(t testing.TB, f sampling.Filter) (list []sampling.Invitation) {
	t.Helper()
	check(t, x.DB.Read(x.Ctx, func(tx *db.Tx) (err error) {
		list, err = x.samples.ListTx(x.Ctx, tx, f)
		return err
	}))
	return list
}

func design(household, unit *sampling.Frame, sizes map[survey.Group]int) survey.SamplingDesign {
	d := *survey.DefaultSampling(sizes)
	d.FrameID = household.ID
	if unit != nil {
		d.UnitFrameID = unit.ID
	}
	return d
}

func nobody() context.Context { return auth.With(context.Background(), nil) }
