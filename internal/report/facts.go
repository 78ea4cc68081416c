package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/appraisal"
	"yiwang/internal/fieldwork"
	"yiwang/internal/integrity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
	"yiwang/internal/results"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// facts is everything a report is written from, read once.
type facts struct {
	wave    *survey.Wave
	plan    *survey.Plan
	run     *appraisal.Run
	result  *appraisal.Result
	forms   map[survey.Group]*survey.Form
	counts  []survey.Progress
	streets []string // codes in the order of the plan
	loop    *rectify.Loop
	fields  []rectify.Line
	notice  string
	at      clock.Time

	draw    *sampling.PublicDraw
	rates   *fieldwork.RateReport
	checks  *integrity.Overview
	settled *results.Settlement

	progress    *appraisal.Progress
	drivers     *appraisal.Drivers
	costs       *appraisal.Costs
	scales      *appraisal.Reliability
	nps         []appraisal.Recommendation
	without     *appraisal.Sensitivity
	communities *appraisal.Communities
}

// gather reads what a report needs with the rights of the caller; a part that the caller may not see stays empty, so the report leaves its
// section out.
func (s *Service) gather(ctx context.Context, waveID string) (*facts, error) {
	run, err := s.scores.Result(ctx, waveID)
	if err != nil {
		return nil, err
	}
	f := &facts{run: run, result: &run.Result.V, notice: s.notice}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		f.at = tx.Time()
		if f.wave, err = s.surveys.WaveTx(ctx, tx, waveID); err != nil {
			return err
		}
		f.forms, err = s.surveys.FormsTx(ctx, tx, f.wave)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.plan = &f.wave.Plan.V
	f.streets = f.plan.Streets()
	if f.counts, err = s.surveys.Progress(ctx, waveID); err != nil {
		return nil, err
	}
	if err := s.gatherMore(ctx, f); err != nil {
		return nil, err
	}
	return f, s.gatherAnalysis(ctx, f)
}

// optional runs the reading of a part; a part that is not there, or not for the caller, stays empty.
func optional(err error) error {
	switch errs.KindOf(err) {
	case errs.KindForbidden, errs.KindNotFound, errs.KindInvalid, errs.KindConflict:
		return nil
	}
	return err
}

// gatherMore reads what the other modules know about the wave.
func (s *Service) gatherMore(ctx context.Context, f *facts) (err error) {
	id := f.wave.ID
	if s.from.Reverse != nil {
		if f.loop, err = s.from.Reverse.Loop(ctx, id); err == nil {
			f.fields, err = s.from.Reverse.Summary(ctx, rectify.SummaryQuery{WaveID: id, By: "field"})
		}
		if err = optional(err); err != nil {
			return err
		}
	}
	if s.from.Sampling != nil {
		if f.draw, err = s.from.Sampling.Published(ctx, id); optional(err) != nil {
			return err
		}
	}
	if s.from.Fieldwork != nil {
		if f.rates, err = s.from.Fieldwork.Rates(ctx, id); optional(err) != nil {
			return err
		}
	}
	if s.from.Integrity != nil {
		if f.checks, err = s.from.Integrity.Overview(ctx, id); optional(err) != nil {
			return err
		}
	}
	f.settled, err = s.settlement(ctx, f.wave)
	return err
}

// settlement returns the signed use of the results of the wave's year, nil where there is none.
func (s *Service) settlement(ctx context.Context, w *survey.Wave) (*results.Settlement, error) {
	if s.from.Results == nil {
		return nil, nil //nolint:nilnil // no settlement is an answer of its own here
	}
	list, err := s.from.Results.Settlements(ctx)
	if err != nil {
		return nil, optional(err)
	}
	for _, m := range list {
		if m.Area == w.Area && m.State == results.Settled && strings.HasPrefix(w.Period, strconv.Itoa(m.Year)) {
			full, err := s.from.Results.Settlement(ctx, m.ID)
			return full, optional(err)
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// gatherAnalysis reads the analyses of the run. One that the wave has too little data for stays empty.
func (s *Service) gatherAnalysis(ctx context.Context, f *facts) (err error) {
	id := f.wave.ID
	if f.progress, err = s.scores.Progress(ctx, id, "", ""); optional(err) != nil {
		return err
	}
	if f.drivers, err = s.scores.Drivers(ctx, id, ""); optional(err) != nil {
		return err
	}
	if f.costs, err = s.scores.Costs(ctx, id); optional(err) != nil {
		return err
	}
	if f.scales, err = s.scores.Reliability(ctx, id); optional(err) != nil {
		return err
	}
	if f.nps, err = s.scores.Recommendations(ctx, id); optional(err) != nil {
		return err
	}
	if f.without, err = s.scores.Sensitivity(ctx, id); optional(err) != nil {
		return err
	}
	f.communities, err = s.scores.Communities(ctx, id, "", "")
	return optional(err)
}

// score returns the row of an area, or nil; group "" stands for all groups together.
func (f *facts) score(channel survey.Channel, area string, group survey.Group, code string) *appraisal.Score {
	i := slices.IndexFunc(f.result.Scores, func(s appraisal.Score) bool {
		return s.Channel == channel && s.AreaCode == area && s.Group == group && s.Code == code
	})
	if i < 0 {
		return nil
	}
	return &f.result.Scores[i]
}

func (f *facts) official(area, code string) *appraisal.Score {
	return f.score(survey.Targeted, area, "", code)
}

// nodes lists the places of the indicator tree at a level, in reading order.
func (f *facts) nodes(level appraisal.Level) (list []appraisal.Node) {
	for _, n := range f.result.Nodes {
		if n.Level == level {
			list = append(list, n)
		}
	}
	return list
}

// indicators of the district with a score, lowest first.
func (f *facts) indicators() (list []*appraisal.Score) {
	for _, n := range f.nodes(appraisal.LevelIndicator) {
		if s := f.official(f.wave.Area, n.Code); s != nil && s.Score != nil {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *appraisal.Score) int { return cmp.Compare(*a.Score, *b.Score) })
	return list
}

func (f *facts) streetName(code string) string {
	for _, t := range f.result.Totals {
		if t.AreaCode == code {
			return t.AreaName
		}
	}
	return code
}

func (f *facts) areaName() string {
	if s := f.official(f.wave.Area, appraisal.NodeTotal); s != nil {
		return s.AreaName
	}
	return f.wave.Area
}

// answered counts answers of a channel and group in the whole wave.
func (f *facts) answered(channel survey.Channel, group survey.Group) (n int) {
	for _, c := range f.counts {
		if c.Channel == channel && (group == "" || c.Group == group) {
			n += c.N
		}
	}
	return n
}

// best and lowest name indicators at the ends of the list.
func (f *facts) lowest(n int) (names []string) {
	list := f.indicators()
	for _, s := range list[:min(n, len(list))] {
		names = append(names, s.Label)
	}
	return names
}

func (f *facts) highest(n int) (names []string) {
	list := f.indicators()
	slices.Reverse(list)
	for _, s := range list[:min(n, len(list))] {
		names = append(names, s.Label)
	}
	return names
}

// fillers say what stands for a placeholder.
var fillers = map[string]func(*facts) string{
	"考评":   func(f *facts) string { return f.wave.Name },
	"期次":   func(f *facts) string { return f.wave.Period },
	"区":    (*facts).areaName,
	"街道数":  func(f *facts) string { return strconv.Itoa(len(f.streets)) },
	"指标数":  func(f *facts) string { return strconv.Itoa(len(f.plan.Weights)) },
	"定向份数": func(f *facts) string { return grouped(f.answered(survey.Targeted, "")) },
	"线上份数": func(f *facts) string { return grouped(f.answered(survey.Online, "")) },
	"计划份数": func(f *facts) string { return grouped(f.plan.Target) },
	"意见条数": func(f *facts) string { return grouped(f.wave.Counts.Comments) },
	"开始日期": func(f *facts) string { return date(f.wave.StartsAt) },
	"结束日期": func(f *facts) string { return date(f.wave.EndsAt) },
	"全区得分": func(f *facts) string { return f.district(func(s *appraisal.Score) string { return two(s.Score) }) },
	"全区区间": func(f *facts) string {
		return f.district(func(s *appraisal.Score) string { return between(s.Low, s.High) })
	},
	"满意率":  func(f *facts) string { return f.district(func(s *appraisal.Score) string { return two(s.Rate) }) },
	"最低三项": func(f *facts) string { return listed(f.lowest(3)) },
	"最高三项": func(f *facts) string { return listed(f.highest(3)) },
	"可能前列": func(f *facts) string { return listed(f.mayBeTop()) },
	"前几名":  func(f *facts) string { return strconv.Itoa(f.result.Ranks.Top) },
	"置信水平": func(f *facts) string { return percent(f.plan.Level) },
	"报告日期": func(f *facts) string { return date(&f.at) },
}

// placeholders are the words in braces that a template may use, sorted.
var placeholders = func() (names []string) {
	for name := range fillers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

func (f *facts) district(show func(*appraisal.Score) string) string {
	if s := f.official(f.wave.Area, appraisal.NodeTotal); s != nil {
		return show(s)
	}
	return "—"
}

// mayBeTop names the streets whose rank set reaches the top places.
func (f *facts) mayBeTop() (names []string) {
	for i := range f.result.Ranks.Items {
		if r := &f.result.Ranks.Items[i]; r.Best <= f.result.Ranks.Top {
			names = append(names, r.AreaName)
		}
	}
	return names
}

// fill replaces the placeholders of a text.
func (f *facts) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		if by := fillers[strings.Trim(m, "{}")]; by != nil {
			return by(f)
		}
		return m
	})
}

// stateWords say how far a wave is.
func (f *facts) stateWords() string {
	if f.wave.PublishedAt != nil {
		return date(f.wave.PublishedAt) + "公布"
	}
	return fmt.Sprintf("尚未公布（%s）", map[survey.State]string{survey.Scored: "已计分", survey.Reviewed: "已复核"}[f.wave.State])
}
