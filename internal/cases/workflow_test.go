package cases_test

import (
	"flag"
	"slices"
	"testing"

	reference "yiwang/data/cases"
	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/workflow"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestDiagram_OfTheShippedWorkflowIsTheGolden(t *testing.T) {
	t.Parallel()
	d, err := workflow.Parse(reference.Workflow, cases.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/workflow.mmd", d.Diagram())
}

func TestWorkflow_CasesOfAnEarlierVersionGoOnByItWhoeverStoredThem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := bring(t, x, cases.Handling).c
		must(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "UPDATE case_file SET workflow = 1 WHERE id = $1", c.ID)
			return err
		}))
		c = x.Act(t, x.Command(), c, "supervise", cases.Move{Note: "本周内报方案"})
		seen := want[*cases.Detail](t)(x.Cases.Get(x.Unit(builders), c.ID))
		if !c.Supervised || len(seen.Supervisions) != 0 || slices.Contains(seen.Actions, "answer_supervision") || !slices.Contains(seen.Actions, "handle") {
			t.Errorf("%v %+v %v", c.Supervised, seen.Supervisions, seen.Actions)
		}
		x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
	})
}
