package region

import (
	"context"
	"strings"
	"testing"

	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module. Whoever is signed in reads areas: names and outlines are no secret inside the office; who keeps
// the register of another street changes nothing of this one.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	s := planted(t, testkit.SQLite(t))
	people := map[string]context.Context{"keeper": as([]string{"320106001"}, PermRead, PermManage), "other": as([]string{"320106002"}, PermRead, PermManage), "anybody": as([]string{"320106001"})}
	const path, outside = "/api/v1/regions", "auth.outside_area"
	part := func(code string, y, h int32) string {
		m := feature2(code, box(0, y, 5, h))
		return `{"code":"` + code + `","name":"` + code + `","households":300,"geometry":` + m[strings.Index(m, `"geometry":`)+11:len(m)-1] + `}`
	}
	tree := routes.Form(nil, "areas.csv", "code,name\n320106001003,新社区\n")
	ground := routes.Form(nil, "ground.json", collection(feature2("320106001001P001", box(0, 0, 9, 10))))
	routes.Open(s.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "keeper", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "GET " + path, Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path, Values: "?mine=true&within=320106001", Status: 200, Bare: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + path + "/{code}", Values: "320106001", Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path + "/locate", Values: "?lat=32.0505&lon=118.7505", Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path + "/resolve", Values: "?code=320106001", Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path + ".geojson", Values: "?level=grid&within=320106001", Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path + "/validation", Values: "?within=320106001", Status: 200, Other: 200},
		{Rule: "GET /api/v1/public/areas", Status: 200},
		{Rule: "GET /api/v1/public/areas.geojson", Values: "?level=community", Status: 200},
		{Rule: "POST " + path + "/imports", Body: tree, Status: 200, Other: 200, Code: outside},
		{Rule: "POST " + path + "/geometry", Body: ground, Status: 200, Other: 200, Code: outside},
		{Rule: "PATCH " + path + "/{code}", Values: "320106001003", Body: `{"name":"又一社区","version":1}`, Status: 200, Other: 403, Code: outside},
		{Rule: "PUT " + path + "/{code}/aliases", Values: "320106001003", Body: `{"scheme":"12345","alias":"B-3"}`, Status: 204, Other: 403, Code: outside},
		{Rule: "DELETE " + path + "/{code}/aliases", Values: "320106001003?scheme=12345&alias=B-3", Status: 204, Other: 403, Code: outside},
		{Rule: "POST " + path + "/{code}/actions/split", Values: "320106001001G001", Body: `{"version":1,"parts":[` + part("320106001001G003", 0, 4) + `,` + part("320106001001G004", 4, 6) + `]}`, Status: 200, Other: 403, Code: outside},
		{Rule: "POST " + path + "/actions/merge", Body: `{"areas":[{"code":"320106001002G001","version":1},{"code":"320106001002G002","version":1}],"into":{"code":"320106001002G005","name":"第5网格","households":600}}`, Status: 200, Other: 403, Code: outside},
	}})
}
