package app

import (
	"context"

	"yiwang/internal/alarm"
	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/live"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// alarmLink is the page of alarms.
const alarmLink = "/alarms"

// alarmOnStream is what pages hear of an alarm: enough to ring and to ask for the list again, without a place or a name.
type alarmOnStream struct {
	ID       string         `json:"id"`
	Source   string         `json:"source"`
	Kind     string         `json:"kind"`
	Severity alarm.Severity `json:"severity"`
	AreaCode string         `json:"area_code"`
	What     string         `json:"what"` // raised, cleared, acknowledged
	Late     bool           `json:"late"`
}

// reactToAlarms: an alarm was raised, cleared or acknowledged.
func (a *App) reactToAlarms() {
	for topic, what := range map[string]string{alarm.TopicRaised: "raised", alarm.TopicCleared: "cleared", alarm.TopicAcknowledged: "acknowledged"} {
		live.Carry(a.Live, topic, func(e alarm.Alarm) live.Event {
			return live.Event{Name: "alarm", Area: e.AreaCode, May: live.To(alarm.PermRead, e.AreaCode),
				Data: alarmOnStream{ID: e.ID, Source: e.Source, Kind: e.Kind, Severity: e.Severity, AreaCode: e.AreaCode, What: what, Late: e.Late}}
		})
	}

	// Something presses: the command centre of the street, or of the district, finds it among its notices too.
	outbox.On(a.Bus, alarm.TopicRaised, "notice.alarm", func(ctx context.Context, tx *db.Tx, e alarm.Alarm) error {
		if e.Severity != alarm.Critical || e.Late {
			return nil
		}
		for _, tier := range []cases.Level{cases.Street, cases.District} {
			desk, err := a.Cases.Desk(ctx, tx, tier, e.AreaCode)
			if err != nil {
				return err
			}
			if desk.ID != "" {
				if err := a.Identity.Notify(ctx, tx, identity.To{Unit: desk.ID, Needs: alarm.PermRead, Area: e.AreaCode}, alarm.TopicRaised, "紧急告警："+e.Title, alarmLink+"?id="+e.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
