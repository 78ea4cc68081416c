package survey

import (
	"testing"
	"time"
)

func TestWeekOf_IsTheMondayInNanjing(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-11-22T15:59:59Z": "2026-11-15T16:00:00Z", // Sunday evening in Nanjing
		"2026-11-22T16:00:00Z": "2026-11-22T16:00:00Z", // Monday morning there
		"2026-11-25T03:00:00Z": "2026-11-22T16:00:00Z",
		"2027-01-01T03:00:00Z": "2026-12-27T16:00:00Z",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := weekOf(moment).UTC().Format(time.RFC3339); got != want {
			t.Errorf("week of %s begins %s, want %s", at, got, want)
		}
	}
}
