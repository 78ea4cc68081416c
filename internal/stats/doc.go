// Package stats is the estimation core: design-based estimates with their uncertainty, and ranks that say how sure they are.
//
// It is pure. It reads no clock, no database and no environment, imports no other package of ours, and may be called by anyone.
// Only the specification runners (RunEstimate, RunRanks and the others named Run) open files, through a function the caller hands in.
//
// The way through it:
//
//	street := stats.NewFactor(streetOfRow)                     // any labels; "" is missing
//	d, err := stats.NewDesign(stats.Options{
//		Rows:    n,
//		Weights: w,                                            // nil: derived from FPC
//		Stages:  []stats.Stage{{Strata: stratum, FPC: households}},
//	})
//	d, err = d.Calibrate(stats.PostStratification{Cells: cell, Totals: totals}) // optional; also Raking, Regression, Trimming
//	means, err := d.Mean(y, stats.By(street))                  // one Estimate per street, in the order of street.Names
//	score, err := d.Index(stats.Index{                         // the street score with its joint covariance
//		By: street, Groups: group, GroupWeights: []float64{.3, .5, .2},
//		Items: columns, Weights: [][]float64{itemWeights},
//	})
//	sets, err := stats.RankSets(est, se, 0.90)                 // best and worst rank that cannot be excluded
//	top, err := stats.TopK(est, se, 3)                         // P(among the best three), expected rank
//
// Numbers: a missing answer is NaN and never counts as a value. Weights are zero or positive. Estimates carry the unit of the
// item. Every estimate is a smooth function of weighted totals; its standard error comes from per-row influence values put
// through the design (Binder 1983; Deville 1999), so any linear combination has its full covariance for free.
//
// Formulas, sources, the specification and what is checked against which reference: docs/statistics.md.
package stats
