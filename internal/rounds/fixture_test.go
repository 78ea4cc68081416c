package rounds

import (
	"bytes"
	"context"
	"io"
	"math"
	"testing"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
)

// Grids of the fixture: two in the first street, one in the second.
const (
	grid1 = "320106001001G001"
	grid2 = "320106001001G002"
	grid3 = "320106002001G001"
)

// house is a running patrol with places above it, whose clock the test moves.
type house struct {
	*Service
	t     *testing.T
	clock *clock.Fake
}

// album keeps pictures in memory, as a store of files does on a disk.
type album map[string][]byte

func (a album) Put(_ context.Context, r io.Reader) (string, string, error) {
	b, err := io.ReadAll(r)
	a["photo"] = b
	return "photo", "image/png", err
}

func (a album) Open(_ context.Context, ref string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(a[ref])), nil
}

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		regions := region.New(d)
		system := auth.System(context.Background(), "test")
		plots := []region.Plot{{Code: "32", Name: "江苏省"}, {Code: "3201", Name: "南京市"}, {Code: "320106", Name: "鼓楼区"}, {Code: "320106001", Name: "一街道"}, {Code: "320106002", Name: "二街道"},
			{Code: "320106001001", Name: "一社区居委会"}, {Code: "320106002001", Name: "二社区居委会"},
			{Code: grid1, Name: "第1网格", Kind: region.Composite, Shape: block(118.77, 32.06)}, {Code: grid2, Name: "第2网格", Kind: region.Composite, Shape: block(118.77, 32.07)},
			{Code: grid3, Name: "第1网格", Kind: region.Composite, Shape: block(118.80, 32.06)}}
		if err := d.Tx(system, func(tx *db.Tx) error {
			_, err := regions.SaveTx(system, tx, plots, time.Time{})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		p := patrol.New(patrol.Deps{DB: d, Regions: regions, Patience: time.Millisecond})
		h := &house{New(Deps{DB: d, Regions: regions, People: identity.New(d, Permissions(), identity.Config{}), Patrol: p, Photos: album{}}), t, c}
		h.run()
		fn(t, h)
	})
}

// run lets the patrol take points until the test ends.
func (h *house) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Patrol.Run(ctx) }()
	h.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	})
	select {
	case <-h.Patrol.Ready():
	case err := <-done:
		h.t.Fatalf("the patrol did not start: %v", err)
	}
}

// block is a hundredth of a degree to the east and north of a place.
func block(lon, lat float64) geo.Shape {
	x, y, side := int32(math.Round(lon*geo.Scale)), int32(math.Round(lat*geo.Scale)), int32(geo.Scale/100)
	return geo.Shape{{{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}}}
}

var people = map[string]auth.Principal{
	"officer": {Areas: []string{grid1, grid2}, Permissions: map[string]bool{PermWalk: true, patrol.PermDuty: true}},
	"other":   {Areas: []string{grid3}, Permissions: map[string]bool{PermWalk: true, patrol.PermDuty: true}},
	"centre":  {Areas: []string{"320106"}, Permissions: map[string]bool{PermRead: true, PermPlan: true, patrol.PermTrack: true}},
	"street2": {Areas: []string{"320106002"}, Permissions: map[string]bool{PermRead: true, PermPlan: true, patrol.PermTrack: true}},
	"reader":  {Areas: []string{"320106001"}, Permissions: map[string]bool{PermRead: true}},
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

// point keeps a place so many metres north and east of the corner of the first grid.
func (h *house) point(code string, north, east float64) Point {
	h.t.Helper()
	p, err := h.AddPoint(h.as("centre"), NewPoint{Code: code, Kind: "building", Name: code + "幢", Lat: 32.06 + north/111_195, Lon: 118.77 + east/(111_195*math.Cos(32.06*math.Pi/180))})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// walk lets somebody walk north along the eastern side of the corner for so many metres, a fix every ten seconds, from now on.
func (h *house) walk(who string, fromNorth, metres float64) {
	h.t.Helper()
	n := int(metres / 13)
	begin := h.clock.Now()
	h.clock.Advance(time.Duration(n*10) * time.Second)
	var points []track.Point
	for i := range n {
		p, _ := track.At(begin.Add(time.Duration(i*10)*time.Second).UnixMilli(), 32.06+(fromNorth+float64(i)*13)/111_195, 118.77+100/(111_195*math.Cos(32.06*math.Pi/180)))
		p.SetAccuracy(5)
		points = append(points, p)
	}
	h.send(who, points)
}

func (h *house) send(who string, points []track.Point) {
	h.t.Helper()
	if _, err := h.Patrol.Send(h.as(who), points); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) onDuty(who string) {
	h.t.Helper()
	if _, err := h.Patrol.GoOnDuty(h.as(who), 0); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read() {
	h.t.Helper()
	if err := h.Read(auth.System(context.Background(), "test")); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) coverage(who, area string) *Coverage {
	h.t.Helper()
	today := dayOf(h.clock.Now().UnixMilli())
	c, err := h.Coverage(h.as(who), area, today, today)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) count(query string) int {
	h.t.Helper()
	n := 0
	if err := h.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.Get[int](context.Background(), tx, query)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}
