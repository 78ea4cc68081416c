package opinion

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

const loadBatch = 500

// LoadComments takes the comments of a wave over from the survey: masked, with suggestions. Answers that say nothing
// and pure praise leave the list at once by rule and can be brought back with Undo. It returns how many were new; running
// it again adds only what is new. Needs opinion.code.
func (s *Service) LoadComments(ctx context.Context, waveID string) (added int, err error) {
	after := ""
	for more := true; more; {
		var n int
		var last string
		err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
			n, last, more, err = s.loadBatch(ctx, tx, waveID, after)
			return err
		})
		if err != nil {
			return added, err
		}
		added, after = added+n, last
	}
	return added, nil
}

// LoadCommentsTx is LoadComments inside the caller's transaction.
func (s *Service) LoadCommentsTx(ctx context.Context, tx *db.Tx, waveID string) (added int, err error) {
	after, n := "", 0
	for more := true; more; added += n {
		if n, after, more, err = s.loadBatch(ctx, tx, waveID, after); err != nil {
			return added, err
		}
	}
	return added, nil
}

func (s *Service) loadBatch(ctx context.Context, tx *db.Tx, waveID, after string) (added int, last string, more bool, err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return 0, after, false, err
	}
	if _, err := s.source.Wave(ctx, tx, waveID); err != nil {
		return 0, after, false, err
	}
	raw, err := s.source.Comments(ctx, tx, waveID, after, loadBatch)
	if err != nil || len(raw) == 0 {
		return 0, after, false, err
	}
	names := map[string]string{}
	for i := range raw {
		c, err := s.sort(ctx, tx, waveID, &raw[i], names)
		if err != nil {
			return added, after, false, err
		}
		isNew, err := insertComment(ctx, tx, c)
		if err != nil {
			return added, after, false, fmt.Errorf("load comment %s: %w", c.ID, err)
		}
		if isNew {
			added++
		}
	}
	if added > 0 {
		err = audit.Log(ctx, tx, audit.Entry{Action: "opinion.load", Object: "wave", ObjectID: waveID,
			Detail: map[string]any{"added": added, "model": (*s.classifier.Load()).Version()}})
	}
	return added, raw[len(raw)-1].ID, len(raw) == loadBatch, err
}

// sort masks one comment and suggests its fields. A field the respondent ticked comes first among equals.
func (s *Service) sort(ctx context.Context, tx *db.Tx, waveID string, r *RawComment, names map[string]string) (*Comment, error) {
	name, ok := names[r.AreaCode]
	if !ok {
		var err error
		name, err = s.areas.AreaName(ctx, tx, r.AreaCode)
		if errs.KindOf(err) == errs.KindNotFound {
			name, err = r.AreaCode, nil // an area dissolved since the answer came in must not hold up the others
		}
		if err != nil {
			return nil, err
		}
		names[r.AreaCode] = name
	}
	classifier := *s.classifier.Load()
	c := &Comment{ID: r.ID, WaveID: waveID, AreaCode: r.AreaCode, AreaName: name, Group: r.Group, Channel: r.Channel, Day: r.Day,
		Text: mask.Text(r.Text), Model: classifier.Version(), State: CommentOpen, Version: 1}
	c.Fields.V = []string{}
	c.Suggestions.V = s.withTicked(classifier.Classify(mask.Without(c.Text)), r.Categories)
	if len(c.Suggestions.V) == 0 {
		return c, nil
	}
	first := c.Suggestions.V[0]
	c.Field, c.Leaf = first.Field, first.Leaf
	switch first.Field {
	case FieldNone:
		c.State, c.Note = CommentSkipped, "rule: "+strings.Join(first.Why, " ")
	case FieldPraise:
		c.State, c.Note = CommentPraise, "rule: "+strings.Join(first.Why, " ")
	}
	return c, nil
}

// withTicked adds fields the respondent chose; they are the respondent's word, not a guess, so they keep confidence 1.
func (s *Service) withTicked(found []Suggestion, ticked []string) []Suggestion {
	if len(found) > 0 && (found[0].Field == FieldNone || found[0].Field == FieldPraise) {
		return found
	}
	for _, code := range slices.Backward(ticked) {
		k, ok := s.catalog.Category(code)
		if !ok {
			continue
		}
		found = slices.DeleteFunc(found, func(f Suggestion) bool { return f.Field == code })
		found = slices.Insert(found, 0, Suggestion{Field: code, Name: k.Name, Confidence: 1, Why: []string{"反映人勾选"}})
	}
	return found
}

// Confirm decides the fields of a comment, the most fitting first. Needs opinion.code for its area. A comment in an item
// keeps its fields until it is taken out; an outdated version is a Conflict that carries the comment as it is now.
func (s *Service) Confirm(ctx context.Context, id string, fields []string, version int64) (c *Comment, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.ConfirmTx(ctx, tx, id, fields, version)
		return err
	})
	return c, err
}

// ConfirmTx is Confirm inside the caller's transaction.
func (s *Service) ConfirmTx(ctx context.Context, tx *db.Tx, id string, fields []string, version int64) (*Comment, error) {
	if err := s.checkFields(fields); err != nil {
		return nil, err
	}
	return s.decide(ctx, tx, id, version, "confirm", func(c *Comment) error {
		c.confirm(fields, "")
		return nil
	})
}

// checkFields wants one to three fields of the list, each once.
func (s *Service) checkFields(fields []string) error {
	if len(fields) == 0 || len(fields) > 3 {
		return errs.Invalid("opinion.bad_fields", "Choose one to three fields.", errs.Field{Location: "body.fields", Message: "one to three", Value: len(fields)})
	}
	for n, f := range fields {
		if _, ok := s.catalog.Category(f); !ok || slices.Contains(fields[:n], f) {
			return errs.Invalid("opinion.bad_fields", "Choose fields of the list, each once.", errs.Field{Location: "body.fields", Message: "unknown or repeated", Value: f})
		}
	}
	return nil
}

// Skip takes a comment out of the reverse list, with a reason; praise tells praise from an answer that says nothing.
// Needs opinion.code for its area.
func (s *Service) Skip(ctx context.Context, id string, praise bool, reason string, version int64) (c *Comment, err error) {
	if err := prose.Check("opinion.bad_text", prose.Piece{Name: "reason", Value: &reason, Limit: 200, Required: !praise}); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.decide(ctx, tx, id, version, "skip", func(c *Comment) error {
			c.setAside(praise, mask.Text(reason))
			return nil
		})
		return err
	})
	return c, err
}

// setAside takes the comment out of the reverse list.
func (c *Comment) setAside(praise bool, note string) {
	c.State, c.Field, c.Note, c.Fields.V, c.Leaf = CommentSkipped, FieldNone, note, []string{}, ""
	if praise {
		c.State, c.Field = CommentPraise, FieldPraise
	}
}

// Undo opens a decided comment again. Needs opinion.code for its area.
func (s *Service) Undo(ctx context.Context, id string, version int64) (c *Comment, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.decide(ctx, tx, id, version, "undo", func(c *Comment) error {
			c.State, c.Note, c.Fields.V, c.Field = CommentOpen, "", []string{}, ""
			if len(c.Suggestions.V) > 0 {
				c.Field, c.Leaf = c.Suggestions.V[0].Field, c.Suggestions.V[0].Leaf
			}
			return nil
		})
		return err
	})
	return c, err
}

func (s *Service) decide(ctx context.Context, tx *db.Tx, id string, version int64, verb string, apply func(*Comment) error) (*Comment, error) {
	c, err := findComment(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermCode, c.AreaCode); err != nil {
		return nil, err
	}
	if c.Version != version {
		return nil, staleComment(c)
	}
	if c.ItemID != "" {
		return nil, errs.Conflict("opinion.comment_merged", "The comment belongs to an item; take it out of the item first.").With(c)
	}
	if err := apply(c); err != nil {
		return nil, err
	}
	now := tx.Time()
	c.CodedBy, c.CodedAt = auth.From(ctx).UserID, &now
	if err := saveComment(ctx, tx, c); err != nil {
		return nil, err
	}
	return c, audit.Log(ctx, tx, audit.Entry{Action: "opinion." + verb, Object: "comment", ObjectID: c.ID, Area: c.AreaCode,
		Detail: map[string]any{"state": c.State, "fields": c.Fields.V, "leaf": c.Leaf}})
}

// Decision is one line of ConfirmMany.
type Decision struct {
	ID      string   `json:"id"`
	Fields  []string `json:"fields"`
	Version int64    `json:"version"`
}

// Outcome is what became of one line of a bulk action.
type Outcome struct {
	ID      string   `json:"id"`
	OK      bool     `json:"ok"`
	Code    string   `json:"code,omitempty" doc:"Error code when not ok"`
	Message string   `json:"message,omitempty"`
	Comment *Comment `json:"comment,omitempty"`
}

// ConfirmMany confirms up to 200 comments in one transaction and reports each line; a refused line changes nothing and
// does not hold up the others.
func (s *Service) ConfirmMany(ctx context.Context, list []Decision) (out []Outcome, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		out = make([]Outcome, 0, len(list))
		for _, d := range list {
			c, err := s.ConfirmTx(ctx, tx, d.ID, d.Fields, d.Version)
			if errs.KindOf(err) == errs.KindInternal {
				return err
			}
			if err != nil {
				out = append(out, Outcome{ID: d.ID, Code: errs.CodeOf(err), Message: errs.As(err).Message})
				continue
			}
			out = append(out, Outcome{ID: d.ID, OK: true, Comment: c})
		}
		return nil
	})
	return out, err
}

// LabelledTx returns every confirmed comment with its fields: the training material of the next model. Needs opinion.code.
func (s *Service) LabelledTx(ctx context.Context, tx *db.Tx) ([]Labelled, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	var out []Labelled
	err := db.Each(ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE state = $1", []any{CommentConfirmed}, func(c *Comment) error {
		l := Labelled{Text: mask.Without(c.Text), Fields: c.Fields.V}
		if leaf, ok := s.catalog.Leaf(c.Leaf); ok && leaf.Field == l.Fields[0] {
			l.Leaf = leaf.Code
		}
		out = append(out, l)
		return nil
	})
	return out, err
}
