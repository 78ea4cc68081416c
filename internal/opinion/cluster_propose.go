package opinion

import (
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Proposal is a set of free confirmed comments of one area that seem to be about the same matter.
type Proposal struct {
	Field     string    `json:"field"`
	FieldName string    `json:"field_name"`
	AreaCode  string    `json:"area_code"`
	AreaName  string    `json:"area_name"`
	Title     string    `json:"title" doc:"The comment most like the others, as a first title"`
	Place     string    `json:"place" doc:"What the comments call the place; empty if they name none"`
	Counts    Counted   `json:"counts"`
	Comments  []Comment `json:"comments"`
}

// titleRunes is the longest proposed title, in characters.
const titleRunes = 60

// maxProposed bounds one call; the rest follows when these are merged.
const maxProposed = 5000

// Propose suggests which free confirmed comments of a wave to merge, largest groups first within a field. Comments are
// proposed together over the whole wave: by area and place, and by what they say. Needs opinion.code.
func (s *Service) Propose(ctx context.Context, f CommentFilter) ([]Proposal, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	f.State, f.Free = CommentConfirmed, true
	var rows []Comment
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		where, args := f.where(ctx)
		args = append(args, maxProposed)
		rows, err = db.All[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE "+where+
			fmt.Sprintf(" ORDER BY field, area_code, id LIMIT $%d", len(args)), args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	voices, names := voicesOf(rows)
	texts := make([]string, len(rows))
	for i := range rows {
		texts[i] = rows[i].Text
	}
	out := []Proposal{}
	for _, m := range Group(voices, names) {
		if len(m.Voices) < 2 {
			continue
		}
		field := rows[m.Voices[0]].Field
		p := Proposal{Field: field, FieldName: s.catalog.Name(field), AreaCode: m.Area, AreaName: rows[m.Voices[0]].AreaName, Place: m.Spot.Key(),
			Title: firstRunes(texts[central(texts, m.Voices)], titleRunes)}
		for _, i := range m.Voices {
			if slices.Contains(rows[i].Fields.V, field) { // an item is of one field
				p.Comments = append(p.Comments, rows[i])
			}
		}
		if len(p.Comments) > 1 {
			p.Counts = countVoices(p.Comments)
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int { return len(b.Comments) - len(a.Comments) })
	return out, nil
}

// voicesOf turns comments into what is grouped, and lists the names of their areas. A field that a person confirmed is
// certain; of an open comment the suggestions tell how likely which field is.
func voicesOf(rows []Comment) (out []Voice, names []string) {
	out = make([]Voice, len(rows))
	seen := map[string]bool{}
	for i := range rows {
		c := &rows[i]
		out[i] = Voice{Text: c.Text, Area: c.AreaCode, Leaf: c.Leaf}
		if !seen[c.AreaName] {
			seen[c.AreaName] = true
			names = append(names, c.AreaName)
		}
		if len(c.Fields.V) > 0 {
			out[i].Topics = []Share{{c.Fields.V[0], 1}}
			continue
		}
		out[i].Topics = sharesOf(c.Suggestions.V)
	}
	return out, names
}

// sharesOf makes the confidences of suggestions shares of one. A field the respondent ticked has confidence 1 and
// stands beside what the classifier thinks; a second matter of the same text does not make the first less likely.
func sharesOf(list []Suggestion) []Share {
	sum := 0.0
	for _, s := range list {
		if !s.Also {
			sum += s.Confidence
		}
	}
	out := make([]Share, 0, len(list))
	for _, s := range list {
		out = append(out, Share{s.Field, s.Confidence / max(1, sum)})
	}
	return out
}
