package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/appraisal"
	"yiwang/internal/survey"
)

// dataRow is one answer as it leaves the house.
type dataRow struct {
	*survey.Released
	weight appraisal.SampleWeight
	unit   string // first-stage unit under a number of its own
	marks  []byte // one per scale column of the file
	key    string // what rows are put in order by
}

// collect weights the answers, takes out what could be traced, and brings them into an order that follows from their content.
func (r *release) collect(list []survey.Released) error {
	r.columns = append(r.identityColumns(), r.questionColumns()...)
	scale := r.scaleColumns()
	r.rows = make([]dataRow, len(list))
	for i := range list {
		r.rows[i] = dataRow{Released: &list[i], marks: r.marksOf(&list[i], scale)}
	}
	if err := r.weigh(); err != nil {
		return err
	}
	r.columns = append(r.columns, r.designColumns()...)
	r.conceal()
	slices.SortFunc(r.rows, func(a, b dataRow) int { return cmp.Compare(a.key, b.key) })
	r.numberUnits()
	return nil
}

// weigh gives every answer that counts its weights; those set aside have none.
func (r *release) weigh() error {
	for _, channel := range survey.Channels {
		var answers []survey.Marked
		var at []int
		for i := range r.rows {
			if x := r.rows[i].Released; x.Channel == channel && !x.Excluded {
				answers, at = append(answers, x.Marked()), append(at, i)
			}
		}
		if len(answers) == 0 {
			continue
		}
		weights, err := appraisal.Weigh(r.plan, channel, answers)
		if err != nil {
			return err
		}
		for k, i := range at {
			r.rows[i].weight = weights[k]
			r.margins = max(r.margins, len(weights[k].Margins))
		}
	}
	return nil
}

func (r *release) clusters() bool { return r.plan.Weighting != nil && r.plan.Weighting.Cluster != "" }

// conceal takes out what would make a cell smaller than the plan allows, the narrower trait first: age, then sex, then the community. Where communities
// were drawn and one of them has a small cell, none of its answers names it; its number as a first-stage unit remains, as the variance needs it.
func (r *release) conceal() {
	for i := range r.rows {
		r.rows[i].unit = r.rows[i].Street + "|" + r.rows[i].Community
	}
	r.concealBy(func(x *survey.Released) string { return x.Sex + "|" + x.AgeBand }, func(x *survey.Released) { x.AgeBand = "" })
	r.concealBy(func(x *survey.Released) string { return x.Sex }, func(x *survey.Released) { x.Sex = "" })
	small := map[string]bool{}
	r.concealBy(func(*survey.Released) string { return "" }, func(x *survey.Released) {
		small[x.Community] = true
		x.Community = ""
	})
	for i := range r.rows {
		x := &r.rows[i]
		if r.clusters() && small[x.Community] {
			x.Community = ""
		}
		x.key = strings.Join([]string{string(x.Channel), x.Street, string(x.Group), x.Community, x.Sex, x.AgeBand, string(x.marks), strconv.Itoa(x.Seconds), fmt.Sprint(x.Answers.V), x.unit}, "|")
	}
}

// concealBy counts cells of community × group × traits and hides something in answers of the small ones.
func (r *release) concealBy(traits func(*survey.Released) string, hide func(*survey.Released)) {
	cell := func(x *survey.Released) string {
		return strings.Join([]string{string(x.Channel), x.Street, x.Community, string(x.Group), traits(x)}, "|")
	}
	counts := map[string]int{}
	for i := range r.rows {
		counts[cell(r.rows[i].Released)]++
	}
	var list []*survey.Released
	for i := range r.rows {
		if x := r.rows[i].Released; counts[cell(x)] < r.plan.MinCellN {
			list = append(list, x)
		}
	}
	for _, x := range list {
		hide(x)
	}
}

// numberUnits numbers first-stage units by the first answer of each in the file, so that a number says nothing about the place.
func (r *release) numberUnits() {
	numbers := map[string]string{}
	people := map[string]string{}
	for i := range r.rows {
		x := &r.rows[i]
		if !r.clusters() || x.Channel != survey.Targeted {
			x.unit = strconv.Itoa(i + 1)
		} else {
			if numbers[x.unit] == "" {
				numbers[x.unit] = fmt.Sprintf("u%04d", len(numbers)+1)
			}
			x.unit = numbers[x.unit]
		}
		if x.Interviewer != "" {
			if people[x.Interviewer] == "" {
				people[x.Interviewer] = fmt.Sprintf("p%03d", len(people)+1)
			}
			x.Interviewer = people[x.Interviewer]
		}
	}
}

// scaleColumns lists the columns of marks in the order of the file, with the position of each in the marks of a group, -1 where it is not asked.
func (r *release) scaleColumns() (at []map[survey.Group]int) {
	for _, c := range r.columns {
		if c.kind != kindMark {
			continue
		}
		places := map[survey.Group]int{}
		for _, g := range survey.Groups {
			places[g] = -1
			if form := r.forms[g]; form != nil {
				places[g] = slices.IndexFunc(form.ScaleQuestions(), func(q survey.Question) bool { return columnOf(&q) == c.name })
			}
		}
		at = append(at, places)
	}
	return at
}

// marksOf lays the marks of an answer out over the columns; a blank is a question that the group is not asked.
func (r *release) marksOf(x *survey.Released, at []map[survey.Group]int) []byte {
	out := make([]byte, len(at))
	for j, places := range at {
		out[j] = ' '
		if p := places[x.Group]; p >= 0 && p < len(x.Marks) {
			out[j] = x.Marks[p]
		}
	}
	return out
}

// writeRows writes the answers. The file holds codes and numbers only.
func (r *release) writeRows(w io.Writer) error {
	out := csv.NewWriter(w)
	header := make([]string, len(r.columns))
	for i, c := range r.columns {
		header[i] = c.name
	}
	if err := out.Write(header); err != nil {
		return err
	}
	line := make([]string, len(r.columns))
	for i := range r.rows {
		mark := 0
		for k, c := range r.columns {
			if c.kind == kindMark {
				line[k] = strings.TrimSpace(string(r.rows[i].marks[mark]))
				mark++
				continue
			}
			line[k] = c.value(i, &r.rows[i])
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// exact writes a number so that reading it gives the same one.
func exact(v float64) string {
	if v == 0 || math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
