package spoof

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the centre or the officer, as another street with every permission, and without permissions or name.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		s := twoDays(t, d, c)
		span := fmt.Sprintf(`{"from":%q,"to":%q}`, c.Now().Add(-6*24*time.Hour).Format(time.RFC3339), c.Now().Format(time.RFC3339))
		names := map[string]context.Context{"centre": centre, "officer": officer, "clerk": clerk, "other": as("other", "320106002", PermReview, patrol.PermDuty)}
		const path = "/api/v1/patrol/evidence"
		routes.Open(s.Routes, func(who string) context.Context { return names[who] }).Check(t, routes.Table{Own: "centre", Other: "other", Without: "clerk", Lines: []routes.Line{
			{Rule: "POST " + path + "/examine", Body: span, Status: 200, Other: 200},
			{Rule: "GET " + path, Status: 200, Other: 200, Code: "empty", Keep: "list"},
			{Rule: "GET " + path + "/mine", By: "officer", Status: 200, Other: 200, Code: "empty"},
			{Rule: "POST " + path + "/{id}/comment", Values: "{{list.items.0.id}}", Body: `{"comment":"同一条固定路线"}`, By: "officer", Status: 200, Other: 404, Code: "spoof.not_found"},
			{Rule: "POST " + path + "/{id}/decision", Values: "{{list.items.0.id}}", Body: `{"version":2,"state":"genuine","decision":"问过本人"}`, Status: 200, Other: 404, Code: "spoof.not_found"},
		}})
	})
}
