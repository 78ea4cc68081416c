package sensor

import (
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

func TestRights_EachVerbAsksForItsPermissionAndArea(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		r := h.rule(flood)
		lat, lon := 32.05, 118.75
		here := Device{Code: "WL-2", Name: "测点", Kind: "water_level", Lat: &lat, Lon: &lon}
		page := httpx.PageIn{Limit: 10}
		for _, c := range []struct {
			who, code string
			do        func(who string) error
		}{
			{"clerk", "auth.no_permission", func(who string) error { _, err := h.List(h.as(who), Filter{}, page); return err }},
			{"clerk", "auth.no_permission", func(who string) error { _, err := h.Count(h.as(who), Filter{}); return err }},
			{"clerk", "auth.no_permission", func(who string) error { _, err := h.Dots(h.as(who), Filter{}); return err }},
			{"clerk", "auth.no_permission", func(who string) error { _, err := h.Rules(h.as(who), ""); return err }},
			{"clerk", "auth.no_permission", func(who string) error { _, err := h.Export(h.as(who), Filter{}, sheet.CSV); return err }},
			{"street2", "sensor.no_sensor", func(who string) error { _, err := h.Get(h.as(who), x.ID); return err }},
			{"street2", "sensor.no_sensor", func(who string) error {
				_, err := h.Readings(h.as(who), x.ID, "level", h.clock.Now().Add(-time.Hour), h.clock.Now())
				return err
			}},
			{"reader", "auth.no_permission", func(who string) error { _, err := h.Add(h.as(who), here); return err }},
			{"street2", "auth.outside_area", func(who string) error { _, err := h.Add(h.as(who), here); return err }},
			{"street2", "sensor.no_sensor", func(who string) error { _, err := h.Change(h.as(who), x.ID, here); return err }},
			{"reader", "auth.no_permission", func(who string) error { _, err := h.Sources(h.as(who)); return err }},
			{"street2", "auth.outside_area", func(who string) error {
				_, _, err := h.AddSource(h.as(who), NewSource{Code: "a", Name: "b", AreaCode: "320106"})
				return err
			}},
			{"street2", "sensor.no_source", func(who string) error { _, _, err := h.RenewSource(h.as(who), h.from.ID); return err }},
			{"street2", "sensor.no_source", func(who string) error { return h.RevokeSource(h.as(who), h.from.ID) }},
			{"street2", "auth.outside_area", func(who string) error {
				n := flood
				n.AreaCode = "320106001"
				_, err := h.AddRule(h.as(who), n)
				return err
			}},
			{"street2", "sensor.no_rule", func(who string) error { return h.DropRule(h.as(who), r.ID) }},
			{"reader", "auth.no_permission", func(who string) error { _, err := h.Import(h.as(who), strings.NewReader("a"), true); return err }},
		} {
			wantCode(t, c.do(c.who), c.code)
		}
		if list, err := h.List(h.as("street2"), Filter{}, page); err != nil || list.Total != 0 {
			t.Errorf("another street sees %d sensors, %v", list.Total, err)
		}
		if list, err := h.List(h.as("reader"), Filter{Words: "wl-"}, page); err != nil || list.Total != 1 {
			t.Errorf("the own street sees %d sensors, %v", list.Total, err)
		}
		if list, err := h.Rules(h.as("reader"), "water_level"); err != nil || len(list) != 1 {
			t.Errorf("the rules of the district: %v, %v", list, err)
		}
	})
}

func TestAdd_RefusesWhatIsNoSensor(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.add("WL-1", "water_level")
		lat, lon, sea := 32.05, 118.75, 0.0
		for _, c := range []struct {
			code string
			d    Device
		}{
			{"sensor.code_taken", Device{Code: "WL-1", Name: "x", Kind: "gas", Lat: &lat, Lon: &lon}},
			{"sensor.bad_device", Device{Code: "有 空格", Name: "x", Kind: "gas", Lat: &lat, Lon: &lon}},
			{"sensor.bad_device", Device{Code: "A", Name: "x", Kind: "ghost", Lat: &lat, Lon: &lon}},
			{"sensor.bad_device", Device{Code: "A", Name: "x", Kind: "gas", Lat: &lat, Lon: &lon, GBCode: "123"}},
			{"sensor.bad_device", Device{Code: "A", Name: "x", Kind: "gas", Lat: &lat}},
			{"sensor.bad_text", Device{Code: "A", Name: " ", Kind: "gas", Lat: &lat, Lon: &lon}},
			{"sensor.no_place", Device{Code: "A", Name: "x", Kind: "gas"}},
			{"region.nowhere", Device{Code: "A", Name: "x", Kind: "gas", Lat: &sea, Lon: &sea}},
		} {
			_, err := h.Add(h.as("centre"), c.d)
			wantCode(t, err, c.code)
		}
	})
}

func TestImport_GoodRowsAreTakenAndExportComesBackTheSame(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text := "编号,名称,类型,纬度,经度,平台代码,国标编号\nWL-1,甲,积水与水位,32.05,118.75,water,32010600001340000001\nGS-1,乙,可燃气体,32.05,118.85,,\nXX,丙,不知道,32.05,118.75,,\nYY,丁,井盖,10,10,,\nZZ,戊,井盖,32.05,118.75,nobody,\n"
		dry, err := h.Import(h.as("centre"), strings.NewReader(text), true)
		if err != nil || dry.Added != 2 || h.count("SELECT COUNT(*) FROM sensor") != 0 {
			t.Fatalf("dry: %+v, %v", dry, err)
		}
		got, err := h.Import(h.as("centre"), strings.NewReader(text), false)
		if err != nil || got.Added != 2 || got.Rejected != 3 || len(got.Errors) != 3 {
			t.Fatalf("import: %+v, %v", got, err)
		}
		file, err := h.Export(h.as("centre"), Filter{}, sheet.XLSX)
		if err != nil {
			t.Fatal(err)
		}
		back, err := h.Import(h.as("centre"), file, false)
		if err != nil || back.Changed != 2 || back.Added != 0 || back.Rejected != 0 {
			t.Fatalf("export read back: %+v, %v", back, err)
		}
	})
}
