package opinion

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
)

// byRespondent is the reason of a suggestion that the respondent ticked.
const byRespondent = "反映人勾选"

// resuggest reads open comments anew and returns how many changed their first suggestion. What the rules now recognise as
// praise or as saying nothing is only suggested so: a comment in the list leaves it by a person.
func (s *Service) resuggest(ctx context.Context, tx *db.Tx, rows []Comment) (changed int, err error) {
	classifier := *s.classifier.Load()
	for i := range rows {
		c := &rows[i]
		var ticked []string
		for _, x := range c.Suggestions.V {
			if len(x.Why) > 0 && x.Why[0] == byRespondent {
				ticked = append(ticked, x.Field)
			}
		}
		list := s.withTicked(classifier.Classify(mask.Without(c.Text)), ticked)
		if list == nil {
			list = []Suggestion{}
		}
		field, leaf := "", ""
		if len(list) > 0 {
			field, leaf = list[0].Field, list[0].Leaf
		}
		if field != c.Field {
			changed++
		}
		if _, err := tx.Exec(ctx, "UPDATE comment_code SET suggestions = $1, model = $2, field = $3, leaf = $4 WHERE id = $5 AND state = $6 AND version = $7",
			db.JSON[[]Suggestion]{V: list}, classifier.Version(), field, leaf, c.ID, CommentOpen, c.Version); err != nil {
			return changed, err
		}
	}
	return changed, nil
}
