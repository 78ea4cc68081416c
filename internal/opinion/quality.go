package opinion

import (
	"context"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Quality tells how far the suggestions agreed with what people then decided. Whoever decides has seen the suggestion,
// so real agreement is somewhat lower; an independent check codes a sample without it.
type Quality struct {
	Decided int            `json:"decided" doc:"Confirmed comments that had a suggestion"`
	Top1    *float64       `json:"top1" doc:"Best suggestion among the confirmed fields, in percent"`
	Top2    *float64       `json:"top2" doc:"One of the two best among the confirmed fields, in percent"`
	Silent  int            `json:"silent" doc:"Confirmed comments without any suggestion"`
	Models  map[string]int `json:"models" doc:"Versions of the classifier and how many of these comments each judged"`
	Fields  []FieldQuality `json:"fields"`
}

// FieldQuality is the agreement in one field, by best suggestion and first confirmed field.
type FieldQuality struct {
	Field     string         `json:"field"`
	Name      string         `json:"name"`
	Decided   int            `json:"decided" doc:"Comments confirmed for the field"`
	Suggested int            `json:"suggested"`
	Precision *float64       `json:"precision" doc:"Share of its suggestions that were confirmed, in percent"`
	Recall    *float64       `json:"recall" doc:"Share of its comments that were suggested, in percent"`
	Instead   map[string]int `json:"instead" doc:"Best suggestions for its comments that were other fields"`
}

// Assess compares suggestions with decisions; the two run in parallel.
func (c *Catalog) Assess(suggested [][]Suggestion, decided [][]string) *Quality {
	q := &Quality{Models: map[string]int{}, Fields: make([]FieldQuality, len(c.Categories))}
	for i, k := range c.Categories {
		q.Fields[i] = FieldQuality{Field: k.Code, Name: k.Name, Instead: map[string]int{}}
	}
	hit := make([]int, len(c.Categories))
	one, two := 0, 0
	for n, fields := range decided {
		if len(fields) == 0 {
			continue
		}
		truth, ok := c.index[fields[0]]
		if !ok {
			continue
		}
		q.Fields[truth].Decided++
		if len(suggested[n]) == 0 {
			q.Silent++
			continue
		}
		q.Decided++
		best := suggested[n][0].Field
		if slices.Contains(fields, best) {
			one++
		}
		if slices.ContainsFunc(suggested[n][:min(2, len(suggested[n]))], func(s Suggestion) bool { return slices.Contains(fields, s.Field) }) {
			two++
		}
		if guess, ok := c.index[best]; ok {
			q.Fields[guess].Suggested++
		}
		if best == fields[0] {
			hit[truth]++
		} else {
			q.Fields[truth].Instead[best]++
		}
	}
	q.Top1, q.Top2 = percent(one, q.Decided), percent(two, q.Decided)
	for i := range q.Fields {
		q.Fields[i].Precision, q.Fields[i].Recall = percent(hit[i], q.Fields[i].Suggested), percent(hit[i], q.Fields[i].Decided)
	}
	return q
}

// Quality assesses the suggestions for the confirmed comments of a wave, or of all waves. Needs opinion.code.
func (s *Service) Quality(ctx context.Context, waveID string) (*Quality, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	var suggested [][]Suggestion
	var decided [][]string
	models := map[string]int{}
	where, args := CommentFilter{WaveID: waveID, State: CommentConfirmed}.where(ctx)
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		type judged struct {
			Suggestions db.JSON[[]Suggestion] `db:"suggestions"`
			Fields      db.JSON[[]string]     `db:"fields"`
			Model       string                `db:"model"`
		}
		return db.Each(ctx, tx, "SELECT suggestions, fields, model FROM comment_code WHERE "+where, args, func(c *judged) error {
			suggested = append(suggested, c.Suggestions.V)
			decided = append(decided, c.Fields.V)
			models[c.Model]++
			return nil
		})
	})
	q := s.catalog.Assess(suggested, decided)
	q.Models = models
	return q, err
}

func percent(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) * 100 / float64(whole)
	return &v
}
