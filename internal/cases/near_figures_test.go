package cases_test

import (
	"math"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

const (
	lampLat, lampLon = 32.06, 118.77
	metre            = 1 / 111_195.0 // degrees of latitude
)

// The score of a likely duplicate is a sum a person can follow: nearness up to 0.35, the same leaf 0.25, words up to 0.40,
// photos up to 0.30, cut at 1.
func TestNear_ScoresAreTheSumOfNearnessCategoryWordsAndPhotos(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		photo := func(seed int) string {
			u, err := x.Cases.Upload(x.Ctx, shotOf(t, seed, seed, 80), cases.Shot{})
			must(t, err)
			return u.Ref
		}
		at := func(north float64, category, text string, photos ...string) string {
			lat, lon := lampLat+north*metre, lampLon
			return x.Register(t, func(r *cases.Report) { r.Lat, r.Lon, r.Category, r.Text, r.Photos = &lat, &lon, category, text, photos }).ID
		}
		const said = "三号门前路灯不亮"
		want := map[string]float64{
			at(0, casetest.Lamp, said):             1,                    // here, the same words: 0.35 + 0.25 + 0.40
			at(25, casetest.Lamp, "某某某"):           0.35/2 + 0.25,        // half of the reach of 50 m, other words
			at(40, casetest.Lamp, "某某某", photo(1)): 0.35/5 + 0.25 + 0.30, // the same photo
			at(10, "140102", "某某某"):                0.35 * 0.8,           // another leaf of the class
			at(45, casetest.Lamp, said):            0.35/10 + 0.25 + 0.4, // words again
			at(60, casetest.Lamp, said):            0,                    // out of reach
			at(0, "020101", said):                  0,                    // another class
		}
		var found []cases.Near
		must(t, d.Read(x.Ctx, func(tx *db.Tx) (err error) {
			found, err = x.Cases.NearTx(x.Ctx, tx, cases.Matter{Text: said, Category: casetest.Lamp, Lat: lampLat, Lon: lampLon, Photos: []string{photo(1)}}, 20)
			return err
		}))
		if len(found) != 5 {
			t.Errorf("%d found, want 5", len(found))
		}
		for i, n := range found {
			if math.Abs(n.Score-want[n.Case.ID]) > 0.0101 { // rounded to hundredths, distances to metres
				t.Errorf("%s at %d m, words %.2f, photos %.2f: score %.2f, want %.2f", n.Case.Body, n.Distance, n.Words, n.Look, n.Score, want[n.Case.ID])
			}
			if i > 0 && n.Score > found[i-1].Score {
				t.Errorf("the %d. is likelier than the one before", i+1)
			}
		}
	})
}

func TestHotspots_CountPeriodsAndTellChanceByPoisson(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		const days = 14
		report := func(cell int, daysAgo float64) *cases.Case {
			lat, lon := lampLat+0.001+0.004*float64(cell), lampLon+0.001 // the middle of a square of 0.002°
			when := clock.At(now.Now().Add(-time.Duration(daysAgo * 24 * float64(time.Hour))))
			return x.Register(t, func(r *cases.Report) { r.Lat, r.Lon, r.ReportedAt = &lat, &lon, &when })
		}
		type figures struct {
			now, before int
			chance      float64 // 1 − e^−m Σ m^k/k!, m the cases before or a half
			trend       string
		}
		want := []figures{{6, 1, 0.0006, "rising"}, {4, 0, 0.0018, "new"}, {3, 3, 0.5768, "steady"}, {3, 8, 0.9862, "falling"}, {2, 0, 0, ""}}
		for cell, f := range want {
			for i := range f.now {
				report(cell, float64(i)+0.5)
			}
			for i := range f.before {
				report(cell, days+0.5+float64(i))
			}
		}
		gone := report(4, 1) // a void case is none
		x.Act(t, x.Command(), gone, "void", cases.Move{Ground: "test", Note: "误报"})
		into, twin := report(1, 0.2), report(1, 0.1) // the twin becomes a voice of the other: five cases in this square
		x.Act(t, x.Desk(), twin, "merge", cases.Move{Into: into.ID})
		want[1] = figures{5, 0, 0.0002, "new"}
		report(0, 2*days+1) // too old for either period

		spots, err := x.Cases.Hotspots(x.Command(), cases.HotspotFilter{Days: days})
		must(t, err)
		if len(spots) != 4 {
			t.Fatalf("%d spots, want 4: %+v", len(spots), spots)
		}
		for i, s := range spots {
			f := want[int(math.Round((s.Lat-lampLat-0.001)/0.004))]
			sum := 0
			for _, n := range s.Daily {
				sum += n
			}
			if s.Count != f.now || s.Before != f.before || math.Abs(s.Chance-f.chance) > 1e-9 || s.Trend != f.trend || sum != s.Count || len(s.Daily) != days {
				t.Errorf("%+v\nwant %+v", s, f)
			}
			if i > 0 && s.Chance < spots[i-1].Chance {
				t.Errorf("the %d. is less likely by chance than the one before", i+1)
			}
			if want := s.Count + map[bool]int{true: 1}[f.now == 5]; s.Voices != want {
				t.Errorf("%d voices, want %d", s.Voices, want)
			}
		}
	})
}
