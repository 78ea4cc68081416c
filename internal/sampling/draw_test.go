package sampling_test

import (
	"math"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

const seed = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

var sizes = map[survey.Group]int{survey.Elder: 60, survey.Adult: 90, survey.Unit: 24}

func TestDraw_TheSameSeedFrameAndDesignGiveTheSameList(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 2)
		households, units := x.frame(t, sampling.Households, x.blocks(200)), x.frame(t, sampling.Units, x.unitBlocks(30))
		plan := design(households, units, sizes)
		plan.Within = survey.KishTables
		w, first := x.drawn(t, "2026H1", plan, seed)
		if first.Drawn != 174 || first.Reserves != 90 {
			t.Fatalf("%d drawn, %d reserves", first.Drawn, first.Reserves)
		}
		v, err := x.samples.Verify(x.Ctx, w.ID)
		check(t, err)
		if !v.Good || len(v.Checks) != 5 || v.Repeated != first.ListHash {
			t.Errorf("%+v", v)
		}
		// Another installation (other keys, other ids), the same list.
		y := newHouse(t, testkit.SQLite(t), 2)
		plan = design(y.frame(t, sampling.Households, y.blocks(200)), y.frame(t, sampling.Units, y.unitBlocks(30)), sizes)
		plan.Within = survey.KishTables
		if _, other := y.drawn(t, "2026H1", plan, seed); other.ListHash != first.ListHash {
			t.Errorf("another installation drew %s, not %s", other.ListHash, first.ListHash)
		}
		z := newHouse(t, testkit.SQLite(t), 2)
		plan = design(z.frame(t, sampling.Households, z.blocks(200)), z.frame(t, sampling.Units, z.unitBlocks(30)), sizes)
		if _, other := z.drawn(t, "2026H1", plan, "another"); other.ListHash == first.ListHash {
			t.Error("another seed drew the same list")
		}
	})
}

func TestDraw_WeightsAddUpToTheFrame(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*survey.SamplingDesign){
		"directly": func(*survey.SamplingDesign) {},
		"communities first": func(p *survey.SamplingDesign) {
			p.Cluster, p.Take = survey.ClusterCommunity, 15
		},
		"every community is certain": func(p *survey.SamplingDesign) {
			p.Cluster, p.Take = survey.ClusterCommunity, 5
		},
		"by population": func(p *survey.SamplingDesign) { p.Allocation = "proportional" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newHouse(t, testkit.SQLite(t), 2)
			plan := design(x.frame(t, sampling.Households, x.blocks(200)), x.frame(t, sampling.Units, x.unitBlocks(30)), sizes)
			change(&plan)
			w, drawn := x.drawn(t, "2026H1", plan, seed)
			sum := map[string]float64{}
			for _, inv := range x.list(t, sampling.Filter{WaveID: w.ID, State: sampling.Open}) {
				sum[inv.Street+string(inv.Group)] += inv.Weight
			}
			for _, r := range drawn.Strata.V {
				// A third of the communities' sizes are equal here, so that even two stages add up exactly.
				if got := sum[r.Street+string(r.Group)]; math.Abs(got-float64(r.Frame)) > 1e-6*float64(r.Frame) {
					t.Errorf("%s %s: weights add up to %v, the frame has %d", r.Street, r.Group, got, r.Frame)
				}
			}
		})
	}
}

func TestDraw_NobodyIsDrawnAgainWhileResting(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		f := x.frame(t, sampling.Households, x.blocks(200))
		only := map[survey.Group]int{survey.Elder: 40, survey.Adult: 60}
		one, _ := x.drawn(t, "2025H2", design(f, nil, only), "one")
		// The same households in a new frame, in another order.
		again := x.blocks(200)
		for i := range again {
			m := again[i].Members
			for a, b := 0, len(m)-1; a < b; a, b = a+1, b-1 {
				m[a], m[b] = m[b], m[a]
			}
		}
		two, second := x.drawn(t, "2026H1", design(x.frame(t, sampling.Households, again), nil, only), "two")
		if second.Resting.V.Members != 150 || len(second.Resting.V.Draws) != 1 {
			t.Errorf("resting: %+v", second.Resting.V)
		}
		seen := map[string]string{}
		for _, w := range []*survey.Wave{one, two} {
			list := x.list(t, sampling.Filter{WaveID: w.ID})
			ids := make([]string, len(list))
			for i := range list {
				ids[i] = list[i].ID
			}
			check(t, d.Read(x.Ctx, func(tx *db.Tx) error {
				addresses, err := x.samples.AddressesTx(x.Ctx, tx, ids)
				for i := range list {
					place := list[i].Community + addresses[list[i].ID].Text
					if seen[place] != "" {
						t.Errorf("%s drawn for %s and %s", place, seen[place], w.Code)
					}
					seen[place] = w.Code
				}
				return err
			}))
		}
		if len(seen) != 300 {
			t.Errorf("%d households over two waves", len(seen))
		}
		v, err := x.samples.Verify(x.Ctx, one.ID)
		check(t, err)
		if !v.Good {
			t.Errorf("the first wave cannot be repeated after the second: %+v", v)
		}
	})
}

func TestDraw_AnAlteredRecordIsFound(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]struct{ statement, check string }{
		"frame":          {"UPDATE frame_block SET members = '' WHERE code = '320106001001'", "frames"},
		"another list":   {"UPDATE sample_draw SET list_hash = 'x'", "list"},
		"exchanged row":  {"UPDATE invitation SET member = member + 1 WHERE place = 7", "rows"},
		"deleted row":    {"DELETE FROM invitation WHERE place = 9", "rows"},
		"weight":         {"UPDATE invitation SET weight = weight * 2 WHERE place = 3", "rows"},
		"digest of seed": {"UPDATE sample_draw SET seed_digest = 'x'", "seed"},
		"plan":           {"UPDATE wave SET plan = replace(plan, '\"sizes\":{\"adult\":60', '\"sizes\":{\"adult\":61')", "plan"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newHouse(t, testkit.SQLite(t), 1)
			w, _ := x.drawn(t, "2026H1", design(x.frame(t, sampling.Households, x.blocks(100)), nil, map[survey.Group]int{survey.Adult: 60}), seed)
			check(t, x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
				n, err := tx.Exec(x.Ctx, alter.statement)
				if n == 0 {
					t.Error("nothing was altered")
				}
				return err
			}))
			v, err := x.samples.Verify(x.Ctx, w.ID)
			check(t, err)
			if v.Good {
				t.Fatalf("not found: %+v", v)
			}
			for _, c := range v.Checks {
				if !c.Good && c.Name != alter.check {
					t.Errorf("found by %s: %s", c.Name, c.Message)
				}
			}
		})
	}
}

func TestSeal_KeepsEveryEarlierSeedOnRecord(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		plan := design(x.frame(t, sampling.Households, x.blocks(50)), nil, map[survey.Group]int{survey.Adult: 30})
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Draft)
		one, err := x.samples.Seal(lead(), w.ID, w.Version, plan, "")
		check(t, err)
		if _, err := x.samples.Seal(lead(), w.ID, w.Version+1, plan, ""); errs.CodeOf(err) != "sampling.reason_required" {
			t.Errorf("sealed anew without a reason: %v", err)
		}
		two, err := x.samples.Seal(lead(), w.ID, w.Version+1, plan, "名册换新")
		check(t, err)
		if two.SeedDigest == one.SeedDigest {
			t.Error("the seed is the same")
		}
		check(t, d.Tx(lead(), func(tx *db.Tx) error {
			if _, err := x.samples.SealTx(lead(), tx, w.ID, w.Version+2, plan, "再选", "chosen"); errs.CodeOf(err) != "sampling.seed_given" {
				t.Errorf("a person chose the seed: %v", err)
			}
			return nil
		}))
		w, err = x.Surveys.Wave(x.Ctx, w.ID)
		check(t, err)
		if _, err := x.samples.Perform(lead(), w.ID, ""); errs.CodeOf(err) != "sampling.not_frozen" {
			t.Errorf("drawn before the plan was frozen: %v", err)
		}
		w = x.Advance(t, x.Advance(t, w, "pilot"), "freeze")
		if _, err := x.samples.Perform(lead(), w.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := x.samples.Perform(lead(), w.ID, ""); errs.CodeOf(err) != "sampling.drawn_already" {
			t.Errorf("drawn twice: %v", err)
		}
		v, err := x.samples.Draw(lead(), w.ID)
		check(t, err)
		if len(v.Abandoned) != 1 || v.Abandoned[0].SeedDigest != one.SeedDigest || v.Abandoned[0].Reason != "名册换新" || v.Seed != "" {
			t.Errorf("%+v", v)
		}
		x.Advance(t, x.Advance(t, w, "open"), "close")
		if v, err = x.samples.Draw(lead(), w.ID); err != nil || len(v.Seed) != 64 {
			t.Errorf("the seed of a closed wave is %q, %v", v.Seed, err)
		}
	})
}

func TestDraw_ThePublicNumberChangesTheList(t *testing.T) {
	t.Parallel()
	hashes := map[string]bool{}
	for _, beacon := range []string{"", "318", "771"} {
		x := newHouse(t, testkit.SQLite(t), 1)
		plan := design(x.frame(t, sampling.Households, x.blocks(50)), nil, map[survey.Group]int{survey.Adult: 30})
		if beacon != "" {
			plan.Beacon = "10月12日晚公布的开奖号码"
		}
		w := x.sealed(t, "2026H2", plan, seed)
		w = x.Advance(t, x.Advance(t, w, "pilot"), "freeze")
		wrong, code := "", "sampling.beacon_required"
		if beacon == "" {
			wrong, code = "999", "sampling.beacon_unplanned"
		}
		if _, err := x.samples.Perform(x.Ctx, w.ID, wrong); errs.CodeOf(err) != code {
			t.Errorf("number %q: %v", wrong, err)
		}
		d, err := x.samples.Perform(x.Ctx, w.ID, beacon)
		check(t, err)
		hashes[d.ListHash] = true
	}
	if len(hashes) != 3 {
		t.Errorf("%d different lists of 3", len(hashes))
	}
}

func TestDraw_IsForWhoManagesSamplesInTheDistrict(t *testing.T) {
	t.Parallel()
	x := newHouse(t, testkit.SQLite(t), 1)
	f := x.frame(t, sampling.Households, x.blocks(50))
	w, _ := x.drawn(t, "2026H2", design(f, nil, map[survey.Group]int{survey.Adult: 30}), seed)
	street := surveytest.As(surveytest.Street(1), sampling.Permissions()...)
	elsewhere := surveytest.As("320105", append(sampling.Permissions(), survey.Permissions()...)...)
	reader := surveytest.As(surveytest.Area, sampling.PermRead)
	for name, who := range map[string]struct {
		verb func() error
		ok   bool
	}{
		"a reader sees the draw": {func() error { _, err := x.samples.Draw(reader, w.ID); return err }, true},
		"a reader verifies": {func() error {
			_, err := x.samples.Verify(surveytest.As(surveytest.Area, sampling.PermRead, survey.PermRead), w.ID)
			return err
		}, true},
		"a street sees no draw":            {func() error { _, err := x.samples.Draw(street, w.ID); return err }, false},
		"another district sees no draw":    {func() error { _, err := x.samples.Draw(elsewhere, w.ID); return err }, false},
		"another district closes no frame": {func() error { _, err := x.samples.CloseFrame(elsewhere, f.ID, f.Version); return err }, false},
		"a reader makes no frame": {func() error {
			_, err := x.samples.MakeFrame(reader, sampling.NewFrame{Area: surveytest.Area, Kind: sampling.Households, Name: "x"})
			return err
		}, false},
		"a reader draws nothing": {func() error { _, err := x.samples.Perform(reader, w.ID, ""); return err }, false},
		"a reader sees the list without addresses": {func() error {
			return x.DB.Read(reader, func(tx *db.Tx) error {
				_, err := x.samples.ListTx(reader, tx, sampling.Filter{WaveID: w.ID})
				return err
			})
		}, true},
		"a street sees no list": {func() error {
			return x.DB.Read(street, func(tx *db.Tx) error {
				_, err := x.samples.ListTx(street, tx, sampling.Filter{WaveID: w.ID})
				return err
			})
		}, false},
		"nobody sees no list": {func() error {
			return x.DB.Read(nobody(), func(tx *db.Tx) error {
				_, err := x.samples.ListTx(nobody(), tx, sampling.Filter{WaveID: w.ID})
				return err
			})
		}, false},
	} {
		if err := who.verb(); (err == nil) != who.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	ids := []string{x.list(t, sampling.Filter{WaveID: w.ID, Limit: 1})[0].ID}
	for name, who := range map[string]struct {
		permission, area string
		ok               bool
	}{
		"who manages": {sampling.PermManage, surveytest.Area, true}, "who collects here": {"fieldwork.collect", surveytest.Street(1), true},
		"who collects elsewhere": {"fieldwork.collect", surveytest.Street(2), false}, "who only reads": {sampling.PermRead, surveytest.Area, false},
	} {
		ctx := surveytest.As(who.area, who.permission)
		err := x.DB.Read(ctx, func(tx *db.Tx) error { _, err := x.samples.AddressesTx(ctx, tx, ids); return err })
		if (err == nil) != who.ok {
			t.Errorf("addresses for %s: %v", name, err)
		}
	}
}
