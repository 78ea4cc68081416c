package workcal

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	_ "time/tzdata" // a scratch container has no zone files

	"go.yaml.in/yaml/v3"

	"yiwang/internal/platform/errs"
)

// maxCalendarBytes bounds an uploaded calendar; ten years take about 30 kB.
const maxCalendarBytes = 1 << 20

const invalid = "workcal.invalid_calendar"

// Parse reads a calendar in the form of data/calendar/calendar.yaml. It checks the arithmetic of every year and runs
// the file's test vectors. A mistake is errs.Invalid with one field per problem, naming line, place and remedy.
func Parse(r io.Reader) (*Calendar, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxCalendarBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	if len(text) > maxCalendarBytes {
		return nil, errs.TooLarge(invalid, "The calendar file is larger than 1 MB; a calendar of ten years is about 30 kB.")
	}
	var f file
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errs.Invalid(invalid, "The calendar file is empty.")
		}
		return nil, errs.Invalid(invalid, "The calendar file is not valid: "+strings.TrimPrefix(err.Error(), "yaml: ")+".")
	}
	p := &parser{calendar: Calendar{
		days: map[day]special{}, years: map[int]status{}, units: map[string]hours{}, lamps: lamps{0.5, 0.2},
	}}
	p.read(&f)
	if len(p.problems) > 0 {
		return nil, errs.Invalid(invalid, fmt.Sprintf("The calendar is refused: %s: %s.", p.problems[0].Location, p.problems[0].Message), p.problems...)
	}
	return &p.calendar, nil
}

// scalar is a YAML scalar that remembers its line.
type scalar struct {
	text string
	line int
}

func (s *scalar) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: expected one value", n.Line)
	}
	s.text, s.line = n.Value, n.Line
	return nil
}

type file struct {
	Version   scalar              `yaml:"version"`
	Timezone  scalar              `yaml:"timezone"`
	Periods   filePeriods         `yaml:"work_periods"`
	Units     map[string]fileUnit `yaml:"units"`
	Reminders *fileReminders      `yaml:"reminders"`
	Years     []fileYear          `yaml:"years"`
	Statutory *fileStatutory      `yaml:"statutory_rule"`
	Vectors   []fileVector        `yaml:"test_vectors"`
	Timing    map[string]string   `yaml:"timing_units"` // prose for readers
	Rules     []string            `yaml:"rules"`        // prose for readers
}

type filePeriods struct {
	Usual       []filePeriod `yaml:"default"`
	Summer      *fileSummer  `yaml:"summer"`
	HoursPerDay scalar       `yaml:"hours_per_day"`
	Note        string       `yaml:"note"`
}

type filePeriod struct {
	Start scalar `yaml:"start"`
	End   scalar `yaml:"end"`
}

type fileSummer struct {
	Enabled bool         `yaml:"enabled"`
	From    scalar       `yaml:"from_"`
	To      scalar       `yaml:"to"`
	Periods []filePeriod `yaml:"periods"`
}

type fileUnit struct {
	Continuous bool         `yaml:"continuous"`
	Periods    []filePeriod `yaml:"periods"`
	Summer     *fileSummer  `yaml:"summer"`
	Note       string       `yaml:"note"`
}

type fileReminders struct {
	Yellow float64 `yaml:"yellow"`
	Orange float64 `yaml:"orange"`
}

type fileYear struct {
	Year       scalar        `yaml:"year"`
	Status     scalar        `yaml:"status"`
	Source     string        `yaml:"source"`
	Assumption string        `yaml:"assumption"`
	Holidays   []fileHoliday `yaml:"holidays"`
	Makeup     []scalar      `yaml:"makeup_workdays"`
	Workdays   scalar        `yaml:"workdays_total"`
}

type fileHoliday struct {
	Name      scalar   `yaml:"name"`
	Start     scalar   `yaml:"start"`
	End       scalar   `yaml:"end"`
	Days      scalar   `yaml:"days"`
	Statutory []scalar `yaml:"statutory"`
}

type fileStatutory struct {
	Effective scalar `yaml:"effective"`
	TotalDays scalar `yaml:"total_days"`
	Items     []struct {
		Name string `yaml:"name"`
		Days int    `yaml:"days"`
		Note string `yaml:"note"`
	} `yaml:"items"`
}

type fileVector struct {
	Start scalar `yaml:"start"`
	Limit scalar `yaml:"limit"`
	Due   scalar `yaml:"due"`
	Why   string `yaml:"why"`
}

type parser struct {
	calendar Calendar
	problems []errs.Field
}

func (p *parser) fail(line int, path, format string, args ...any) {
	if line > 0 {
		path = fmt.Sprintf("line %d, %s", line, path)
	}
	p.problems = append(p.problems, errs.Field{Location: path, Message: fmt.Sprintf(format, args...)})
}

func (p *parser) read(f *file) {
	c := &p.calendar
	c.version = f.Version.text
	p.zone(f)
	c.hours = p.hours("work_periods", f.Periods.Usual, f.Periods.Summer)
	if want := f.Periods.HoursPerDay; want.text != "" && fmt.Sprint(c.hours.perDay.Hours()) != want.text {
		p.fail(want.line, "work_periods.hours_per_day", "is %s but the default periods add up to %v; correct one of them", want.text, c.hours.perDay.Hours())
	}
	for name, u := range f.Units {
		if u.Continuous {
			c.units[name] = hours{usual: []period{{0, dayLength}}, perDay: dayLength, continuous: true}
			continue
		}
		c.units[name] = p.hours("units."+name, u.Periods, u.Summer)
	}
	if r := f.Reminders; r != nil {
		if !(0 < r.Orange && r.Orange < r.Yellow && r.Yellow < 1) {
			p.fail(0, "reminders", "orange and yellow are shares of time left with 0 < orange < yellow < 1")
		}
		c.lamps = lamps{r.Yellow, r.Orange}
	}
	for i := range f.Years {
		p.year(fmt.Sprintf("years[%d]", i), &f.Years[i], f.Statutory)
	}
	if len(p.problems) > 0 {
		return // totals and vectors of a broken calendar would only repeat the mistake
	}
	for i := range f.Years {
		p.workdays(fmt.Sprintf("years[%d].workdays_total", i), &f.Years[i])
	}
	for i, v := range f.Vectors {
		p.vector(fmt.Sprintf("test_vectors[%d]", i), v)
	}
}

func (p *parser) zone(f *file) {
	name := f.Timezone.text
	if name == "" {
		name = "Asia/Shanghai"
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		p.fail(f.Timezone.line, "timezone", "%q is unknown; use an IANA name such as Asia/Shanghai", name)
		zone = time.UTC
	}
	winter := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	_, offset := winter.Zone()
	if _, summer := winter.AddDate(0, 6, 0).Zone(); summer != offset {
		p.fail(f.Timezone.line, "timezone", "%q has daylight saving time, which the counting rules do not cover", name)
	}
	p.calendar.zone, p.calendar.offset = zone, time.Duration(offset)*time.Second
}

func (p *parser) hours(path string, usual []filePeriod, summer *fileSummer) hours {
	h := hours{usual: p.periods(path+".default", usual)}
	for _, w := range h.usual {
		h.perDay += w.to - w.from
	}
	if summer == nil || !summer.Enabled {
		return h
	}
	path += ".summer"
	h.summer = p.periods(path+".periods", summer.Periods)
	h.from, h.to = p.monthDay(path+".from_", summer.From), p.monthDay(path+".to", summer.To)
	if h.to.before(h.from) {
		p.fail(summer.To.line, path, "ends before it begins; both dates lie in one year")
	}
	sum := time.Duration(0)
	for _, w := range h.summer {
		sum += w.to - w.from
	}
	if sum != h.perDay {
		p.fail(summer.From.line, path+".periods", "add up to %v a day, the default ones to %v; a work day must be worth the same in both seasons", sum, h.perDay)
	}
	return h
}

func (p *parser) periods(path string, list []filePeriod) []period {
	if len(list) == 0 {
		p.fail(0, path, "no work period; give at least one {start, end}")
	}
	var out []period
	var last time.Duration
	for i, w := range list {
		here := fmt.Sprintf("%s[%d]", path, i)
		from, to := p.clock(here+".start", w.Start), p.clock(here+".end", w.End)
		if to <= from || from < last {
			p.fail(w.Start.line, here, "%s–%s: periods must not be empty, must be in order and must not overlap", w.Start.text, w.End.text)
		}
		last = to
		out = append(out, period{from, to})
	}
	return out
}

func (p *parser) clock(path string, s scalar) time.Duration {
	if s.text == "24:00" {
		return dayLength
	}
	t, err := time.Parse("15:04", s.text)
	if err != nil {
		p.fail(s.line, path, "%q is not a time; write HH:MM between quotes", s.text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

func (p *parser) monthDay(path string, s scalar) monthDay {
	t, err := time.Parse("01-02", s.text)
	if err != nil {
		p.fail(s.line, path, "%q is not a date; write MM-DD", s.text)
	}
	return monthDay{t.Month(), t.Day()}
}
