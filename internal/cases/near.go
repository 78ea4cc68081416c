package cases

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/words"
)

// Reach is how far around a place and how long ago another case may be the same matter.
type Reach struct {
	Metres int `json:"metres"`
	Hours  int `json:"hours"`
}

// defaultReach holds where the table names nothing else.
var defaultReach = Reach{Metres: 80, Hours: 72}

// reaches are the distances and ages by category; the longest beginning of the code that is listed holds. A dark lamp
// is the same lamp within a few steps and stays dark for weeks; noise is heard far and is over tomorrow. Our own values,
// explained in docs/intake.md.
var reaches = map[string]Reach{
	"01":     {50, 24}, // matters of persons and offices are hardly ever the same
	"02":     {60, 72},
	"0203":   {60, 48},
	"03":     {50, 72},
	"04":     {100, 168},
	"0501":   {300, 48}, // smells, dust and noise carry far
	"0502":   {300, 48},
	"0503":   {300, 168},
	"0604":   {120, 24}, // sudden danger
	"0704":   {100, 168},
	"08":     {50, 24},
	"09":     {30, 24},
	"11":     {30, 24},
	"12":     {50, 24},
	"13":     {80, 24},
	"14":     {80, 336},
	"1401":   {50, 336},
	"140104": {40, 720}, // lamps stand 30 m apart and stay dark for weeks
}

// ReachOf returns how far and how long ago cases of the category may be the same matter.
func ReachOf(category string) Reach {
	for n := len(category); n >= 2; n -= 2 {
		if r, ok := reaches[category[:n]]; ok {
			return r
		}
	}
	return defaultReach
}

// Matter is what is about to be reported, to be compared with what is there.
type Matter struct {
	Text     string
	Category string // "" if not known yet
	Lat, Lon float64
	Photos   []string // references of uploads
	Looks    []int64  // digests of photos that are still on the device
	Of       string   // id of a case whose photos are compared
	Except   string   // id of a case that is left out: the one that is compared itself
}

// Near is an open case that may be the same matter.
type Near struct {
	Case     Case    `json:"case"`
	Distance int     `json:"distance_m"`
	Words    float64 `json:"words" doc:"Likeness of the texts, 0 to 1"`
	Look     float64 `json:"look" doc:"Likeness of the photos, 0 to 1"`
	Score    float64 `json:"score" doc:"All in all, 0 to 1; from 0.5 on it is probably the same"`
	Photo    string  `json:"photo,omitempty" doc:"Id of a photo that shows it"`
}

// maxNear bounds how many candidates are compared.
const maxNear = 200

// NearTx returns open cases near a place that may be the same matter, the most likely first, at most limit: within the
// distance and age of the categories, compared by words and photos. Callers say who may see what: staff need cases.read
// and see what Register would show them; intake leaves out for residents what is not public.
func (s *Service) NearTx(ctx context.Context, tx *db.Tx, m Matter, limit int) ([]Near, error) {
	if p := auth.From(ctx); p == nil || !p.Has(PermRead) {
		if err := auth.Require(ctx, PermReport); err != nil {
			return nil, err
		}
	}
	const widest, oldest = 300, 720
	var args []any
	cond := "TRUE"
	if p := auth.From(ctx); !p.System {
		cond = visible(ctx, &args)
	}
	n := len(args)
	dLat := widest / 111_195.0
	dLon := dLat / math.Max(0.01, math.Cos(m.Lat*math.Pi/180))
	args = append(args, Degrees((m.Lat-dLat)*1e7), Degrees((m.Lat+dLat)*1e7), Degrees((m.Lon-dLon)*1e7), Degrees((m.Lon+dLon)*1e7),
		clock.At(tx.Now().Add(-oldest*time.Hour)), m.Except, maxNear)
	rows, err := db.All[Case](ctx, tx, fmt.Sprintf(`SELECT %s FROM case_file
		WHERE %s AND ended_at IS NULL AND lat IS NOT NULL AND lat BETWEEN $%d AND $%d AND lon BETWEEN $%d AND $%d AND reported_at >= $%d AND id <> $%d
		ORDER BY id DESC LIMIT $%d`, caseColumns, cond, n+1, n+2, n+3, n+4, n+5, n+6, n+7), args...)
	if err != nil {
		return nil, err
	}
	looks, err := looksOf(ctx, tx, m.Photos, m.Of)
	if err != nil {
		return nil, err
	}
	looks = append(looks, m.Looks...)
	near := s.within(tx, rows, m)
	if err := s.compare(ctx, tx, near, words.Pairs(m.Text), looks); err != nil {
		return nil, err
	}
	slices.SortStableFunc(near, func(a, b Near) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return a.Distance - b.Distance
	})
	return near[:min(len(near), limit)], nil
}

// within keeps what lies within reach of its own category and, if known, of the matter's.
func (s *Service) within(tx *db.Tx, rows []Case, m Matter) []Near {
	near := []Near{}
	for i := range rows {
		c := &rows[i]
		r := ReachOf(c.Category)
		if m.Category != "" {
			if !sameClass(c.Category, m.Category) {
				continue
			}
			r = ReachOf(m.Category)
		}
		d := metres(float64(*c.LatE7)/1e7, float64(*c.LonE7)/1e7, m.Lat, m.Lon)
		if d > float64(r.Metres) || tx.Now().Sub(c.ReportedAt.Time) > time.Duration(r.Hours)*time.Hour {
			continue
		}
		n := Near{Case: *s.shown(c, tx), Distance: int(math.Round(d))}
		// Near and of one category is half of the way; what was said and shown decides the rest.
		n.Score = 0.35 * (1 - d/float64(r.Metres))
		if m.Category != "" && c.Category == m.Category {
			n.Score += 0.25
		}
		near = append(near, n)
	}
	return near
}

// sameClass reports categories of one class; an unknown one may be of any. What a caller sends may be shorter than a class.
func sameClass(a, b string) bool {
	return a == "" || b == "" || a[:min(len(a), 2)] == b[:min(len(b), 2)]
}

// compare adds the likeness of texts and photos to the scores.
func (s *Service) compare(ctx context.Context, tx *db.Tx, near []Near, said []uint64, looks []int64) error {
	if len(near) == 0 {
		return nil
	}
	at := make(map[string]int, len(near))
	ids := make([]string, len(near))
	for i := range near {
		at[near[i].Case.ID], ids[i] = i, near[i].Case.ID
		near[i].Words = words.Overlap(said, words.Pairs(near[i].Case.Title+"。"+near[i].Case.Body))
	}
	type photo struct {
		ID     string `db:"id"`
		CaseID string `db:"case_id"`
		Look   int64  `db:"look"`
	}
	var args []any
	shots, err := db.All[photo](ctx, tx, "SELECT id, case_id, look FROM case_evidence WHERE phase IN ('report', 'before') AND "+in("case_id", ids, &args)+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	for _, p := range shots {
		n := &near[at[p.CaseID]]
		if n.Photo == "" {
			n.Photo = p.ID
		}
		for _, l := range looks {
			if a := Alike(l, p.Look); a > n.Look {
				n.Look, n.Photo = a, p.ID
			}
		}
	}
	for i := range near {
		n := &near[i]
		score := n.Score + 0.4*math.Min(1, n.Words/0.4)
		if n.Look > 0.6 {
			score += 0.3 * n.Look
		}
		n.Score, n.Words, n.Look = round(math.Min(1, score)), round(n.Words), round(n.Look)
	}
	return nil
}

func round(v float64) float64 { return math.Round(v*100) / 100 }

// looksOf returns the looks of uploads that wait for their case, or those of a case.
func looksOf(ctx context.Context, tx *db.Tx, refs []string, of string) ([]int64, error) {
	if of != "" {
		return db.All[int64](ctx, tx, "SELECT look FROM case_evidence WHERE case_id = $1 AND look <> 0 AND phase IN ('report', 'before')", of)
	}
	if len(refs) == 0 {
		return nil, nil
	}
	var args []any
	return db.All[int64](ctx, tx, "SELECT look FROM case_upload WHERE look <> 0 AND "+in("ref", refs[:min(len(refs), 9)], &args), args...)
}

// recurDays is how long after its end a case of the same place and category counts as the same matter coming back.
const recurDays = 90

// RecurrencesTx returns ended cases of the category within its reach of a place that ended in the last 90 days, latest
// first, at most five. Rights as NearTx.
func (s *Service) RecurrencesTx(ctx context.Context, tx *db.Tx, category string, lat, lon float64) ([]Near, error) {
	out := []Near{}
	if category == "" {
		return out, nil
	}
	var args []any
	cond := visible(ctx, &args)
	reach := float64(ReachOf(category).Metres)
	cond += " AND " + inReach(lat, lon, reach, &args)
	n := len(args)
	args = append(args, category, clock.At(tx.Now().Add(-recurDays*24*time.Hour)))
	rows, err := db.All[Case](ctx, tx, fmt.Sprintf(`SELECT %s FROM case_file
		WHERE %s AND category = $%d AND ended_at >= $%d AND state IN ('closed', 'archived', 'self_closed', 'force_closed')
		ORDER BY ended_at DESC LIMIT 500`, caseColumns, cond, n+1, n+2), args...)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		c := &rows[i]
		if d := metres(float64(*c.LatE7)/1e7, float64(*c.LonE7)/1e7, lat, lon); d <= reach && len(out) < 5 {
			out = append(out, Near{Case: *s.shown(c, tx), Distance: int(math.Round(d)), Score: round(1 - d/reach/2)})
		}
	}
	return out, nil
}

// maxRows bounds how many rows of squares a place reaches; lists are filled up to it, so that one text serves every place.
const maxRows = 8

// inReach is the condition for cases in the squares of the map that lie within some metres of a place, at most 400: they are
// found by the index of the squares, open and ended ones.
func inReach(lat, lon, reach float64, args *[]any) string {
	dLat := reach / 111_195
	dLon := dLat / math.Max(0.01, math.Cos(lat*math.Pi/180))
	side := func(degrees float64) int64 { return int64(degrees*1e7) / square }
	marks := make([]string, maxRows)
	for i := range marks {
		*args = append(*args, min(side(lat-dLat)+int64(i), side(lat+dLat)))
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	*args = append(*args, side(lon-dLon), side(lon+dLon))
	n := len(*args)
	return fmt.Sprintf("id IN (SELECT id FROM case_file WHERE lat IS NOT NULL AND lat / %d IN (%s) AND lon / %d BETWEEN $%d AND $%d)", square, strings.Join(marks, ", "), square, n-1, n)
}
