package survey

import (
	"context"
	"fmt"
	"math"
	"slices"

	"yiwang/internal/platform/db"
	"yiwang/internal/stats"
)

// Judged is what a respondent of the targeted sample says: the score given to each indicator asked for, and the fields ticked.
type Judged struct {
	Street    string
	Community string
	Group     Group
	Weight    float64   // 1 ÷ chance of being drawn; 0: not known
	Scores    []float64 // in the order of the indicators; NaN: not asked, not answered, or an answer that is not scored
	Ticked    []string
}

type judgedRow struct {
	Street    string  `db:"street"`
	Community string  `db:"community"`
	Group     Group   `db:"grp"`
	Weight    float64 `db:"base_weight"`
	Marks     string  `db:"marks"`
	Answers   db.JSON[struct {
		Categories []string `json:"categories"`
	}] `db:"answers"`
}

// JudgedTx returns the scored targeted answers of a wave, no pilot answers and none set aside, in a fixed order. Needs PermRead or
// appraisal.score in the wave's area.
func (s *Service) JudgedTx(ctx context.Context, tx *db.Tx, w *Wave, indicators []string) ([]Judged, error) {
	if err := requireAreaEither(ctx, w.Area, PermRead, permScore); err != nil {
		return nil, err
	}
	forms, err := s.FormsTx(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	at := map[Group][]int{} // position of each indicator in the marks
	for g, f := range forms {
		for _, code := range indicators {
			at[g] = append(at[g], slices.IndexFunc(f.ScaleQuestions(), func(q Question) bool { return q.Indicator == code }))
		}
	}
	rows := make([]Judged, 0, w.Counts.Targeted)
	err = db.Each(ctx, tx, `SELECT street, community, grp, base_weight, marks, answers FROM response
		WHERE wave_id = $1 AND channel = 'targeted' AND NOT pilot AND NOT excluded ORDER BY street, community, grp, marks, id`, []any{w.ID}, func(r *judgedRow) error {
		j := Judged{Street: r.Street, Community: r.Community, Group: r.Group, Weight: r.Weight, Ticked: r.Answers.V.Categories, Scores: make([]float64, len(indicators))}
		r.Answers.V.Categories = nil
		for k := range indicators {
			j.Scores[k] = math.NaN()
			p := at[r.Group]
			if k >= len(p) || p[k] < 0 || p[k] >= len(r.Marks) {
				continue
			}
			if step := w.Plan.V.Scale.Step(r.Marks[p[k]]); step != nil && step.Score != nil {
				j.Scores[k] = *step.Score
			}
		}
		rows = append(rows, j)
		return nil
	})
	return rows, err
}

// JudgedSample is the targeted answers of a wave with the designs that their means are estimated under, the same as those of NamedSample.
// It is immutable.
type JudgedSample struct {
	Rows      []Judged
	design    *stats.Design
	clustered *stats.Design
}

// JudgedSampleTx is JudgedTx with the designs; nil without answers.
func (s *Service) JudgedSampleTx(ctx context.Context, tx *db.Tx, w *Wave, indicators []string) (*JudgedSample, error) {
	rows, err := s.JudgedTx(ctx, tx, w, indicators)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := &JudgedSample{Rows: rows}
	ticked := make([]Ticked, len(rows))
	for i := range rows {
		ticked[i] = rows[i].ticked()
	}
	if out.design, err = TickedDesign(w, ticked); err != nil {
		return nil, fmt.Errorf("design of %s: %w", w.Code, err)
	}
	out.clustered, err = clusteredDesign(out.design.Weights(), ticked)
	return out, err
}

func (j *Judged) ticked() Ticked {
	return Ticked{Street: j.Street, Community: j.Community, Group: j.Group, Weight: j.Weight}
}

// AreaMean is a mean of one area with its uncertainty.
type AreaMean struct {
	N        int     // respondents who say something
	NEff     float64 // size of the simple random sample that would be as precise, neighbours apart; N where nothing varies
	Estimate float64
	SE       float64
	DF       float64
}

// Means estimates the weighted mean of y per area; NaN says nothing. Of the two designs the larger standard error counts, so that
// neighbours do not pass for independent witnesses; inside one community there are no clusters to tell apart. Areas without
// respondents, and those of one respondent, are missing.
func (s *JudgedSample) Means(y func(*Judged) float64, by NamedBy) (map[string]AreaMean, error) {
	value, cell := make([]float64, len(s.Rows)), make([]string, len(s.Rows))
	for i := range s.Rows {
		t := s.Rows[i].ticked()
		value[i], cell[i] = y(&s.Rows[i]), by.cell(&t)
	}
	areas := stats.NewFactor(cell)
	query := stats.Query{By: areas, DomainDF: true}
	plain, err := s.design.Mean(value, query)
	if err != nil {
		return nil, fmt.Errorf("means by %q: %w", by, err)
	}
	var clustered []stats.Estimate
	if s.clustered != nil && by != NamedByCommunity {
		if clustered, err = s.clustered.Mean(value, query); err != nil {
			return nil, fmt.Errorf("means by %q with clusters: %w", by, err)
		}
	}
	out := map[string]AreaMean{}
	for i, e := range plain {
		if e.N < 2 || areas.Names[i] == "" || math.IsNaN(e.SE) {
			continue
		}
		m := AreaMean{N: e.N, NEff: e.NEff, Estimate: e.Estimate, SE: e.SE, DF: float64(e.DF)}
		if clustered != nil && clustered[i].DF > 0 && clustered[i].SE > m.SE {
			m.SE, m.DF = clustered[i].SE, float64(clustered[i].DF)
		}
		if math.IsNaN(m.NEff) {
			m.NEff = float64(m.N)
		}
		out[areas.Names[i]] = m
	}
	return out, nil
}
