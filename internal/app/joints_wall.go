package app

import (
	"context"
	"net/http"
	"slices"

	"yiwang/internal/appraisal"
	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
	"yiwang/internal/tally"
	"yiwang/internal/wall"
)

// wallSources counts for the wall what other modules keep.
type wallSources struct{ a *App }

// wallStages is where a state stands on the wall; ended cases and those that wait for a resident's word stand nowhere.
var wallStages = map[cases.State]wall.Stage{
	"reported": wall.Reported, "inspecting": wall.Reported, "accepted": wall.Accepted,
	"filed": wall.Dispatched, "dispatched": wall.Dispatched, "returned": wall.Dispatched, "adjudicating": wall.Dispatched,
	"signed": wall.Handling, "handling": wall.Handling, "rework": wall.Handling, "suspended": wall.Handling, "waiting": wall.Handling,
	"checking": wall.Checking, "checked": wall.Checking, "closed": wall.Closed, "self_closed": wall.Closed, "force_closed": wall.Closed,
}

// wallEntries is into which stage a step led: dispatched is the way to the unit, signed the beginning of its work.
var wallEntries = map[cases.State]wall.Stage{
	"reported": wall.Reported, "accepted": wall.Accepted, "dispatched": wall.Dispatched, "signed": wall.Handling, "checking": wall.Checking,
	"closed": wall.Closed, "self_closed": wall.Closed, "force_closed": wall.Closed,
}

func (w wallSources) Open(ctx context.Context) (out []wall.Case, err error) {
	err = w.a.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := w.a.Cases.GlanceTx(ctx, tx)
		out = make([]wall.Case, 0, len(rows))
		for i := range rows {
			g := &rows[i]
			out = append(out, wall.Case{ID: g.ID, Area: g.Area, Category: g.Category, Channel: string(g.Channel), Stage: wallStages[g.State], Level: string(g.Level),
				DueAt: g.DueAt, Lat: degrees(g.Lat), Lon: degrees(g.Lon), Sensitive: g.Sensitive})
		}
		return err
	})
	return out, err
}

func degrees(d *cases.Degrees) *float64 {
	if d == nil {
		return nil
	}
	v := float64(*d) / 1e7
	return &v
}

func (w wallSources) Entries(ctx context.Context, since, until clock.Time) (out []wall.Entry, err error) {
	var rows []tally.Entry
	err = w.a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = w.a.Tally.EntriesTx(ctx, tx, since, until)
		return err
	})
	for _, r := range rows {
		out = append(out, wall.Entry{Stage: wallEntries[r.State], Area: r.Area, Category: r.Category, Channel: string(r.Channel), N: r.N})
	}
	return out, err
}

func (w wallSources) Endings(ctx context.Context, since, today clock.Time) (out []wall.Ending, err error) {
	var rows []tally.Ending
	err = w.a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = w.a.Tally.EndingsTx(ctx, tx, since, today)
		return err
	})
	for _, r := range rows {
		out = append(out, wall.Ending{Area: r.Area, Category: r.Category, Channel: string(r.Channel), OnTime: r.OnTime, N: r.N, Today: r.Lately})
	}
	return out, err
}

func (w wallSources) Satisfaction(ctx context.Context, area string) (*wall.Satisfaction, error) {
	waves, err := w.a.Appraisal.PublicWaves(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(waves, func(p appraisal.PublicWave) bool { return p.Area == area })
	if i < 0 {
		return nil, nil
	}
	r, err := w.a.Appraisal.PublicResult(ctx, waves[i].ID)
	if err != nil {
		return nil, err
	}
	out := &wall.Satisfaction{WaveID: r.Wave.ID, Name: r.Wave.Name, Area: area, Answers: r.Wave.Targeted, Level: r.Ranks.Level, Streets: []wall.Judged{}}
	if r.Wave.PublishedAt != nil {
		out.PublishedAt = *r.Wave.PublishedAt
	}
	if r.District != nil {
		out.Mean = r.District.Score
	}
	ranks := map[string]appraisal.Rank{}
	for _, rank := range r.Ranks.Items {
		ranks[rank.AreaCode] = rank
	}
	for _, s := range r.Streets {
		if s.Score != nil {
			rank := ranks[s.AreaCode]
			out.Streets = append(out.Streets, wall.Judged{AreaCode: s.AreaCode, Name: s.AreaName, Score: *s.Score, Low: s.Low, High: s.High, Best: rank.Best, Worst: rank.Worst})
		}
	}
	wall.SortJudged(out.Streets)
	out.ByStreet = aspects(r)
	out.Running, err = w.running(ctx, area)
	return out, err
}

// aspects are the dimensions of each street beside those of the district.
func aspects(r *appraisal.PublicResult) map[string][]wall.Aspect {
	whole, out := map[string]*float64{}, map[string][]wall.Aspect{}
	for i := range r.Dimensions {
		if d := &r.Dimensions[i]; d.AreaLevel == appraisal.AtDistrict {
			whole[d.Code] = d.Score
		}
	}
	for i := range r.Dimensions {
		if d := &r.Dimensions[i]; d.AreaLevel != appraisal.AtDistrict && d.Score != nil {
			out[d.AreaCode] = append(out[d.AreaCode], wall.Aspect{Name: d.Label, Score: *d.Score, Low: d.Low, High: d.High, Mean: whole[d.Code]})
		}
	}
	return out
}

// running is the wave that is being asked now.
func (w wallSources) running(ctx context.Context, area string) (*wall.Running, error) {
	asked := survey.Fieldwork
	waves, err := w.a.Survey.Waves(ctx, survey.WaveFilter{State: &asked})
	if err != nil {
		return nil, err
	}
	for _, x := range waves {
		if x.Area == area && x.Counts.Target > 0 {
			return &wall.Running{Name: x.Name, Done: x.Counts.Targeted, Target: x.Counts.Target}, nil
		}
	}
	return nil, nil
}

func (w wallSources) Voices(ctx context.Context, wave, area string) (out []wall.Voice, err error) {
	var rows []rectify.LeafVoices
	err = w.a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = w.a.Rectify.LeafVoicesTx(ctx, tx, wave, area)
		return err
	})
	for _, r := range rows {
		out = append(out, wall.Voice{Name: w.CategoryName(r.Leaf), N: r.Voices, Verified: r.Verified})
	}
	return out, err
}

func (w wallSources) CategoryName(code string) string { return w.a.Duties.Catalog().Name(code) }

// atWork are the officers on whom a case waits, for the position stream.
func (a *App) atWork(ctx context.Context) (out map[string]bool, err error) {
	ctx = auth.System(ctx, "positions")
	err = a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = a.Cases.AtWorkTx(ctx, tx)
		return err
	})
	return out, err
}

// authenticate finds out who sends a request: a person or a program, else the screen of a wall.
func (a *App) authenticate(r *http.Request) (*auth.Principal, error) {
	p, err := a.Identity.FromRequest(r)
	if p != nil || err != nil {
		return p, err
	}
	return a.Wall.FromRequest(r)
}
