package appraisal

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Cost is what a street spent in the period of a wave.
type Cost struct {
	Street    string  `db:"street" json:"street"`
	Amount    float64 `db:"amount" json:"amount" doc:"yuan spent on what is appraised" minimum:"0"`
	Staff     float64 `db:"staff" json:"staff" doc:"people employed for it, full time" minimum:"0"`
	Residents int     `db:"residents" json:"residents" minimum:"1"`
	Basis     string  `db:"basis" json:"basis" minLength:"1" maxLength:"500" doc:"where the figures come from"`
}

// SetCosts records what streets spent. Later figures replace earlier ones, which stay on record. Needs PermScore in the wave's area; Invalid
// for a street outside the wave or figures that are not above 0.
func (s *Service) SetCosts(ctx context.Context, waveID string, list []Cost) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermScore, w.Area); err != nil {
			return err
		}
		streets := w.Plan.V.Streets()
		for i, c := range list {
			if !slices.Contains(streets, c.Street) || !(c.Amount > 0) || !(c.Staff > 0) || c.Residents < 1 || strings.TrimSpace(c.Basis) == "" {
				return errs.Invalid("appraisal.bad_cost", "A line names a street of the wave, with money, staff and residents above 0 and where the figures come from.",
					errs.Field{Location: fmt.Sprintf("body.items[%d]", i), Message: "not acceptable", Value: c})
			}
			_, err := tx.Exec(ctx, "INSERT INTO appraisal_cost (id, wave_id, street, amount, staff, residents, basis, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
				db.NewID(tx), waveID, c.Street, c.Amount, c.Staff, c.Residents, strings.TrimSpace(c.Basis), auth.From(ctx).UserID, tx.Time())
			if err != nil {
				return fmt.Errorf("store costs of %s: %w", c.Street, err)
			}
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "appraisal.costs", Object: "wave", ObjectID: waveID, Area: w.Area, Detail: list})
	})
}

func costs(ctx context.Context, tx *db.Tx, waveID string) ([]Cost, error) {
	return db.All[Cost](ctx, tx, `SELECT street, amount, staff, residents, basis FROM appraisal_cost a
		WHERE wave_id = $1 AND id = (SELECT MAX(id) FROM appraisal_cost b WHERE b.wave_id = a.wave_id AND b.street = a.street)
		ORDER BY street`, waveID)
}

// CostScore sets the score of a street beside what it cost.
type CostScore struct {
	Cost
	AreaName   string   `json:"area_name"`
	Score      *float64 `json:"score"`
	SE         *float64 `json:"se"`
	PerHead    float64  `json:"per_head" doc:"yuan per resident"`
	Index      *float64 `json:"index" doc:"points above the base per 100 yuan and resident"`
	IndexLow   *float64 `json:"index_low"`
	IndexHigh  *float64 `json:"index_high"`
	Efficiency *float64 `json:"efficiency" doc:"data envelopment: 1 is on the frontier; a second opinion"`
	Peers      []string `json:"peers,omitempty" doc:"streets it is measured against"`

	EfficiencyLow       *float64 `json:"efficiency_low" doc:"smoothed bootstrap (Simar & Wilson 1998)"`
	EfficiencyHigh      *float64 `json:"efficiency_high"`
	EfficiencyCorrected *float64 `json:"efficiency_corrected" doc:"without the bias of a frontier made of few units"`
}

// Costs is the page of cost against effect.
type Costs struct {
	Basis
	Base  float64     `json:"base" doc:"score that counts as nothing gained"`
	Items []CostScore `json:"items"`
	Notes []string    `json:"notes"`

	Replicates int  `json:"replicates,omitempty" doc:"bootstrap draws of the efficiency intervals; absent: none could be made"`
	FewUnits   bool `json:"few_units,omitempty" doc:"fewer streets than efficiency intervals need to say much"`
}

// costBase is the score below which nothing is gained: the middle of the scale, where the answer is neither yes nor no.
const costBase = 60

// costUnit makes the index readable: points per so many yuan and resident.
const costUnit = 100

// Costs sets scores beside costs: points above the base per 100 yuan and resident with the interval of the score, and an envelopment of money
// and staff per resident against the score (Banker, Charnes & Cooper 1984) as a second opinion, with bootstrap intervals. Same rights as Scores, before
// publication and after; streets without figures are left out, and with fewer than nine the envelopment is.
func (s *Service) Costs(ctx context.Context, waveID string) (*Costs, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	out := &Costs{Basis: Basis{RunID: run.ID, Level: run.Result.V.Method.Level}, Base: costBase, Items: []CostScore{}, Notes: []string{
		"成本指数 = (得分 − 60) ÷ 人均投入（每100元），区间来自得分的误差；投入口径由各街道填报，仅作参考，不排名。",
		"效率为数据包络分析（规模报酬可变，投入：人均经费、每千人工作人员；产出：得分），街道少，只作第二意见。"}}
	var seed uint64
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		seed = uint64(w.Plan.V.Seed)
		list, err := costs(ctx, tx, waveID)
		for _, c := range list {
			if row := run.Result.V.score(survey.Targeted, c.Street, NodeTotal); row != nil {
				out.Items = append(out.Items, CostScore{Cost: c, AreaName: row.AreaName, Score: row.Score, SE: row.SE})
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, out.judge(seed)
}

func (c *Costs) judge(seed uint64) error {
	z := math.Sqrt2 * math.Erfinv(c.Level)
	e := stats.Envelopment{Inputs: make([][]float64, 2), Outputs: make([][]float64, 1), Variable: true}
	complete := true
	for i := range c.Items {
		it := &c.Items[i]
		people := float64(it.Residents)
		it.PerHead = *number(it.Amount / people)
		if it.Score == nil || it.SE == nil {
			complete = false
			continue
		}
		index, se, err := stats.CostIndex(*it.Score, *it.SE, c.Base, it.Amount/costUnit, people)
		if err != nil {
			return errs.Invalid("appraisal.bad_cost", "The costs of "+it.AreaName+" cannot be used: "+err.Error())
		}
		it.Index, it.IndexLow, it.IndexHigh = number(index), number(index-z*se), number(index+z*se)
		e.Inputs[0], e.Inputs[1] = append(e.Inputs[0], it.Amount/people), append(e.Inputs[1], 1000*it.Staff/people)
		e.Outputs[0] = append(e.Outputs[0], *it.Score)
	}
	if len(c.Items) < 9 || !complete { // n ≥ 3(m + s): two inputs and one output
		return nil
	}
	list, err := stats.Efficiencies(e)
	if err != nil {
		return errs.Invalid("appraisal.bad_cost", "The costs cannot be enveloped: "+err.Error())
	}
	for i, one := range list {
		c.Items[i].Efficiency = number(one.Share)
		for k, w := range one.Peers {
			if w > 1e-6 && k != i {
				c.Items[i].Peers = append(c.Items[i].Peers, c.Items[k].AreaName)
			}
		}
	}
	c.doubt(e, seed)
	return nil
}
