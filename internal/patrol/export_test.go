package patrol

import (
	"context"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/track"
)

// holder is somebody of the command centre with these permissions in an area.
func (h *house) holder(name, area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: "user-" + name, Name: name, UnitID: "u-command", Areas: []string{area}, Permissions: map[string]bool{}}
	for _, one := range permissions {
		p.Permissions[one] = true
	}
	return auth.With(context.Background(), p)
}

func TestExports_NeedASecondPersonAndAreMarked(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(10 * time.Minute)
		var points []track.Point
		for n := range 40 {
			points = append(points, h.at(-400+n*10))
		}
		h.send("officer", points...)
		now := h.clock.Now()
		asker, boss := h.holder("asker", "320106001", PermTrack, PermExport), h.holder("boss", "320106", PermTrack, PermExport, PermApprove)
		n := NewExport{Officer: "user-officer", From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour)), Format: "gpx", Purpose: "纠纷调查取证"}
		_, err := h.AskExport(h.as("centre"), n)
		wantCode(t, err, "auth.no_permission")
		_, err = h.AskExport(h.holder("elsewhere", "320106002", PermTrack, PermExport), n)
		wantCode(t, err, "patrol.no_track")
		bad := n
		bad.Purpose = " "
		_, err = h.AskExport(asker, bad)
		wantCode(t, err, "export.bad_text")
		bad = n
		bad.Format = "kml"
		_, err = h.AskExport(asker, bad)
		wantCode(t, err, "patrol.bad_format")
		e, err := h.AskExport(asker, n)
		if err != nil || e.State != export.Waiting {
			t.Fatalf("%+v, %v", e, err)
		}
		_, err = h.Exports.Take(asker, e.ID)
		wantCode(t, err, "export.not_approved")
		_, err = h.Exports.Decide(h.holder("asker", "320106", PermApprove), e.ID, 1, true, "")
		wantCode(t, err, "export.own")
		_, err = h.Exports.Decide(h.holder("officer", "320106", PermApprove), e.ID, 1, true, "")
		wantCode(t, err, "export.own")
		_, err = h.Exports.Decide(h.holder("elsewhere", "320106002", PermApprove), e.ID, 1, true, "")
		wantCode(t, err, "auth.outside_area")
		_, err = h.Exports.Decide(asker, e.ID, 1, true, "")
		wantCode(t, err, "auth.no_permission")
		_, err = h.Exports.Decide(boss, e.ID, 1, false, "")
		wantCode(t, err, "export.bad_text")
		if list, err := h.Exports.List(boss); err != nil || len(list.Items) != 1 || !list.Items[0].CanDecide || list.Items[0].Mine {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := h.Exports.Decide(boss, e.ID, 1, true, "同意"); err != nil {
			t.Fatal(err)
		}
		_, err = h.Exports.Decide(boss, e.ID, 1, true, "")
		wantCode(t, err, "export.decided")
		_, err = h.Exports.Take(boss, e.ID)
		wantCode(t, err, "export.none")
		h.checkFile(asker, e.ID, 40)
		looks, _, err := h.WhoLooked(h.as("officer"))
		if err != nil || len(looks) != 1 || looks[0].Reason != n.Purpose {
			t.Errorf("the officer sees %+v, %v", looks, err)
		}
		for range 4 {
			if _, err := h.Exports.Take(asker, e.ID); err != nil {
				t.Fatal(err)
			}
		}
		_, err = h.Exports.Take(asker, e.ID)
		wantCode(t, err, "export.used")
	})
}

// checkFile takes an export twice and reads the number of each download out of its positions.
func (h *house) checkFile(ctx context.Context, id string, want int) {
	h.t.Helper()
	f, err := h.Exports.Take(ctx, id)
	if err != nil {
		h.t.Fatal(err)
	}
	var doc struct {
		Desc   string `xml:"metadata>desc"`
		Points []struct {
			Lat string `xml:"lat,attr"`
		} `xml:"trk>trkseg>trkpt"`
	}
	if err := xml.Unmarshal(f.Content, &doc); err != nil || len(doc.Points) != want || !strings.Contains(doc.Desc, "boss 批准；下载编号 11") || !strings.Contains(f.Name, "officer") {
		h.t.Fatalf("%v: %d points, %s, %s", err, len(doc.Points), doc.Desc, f.Name)
	}
	var latitudes []string
	for _, p := range doc.Points {
		latitudes = append(latitudes, p.Lat)
	}
	if mark, ok := MarkOf(latitudes); !ok || mark != 11 {
		h.t.Errorf("the positions lead to download %d, %v", mark, ok)
	}
	latitudes[20] = latitudes[20][:len(latitudes[20])-1] + "7"
	if _, ok := MarkOf(latitudes); ok {
		h.t.Error("a file that was tampered with spells a number")
	}
}

func TestExports_ExpireAndCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		h.send("officer", h.at(-5))
		now := h.clock.Now()
		boss, asker := h.holder("boss", "320106", PermApprove), h.holder("asker", "320106", PermTrack, PermExport)
		ask := func() *export.Request {
			e, err := h.AskExport(asker, NewExport{Officer: "user-officer", From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour)), Format: "geojson", Purpose: "核实"})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		first, second := ask(), ask()
		_, err := h.Exports.Withdraw(h.holder("other", "320106", PermExport), first.ID)
		wantCode(t, err, "export.none")
		if e, err := h.Exports.Withdraw(asker, first.ID); err != nil || e.State != export.Withdrawn {
			t.Errorf("%+v, %v", e, err)
		}
		_, err = h.Exports.Decide(boss, first.ID, 2, true, "")
		wantCode(t, err, "export.decided")
		if _, err := h.Exports.Decide(boss, second.ID, 1, true, ""); err != nil {
			t.Fatal(err)
		}
		f, err := h.Exports.Take(asker, second.ID)
		if err != nil || !regexp.MustCompile(`"coordinates":\[118\.\d{7},32\.\d{7}\]`).Match(f.Content) {
			t.Errorf("%v: %s", err, f.Content)
		}
		h.clock.Advance(8 * 24 * time.Hour)
		_, err = h.Exports.Take(asker, second.ID)
		wantCode(t, err, "export.expired")
		if list, err := h.Exports.List(asker); err != nil || fmt.Sprint(list.Items[0].State, list.Items[1].State) != "expiredwithdrawn" {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = h.Exports.List(h.as("clerk"))
		wantCode(t, err, "auth.no_permission")
	})
}
