package cases

import (
	"context"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// Clocks is how the time of a case stands, for the panel that explains it.
type Clocks struct {
	Now        clock.Time  `json:"now"`
	State      State       `json:"state"`
	Stage      string      `json:"stage,omitempty"`
	DueAt      *clock.Time `json:"due_at,omitempty"`
	PromisedAt *clock.Time `json:"promised_at,omitempty"`
	Paused     bool        `json:"paused"`
	Clocks     []Reading   `json:"clocks" doc:"Oldest first"`
	Tiers      []Overrun   `json:"tiers" doc:"How long each tier was over, one per tier"`
	Years      []int       `json:"provisional_years" doc:"Years whose holidays are not official yet"`
}

// Reading is a clock read at a moment.
type Reading struct {
	Clock
	Limit   string  `json:"limit" doc:"In words"`
	Lamp    string  `json:"lamp" enum:"green,yellow,orange,red,blue,grey" doc:"blue stands still, grey has stopped"`
	Share   float64 `json:"share" doc:"Used, 0 to 1"`
	SpentS  int64   `json:"spent_s" doc:"Seconds that count, used"`
	LeftS   int64   `json:"left_s" doc:"Seconds that count, left; negative when over"`
	Overrun int64   `json:"overrun_s" doc:"Seconds that count, between its due time and the due time of the tier above or the end: the delay this tier caused"`
	Over    string  `json:"overrun,omitempty" doc:"In words"`
}

// Overrun is the delay a tier caused over all stages of a case.
type Overrun struct {
	Level   Level  `json:"level"`
	Seconds int64  `json:"seconds" doc:"That count"`
	Words   string `json:"words"`
	Clocks  int    `json:"clocks" doc:"How many ran out on the tier"`
}

// Clocks explains the clocks of a case the caller sees in the language: why each is due when, how much is used and left,
// and how long each tier was over.
func (s *Service) Clocks(ctx context.Context, id, lang string) (out *Clocks, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		clocks, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE case_id = $1 ORDER BY id", id)
		if err != nil {
			return err
		}
		out = &Clocks{Now: tx.Time(), State: c.State, Stage: c.Stage, DueAt: c.DueAt, PromisedAt: c.PromisedAt, Paused: c.Paused, Clocks: []Reading{}, Tiers: []Overrun{}}
		cal := s.Calendar.Current()
		for i := range clocks {
			out.Clocks = append(out.Clocks, read(&clocks[i], next(clocks, i), cal, tx.Now(), lang))
		}
		out.Tiers = tiers(out.Clocks, lang)
		until := tx.Now()
		if c.DueAt != nil && c.DueAt.After(until) {
			until = c.DueAt.Time
		}
		if out.Years = cal.Provisional(c.ReportedAt.Time, until); out.Years == nil {
			out.Years = []int{}
		}
		return nil
	})
	return out, err
}

// next is the clock of the tier above for the same stage and round, nil if none was started.
func next(clocks []Clock, i int) *Clock {
	k := &clocks[i]
	for j := range clocks {
		if n := &clocks[j]; n.Hop == k.Hop+1 && n.Kind == k.Kind && n.Round == k.Round && n.PartID == k.PartID && k.DueAt != nil && !n.StartedAt.Before(k.DueAt.Time) &&
			(k.StoppedAt == nil || !n.StartedAt.After(k.StoppedAt.Time)) {
			return n
		}
	}
	return nil
}

func read(k *Clock, up *Clock, cal *workcal.Calendar, now time.Time, lang string) Reading {
	r := Reading{Clock: *k, Limit: k.limit().Sentence(lang)}
	pauses := k.intervals()
	at := now
	if k.StoppedAt != nil {
		at = k.StoppedAt.Time
	}
	seen := cal.Read(k.StartedAt.Time, at, k.limit(), pauses...)
	r.SpentS, r.LeftS = int64(seen.Elapsed/time.Second), int64(seen.Remaining/time.Second)
	r.Share = min(1, float64(seen.Elapsed)/float64(max(seen.Length, 1)))
	r.Spent, r.Left = workcal.Duration(lang, seen.Elapsed), workcal.Duration(lang, max(seen.Remaining, 0))
	r.Why = append([]string{k.Basis}, cal.Explain(k.StartedAt.Time, k.limit(), pauses...).Sentences(lang)...)
	switch {
	case k.StoppedAt != nil:
		r.Lamp = "grey"
	case k.PausedAt != nil:
		r.Lamp = "blue"
	default:
		r.Lamp = string(seen.Lamp)
	}
	if k.DueAt != nil && at.After(k.DueAt.Time) && k.Outcome != Gone {
		until := at
		if up != nil && up.DueAt != nil && up.DueAt.Before(until) {
			until = up.DueAt.Time
		}
		over := cal.Elapsed(k.DueAt.Time, until, k.limit().Unit)
		r.Overrun, r.Over = int64(over/time.Second), workcal.Duration(lang, over)
	}
	return r
}

// tiers sums the overruns by tier, lowest first; parts of other units are theirs, not a tier's.
func tiers(all []Reading, lang string) []Overrun {
	out := []Overrun{}
	for _, l := range Levels {
		o := Overrun{Level: l}
		for i := range all {
			if r := &all[i]; r.Level == l && r.PartID == "" && r.Overrun > 0 {
				o.Seconds += r.Overrun
				o.Clocks++
			}
		}
		if o.Clocks > 0 {
			o.Words = workcal.Duration(lang, time.Duration(o.Seconds)*time.Second)
			out = append(out, o)
		}
	}
	return out
}
