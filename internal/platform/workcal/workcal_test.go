package workcal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	shipped "yiwang/data/calendar"
	"yiwang/internal/platform/errs"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, Default().Zone())
	if err != nil {
		panic(err)
	}
	return t
}

// with parses the shipped calendar after replacing old by new.
func with(t *testing.T, pairs ...string) (*Calendar, error) {
	t.Helper()
	text := string(shipped.YAML)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("calendar has no %q", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return Parse(strings.NewReader(text))
}

func summerCalendar(t *testing.T) *Calendar {
	c, err := with(t, "summer: {enabled: false", "summer: {enabled: true")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDue_AgreesWithTheSixVectors(t *testing.T) {
	t.Parallel()
	var f file
	if err := yaml.Unmarshal(shipped.YAML, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Vectors) != 6 {
		t.Fatalf("%d vectors", len(f.Vectors))
	}
	for _, v := range f.Vectors {
		start, _ := time.Parse(time.RFC3339, v.Start.text)
		got := Default().Due(start, MustLimit(v.Limit.text)).Format(time.RFC3339)
		if got != v.Due.text {
			t.Errorf("%s + %s = %s, want %s (%s)", v.Start.text, v.Limit.text, got, v.Due.text, v.Why)
		}
	}
}

func TestDue_AtTheEdges(t *testing.T) {
	t.Parallel()
	summer := summerCalendar(t)
	for _, c := range []struct {
		name, start, limit, due string
		cal                     *Calendar
	}{
		{"lunch counts nothing", "2026-11-23 11:30", "1 work_hour", "2026-11-23 14:30", Default()},
		{"a work hour may end with the day", "2026-11-23 17:00", "1 work_hour", "2026-11-23 18:00", Default()},
		{"end of day starts tomorrow", "2026-11-23 18:00", "1 work_hour", "2026-11-24 10:00", Default()},
		{"a work day from nine ends at nine", "2026-11-23 09:00", "1 work_day", "2026-11-24 09:00", Default()},
		{"a work day from lunch ends at two", "2026-11-23 12:30", "1 work_day", "2026-11-24 14:00", Default()},
		{"noon belongs to the afternoon", "2026-11-23 12:00", "1 work_day", "2026-11-24 14:00", Default()},
		{"weekend moves to Monday", "2026-11-21 23:00", "2 work_day", "2026-11-25 09:00", Default()},
		{"unlisted year counts Monday to Friday", "2028-09-29 10:00", "1 work_day", "2028-10-02 10:00", Default()},
		{"the hotline never closes", "2026-10-02 23:00", "3 work_hour", "2026-10-03 02:00", Default().For("hotline")},
		{"a hotline day has 24 hours", "2026-10-02 23:00", "1 work_day", "2026-10-03 23:00", Default().For("hotline")},
		{"an unknown unit works as everybody", "2026-11-23 09:00", "1 work_day", "2026-11-24 09:00", Default().For("nobody")},
		{"summer lunch is longer", "2026-07-06 11:30", "1 work_hour", "2026-07-06 15:00", summer},
		{"into summer the work time agrees", "2026-05-29 16:30", "1 work_day", "2026-06-01 17:00", summer},
		{"thousand days", "2025-01-02 09:00", "1000 calendar_day", "2027-09-29 09:00", Default()},
	} {
		if got := c.cal.Due(at(c.start), MustLimit(c.limit)); !got.Equal(at(c.due)) {
			t.Errorf("%s: %s + %s = %s, want %s", c.name, c.start, c.limit, got.Format("2006-01-02 15:04"), c.due)
		}
	}
}

func TestDue_PausesShiftTheRest(t *testing.T) {
	t.Parallel()
	c := Default()
	pause := func(from, to string) Interval {
		p := Interval{From: at(from)}
		if to != "" {
			p.To = at(to)
		}
		return p
	}
	for _, k := range []struct {
		name, start, limit, due string
		pauses                  []Interval
	}{
		{"two hours out of a day", "2026-11-23 10:00", "1 work_day", "2026-11-24 14:00", []Interval{pause("2026-11-23 15:00", "2026-11-23 17:00")}},
		{"at night nothing is lost", "2026-11-23 10:00", "1 work_day", "2026-11-24 10:00", []Interval{pause("2026-11-23 19:00", "2026-11-24 08:00")}},
		{"overlapping and unsorted", "2026-11-23 10:00", "2 urgent_hour", "2026-11-23 15:00", []Interval{
			pause("2026-11-23 12:00", "2026-11-23 14:00"), pause("2026-11-23 11:00", "2026-11-23 13:00")}},
		{"before the start", "2026-11-23 10:00", "2 urgent_hour", "2026-11-23 12:30", []Interval{pause("2026-11-20 10:00", "2026-11-23 10:30")}},
		{"after the due time", "2026-11-23 10:00", "2 urgent_hour", "2026-11-23 12:00", []Interval{pause("2026-11-23 12:00", "2026-11-24 12:00")}},
		{"empty and inverted pauses", "2026-11-23 10:00", "2 urgent_hour", "2026-11-23 12:00", []Interval{
			pause("2026-11-23 11:00", "2026-11-23 11:00"), pause("2026-11-23 11:30", "2026-11-23 11:00")}},
		{"a calendar day and a half", "2026-11-23 10:00", "3 calendar_day", "2026-11-27 22:00", []Interval{pause("2026-11-24 00:00", "2026-11-25 12:00")}},
	} {
		if got := c.Due(at(k.start), MustLimit(k.limit), k.pauses...); !got.Equal(at(k.due)) {
			t.Errorf("%s: due %s, want %s", k.name, got.Format("2006-01-02 15:04"), k.due)
		}
	}
	open := pause("2026-11-23 11:00", "")
	if due := c.Due(at("2026-11-23 10:00"), MustLimit("2 urgent_hour"), open); !due.IsZero() {
		t.Errorf("an open pause gives %s, want no due time", due)
	}
}

func TestRead_TellsHowAClockStands(t *testing.T) {
	t.Parallel()
	c, start, limit := Default(), at("2026-11-23 09:00"), MustLimit("10 work_hour")
	for _, k := range []struct {
		now    string
		left   time.Duration
		lamp   Lamp
		pauses []Interval
	}{
		{"2026-11-23 08:00", 10 * time.Hour, Green, nil},
		{"2026-11-23 11:00", 8 * time.Hour, Green, nil},
		{"2026-11-23 16:00", 5 * time.Hour, Yellow, nil},
		{"2026-11-24 10:00", 2 * time.Hour, Orange, nil},
		{"2026-11-24 12:00", 0, Orange, nil},
		{"2026-11-24 15:00", -time.Hour, Red, nil},
		{"2026-11-24 15:00", 8 * time.Hour, Blue, []Interval{{From: at("2026-11-23 11:00")}}},
	} {
		r := c.Read(start, at(k.now), limit, k.pauses...)
		if r.Remaining != k.left || r.Lamp != k.lamp || r.Overdue != (k.lamp == Red) || r.Paused != (k.lamp == Blue) {
			t.Errorf("at %s: %+v, want %v left, %s", k.now, r, k.left, k.lamp)
		}
	}
}

// oracle counts minute by minute and so shares nothing with the code under test but IsWorkTime.
func oracle(c *Calendar, start time.Time, limit Limit, pauses []Interval) time.Time {
	need := int(c.Length(limit) / time.Minute)
	for m := start; ; m = m.Add(time.Minute) {
		running := true
		for _, p := range pauses {
			if !m.Before(p.From) && m.Before(p.To) {
				running = false
			}
		}
		works := c.IsWorkTime(m) || limit.Unit.AroundTheClock()
		if need == 0 && (limit.Unit != WorkDay || works && running) {
			return m
		}
		if need == 0 && limit.Unit == WorkDay && works {
			// A pause that begins exactly where the day would end comes too late to move it.
			if !pausedBefore(pauses, m) {
				return m
			}
		}
		if running && works {
			need--
		}
	}
}

func pausedBefore(pauses []Interval, m time.Time) bool {
	for _, p := range pauses {
		if p.From.Before(m) && m.Before(p.To) {
			return true
		}
	}
	return false
}

func randomClock(r *rand.Rand) (time.Time, Limit, []Interval) {
	limit := Limit{1 + r.IntN(12), Units[r.IntN(len(Units))]}
	start := at("2025-01-01 00:00").Add(time.Duration(r.IntN(3*365*24*60)) * time.Minute)
	var pauses []Interval
	for range r.IntN(4) {
		from := start.Add(time.Duration(r.IntN(8*24*60)-24*60) * time.Minute)
		pauses = append(pauses, Interval{from, from.Add(time.Duration(r.IntN(2*24*60)) * time.Minute)})
	}
	return start, limit, pauses
}

func TestDue_AgreesWithAMinuteByMinuteCount(t *testing.T) {
	t.Parallel()
	calendars := []*Calendar{Default(), summerCalendar(t), Default().For("hotline")}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1500 {
		c := calendars[i%len(calendars)]
		start, limit, pauses := randomClock(r)
		if got, want := c.Due(start, limit, pauses...), oracle(c, start, limit, pauses); !got.Equal(want) {
			t.Fatalf("case %d: %s + %s pauses %v = %s, want %s", i, start, limit, pauses, got, want)
		}
		if limit.Unit == WorkDay { // a share of days is no number of days
			continue
		}
		part := Limit{int(c.Length(limit) / time.Minute), UrgentMinute}
		if !limit.Unit.AroundTheClock() {
			part.Unit = WorkMinute
		}
		part.N = max(part.N/2, 1)
		share := float64(part.N) / float64(c.Length(limit)/time.Minute)
		if got, want := c.DueShare(start, limit, share, pauses...), oracle(c, start, part, pauses); !got.Equal(want) {
			t.Fatalf("case %d: half of %s + %s pauses %v = %s, want %s", i, start, limit, pauses, got, want)
		}
	}
}

func TestDue_KeepsItsLaws(t *testing.T) {
	t.Parallel()
	c := summerCalendar(t)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 5000 {
		start, limit, pauses := randomClock(r)
		fail := func(law string) { t.Fatalf("case %d breaks %q: %s + %s pauses %v", i, law, start, limit, pauses) }
		due := c.Due(start, limit, pauses...)
		if c.Elapsed(start, due, limit.Unit, pauses...) != c.Length(limit) || c.Remaining(start, due, limit, pauses...) != 0 {
			fail("elapsed until due is the limit")
		}
		if c.Elapsed(start, due.Add(-time.Minute), limit.Unit, pauses...) > c.Length(limit) {
			fail("not more before due")
		}
		if c.Due(start.Add(time.Duration(r.IntN(5000))*time.Minute), limit, pauses...).Before(due) {
			fail("a later start is not due earlier")
		}
		if !c.Due(start, Limit{limit.N + 1, limit.Unit}, pauses...).After(due) {
			fail("a longer limit is due later")
		}
		if due.Before(c.Due(start, limit)) {
			fail("pauses never bring the due time forward")
		}
		if (limit.Unit == WorkDay) && !c.IsWorkTime(due) {
			fail("work days end in work time")
		}
		late := Interval{due, due.Add(time.Hour)}
		resumes := slices.ContainsFunc(pauses, func(p Interval) bool { return p.To.Equal(due) }) // late would lengthen that pause
		if !resumes && !c.Due(start, limit, append(pauses, late)...).Equal(c.Due(start, limit, pauses...)) {
			fail("a pause after the due time changes nothing")
		}
		sum := time.Duration(0)
		e := c.Explain(start, limit, pauses...)
		for _, s := range e.Steps {
			if s.Kind == Counted || s.Kind == Makeup {
				sum += s.Spent
			}
		}
		if sum != c.Length(limit) || !e.Due.Equal(due) {
			fail(fmt.Sprintf("the explanation adds up: %v, want %v", sum, c.Length(limit)))
		}
	}
}

func TestExplain_SaysWhyInChinese(t *testing.T) {
	t.Parallel()
	c := Default()
	for _, k := range []struct {
		start, limit string
		pauses       []Interval
		want         []string
	}{
		{"2026-02-13 16:30", "1 work_day", nil, []string{
			"2月13日 16:30起计时，时限1个工作日",
			"2月13日 16:30至24:00计1小时30分钟，累计1小时30分钟",
			"2月14日 00:00至16:30为调休上班，计5小时30分钟，累计7小时",
			"2月14日 16:30到期",
		}},
		{"2026-10-02 10:00", "3 work_day", []Interval{{at("2026-10-09 10:00"), at("2026-10-09 11:00")}}, []string{
			"10月2日 10:00起计时，时限3个工作日",
			"10月2日 10:00不在工作时段（国庆节），自10月8日 09:00起算",
			"10月8日 09:00至24:00计7小时，累计7小时",
			"10月9日 00:00至10:00计1小时，累计8小时",
			"10月9日 10:00至10月9日 11:00暂停计时",
			"10月9日 11:00至24:00计5小时，累计13小时",
			"10月10日 00:00至24:00为调休上班，计7小时，累计20小时",
			"10月11日不计（周末）",
			"10月12日 00:00至10:00计1小时，累计21小时",
			"10月12日 10:00到期",
		}},
		{"2028-01-03 09:00", "4 work_day", nil, []string{
			"1月3日 09:00起计时，时限4个工作日",
			"1月3日至1月6日计28小时，累计28小时",
			"1月7日 09:00到期",
			"2028年节假日数据未更新，以正式通知为准",
		}},
		{"2026-11-23 09:00", "2 urgent_hour", []Interval{{From: at("2026-11-23 10:30")}}, []string{
			"11月23日 09:00起计时，时限2小时（连续计时）",
			"11月23日 09:00至10:30计1小时30分钟，累计1小时30分钟",
			"11月23日 10:30起暂停计时，恢复后还剩30分钟",
		}},
	} {
		got := c.Explain(at(k.start), MustLimit(k.limit), k.pauses...).Sentences("zh")
		if strings.Join(got, "\n") != strings.Join(k.want, "\n") {
			t.Errorf("%s + %s:\n%s", k.start, k.limit, strings.Join(got, "\n"))
		}
	}
}

func TestCatalogue_WordsEveryStepInBothLanguages(t *testing.T) {
	t.Parallel()
	for lang, w := range wordings {
		for _, k := range Kinds() {
			if w.sentences[k] == "" {
				t.Errorf("%s has no sentence for %s", lang, k)
			}
		}
		for _, u := range Units {
			if s := (Limit{3, u}).Sentence(lang); !strings.Contains(s, "3") {
				t.Errorf("%s words 3 %s as %q", lang, u, s)
			}
		}
	}
	e := Default().Explain(at("2026-10-02 10:00"), MustLimit("30 work_day"))
	for _, s := range append(e.Sentences("en"), e.Sentences("zh")...) {
		if strings.ContainsAny(s, "{}") {
			t.Errorf("unfilled sentence %q", s)
		}
	}
}

func TestProvisional_NamesYearsWithoutOfficialNotice(t *testing.T) {
	t.Parallel()
	got := fmt.Sprint(Default().Provisional(at("2026-12-01 09:00"), at("2029-01-01 09:00")))
	if got != "[2027 2028 2029]" {
		t.Errorf("provisional years %s", got)
	}
}

func TestLimit_RoundTripsItsPrintedForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1 work_day", "4 work_hour", "2 urgent_hour", "7 calendar_day", "15 urgent_minute", "40000 work_minute", ""} {
		var l, scanned Limit
		quoted, _ := json.Marshal(text)
		if err := json.Unmarshal(quoted, &l); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(l)
		stored, _ := l.Value()
		if err := scanned.Scan(stored); err != nil || scanned != l || string(again) != string(quoted) {
			t.Errorf("%q became %s, %v (%v)", text, again, scanned, err)
		}
	}
	for _, bad := range []string{"1", "work_day", "0 work_day", "-1 work_hour", "99999 work_day", "1 fortnight", "1.5 work_day"} {
		if l, err := ParseLimit(bad); err == nil {
			t.Errorf("%q was read as %v", bad, l)
		}
	}
}

func TestParse_NamesPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	for _, k := range []struct{ name, old, new, place, says string }{
		{"misspelt key", "hours_per_day: 7", "hours_a_day: 7", "hours_a_day", "not found"},
		{"bad date", "start: '2026-02-15'", "start: '2026-02-30'", "years[1].holidays[1].start", "YYYY-MM-DD"},
		{"wrong length", "days: 9", "days: 8", "years[1].holidays[1].days", "9 days"},
		{"make-up day on a Monday", "'2026-01-04'", "'2026-01-05'", "years[1].makeup_workdays[0]", "Saturday or Sunday"},
		{"overlap", "start: '2026-02-15'", "start: '2026-01-03'", "years[1].holidays[1]", "31 days"},
		{"forgotten make-up day", "['2026-01-04', '2026-02-14', ", "['2026-02-14', ", "years[1].workdays_total", "247 work days"},
		{"lost statutory day", "statutory: ['2026-02-16', ", "statutory: [", "years[1].holidays", "total_days says 13"},
		{"periods overlap", "{start: '14:00', end: '18:00'}", "{start: '11:00', end: '15:00'}", "work_periods.default[1]", "overlap"},
		{"hours disagree", "hours_per_day: 7", "hours_per_day: 8", "hours_per_day", "add up to 7"},
		{"unknown zone", "timezone: Asia/Shanghai", "timezone: Asia/Gulou", "timezone", "IANA"},
		{"daylight saving", "timezone: Asia/Shanghai", "timezone: Europe/Berlin", "timezone", "daylight saving"},
		{"unknown status", "status: provisional", "status: maybe", "years[2].status", "official or provisional"},
		{"year twice", "year: 2027", "year: 2026", "years[2].year", "twice"},
		{"contradicting vector", "due: '2026-02-24T10:00:00+08:00'", "due: '2026-02-24T11:00:00+08:00'", "test_vectors[1].due", "correct the vector"},
		{"lamps out of order", "{yellow: 0.5, orange: 0.2}", "{yellow: 0.2, orange: 0.5}", "reminders", "orange < yellow"},
		{"summer of another length", "summer: {enabled: false, from_: 06-01, to: 09-30, periods: [{start: '09:00'", "summer: {enabled: true, from_: 06-01, to: 09-30, periods: [{start: '10:00'", "summer", "both seasons"},
	} {
		_, err := with(t, k.old, k.new)
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != errs.KindInvalid {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		all := e.Message
		for _, f := range e.Fields {
			all += "\n" + f.Location + ": " + f.Message
		}
		if !strings.Contains(all, k.place) || !strings.Contains(all, k.says) || !strings.Contains(all, "line ") && k.name != "lamps out of order" {
			t.Errorf("%s: %s", k.name, all)
		}
	}
	for _, text := range []string{"", "[]", "years: 3", "\x00", strings.Repeat("a: &a [b]\n", 3)} {
		if _, err := Parse(strings.NewReader(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	if _, err := Parse(bytes.NewReader(make([]byte, maxCalendarBytes+1))); errs.KindOf(err) != errs.KindTooLarge {
		t.Errorf("huge calendar: %v", err)
	}
}

func TestSource_KeepsTheOldCalendarWhenTheNewOneIsWrong(t *testing.T) {
	t.Parallel()
	s := NewSource(Default())
	if err := s.Replace(strings.NewReader("version: x")); err == nil || s.Current() != Default() {
		t.Fatalf("replaced by nothing: %v", err)
	}
	next := strings.Replace(string(shipped.YAML), "version: '2026.11'", "version: '2026.12'", 1)
	if err := s.Replace(strings.NewReader(next)); err != nil || s.Current().Version() != "2026.12" {
		t.Fatalf("not replaced: %v", err)
	}
}

func BenchmarkDue(b *testing.B) {
	c, start := Default(), at("2026-02-13 16:30")
	for _, text := range []string{"4 work_hour", "10 work_day", "250 work_day"} {
		limit := MustLimit(text)
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				c.Due(start, limit)
			}
		})
	}
}
