package appraisal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// maxCached bounds the results kept in memory; one is about 10 MB.
const maxCached = 4

// ScoreFilter narrows Scores. Empty fields take the meaning in their comment.
type ScoreFilter struct {
	By      string         // street (default), community, dimension, key_point, indicator, overall, evaluated or node
	Code    string         // for by=street and by=community: the place in the tree; default the total
	Street  string         // only this street; with by=dimension … and none: all streets
	Group   survey.Group   // default all groups together
	Channel survey.Channel // default targeted
}

// Scores is a table of scores with the district beside it.
type Scores struct {
	Items    []Score `json:"items"`
	District *Score  `json:"district,omitempty" doc:"the same number for the whole district"`
	Peers    []Score `json:"district_items,omitempty" doc:"for tables by place in the tree: the district's row for each"`
	Totals   []Total `json:"totals,omitempty"`
	Note     string  `json:"note"`
	RunID    string  `json:"run_id"`
	Method   Method  `json:"method"`
}

// Scores returns a table of the wave's last run. Published results need PermRead; before that PermScore or PermPublish in the
// wave's area, else Forbidden "appraisal.not_published": a street sees counts until publication. Communities are shown inside
// the caller's areas only.
func (s *Service) Scores(ctx context.Context, waveID string, f ScoreFilter) (*Scores, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	return run.table(f, func(r *Score) bool { return r.AreaLevel != AtCommunity || p.Covers(r.AreaCode) })
}

// Ranks returns the ranking of the wave's last run; same rights as Scores.
func (s *Service) Ranks(ctx context.Context, waveID string) (*Ranks, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	return &run.Result.V.Ranks, nil
}

// Result returns everything the wave's last run computed, with communities cut to the caller's areas; same rights as Scores.
// The result is shared: do not change it.
func (s *Service) Result(ctx context.Context, waveID string) (*Run, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	cut := *run
	result := run.Result.V
	result.Scores = nil
	for _, r := range run.Result.V.Scores {
		if r.AreaLevel != AtCommunity || p.Covers(r.AreaCode) {
			result.Scores = append(result.Scores, r)
		}
	}
	cut.Result = &db.JSON[Result]{V: result}
	return &cut, nil
}

// Runs lists the runs of a wave, newest first. Needs PermScore or PermPublish in the area.
func (s *Service) Runs(ctx context.Context, waveID string) (list []Run, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := requireEither(ctx, w.Area, PermScore, PermPublish); err != nil {
			return err
		}
		list, err = db.All[Run](ctx, tx, "SELECT "+runColumns+" FROM score_run WHERE wave_id = $1 ORDER BY seq DESC LIMIT 200", waveID)
		return err
	})
	return list, err
}

// visibleRun returns the last run with its result if the caller may see it.
func (s *Service) visibleRun(ctx context.Context, waveID string) (run *Run, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		switch w.State {
		case survey.Published, survey.Archived:
			err = auth.Require(ctx, PermRead)
			if err != nil {
				err = requireEither(ctx, w.Area, PermScore, PermPublish)
			}
		default:
			if err = requireEither(ctx, w.Area, PermScore, PermPublish); errs.KindOf(err) == errs.KindForbidden {
				err = errs.Forbidden("appraisal.not_published", "Results are shown after publication; until then only the number of answers.")
			}
		}
		if err != nil {
			return err
		}
		run, err = s.loadRun(ctx, tx, waveID)
		return err
	})
	return run, err
}

// loadRun returns the last run with its result, from memory when it was read before.
func (s *Service) loadRun(ctx context.Context, tx *db.Tx, waveID string) (*Run, error) {
	last, err := lastRun(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if run := s.cachedRun(last.ID); run != nil {
		return run, nil
	}
	result, err := db.Get[db.JSON[Result]](ctx, tx, "SELECT result FROM score_run WHERE id = $1", last.ID)
	if err != nil {
		return nil, fmt.Errorf("read run %s: %w", last.ID, err)
	}
	last.Result = &result
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cached = append([]*Run{last}, s.cached...)
	s.cached = s.cached[:min(len(s.cached), maxCached)]
	return last, nil
}

func (s *Service) cachedRun(id string) *Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.cached, func(r *Run) bool { return r.ID == id }); i >= 0 {
		return s.cached[i]
	}
	return nil
}

var tablesByNode = map[string]Level{"dimension": LevelDimension, "key_point": LevelKeyPoint, "indicator": LevelIndicator, "overall": LevelOverall,
	"evaluated": LevelEvaluated}

// table picks rows of a run.
func (run *Run) table(f ScoreFilter, allowed func(*Score) bool) (*Scores, error) {
	if f.Channel == "" {
		f.Channel = survey.Targeted
	}
	if f.By == "" {
		f.By = "street"
	}
	if f.Code == "" {
		f.Code = NodeTotal
	}
	nodeLevel, byNode := tablesByNode[f.By]
	if !byNode && f.By != "street" && f.By != "community" && f.By != "node" {
		return nil, errs.Invalid("appraisal.bad_table", "by is street, community, dimension, key_point, indicator, overall, evaluated or node.", errs.Field{Location: "query.by", Message: "unknown", Value: f.By})
	}
	result := &run.Result.V
	t := &Scores{Items: []Score{}, Note: result.Note, RunID: run.ID, Method: result.Method}
	byNode = byNode || f.By == "node"
	areaLevel := AtStreet
	if f.By == "community" {
		areaLevel = AtCommunity
	}
	for i := range result.Scores {
		r := &result.Scores[i]
		if r.Channel != f.Channel || r.Group != f.Group || !allowed(r) {
			continue
		}
		wanted := r.Code == f.Code
		if byNode {
			wanted = nodeLevel == "" || r.Level == nodeLevel
		}
		switch {
		case r.AreaLevel == AtDistrict:
			if r.Code == f.Code {
				t.District = r
			}
			if byNode && wanted {
				t.Peers = append(t.Peers, *r)
			}
		case r.AreaLevel == areaLevel && wanted && strings.HasPrefix(r.AreaCode, f.Street):
			t.Items = append(t.Items, *r)
			if r.Suppressed {
				t.Items[len(t.Items)-1].empty()
			}
		}
	}
	if f.By == "street" {
		t.Totals = result.Totals
	}
	return t, nil
}
