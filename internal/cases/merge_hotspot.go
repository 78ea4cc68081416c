package cases

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// cellSize is the edge of a square of the hot spots in 1e-7 degrees: 0.002°, some 220 m by 190 m in Nanjing.
const cellSize = 20_000

// Hotspot is a square where one category was reported much more often than before.
type Hotspot struct {
	Category     string  `json:"category"`
	CategoryName string  `json:"category_name"`
	AreaCode     string  `json:"area_code" doc:"Grid of the latest case"`
	AreaName     string  `json:"area_name"`
	Lat          float64 `json:"lat" doc:"Middle of the square"`
	Lon          float64 `json:"lon"`
	Count        int     `json:"count" doc:"Cases in the period"`
	Voices       int     `json:"voices"`
	Before       int     `json:"before" doc:"Cases in the period of the same length before"`
	Chance       float64 `json:"chance" doc:"How likely so many would be by chance, if things were as before (Poisson)"`
	Trend        string  `json:"trend" enum:"new,rising,steady,falling"`
	Daily        []int   `json:"daily" doc:"Cases per day, oldest first"`
	LastID       string  `json:"last_id" doc:"Latest case"`
}

// HotspotFilter says what to look at.
type HotspotFilter struct {
	Area     string
	Category string // leaf or a class above it
	Days     int    // 7 to 90
}

type spotRow struct {
	Y        int64      `db:"y"`
	X        int64      `db:"x"`
	Category string     `db:"category"`
	ID       string     `db:"id"`
	AreaCode string     `db:"area_code"`
	AreaName string     `db:"area_name"`
	Voices   int        `db:"voices"`
	At       clock.Time `db:"reported_at"`
}

// maxSpots bounds the list.
const maxSpots = 100

// Hotspots returns squares with at least three cases of one category in the last days, the least likely by chance first.
// Needs cases.read; only cases the caller sees count, merged ones as voices of the case that stands for them.
func (s *Service) Hotspots(ctx context.Context, f HotspotFilter) (out []Hotspot, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if f.Days < 7 || f.Days > 90 {
		return nil, errs.Invalid("cases.bad_days", "Choose a period of 7 to 90 days.", errs.Field{Location: "query.days", Message: "7 to 90", Value: f.Days})
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		since := tx.Now().Add(-time.Duration(f.Days) * 24 * time.Hour)
		before := since.Add(-time.Duration(f.Days) * 24 * time.Hour)
		var args []any
		cond := visible(ctx, &args)
		if f.Area != "" {
			cond += " AND " + auth.Within("area_code", []string{f.Area}, &args)
		}
		args = append(args, clock.At(before), f.Category, f.Category+"~")
		n := len(args)
		spots := map[spotKey]*tallying{}
		err := db.Each(ctx, tx, fmt.Sprintf(`SELECT lat / %d AS y, lon / %d AS x, category, id, area_code, area_name, voices, reported_at FROM case_file
			WHERE %s AND reported_at >= $%d AND category >= $%d AND category < $%d AND category <> '' AND lat IS NOT NULL AND merged_into = ''
				AND state NOT IN ('void', 'rejected')`, cellSize, cellSize, cond, n-2, n-1, n), args, func(r *spotRow) error {
			countSpot(spots, r, since, f.Days)
			return nil
		})
		if err != nil {
			return err
		}
		out = s.hottest(spots)
		return nil
	})
	return out, err
}

type spotKey struct {
	y, x     int64
	category string
}

// tallying is a square while it is counted.
type tallying struct {
	Hotspot
	last clock.Time
}

func countSpot(spots map[spotKey]*tallying, r *spotRow, since time.Time, days int) {
	k := spotKey{r.Y, r.X, r.Category}
	h := spots[k]
	if h == nil {
		h = &tallying{Hotspot: Hotspot{Category: r.Category, Lat: (float64(r.Y) + 0.5) * cellSize / 1e7, Lon: (float64(r.X) + 0.5) * cellSize / 1e7, Daily: make([]int, days)}}
		spots[k] = h
	}
	if r.At.Before(since) {
		h.Before++
		return
	}
	h.Count++
	h.Voices += r.Voices
	if day := int(r.At.Sub(since) / (24 * time.Hour)); day >= 0 && day < days {
		h.Daily[day]++
	}
	if h.LastID == "" || r.At.After(h.last.Time) {
		h.last, h.LastID, h.AreaCode, h.AreaName = r.At, r.ID, r.AreaCode, r.AreaName
	}
}

// hottest keeps what is worth a look and orders it.
func (s *Service) hottest(spots map[spotKey]*tallying) []Hotspot {
	out := []Hotspot{}
	for _, h := range spots {
		if h.Count < 3 {
			continue
		}
		// Half a case stands for "none before": nothing is known to be impossible.
		h.Chance = round4(atLeast(h.Count, math.Max(float64(h.Before), 0.5)))
		h.Trend = trend(h.Count, h.Before, h.Chance)
		h.CategoryName = s.Duties.Catalog().Name(h.Category)
		out = append(out, h.Hotspot)
	}
	slices.SortFunc(out, func(a, b Hotspot) int {
		return cmp.Or(cmp.Compare(a.Chance, b.Chance), b.Count-a.Count, b.Voices-a.Voices, cmp.Compare(a.LastID, b.LastID))
	})
	return out[:min(len(out), maxSpots)]
}

func trend(count, before int, chance float64) string {
	switch {
	case before == 0:
		return "new"
	case chance < 0.05:
		return "rising"
	case count < before:
		return "falling"
	}
	return "steady"
}

// atLeast is the probability of n or more events where mean are expected (Poisson).
func atLeast(n int, mean float64) float64 {
	term, sum := math.Exp(-mean), 0.0
	for i := range n {
		sum += term
		term *= mean / float64(i+1)
	}
	return math.Max(0, 1-sum)
}

func round4(v float64) float64 { return math.Round(v*10000) / 10000 }
