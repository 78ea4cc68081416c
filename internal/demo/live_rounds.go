package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/geo"
	"yiwang/internal/rounds"
)

// Places of a grid: how many of each kind, and what they are called.
var placesOfGrid = []struct {
	kind string
	name string
	most int
}{
	{"楼栋", "%d幢", 6}, {"沿街门店", "沿街门店%d号", 2}, {"消防设施", "消火栓%d", 2}, {"出租房屋", "出租房%d室", 1}, {"公共设施", "健身角%d", 1}, {"学校周边", "校门口%d", 1},
}

// placeRounds keeps the places that officers ought to see, while the story begins.
func (l *loader) placeRounds(ctx context.Context) error {
	r := l.rand("places")
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"编号", "类别", "名称", "经度", "纬度"}) // a buffer never fails
	n := 0
	for i := range l.grids {
		for _, of := range placesOfGrid {
			for k := range 1 + r.IntN(of.most) {
				v, ok := within(r, l.grids[i].Shape)
				if !ok {
					continue
				}
				n++
				_ = w.Write([]string{fmt.Sprintf("DW-%05d", n), of.kind, fmt.Sprintf(of.name, k+1), strconv.FormatFloat(v.Lon(), 'f', 6, 64), strconv.FormatFloat(v.Lat(), 'f', 6, 64)})
			}
		}
	}
	w.Flush()
	report, err := l.Rounds.ImportPoints(ctx, &b, geo.WGS84, false)
	if err == nil && !report.Stored {
		err = fmt.Errorf("%d places were refused: %w", report.Rejected, report.Errors[0])
	}
	return err
}

// within finds a place inside a shape.
func within(r *rand.Rand, shape geo.Shape) (geo.Vertex, bool) {
	if len(shape) == 0 {
		return geo.Vertex{}, false
	}
	b := shape.Bounds()
	for range 60 {
		v := geo.Vertex{X: b.MinX + r.Int32N(b.MaxX-b.MinX+1), Y: b.MinY + r.Int32N(b.MaxY-b.MinY+1)}
		if shape.Contains(v) {
			return v, true
		}
	}
	return geo.Vertex{}, false
}

// planRounds makes the plans of the command centre and reads what the officers have seen.
func (l *loader) planRounds(ctx context.Context) error {
	planner := l.actors["command"]
	if planner == nil {
		return nil // a district without a command centre
	}
	held := *planner
	held.Permissions = map[string]bool{rounds.PermRead: true, rounds.PermPlan: true}
	day := midnight(l.end).AddDate(0, 0, -7).Format("2006-01-02")
	for _, p := range []rounds.NewPlan{
		{Name: "楼栋日巡", Every: rounds.Daily, Kinds: []string{"building"}, From: 8 * 60, Until: 18 * 60, Note: "楼道堆物、飞线充电、消防通道"},
		{Name: "消防设施周查", Every: rounds.Weekly, Kinds: []string{"fire"}, Until: 18 * 60, Photo: true, Note: "拍照：压力表、封条、取用通道"},
		{Name: "沿街门店周巡", Every: rounds.Weekly, Kinds: []string{"shop", "rental"}, Until: 18 * 60},
	} {
		p.Area, p.StartsOn = l.firstArea(), day
		if _, err := l.Rounds.AddPlan(auth.With(ctx, &held), p); err != nil {
			return err
		}
	}
	return l.Rounds.Read(ctx)
}

// firstArea is the street of the small demonstration, in larger ones the first street.
func (l *loader) firstArea() string { return l.ground.streets[0].code }
