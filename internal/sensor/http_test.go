package sensor

import (
	"net/url"
	"testing"
	"time"

	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as who keeps the register of the district may use it, and as the keeper of another street is answered.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		r, doomed := h.rule(flood), h.rule(flood)
		h.take(h.reading("e1", "WL-1", `{"level":0.1}`))
		day := "?metric=level&from=" + url.QueryEscape(h.clock.Now().Add(-time.Hour).Format(time.RFC3339)) + "&to=" + url.QueryEscape(h.clock.Now().Add(time.Hour).Format(time.RFC3339))
		const hidden, noSource, noRule, outside = "sensor.no_sensor", "sensor.no_source", "sensor.no_rule", "auth.outside_area"
		file := routes.Form(map[string]string{"dry_run": "true"}, "设备.csv", "编号,名称,类型,纬度,经度\nWL-9,新,井盖,32.05,118.75\n")
		rule := `{"name":"积水","area_code":"320106","kind":"water_level","metric":"level","side":"above","threshold":0.2,"severity":"minor","enabled":true`
		device := `"name":"测点","kind":"water_level","lat":32.05,"lon":118.75`
		routes.Open(h.Routes, h.as).Check(t, routes.Table{Own: "centre", Other: "street2", Without: "clerk", Lines: []routes.Line{
			{Rule: "GET /api/v1/sensors", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/sensors/counts", Status: 200, Other: 200},
			{Rule: "GET /api/v1/sensors/map", Values: "?west=118.7&south=32&east=118.8&north=32.1", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/sensors/kinds", Status: 200, Other: 200},
			{Rule: "GET /api/v1/sensors/{id}", Values: x.ID, Status: 200, Other: 404, Code: hidden},
			{Rule: "GET /api/v1/sensors/{id}/readings", Values: x.ID + day, Status: 200, Other: 404, Code: hidden},
			{Rule: "GET /api/v1/sensors/file", Values: "?format=csv", Status: 200, Other: 200},
			{Rule: "GET /api/v1/sensors/template", Values: "?format=csv", Status: 200, Other: 200},
			{Rule: "POST /api/v1/sensors/file", Body: file, Status: 200, Other: 200, Code: outside}, // the row is refused
			{Rule: "POST /api/v1/sensors", Body: `{"code":"WL-2",` + device + `}`, Status: 201, Other: 403, Code: outside},
			{Rule: "PUT /api/v1/sensors/{id}", Values: x.ID, Body: `{"code":"WL-1",` + device + `,"version":1}`, Status: 200, Other: 404, Code: hidden},
			{Rule: "GET /api/v1/sensor-sources", Status: 200, Other: 200, Code: "empty"},
			{Rule: "POST /api/v1/sensor-sources", Body: `{"code":"gas","name":"燃气平台","area_code":"320106"}`, Status: 201, Other: 403, Code: outside},
			{Rule: "POST /api/v1/sensor-sources/{id}/token", Values: h.from.ID, Status: 200, Other: 404, Code: noSource},
			{Rule: "DELETE /api/v1/sensor-sources/{id}", Values: h.from.ID, Status: 204, Other: 404, Code: noSource},
			{Rule: "GET /api/v1/sensor-rules", Status: 200, Other: 200}, // the rules of the district hold in the street, too
			{Rule: "POST /api/v1/sensor-rules", Body: rule + `}`, Status: 201, Other: 403, Code: outside},
			{Rule: "PUT /api/v1/sensor-rules/{id}", Values: r.ID, Body: rule + `,"version":1}`, Status: 200, Other: 403, Code: outside},
			{Rule: "DELETE /api/v1/sensor-rules/{id}", Values: doomed.ID, Status: 204, Other: 404, Code: noRule},
		}})
	})
}

// A rule of one's own area cannot be made out of one of another's.
func TestChangeRule_RuleOfAnotherAreaStaysWhatItIs(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		r := h.rule(flood)
		n := flood
		n.AreaCode, n.Version = "320106002", r.Version
		_, err := h.ChangeRule(h.as("street2"), r.ID, n)
		wantCode(t, err, "sensor.no_rule")
	})
}
