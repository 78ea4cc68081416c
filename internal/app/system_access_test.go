package app

import (
	"context"
	"testing"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/jobs"
	operations "yiwang/internal/testkit/routes"
)

// The operations on the platform itself: tasks are shown to who began them, the audit trail is one for the whole installation.
func TestSystemRoutes_TasksAreOnesOwnAndTheTrailIsForWhoMayReadIt(t *testing.T) {
	a := newApp(t)
	people := map[string]context.Context{}
	for name, may := range map[string][]string{"auditor": {audit.PermRead}, "other": Permissions(), "anybody": nil} {
		p := &auth.Principal{UserID: name, Name: name, Areas: []string{"320106"}, Permissions: map[string]bool{}}
		for _, k := range may {
			p.Permissions[k] = true
		}
		people[name] = auth.With(context.Background(), p)
	}
	var job string
	if err := a.DB.Tx(people["auditor"], func(tx *db.Tx) (err error) {
		job, err = jobs.Enqueue(people["auditor"], tx, jobs.Job{Kind: "no-such-kind", Title: "一件任务"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	table := operations.Table{Own: "auditor", Other: "other", Without: "anybody", Lines: []operations.Line{
		{Rule: "GET /api/v1/public/about", Status: 200},
		{Rule: "GET /api/v1/jobs", Status: 200, Other: 200, Code: "empty", Bare: 200},
		{Rule: "GET /api/v1/jobs/{id}", Values: job, Status: 200, Other: 404, Code: "jobs.not_found", Bare: 404},
		{Rule: "GET /api/v1/audit", Status: 200, Shared: true, Empty: true},
		{Rule: "GET /api/v1/audit", Values: "?action=audit.read", Status: 200, Shared: true}, // that somebody looked is in it
		{Rule: "GET /api/v1/audit/verify", Status: 200, Shared: true},
	}}
	operations.Open(a.systemRoutes, func(who string) context.Context { return people[who] }).Check(t, table)
}
