package cases_test

import (
	"flag"
	"testing"

	reference "yiwang/data/cases"
	"yiwang/internal/cases"
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
