package tally

import (
	"context"
	"slices"
	"strconv"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Dwell is how long cases stood in a state before a step led out of it.
type Dwell struct {
	State     cases.State `json:"state"`
	StateName string      `json:"state_name"`
	N         int64       `json:"n"`
	Mean      float64     `json:"mean_hours" doc:"Hours by the clock on the wall"`
	Median    float64     `json:"median_hours"`
}

// Dwells says where cases spend their time, by state, over the steps of a period. Needs tally.read.
func (s *Service) Dwells(ctx context.Context, f Filter) (out []Dwell, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	type spent struct {
		State string `db:"state"`
		N     int64  `db:"n"`
		Sum   int64  `db:"sum"`
	}
	out = []Dwell{}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		q := &count{Count: Count{Of: "step", At: "at"}, f: f, now: tx.Time()}
		where := q.where(ctx) + " AND from_state <> '' AND action <> 'said'"
		rows, err := db.All[spent](ctx, tx, "SELECT from_state AS state, COUNT(*) AS n, CAST(SUM(dwell) AS BIGINT) AS sum FROM tally_step WHERE "+where+" GROUP BY 1", q.args...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			d := Dwell{State: cases.State(r.State), N: r.N, Mean: float64(r.Sum) / float64(r.N) / 3.6e6}
			args := append(append([]any{}, q.args...), r.State, r.N/2)
			middle, err := db.Get[int64](ctx, tx, "SELECT dwell FROM tally_step WHERE "+where+" AND from_state = $"+strconv.Itoa(len(args)-1)+" ORDER BY dwell LIMIT 1 OFFSET $"+strconv.Itoa(len(args)), args...)
			if err != nil {
				return err
			}
			d.Median = float64(middle) / 3.6e6
			if st, ok := s.Cases.Workflow().State(r.State); ok {
				d.StateName = st.Name
			}
			out = append(out, d)
		}
		return nil
	})
	order := s.Cases.Workflow().States
	place := func(d Dwell) int {
		for i := range order {
			if order[i].Code == string(d.State) {
				return i
			}
		}
		return len(order)
	}
	slices.SortFunc(out, func(a, b Dwell) int { return place(a) - place(b) })
	return out, err
}
