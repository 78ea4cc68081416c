package demo

import (
	"context"
	"time"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

const (
	doubleCoded  = 40 // comments of a sample, where a wave has that many
	doubleShare  = 0.8
	doubleSlips  = 0.12 // of second codes
	thanksPassed = 6
)

// planReading plans what is done about the quality of the sorting of a finished wave: a sample is coded a second time by
// another person, one difference is settled, one waits; thanks for praise are passed on.
func (l *loader) planReading(r *round, sorted time.Time) {
	if len(r.batches) == 0 {
		return
	}
	l.atWhole(sorted, func(ctx context.Context) error {
		return l.DB.Tx(ctx, func(tx *db.Tx) error {
			return l.codeTwice(ctx, tx, r)
		})
	})
	l.atWhole(sorted.Add(time.Minute), func(ctx context.Context) error { return l.passThanks(l.as(ctx, "lead"), r) })
}

// codeTwice draws a sample and codes most of it; the second coder slips now and then.
func (l *loader) codeTwice(ctx context.Context, tx *db.Tx, r *round) error {
	size := min(doubleCoded, len(r.voices)/2)
	if size < 10 {
		return nil
	}
	sample, err := l.Opinions.DrawTx(l.as(ctx, "lead"), tx, opinion.Sample{WaveID: r.id, Title: "双人编码抽检", Size: size})
	if err != nil {
		return err
	}
	pairs, err := l.Opinions.PairsTx(ctx, tx, sample.ID)
	if err != nil {
		return err
	}
	rnd := l.rand("double " + r.code)
	second := l.as(ctx, "editor")
	for _, p := range pairs[:int(float64(len(pairs))*doubleShare)] {
		code := p.First
		if chance(rnd, doubleSlips) {
			code = p.Proposed
		}
		if chance(rnd, doubleSlips/2) {
			code = "04"
		}
		if code == "" {
			code = p.First
		}
		if err := l.Opinions.CodeSecondTx(second, tx, sample.ID, p.Pos, code); err != nil {
			return err
		}
	}
	return nil
}

// passThanks passes thanks on for the first comments that praise.
func (l *loader) passThanks(ctx context.Context, r *round) error {
	list, err := l.Opinions.PraiseList(ctx, opinion.PraiseFilter{WaveID: r.id}, httpx.PageIn{Limit: thanksPassed})
	for i := 0; err == nil && i < len(list.Items); i++ {
		_, err = l.Opinions.Thank(ctx, list.Items[i].ID, list.Items[i].Target, "")
	}
	return err
}
