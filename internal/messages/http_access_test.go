package messages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"yiwang/internal/messages"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district may use it and as another district is answered: messages are about an area, wordings,
// rules and channels are those of the installation, and contacts one's own.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	c := testkit.NewClock()
	c.Set(day(9, 0))
	d := testkit.SQLiteAt(t, c)
	o := open(t, d, nil)
	o.send(t, closed("c1"), closed("c2"))
	check(t, d.Tx(o.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(o.ctx, "UPDATE message SET state = 'failed' WHERE subject_id = 'c2'")
		return err
	}))
	people := map[string]context.Context{"admin": admin, "other": as("other", "320102", messages.PermRead, messages.PermManage), "anybody": as("anybody", "320106")}
	const path, texts, unseen = "/api/v1/messages", "/api/v1/message-templates", "messages.not_found"
	const place, wording = "closed/reporter/sms", `{"version":0,"text":"【一网】您反映的{title}已办结。","enabled":true}`
	rules := `{"quiet_from":"22:00","quiet_to":"07:00","per_day":10,"tell_reporter":true,"public_url":"","version":{{rules.version}}}`
	routes.Open(o.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "admin", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "GET " + path, Values: "?case=c2", Status: 200, Other: 200, Code: "empty", Keep: "failed"},
		{Rule: "GET " + path + "/{id}", Values: "{{failed.items.0.id}}", Status: 200, Other: 404, Code: unseen},
		{Rule: "POST " + path + "/{id}/actions/retry", Values: "{{failed.items.0.id}}", Status: 200, Other: 404, Code: unseen},
		{Rule: "GET /api/v1/message-channels", Status: 200, Other: 200},
		{Rule: "POST /api/v1/message-channels/test", Body: `{"channel":"sms","to":"13912345678"}`, Status: 201, Shared: true},
		{Rule: "POST /api/v1/public/message-receipts", Body: `[]`, Status: 404}, // no gateway
		{Rule: "GET " + texts, Status: 200, Other: 200},
		{Rule: "GET " + texts + "/{event}/{audience}/{channel}", Values: place, Status: 200, Other: 200},
		{Rule: "PUT " + texts + "/{event}/{audience}/{channel}", Values: place, Body: wording, Status: 200, Shared: true},
		{Rule: "POST " + texts + "/preview", Body: `{"channel":"sms","text":"【一网】{title}"}`, Status: 200, Other: 200},
		{Rule: "GET /api/v1/message-rules", Status: 200, Other: 200, Keep: "rules"},
		{Rule: "PUT /api/v1/message-rules", Body: rules, Status: 200, Shared: true},
		{Rule: "GET /api/v1/account/contact", Status: 200, Bare: 200, Other: 200, Keep: "own"},
		{Rule: "PUT /api/v1/account/contact", Body: `{"choices":{},"version":0}`, Status: 200, Shared: true},
		{Rule: "GET /api/v1/account/contact-choices", Status: 200, Bare: 200, Other: 200},
	}})
}

func TestRoutes_TheGatewayHandsItsReceiptsOver(t *testing.T) {
	t.Parallel()
	c := testkit.NewClock()
	c.Set(day(9, 0))
	setting, _ := gatewayAt(t, func(int) int { return http.StatusOK })
	o := open(t, testkit.SQLiteAt(t, c), func(x *messages.Deps) { x.SMS = setting })
	o.send(t, closed("c1"))
	check(t, o.Deliver(o.ctx))
	mux := http.NewServeMux()
	o.Routes(httpx.NewAPI(mux, "test"))
	const body = `[{"id":"G-1","state":"delivered"}]`
	now := c.Now().Unix()
	for signature, want := range map[string]int{"wrong": http.StatusForbidden, messages.Sign("secret", now, []byte(body)): http.StatusOK} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/public/message-receipts", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Yiwang-Timestamp", strconv.FormatInt(now, 10))
		r.Header.Set("X-Yiwang-Signature", signature)
		w := httptest.NewRecorder()
		if mux.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d %s", signature, w.Code, w.Body)
		}
	}
	if m := o.all(t)[0]; m.State != messages.Delivered {
		t.Errorf("%+v", m)
	}
}
