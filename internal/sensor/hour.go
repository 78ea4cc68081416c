package sensor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Reading is what a sensor measured at an instant.
type Reading struct {
	At int64   // milliseconds
	V  float64 // in the unit of its metric, to a thousandth
}

// hourLength is what one row of sensor_hour covers.
const hourLength = int64(time.Hour / time.Millisecond)

// maxPerHour bounds a row: about one reading a second. What is beyond it counts in the figures and keeps no value.
const maxPerHour = 4_000

// hour is the readings of a sensor and metric in one hour, in the order of time.
type hour struct {
	SensorID string  `db:"sensor_id"`
	Metric   string  `db:"metric"`
	Hour     int64   `db:"hour"`
	N        int     `db:"n"`
	Low      float64 `db:"low"`
	High     float64 `db:"high"`
	Total    float64 `db:"total"`
	Data     []byte  `db:"data"`

	readings []Reading
}

const hourColumns = "sensor_id, metric, hour, n, low, high, total, data"

func hourOf(ms int64) int64 {
	h := ms / hourLength * hourLength
	if h > ms { // before 1970
		h -= hourLength
	}
	return h
}

// fine is how many steps a unit has: values are kept to a thousandth.
const fine = 1000

func rounded(v float64) float64 { return math.Round(v*fine) / fine }

// codec is the first byte of packed readings.
const codec = 1

// pack writes readings of one hour: after the codec and their number, per reading the milliseconds and thousandths since the
// one before.
func pack(begin int64, list []Reading) []byte {
	b := binary.AppendUvarint([]byte{codec}, uint64(len(list)))
	at, v := begin, int64(0)
	for _, r := range list {
		next := int64(math.Round(r.V * fine))
		b = binary.AppendUvarint(b, uint64(r.At-at))
		b = binary.AppendVarint(b, next-v)
		at, v = r.At, next
	}
	return b
}

var errPacked = errors.New("packed readings cannot be read")

func unpack(begin int64, b []byte) ([]Reading, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if b[0] != codec {
		return nil, fmt.Errorf("%w: codec %d", errPacked, b[0])
	}
	n, k := binary.Uvarint(b[1:])
	if k <= 0 || n > uint64(len(b)) {
		return nil, errPacked
	}
	b = b[1+k:]
	out := make([]Reading, 0, n)
	at, v := begin, int64(0)
	for range n {
		dt, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, errPacked
		}
		dv, m := binary.Varint(b[k:])
		if m <= 0 {
			return nil, errPacked
		}
		b = b[k+m:]
		at, v = at+int64(dt), v+dv
		out = append(out, Reading{at, float64(v) / fine})
	}
	return out, nil
}

// add puts a reading in its place; false if there is one of its instant, which stays.
func (h *hour) add(r Reading) bool {
	i := sort.Search(len(h.readings), func(i int) bool { return h.readings[i].At >= r.At })
	if i < len(h.readings) && h.readings[i].At == r.At {
		return false
	}
	if len(h.readings) < maxPerHour {
		h.readings = slices.Insert(h.readings, i, r)
	}
	if h.N == 0 {
		h.Low, h.High = r.V, r.V
	}
	h.N++
	h.Low, h.High, h.Total = min(h.Low, r.V), max(h.High, r.V), h.Total+r.V
	return true
}

type hourKey struct {
	sensor, metric string
	hour           int64
}

// keep merges readings into their hours and returns how many are new.
func keep(ctx context.Context, tx *db.Tx, readings map[hourKey][]Reading) (fresh int, err error) {
	keys := make([]hourKey, 0, len(readings))
	for k := range readings {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b hourKey) int { // a fixed order, so that two writers wait and do not lock each other out
		switch {
		case a.sensor != b.sensor && a.sensor < b.sensor || a.sensor == b.sensor && a.metric < b.metric:
			return -1
		case a.sensor == b.sensor && a.metric == b.metric:
			return int(a.hour/hourLength - b.hour/hourLength)
		}
		return 1
	})
	var rows [][]any
	for _, k := range keys {
		h, err := db.Get[hour](ctx, tx, "SELECT "+hourColumns+" FROM sensor_hour WHERE sensor_id = $1 AND metric = $2 AND hour = $3", k.sensor, k.metric, k.hour)
		if errors.Is(err, db.ErrNoRows) {
			h, err = hour{SensorID: k.sensor, Metric: k.metric, Hour: k.hour}, nil
		}
		if err == nil {
			h.readings, err = unpack(k.hour, h.Data)
		}
		if err != nil {
			return 0, err
		}
		added := 0
		for _, r := range readings[k] {
			if h.add(r) {
				added++
			}
		}
		if added > 0 {
			fresh += added
			rows = append(rows, []any{h.SensorID, h.Metric, h.Hour, h.N, h.Low, h.High, h.Total, pack(h.Hour, h.readings)})
		}
	}
	if rows == nil {
		return 0, nil
	}
	return fresh, db.InsertMany(ctx, tx, "sensor_hour", hourColumns,
		"ON CONFLICT (sensor_id, metric, hour) DO UPDATE SET n = excluded.n, low = excluded.low, high = excluded.high, total = excluded.total, data = excluded.data", rows)
}

// Span is a stretch of a chart: one reading, or many summed up.
type Span struct {
	At   clock.Time `json:"at"`
	Mean float64    `json:"mean"`
	Low  float64    `json:"low"`
	High float64    `json:"high"`
	N    int        `json:"n"`
}

// Series is what a chart shows of one metric.
type Series struct {
	Metric Metric `json:"metric"`
	Step   int    `json:"step" doc:"Minutes of a span; 0 where every reading stands by itself"`
	Spans  []Span `json:"spans"`
}

// maxSpans is how many points a chart gets at the most.
const maxSpans = 1_500

// spansOf sums hours up until they fit a chart: single readings, else hours, else days in China.
func spansOf(hours []hour, from, to int64) (step int, out []Span) {
	n := 0
	for i := range hours {
		if len(hours[i].readings) < hours[i].N {
			n = maxSpans + 1 // some values are gone
		}
		n += len(hours[i].readings)
	}
	if n <= maxSpans {
		for i := range hours {
			for _, r := range hours[i].readings {
				if r.At >= from && r.At < to {
					out = append(out, Span{clock.At(time.UnixMilli(r.At)), r.V, r.V, r.V, 1})
				}
			}
		}
		return 0, out
	}
	step = 60
	if len(hours) > maxSpans {
		step = 24 * 60
	}
	for i := range hours {
		h := &hours[i]
		begin := clock.At(time.UnixMilli(h.Hour))
		if step > 60 {
			y, m, d := begin.In(clock.Nanjing).Date()
			begin = clock.At(time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing))
		}
		if k := len(out) - 1; k >= 0 && out[k].At.Equal(begin.Time) {
			s := &out[k]
			s.Mean = (s.Mean*float64(s.N) + h.Total) / float64(s.N+h.N)
			s.Low, s.High, s.N = min(s.Low, h.Low), max(s.High, h.High), s.N+h.N
			continue
		}
		out = append(out, Span{begin, h.Total / float64(h.N), h.Low, h.High, h.N})
	}
	for i := range out {
		out[i].Mean = rounded(out[i].Mean)
	}
	return step, out
}
