package fence

import (
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// hours says when a fence is in force. Days are days in Nanjing.
type hours struct {
	days        uint8 // bit n for weekday n, Monday 0; 0 for every day
	from, until int   // minutes of the day; equal for all day
	first, last int64 // days since 1970; 0 for none
	always      bool
}

func newHours(d *Definition) (h hours, err error) {
	bad := func(field string) error {
		return errs.Invalid("fence.bad_hours", "Give times as HH:MM, days as YYYY-MM-DD and weekdays as 1 to 7.", errs.Field{Location: "body." + field, Message: "unreadable"})
	}
	for _, n := range d.Days {
		if n < 1 || n > 7 {
			return h, bad("days")
		}
		h.days |= 1 << (n - 1)
	}
	if (d.From == "") != (d.Until == "") {
		return h, bad("until")
	}
	if d.From != "" {
		from, err1 := time.Parse("15:04", d.From)
		until, err2 := time.Parse("15:04", d.Until)
		if err1 != nil || err2 != nil {
			return h, bad("from")
		}
		h.from, h.until = from.Hour()*60+from.Minute(), until.Hour()*60+until.Minute()
	}
	for _, x := range []struct {
		text, field string
		to          *int64
	}{{d.FirstDay, "first_day", &h.first}, {d.LastDay, "last_day", &h.last}} {
		if x.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, x.text)
		if err != nil {
			return h, bad(x.field)
		}
		*x.to = t.Unix() / secondsOfDay
	}
	h.always = h == hours{}
	return h, nil
}

const secondsOfDay = 24 * 60 * 60

var offset = func() int64 {
	_, seconds := time.Time{}.In(clock.Nanjing).Zone()
	return int64(seconds)
}()

// hold reports whether an instant lies within the hours. Those that run past midnight belong to the day on which they begin.
func (h *hours) hold(ms int64) bool {
	if h.always {
		return true
	}
	local := ms/1000 + offset
	day, minute := local/secondsOfDay, int(local%secondsOfDay/60)
	switch {
	case h.from < h.until:
		if minute < h.from || minute >= h.until {
			return false
		}
	case h.from > h.until:
		if minute < h.from && minute >= h.until {
			return false
		}
		if minute < h.until {
			day--
		}
	}
	weekday := (day + 3) % 7 // 1970-01-01 was a Thursday
	return (h.days == 0 || h.days&(1<<weekday) != 0) && (h.first == 0 || day >= h.first) && (h.last == 0 || day <= h.last)
}
