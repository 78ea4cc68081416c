package workcal

import (
	"fmt"
	"strconv"
	"time"
)

func (p *parser) year(path string, y *fileYear, statutory *fileStatutory) {
	year, err := strconv.Atoi(y.Year.text)
	if err != nil || year < 1990 || year > 2200 {
		p.fail(y.Year.line, path+".year", "%q is not a year", y.Year.text)
		return
	}
	if _, twice := p.calendar.years[year]; twice {
		p.fail(y.Year.line, path+".year", "%d is listed twice; keep one", year)
		return
	}
	s := status(y.Status.text)
	if s != official && s != provisional {
		p.fail(y.Status.line, path+".status", "%q must be official or provisional", y.Status.text)
	}
	p.calendar.years[year] = s
	count := 0
	for i := range y.Holidays {
		count += p.holiday(fmt.Sprintf("%s.holidays[%d]", path, i), year, &y.Holidays[i])
	}
	for i, m := range y.Makeup {
		p.makeup(fmt.Sprintf("%s.makeup_workdays[%d]", path, i), year, m)
	}
	if statutory == nil {
		return
	}
	from, ok := p.date("statutory_rule.effective", statutory.Effective)
	if ok && year >= from.Year() && fmt.Sprint(count) != statutory.TotalDays.text {
		p.fail(y.Year.line, path+".holidays", "%d statutory days are marked, statutory_rule.total_days says %s", count, statutory.TotalDays.text)
	}
}

// holiday records the days of h and returns how many of them are statutory.
func (p *parser) holiday(path string, year int, h *fileHoliday) int {
	start, ok1 := p.date(path+".start", h.Start)
	end, ok2 := p.date(path+".end", h.End)
	if !ok1 || !ok2 {
		return 0
	}
	if h.Name.text == "" {
		p.fail(h.Start.line, path+".name", "is missing; the name is shown when a due time is explained")
	}
	// A New Year holiday may reach into a neighbouring year, so one end is enough.
	if start.Year() != year && end.Year() != year {
		p.fail(h.Start.line, path, "%s–%s does not touch %d; move it to its own year", h.Start.text, h.End.text, year)
		return 0
	}
	first, last := dayOf(start), dayOf(end)
	if last < first || last-first > 30 {
		p.fail(h.End.line, path+".end", "%s lies before the start or more than 31 days after it", h.End.text)
		return 0
	}
	if h.Days.text != "" && h.Days.text != fmt.Sprint(int(last-first)+1) {
		p.fail(h.Days.line, path+".days", "is %s but %s to %s are %d days", h.Days.text, h.Start.text, h.End.text, int(last-first)+1)
	}
	for d := first; d <= last; d++ {
		if other, taken := p.calendar.days[d]; taken {
			p.fail(h.Start.line, path, "%s is already listed (%s); holidays must not overlap each other or a make-up day", date(d), nameOf(other))
		}
		p.calendar.days[d] = special{name: h.Name.text}
	}
	for i, s := range h.Statutory {
		if t, ok := p.date(fmt.Sprintf("%s.statutory[%d]", path, i), s); ok && (dayOf(t) < first || dayOf(t) > last) {
			p.fail(s.line, path+".statutory", "%s lies outside the holiday", s.text)
		}
	}
	return len(h.Statutory)
}

func (p *parser) makeup(path string, year int, s scalar) {
	t, ok := p.date(path, s)
	if !ok {
		return
	}
	d := dayOf(t)
	if other, taken := p.calendar.days[d]; taken {
		p.fail(s.line, path, "%s is already listed (%s)", s.text, nameOf(other))
	} else if !d.weekend() {
		p.fail(s.line, path, "%s is a %s and worked anyway; only a Saturday or Sunday can be a make-up day", s.text, d.weekday())
	} else if t.Year() < year-1 || t.Year() > year+1 {
		p.fail(s.line, path, "%s does not belong to %d", s.text, year)
	}
	p.calendar.days[d] = special{work: true}
}

func (p *parser) workdays(path string, y *fileYear) {
	year, err := strconv.Atoi(y.Year.text)
	if err != nil || y.Workdays.text == "" {
		return
	}
	n := 0
	first := dayOf(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
	for d := first; d < dayOf(time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC)); d++ {
		if p.calendar.worked(d) {
			n++
		}
	}
	if fmt.Sprint(n) != y.Workdays.text {
		p.fail(y.Workdays.line, path, "is %s but the listed days leave %d work days; a holiday or make-up day is wrong or missing", y.Workdays.text, n)
	}
}

func (p *parser) vector(path string, v fileVector) {
	start, err1 := time.Parse(time.RFC3339, v.Start.text)
	due, err2 := time.Parse(time.RFC3339, v.Due.text)
	limit, err3 := ParseLimit(v.Limit.text)
	if err1 != nil || err2 != nil || err3 != nil || limit.IsZero() {
		p.fail(v.Start.line, path, "start and due are RFC 3339 times, limit is such as \"1 work_day\"")
		return
	}
	// The vectors speak of the default periods, so switching summer hours on does not contradict them.
	plain := p.calendar
	plain.hours.summer = nil
	if got := plain.Due(start, limit); !got.Equal(due) {
		p.fail(v.Due.line, path+".due", "%s from %s is due at %s, not at %s (%s); correct the vector or the calendar",
			limit, v.Start.text, got.Format(time.RFC3339), v.Due.text, v.Why)
	}
}

func (p *parser) date(path string, s scalar) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s.text)
	if err != nil {
		p.fail(s.line, path, "%q is not a date; write YYYY-MM-DD", s.text)
	}
	return t, err == nil
}

func date(d day) string {
	y, m, dom := d.civil()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dom)
}

func nameOf(s special) string {
	if s.work {
		return "make-up day"
	}
	return s.name
}
