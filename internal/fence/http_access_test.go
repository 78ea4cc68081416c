package fence_test

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/fence"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the centre, as another street with every permission, and without permissions or name.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.fences = fence.New(fence.Deps{DB: h.db, Patrol: h.patrol, Alarms: h.alarms, People: people{}})
		h.draw(func(d *fence.Definition) { d.Scope = "320106001" })
		h.onDuty()
		h.walk(0, 0)
		const circle = `{"name":"工地","kind":"circle","scope":"320106001","lat":32.06,"lon":118.77,"radius":80,"enter":true}`
		names := map[string]context.Context{"centre": as("centre", "320106001", fence.PermRead, fence.PermManage), "other": street2, "clerk": clerk}
		routes.Open(h.fences.Routes, func(who string) context.Context { return names[who] }).Check(t, routes.Table{Own: "centre", Other: "other", Without: "clerk", Lines: []routes.Line{
			{Rule: "GET /api/v1/fences", Status: 200, Other: 200, Code: "empty"},
			{Rule: "POST /api/v1/fences", Body: circle, Status: 201, Other: 403, Code: "auth.outside_area", Keep: "made"},
			{Rule: "GET /api/v1/fences/events", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/fences/{id}", Values: "{{made.id}}", Status: 200, Other: 404, Code: "fence.not_found"},
			{Rule: "PUT /api/v1/fences/{id}", Values: "{{made.id}}", Body: fmt.Sprintf(`{"version":1,"active":false,"definition":%s}`, circle), Status: 200, Other: 404, Code: "fence.not_found"},
			{Rule: "GET /api/v1/fences/people", Values: "?words=一", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/fences/export", Status: 200, Other: 200},
			{Rule: "POST /api/v1/fences/imports", Body: `{"scope":"320106001","dry":true,"file":{"type":"FeatureCollection","features":[` + area + `]}}`, Status: 200, Other: 200, Code: "auth.outside_area"},
		}})
	})
}

// area is a drawing as another program writes it.
const area = `{"type":"Feature","properties":{"name":"市场"},"geometry":{"type":"Polygon","coordinates":[[[118.77,32.06],[118.772,32.06],[118.772,32.062],[118.77,32.062],[118.77,32.06]]]}}`
