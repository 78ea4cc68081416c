package rounds

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/httpx"
)

func TestRead_TellsWhatWasSeenAndOnceHoweverOftenItRuns(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.point("A2", 400, 110)
		h.point("A3", 900, 500) // off the way
		h.point("B1", 1300, 100)
		h.onDuty("officer")
		h.walk("officer", 0, 1500)
		h.read()
		c := h.coverage("centre", "320106001")
		if c.Whole.Points != 4 || c.Whole.Seen != 3 || c.Whole.Grids != 2 || c.Whole.Unvisited != 0 || c.Whole.Daily != 0.75 || c.Whole.Minutes < 18 {
			t.Errorf("%+v", c.Whole)
		}
		if len(c.Parts) != 1 || c.Parts[0].Name != "一社区居委会" || len(c.Grids) != 2 || c.Grids[0].Seen != 2 || c.Grids[1].Seen != 1 {
			t.Errorf("%+v, %+v", c.Parts, c.Grids)
		}
		seen := h.count("SELECT SUM(seconds) FROM round_seen")
		if _, err := h.Patrol.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		h.Service = New(h.Deps) // another server, or after a crash
		for range 2 {
			h.read()
		}
		if again := h.coverage("centre", "320106001"); again.Whole.Seen != 3 || h.count("SELECT SUM(seconds) FROM round_seen") != seen || h.count("SELECT COUNT(*) FROM round_stay") != 2 {
			t.Errorf("read again: %+v", again.Whole)
		}
		points, err := h.SeenPoints(h.as("centre"), grid1, c.From, c.To)
		if err != nil || len(points) != 3 || points[0].Code != "A3" || points[0].LastAt != nil || points[1].LastAt == nil || points[1].GridName != "一社区第1网格" {
			t.Errorf("%+v, %v", points, err)
		}
	})
}

func TestRead_TakesLatePointsIntoTheDayTheyBelongTo(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.onDuty("officer")
		h.walk("officer", 600, 300) // away from the place
		h.clock.Advance(10 * time.Minute)
		yesterday := dayOf(h.clock.Now().UnixMilli())
		if _, err := h.Patrol.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		h.read()
		h.clock.Advance(20 * time.Hour)
		late := walkNorth(150, 1.3, 10, 10)
		for i := range late { // was near the place five minutes before going off duty
			late[i].At = h.clock.Now().Add(-20*time.Hour - 5*time.Minute + time.Duration(i*10+5)*time.Second).UnixMilli()
			late[i].Lon += 1060
		}
		h.send("officer", late)
		h.read()
		c, err := h.Coverage(h.as("centre"), grid1, yesterday, yesterday)
		if err != nil || c.Whole.Seen != 1 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestRead_LeavesCallsForHelpOffDutyOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.onDuty("officer")
		h.walk("officer", 0, 500)
		if err := h.DB.Tx(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), "UPDATE duty_session SET kind = 'sos'")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.read()
		if n := h.count("SELECT COUNT(*) FROM round_seen") + h.count("SELECT COUNT(*) FROM round_stay"); n != 0 {
			t.Errorf("%d rows tell where somebody was who called for help", n)
		}
	})
}

func TestForget_LetsGoOfPersonsAndKeepsTheGrids(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.onDuty("officer")
		h.walk("officer", 0, 500)
		h.read()
		day := dayOf(h.clock.Now().UnixMilli())
		h.clock.Advance(32 * 24 * time.Hour)
		if err := h.Forget(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := h.count("SELECT COUNT(*) FROM round_seen") + h.count("SELECT COUNT(*) FROM round_stay"); n != 0 {
			t.Errorf("%d rows about persons after 32 days", n)
		}
		if c, err := h.Coverage(h.as("centre"), grid1, day, day); err != nil || c.Whole.Seen != 1 {
			t.Errorf("the grid forgot what was seen: %+v, %v", c, err)
		}
	})
}

func TestPoints_AreKeptByThoseWhoPlanInTheirArea(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		n := NewPoint{Code: "A1", Kind: "fire", Name: "消火栓", Lat: 32.062, Lon: 118.772}
		for who, code := range map[string]string{"reader": "auth.no_permission", "clerk": "auth.no_permission", "officer": "auth.no_permission", "street2": "auth.outside_area"} {
			_, err := h.AddPoint(h.as(who), n)
			wantCode(t, err, code)
		}
		p := h.point("A1", 200, 100)
		_, err := h.AddPoint(h.as("centre"), n)
		wantCode(t, err, "rounds.code_taken")
		n.Lat = 40
		_, err = h.AddPoint(h.as("centre"), n)
		wantCode(t, err, "rounds.no_grid")
		n.Lat, n.Code = 32.063, ""
		changed, err := h.ChangePoint(h.as("centre"), p.ID, p.Version, n)
		if err != nil || changed.Code != "A1" || changed.Kind != "fire" || changed.Version != 2 {
			t.Errorf("%+v, %v", changed, err)
		}
		_, err = h.ChangePoint(h.as("centre"), p.ID, p.Version, n)
		wantCode(t, err, "rounds.changed")
		wantCode(t, h.DropPoint(h.as("street2"), p.ID, 2), "rounds.no_point")
		if err := h.DropPoint(h.as("centre"), p.ID, 2); err != nil {
			t.Fatal(err)
		}
		list, err := h.Points(h.as("reader"), PointFilter{Area: "320106"}, httpx.PageIn{Limit: 10})
		if err != nil || list.Total != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if n := h.count("SELECT COUNT(*) FROM audit_entry WHERE action LIKE 'rounds.%'"); n != 3 {
			t.Errorf("%d audit entries", n)
		}
	})
}

func TestImportPoints_ReadsBackWhatExportPointsWrites(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		table := "编号,类别,名称,经度,纬度,到达半径,停留秒数\nA1,楼栋,1幢,118.7712,32.0612,,\nA2,消防设施,消火栓,118.7722,32.0622,15,0\nC1,工地,围挡,118.8012,32.0612,30,60\n"
		_, err := h.ImportPoints(h.as("reader"), strings.NewReader(table), geo.WGS84, false)
		wantCode(t, err, "auth.no_permission")
		r, err := h.ImportPoints(h.as("street2"), strings.NewReader(table), geo.WGS84, false)
		if err != nil || r.Rejected != 2 || r.Stored {
			t.Errorf("another street: %+v, %v", r, err)
		}
		if r, err = h.ImportPoints(h.as("centre"), strings.NewReader(table), geo.WGS84, true); err != nil || r.Created != 3 || r.Stored {
			t.Errorf("dry run: %+v, %v", r, err)
		}
		if r, err = h.ImportPoints(h.as("centre"), strings.NewReader(table), geo.WGS84, false); err != nil || r.Created != 3 || !r.Stored {
			t.Fatalf("%+v, %v", r, err)
		}
		for _, format := range []string{"csv", "xlsx", "geojson"} {
			var file bytes.Buffer
			if err := h.ExportPoints(h.as("centre"), PointFilter{}, format, &file); err != nil {
				t.Fatal(err)
			}
			if r, err := h.ImportPoints(h.as("centre"), &file, geo.WGS84, false); err != nil || r.Unchanged != 3 || r.Updated+r.Created+r.Rejected != 0 {
				t.Errorf("%s: %+v, %v", format, r, err)
			}
		}
		bad := "编号,类别,名称,经度,纬度\nA1,楼栋,一幢,118.7712,32.0612\nX1,楼栋,外,100.1,32.0\nA9,月亮,9幢,118.7712,32.0612\n"
		if r, err := h.ImportPoints(h.as("centre"), strings.NewReader(bad), geo.WGS84, false); err != nil || r.Rejected != 2 || r.Stored || h.count("SELECT COUNT(*) FROM round_point WHERE name = '一幢'") != 0 {
			t.Errorf("bad rows: %+v, %v", r, err)
		}
		line := `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"LineString","coordinates":[[118.77,32.06],[118.78,32.06]]},"properties":{"code":"L1","kind":"other","name":"路"}}]}`
		if r, err := h.ImportPoints(h.as("centre"), strings.NewReader(line), geo.WGS84, false); err != nil || r.Rejected != 1 {
			t.Errorf("a line: %+v, %v", r, err)
		}
	})
}

func TestCoverage_IsForReadersOfTheArea(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		for who, code := range map[string]string{"clerk": "auth.no_permission", "officer": "auth.no_permission", "street2": "auth.outside_area"} {
			_, err := h.Coverage(h.as(who), "320106001", "2026-11-24", "2026-11-24")
			wantCode(t, err, code)
			_, err = h.SeenPoints(h.as(who), "320106001", "2026-11-24", "2026-11-24")
			wantCode(t, err, code)
		}
		_, err := h.Coverage(h.as("centre"), "320106001", "2026-11-24", "2026-12-30")
		wantCode(t, err, "rounds.bad_days")
		if c := h.coverage("reader", "320106001"); c.Whole.Points != 1 || c.Whole.Unvisited != 1 || c.Whole.Seen != 0 {
			t.Errorf("%+v", c.Whole)
		}
	})
}

func TestStory_IsPartOfALookWithItsReason(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.onDuty("officer")
		h.walk("officer", 0, 1500)
		h.read()
		now := h.clock.Now()
		look := patrol.Look{Officer: "user-officer", From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour))}
		_, err := h.Story(h.as("centre"), look)
		wantCode(t, err, "patrol.bad_text")
		look.Reason = "核实到场时间"
		_, err = h.Story(h.as("reader"), look)
		wantCode(t, err, "auth.no_permission")
		_, err = h.Story(h.as("street2"), look)
		wantCode(t, err, "patrol.no_track")
		s, err := h.Story(h.as("centre"), look)
		if err != nil || len(s.Stays) != 2 || s.Stays[0].Grid != grid1 || s.Stays[1].Grid != grid2 || s.Stays[1].Name != "一社区第2网格" || len(s.Seen) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		if _, err := h.Patrol.Chunks(h.as("centre"), look); err != nil {
			t.Fatal(err)
		}
		if n := h.count("SELECT COUNT(*) FROM track_look"); n != 1 {
			t.Errorf("one look with its parts is kept %d times", n)
		}
		if own, err := h.Story(h.as("officer"), patrol.Look{Officer: "user-officer", From: look.From, To: look.To}); err != nil || len(own.Stays) != 2 {
			t.Errorf("own story: %+v, %v", own, err)
		}
	})
}
