package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// Residents send categories too, and not only those there are.
func TestNear_TakesAnyCategory(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		lat, lon := 32.06, 118.77
		x.Register(t, func(r *cases.Report) { r.Lat, r.Lon = &lat, &lon })
		for category, want := range map[string]int{"": 1, casetest.Lamp: 1, "14": 1, "1": 0, "灯": 0, "01": 0} {
			err := d.Read(x.Ctx, func(tx *db.Tx) error {
				near, err := x.Cases.NearTx(x.Ctx, tx, cases.Matter{Text: "路灯不亮", Category: category, Lat: lat, Lon: lon}, 9)
				if len(near) != want {
					t.Errorf("%q: %d, want %d", category, len(near), want)
				}
				return err
			})
			if err != nil {
				t.Errorf("%q: %v", category, err)
			}
		}
	})
}

func TestMerge_TwoAtOnceLeaveNoChain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		for range 6 {
			a, b, c := x.Register(t), x.Register(t), x.Register(t)
			done := make(chan struct{}, 2)
			merge := func(from, into *cases.Case) {
				_, _ = x.Cases.Act(x.Desk(), from.ID, "merge", cases.Move{Version: from.Version, Into: into.ID}) // one of the two may be refused
				done <- struct{}{}
			}
			go merge(a, b)
			go merge(b, c)
			<-done
			<-done
			for _, k := range []*cases.Case{a, b} {
				now := seen(t, x, k)
				if now.MergedInto != "" && seen(t, x, &cases.Case{ID: now.MergedInto}).MergedInto != "" {
					t.Fatalf("%s was merged into a case that was merged itself", now.Number)
				}
			}
		}
	})
}

func TestRegister_OnePhotoGoesWithOneReport(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		u, err := x.Cases.Upload(x.Ctx, shotOf(t, 1, 1, 80), cases.Shot{})
		if err != nil {
			t.Fatal(err)
		}
		taken := make(chan error, 4)
		for range cap(taken) {
			go func() {
				_, err := x.Cases.Register(x.Ctx, cases.Report{Channel: cases.FromHotline, Text: "路灯不亮", Category: casetest.Lamp, AreaCode: casetest.Grid, Photos: []string{u.Ref}})
				taken <- err
			}()
		}
		n := 0
		for range cap(taken) {
			if <-taken == nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d reports have the photo", n)
		}
	})
}

func TestRecurrences_AreEndedCasesOfThePlace(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		lat, lon := 32.06, 118.77
		for _, away := range []float64{0, 0.0003, 0.02} { // degrees: here, 33 m off, 2.2 km off
			north := lat + away
			c := x.Register(t, func(r *cases.Report) { r.Lat, r.Lon, r.Category = &north, &lon, casetest.Lamp })
			x.Act(t, x.Command(), c, "force_close", cases.Move{Result: cases.Explained, Note: "无法查实", Reply: "已核实"})
		}
		x.Register(t, func(r *cases.Report) { r.Lat, r.Lon, r.Category = &lat, &lon, casetest.Lamp }) // open
		err := d.Read(x.Ctx, func(tx *db.Tx) error {
			found, err := x.Cases.RecurrencesTx(x.Ctx, tx, casetest.Lamp, lat, lon)
			if len(found) != 2 {
				t.Errorf("found %d, want the two that ended near by", len(found))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestNear_APhotoStillOnThePhoneIsComparedWithThoseOfCasesNearby(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		lat, lon := 32.0967, 118.7562
		u, err := x.Cases.Upload(x.Ctx, shotOf(t, 1, 1, 80), cases.Shot{})
		must(t, err)
		c := x.Register(t, func(r *cases.Report) { r.Lat, r.Lon, r.Photos = &lat, &lon, []string{u.Ref} })
		score := func(looks ...int64) float64 {
			t.Helper()
			var near []cases.Near
			must(t, d.Read(x.Ctx, func(tx *db.Tx) (err error) {
				near, err = x.Cases.NearTx(x.Officer(), tx, cases.Matter{Lat: lat, Lon: lon, Looks: looks}, 5)
				return err
			}))
			if len(near) != 1 || near[0].Case.ID != c.ID {
				t.Fatalf("%+v", near)
			}
			return near[0].Score
		}
		if without, same, other := score(), score(u.Look), score(^u.Look); u.Look == 0 || same <= without || other != without {
			t.Errorf("look %x: %v without a photo, %v with the same one, %v with another", u.Look, without, same, other)
		}
	})
}
