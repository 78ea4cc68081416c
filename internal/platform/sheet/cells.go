package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Text stores a cell as it is, at most max characters.
func Text[T any](field func(*T) *string, max int) func(*T, string) error {
	return func(row *T, text string) error {
		if len(text) > max && utf8.RuneCountInString(text) > max {
			return Bad("sheet.text_too_long", fmt.Sprintf("超过%d个字", max))
		}
		*field(row) = text
		return nil
	}
}

// Int stores a whole number between low and high. Full-width digits and a form such as "3.0" are understood.
func Int[T any](field func(*T) *int, low, high int) func(*T, string) error {
	return func(row *T, text string) error {
		n, err := strconv.Atoi(text)
		if err != nil {
			f, ok := number(text)
			if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
				return Bad("sheet.not_integer", "应为整数")
			}
			n = int(f)
		}
		if n < low || n > high {
			return Bad("sheet.out_of_range", fmt.Sprintf("应在%d到%d之间", low, high))
		}
		*field(row) = n
		return nil
	}
}

// Float stores a number between low and high.
func Float[T any](field func(*T) *float64, low, high float64) func(*T, string) error {
	return func(row *T, text string) error {
		f, ok := number(text)
		if !ok {
			return Bad("sheet.not_number", "应为数字")
		}
		if f < low || f > high {
			return Bad("sheet.out_of_range", fmt.Sprintf("应在%v到%v之间", low, high))
		}
		*field(row) = f
		return nil
	}
}

// OneOf stores the value that a written form stands for, such as 男 → "male".
func OneOf[T, V any](field func(*T) *V, values map[string]V) func(*T, string) error {
	return func(row *T, text string) error {
		v, known := values[text]
		if !known {
			return Bad("sheet.unknown_value", "不在可选值之内")
		}
		*field(row) = v
		return nil
	}
}

var dateLayouts = []string{
	"2006-01-02", "2006-1-2", "2006/1/2", "2006年1月2日", "2006.1.2", "20060102",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006年1月2日 15:04",
}

// Time stores a date or a moment in the zone: the usual written forms, RFC 3339, or the serial number that Excel keeps.
func Time[T any](field func(*T) *time.Time, zone *time.Location) func(*T, string) error {
	return func(row *T, text string) error {
		t, ok := moment(text, zone)
		if !ok {
			return Bad("sheet.not_date", "应为日期，例如2026-11-21")
		}
		*field(row) = t
		return nil
	}
}

func moment(text string, zone *time.Location) (time.Time, bool) {
	text = fullWidth.Replace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(zone), true
	}
	for _, layout := range dateLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, true
		}
	}
	// Excel counts days from 1899-12-30; the bounds are 1954 and 2119, so a plain number is rarely taken for a date.
	if f, err := strconv.ParseFloat(text, 64); err == nil && f > 20_000 && f < 80_000 {
		day := time.Date(1899, 12, 30, 0, 0, 0, 0, zone).AddDate(0, 0, int(f))
		return day.Add(time.Duration(math.Round((f-math.Trunc(f))*86400)) * time.Second), true
	}
	return time.Time{}, false
}

func number(text string) (float64, bool) {
	if strings.ContainsAny(text, "_xX") { // forms of Go, not of people
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		plain := strings.ReplaceAll(fullWidth.Replace(text), ",", "")
		f, err = strconv.ParseFloat(plain, 64)
	}
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}
