package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"yiwang/internal/platform/clock"
)

// two writes a number with two decimals, a dash where there is none.
func two(v *float64) string {
	if v == nil {
		return "—"
	}
	return strconv.FormatFloat(*v, 'f', 2, 64)
}

// between writes an interval.
func between(low, high *float64) string {
	if low == nil || high == nil {
		return "—"
	}
	return two(low) + "—" + two(high)
}

// signed writes a difference with its sign.
func signed(v *float64) string {
	switch {
	case v == nil:
		return "—"
	case *v > 0:
		return "+" + two(v)
	}
	return strings.Replace(two(v), "-", "−", 1)
}

// rankSet writes the ranks that the data cannot exclude.
func rankSet(best, worst int) string {
	if best == worst {
		return strconv.Itoa(best)
	}
	return fmt.Sprintf("%d—%d", best, worst)
}

// chance prints a probability without claiming certainty.
func chance(p float64) string {
	switch {
	case p > 0.99:
		return ">99%"
	case p < 0.01:
		return "<1%"
	}
	return fmt.Sprintf("%.0f%%", 100*p)
}

// grouped writes a whole number with commas, as tables of the office do.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// date writes a day as documents do.
func date(t *clock.Time) string {
	if t == nil || t.IsZero() {
		return "—"
	}
	d := t.In(clock.Nanjing)
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

func percent(level float64) string {
	return strconv.FormatFloat(math.Round(level*1000)/10, 'f', -1, 64) + "%"
}

// listed joins names in a sentence.
func listed(names []string) string { return strings.Join(names, "、") }

// short shortens a hash where the whole one stands elsewhere in the document.
func short(hash string) string {
	if len(hash) > 16 {
		return hash[:16] + "…"
	}
	return hash
}

var numerals = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// ordinal writes the number of a section: 一 … 九十九.
func ordinal(n int) string {
	switch {
	case n <= 10:
		return numerals[n]
	case n < 20:
		return "十" + numerals[n-10]
	case n%10 == 0:
		return numerals[n/10] + "十"
	}
	return numerals[n/10] + "十" + numerals[n%10]
}
