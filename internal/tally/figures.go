package tally

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Figure is a metric of a row: what is counted, over what, and the value; absent where there is nothing to divide by.
type Figure struct {
	Num   int64    `json:"num"`
	Den   int64    `json:"den,omitempty"`
	Value *float64 `json:"value,omitempty" doc:"Per cent for a rate, work hours for a mean, the number itself otherwise"`
}

// Row is one area, unit, category, channel or time with its figures.
type Row struct {
	Key     string            `json:"key"`
	Name    string            `json:"name"`
	Own     bool              `json:"own,omitempty" doc:"What lies with the area itself and none of those in it"`
	Figures map[string]Figure `json:"figures"`
}

// Table is an answer: the whole and its parts, which add up to it.
type Table struct {
	By      By         `json:"by"`
	Since   clock.Time `json:"since"`
	Until   clock.Time `json:"until"`
	AsOf    clock.Time `json:"as_of"`
	Metrics []Metric   `json:"metrics"`
	Total   Row        `json:"total"`
	Rows    []Row      `json:"rows"`
}

// Figures counts metrics over a filter, divided by something. Needs tally.read; a department sees what lies with its unit.
func (s *Service) Figures(ctx context.Context, codes []string, f Filter, by By) (t *Table, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		t, err = s.FiguresTx(ctx, tx, codes, f, by)
		return err
	})
	return t, err
}

// FiguresTx is Figures inside the caller's transaction.
func (s *Service) FiguresTx(ctx context.Context, tx *db.Tx, codes []string, f Filter, by By) (*Table, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	t := &Table{By: by, Since: f.Since, Until: f.Until, AsOf: tx.Time(), Rows: []Row{}, Total: Row{Name: "合计", Figures: map[string]Figure{}}}
	rows := map[string]*Row{}
	for _, code := range codes {
		m, ok := s.book.Metric(code)
		if !ok {
			return nil, errs.Invalid("tally.unknown_metric", "There is no such metric.", errs.Field{Location: "query.metric", Message: "unknown", Value: code})
		}
		t.Metrics = append(t.Metrics, m)
		if err := s.fill(ctx, tx, t, rows, &m, f, by); err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		for _, m := range t.Metrics {
			if _, ok := r.Figures[m.Code]; !ok {
				r.Figures[m.Code] = figure(&m, 0, 0)
			}
		}
		t.Rows = append(t.Rows, *r)
	}
	if err := s.name(ctx, tx, t, f); err != nil {
		return nil, err
	}
	slices.SortFunc(t.Rows, func(a, b Row) int { return strings.Compare(a.Key, b.Key) })
	return t, nil
}

// fill counts one metric for the whole and, if it is divided, for its parts.
func (s *Service) fill(ctx context.Context, tx *db.Tx, t *Table, rows map[string]*Row, m *Metric, f Filter, by By) error {
	nums, dens, err := s.pair(ctx, tx, m, f, ByNothing)
	if err != nil {
		return err
	}
	t.Total.Figures[m.Code] = figure(m, nums[""], dens[""])
	if by == ByNothing {
		return nil
	}
	if m.Num.stock() && (by == ByDay || by == ByWeek || by == ByMonth) {
		return s.series(ctx, tx, rows, m, f, by)
	}
	if nums, dens, err = s.pair(ctx, tx, m, f, by); err != nil {
		return err
	}
	for _, side := range []map[string]int64{nums, dens} {
		for key := range side {
			row(rows, key).Figures[m.Code] = figure(m, nums[key], dens[key])
		}
	}
	return nil
}

func row(rows map[string]*Row, key string) *Row {
	if rows[key] == nil {
		rows[key] = &Row{Key: key, Figures: map[string]Figure{}}
	}
	return rows[key]
}

// pair counts both sides of a metric.
func (s *Service) pair(ctx context.Context, tx *db.Tx, m *Metric, f Filter, by By) (nums, dens map[string]int64, err error) {
	n := &count{Count: m.Num, f: f, now: tx.Time()}
	if nums, err = n.run(ctx, tx, by); err != nil || m.Den.Of == "" {
		return nums, map[string]int64{}, err
	}
	d := &count{Count: m.Den, f: f, now: tx.Time()}
	dens, err = d.run(ctx, tx, by)
	return nums, dens, err
}

// series counts what stood at the end of every day, week or month.
func (s *Service) series(ctx context.Context, tx *db.Tx, rows map[string]*Row, m *Metric, f Filter, by By) error {
	for _, end := range ends(f, by, tx.Time()) {
		at := f
		at.Until = end.at
		n := &count{Count: m.Num, f: at, now: tx.Time()}
		got, err := n.run(ctx, tx, ByNothing)
		if err != nil {
			return err
		}
		row(rows, end.key).Figures[m.Code] = figure(m, got[""], 0)
	}
	return nil
}

func figure(m *Metric, num, den int64) Figure {
	f := Figure{Num: num, Den: den}
	v := float64(num)
	switch m.Kind {
	case "rate":
		v = v / float64(den) * 100
	case "mean":
		v = v / float64(den) / 60
	}
	if den > 0 || m.Den.Of == "" {
		f.Value = &v
	}
	return f
}
