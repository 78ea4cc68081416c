package demo

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
	"yiwang/internal/testkit"
)

func TestLoad_GulouHasTheSizesOfTheCaseStudyAndIsAlive(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: the whole district takes half a minute")
	}
	start := time.Now()
	h, s := load(t, testkit.SQLite(t), "gulou", 2026)
	took := time.Since(start)
	t.Logf("gulou loaded in %v (wanted: below 60 s)", took.Round(100*time.Millisecond))
	if s.Streets != 13 || s.Communities != 123 || s.Composite != 991 || s.Dedicated != 605 || s.Police != 125 {
		t.Errorf("got %+v", s)
	}
	for _, w := range s.Waves[:2] {
		if w.Targeted != 8020 || w.Online != 27429 || w.Comments != 3600 || w.Issues < 800 || w.Issues > 1150 {
			t.Errorf("got %+v", w)
		}
	}
	checkClean(t, h)
	ctx := auth.System(context.Background(), "test")
	waves, err := h.Survey.Waves(ctx, survey.WaveFilter{})
	must(t, err)
	for i := range waves {
		if waves[i].State == survey.Published {
			checkScores(t, h, ctx, &waves[i])
		}
	}
	checkStates(t, h, ctx)
}

// checkScores wants streets that can be told apart, at heights and with intervals that such surveys have.
func checkScores(t *testing.T, h *house, ctx context.Context, w *survey.Wave) {
	t.Helper()
	res, err := h.Appraisal.PublicResult(ctx, w.ID)
	must(t, err)
	low, high := 100.0, 0.0
	for _, s := range res.Streets {
		if s.Score == nil || s.Low == nil || s.High == nil {
			t.Fatalf("%s has no interval", s.AreaName)
		}
		if *s.Score < 78 || *s.Score > 93 || *s.High-*s.Low < 0.8 || *s.High-*s.Low > 5 {
			t.Errorf("%s %s: %.1f (%.1f–%.1f)", w.Code, s.AreaName, *s.Score, *s.Low, *s.High)
		}
		low, high = min(low, *s.Score), max(high, *s.Score)
	}
	if len(res.Streets) != 13 || high-low < 4 || high-low > 13 {
		t.Errorf("%s: %d streets between %.1f and %.1f", w.Code, len(res.Streets), low, high)
	}
	bias := 0.0
	for _, s := range res.Online {
		bias += *s.Bias / float64(len(res.Online))
	}
	if bias < 1 || bias > 4 {
		t.Errorf("%s: the open link scores %.1f higher", w.Code, bias)
	}
	if v, err := h.Appraisal.Verify(ctx, w.ID); err != nil || !v.SameBytes {
		t.Errorf("%s cannot be computed again: %+v, %v", w.Code, v, err)
	}
	checkTotals(t, w, res.Totals)
}

func checkTotals(t *testing.T, w *survey.Wave, totals []appraisal.Total) {
	t.Helper()
	for _, x := range totals {
		if x.Total == nil || x.Reverse == nil || x.Special == nil {
			t.Errorf("%s %s has no total: both waves are scored after the first batch of items has ended", w.Code, x.AreaName)
		}
	}
}

// checkStates wants items in every state, some overdue, supervised, sent back or passed on.
func checkStates(t *testing.T, h *house, ctx context.Context) {
	t.Helper()
	must(t, h.DB.Read(ctx, func(tx *db.Tx) error {
		for _, state := range rectify.States {
			n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item WHERE state = $1", state)
			if err != nil {
				return err
			}
			// A panel decides within three work days: what was disputed is decided on the day the story ends.
			if n == 0 && state != rectify.Withdrawn && state != rectify.Adjudicating {
				t.Errorf("no item is %s", state)
			}
		}
		if n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_precedent"); err != nil || n == 0 {
			t.Errorf("%d disputes were decided (%v)", n, err)
		}
		for what, query := range map[string]string{
			"overdue":    "SELECT COUNT(*) FROM item WHERE state IN ('issued', 'answered', 'doing') AND due_at < $1",
			"supervised": "SELECT COUNT(*) FROM item WHERE supervised AND created_at < $1",
			"recurring":  "SELECT COUNT(*) FROM item WHERE recurs_of <> '' AND created_at < $1",
			"reworked":   "SELECT COUNT(*) FROM item WHERE reworks > 0 AND created_at < $1",
			"passed on":  "SELECT COUNT(*) FROM item_history WHERE action = 'return' AND at < $1",
			"open":       "SELECT COUNT(*) FROM comment_code WHERE state = 'open' AND day < $1",
		} {
			n, err := db.Get[int](ctx, tx, query, Now.UnixMilli())
			if err != nil {
				return err
			}
			if n < 5 {
				t.Errorf("%d items are %s", n, what)
			}
		}
		return nil
	}))
}
