package survey

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/errs"
)

var update = flag.Bool("update", false, "write golden files")

func TestWorkflow_EveryStateIsReachableAndEveryTargetExists(t *testing.T) {
	t.Parallel()
	seen := map[State]bool{Draft: true}
	for todo := []State{Draft}; len(todo) > 0; todo = todo[1:] {
		for _, e := range workflow[todo[0]] {
			if !slices.Contains(States, e.to) {
				t.Errorf("%s leads to unknown state %s", e.action, e.to)
			}
			if e.permission == "" || e.why == "" {
				t.Errorf("%s from %s has no permission or reason", e.action, todo[0])
			}
			if !seen[e.to] {
				seen[e.to] = true
				todo = append(todo, e.to)
			}
		}
	}
	for _, s := range States {
		if _, drawn := workflow[s]; !drawn || !seen[s] {
			t.Errorf("%s is not drawn or cannot be reached", s)
		}
	}
}

func TestWorkflow_GoingBackNeedsAReason(t *testing.T) {
	t.Parallel()
	for from, edges := range workflow {
		for _, e := range edges {
			if back := slices.Index(States, e.to) < slices.Index(States, from); back != e.note {
				t.Errorf("%s from %s: back %v, reason required %v", e.action, from, back, e.note)
			}
		}
	}
	w := &Wave{State: Closed}
	if _, err := w.edge("reopen", "  "); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("reopening without a reason: got %v, want Invalid", err)
	}
	if _, err := w.edge("publish", ""); errs.KindOf(err) != errs.KindConflict {
		t.Errorf("publishing a closed wave: got %v, want Conflict", err)
	}
}

func TestWorkflow_MatchesThePictureInTheDocumentation(t *testing.T) {
	t.Parallel()
	const golden = "testdata/workflow.mmd"
	if *update {
		if err := os.WriteFile(golden, []byte(Mermaid()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := Mermaid(); got != string(want) {
		t.Errorf("the workflow changed; look at the picture and run with -update\n%s", got)
	}
	page, err := os.ReadFile("../../docs/appraisal.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), string(want)) {
		t.Error("docs/appraisal.md shows another workflow")
	}
}
