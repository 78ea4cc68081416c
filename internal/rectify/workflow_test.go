package rectify

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files")

func TestWorkflow_IsClosed(t *testing.T) {
	t.Parallel()
	reached := map[State]bool{Draft: true}
	for from, edges := range workflow {
		if !slices.Contains(States, from) {
			t.Errorf("state %s is not listed", from)
		}
		seen := map[Action]bool{}
		for _, e := range edges {
			if _, ok := workflow[e.to]; !ok {
				t.Errorf("%s –%s→ %s leads nowhere", from, e.action, e.to)
			}
			if seen[e.action] && e.when == nil {
				t.Errorf("%s has two edges %s", from, e.action)
			}
			if guards[e.action] == nil {
				t.Errorf("%s has no guard", e.action)
			}
			if !slices.Contains(Permissions(), e.permission) {
				t.Errorf("%s –%s→ has the unknown permission %q", from, e.action, e.permission)
			}
			seen[e.action] = true
		}
	}
	for grown := true; grown; {
		grown = false
		for from := range reached {
			for _, e := range workflow[from] {
				if !reached[e.to] {
					reached[e.to], grown = true, true
				}
			}
		}
	}
	for _, s := range States {
		if _, ok := workflow[s]; !ok {
			t.Errorf("state %s is not in the workflow", s)
		}
		if !reached[s] {
			t.Errorf("state %s cannot be reached", s)
		}
	}
}

func TestWorkflow_EveryStateButTheEndsGoesOn(t *testing.T) {
	t.Parallel()
	for _, s := range States {
		end := s == Withdrawn // a published page can be withdrawn
		if end != (len(workflow[s]) == 0) {
			t.Errorf("state %s: end %v, %d edges", s, end, len(workflow[s]))
		}
	}
}

func TestWorkflow_MatchesItsDiagram(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> draft: merge\n")
	for _, s := range States {
		for _, e := range workflow[s] {
			fmt.Fprintf(&b, "    %s --> %s: %s (%s, %s)%s\n", s, e.to, e.action, e.permission, e.by, map[bool]string{true: " if " + e.reason}[e.when != nil])
		}
		for _, m := range marks {
			if slices.Contains(m.in, s) {
				fmt.Fprintf(&b, "    note right of %s: %s (%s, %s)\n", s, m.action, m.permission, m.by)
			}
		}
		if len(workflow[s]) == 0 {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	const golden = "testdata/workflow.mmd"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the workflow differs from %s; look at it and run with -update:\n%s", golden, b.String())
	}
}
