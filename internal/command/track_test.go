package command_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/testkit"
)

// What a phone sent to one server is in no chunk for ten minutes; whoever looks at another server sees it all the same.
func TestTrack_ReadOnOneServerHoldsWhatAnotherProcessHasNotSealed(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a server in a process of its own takes some seconds")
	}
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		if strings.HasPrefix(url, "sqlite:") {
			return // one server
		}
		p := newPost(t, url, t.TempDir())
		p.start()
		p.next = time.Now().Add(-time.Minute).UnixMilli()
		for n := range 2 * officers {
			if status := p.send(n % officers); status != http.StatusOK {
				t.Fatalf("position %d: %d", n, status)
			}
		}
		second, err := app.Open(auth.System(context.Background(), "test"), config.Config{DB: url, Data: p.dir, Cipher: "aes", JobWorkers: 1, Node: "second"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := second.Close(); err != nil {
				t.Error(err)
			}
		}()
		me, now := officer(3), second.DB.Clock().Now()
		points, err := second.Patrol.Points(me, patrol.Look{Officer: auth.From(me).UserID, From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour))})
		if err != nil || len(points) != 2 {
			t.Errorf("the other server shows %d positions, %v", len(points), err)
		}
	})
}
