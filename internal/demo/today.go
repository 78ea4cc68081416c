package demo

import (
	"time"

	"yiwang/internal/platform/clock"
)

// Today returns the last day on which the story can end at the time: the day itself from half past ten on, the day before
// until then, so that nothing of the story lies ahead.
func Today(now time.Time) time.Time {
	end := endOn(now)
	if now.Before(end) {
		return midnight(now).AddDate(0, 0, -1)
	}
	return midnight(now)
}

// endOn is when the story ends on a day.
func endOn(day time.Time) time.Time {
	return midnight(day).Add(Now.Sub(midnight(Now)))
}

// setEnd lets the story end on the day and reads the working calendar from before its beginning to after its end.
func (l *loader) setEnd(day time.Time) (err error) {
	l.end = Now
	if !day.IsZero() {
		l.end = endOn(day)
	}
	from, to := begin, Now
	if l.end.Before(Now) {
		from = begin.AddDate(0, 0, -1-int(Now.Sub(l.end).Hours()/24))
	} else {
		to = l.end
	}
	if l.days, err = newWorkdays(from.AddDate(0, -2, 0), to.AddDate(0, 4, 0)); err != nil {
		return err
	}
	last, _ := l.days.upTo(l.end)
	written, _ := l.days.upTo(Now)
	l.shift = last - written
	return nil
}

// moved is when something of the story as it is written happens in the story as it is told: as many working days before its
// last one, at the same time of day, so that every clock that runs in working time reads the same. What happens on a day
// off stays as many days behind the working day before it as there is room for.
func (l *loader) moved(t time.Time) time.Time {
	i, off := l.days.upTo(t)
	i += l.shift
	day := l.days.days[i].AddDate(0, 0, off)
	if off > 0 && !day.Before(l.days.days[i+1]) {
		day = l.days.days[i]
	}
	hour := t.In(clock.Nanjing)
	return day.Add(hour.Sub(midnight(hour)))
}

// upTo returns the index of the last working day that is not behind the day of t, and how many days t is behind it.
func (w *workdays) upTo(t time.Time) (i, off int) {
	day := midnight(t)
	i = w.index[day.Format(time.DateOnly)] // of the day itself or the next working day
	if w.days[i].After(day) {
		i--
	}
	return i, int(day.Sub(w.days[i]).Hours() / 24)
}

// move moves everything that is planned for a wave.
func (r *round) move(moved func(time.Time) time.Time) {
	for _, t := range []*time.Time{&r.created, &r.frozen, &r.opened, &r.closed, &r.scored, &r.reviewed, &r.published} {
		if !t.IsZero() {
			*t = moved(*t)
		}
	}
	for i := range r.batches {
		r.batches[i].from, r.batches[i].to = moved(r.batches[i].from), moved(r.batches[i].to)
	}
}
