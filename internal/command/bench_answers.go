package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/survey"
	"yiwang/migrations"
)

// Sizes of the first waves of Gulou (2020).
const (
	gulouTargeted = 8020
	gulouOnline   = 27429
	gulouStreets  = 13
)

type benchAnswersCmd struct{}

// Run imports a wave of the size of Gulou's from CSV into an empty SQLite database and scores it.
func (c benchAnswersCmd) Run(ctx context.Context, s *Streams) (err error) {
	dir, err := os.MkdirTemp("", "yiwang-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + filepath.Join(dir, "answers.db")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		return err
	}
	ctx = auth.System(ctx, "bench")
	b, err := newAnswerBench(ctx, d)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		what  string
		bound time.Duration
		do    func(context.Context) error
	}{
		{fmt.Sprintf("import of %d answers from CSV", gulouOnline), 3 * time.Second, func(ctx context.Context) error { return b.load(ctx, "线上", gulouOnline) }},
		{fmt.Sprintf("import of %d answers from CSV", gulouTargeted), 3 * time.Second, func(ctx context.Context) error { return b.load(ctx, "定向", gulouTargeted) }},
		{fmt.Sprintf("scoring of %d answers", gulouOnline+gulouTargeted), 500 * time.Millisecond, b.score},
	} {
		from := clock.System.Now()
		if err := step.do(ctx); err != nil {
			return err
		}
		took := clock.System.Now().Sub(from)
		if _, err := fmt.Fprintf(s.Out, "%-52s %9d ms   bound %d ms\n", step.what, took.Milliseconds(), step.bound.Milliseconds()); err != nil {
			return err
		}
	}
	return nil
}

// answerBench is a district with a wave in fieldwork.
type answerBench struct {
	surveys    *survey.Service
	appraisals *appraisal.Service
	wave       *survey.Wave
}

func newAnswerBench(ctx context.Context, d *db.DB) (*answerBench, error) {
	regions := region.New(d)
	plots := []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}}
	for i := range gulouStreets {
		plots = append(plots, region.Plot{Code: fmt.Sprintf("320106%03d", i+1), Name: fmt.Sprintf("第%d街道", i+1)})
	}
	b := &answerBench{surveys: survey.New(d, nil, regions, nil, nil)}
	b.appraisals = appraisal.New(d, b.surveys, func(context.Context, *db.Tx, string) (map[string]string, error) { return map[string]string{}, nil }, nil)
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := regions.SaveTx(ctx, tx, plots, time.Time{})
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(b.surveys.Prepare(ctx), b.appraisals.Prepare(ctx)); err != nil {
		return nil, err
	}
	systems, err := b.appraisals.Systems(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := b.appraisals.DraftPlan(ctx, systems[0].Version)
	if err != nil {
		return nil, err
	}
	for _, p := range plots[3:] {
		for i, g := range survey.Groups {
			plan.Strata = append(plan.Strata, survey.Stratum{Street: p.Code, Group: g, Population: []int{15000, 50000, 1200}[i]})
		}
	}
	b.wave, err = b.surveys.CreateWave(ctx, survey.NewWave{Area: "320106", Code: "bench", Name: "bench", Period: "bench", Plan: &plan})
	return b, errors.Join(err, b.advance(ctx, "pilot", "freeze", "open"))
}

func (b *answerBench) advance(ctx context.Context, actions ...string) (err error) {
	for _, a := range actions {
		if b.wave, err = b.surveys.Wave(ctx, b.wave.ID); err == nil {
			b.wave, err = b.surveys.Advance(ctx, b.wave.ID, a, b.wave.Version, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *answerBench) load(ctx context.Context, channel string, n int) error {
	r, err := b.surveys.Import(ctx, b.wave.ID, bytes.NewReader(answerFile(channel, n)), survey.ImportOptions{})
	if err == nil && r.Accepted != n {
		err = fmt.Errorf("%d of %d rows were accepted", r.Accepted, n)
	}
	return err
}

func (b *answerBench) score(ctx context.Context) error {
	if err := b.advance(ctx, "close"); err != nil {
		return err
	}
	_, err := b.appraisals.Score(ctx, b.wave.ID)
	return err
}

// answerFile is a CSV with all seventeen indicators and the overall question answered.
func answerFile(channel string, n int) []byte {
	var b bytes.Buffer
	items := strings.Fields("A1-1 A1-2 A2-1 B1-1 B1-2 B2-1 B2-2 B3-1 B3-2 C1-1 C1-2 C2-1 C2-2 C3-1 D1-1 D1-2 D2-1 Q-ALL")
	fmt.Fprintf(&b, "受访编号,渠道,街道,对象,用时秒,%s\n", strings.Join(items, ","))
	labels := []string{"非常满意", "比较满意", "一般", "不太满意", "很不满意"}
	r := rand.New(rand.NewPCG(2020, 1))
	for i := range n {
		fmt.Fprintf(&b, "%d,%s,第%d街道,%s,%d", i, channel, 1+i%gulouStreets, []string{"中青年", "老年"}[r.IntN(2)], 60+r.IntN(300))
		for range items {
			b.WriteString("," + labels[min(r.IntN(8), 4)])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}
