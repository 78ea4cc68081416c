package sensor

import (
	"math"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
)

// filled is an hour with n readings of a value, spread evenly.
func filled(begin time.Time, n int, v float64) hour {
	h := hour{Hour: begin.UnixMilli()}
	for i := range n {
		h.add(Reading{h.Hour + int64(i)*hourLength/int64(n), v})
	}
	return h
}

func TestSpans_EveryReadingStandsByItselfUntilAChartIsFull(t *testing.T) {
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for n, want := range map[int]int{maxSpans: 0, maxSpans + 1: 60} {
		hours := []hour{filled(begin, n, 2)}
		step, spans := spansOf(hours, begin.UnixMilli(), begin.Add(time.Hour).UnixMilli())
		if step != want || want == 0 && len(spans) != n || want == 60 && (len(spans) != 1 || spans[0].N != n || spans[0].Mean != 2) {
			t.Errorf("%d readings: step %d, %d spans", n, step, len(spans))
		}
	}
}

func TestSpans_OfAYearAreDaysOfChinaWithTheMeanOfAllReadings(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, clock.Nanjing)
	var hours []hour
	for i := range 70 * 24 {
		at := begin.Add(time.Duration(i) * time.Hour)
		n, v := 1, 0.0
		if at.Hour() == 12 { // once a day three readings of 8 among 23 of 0
			n, v = 3, 8
		}
		hours = append(hours, filled(at.UTC(), n, v))
	}
	step, spans := spansOf(hours, begin.UnixMilli(), begin.AddDate(0, 0, 70).UnixMilli())
	if step != 24*60 || len(spans) != 70 {
		t.Fatalf("step %d, %d spans", step, len(spans))
	}
	for i, s := range spans {
		if at := s.At.In(clock.Nanjing); at.Hour() != 0 || at.YearDay() != i+1 || s.N != 26 || s.Low != 0 || s.High != 8 || math.Abs(s.Mean-24.0/26) > 0.001 {
			t.Fatalf("day %d: %+v", i, s)
		}
	}
}

func TestHour_KeepsNoMoreValuesThanItsBoundAndCountsAll(t *testing.T) {
	h := hour{}
	for i := range maxPerHour + 100 {
		h.add(Reading{int64(i), float64(i % 7)})
	}
	if h.N != maxPerHour+100 || len(h.readings) != maxPerHour || h.High != 6 {
		t.Fatalf("%d counted, %d kept, high %v", h.N, len(h.readings), h.High)
	}
	if h.add(Reading{5, 100}) || h.High != 6 {
		t.Error("a reading of the same instant counts again")
	}
}
