package sampling

import (
	"context"
	"math"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Question asks how large a sample must be, or what a sample can tell.
type Question struct {
	Margin     float64 `query:"margin" default:"5" minimum:"0.1" maximum:"50" doc:"half width of the interval: points of the score, or percentage points"`
	SD         float64 `query:"sd" default:"15" minimum:"0.1" maximum:"50" doc:"of the score in points; of a percentage p it is √(p(100−p)), 50 at worst"`
	Level      float64 `query:"level" default:"0.95" minimum:"0.5" maximum:"0.999"`
	Power      float64 `query:"power" default:"0.8" minimum:"0.5" maximum:"0.999"`
	Population int     `query:"population" default:"0" minimum:"0" maximum:"100000000" doc:"0: very large"`
	N          int     `query:"n" default:"615" minimum:"2" maximum:"1000000" doc:"respondents per street"`
	Streets    int     `query:"streets" default:"13" minimum:"1" maximum:"1000"`
	Take       int     `query:"take" default:"1" minimum:"1" maximum:"1000" doc:"respondents per community or grid; 1: drawn directly"`
	ICC        float64 `query:"icc" default:"0.02" minimum:"0" maximum:"1" doc:"likeness of answers within a community or grid"`
	CV         float64 `query:"cv" default:"0.3" minimum:"0" maximum:"5" doc:"coefficient of variation of the weights"`
	Response   float64 `query:"response" default:"0.5" minimum:"0.01" maximum:"1" doc:"share of the drawn who answer"`
}

// Answer is what a question comes to. Every figure is for simple random sampling, times the design effect.
type Answer struct {
	Deff       float64     `json:"deff" doc:"(1 + (take − 1)·ICC)·(1 + cv²) (Kish 1965)"`
	Needed     int         `json:"needed" doc:"respondents for the margin, in one street"`
	Drawn      int         `json:"drawn" doc:"households to draw for them at the response rate, in one street"`
	DrawnAll   int         `json:"drawn_all" doc:"over all streets"`
	Effective  float64     `json:"effective" doc:"n ÷ deff"`
	MarginOfN  float64     `json:"margin_of_n" doc:"what n respondents reach"`
	Difference float64     `json:"difference" doc:"true difference of two streets with n each that is found with the power asked for"`
	Progress   float64     `json:"progress" doc:"the same between two waves of one street"`
	Curve      []CurveStep `json:"curve"`
}

// CurveStep is one point of the curve of sizes.
type CurveStep struct {
	N          int     `json:"n"`
	Margin     float64 `json:"margin"`
	Difference float64 `json:"difference"`
}

// curveSizes are the sizes per street that are compared.
var curveSizes = []int{50, 100, 150, 200, 300, 400, 500, 615, 800, 1000, 1500, 2000}

// Calculate answers a question of size. Needs PermRead.
func (s *Service) Calculate(ctx context.Context, q Question) (*Answer, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if q.Population > 0 && q.N > q.Population {
		return nil, errs.Invalid("sampling.more_than_all", "More respondents than there are people.", errs.Field{Location: "query.n", Message: "at most the population", Value: q.N})
	}
	return q.answer(), nil
}

func (q *Question) answer() *Answer {
	a := &Answer{Deff: (1 + float64(q.Take-1)*q.ICC) * (1 + q.CV*q.CV)}
	needed := stats.SampleSize(stats.Precision{Margin: q.Margin, SD: q.SD, Level: q.Level, Population: q.Population, Deff: a.Deff})
	if q.Population > 0 {
		needed = min(needed, float64(q.Population))
	}
	a.Needed = int(math.Ceil(needed - 1e-9))
	a.Drawn = int(math.Ceil(float64(a.Needed)/q.Response - 1e-9))
	a.DrawnAll = a.Drawn * q.Streets
	a.Effective = float64(q.N) / a.Deff
	a.MarginOfN, a.Difference = q.reach(q.N, a.Deff)
	a.Progress = a.Difference
	for _, n := range curveSizes {
		if q.Population > 0 && n > q.Population {
			break
		}
		step := CurveStep{N: n}
		step.Margin, step.Difference = q.reach(n, a.Deff)
		a.Curve = append(a.Curve, step)
	}
	return a
}

// reach is the margin that n respondents give, and the difference of two groups of n that is found. Both shrink with the part of
// the population that is asked.
func (q *Question) reach(n int, deff float64) (margin, difference float64) {
	rest := 1.0
	if q.Population > 0 {
		rest = math.Sqrt(1 - float64(n)/float64(q.Population))
	}
	// SampleSize is n₀ = z²·SD²/margin²; of one respondent and margin 1 it is (z·SD)².
	z := math.Sqrt(stats.SampleSize(stats.Precision{Margin: 1, SD: q.SD, Level: q.Level}))
	margin = z * math.Sqrt(deff/float64(n)) * rest
	return margin, stats.DetectableDifference([2]float64{q.SD, q.SD}, [2]float64{float64(n), float64(n)}, deff, q.Level, q.Power) * rest
}

// PreviewStreet says what a design gives one street.
type PreviewStreet struct {
	Street     string       `json:"street"`
	StreetName string       `json:"street_name"`
	Group      survey.Group `json:"group"`
	Frame      int          `json:"frame" doc:"households or units that may belong to the group"`
	Drawn      int          `json:"drawn"`
	Reserves   int          `json:"reserves"`
	Weight     float64      `json:"weight" doc:"frame ÷ drawn"`
}

// Preview is a design tried on its frames without drawing anything.
type Preview struct {
	Rows     []PreviewStreet `json:"rows"`
	Drawn    int             `json:"drawn"`
	Reserves int             `json:"reserves"`
	Smallest int             `json:"smallest" doc:"size of the smallest street"`
	Answer   *Answer         `json:"answer" doc:"what the smallest street can tell if every second household answers"`
}

// Try spreads a design over the streets of a wave. Needs PermRead over its district; Invalid when the design or an allocation is not
// possible.
func (s *Service) Try(ctx context.Context, waveID string, design survey.SamplingDesign) (p *Preview, err error) {
	if bad := design.CheckDesign(); len(bad) > 0 {
		return nil, errs.Invalid("sampling.bad_design", "The sampling design is not complete.", bad...)
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermRead, w.Area); err != nil {
			return err
		}
		run := drawing{design: &design, streets: w.Plan.V.Streets()}
		if run.households, err = counts(ctx, tx, design.FrameID, w.Area); err != nil {
			return err
		}
		if run.units, err = counts(ctx, tx, design.UnitFrameID, w.Area); err != nil {
			return err
		}
		p, err = run.preview()
		return err
	})
	for i := 0; err == nil && i < len(p.Rows); i++ {
		p.Rows[i].StreetName, err = s.areaName(ctx, p.Rows[i].Street)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// counts reads how many a frame lists, without reading whom.
func counts(ctx context.Context, tx *db.Tx, id, area string) ([]block, error) {
	if id == "" {
		return nil, nil
	}
	f, err := findFrame(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if f.Area != area || f.State == FrameDropped {
		return nil, errs.Invalid("sampling.wrong_frame", "The frame lists something else or another district; choose one of households and one of units of this district.")
	}
	return db.All[block](ctx, tx, "SELECT code, street, community, size, elders, adults FROM frame_block WHERE frame_id = $1 ORDER BY code", id)
}

func (d *drawing) preview() (*Preview, error) {
	if len(d.streets) == 0 {
		return nil, errs.Conflict("sampling.no_streets", "The plan of the wave names no streets yet; enter the populations first.")
	}
	sizes, err := d.allocate()
	if err != nil {
		return nil, err
	}
	p := &Preview{Rows: []PreviewStreet{}}
	for _, street := range d.streets {
		all := 0
		for _, g := range groupOrder {
			n := sizes[stratumName(street, g)]
			if n == 0 {
				continue
			}
			row := PreviewStreet{Street: street, Group: g, Frame: d.eligible(street, g), Drawn: n}
			row.Reserves, row.Weight = min(d.reserves(n), row.Frame-n), float64(row.Frame)/float64(n)
			p.Rows = append(p.Rows, row)
			p.Drawn, p.Reserves, all = p.Drawn+n, p.Reserves+row.Reserves, all+n
		}
		if p.Smallest == 0 || all < p.Smallest {
			p.Smallest = all
		}
	}
	q := Question{Margin: 2, SD: 15, Level: 0.95, Power: 0.8, N: max(2, p.Smallest/2), Streets: len(d.streets), Take: max(1, d.design.Take), ICC: 0.02, CV: 0.3, Response: 0.5}
	if d.design.Cluster == survey.ClusterNone {
		q.Take = 1
	}
	p.Answer = q.answer()
	return p, nil
}
