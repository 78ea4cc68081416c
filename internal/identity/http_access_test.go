package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

const (
	outside  = "auth.outside_area"
	stranger = "identity.user_not_found"
)

// Every operation of this module, as the administrators of the district may use it, and as those of another district are answered. What is
// one's own is of no area; roles and the policy are those of the installation.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	c := testkit.NewClock()
	h := newHouse(t, testkit.SQLiteAt(t, c), c)
	files, err := blob.NewDir(t.TempDir())
	h.must(err)
	h.s.cfg.Files = files
	people := map[string]context.Context{}
	for _, name := range []string{"admin", "security", "auditor", "lead", "verifier"} {
		people[name] = h.as(name)
	}
	bare := *auth.From(people["verifier"])
	bare.Permissions = map[string]bool{}
	people["anybody"] = auth.With(context.Background(), &bare)
	other := &auth.Principal{UserID: "u-other", Areas: []string{"320102"}, Permissions: map[string]bool{}}
	for _, p := range Permissions() {
		other.Permissions[p] = true
	}
	people["other"] = auth.With(context.Background(), other)
	table := routes.Table{Own: "admin", Other: "other", Without: "anybody"}
	table.Lines = append(table.Lines, unitLines(h)...)
	table.Lines = append(table.Lines, userLines(h)...)
	table.Lines = append(table.Lines, postLines(h)...)
	table.Lines = append(table.Lines, ruleLines(h)...)
	table.Lines = append(table.Lines, ownLines(h)...)
	routes.Open(h.s.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}

func portrait(h *house) string {
	h.t.Helper()
	var b bytes.Buffer
	h.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 300))))
	return routes.Upload(nil, "photo", "a.png", "image/png", b.String())
}

func unitLines(h *house) []routes.Line {
	unit := func(version string) string {
		return `{"area_code":"320106","code":"new_office","name":"新设机构","kind":"department","level":"district","on_duty":false,"active":true,"version":` + version + `}`
	}
	return []routes.Line{
		{Rule: "GET /api/v1/units", Status: 200, Bare: 200, Other: 200}, // who does what is no secret inside the office
		{Rule: "POST /api/v1/units", Body: unit("0"), Status: 201, Other: 403, Code: outside, Keep: "unit"},
		{Rule: "GET /api/v1/units/{id}", Values: "{{unit.id}}", Status: 200, Bare: 200, Other: 200},
		{Rule: "PUT /api/v1/units/{id}", Values: "{{unit.id}}", Body: unit("{{unit.version}}"), Status: 200, Other: 403, Code: outside},
	}
}

func userLines(h *house) []routes.Line {
	const path = "/api/v1/users"
	step := func(name, by string) routes.Line {
		return routes.Line{Rule: "POST " + path + "/{id}/actions/" + name, Values: "{{user.id}}", Body: `{"reason":"核查"}`, By: by, Status: 200, Other: 404, Code: stranger}
	}
	lines := []routes.Line{
		{Rule: "POST " + path, Body: `{"username":"newbie","name":"新同事","unit_id":"{{unit.id}}","password":"Tulip-rain-42"}`, Status: 201, Other: 403, Code: outside, Keep: "user"},
		{Rule: "GET " + path, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + path + "/{id}", Values: "{{user.id}}", Status: 200, Other: 404, Code: stranger},
		{Rule: "PUT " + path + "/{id}", Values: "{{user.id}}", Body: `{"name":"新同志","unit_id":"{{unit.id}}","version":{{user.version}}}`, Status: 200, Other: 404, Code: stranger},
		step("disable", ""), step("enable", ""), step("lock", "security"), step("unlock", "security"),
		{Rule: "POST " + path + "/{id}/actions/reset-password", Values: "{{user.id}}", Body: `{"password":"Maple-wind-43"}`, Status: 204, Other: 404, Code: stranger},
		{Rule: "POST " + path + "/{id}/actions/reset-second-factor", Values: "{{user.id}}", By: "security", Status: 204, Other: 404, Code: stranger},
		{Rule: "PUT " + path + "/{id}/portrait", Values: "{{user.id}}", Body: portrait(h), Status: 200, Other: 404, Code: stranger},
		{Rule: "GET " + path + "/{id}/portrait", Values: "{{user.id}}", Status: 200, Other: 404, Code: stranger},
		{Rule: "DELETE " + path + "/{id}/portrait", Values: "{{user.id}}", Status: 204, Other: 404, Code: stranger},
	}
	return lines
}

// postLines ask for posts; each step ends or begins one.
func postLines(h *house) []routes.Line {
	ask := routes.Line{Rule: "POST /api/v1/users/{id}/posts", Values: "{{user.id}}", Body: `{"unit_id":"{{unit.id}}","role_code":"verifier","title":"核查员","areas":["320106"]}`, Status: 201, Other: 404, Code: stranger, Keep: "post"}
	step := func(name, by string) routes.Line {
		return routes.Line{Rule: "POST /api/v1/posts/{id}/actions/" + name, Values: "{{post.id}}", Body: `{"version":{{post.version}}}`, By: by, Status: 200, Other: 403, Code: outside, Keep: "post"}
	}
	return []routes.Line{
		ask, {Rule: "GET /api/v1/posts", Status: 200, Other: 200, Code: "empty"}, step("withdraw", ""),
		ask, step("reject", "security"),
		ask, step("grant", "security"), step("revoke", "security"),
		ask, step("grant", "security"), step("end", ""),
	}
}

func ruleLines(h *house) []routes.Line {
	written := func(v any, err error) string {
		h.t.Helper()
		h.must(err)
		b, err := json.Marshal(v)
		h.must(err)
		return string(b)
	}
	policy, err := h.s.SecurityPolicy(program)
	rule := written(policy, err)
	role := `{"code":"watcher","name":"观察员","privileged":false,"permissions":["cases.read"],"version":`
	return []routes.Line{
		{Rule: "GET /api/v1/roles", Status: 200, Other: 200},
		{Rule: "GET /api/v1/permissions", Status: 200, Other: 200},
		{Rule: "POST /api/v1/roles", Body: role + `0}`, By: "security", Status: 201, Shared: true, Keep: "role"},
		{Rule: "PUT /api/v1/roles/{code}", Values: "watcher", Body: role + `{{role.version}}}`, By: "security", Status: 200, Shared: true},
		{Rule: "GET /api/v1/security/policy", Status: 200, Other: 200},
		{Rule: "PUT /api/v1/security/policy", Body: rule, By: "security", Status: 200, Shared: true},
		{Rule: "GET /api/v1/sign-ins", By: "auditor", Status: 200, Shared: true},
	}
}

// ownLines are what everybody signed in does about himself.
func ownLines(h *house) []routes.Line {
	const own = "/api/v1/account"
	lines := []routes.Line{
		{Rule: "GET /api/v1/session", Status: 200, Bare: 200, Keep: "me"},
		{Rule: "PUT /api/v1/session/post", Body: `{"post_id":"{{me.posts.0.id}}"}`, Status: 204},
		{Rule: "GET " + own + "/sessions", Status: 200, Keep: "sessions"},
		{Rule: "GET " + own + "/sign-ins", Status: 200},
		{Rule: "POST /api/v1/tokens", Body: `{"name":"报表"}`, Status: 201, Keep: "token"},
		{Rule: "GET /api/v1/tokens", Status: 200},
		{Rule: "DELETE /api/v1/tokens/{id}", Values: "{{token.id}}", Status: 204},
		{Rule: "POST " + own + "/totp", Body: `{}`, Status: 200},
		{Rule: "POST " + own + "/totp/confirm", Body: `{"code":"000000"}`, Status: 422},
		{Rule: "POST " + own + "/totp/remove", Body: `{"code":"000000"}`, Status: 409},
		{Rule: "PUT " + own + "/portrait", Body: portrait(h), Status: 200},
		{Rule: "GET " + own + "/portrait", Status: 200},
		{Rule: "DELETE " + own + "/portrait", Status: 204},
		{Rule: "GET /api/v1/notices", Status: 200, Empty: true},
		{Rule: "POST /api/v1/notices/{id}/read", Values: "none", Status: 204},
		{Rule: "POST /api/v1/notices/read", Status: 204},
		{Rule: "POST " + own + "/password", Body: `{"current":"` + DemoPassword + `","next":"Maple-wind-43"}`, Status: 204},
		{Rule: "DELETE " + own + "/sessions/{id}", Values: "{{sessions.items.0.id}}", Status: 204},
		{Rule: "POST /api/v1/session", Body: `{"username":"lead","password":"Maple-wind-43"}`, Status: 200},
		{Rule: "DELETE /api/v1/session", By: "verifier", Status: 204},
	}
	for i := range lines {
		lines[i].Shared = true
		if lines[i].By == "" {
			lines[i].By = "lead"
		}
	}
	return lines
}
