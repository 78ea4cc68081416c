package opinion

import "yiwang/internal/platform/errs"

// checkLeaf wants a leaf of the main field; none is fine.
func (s *Service) checkLeaf(leaf string, fields []string) error {
	if leaf == "" {
		return nil
	}
	if l, ok := s.catalog.Leaf(leaf); ok && len(fields) > 0 && l.Field == fields[0] {
		return nil
	}
	return errs.Invalid("opinion.bad_leaf", "Choose an event leaf of the main field.", errs.Field{Location: "body.leaf", Message: "of another field or unknown", Value: leaf})
}

// confirm sorts the comment into fields that were checked. Without a chosen leaf it keeps the one suggested for the main
// field; a leaf of another field would contradict the decision.
func (c *Comment) confirm(fields []string, leaf string) {
	c.Fields.V, c.Field, c.State, c.Note, c.Leaf = fields, fields[0], CommentConfirmed, "", leaf
	if leaf == "" {
		c.Leaf = c.suggestedLeaf(fields[0])
	}
}

// suggestedLeaf is the leaf suggested together with a field, "" if there is none.
func (c *Comment) suggestedLeaf(field string) string {
	for _, s := range c.Suggestions.V {
		if s.Field == field {
			return s.Leaf
		}
	}
	return ""
}
