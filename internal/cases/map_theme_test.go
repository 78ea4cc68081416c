package cases_test

import (
	"context"
	"encoding/json"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	operations "yiwang/internal/testkit/routes"
)

func TestMap_AThemeShowsWhatItsCategoriesOrChannelsHold(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		at := func(lat float64, change func(*cases.Report)) {
			x.Register(t, func(r *cases.Report) {
				lon := 118.75
				r.Lat, r.Lon = &lat, &lon
				change(r)
			})
		}
		at(32.05, func(*cases.Report) {})
		at(32.06, func(r *cases.Report) { r.Channel = cases.FromOfficer })
		at(32.07, func(r *cases.Report) { r.Category = "050101" })
		x.Cases.Themes = func(code string) (categories, channels []string) {
			switch code {
			case "lamps":
				return []string{casetest.Lamp[:2]}, nil
			case "found":
				return nil, []string{string(cases.FromOfficer)}
			case "both":
				return []string{"05"}, []string{string(cases.FromOfficer)}
			}
			return nil, nil
		}
		house := operations.Open(x.Cases.Routes, func(string) context.Context { return x.Command() })
		for theme, want := range map[string]int{"": 3, "lamps": 2, "found": 1, "both": 2, "no_such_theme": 0} {
			const part = "west=118&south=31&east=119&north=33"
			for _, zoom := range []string{"11", "16"} {
				_, _, body := house.Ask(t, "command", operations.Line{Rule: "GET /api/v1/case-map", Values: "?" + part + "&zoom=" + zoom + "&theme=" + theme})
				var p cases.Picture
				if err := json.Unmarshal([]byte(body), &p); err != nil || sum(&p) != want {
					t.Errorf("theme %q at %s: %d cases, want %d: %v", theme, zoom, sum(&p), want, err)
				}
			}
			var list struct{ Total int }
			if _, _, body := house.Ask(t, "command", operations.Line{Rule: "GET /api/v1/cases", Values: "?theme=" + theme}); json.Unmarshal([]byte(body), &list) != nil || list.Total != want {
				t.Errorf("theme %q in the list: %d cases, want %d", theme, list.Total, want)
			}
		}
		x.Cases.Themes = nil
		if p, err := x.Cases.Map(x.Command(), cases.Filter{Theme: "lamps"}, whole); err != nil || sum(p) != 0 {
			t.Errorf("without themes: %+v, %v", p, err)
		}
	})
}
