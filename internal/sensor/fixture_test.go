package sensor

import (
	"context"
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

// house is a service on a district of two streets, with the clock the test moves.
type house struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	from  Source
	token string
}

const grid = "320106001001G001"

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		regions := region.New(d)
		system := auth.System(context.Background(), "test")
		plots := []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}, {Code: "320106001", Name: "一街道"}, {Code: "320106002", Name: "二街道"}, {Code: "320106001001", Name: "一社区"}, {Code: "320106002001", Name: "二社区"},
			{Code: grid, Name: "一网格", Kind: region.Composite, Shape: square(118.70, 32.00)}, {Code: "320106002001G001", Name: "二网格", Kind: region.Composite, Shape: square(118.80, 32.00)}}
		if err := d.Tx(system, func(tx *db.Tx) error {
			_, err := regions.SaveTx(system, tx, plots, testkit.Epoch)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h := &house{Service: New(Deps{DB: d, Regions: regions, Alarms: alarm.New(alarm.Deps{DB: d, Regions: regions})}), t: t, clock: c}
		x, token, err := h.AddSource(h.as("centre"), NewSource{Code: "water", Name: "水务平台", AreaCode: "320106"})
		if err != nil {
			t.Fatal(err)
		}
		h.from, h.token = *x, token
		fn(t, h)
	})
}

// square is a tenth of a degree to the east and north of a place.
func square(lon, lat float64) geo.Shape {
	x, y, side := int32(lon*geo.Scale), int32(lat*geo.Scale), int32(geo.Scale/10)
	return geo.Shape{{{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}}}
}

var people = map[string]auth.Principal{
	"centre":  {Areas: []string{"320106"}, Permissions: map[string]bool{PermRead: true, PermManage: true}},
	"reader":  {Areas: []string{"320106001"}, Permissions: map[string]bool{PermRead: true}},
	"street2": {Areas: []string{"320106002"}, Permissions: map[string]bool{PermRead: true, PermManage: true}},
	"clerk":   {Areas: []string{"320106"}, Permissions: map[string]bool{}},
}

func (h *house) as(name string) context.Context {
	p, ok := people[name]
	if !ok {
		h.t.Fatalf("nobody is called %s", name)
	}
	p.UserID, p.Name = "user-"+name, name
	return auth.With(context.Background(), &p)
}

// add registers a sensor in the first grid.
func (h *house) add(code, kind string) *Sensor {
	h.t.Helper()
	lat, lon := 32.05, 118.75
	x, err := h.Add(h.as("centre"), Device{Code: code, Name: "测点" + code, Kind: kind, Lat: &lat, Lon: &lon, SourceID: h.from.ID, VendorCode: "V-" + code})
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

func (h *house) rule(n NewRule) *Rule {
	h.t.Helper()
	n.AreaCode, n.Enabled = "320106", true
	r, err := h.AddRule(h.as("centre"), n)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

var flood = NewRule{Name: "积水严重", Kind: "water_level", Metric: "level", Side: Above, Threshold: 0.3, Hysteresis: 0.05, Seconds: 120, Times: 2, Severity: alarm.Critical, OpensCase: true, Urgent: true}

// reading is an event of a value now.
func (h *house) reading(id, subject, data string) Event {
	return Event{Source: "//water.example", ID: id, Type: "cn.example.reading", Subject: subject, Time: h.clock.Now(), Data: []byte(data)}
}

func (h *house) take(events ...Event) Receipt {
	h.t.Helper()
	out, err := h.Take(auth.System(context.Background(), "test"), h.from, events)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) now(id string) *Sensor {
	h.t.Helper()
	x, err := h.Get(h.as("centre"), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

// events counts the events of a topic in the outbox.
func (h *house) count(query string, args ...any) int {
	h.t.Helper()
	n := 0
	if err := h.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.Get[int](context.Background(), tx, query, args...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) trips() int {
	return h.count("SELECT COUNT(*) FROM outbox WHERE topic = $1", TopicTripped)
}
func (h *house) alarms() int { return h.count("SELECT COUNT(*) FROM alarm WHERE cleared_at IS NULL") }

func (h *house) forward(d time.Duration) { h.clock.Advance(d) }

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}
