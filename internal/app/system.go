package app

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/jobs"
)

// systemRoutes are the operations on the platform itself: what this server is, one's own tasks, and the audit trail.
func (a *App) systemRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-about", Method: http.MethodGet, Path: "/api/v1/public/about", Tag: "public",
		Summary: "What this server is, before anybody signs in", Access: httpx.Public},
		func(context.Context, *struct{}) (*aboutOut, error) { return &aboutOut{About{Demo: a.Config.Demo}}, nil })
	httpx.Handle(api, httpx.Op{ID: "list-jobs", Method: http.MethodGet, Path: "/api/v1/jobs", Tag: "jobs",
		Summary: "My background tasks, newest first", Access: httpx.SignedIn}, a.listJobs)
	httpx.Handle(api, httpx.Op{ID: "get-job", Method: http.MethodGet, Path: "/api/v1/jobs/{id}", Tag: "jobs",
		Summary: "One of my background tasks with its progress", Access: httpx.SignedIn, Errors: []int{404}}, a.getJob)
	httpx.Handle(api, httpx.Op{ID: "list-audit", Method: http.MethodGet, Path: "/api/v1/audit", Tag: "audit",
		Summary: "Who did what, newest first", Access: httpx.Permission(audit.PermRead)}, a.listAudit)
	httpx.Handle(api, httpx.Op{ID: "verify-audit", Method: http.MethodGet, Path: "/api/v1/audit/verify", Tag: "audit",
		Summary: "Walk the audit chain and say whether it is intact", Access: httpx.Permission(audit.PermRead)}, a.verifyAudit)
}

// About is what a server tells everybody about itself.
type About struct {
	Demo bool `json:"demo" doc:"It shows the demonstration district: every page says that people and results are fictional"`
}

type aboutOut struct{ Body About }

type jobsPage struct{ Body httpx.Page[jobs.Status] }

func (a *App) listJobs(ctx context.Context, in *httpx.PageIn) (*jobsPage, error) {
	before, err := httpx.DecodeCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	out := &jobsPage{}
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := jobs.List(ctx, tx, before[0], in.Limit+1)
		if err != nil {
			return err
		}
		total, err := jobs.Count(ctx, tx)
		out.Body = httpx.Cut(rows, in.Limit, total, func(s *jobs.Status) string { return httpx.EncodeCursor(s.ID) })
		return err
	})
	return out, err
}

type jobOut struct{ Body jobs.Status }

func (a *App) getJob(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"36"`
}) (*jobOut, error) {
	out := &jobOut{}
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out.Body, err = jobs.Find(ctx, tx, in.ID)
		return err
	})
	return out, err
}

type auditIn struct {
	httpx.PageIn
	Action   string `query:"action" maxLength:"64" doc:"Verb, such as rectify.issue"`
	Object   string `query:"object" maxLength:"64"`
	ObjectID string `query:"object_id" maxLength:"64"`
	ActorID  string `query:"actor_id" maxLength:"36"`
}

type auditPage struct{ Body httpx.Page[audit.Record] }

// listAudit leaves a trace of its own: who looked is part of the account. Counting a long trail must not hold up writers,
// so only the trace is a write; without it nothing is shown.
func (a *App) listAudit(ctx context.Context, in *auditIn) (*auditPage, error) {
	before, err := httpx.DecodeCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	out := &auditPage{}
	f := audit.Filter{Action: in.Action, Object: in.Object, ObjectID: in.ObjectID, ActorID: in.ActorID, Before: before[0], Limit: in.Limit + 1}
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := audit.List(ctx, tx, f)
		if err != nil {
			return err
		}
		total, err := audit.Count(ctx, tx, f)
		out.Body = httpx.Cut(rows, in.Limit, total, func(r *audit.Record) string { return httpx.EncodeCursor(r.ID) })
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, a.DB.Tx(ctx, func(tx *db.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "audit.read", Object: "audit", Detail: f})
	})
}

type verifyOut struct{ Body audit.Report }

func (a *App) verifyAudit(ctx context.Context, _ *struct{}) (*verifyOut, error) {
	rep, err := a.Trail.Verify(ctx)
	return &verifyOut{Body: rep}, err
}
