package live_test

import (
	"context"
	"runtime"
	"testing"

	"yiwang/internal/live"
	"yiwang/internal/platform/auth"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
	operations "yiwang/internal/testkit/routes"
)

// The only operation: whoever may do something follows it until the server stops. What it carries is tried by
// TestStream_CarriesWhatTheCallerMaySeeAndNothingElse.
func TestRoutes_EveryOperationServesWhoMayAndKeepsOthersOut(t *testing.T) {
	d := testkit.SQLite(t)
	s := live.New(live.Deps{DB: d, Regions: region.New(d)})
	people := map[string]context.Context{}
	for name, p := range map[string]*auth.Principal{
		"own":     {UserID: "own", Areas: []string{"320106"}, Permissions: map[string]bool{"x.read": true}},
		"nothing": {UserID: "nothing", Areas: []string{"320106"}},
	} {
		people[name] = auth.With(context.Background(), p)
	}
	stop := func() {
		go func() {
			for s.Listening() == 0 {
				runtime.Gosched()
			}
			s.Stop()
		}()
	}
	table := operations.Table{Own: "own", Without: "nothing", Lines: []operations.Line{
		{Rule: "GET /api/v1/stream", Values: "?area=320106", Status: 200, Shared: true, Bare: 403, First: stop},
		{Rule: "GET /api/v1/stream", Status: 503, Shared: true}, // it has stopped
	}}
	operations.Open(s.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}
