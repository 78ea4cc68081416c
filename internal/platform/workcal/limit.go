package workcal

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// Unit says which time counts towards a Limit.
type Unit string

// The four units of calendar.yaml, and two finer ones for limits below an hour and for what is left of a limit.
const (
	UrgentHour   Unit = "urgent_hour"
	WorkHour     Unit = "work_hour"
	WorkDay      Unit = "work_day"
	CalendarDay  Unit = "calendar_day"
	UrgentMinute Unit = "urgent_minute" // counts as urgent_hour
	WorkMinute   Unit = "work_minute"   // counts as work_hour
)

// Units lists every unit, in the order in which a form offers them.
var Units = []Unit{UrgentHour, WorkHour, WorkDay, CalendarDay, UrgentMinute, WorkMinute}

// Valid reports whether u is one of the units.
func (u Unit) Valid() bool {
	switch u {
	case UrgentHour, WorkHour, WorkDay, CalendarDay, UrgentMinute, WorkMinute:
		return true
	}
	return false
}

// AroundTheClock reports whether nights and holidays count.
func (u Unit) AroundTheClock() bool { return u == UrgentHour || u == UrgentMinute || u == CalendarDay }

// maxN keeps the day loop short; it is 27 years of calendar days, and more than that in minutes.
const (
	maxN       = 10_000
	maxMinutes = 15_000_000
)

func (u Unit) max() int {
	if u == UrgentMinute || u == WorkMinute {
		return maxMinutes
	}
	return maxN
}

// Limit is a time limit such as "1 work_day". The zero Limit means "no limit set"; Due needs a valid one.
type Limit struct {
	N    int
	Unit Unit
}

// ParseLimit reads the printed form "N unit", for example "4 work_hour". The empty text is the zero Limit.
func ParseLimit(text string) (Limit, error) {
	if text == "" {
		return Limit{}, nil
	}
	number, unit, found := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.Atoi(number)
	if !found || err != nil {
		return Limit{}, fmt.Errorf("time limit %q: write a number and a unit, for example \"1 work_day\"", text)
	}
	l := Limit{N: n, Unit: Unit(strings.TrimSpace(unit))}
	if err := l.Validate(); err != nil {
		return Limit{}, err
	}
	return l, nil
}

// MustLimit is ParseLimit for constants in code; it panics on a mistake.
func MustLimit(text string) Limit {
	l, err := ParseLimit(text)
	if err != nil {
		panic(err)
	}
	return l
}

// Validate reports an unknown unit or a number outside 1…10,000 (15 million for minutes).
func (l Limit) Validate() error {
	if !l.Unit.Valid() {
		return fmt.Errorf("time limit unit %q: use urgent_hour, work_hour, work_day, calendar_day, urgent_minute or work_minute", l.Unit)
	}
	if l.N < 1 || l.N > l.Unit.max() {
		return fmt.Errorf("time limit %d %s: the number must lie between 1 and %d", l.N, l.Unit, l.Unit.max())
	}
	return nil
}

// IsZero reports whether no limit is set.
func (l Limit) IsZero() bool { return l == Limit{} }

// String is the printed form, "1 work_day"; empty for the zero Limit.
func (l Limit) String() string {
	if l.IsZero() {
		return ""
	}
	return strconv.Itoa(l.N) + " " + string(l.Unit)
}

// MarshalText writes the printed form, so a Limit is a string in JSON.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the printed form.
func (l *Limit) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLimit(string(text))
	return err
}

// Value stores the printed form in a TEXT column.
func (l Limit) Value() (driver.Value, error) { return l.String(), nil }

// Scan reads the printed form from a TEXT column; NULL is the zero Limit.
func (l *Limit) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*l = Limit{}
		return nil
	case string:
		return l.UnmarshalText([]byte(v))
	case []byte:
		return l.UnmarshalText(v)
	}
	return fmt.Errorf("time limit: cannot read a %T", src)
}
