package sensor

import (
	"context"
	"errors"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// longestSeries bounds what a chart may ask for: as long as figures are kept.
const longestSeries = 2 * 366 * 24 * time.Hour

// Readings returns what a sensor measured from an instant to another, summed up where there is too much for a chart.
// NotFound outside the caller's areas, Invalid for a metric that its kind does not measure. Needs sensor.read.
func (s *Service) Readings(ctx context.Context, id, metric string, from, to time.Time) (out Series, err error) {
	if !from.Before(to) || to.Sub(from) > longestSeries {
		return out, errs.Invalid("sensor.bad_span", "Choose a time of at most two years.", errs.Field{Location: "query.from", Message: "before to"})
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := s.find(ctx, tx, PermRead, id)
		if err != nil {
			return err
		}
		k := kindOf(x.Kind)
		m, ok := Metric{}, false
		if k != nil {
			m, ok = k.metric(metric)
		}
		if !ok {
			return errs.Invalid("sensor.no_metric", "This kind of sensor does not measure that.", errs.Field{Location: "query.metric", Message: "not in the list", Value: metric})
		}
		hours, err := db.All[hour](ctx, tx, "SELECT "+hourColumns+" FROM sensor_hour WHERE sensor_id = $1 AND metric = $2 AND hour > $3 AND hour < $4 ORDER BY hour",
			id, metric, from.UnixMilli()-hourLength, to.UnixMilli())
		for i := 0; err == nil && i < len(hours); i++ {
			hours[i].readings, err = unpack(hours[i].Hour, hours[i].Data)
		}
		if err != nil {
			return err
		}
		out = Series{Metric: m}
		out.Step, out.Spans = spansOf(hours, from.UnixMilli(), to.UnixMilli())
		if out.Spans == nil {
			out.Spans = []Span{}
		}
		return nil
	})
	return out, err
}

// How long what was measured is kept: its values, then the figures of the hours; and the ids of events.
const (
	keepValues  = 90 * 24 * time.Hour
	keepFigures = 2 * 365 * 24 * time.Hour
	keepEvents  = 7 * 24 * time.Hour
)

// Thin lets go of what is older than it is kept. The program calls it every hour.
func (s *Service) Thin(ctx context.Context) error {
	return errors.Join(
		s.thin(ctx, "UPDATE sensor_hour SET data = NULL WHERE data IS NOT NULL AND hour < $1", keepValues),
		s.thin(ctx, "DELETE FROM sensor_hour WHERE hour < $1", keepFigures),
		s.thin(ctx, "DELETE FROM sensor_event WHERE at < $1", keepEvents))
}

func (s *Service) thin(ctx context.Context, query string, after time.Duration) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, tx.Now().Add(-after).UnixMilli())
		return err
	})
}
