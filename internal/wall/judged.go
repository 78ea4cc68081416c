package wall

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/clock"
)

// Satisfaction is how residents judged the streets in a published wave, with what is certain about it.
type Satisfaction struct {
	WaveID      string     `json:"wave_id"`
	Name        string     `json:"name"`
	Area        string     `json:"area"`
	PublishedAt clock.Time `json:"published_at"`
	Answers     int        `json:"answers"`
	Level       float64    `json:"level" doc:"Of the intervals, such as 0.95"`
	Mean        *float64   `json:"mean" doc:"Of the whole district"`
	Streets     []Judged   `json:"streets" doc:"Best first"`
	Aspects     []Aspect   `json:"aspects" doc:"What the score of the shown street is made of; of the only street of a wave also for the district; else empty"`
	Running     *Running   `json:"running" doc:"The wave that is being asked now, without any score; null if none is"`

	ByStreet map[string][]Aspect `json:"-"` // in the order of the indicator tree
}

// Judged is a street's score with its interval and the ranks that cannot be excluded. What cannot be estimated is null, ranks 0.
type Judged struct {
	AreaCode string   `json:"area_code"`
	Name     string   `json:"name"`
	Score    float64  `json:"score"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	Best     int      `json:"best"`
	Worst    int      `json:"worst"`
}

// Aspect is a dimension of a street's score. Communities are never shown: their samples are for improvement only.
type Aspect struct {
	Name  string   `json:"name"`
	Score float64  `json:"score"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Mean  *float64 `json:"mean" doc:"Of the whole district"`
}

// Running is how far the fieldwork of a wave has come.
type Running struct {
	Name   string `json:"name"`
	Done   int    `json:"done"`
	Target int    `json:"target"`
}

// Voice is something residents spoke of, how often, and how often it was verified as done.
type Voice struct {
	Name     string `json:"name"`
	N        int    `json:"n"`
	Verified int    `json:"verified"`
}

// addJudged adds the last published wave and what residents spoke of in it.
func (s *Service) addJudged(ctx context.Context, p *Picture, _ *Theme) error {
	district := p.Area.Code
	if len(district) > 6 {
		district = district[:6]
	}
	judged, at, err := s.figures.satisfaction.of(district).get(ctx, p.At.Time, freshWaves, "satisfaction", func(ctx context.Context) (*Satisfaction, error) {
		return s.Sources.Satisfaction(ctx, district)
	})
	if err != nil {
		return err
	}
	p.Sources["judged"] = Age{at}
	p.Voices = []Voice{}
	if judged == nil {
		return nil
	}
	p.Judged = judged.of(p.Area.Code)
	voices, at, err := s.figures.voices.of(judged.WaveID+" "+p.Area.Code).get(ctx, p.At.Time, freshWaves, "voices", func(ctx context.Context) ([]Voice, error) {
		return s.Sources.Voices(ctx, judged.WaveID, p.Area.Code)
	})
	if err != nil {
		return err
	}
	p.Sources["voices"] = Age{at}
	p.Voices = voices[:min(len(voices), maxVoices)]
	if p.Voices == nil {
		p.Voices = []Voice{}
	}
	return nil
}

// of is what an area is shown of it: inside a street also what the score of that street is made of.
func (j *Satisfaction) of(area string) *Satisfaction {
	out := *j
	out.Aspects = []Aspect{}
	if len(area) > 6 {
		out.Aspects = append(out.Aspects, j.ByStreet[area[:min(9, len(area))]]...)
	} else if len(j.Streets) == 1 { // nothing to compare it with
		out.Aspects = append(out.Aspects, j.ByStreet[j.Streets[0].AreaCode]...)
	}
	return &out
}

// short leaves out what is the same of all: 街道, 镇, 社区.
func short(name string) string {
	for _, end := range []string{"街道", "社区", "镇"} {
		if rest, ok := strings.CutSuffix(name, end); ok && len([]rune(rest)) >= 2 {
			return rest
		}
	}
	return name
}

// SortJudged puts the best street first.
func SortJudged(list []Judged) {
	slices.SortFunc(list, func(a, b Judged) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.AreaCode, b.AreaCode))
	})
}
