package sampling_test

import (
	"fmt"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// bigHouse is a district of thirteen streets with 400,000 households in 39 communities.
func bigHouse(b *testing.B) (*house, []sampling.NewBlock) {
	b.Helper()
	x := newHouse(b, testkit.SQLite(b), 13)
	return x, x.blocks(400_000 / 39)
}

func BenchmarkMakeFrame_400000Households(b *testing.B) {
	x, blocks := bigHouse(b)
	for b.Loop() {
		if _, err := x.samples.MakeFrame(x.Ctx, sampling.NewFrame{Area: surveytest.Area, Kind: sampling.Households, Name: "大", Blocks: blocks}); err != nil {
			b.Fatal(err)
		}
	}
}

// One draw of 8,020 households out of 400,000 with as many that rest, and the proof that it can be repeated.
func BenchmarkDraw_8020Of400000Households(b *testing.B) {
	x, blocks := bigHouse(b)
	f, err := x.samples.MakeFrame(x.Ctx, sampling.NewFrame{Area: surveytest.Area, Kind: sampling.Households, Name: "大", Blocks: blocks})
	if err == nil {
		f, err = x.samples.CloseFrame(x.Ctx, f.ID, f.Version)
	}
	if err != nil {
		b.Fatal(err)
	}
	var waves []*survey.Wave
	draw := func(i int) {
		plan := *survey.DefaultSampling(map[survey.Group]int{survey.Elder: 3208, survey.Adult: 4812})
		plan.FrameID = f.ID
		w, err := x.Surveys.CreateWave(x.Ctx, survey.NewWave{Area: surveytest.Area, Code: fmt.Sprint("w", i), Name: "w", Period: "p", Plan: planOf(b, x)})
		if err == nil {
			err = x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
				_, err := x.samples.SealTx(x.Ctx, tx, w.ID, w.Version, plan, "", fmt.Sprint(i))
				return err
			})
		}
		for _, action := range []string{"pilot", "freeze"} {
			if err == nil {
				w, err = x.Surveys.Wave(x.Ctx, w.ID)
			}
			if err == nil {
				w, err = x.Surveys.Advance(x.Ctx, w.ID, action, w.Version, "")
			}
		}
		if err != nil {
			b.Fatal(err)
		}
		waves = append(waves, w)
	}
	draw(0)
	if _, err := x.samples.Perform(x.Ctx, waves[0].ID, ""); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		b.StopTimer()
		i++
		draw(i)
		b.StartTimer()
		if _, err := x.samples.Perform(x.Ctx, waves[i].ID, ""); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	v, err := x.samples.Verify(x.Ctx, waves[0].ID)
	if err != nil || !v.Good {
		b.Fatal(v, err)
	}
}

func planOf(b *testing.B, x *house) *survey.Plan {
	b.Helper()
	p := x.Plan(b)
	return &p
}
