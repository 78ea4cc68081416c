package appraisal

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// PublicWave is a published wave as anybody may see it.
type PublicWave struct {
	ID          string      `json:"id"`
	Code        string      `json:"code"`
	Name        string      `json:"name"`
	Period      string      `json:"period"`
	Area        string      `json:"area"`
	StartsAt    *clock.Time `json:"starts_at,omitempty"`
	EndsAt      *clock.Time `json:"ends_at,omitempty"`
	PublishedAt *clock.Time `json:"published_at"`
	Targeted    int         `json:"targeted"`
	Online      int         `json:"online"`
	Comments    int         `json:"comments"`
}

// PublicResult is what publication shows: streets and the district, all groups together and by group where the cell is large
// enough, both channels apart, rank sets, and how it was computed. Communities are never in it.
type PublicResult struct {
	Wave       PublicWave `json:"wave"`
	District   *Score     `json:"district"`
	Streets    []Score    `json:"streets" doc:"total by street from the targeted sample"`
	Dimensions []Score    `json:"dimensions" doc:"dimensions by street and district"`
	Indicators []Score    `json:"indicators" doc:"indicators of the district"`
	Groups     []Score    `json:"groups" doc:"total by street and group"`
	Online     []Score    `json:"online" doc:"total by street from the online channel, with bias; not part of the score"`
	Ranks      Ranks      `json:"ranks"`
	Totals     []Total    `json:"totals"`
	Note       string     `json:"note"`
	Method     Method     `json:"method"`
}

func publicWave(w *survey.Wave) PublicWave {
	return PublicWave{ID: w.ID, Code: w.Code, Name: w.Name, Period: w.Period, Area: w.Area, StartsAt: w.StartsAt, EndsAt: w.EndsAt,
		PublishedAt: w.PublishedAt, Targeted: w.Counts.Targeted, Online: w.Counts.Online, Comments: w.Counts.Comments}
}

// PublicWaves lists published waves, newest first. Anyone may.
func (s *Service) PublicWaves(ctx context.Context) (list []PublicWave, err error) {
	list = []PublicWave{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		waves, err := s.surveys.PublishedTx(ctx, tx)
		for i := range waves {
			list = append(list, publicWave(&waves[i]))
		}
		return err
	})
	return list, err
}

// PublicResult returns the result of a published wave. Anyone may; NotFound until publication.
func (s *Service) PublicResult(ctx context.Context, waveID string) (out *PublicResult, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.PublishedWaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		run, err := s.loadRun(ctx, tx, waveID)
		if err != nil {
			return err
		}
		out = run.public(w)
		return nil
	})
	return out, err
}

func (run *Run) public(w *survey.Wave) *PublicResult {
	r := &run.Result.V
	out := &PublicResult{Wave: publicWave(w), Streets: []Score{}, Dimensions: []Score{}, Indicators: []Score{}, Groups: []Score{}, Online: []Score{},
		Ranks: r.Ranks, Totals: r.Totals, Note: r.Note, Method: r.Method}
	for _, row := range r.Scores {
		if row.AreaLevel == AtCommunity {
			continue
		}
		row.hideSmall(r.Method.MinCellN)
		switch total, official := row.Level == LevelTotal, row.Channel == survey.Targeted; {
		case !official && total && row.Group == "":
			out.Online = append(out.Online, row)
		case !official:
		case total && row.Group == "" && row.AreaLevel == AtDistrict:
			district := row
			out.District = &district
		case total && row.Group == "":
			out.Streets = append(out.Streets, row)
		case total:
			out.Groups = append(out.Groups, row)
		case row.Group == "" && row.Level == LevelDimension:
			out.Dimensions = append(out.Dimensions, row)
		case row.Group == "" && row.AreaLevel == AtDistrict && (row.Level == LevelIndicator || row.Level == LevelOverall):
			out.Indicators = append(out.Indicators, row)
		}
	}
	return out
}

// hideSmall empties a cell with fewer respondents than may be shown, its count included, and drops a distribution in which
// any answer was given by fewer than that many.
func (r *Score) hideSmall(least int) {
	if r.N < least || r.Suppressed {
		r.empty()
		return
	}
	for _, n := range r.Counts {
		if n > 0 && n < least {
			r.Counts = nil
			return
		}
	}
}
