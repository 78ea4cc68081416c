package opinion

import (
	"context"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestDraw_IsSeenByWhoeverHasAllAreasOfTheDrawer(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		texts := make([]string, 12)
		for i := range texts {
			texts[i] = lamp
		}
		w := newWorld(t, d, texts...)
		w.free("04", 12)
		of := func(areas ...string) context.Context {
			p := person("u-office", areas[0], Permissions()...)
			p.UserID, p.Name, p.Areas = "user-two", "two", areas
			return auth.With(context.Background(), &p)
		}
		r, err := w.Draw(of("320106001", "320106002"), Sample{WaveID: "w1", Title: "抽检", Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			who  context.Context
			sees bool
		}{{of("320106001", "320106002"), true}, {of("320106"), true}, {of("320106002"), false}, {of("320106001"), false}} {
			list, err := w.Rounds(c.who, "w1")
			_, blind := w.Blind(c.who, r.ID, 5)
			if err != nil || (len(list) == 1) != c.sees || (blind == nil) != c.sees {
				t.Errorf("%v: %d samples, %v, %v", auth.From(c.who).Areas, len(list), err, blind)
			}
		}
	})
}
