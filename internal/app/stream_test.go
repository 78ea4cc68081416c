package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
)

// Through everything that surrounds a request: compression and the log must not keep events to themselves.
func TestStream_AMoveReachesTheDeskOfItsStreetAtOnce(t *testing.T) {
	a := district(t)
	handler, err := a.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() { a.Live.Stop(); server.Close() })
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	body, _ := json.Marshal(map[string]string{"username": "command", "password": identity.DemoPassword})
	res, err := client.Post(server.URL+"/api/v1/session", "application/json", bytes.NewReader(body))
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("sign in: %v %v", res, err)
	}
	_ = res.Body.Close()
	res, err = client.Get(server.URL + "/api/v1/stream")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("stream: %v %v", res, err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	until := func(start string) string {
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), start) {
				return lines.Text()
			}
		}
		return "end"
	}
	if until("event: hello") == "end" {
		t.Fatal("no greeting")
	}
	ctx := auth.System(context.Background(), "test")
	streets, err := a.Region.Children(ctx, "320106")
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromLeader, Text: "路灯不亮", Category: "140101", AreaCode: streets[0].Code})
	if err != nil {
		t.Fatal(err)
	}
	until("event: case")
	if data := until("data: "); !strings.Contains(data, c.Number) {
		t.Errorf("heard %s", data)
	}
}
