package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// RunPatterns counts how people went through a list of questions (docs/statistics.md): straight lines, ceilings, speed, devices
// used more than once.
func RunPatterns(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	s := &patternSpec{file: o.text("data", ""), items: o.words("items"), seconds: o.text("seconds", ""), device: o.text("device", ""),
		highest: o.number("highest", 5), often: o.count("often", 5), list: o.flag("rows")}
	if s.file == "" {
		o.fail("data", "must name the CSV file")
	}
	if len(s.items) < 2 {
		o.fail("items", "must name at least two columns")
	}
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	t, err := readTable(open, s.file, func(c string) bool { return slices.Contains(s.items, c) || c == s.seconds || c == s.device })
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", "data", err)
	}
	out, err := s.run(t)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(out, "", " ")
}

type patternSpec struct {
	file, seconds, device string
	items                 []string
	highest               float64
	often                 int
	list                  bool
}

type patternOutput struct {
	N             int          `json:"n"`
	Straight      int          `json:"straight"`
	AtHighest     int          `json:"at_highest"`
	LongRunMean   number       `json:"long_run_mean"`
	LongRunAll    int          `json:"long_run_all"`
	SDMean        number       `json:"sd_mean"`
	MissingRate   number       `json:"missing_rate"`
	MedianSeconds *number      `json:"median_seconds,omitempty"`
	Fast          *int         `json:"faster_than_2,omitempty"`
	FastStrict    *int         `json:"faster_than_1_75,omitempty"`
	Repeated      *int         `json:"repeated_device_rows,omitempty"`
	Often         *int         `json:"devices_used_often,omitempty"`
	Rows          []patternRow `json:"rows,omitempty"`
}

type patternRow struct {
	Row     int     `json:"row"`
	LongRun int     `json:"long_run"`
	SD      number  `json:"sd"`
	Speed   *number `json:"speed,omitempty"`
}

func (s *patternSpec) run(t *table) (*patternOutput, error) {
	out := &patternOutput{N: t.rows}
	columns := make([][]float64, len(s.items))
	var err error
	for k, item := range s.items {
		if columns[k], err = t.number(item); err != nil {
			return nil, err
		}
	}
	answers, deviations, gone := make([]float64, len(columns)), 0, 0
	for i := range t.rows {
		for k, c := range columns {
			if answers[k] = c[i]; math.IsNaN(c[i]) {
				gone++
			}
		}
		p := AnswerPattern(answers, s.highest)
		out.add(p, len(answers))
		if !math.IsNaN(p.SD) {
			deviations++
			out.SDMean += number(p.SD)
		}
		if s.list {
			out.Rows = append(out.Rows, patternRow{Row: i + 1, LongRun: p.LongRun, SD: number(p.SD)})
		}
	}
	out.LongRunMean /= number(t.rows)
	out.SDMean /= number(deviations)
	out.MissingRate = number(float64(gone) / float64(t.rows*len(columns)))
	if s.seconds != "" {
		if err := s.speed(t, out); err != nil {
			return nil, err
		}
	}
	if s.device == "" {
		return out, nil
	}
	return out, s.devices(t, out)
}

func (out *patternOutput) add(p Pattern, items int) {
	out.LongRunMean += number(p.LongRun)
	for _, hit := range []struct {
		is    bool
		count *int
	}{{p.Straight, &out.Straight}, {p.AtHighest, &out.AtHighest}, {p.LongRun == items, &out.LongRunAll}} {
		if hit.is {
			*hit.count++
		}
	}
}

func (s *patternSpec) speed(t *table, out *patternOutput) error {
	seconds, err := t.number(s.seconds)
	if err != nil {
		return err
	}
	speed, median, err := RelativeSpeed(seconds)
	if err != nil {
		return fmt.Errorf("%s, column %q: %w", t.file, s.seconds, err)
	}
	out.MedianSeconds, out.Fast, out.FastStrict = num(median), new(int), new(int)
	for i, v := range speed {
		if v > 2 {
			*out.Fast++
		}
		if v > 1.75 {
			*out.FastStrict++
		}
		if s.list {
			out.Rows[i].Speed = num(v)
		}
	}
	return nil
}

func (s *patternSpec) devices(t *table, out *patternOutput) error {
	f, err := t.factor(s.device)
	if err != nil {
		return err
	}
	out.Repeated, out.Often = new(int), new(int)
	uses := make([]int, len(f.Names))
	for _, c := range f.Code {
		if c < 0 {
			continue
		}
		if uses[c]++; uses[c] > 1 {
			*out.Repeated++
		}
	}
	for _, n := range uses {
		if n > s.often {
			*out.Often++
		}
	}
	return nil
}
