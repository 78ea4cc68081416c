package wall

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

// counts are sources that say what a test told them, or fail.
type counts struct {
	open    []Case
	entries []Entry
	before  []Entry // of the day before
	endings []Ending
	judged  *Satisfaction
	voices  []Voice
	err     error
	asked   int
	now     func() time.Time
}

func (c *counts) Open(context.Context) ([]Case, error) { c.asked++; return c.open, c.err }
func (c *counts) Entries(_ context.Context, _, until clock.Time) ([]Entry, error) {
	if until.After(c.now()) {
		return c.entries, c.err
	}
	return c.before, c.err
}
func (c *counts) Endings(context.Context, clock.Time, clock.Time) ([]Ending, error) {
	return c.endings, c.err
}
func (c *counts) Satisfaction(context.Context, string) (*Satisfaction, error) { return c.judged, c.err }
func (c *counts) Voices(context.Context, string, string) ([]Voice, error)     { return c.voices, c.err }
func (c *counts) CategoryName(code string) string                             { return "类" + code }

// hall is a wall above a district of two streets.
type hall struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	said  *counts
}

func eachHall(t *testing.T, fn func(t *testing.T, h *hall)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		regions := region.New(d)
		system := auth.System(context.Background(), "test")
		var ground geo.Ring
		for _, corner := range [][2]float64{{118, 32}, {118.1, 32}, {118.1, 32.1}, {118, 32.1}} {
			v, err := geo.At(corner[0], corner[1])
			if err != nil {
				t.Fatal(err)
			}
			ground = append(ground, v)
		}
		err := d.Tx(system, func(tx *db.Tx) error {
			_, err := regions.SaveTx(system, tx, []region.Plot{{Code: "32", Name: "江苏省"}, {Code: "3201", Name: "南京市"}, {Code: "320106", Name: "鼓楼区", Shape: geo.Shape{{ground}}},
				{Code: "320106001", Name: "宁海路街道", Shape: geo.Shape{{ground}}}, {Code: "320106002", Name: "华侨路街道"}}, c.Now().Add(-time.Hour))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		said := &counts{now: c.Now}
		h := &hall{Service: New(Deps{DB: d, Regions: regions, Alarms: alarm.New(alarm.Deps{DB: d, Regions: regions}), Sources: said}), t: t, clock: c, said: said}
		fn(t, h)
	})
}

func as(permission string, areas ...string) context.Context {
	return auth.With(context.Background(), &auth.Principal{UserID: "u1", Name: "值班员", Areas: areas, Permissions: map[string]bool{permission: true}})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestPicture_CountsTheThemeOfTheArea(t *testing.T) {
	eachHall(t, func(t *testing.T, h *hall) {
		past, later := clock.At(h.clock.Now().Add(-time.Hour)), clock.At(h.clock.Now().Add(time.Hour))
		x, y := 118.05, 32.05
		h.said.open = []Case{
			{ID: "1", Area: "320106001001G001", Category: "020101", Stage: Handling, Level: "street", DueAt: &past, Lat: &y, Lon: &x},
			{ID: "2", Area: "320106001001", Category: "020202", Stage: Reported, Level: "community", DueAt: &later},
			{ID: "3", Area: "320106002001", Category: "050101", Stage: Handling, Level: "district", DueAt: &past, Lat: &y, Lon: &x, Sensitive: true},
			{ID: "4", Area: "320106001001", Category: "020101", Stage: Closed, Level: "street"},
			{ID: "5", Area: "320106001001", Category: "070101", Channel: "inspection", Stage: Checking, Level: "grid"},
		}
		h.said.entries = []Entry{{Stage: Reported, Area: "320106001001", N: 7}, {Stage: Closed, Area: "320106002001", N: 2}}
		h.said.before = []Entry{{Stage: Handling, Area: "320106001001", N: 4}, {Stage: Handling, Area: "320107001001", N: 9}}
		h.said.endings = []Ending{{Area: "320106001001", OnTime: true, N: 3, Today: 1}, {Area: "320106002001", N: 1, Today: 1}}
		p, err := h.Picture(as(PermShow, "320106"), "", "city")
		if err != nil {
			t.Fatal(err)
		}
		if p.Area.Name != "鼓楼区" || len(p.Themes) != 9 || p.InTheme.Open != 2 || p.InTheme.Overdue != 1 || p.InTheme.ByArea["320106001"] != 2 || p.InTheme.ByArea["320106001001G001"] != 1 ||
			len(p.InTheme.Points) != 1 {
			t.Errorf("theme: %+v", p.InTheme)
		}
		if p.Overdue.N != 2 || p.Overdue.Tiers[2].N != 1 || len(p.Overdue.Oldest) != 1 || p.Overdue.Oldest[0].Where != "宁海路" {
			t.Errorf("overdue: %+v", p.Overdue)
		}
		if p.Flow[0] != (Step{Reported, 7, 1, 0, 0}) || p.Flow[3] != (Step{Handling, 0, 2, 2, 4}) || p.Flow[5] != (Step{Closed, 2, 0, 0, 0}) {
			t.Errorf("flow: %+v", p.Flow)
		}
		if *p.Ended.Rate != 75 || p.Ended.InTime != 1 || p.Ended.Late != 1 {
			t.Errorf("ended: %+v", p.Ended)
		}
		if p, err = h.Picture(as(PermShow, "320106"), "320106002", "environment"); err != nil || p.InTheme.Open != 1 || len(p.InTheme.Points) != 0 || p.Flow[0].Open != 0 ||
			len(p.Area.Trail) != 1 || p.Ended.InTime != 0 {
			t.Errorf("the other street: %+v, %v", p, err)
		}
		if p, err = h.Picture(as(PermShow, "320106"), "", "patrol"); err != nil || p.InTheme.Open != 1 {
			t.Errorf("by channel: %+v, %v", p.InTheme, err)
		}
		if p, err = h.Picture(as(PermShow, "320106"), "", All); err != nil || p.InTheme.Open != 4 {
			t.Errorf("all: %+v, %v", p.InTheme, err)
		}
	})
}

func TestPicture_IsForThoseOfTheArea(t *testing.T) {
	eachHall(t, func(t *testing.T, h *hall) {
		_, err := h.Picture(as("x.read", "320106"), "", "")
		wantCode(t, err, "auth.no_permission")
		_, err = h.Picture(as(PermShow, "320106001"), "320106002", "")
		wantCode(t, err, "auth.outside_area")
		_, err = h.Picture(as(PermShow, "320106001"), "320106", "")
		wantCode(t, err, "auth.outside_area")
		_, err = h.Picture(as(PermShow, "320106"), "", "weather")
		wantCode(t, err, "wall.bad_theme")
		if p, err := h.Picture(as(PermShow, "320106001001", "320106001"), "", ""); err != nil || p.Area.Code != "320106001" || len(p.Area.Trail) != 0 {
			t.Errorf("at home: %+v, %v", p, err)
		}
	})
}

func TestPicture_KeepsTheLastFiguresOfASourceThatFailsAndSaysHowOldTheyAre(t *testing.T) {
	eachHall(t, func(t *testing.T, h *hall) {
		h.said.err = errors.New("down")
		if _, err := h.Picture(as(PermShow, "320106"), "", ""); err == nil {
			t.Error("figures out of nothing")
		}
		h.said.err, h.said.open = nil, []Case{{Area: "320106001", Stage: Reported}}
		h.clock.Advance(time.Minute)
		p, err := h.Picture(as(PermShow, "320106"), "", "")
		if err != nil {
			t.Fatal(err)
		}
		counted := p.At
		h.said.err, h.said.open = errors.New("down"), nil
		h.clock.Advance(5 * time.Minute)
		if p, err = h.Picture(as(PermShow, "320106"), "", ""); err != nil || p.Flow[0].Open != 1 || !p.Sources["cases"].At.Equal(counted.Time) {
			t.Errorf("%+v at %v, want of %v: %v", p.Flow[0], p.Sources["cases"].At, counted, err)
		}
		asked := h.said.asked
		for range 50 {
			if _, err := h.Picture(as(PermShow, "320106"), "320106001", "city"); err != nil {
				t.Fatal(err)
			}
		}
		if h.said.asked != asked {
			t.Errorf("fifty screens asked %d times", h.said.asked-asked)
		}
	})
}

func TestPicture_ShowsAStreetWhatItsScoreIsMadeOfAndTheDistrictOnlyStreets(t *testing.T) {
	eachHall(t, func(t *testing.T, h *hall) {
		h.said.judged = &Satisfaction{WaveID: "w1", Streets: []Judged{{AreaCode: "320106001", Score: 88}, {AreaCode: "320106003", Score: 87}}, ByStreet: map[string][]Aspect{"320106001": {{Name: "城市治理", Score: 86}}}}
		for area, want := range map[string]int{"320106": 0, "320106001": 1, "320106002": 0} {
			p, err := h.Picture(as(PermShow, "320106"), area, "")
			if err != nil || p.Judged == nil || len(p.Judged.Aspects) != want || p.Judged.Aspects == nil || len(p.Judged.Streets) != 2 {
				t.Errorf("%s: %+v, %v", area, p.Judged, err)
			}
		}
		if alone := (&Satisfaction{Streets: h.said.judged.Streets[:1], ByStreet: h.said.judged.ByStreet}).of("320106"); len(alone.Aspects) != 1 {
			t.Errorf("the only street of a wave: %+v", alone)
		}
	})
}

func TestAlarms_TellNothingAboutPeople(t *testing.T) {
	eachHall(t, func(t *testing.T, h *hall) {
		x, y := 118.05, 32.05
		for _, r := range []alarm.Raise{
			{Source: "sensor", Subject: "s1", Kind: "gas", Severity: alarm.Major, AreaCode: "320106001001G001", Title: "燃气浓度超限", Lat: &y, Lon: &x},
			{Source: "sos", Subject: "u9", Kind: "sos", Severity: alarm.Critical, AreaCode: "320106001", SubjectName: "沈静", Title: "沈静求助", Lat: &y, Lon: &x, Personal: true},
			{Source: "sensor", Subject: "s2", Kind: "gas", Severity: alarm.Minor, AreaCode: "320106002", Title: "烟感报警"},
		} {
			ctx := auth.System(context.Background(), "test")
			if err := h.DB.Tx(ctx, func(tx *db.Tx) error { _, _, err := h.Alarms.RaiseTx(ctx, tx, r); return err }); err != nil {
				t.Fatal(err)
			}
		}
		p, err := h.Picture(as(PermShow, "320106"), "320106001", "")
		if err != nil || p.Alarms.Active != 2 || p.Alarms.Today != 2 || len(p.Alarms.Items) != 2 {
			t.Fatalf("%+v, %v", p.Alarms, err)
		}
		sos, gas := p.Alarms.Items[0], p.Alarms.Items[1]
		if sos.Source != "sos" || sos.Title != "" || sos.Lat != nil || sos.Where != "宁海路" {
			t.Errorf("a call for help says %+v", sos)
		}
		if gas.Title != "燃气浓度超限" || gas.Lat == nil || !gas.Active {
			t.Errorf("a sensor says %+v", gas)
		}
	})
}

func TestScreen_OpensItsAreaUntilItEndsAndNothingElse(t *testing.T) {
	eachHall(t, func(t *testing.T, h *hall) {
		ctx := as(PermShow, "320106001")
		_, _, err := h.AddScreen(ctx, NewScreen{Label: "大厅", AreaCode: "320106", Days: 1})
		wantCode(t, err, "auth.outside_area")
		_, _, err = h.AddScreen(ctx, NewScreen{Label: "大厅", AreaCode: "320106001", Days: 400})
		wantCode(t, err, "wall.bad_days")
		_, _, err = h.AddScreen(ctx, NewScreen{Label: " ", AreaCode: "320106001", Days: 1})
		wantCode(t, err, "wall.bad_text")
		x, token, err := h.AddScreen(ctx, NewScreen{Label: "大厅左屏", AreaCode: "320106001", Days: 2})
		if err != nil {
			t.Fatal(err)
		}
		_, cookie, err := h.Open(context.Background(), token)
		if err != nil || !cookie.HttpOnly || cookie.Value != token {
			t.Fatalf("%+v, %v", cookie, err)
		}
		who := func(method, path string) *auth.Principal {
			r := httptest.NewRequest(method, path, nil)
			r.AddCookie(&http.Cookie{Name: CookieName, Value: token})
			p, err := h.FromRequest(r)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		p := who("GET", "/api/v1/wall/picture?theme=city")
		if p == nil || !p.Has(PermShow) || p.Has("patrol.live") || len(p.Permissions) != 1 || !p.Covers("320106001001") || p.Covers("320106002") || p.System {
			t.Fatalf("the screen acts as %+v", p)
		}
		if _, err := h.Picture(auth.With(context.Background(), p), "", ""); err != nil {
			t.Error(err)
		}
		for method, path := range map[string]string{"GET": "/api/v1/wall/screens", "POST": "/api/v1/wall/picture", "DELETE": "/api/v1/wall/picture"} {
			if who(method, path) != nil {
				t.Errorf("a screen may %s %s", method, path)
			}
		}
		list, err := h.Screens(ctx)
		if err != nil || len(list) != 1 || list[0].LastSeenAt == nil {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err = h.Screens(as(PermShow, "320106002")); err != nil || len(list) != 0 {
			t.Errorf("the neighbours see %+v, %v", list, err)
		}
		wantCode(t, h.RevokeScreen(as(PermShow, "320106002"), x.ID), "wall.no_screen")
		h.clock.Advance(48 * time.Hour)
		if who("GET", "/api/v1/wall/picture") != nil {
			t.Error("a link opens the wall after its end")
		}
		y, other, err := h.AddScreen(ctx, NewScreen{Label: "大厅右屏", AreaCode: "320106001", Days: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.RevokeScreen(ctx, y.ID); err != nil {
			t.Fatal(err)
		}
		_, _, err = h.Open(context.Background(), other)
		wantCode(t, err, "wall.link_ended")
		wantCode(t, h.RevokeScreen(ctx, y.ID), "wall.no_screen")
	})
}
