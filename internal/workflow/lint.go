package workflow

import (
	"fmt"
	"slices"
)

// Vocabulary is what the module that runs a definition understands.
type Vocabulary struct {
	Permissions, Relations, Needs, Guards, Stages, Levels []string
}

// Lint returns what is wrong with the definition, one sentence each, nil if nothing is: unknown words, two actions for
// one state and code, states nobody can reach, states without a way out that are no ending, endings that do not say so,
// open states without a clock or without a holder, and actions of a permission nobody knows.
func (d *Definition) Lint(known Vocabulary) []string {
	l := linter{d: d, known: known}
	l.states()
	l.actions()
	l.reach()
	return l.findings
}

type linter struct {
	d        *Definition
	known    Vocabulary
	findings []string
}

func (l *linter) add(format string, args ...any) {
	l.findings = append(l.findings, fmt.Sprintf(format, args...))
}

func (l *linter) states() {
	seen := map[string]bool{}
	starts := 0
	for _, s := range l.d.States {
		if s.Code == "" || s.Name == "" || seen[s.Code] {
			l.add("state %q: needs a code of its own and a name", s.Code)
		}
		seen[s.Code] = true
		if s.Start {
			starts++
		}
		if s.Stage != "" && !slices.Contains(l.known.Stages, s.Stage) {
			l.add("state %s: unknown stage %q", s.Code, s.Stage)
		}
		if !s.End && s.Stage == "" && !s.Pause {
			l.add("state %s: no clock runs and it is no ending", s.Code)
		}
		if !s.End && s.Holds == "" {
			l.add("state %s: nobody holds the case", s.Code)
		}
		if !s.End && len(l.d.From(s.Code)) == 0 {
			l.add("state %s: no way out and it is no ending", s.Code)
		}
	}
	if starts == 0 {
		l.add("no state to begin in")
	}
}

func (l *linter) actions() {
	seen := map[string]bool{}
	for _, a := range l.d.Actions {
		for _, from := range a.From {
			_, ok := l.d.State(from)
			if !ok {
				l.add("action %s: unknown state %q", a.Code, from)
			}
			if key := from + " " + a.Code; seen[key] {
				l.add("action %s: twice out of %s", a.Code, from)
			} else {
				seen[key] = true
			}
		}
		for _, to := range append([]string{a.To}, a.Or...) {
			if _, ok := l.d.State(to); to != "" && !ok {
				l.add("action %s: unknown state %q", a.Code, to)
			}
		}
		if a.Name == "" || len(a.From) == 0 {
			l.add("action %s: needs a name and a state to leave", a.Code)
		}
		l.words(a)
	}
}

func (l *linter) words(a Action) {
	if !slices.Contains(l.known.Permissions, a.Permission) {
		l.add("action %s: nobody can hold the permission %q", a.Code, a.Permission)
	}
	if !slices.Contains(l.known.Relations, a.By) {
		l.add("action %s: unknown relation %q", a.Code, a.By)
	}
	for _, n := range a.Needs {
		if !slices.Contains(l.known.Needs, n) {
			l.add("action %s: unknown need %q", a.Code, n)
		}
	}
	for _, g := range a.Guards {
		if !slices.Contains(l.known.Guards, g) {
			l.add("action %s: unknown guard %q", a.Code, g)
		}
	}
	if a.Level != "" && !slices.Contains(l.known.Levels, a.Level) {
		l.add("action %s: unknown level %q", a.Code, a.Level)
	}
	if a.Clock != "" && a.Clock != "keep" {
		l.add("action %s: unknown clock effect %q", a.Code, a.Clock)
	}
}

// reach finds states that no path from a start leads to.
func (l *linter) reach() {
	reached := map[string]bool{}
	var walk func(code string)
	walk = func(code string) {
		if reached[code] {
			return
		}
		reached[code] = true
		for _, a := range l.d.From(code) {
			for _, to := range a.Targets(code) {
				walk(to)
			}
		}
	}
	for _, s := range l.d.States {
		if s.Start {
			walk(s.Code)
		}
	}
	for _, s := range l.d.States {
		if !reached[s.Code] {
			l.add("state %s: no action leads there", s.Code)
		}
	}
}
