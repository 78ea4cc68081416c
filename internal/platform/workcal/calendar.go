package workcal

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	shipped "yiwang/data/calendar"
)

// Calendar is one parsed calendar seen with the work periods of one unit.
type Calendar struct {
	version string
	zone    *time.Location
	offset  time.Duration // of zone from UTC; zones with daylight saving are refused
	days    map[day]special
	years   map[int]status
	hours   hours
	units   map[string]hours
	lamps   lamps
}

// day counts days since 1970-01-01 in the calendar's zone.
type day int32

// special is what a calendar says about one date that differs from the Monday-to-Friday rule.
type special struct {
	work bool
	name string // of the holiday; empty for a make-up day
}

type status string

const (
	official    status = "official"
	provisional status = "provisional"
)

// period is a half-open span of one day, measured from midnight.
type period struct{ from, to time.Duration }

// hours are the work periods of one unit. perDay is the same in both seasons.
type hours struct {
	usual      []period
	summer     []period // nil when not in use
	from, to   monthDay // of summer, both inclusive
	perDay     time.Duration
	continuous bool
}

type monthDay struct {
	month time.Month
	day   int
}

func (m monthDay) before(o monthDay) bool {
	return m.month < o.month || m.month == o.month && m.day < o.day
}

type lamps struct{ yellow, orange float64 }

// Default returns the calendar shipped with the program.
var Default = sync.OnceValue(func() *Calendar {
	c, err := Parse(bytes.NewReader(shipped.YAML))
	if err != nil {
		panic("shipped calendar: " + err.Error()) // a test parses it
	}
	return c
})

// Version is the `version` of the calendar's data, to be stored beside due times that were computed with it.
func (c *Calendar) Version() string { return c.version }

// Zone is the time zone in which the calendar counts and in which its results are expressed.
func (c *Calendar) Zone() *time.Location { return c.zone }

// For returns the calendar as the named unit works (for example the hotline, around the clock). A name without an
// entry under `units` gets the calendar itself.
func (c *Calendar) For(unit string) *Calendar {
	h, found := c.units[unit]
	if !found {
		return c
	}
	own := *c
	own.hours = h
	return &own
}

// WorkDay is the work time of one work day: what one work_day is worth.
func (c *Calendar) WorkDay() time.Duration { return c.hours.perDay }

// IsWorkDay reports whether people work on the date of t.
func (c *Calendar) IsWorkDay(t time.Time) bool {
	d, _ := c.split(t)
	return c.worked(d)
}

// IsWorkTime reports whether t lies inside a work period.
func (c *Calendar) IsWorkTime(t time.Time) bool {
	d, clock := c.split(t)
	for _, p := range c.periods(d) {
		if clock >= p.from && clock < p.to {
			return true
		}
	}
	return false
}

// Provisional lists the years between from and to for which no official notice is loaded: unlisted years count
// Monday to Friday, provisional ones a projection. The interface then says 节假日数据未更新.
func (c *Calendar) Provisional(from, to time.Time) []int {
	var years []int
	for y := from.In(c.zone).Year(); y <= to.In(c.zone).Year(); y++ {
		if c.years[y] != official {
			years = append(years, y)
		}
	}
	return years
}

// Years lists the years for which the calendar has data, ascending.
func (c *Calendar) Years() []int {
	years := make([]int, 0, len(c.years))
	for y := range c.years {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

func (c *Calendar) worked(d day) bool {
	if c.hours.continuous {
		return true
	}
	if s, found := c.days[d]; found {
		return s.work
	}
	return !d.weekend()
}

// periods returns the work periods of d in order, none on a day off.
func (c *Calendar) periods(d day) []period {
	if !c.worked(d) {
		return nil
	}
	if c.hours.summer == nil {
		return c.hours.usual
	}
	_, month, dom := d.civil()
	if md := (monthDay{month, dom}); md.before(c.hours.from) || c.hours.to.before(md) {
		return c.hours.usual
	}
	return c.hours.summer
}

const dayLength = 24 * time.Hour

func (c *Calendar) split(t time.Time) (day, time.Duration) {
	local := t.Unix() + int64(c.offset/time.Second)
	d := local / 86400
	if local%86400 < 0 {
		d--
	}
	return day(d), time.Duration(local-d*86400)*time.Second + time.Duration(t.Nanosecond())
}

func (c *Calendar) at(d day, clock time.Duration) time.Time {
	return time.Unix(int64(d)*86400, 0).Add(clock - c.offset).In(c.zone)
}

func (d day) weekday() time.Weekday { return time.Weekday(((int64(d)+4)%7 + 7) % 7) }

func (d day) weekend() bool {
	w := d.weekday()
	return w == time.Saturday || w == time.Sunday
}

func (d day) civil() (int, time.Month, int) { return time.Unix(int64(d)*86400, 0).UTC().Date() }

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Source holds the calendar in force. Readers see the old or the new calendar, never a mixture.
type Source struct{ current atomic.Pointer[Calendar] }

// NewSource returns a Source that starts with c.
func NewSource(c *Calendar) *Source {
	s := &Source{}
	s.current.Store(c)
	return s
}

// Current returns the calendar in force; take it once per decision.
func (s *Source) Current() *Calendar { return s.current.Load() }

// Replace parses r and puts it in force. On an error the old calendar stays.
func (s *Source) Replace(r io.Reader) error {
	c, err := Parse(r)
	if err != nil {
		return err
	}
	s.current.Store(c)
	return nil
}
