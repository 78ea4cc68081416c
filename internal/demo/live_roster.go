package demo

import (
	"context"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
	"yiwang/internal/roster"
)

// planOfficers bounds who is planned in the demonstration.
const planOfficers = 40

// planRoster plans the week of the story's end and, by copying, the next one: mornings and afternoons of the first officers,
// with a day left open here and there, so that there are gaps to see.
func (l *loader) planRoster(ctx context.Context) error {
	if l.Roster == nil {
		return nil
	}
	end := l.end.In(clock.Nanjing)
	monday := midnight(end).AddDate(0, 0, -(int(end.Weekday())+6)%7)
	for i := range l.corps[:min(planOfficers, len(l.corps))] {
		o := &l.corps[i]
		if i%fullTimeEvery != fullTimeEvery-1 {
			if err := l.Roster.SetTerms(ctx, o.ID, true); err != nil {
				return err
			}
		}
		for n := range 7 {
			day := monday.AddDate(0, 0, n).Format(time.DateOnly)
			if n >= 5 && (i+n)%3 != 0 || (i+2*n)%7 == 0 {
				continue
			}
			for _, k := range []roster.Kind{{Name: "早班", FromMin: 8*60 + 30, Minutes: 180}, {Name: "午班", FromMin: 14 * 60, Minutes: 180}} {
				_, err := l.Roster.Put(ctx, roster.NewShift{OfficerID: o.ID, AreaCode: o.Areas[0], Day: day, Name: k.Name, FromMin: k.FromMin, Minutes: k.Minutes})
				if err != nil && errs.CodeOf(err) != "roster.taken" {
					return err
				}
			}
		}
	}
	_, _, err := l.Roster.CopyWeek(ctx, gulou, monday.Format(time.DateOnly), monday.AddDate(0, 0, 7).Format(time.DateOnly))
	return err
}
