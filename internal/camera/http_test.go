package camera

import (
	"context"
	"testing"

	"yiwang/internal/camera/synthetic"
	"yiwang/internal/platform/clock"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as who keeps the register of the district may use it, and as the keeper of another street is answered.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		in := m.spec()
		in.HLS, _ = synthetic.Addresses(1)
		lat, lon := 32.05, 118.75
		in.Lat, in.Lon = &lat, &lon
		x, err := s.Add(as("centre"), in)
		if err != nil {
			t.Fatal(err)
		}
		begin := func() string {
			t.Helper()
			look, err := s.Begin(as("centre"), x.ID, "核对")
			if err != nil {
				t.Fatal(err)
			}
			return look.ID
		}
		look, last := begin(), begin()
		const hidden, noLook, outside = "camera.no_camera", "camera.no_look", "auth.outside_area"
		file := func(area string) string {
			return routes.Form(map[string]string{"dry_run": "true"}, "摄像机.csv", "国标编号,名称,类型,区划编码\n32010600001320000077,新,枪机,"+area+"\n")
		}
		spec := `{"code":"32010600001320000008","name":"新","kind":"dome","area_code":"320106001"}`
		routes.Open(s.Routes, func(who string) context.Context { return as(who) }).Check(t, routes.Table{Own: "centre", Other: "street2", Without: "clerk", Lines: []routes.Line{
			{Rule: "GET /api/v1/cameras", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/cameras/{id}", Values: x.ID, Status: 200, Other: 404, Code: hidden},
			{Rule: "GET /api/v1/cameras/map", Values: "?west=118&south=32&east=119&north=33", Status: 200, Other: 200, Code: "empty"},
			{Rule: "GET /api/v1/cameras/file", Values: "?format=csv", Status: 200, Other: 200},
			{Rule: "GET /api/v1/cameras/template", Values: "?format=csv", Status: 200, Other: 200},
			{Rule: "POST /api/v1/cameras/file", Body: file("320106001"), Status: 200, Other: 200, Code: outside}, // the row is refused
			{Rule: "POST /api/v1/cameras", Body: spec, Status: 201, Other: 403, Code: outside},
			{Rule: "PUT /api/v1/cameras/{id}", Values: x.ID, Body: `{"code":"` + number + `","name":"路口","kind":"dome","area_code":"320106001","hls_url":"synthetic://1/live.m3u8","snapshot_url":"synthetic://1/picture.jpg","whep_url":"` + m.URL + `/whep","lat":32.05,"lon":118.75,"version":1}`,
				Status: 200, Other: 404, Code: hidden},
			{Rule: "POST /api/v1/cameras/{id}/looks", Values: x.ID, Body: `{"reason":"看现场"}`, Status: 201, Other: 404, Code: hidden},
			{Rule: "GET /api/v1/cameras/{id}/looks", Values: x.ID, Status: 200, Other: 404, Code: hidden},
			{Rule: "POST /api/v1/camera-looks/{id}/stream", Values: look, Body: `{"sdp":"v=0"}`, Status: 200, Other: 404, Code: noLook},
			{Rule: "GET /api/v1/camera-looks/{id}/picture", Values: look, Status: 200, Other: 404, Code: noLook},
			{Rule: "GET /api/v1/camera-looks/{id}/hls/{piece}", Values: look + "/index.m3u8", Status: 200, Other: 404, Code: noLook},
			{Rule: "DELETE /api/v1/camera-looks/{id}", Values: last, Status: 204, Other: 404, Code: noLook},
		}})
	})
}
