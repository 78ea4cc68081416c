package workcal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// wording is the catalogue of one language: sentences by "workcal." + kind, words for units and reasons.
type wording struct {
	sentences map[Kind]string
	words     map[string]string
	clock     string // layout of a moment
	date      string // layout of a day
	comma     string
}

var wordings = map[string]wording{
	"zh": {
		sentences: map[Kind]string{
			Started:     "{from}起计时，时限{limit}",
			Moved:       "{from}不在工作时段（{reason}），自{to}起算",
			Counted:     "{span}计{spent}，累计{sum}",
			Makeup:      "{span}为调休上班，计{spent}，累计{sum}",
			Skipped:     "{days}不计（{reason}）",
			Paused:      "{from}至{to}暂停计时",
			Held:        "{from}起暂停计时，恢复后还剩{spent}",
			Ended:       "{from}到期",
			Unconfirmed: "{years}年节假日数据未更新，以正式通知为准",
		},
		words: map[string]string{
			reasonWeekend: "周末", reasonClosed: "非工作时段", "hour": "{n}小时", "minute": "{n}分钟",
			"second": "{n}秒", string(UrgentHour): "{n}小时（连续计时）", string(WorkHour): "{n}工作时",
			string(WorkDay): "{n}个工作日", string(CalendarDay): "{n}个自然日",
			string(UrgentMinute): "{n}分钟（连续计时）", string(WorkMinute): "{n}分钟工作时间", "to": "{a}至{b}",
		},
		clock: "1月2日 15:04", date: "1月2日", comma: "、",
	},
	"en": {
		sentences: map[Kind]string{
			Started:     "Starts at {from}; limit {limit}",
			Moved:       "{from} is outside work time ({reason}); counting starts at {to}",
			Counted:     "{span}: {spent} count, {sum} so far",
			Makeup:      "{span}: a make-up work day, {spent} count, {sum} so far",
			Skipped:     "{days}: not counted ({reason})",
			Paused:      "{from} to {to}: paused",
			Held:        "Paused since {from}; {spent} left once resumed",
			Ended:       "Due at {from}",
			Unconfirmed: "Holidays of {years} are not yet official",
		},
		words: map[string]string{
			reasonWeekend: "weekend", reasonClosed: "outside work hours", "hour": "{n} h", "minute": "{n} min",
			"second": "{n} s", string(UrgentHour): "{n} h around the clock", string(WorkHour): "{n} work hours",
			string(WorkDay): "{n} work days", string(CalendarDay): "{n} calendar days",
			string(UrgentMinute): "{n} min around the clock", string(WorkMinute): "{n} min of work time", "to": "{a} to {b}",
		},
		clock: "2 Jan 15:04", date: "2 Jan", comma: ", ",
	},
}

// Sentence words a step in the language; anything but "en" is Chinese.
func (s Step) Sentence(lang string) string {
	w := wordingOf(lang)
	days := s.From.Format(w.date)
	if s.Days > 1 {
		days = w.between(days, s.To.Format(w.date))
	}
	reason := s.Reason
	if word, known := w.words[reason]; known {
		reason = word
	}
	years := make([]string, len(s.Years))
	for i, y := range s.Years {
		years[i] = strconv.Itoa(y)
	}
	return strings.NewReplacer(
		"{from}", s.From.Format(w.clock), "{to}", s.To.Format(w.clock), "{span}", w.span(s), "{days}", days,
		"{spent}", Duration(lang, s.Spent), "{sum}", Duration(lang, s.Sum), "{reason}", reason,
		"{limit}", s.Limit.Sentence(lang), "{years}", strings.Join(years, w.comma),
	).Replace(w.sentences[s.Kind])
}

// Sentence words a limit, such as 3个工作日; empty for the zero Limit.
func (l Limit) Sentence(lang string) string {
	if l.N > 60 && (l.Unit == UrgentMinute || l.Unit == WorkMinute) {
		span := Duration(lang, time.Duration(l.N)*time.Minute)
		return strings.NewReplacer("{n}分钟", span, "{n} min", span).Replace(wordingOf(lang).words[string(l.Unit)])
	}
	return strings.ReplaceAll(wordingOf(lang).words[string(l.Unit)], "{n}", strconv.Itoa(l.N))
}

// Duration words a span of counted time in hours and minutes, such as 3小时30分钟.
func Duration(lang string, d time.Duration) string {
	w := wordingOf(lang)
	if d < time.Minute {
		return strings.ReplaceAll(w.words["second"], "{n}", fmt.Sprint(int(d/time.Second)))
	}
	var parts []string
	if h := int(d / time.Hour); h > 0 {
		parts = append(parts, strings.ReplaceAll(w.words["hour"], "{n}", strconv.Itoa(h)))
	}
	if m := int(d % time.Hour / time.Minute); m > 0 {
		parts = append(parts, strings.ReplaceAll(w.words["minute"], "{n}", strconv.Itoa(m)))
	}
	if lang == "en" {
		return strings.Join(parts, " ")
	}
	return strings.Join(parts, "")
}

func wordingOf(lang string) wording {
	if lang == "en" {
		return wordings["en"]
	}
	return wordings["zh"]
}

func (w wording) between(a, b string) string {
	return strings.NewReplacer("{a}", a, "{b}", b).Replace(w.words["to"])
}

// span is a stretch of time: whole days by date, a part of one day by the clock.
func (w wording) span(s Step) string {
	if s.Days <= 1 {
		to := s.To.Format(w.clock)
		if sameDay(s.From, s.To) {
			to = s.To.Format("15:04")
		} else if s.Days == 1 {
			to = "24:00"
		}
		return w.between(s.From.Format(w.clock), to)
	}
	until := s.To
	if until.Hour() == 0 && until.Minute() == 0 {
		until = until.Add(-time.Second)
	}
	return w.between(s.From.Format(w.date), until.Format(w.date))
}

func sameDay(a, b time.Time) bool {
	y1, m1, d1 := a.Date()
	y2, m2, d2 := b.Date()
	return y1 == y2 && m1 == m2 && d1 == d2
}
