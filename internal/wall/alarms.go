package wall

import (
	"context"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

// Alarms is what asks for attention: how many came today, how many last, and the newest.
type Alarms struct {
	Today  int     `json:"today"`
	Active int     `json:"active"`
	Items  []Alert `json:"items"`
}

// Alert is an alarm as everybody in the hall may see it.
type Alert struct {
	ID       string         `json:"id"`
	At       clock.Time     `json:"at"`
	Source   string         `json:"source"`
	Title    string         `json:"title" doc:"Empty for one about a person"`
	Where    string         `json:"where"`
	Severity alarm.Severity `json:"severity"`
	Active   bool           `json:"active"`
	Seen     bool           `json:"seen" doc:"Somebody has acknowledged it"`
	HasCase  bool           `json:"has_case"`
	Lat      *float64       `json:"lat,omitempty"`
	Lon      *float64       `json:"lon,omitempty"`
}

const (
	maxAlerts  = 12
	readAlarms = 200
)

func (s *Service) addAlarms(ctx context.Context, p *Picture, _ *Theme) error {
	p.Alarms = &Alarms{Items: []Alert{}}
	if s.Alarms == nil {
		return nil
	}
	today := midnight(p.At.Time, 0)
	got, at, err := s.figures.alarms.of(p.Area.Code).get(ctx, p.At.Time, freshAlarms, "alarms", func(ctx context.Context) (*Alarms, error) {
		return s.alarms(ctx, p.Area.Code, today)
	})
	if err != nil {
		return err
	}
	p.Alarms, p.Sources["alarms"] = got, Age{at}
	return nil
}

// alarms reads what lasts and what came today. What lasts comes first.
func (s *Service) alarms(ctx context.Context, area string, today clock.Time) (*Alarms, error) {
	out := &Alarms{Items: []Alert{}}
	active, err := s.Alarms.List(ctx, alarm.Filter{State: "active", Area: area}, httpx.PageIn{Limit: readAlarms})
	if err != nil {
		return nil, err
	}
	out.Active = active.Total
	cleared, err := s.Alarms.List(ctx, alarm.Filter{State: "cleared", Area: area}, httpx.PageIn{Limit: readAlarms})
	if err != nil {
		return nil, err
	}
	for _, a := range append(active.Items, cleared.Items...) {
		if !a.RaisedAt.Before(today.Time) {
			out.Today++
		} else if !a.Active() {
			continue
		}
		if len(out.Items) < maxAlerts {
			out.Items = append(out.Items, s.alert(ctx, &a))
		}
	}
	return out, nil
}

// alert leaves out who an alarm is about and where that person is.
func (s *Service) alert(ctx context.Context, a *alarm.Alarm) Alert {
	out := Alert{ID: a.ID, At: a.RaisedAt, Source: a.Source, Where: short(s.nearby(ctx, a.AreaCode)), Severity: a.Severity, Active: a.Active(), Seen: a.AckedAt != nil, HasCase: a.CaseID != ""}
	if !a.Personal {
		out.Title, out.Lat, out.Lon = a.Title, a.Lat, a.Lon
	}
	return out
}
