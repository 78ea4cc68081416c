package document

import (
	"math"
	"strconv"
)

// ChartKind says how a chart draws its series.
type ChartKind string

// Kinds of charts. All but Scatter have one category per line or column.
const (
	Intervals ChartKind = "intervals" // one bar per category from Low to High with a seam at Values; the first series only
	Bars      ChartKind = "bars"      // horizontal bars from zero, with error bars where Low and High are given
	Stacked   ChartKind = "stacked"   // shares of a whole, horizontal
	Dots      ChartKind = "dots"      // points above each category, one kind of point per series
	Scatter   ChartKind = "scatter"   // one named point per category at (X, Values) of the first series
)

// Chart is a picture with its numbers.
type Chart struct {
	Kind       ChartKind `json:"kind"`
	Title      string    `json:"title"`
	Axis       string    `json:"axis,omitempty" doc:"what the numbers are"`
	AxisX      string    `json:"axis_x,omitempty" doc:"of a scatter"`
	Categories []string  `json:"categories"`
	Series     []Series  `json:"series"`
	Min        *float64  `json:"min,omitempty"`
	Max        *float64  `json:"max,omitempty"`
	Decimals   int       `json:"decimals"`
	Note       string    `json:"note,omitempty" doc:"how to read it"`
}

// Series is one row of numbers; null where there is none.
type Series struct {
	Name   string     `json:"name"`
	Color  string     `json:"color,omitempty" doc:"RRGGBB; by default the next of the palette"`
	Values []*float64 `json:"values"`
	Low    []*float64 `json:"low,omitempty"`
	High   []*float64 `json:"high,omitempty"`
	X      []*float64 `json:"x,omitempty"`
}

// palette is distinguishable with the usual kinds of colour blindness and in grey.
var palette = []string{"1F5FBF", "E08A1E", "2E8B6F", "8A5FB0", "A8B3C2", "C44E52"}

func (c *Chart) color(i int) string {
	if c.Series[i].Color != "" {
		return c.Series[i].Color
	}
	return palette[i%len(palette)]
}

// Span returns the whole numbers around every value and interval of a chart, for its axis.
func (c *Chart) Span() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, list := range [][]*float64{s.Values, s.Low, s.High} {
			for _, v := range list {
				if v != nil {
					low, high = math.Min(low, *v), math.Max(high, *v)
				}
			}
		}
	}
	if low > high {
		return 0, 1
	}
	low, high = math.Floor(low), math.Ceil(high)
	if high <= low {
		high = low + 1
	}
	return low, high
}

// bounds are the ends of the value axis as drawn.
func (c *Chart) bounds() (low, high float64) {
	low, high = c.Span()
	switch c.Kind {
	case Stacked:
		low, high = 0, 100
	case Bars:
		low, high = math.Min(low, 0), math.Max(high, 0)
	}
	if c.Min != nil {
		low = *c.Min
	}
	if c.Max != nil {
		high = *c.Max
	}
	return low, high
}

// step is a distance of grid lines that gives four to eight of them.
func step(low, high float64) float64 {
	raw := (high - low) / 5
	size := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if raw <= m*size {
			return m * size
		}
	}
	return 10 * size
}

// sheet is the table a chart is drawn from: header, then a row per category.
func (c *Chart) sheet() (header []string, rows [][]Cell) {
	header = []string{"类别"}
	for _, col := range c.columns() {
		header = append(header, col.name)
	}
	for i, category := range c.Categories {
		row := []Cell{Words(category)}
		for _, col := range c.columns() {
			row = append(row, Number(col.at(i), 6))
		}
		rows = append(rows, row)
	}
	return header, rows
}

// column is a column of the sheet behind a chart.
type column struct {
	name   string
	values []*float64
}

func (c column) at(i int) *float64 {
	if i < len(c.values) {
		return c.values[i]
	}
	return nil
}

// columns lays the series out as the writers refer to them: for intervals the low end, then the two pieces, then the value itself; for a
// scatter x and y; otherwise one column per series followed by its two error lengths where it has them.
func (c *Chart) columns() (cols []column) {
	switch c.Kind {
	case Intervals:
		s := c.Series[0]
		return []column{{"下限", s.Low}, {"估计−下限", minus(s.Values, s.Low)}, {"上限−估计", minus(s.High, s.Values)}, {s.Name, s.Values}}
	case Scatter:
		return []column{{c.AxisX, c.Series[0].X}, {c.Axis, c.Series[0].Values}}
	}
	for _, s := range c.Series {
		cols = append(cols, column{s.Name, s.Values})
	}
	for _, s := range c.Series {
		if s.Low != nil {
			cols = append(cols, column{s.Name + "（下）", minus(s.Values, s.Low)}, column{s.Name + "（上）", minus(s.High, s.Values)})
		}
	}
	return cols
}

func minus(a, b []*float64) []*float64 {
	out := make([]*float64, len(a))
	for i := range a {
		if i < len(b) && a[i] != nil && b[i] != nil {
			d := math.Round((*a[i]-*b[i])*1e9) / 1e9
			out[i] = &d
		}
	}
	return out
}

// shown writes a number with so many decimals, without a negative zero.
func shown(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if zero, err := strconv.ParseFloat(text, 64); err == nil && zero == 0 {
		return strconv.FormatFloat(0, 'f', decimals, 64)
	}
	return text
}

func (c *Cell) shown() string {
	if c.Number != nil {
		return shown(*c.Number, c.Decimals)
	}
	return c.Text
}
