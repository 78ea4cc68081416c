package opinion

import (
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestJudge_KeepsTheLeafThatWasChosenOrSuggestedWithTheField(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		ctx := w.as("office")
		of := func(field string) (codes []string) {
			for _, l := range w.Catalog().Leaves() {
				if l.Field == field {
					codes = append(codes, l.Code)
				}
			}
			return codes
		}
		judge := func(verb Verb, fields []string, leaf, id string, version int64) (*Comment, error) {
			step, err := w.Judge(ctx, Judgement{WaveID: "w1", Verb: verb, Fields: fields, Leaf: leaf, Reason: "说明", Items: []Versioned{{id, version}}})
			if err != nil || !step.Items[0].OK {
				return nil, err
			}
			return step.Items[0].Comment, nil
		}
		_, err := judge(VerbConfirm, []string{"04"}, of("06")[0], "c001", 1)
		wantCode(t, err, "opinion.bad_leaf")
		_, err = judge(VerbConfirm, []string{"04"}, "000000", "c001", 1)
		wantCode(t, err, "opinion.bad_leaf")
		chosen := of("04")[len(of("04"))-1]
		if c, err := judge(VerbConfirm, []string{"04", "06"}, chosen, "c001", 1); err != nil || c.Leaf != chosen {
			t.Errorf("chosen by a person: %+v, %v", c, err)
		}
		first, err := w.Comments(ctx, CommentFilter{WaveID: "w1", State: CommentOpen}, page(1, ""))
		if err != nil || first.Items[0].ID != "c002" {
			t.Fatalf("%+v, %v", first, err)
		}
		hint := first.Items[0].Suggestions.V[0]
		if c, err := judge(VerbConfirm, []string{hint.Field}, "", "c002", 1); err != nil || c.Leaf != hint.Leaf {
			t.Errorf("as suggested, want %q: %+v, %v", hint.Leaf, c, err)
		}
		if c, err := judge(VerbConfirm, []string{"14"}, "", "c003", 1); err != nil || c.Leaf != "" {
			t.Errorf("a leaf of another field stays: %+v, %v", c, err)
		}
		if c, err := judge(VerbSkip, nil, "", "c001", 2); err != nil || c.Leaf != "" {
			t.Errorf("set aside: %+v, %v", c, err)
		}
		steps, err := w.UndoSteps(ctx, "w1", 1)
		if err != nil || steps[0].Items[0].Comment.Leaf != chosen {
			t.Errorf("taken back: %+v, %v", steps, err)
		}
	})
}
