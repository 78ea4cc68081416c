package patrol

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
	"yiwang/internal/testkit/routes"
	"yiwang/internal/track"
)

// Every operation of this module, as those of the area may use it, and as those of another street are answered. The order is that of the work.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		as := func(who string) context.Context {
			p := &auth.Principal{UserID: "user-" + who, Name: who, UnitID: "u", Areas: []string{"320106"}, Permissions: map[string]bool{}}
			switch who {
			case "officer", "colleague":
				p.Areas, p.Permissions = []string{"320106001003001"}, map[string]bool{PermDuty: true}
			case "street":
				p.Areas = []string{"320106002"}
				fallthrough
			case "centre", "boss":
				for _, one := range Permissions() {
					p.Permissions[one] = true
				}
			}
			return auth.With(context.Background(), p)
		}
		h.groundOf()
		session, err := h.GoOnDuty(as("colleague"), 0)
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(10 * time.Minute)
		var walked []track.Point
		for n := range 20 {
			walked = append(walked, h.at(-200+n*10))
		}
		if _, err := h.Send(as("colleague"), walked); err != nil {
			t.Fatal(err)
		}
		const outside = "auth.outside_area"
		from, to := h.clock.Now().Add(-time.Hour).Format(time.RFC3339), h.clock.Now().Add(time.Hour).Format(time.RFC3339)
		span := "?from=" + from + "&to=" + to
		export := fmt.Sprintf(`{"officer":"user-colleague","from":%q,"to":%q,"format":"gpx","purpose":"核实事件现场"}`, from, to)
		fix := fmt.Sprintf(`{"at":%q,"lat":32.06,"lon":118.77}`, h.clock.Now().Format(time.RFC3339))
		routes.Open(h.Routes, as).Check(t, routes.Table{Own: "centre", Other: "street", Without: "clerk", Lines: []routes.Line{
			{Rule: "GET /api/v1/patrol/people", Values: "?ids=user-colleague", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/patrol/people/{id}/portrait", Values: "user-colleague", Status: 200, Other: 404, Code: "patrol.not_on_duty"},
			{Rule: "POST /api/v1/patrol/people/{id}/phone", Values: "user-colleague", Body: `{"reason":"核实现场"}`, Status: 200, Other: 404, Code: "patrol.not_on_duty"},
			{Rule: "GET /api/v1/patrol/police", Status: 200, Other: 200, Code: "empty"},
			{Rule: "POST /api/v1/patrol/duty", Body: `{}`, By: "officer", Status: 201, Shared: true},
			{Rule: "GET /api/v1/patrol/duty", By: "officer", Status: 200, Shared: true},
			{Rule: "POST /api/v1/patrol/points", Body: `{"points":[` + fix + `]}`, By: "officer", Status: 200, Shared: true},
			{Rule: "GET /api/v1/patrol/looks", By: "officer", Status: 200, Shared: true},
			{Rule: "GET /api/v1/patrol/sessions", Values: span, Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/patrol/positions", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/live/positions", Values: "?area=320106001", Status: 426, Other: 403, Code: outside, Bare: 403},
			{Rule: "GET /api/v1/patrol/tracks/{officer}", Values: "user-colleague" + span + "&reason=%E6%A0%B8%E5%AE%9E", Status: 200, Other: 404, Code: "patrol.no_track", Bare: 403},
			{Rule: "POST /api/v1/patrol/devices", Body: `{"officer_id":"user-officer","officer_name":"冯明霞","area_code":"320106001003001","label":"备用手机","kind":"osmand"}`, Status: 201, Other: 403, Code: outside, Keep: "device"},
			{Rule: "GET /api/v1/patrol/devices", Status: 200, Other: 200, Code: "empty"},
			{Rule: "DELETE /api/v1/patrol/devices/{id}", Values: "{{device.id}}", Status: 204, Other: 404, Code: "patrol.no_device"},
			{Rule: "POST /api/v1/patrol/duty/sos", Body: `{"position":` + fix + `}`, By: "officer", Status: 200, Shared: true, Keep: "sos"},
			{Rule: "GET /api/v1/patrol/sos", Status: 200, Other: 200, Code: "empty"},
			{Rule: "POST /api/v1/patrol/sos/{id}/acknowledge", Values: "{{sos.id}}", Body: `{"version":1}`, Status: 200, Other: 404, Code: "patrol.no_sos"},
			{Rule: "POST /api/v1/patrol/sos/{id}/resolve", Values: "{{sos.id}}", Body: `{"version":2,"note":"人员安全"}`, Status: 200, Other: 404, Code: "patrol.no_sos"},
			{Rule: "POST /api/v1/patrol/duty/sos", Body: `{}`, By: "officer", Status: 200, Shared: true},
			{Rule: "POST /api/v1/patrol/duty/sos/end", Body: `{"note":"误触"}`, By: "officer", Status: 200, Shared: true},
			{Rule: "POST /api/v1/patrol/exports", Body: export, Status: 201, Other: 404, Code: "patrol.no_track", Keep: "export"},
			{Rule: "GET /api/v1/patrol/exports", Status: 200, Other: 200, Code: "empty", Bare: 403},
			{Rule: "POST /api/v1/patrol/exports/{id}/decision", Values: "{{export.id}}", Body: `{"approve":true,"version":1}`, By: "boss", Status: 200, Other: 403, Code: outside},
			{Rule: "GET /api/v1/patrol/exports/{id}/file", Values: "{{export.id}}", Status: 200, Other: 404, Code: "export.none"},
			{Rule: "POST /api/v1/patrol/exports", Body: export, Status: 201, Other: 404, Code: "patrol.no_track", Keep: "second"},
			{Rule: "DELETE /api/v1/patrol/exports/{id}", Values: "{{second.id}}", Status: 200, Other: 404, Code: "export.none"},
			{Rule: "POST /api/v1/patrol/sessions/{id}/end", Values: session.ID, Body: `{"reason":"误开"}`, Status: 200, Other: 403, Code: outside},
			{Rule: "DELETE /api/v1/patrol/duty", By: "officer", Status: 200, Shared: true},
		}})
	})
}

// registry knows the people of the test.
type registry struct{}

func (registry) OfficersTx(_ context.Context, _ *db.Tx, ids []string) (out []Person, err error) {
	for _, id := range ids {
		out = append(out, Person{ID: id, Name: id, Areas: []string{"320106001003001"}})
	}
	return out, nil
}

func (registry) PoliceTx(ctx context.Context, tx *db.Tx, ids []string) ([]Person, error) {
	if !slices.Contains(ids, "user-police") {
		return nil, nil
	}
	return registry{}.AllPoliceTx(ctx, tx)
}

func (registry) AllPoliceTx(context.Context, *db.Tx) ([]Person, error) {
	return []Person{{ID: "user-police", Name: "police", Areas: []string{"320106001003P001"}}}, nil
}

func (registry) PhoneTx(context.Context, *db.Tx, string) (string, error) { return "13800000000", nil }

func (registry) Portrait(context.Context, string) (identity.Photo, error) {
	return identity.Photo{ReadCloser: io.NopCloser(strings.NewReader("picture")), Name: "picture"}, nil
}

// groundOf gives the house areas that lie around every position of the tests, one of them a police grid.
func (h *house) groundOf() {
	h.t.Helper()
	var ring geo.Ring
	for _, corner := range [][2]float64{{118, 31}, {119, 31}, {119, 33}, {118, 33}} {
		v, err := geo.At(corner[0], corner[1])
		if err != nil {
			h.t.Fatal(err)
		}
		ring = append(ring, v)
	}
	regions, ground := region.New(h.DB), geo.Shape{{ring}}
	ctx := auth.System(context.Background(), "test")
	if err := h.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := regions.SaveTx(ctx, tx, []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区", Shape: ground}, {Code: "320106001", Name: "一街道", Shape: ground},
			{Code: "320106002", Name: "二街道"}, {Code: "320106001003", Name: "社区", Shape: ground}, {Code: "320106001003G001", Name: "网格", Kind: region.Composite, Shape: ground},
			{Code: "320106001003P001", Name: "警务网格", Kind: region.Police, Shape: ground}}, h.clock.Now().Add(-time.Hour))
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	h.Regions, h.Directory = regions, registry{}
}
