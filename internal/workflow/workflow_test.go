package workflow_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/workflow"
)

var words = workflow.Vocabulary{Permissions: []string{"p"}, Relations: []string{"area"}, Needs: []string{"note"}, Guards: []string{"g"}, Stages: []string{"s"}, Levels: []string{"street"}}

const sound = `
version: 1
states:
  - {code: a, name: 甲, stage: s, holds: desk, start: true}
  - {code: b, name: 乙, end: true}
actions:
  - {code: go, name: 走, from: [a], to: b, permission: p, by: area, needs: [note], guards: [g]}
`

func TestParse_TakesASoundDefinition(t *testing.T) {
	t.Parallel()
	if _, err := workflow.Parse([]byte(sound), words); err != nil {
		t.Fatal(err)
	}
}

func TestParse_RefusesEveryDefect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, replacement, want string }{
		"nobody holds the permission": {"permission: p", "permission: q", "nobody can hold"},
		"unknown relation":            {"by: area", "by: anyone", "unknown relation"},
		"unknown need":                {"needs: [note]", "needs: [song]", "unknown need"},
		"unknown guard":               {"guards: [g]", "guards: [h]", "unknown guard"},
		"unknown stage":               {"stage: s,", "stage: x,", "unknown stage"},
		"no clock":                    {"stage: s, ", "", "no clock runs"},
		"no holder":                   {"holds: desk, ", "", "nobody holds"},
		"no start":                    {", start: true", "", "no state to begin"},
		"unreachable":                 {"to: b,", "", "no action leads there"},
		"unknown target":              {"to: b,", "to: c,", "unknown state"},
		"unknown origin":              {"from: [a]", "from: [a, x]", "unknown state"},
		"dead end":                    {"name: 乙, end: true", "name: 乙, stage: s, holds: desk", "no way out"},
		"no name":                     {"name: 走, ", "", "needs a name"},
		"twice":                       {"from: [a]", "from: [a, a]", "twice"},
		"unknown level":               {"by: area,", "by: area, level: moon,", "unknown level"},
		"unknown clock":               {"by: area,", "by: area, clock: stop,", "unknown clock"},
	} {
		source := strings.Replace(sound, c.old, c.replacement, 1)
		if _, err := workflow.Parse([]byte(source), words); err == nil {
			t.Errorf("%s: taken as sound", name)
		}
		if findings := strings.Join(lintOf(source), "\n"); !strings.Contains(findings, c.want) {
			t.Errorf("%s: %s, want %q", name, findings, c.want)
		}
	}
}

func lintOf(source string) []string {
	var d workflow.Definition
	if err := yaml.Unmarshal([]byte(source), &d); err != nil {
		return []string{err.Error()}
	}
	return d.Lint(words)
}
