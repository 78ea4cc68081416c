package app

import (
	"context"

	"yiwang/internal/alarm"
	"yiwang/internal/cases"
	"yiwang/internal/platform/db"
)

// alarmCases makes cases of alarms. The position of a person stays with the alarm: the case is told where by its area.
type alarmCases struct{ cases *cases.Service }

func (c alarmCases) OpenTx(ctx context.Context, tx *db.Tx, a *alarm.Alarm, text, category string) (id, number string, err error) {
	r := cases.Report{Channel: cases.FromDevice, Source: "alarm", SourceNumber: a.ID, Text: text, Category: category, Urgent: a.Severity == alarm.Critical, AreaCode: a.AreaCode}
	if !a.Personal && a.Lat != nil && a.Lon != nil {
		r.Lat, r.Lon = a.Lat, a.Lon
	}
	if a.Personal {
		r.Channel = cases.FromInspection
	}
	made, err := c.cases.RegisterTx(ctx, tx, r)
	if err != nil {
		return "", "", err
	}
	return made.ID, made.Number, nil
}
