package httpx_test

import (
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestHandle_TextThatCannotBeStoredIsTheCallersMistake(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newServer(t, d, httpx.NewLimiter(0, 0))
		if status, _, b := s.do(t, "POST", "/api/things", `{"name":"a\u0000b"}`); status != 422 || !strings.Contains(b, "request.bad_text") {
			t.Errorf("%d %s", status, b)
		}
	})
}
