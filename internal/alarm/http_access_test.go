package alarm_test

import (
	"context"
	"testing"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit/routes"
)

// register makes cases of alarms in the tests: what cases do is tested where alarms and cases are joined.
type register struct{}

func (register) OpenTx(context.Context, *db.Tx, *alarm.Alarm, string, string) (id, number string, err error) {
	return "case-1", "2026-1", nil
}

// Every operation of this module, as the street of the alarm, as another street with every permission, and without permissions or name.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, _ *clock.Fake) {
		d.Cases = register{}
		x, _ := d.raise(lost("o1"))
		names := map[string]context.Context{"own": street1, "other": street2, "clerk": clerk}
		routes.Open(d.Routes, func(who string) context.Context { return names[who] }).Check(t, routes.Table{Own: "own", Other: "other", Without: "clerk", Lines: []routes.Line{
			{Rule: "GET /api/v1/alarms", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/alarms/summary", Status: 200, Other: 200},
			{Rule: "GET /api/v1/alarms/export", Values: "?format=csv", Status: 200, Other: 200},
			{Rule: "GET /api/v1/alarms/{id}", Values: x.ID, Status: 200, Other: 404, Code: "alarm.not_found"},
			{Rule: "POST /api/v1/alarms/{id}/acknowledge", Values: x.ID, Body: `{"version":1}`, Status: 200, Other: 404, Code: "alarm.not_found"},
			{Rule: "POST /api/v1/alarms/{id}/notes", Values: x.ID, Body: `{"note":"已派人"}`, Status: 201, Other: 404, Code: "alarm.not_found"},
			{Rule: "POST /api/v1/alarms/{id}/case", Values: x.ID, Body: `{"version":2,"text":"失去联系"}`, Status: 201, Other: 404, Code: "alarm.not_found"},
			{Rule: "POST /api/v1/alarms/{id}/clear", Values: x.ID, Body: `{"version":3,"reason":"已见到本人"}`, Status: 200, Other: 404, Code: "alarm.not_found"},
		}})
		if sum, err := d.Summary(street2, ""); err != nil || sum.Active+sum.Unseen+len(sum.BySource) != 0 {
			t.Errorf("another street counts %+v, %v", sum, err)
		}
	})
}
