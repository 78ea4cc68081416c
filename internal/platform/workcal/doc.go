// Package workcal answers when something is due and why.
//
// A Calendar knows holidays, make-up work days and work periods, and counts a Limit in one of these units:
//
//   - urgent_hour: every hour counts, night and holiday included;
//   - work_hour: only time inside the work periods of work days counts;
//   - work_day: N work days later at the same time; a start outside the work periods first moves to the next one.
//     It is counted as N times the work time of one day, so that pauses may cut a day anywhere. Where work periods
//     change between seasons, "the same time" is the same amount of work time into the day;
//   - calendar_day: N times 24 hours;
//   - urgent_minute and work_minute: as their hours, for limits below an hour and for what is left of a limit.
//
// Pauses stop every unit. A due time is a function of (start, limit, pauses) alone, never of "last modified", and
// Explain tells the steps that lead to it. The counting rules are those of data/calendar/calendar.yaml, whose test
// vectors are run whenever a calendar is parsed: a calendar that contradicts its own vectors is refused.
//
// A Calendar is immutable and safe for concurrent use; Source holds the one in force and replaces it at run time.
package workcal
