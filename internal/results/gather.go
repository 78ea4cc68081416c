package results

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"yiwang/internal/appraisal"
	"yiwang/internal/identity"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// halfOf splits a period such as 2026H1.
func halfOf(period string) (year int, half string, ok bool) {
	if len(period) != 6 {
		return 0, "", false
	}
	year, err := strconv.Atoi(period[:4])
	half = period[4:]
	return year, half, err == nil && (half == "H1" || half == "H2")
}

// gather reads everything a year's settlement depends on. The caller's right was checked; what is read is published.
func (s *Service) gather(ctx context.Context, area string, year int) (in Input, err error) {
	ctx = auth.System(ctx, "results")
	waves, err := s.surveys.Waves(ctx, survey.WaveFilter{})
	if err != nil {
		return in, err
	}
	in = Input{Year: year, Fields: []FieldShare{}, Units: []UnitOutcome{}, Adjustments: []Adjustment{}}
	var inYear, earlier []survey.Wave
	for _, w := range waves {
		y, _, ok := halfOf(w.Period)
		if w.Area != area || !ok || w.State != survey.Published && w.State != survey.Archived {
			continue
		}
		switch {
		case y == year:
			inYear = append(inYear, w)
		case y < year:
			earlier = append(earlier, w)
		}
	}
	if len(inYear) == 0 {
		return in, errs.Conflict("results.nothing_published", fmt.Sprintf("No wave of %d is published; results are settled from published scores only.", year))
	}
	byPeriod := func(a, b survey.Wave) int { return cmp.Compare(a.Period, b.Period) }
	slices.SortFunc(inYear, byPeriod)
	slices.SortFunc(earlier, byPeriod)
	last := &inYear[len(inYear)-1]
	rules := last.Plan.V.Award
	if rules == nil {
		return in, errs.Conflict("results.no_rules", "The plan of "+last.Name+" holds no rules for the use of results, and they cannot be written after the wave.")
	}
	in.Rules, in.RulesWave, in.RulesHash, in.TieRule, in.Level = *rules, last.Code, hashOf(rules), last.Plan.V.TieRule, last.Plan.V.Level
	for i := range inYear {
		w, err := s.waveScore(ctx, &inYear[i])
		if err != nil {
			return in, err
		}
		w.OtherScale = !inYear[i].Plan.V.ScoresLike(&last.Plan.V)
		in.Waves = append(in.Waves, *w)
	}
	// Progress is measured from the same half a year before, or else from the wave before.
	before := append(earlier, inYear[:len(inYear)-1]...)
	if i := slices.IndexFunc(before, func(w survey.Wave) bool { y, h, _ := halfOf(w.Period); return y == year-1 && h == last.Period[4:] }); i >= 0 {
		before = before[i : i+1]
	}
	// Marks that were worth something else say nothing about progress.
	before = slices.DeleteFunc(slices.Clone(before), func(w survey.Wave) bool { return !w.Plan.V.ScoresLike(&last.Plan.V) })
	if len(before) > 0 {
		if in.Before, err = s.waveScore(ctx, &before[len(before)-1]); err != nil {
			return in, err
		}
	}
	return in, s.db.Read(ctx, func(tx *db.Tx) error {
		if in.Fields, err = s.fieldShares(ctx, tx, inYear, in.Rules.HalfWeights); err != nil {
			return err
		}
		in.Units, err = s.unitOutcomes(ctx, tx, area, inYear)
		return err
	})
}

func (s *Service) waveScore(ctx context.Context, w *survey.Wave) (*WaveScore, error) {
	run, err := s.scores.Result(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	r := &run.Result.V
	_, half, _ := halfOf(w.Period)
	out := &WaveScore{WaveID: w.ID, Code: w.Code, Name: w.Name, Half: half, RunID: run.ID, ResultHash: run.ResultHash, HasTotal: r.Ranks.Basis == "total"}
	for _, t := range r.Totals {
		street := StreetScore{Code: t.AreaCode, Name: t.AreaName, Total: t.Total, TotalSE: t.SE, Positive: t.Positive, Reverse: t.Reverse}
		for i := range r.Scores {
			row := &r.Scores[i]
			if row.AreaCode == t.AreaCode && row.Code == appraisal.NodeTotal && row.Group == "" && row.Channel == survey.Targeted {
				street.PositiveSE = row.SE
			}
		}
		out.Streets = append(out.Streets, street)
	}
	return out, nil
}

// fieldShares estimates which share of the district's respondents ticked each reverse field: strata street × group with their
// populations, the half-years weighted as the scores are.
func (s *Service) fieldShares(ctx context.Context, tx *db.Tx, waves []survey.Wave, weights map[string]float64) ([]FieldShare, error) {
	catalog := opinion.DefaultCatalog().Categories
	out := make([]FieldShare, len(catalog))
	for i, c := range catalog {
		out[i] = FieldShare{Code: c.Code, Name: c.Name, Lead: c.Lead}
	}
	total, df := 0.0, math.MaxInt
	for i := range waves {
		_, half, _ := halfOf(waves[i].Period)
		w := weights[half]
		rows, err := s.surveys.TickedTx(ctx, tx, &waves[i])
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 || w == 0 {
			continue
		}
		total += w
		of, err := addShares(out, &waves[i], rows, w)
		if err != nil {
			return nil, err
		}
		df = min(df, of)
	}
	if total == 0 {
		return out, nil
	}
	for i := range out {
		f := &out[i]
		f.Share, f.SE = f.Share/total, f.SE/total
		low, high := stats.ShareInterval(f.Share/100, f.SE/100, df, f.N, waves[len(waves)-1].Plan.V.Level)
		f.Low, f.High = 100*low, 100*high
		f.Share, f.SE, f.Low, f.High = round(f.Share), round(f.SE), round(f.Low), round(f.High)
	}
	return out, nil
}

// addShares adds one wave's shares with weight w and returns the degrees of freedom. The samples of the waves are independent: standard errors add as
// squares.
func addShares(out []FieldShare, wave *survey.Wave, rows []survey.Ticked, w float64) (df int, err error) {
	design, err := survey.TickedDesign(wave, rows)
	if err != nil {
		return 0, fmt.Errorf("design of %s: %w", wave.Code, err)
	}
	y := make([]float64, len(rows))
	for i := range out {
		f := &out[i]
		for k := range rows {
			y[k] = 0
			if slices.Contains(rows[k].Categories, f.Code) {
				y[k] = 1
			}
		}
		list, err := stats.Proportion(design, y, stats.Query{Level: wave.Plan.V.Level}, "logit")
		if err != nil {
			return 0, fmt.Errorf("share of field %s in %s: %w", f.Code, wave.Code, err)
		}
		e := list[0]
		f.Share += 100 * w * e.Estimate
		f.SE = math.Hypot(f.SE, 100*w*e.SE)
		f.N += len(rows)
		df = e.DF
	}
	return df, nil
}

// unitOutcomes adds up what became of the items of the year by leading unit, and lists the leaders of all fields.
func (s *Service) unitOutcomes(ctx context.Context, tx *db.Tx, area string, waves []survey.Wave) ([]UnitOutcome, error) {
	sums := map[string]*UnitOutcome{}
	for _, c := range opinion.DefaultCatalog().Categories {
		u, err := s.house.FindUnitTx(ctx, tx, area, c.Lead)
		if errs.KindOf(err) == errs.KindNotFound {
			continue // led by the streets' own offices
		} else if err != nil {
			return nil, err
		}
		sums[u.ID] = outcomeOf(&u)
	}
	for i := range waves {
		byUnit, err := s.loop.ReverseByUnit(ctx, tx, waves[i].ID)
		if err != nil {
			return nil, err
		}
		for id, r := range byUnit {
			if sums[id] == nil {
				u, err := s.house.UnitTx(ctx, tx, id)
				if err != nil {
					return nil, err
				}
				sums[id] = outcomeOf(&u)
			}
			sums[id].add(r)
		}
	}
	out := make([]UnitOutcome, 0, len(sums))
	for _, u := range sums {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b UnitOutcome) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Name, b.Name)) })
	return out, nil
}

func outcomeOf(u *identity.Unit) *UnitOutcome {
	kind := "department"
	switch u.Level {
	case "utility":
		kind = "utility" // bodies that are no administration are compared among themselves
	case "street", "community":
		kind = "street"
	}
	return &UnitOutcome{UnitID: u.ID, Code: u.Code, Name: u.Name, Kind: kind}
}

func (u *UnitOutcome) add(r rectify.Reverse) {
	u.Issued += r.Issued
	u.Closed += r.ClosedLoop
	u.Approved += r.Approved
	u.Late += r.Late
	u.Reworked += r.Reworked
	u.Recurred += r.Recurred
	u.Settled += r.Settled
	u.Passed += r.Passed
	u.Judged += r.Judged
}
