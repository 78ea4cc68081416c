package duty_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestDecide_TheShippedListAnswersForEveryLeaf(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, leaf := range duty.DefaultCatalog().Leaves() {
			got := w.decide(duty.Question{Category: leaf.Code, Area: grid})
			if got.Lead == nil {
				t.Fatalf("%s %s has no lead: %+v", leaf.Code, leaf.Name, got.Steps)
			}
			if got.Limit != leaf.LimitText {
				t.Fatalf("%s: limit %q", leaf.Code, got.Limit)
			}
			if strings.HasPrefix(leaf.Lead, "street_urban") && got.Lead.AreaCode != street {
				t.Fatalf("%s goes to another street: %+v", leaf.Code, got.Lead)
			}
		}
		if got := w.decide(duty.Question{Category: paving, Area: grid}); lead(got) != "construction" || got.Steps[len(got.Steps)-1].Standing != duty.Unused {
			t.Fatalf("%+v", got)
		}
	})
}

func TestDecide_WhereTheLeadDoesNotExistWhoReceivesFirstTakesIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		got := w.decide(duty.Question{Category: "140104", Area: grid}) // no lighting office in this district
		if lead(got) != "street_command" || !slices.Contains(got.Missing, "street_lighting") || got.Steps[0].Reason != "lead_missing" {
			t.Fatalf("%+v", got)
		}
	})
}

func TestDecide_TheMostSpecificRuleWinsWhateverTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	v := w.draft("第二版")
	w.add(v, duty.Rule{Code: "A-area", AreaCode: street, Lead: "water"})
	w.add(v, duty.Rule{Code: "B-class", Category: "14", Lead: "urban_mgmt"})
	w.add(v, duty.Rule{Code: "C-leaf-area", Category: paving, AreaCode: street, Lead: "housing"})
	w.add(v, duty.Rule{Code: "D-leaf-part", Category: paving, Component: "0113", Lead: "street_urban"})
	w.add(v, duty.Rule{Code: "E-night", Category: paving, AreaCode: street, FromTime: "20:00", ToTime: "06:00", Lead: "street_enforce"})
	w.add(v, duty.Rule{Code: "F-device", Category: paving, AreaCode: street, Source: "device", Lead: "water"})
	w.publish(v)
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, clock.Nanjing)
	night := time.Date(2026, 11, 25, 23, 0, 0, 0, clock.Nanjing)
	for _, c := range []struct {
		name string
		q    duty.Question
		want string
	}{
		{"leaf and area stand above the leaf", duty.Question{Category: paving, Area: grid, At: noon}, "housing"},
		{"facility stands above area", duty.Question{Category: paving, Component: "0113", Area: grid, At: noon}, "street_urban"},
		{"time stands above none", duty.Question{Category: paving, Area: grid, At: night}, "street_enforce"},
		{"source stands above time", duty.Question{Category: paving, Area: grid, Source: "device", At: night}, "water"},
		{"other street, the leaf", duty.Question{Category: paving, Area: "320106002001G001", At: noon}, "construction"},
	} {
		if got := w.decide(c.q); lead(got) != c.want {
			t.Errorf("%s: %s, want %s", c.name, lead(got), c.want)
		}
	}
	got := w.decide(duty.Question{Category: paving, Area: grid, At: noon})
	var standings []string
	for _, s := range got.Steps {
		standings = append(standings, s.Rule+":"+string(s.Standing))
	}
	if text := strings.Join(standings, " "); text != "C-leaf-area:used R140101:overruled B-class:overruled A-area:overruled :unused" {
		t.Fatalf("explained as %s", text)
	}
}

func TestDecide_ADateSpanMayRunOverTheNewYear(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	v := w.draft("冬季")
	w.add(v, duty.Rule{Code: "snow", Category: paving, FromDate: "12-01", ToDate: "02-28", Lead: "water"})
	w.publish(v)
	for day, want := range map[string]string{"2026-11-30": "construction", "2026-12-01": "water", "2027-01-15": "water", "2027-02-28": "water", "2027-03-01": "construction"} {
		at, err := time.ParseInLocation("2006-01-02", day, clock.Nanjing)
		w.ok(err)
		if got := lead(w.decide(duty.Question{Category: paving, Area: grid, At: at.Add(10 * time.Hour)})); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestDecide_APrecedentStandsAboveTheListUntilAListTookIt(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		number := 0
		w.ok(d.Tx(w.ctx, func(tx *db.Tx) (err error) {
			number, err = w.PrecedentTx(w.ctx, tx, w.precedent("", "water", "滨河步道由水务先修"))
			return err
		}))
		c.Advance(time.Hour)
		here, there := duty.Question{Category: paving, Area: grid}, duty.Question{Category: paving, Area: "320106001002G001"}
		got := w.decide(here)
		if number != 1 || lead(got) != "water" || got.Steps[0].Kind != "precedent" || got.Steps[1].Standing != duty.Overruled || lead(w.decide(there)) != "construction" {
			t.Fatalf("%d %+v", number, got)
		}
		v := w.draft("收入判例")
		r, err := w.TakePrecedent(w.chief(), number, v.ID, "")
		w.ok(err)
		if r.AreaCode != place || r.Precedent != 1 {
			t.Fatalf("%+v", r)
		}
		if got := w.decide(here); got.Steps[0].Kind != "precedent" {
			t.Fatal("a draft took the precedent out of force")
		}
		w.publish(v)
		c.Advance(time.Hour)
		if got := w.decide(here); lead(got) != "water" || got.Steps[0].Kind != "rule" || got.Steps[0].Precedent != 1 {
			t.Fatalf("%+v", got.Steps[0])
		}
		next := w.draft("再下一版")
		w.publish(next)
		c.Advance(time.Hour)
		if got := w.decide(here); got.Steps[0].Kind != "rule" {
			t.Fatal("the precedent came back although the next list still has its rule")
		}
	})
}

// precedent is a decision about paving in the first grid.
func (w *world) precedent(component, lead, reason string) duty.NewPrecedent {
	return duty.NewPrecedent{CaseID: "case-1", Number: "20261120-001-0001", Category: paving, Component: component, Area: grid, Lead: w.units[area+"."+lead].ID, Reason: reason}
}

func TestDecide_APrecedentAboutAFacilityHoldsForThatFacilityOnly(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		w.ok(d.Tx(w.ctx, func(tx *db.Tx) error {
			if _, err := w.PrecedentTx(w.ctx, tx, w.precedent("0113", "housing", "小区内照明随小区")); err != nil {
				return err
			}
			_, err := w.PrecedentTx(w.ctx, tx, w.precedent("", "water", "步道由水务先修"))
			return err
		}))
		c.Advance(time.Hour)
		for component, want := range map[string]string{"0113": "housing", "0101": "water", "": "water"} {
			if got := lead(w.decide(duty.Question{Category: paving, Component: component, Area: grid})); got != want {
				t.Errorf("facility %q: %s leads, want %s", component, got, want)
			}
		}
		page, err := w.Precedents(w.chief(), duty.PrecedentFilter{}, httpx.PageIn{Limit: 10})
		w.ok(err)
		if len(page.Items) != 2 || page.Items[1].Component != "0113" || page.Items[1].ComponentName == "" {
			t.Fatalf("%+v", page.Items)
		}
		v := w.draft("收入判例")
		r, err := w.TakePrecedent(w.chief(), page.Items[1].Number, v.ID, "")
		w.ok(err)
		if r.Component != "0113" {
			t.Errorf("taken as %+v", r)
		}
	})
}

func TestWithdrawPrecedent_EndsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	w.ok(w.db.Tx(w.ctx, func(tx *db.Tx) error {
		_, err := w.PrecedentTx(w.ctx, tx, w.precedent("", "water", "理由"))
		return err
	}))
	_, err := w.WithdrawPrecedent(w.street(), 1, 1, "不当")
	w.refused(err, "auth.no_permission")
	_, err = w.WithdrawPrecedent(w.chief(), 1, 1, " ")
	w.refused(err, "duty.need_note")
	p, err := w.WithdrawPrecedent(w.chief(), 1, 1, "设施已移交")
	w.ok(err)
	if p.State != duty.Withdrawn || lead(w.decide(duty.Question{Category: paving, Area: grid})) != "construction" {
		t.Fatalf("%+v", p)
	}
	_, err = w.WithdrawPrecedent(w.chief(), 1, 1, "再来一次")
	w.refused(err, "duty.changed")
}
