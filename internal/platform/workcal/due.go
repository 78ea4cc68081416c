package workcal

import (
	"slices"
	"time"
)

// Interval is a pause [From, To). A zero To means that the pause has not ended.
type Interval struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Due returns when a limit that starts at start runs out. Pauses may come unsorted and may overlap. The result is the
// zero time while an open pause holds the clock. Due panics if the limit is not valid: limits are validated where they enter.
func (c *Calendar) Due(start time.Time, limit Limit, pauses ...Interval) time.Time {
	if err := limit.Validate(); err != nil {
		panic(err)
	}
	return c.after(start, c.Length(limit), limit.Unit, pauses)
}

// DueShare returns when the given share of a limit has been used up: DueShare(…, 0.5) is when half of it is left. Like
// Due it is zero while an open pause holds the clock before that moment.
func (c *Calendar) DueShare(start time.Time, limit Limit, share float64, pauses ...Interval) time.Time {
	return c.after(start, time.Duration(share*float64(c.Length(limit))).Truncate(time.Second), limit.Unit, pauses)
}

// Reminders returns the shares of time left at which a clock turns yellow and orange, from the calendar's data.
func (c *Calendar) Reminders() (yellow, orange float64) { return c.lamps.yellow, c.lamps.orange }

// Advance returns the moment at which d more time of the unit has been counted since from.
func (c *Calendar) Advance(from time.Time, d time.Duration, unit Unit) time.Time {
	return c.advance(from, d, unit)
}

// after finds the moment at which need time of the unit has been counted since start, pauses taken out.
func (c *Calendar) after(start time.Time, need time.Duration, unit Unit, pauses []Interval) time.Time {
	from := start
	for _, p := range pausesAfter(start, pauses) {
		due := c.advance(from, need, unit)
		if !due.After(p.From) {
			return due
		}
		if p.To.IsZero() {
			return time.Time{}
		}
		need -= c.counted(from, p.From, unit)
		from = p.To
	}
	return c.advance(from, need, unit)
}

// Length is what a limit is worth in time that counts for its unit: one work_day is worth WorkDay.
func (c *Calendar) Length(limit Limit) time.Duration {
	n := time.Duration(limit.N)
	switch limit.Unit {
	case WorkDay:
		return n * c.hours.perDay
	case CalendarDay:
		return n * dayLength
	case UrgentMinute, WorkMinute:
		return n * time.Minute
	default:
		return n * time.Hour
	}
}

// Elapsed returns the time between start and now that counts for the unit, pauses taken out; zero if now is not after start.
func (c *Calendar) Elapsed(start, now time.Time, unit Unit, pauses ...Interval) time.Duration {
	var sum time.Duration
	from := start
	for _, p := range pausesAfter(start, pauses) {
		if !p.From.Before(now) {
			break
		}
		sum += c.counted(from, p.From, unit)
		if p.To.IsZero() || p.To.After(now) {
			return sum
		}
		from = p.To
	}
	return sum + c.counted(from, now, unit)
}

// Remaining returns Length minus Elapsed: negative once more has passed than was allowed.
func (c *Calendar) Remaining(start, now time.Time, limit Limit, pauses ...Interval) time.Duration {
	return c.Length(limit) - c.Elapsed(start, now, limit.Unit, pauses...)
}

// Lamp is the colour in which a clock is shown.
type Lamp string

// The lamps of calendar.yaml: yellow and orange at the shares under `reminders`, red when overdue, blue while paused.
const (
	Green  Lamp = "green"
	Yellow Lamp = "yellow"
	Orange Lamp = "orange"
	Red    Lamp = "red"
	Blue   Lamp = "blue"
)

// Reading is a clock read at one moment. Durations are in time that counts for the unit.
type Reading struct {
	Due       time.Time // zero while paused
	Length    time.Duration
	Elapsed   time.Duration
	Remaining time.Duration
	Paused    bool
	Overdue   bool
	Lamp      Lamp
}

// Read tells how a clock stands at now.
func (c *Calendar) Read(start, now time.Time, limit Limit, pauses ...Interval) Reading {
	r := Reading{
		Due:     c.Due(start, limit, pauses...),
		Length:  c.Length(limit),
		Elapsed: c.Elapsed(start, now, limit.Unit, pauses...),
	}
	r.Remaining = r.Length - r.Elapsed
	r.Overdue = !r.Due.IsZero() && now.After(r.Due)
	for _, p := range pausesAfter(start, pauses) {
		held := !p.From.After(now) && (p.To.IsZero() || p.To.After(now))
		r.Paused = r.Paused || held && !r.Overdue
	}
	left := float64(r.Remaining) / float64(r.Length)
	switch {
	case r.Overdue:
		r.Lamp = Red
	case r.Paused:
		r.Lamp = Blue
	case left <= c.lamps.orange:
		r.Lamp = Orange
	case left <= c.lamps.yellow:
		r.Lamp = Yellow
	default:
		r.Lamp = Green
	}
	return r
}

// advance finds the moment at which need more time of the unit has been counted since from. For work_day that is the
// last such moment (09:00 tomorrow, not 18:00 today, as a work day from 09:00 ends at 09:00), for work_hour the first.
func (c *Calendar) advance(from time.Time, need time.Duration, unit Unit) time.Time {
	if unit.AroundTheClock() {
		return from.Add(need).In(c.zone)
	}
	d, clock := c.split(from)
	for ; ; d, clock = d+1, 0 {
		for _, p := range c.periods(d) {
			begin := max(p.from, clock)
			have := p.to - begin
			if have <= 0 {
				continue
			}
			if need < have || need == have && unit != WorkDay {
				return c.at(d, begin+need)
			}
			need -= have
		}
	}
}

// counted measures the time of the unit between from and to.
func (c *Calendar) counted(from, to time.Time, unit Unit) time.Duration {
	if !to.After(from) {
		return 0
	}
	if unit.AroundTheClock() {
		return to.Sub(from)
	}
	d, begin := c.split(from)
	last, end := c.split(to)
	var sum time.Duration
	for ; d <= last; d, begin = d+1, 0 {
		until := dayLength
		if d == last {
			until = end
		}
		if begin == 0 && until == dayLength && c.worked(d) {
			sum += c.hours.perDay
			continue
		}
		for _, p := range c.periods(d) {
			sum += max(0, min(p.to, until)-max(p.from, begin))
		}
	}
	return sum
}

// pausesAfter sorts pauses, merges those that touch, and cuts off what lies before start.
func pausesAfter(start time.Time, pauses []Interval) []Interval {
	if len(pauses) == 0 {
		return nil
	}
	sorted := slices.Clone(pauses)
	slices.SortFunc(sorted, func(a, b Interval) int { return a.From.Compare(b.From) })
	merged := sorted[:0]
	for _, p := range sorted {
		if p.From.Before(start) {
			p.From = start
		}
		if !p.To.IsZero() && !p.To.After(p.From) {
			continue
		}
		if n := len(merged); n > 0 && (merged[n-1].To.IsZero() || !p.From.After(merged[n-1].To)) {
			last := &merged[n-1]
			if p.To.IsZero() || !last.To.IsZero() && p.To.After(last.To) {
				last.To = p.To
			}
			continue
		}
		merged = append(merged, p)
	}
	return merged
}
