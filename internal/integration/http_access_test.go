package integration_test

import (
	"context"
	"testing"

	"yiwang/internal/integration"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district may use it and as another district is answered: partners, addresses and what they were
// sent are of the area they were entered for. Open311 stands beside these and asks for a partner's key.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := newDesk(t, testkit.SQLite(t))
	people := map[string]context.Context{"admin": x.admin, "other": x.As("other", "", "320102", integration.PermManage), "anybody": x.As("anybody", "", "320106")}
	const foreign, partners, hooks = "auth.outside_area", "/api/v1/partners", "/api/v1/webhooks"
	partner := func(version string) string {
		return `{"code":"hotline","name":"热线平台","channel":"hotline","area_code":"320106","may_write":true,"active":true,"version":` + version + `}`
	}
	hook := func(version string) string {
		return `{"name":"数据中台","url":"https://hooks.example.cn/in","topics":["case.closed"],"area_code":"320106","active":true,"version":` + version + `}`
	}
	failed := func() {
		check(t, x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "UPDATE webhook_delivery SET state = 'failed'")
			return err
		}))
	}
	routes.Open(x.s.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "admin", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "POST " + partners, Body: partner("0"), Status: 201, Other: 403, Code: foreign, Keep: "partner"},
		{Rule: "GET " + partners, Status: 200, Other: 200, Code: "empty"},
		{Rule: "PUT " + partners + "/{id}", Values: "{{partner.id}}", Body: partner("{{partner.version}}"), Status: 200, Other: 403, Code: foreign, Keep: "partner"},
		{Rule: "POST " + partners + "/{id}/actions/renew-key", Values: "{{partner.id}}", Body: `{"version":{{partner.version}}}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + hooks, Body: hook("0"), Status: 201, Other: 403, Code: foreign, Keep: "hook"},
		{Rule: "GET " + hooks, Status: 200, Other: 200, Code: "empty"},
		{Rule: "PUT " + hooks + "/{id}", Values: "{{hook.id}}", Body: hook("{{hook.version}}"), Status: 200, Other: 403, Code: foreign, Keep: "hook"},
		{Rule: "POST " + hooks + "/{id}/actions/renew-secret", Values: "{{hook.id}}", Body: `{"version":{{hook.version}}}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + hooks + "/{id}/actions/ping", Values: "{{hook.id}}", Status: 204, Other: 403, Code: foreign},
		{Rule: "GET " + hooks + "/{id}/deliveries", Values: "{{hook.id}}", Status: 200, Other: 403, Code: foreign, Keep: "sent"},
		{Rule: "POST " + hooks + "/{id}/actions/replay", Values: "{{hook.id}}", Body: `{"since":"2020-01-01T00:00:00Z"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST /api/v1/webhook-deliveries/{id}/actions/replay", Values: "{{sent.items.0.id}}", First: failed, Status: 200, Other: 403, Code: foreign},
	}})
}
