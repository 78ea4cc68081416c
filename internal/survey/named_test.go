package survey

import (
	"math"
	"testing"
)

// sampleOf is 60 respondents of two streets with other populations; in the first, neighbours of one community all named field 04.
func sampleOf(t *testing.T) *NamedSample {
	t.Helper()
	w := &Wave{}
	w.Plan.V.Strata = []Stratum{{Street: "320106001", Group: Adult, Population: 9000}, {Street: "320106002", Group: Adult, Population: 1000}}
	var rows []Ticked
	for i := range 60 {
		r := Ticked{Street: "320106001", Community: "320106001001", Group: Adult}
		if i >= 30 {
			r.Street, r.Community = "320106002", "320106002001"
		}
		if i%30 >= 15 {
			r.Community = r.Street + "002"
		}
		if i < 15 || i == 40 {
			r.Categories = []string{"04"}
		}
		rows = append(rows, r)
	}
	design, err := TickedDesign(w, rows)
	if err != nil {
		t.Fatal(err)
	}
	s := &NamedSample{Rows: rows, design: design, level: 0.95, least: 10}
	if s.clustered, err = clusteredDesign(design.Weights(), rows); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestShares_WeighByPopulationAndCountNeighboursOnce(t *testing.T) {
	t.Parallel()
	s := sampleOf(t)
	all, err := s.Shares([]string{"04"}, NamedTogether, "")
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	// 9,000 × 15/30 + 1,000 × 1/30, of 10,000
	if want := 100 * (0.9*0.5 + 0.1/30); math.Abs(*all[0].Share-want) > 1e-3 {
		t.Errorf("share %v, want %v", *all[0].Share, want)
	}
	if all[0].Deff == nil || *all[0].Deff < 5 || *all[0].Low < 0 || *all[0].High > 100 || *all[0].Low >= *all[0].Share {
		t.Errorf("%+v", all[0])
	}
	streets, err := s.Shares(nil, NamedByStreet, "")
	if err != nil || len(streets) != 2 || *streets[0].Share != 50 || streets[1].N != 30 {
		t.Errorf("%+v, %v", streets, err)
	}
	one, err := s.Shares(nil, NamedTogether, "320106002")
	if err != nil || one[0].N != 30 {
		t.Errorf("%+v, %v", one, err)
	}
}

func TestShares_SuppressSmallCellsAndBoundEmptyOnes(t *testing.T) {
	t.Parallel()
	s := sampleOf(t)
	s.least = 16
	communities, err := s.Shares([]string{"04"}, NamedByCommunity, "")
	if err != nil || len(communities) != 4 {
		t.Fatalf("%+v, %v", communities, err)
	}
	for _, c := range communities {
		if !c.Suppressed || c.Share != nil || c.Low != nil {
			t.Errorf("a cell of %d is shown: %+v", c.N, c)
		}
	}
	none, err := s.Shares([]string{"11"}, NamedTogether, "")
	if err != nil || *none[0].Share != 0 || *none[0].High <= 0 {
		t.Errorf("%+v, %v", none, err)
	}
}
