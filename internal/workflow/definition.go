package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Definition is one version of a workflow.
type Definition struct {
	Version int      `yaml:"version" json:"version"`
	Name    string   `yaml:"name" json:"name"`
	States  []State  `yaml:"states" json:"states"`
	Actions []Action `yaml:"actions" json:"actions"`
}

// State is a place a case can stand in.
type State struct {
	Code  string `yaml:"code" json:"code"`
	Name  string `yaml:"name" json:"name"`
	Stage string `yaml:"stage" json:"stage,omitempty"` // kind of the clock that runs here; "" none
	Holds string `yaml:"holds" json:"holds,omitempty"` // whose move it is: desk, lead, checker, panel, caller; "" nobody's
	Start bool   `yaml:"start" json:"start,omitempty"` // a case may begin here
	End   bool   `yaml:"end" json:"end,omitempty"`     // the ending is recorded; only listed actions lead out
	Pause bool   `yaml:"pause" json:"pause,omitempty"` // the clock of the lead unit stands still
}

// Action leads from states to a state.
type Action struct {
	Code       string   `yaml:"code" json:"code"`
	Name       string   `yaml:"name" json:"name"` // the word on the button
	From       []string `yaml:"from" json:"from"`
	To         string   `yaml:"to" json:"to,omitempty"` // "" stays in the state
	Or         []string `yaml:"or" json:"or,omitempty"` // other states the module may choose, by a rule of its own
	Permission string   `yaml:"permission" json:"permission"`
	By         string   `yaml:"by" json:"by"`                   // relation to the case: area, lead, assist, officer, higher, reporter, system
	Needs      []string `yaml:"needs" json:"needs,omitempty"`   // fields of the move that must be given
	Guards     []string `yaml:"guards" json:"guards,omitempty"` // named conditions
	Clock      string   `yaml:"clock" json:"clock,omitempty"`   // keep: the running clock goes on although the state changes
	Level      string   `yaml:"level" json:"level,omitempty"`   // lowest tier whose people may do it: community, street, district, city
}

// Parse reads a definition and judges it: a definition with findings of Lint is an error.
func Parse(source []byte, known Vocabulary) (*Definition, error) {
	var d Definition
	if err := yaml.Unmarshal(source, &d); err != nil {
		return nil, fmt.Errorf("read workflow: %w", err)
	}
	if findings := d.Lint(known); len(findings) > 0 {
		return nil, fmt.Errorf("workflow version %d: %s (and %d more findings)", d.Version, findings[0], len(findings)-1)
	}
	return &d, nil
}

// Digest names the content of a source.
func Digest(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:])
}

// State returns the state with the code.
func (d *Definition) State(code string) (State, bool) {
	i := slices.IndexFunc(d.States, func(s State) bool { return s.Code == code })
	if i < 0 {
		return State{}, false
	}
	return d.States[i], true
}

// Action returns the action with this code that leads out of the state; known reports whether any state has it.
func (d *Definition) Action(from, code string) (a Action, found, known bool) {
	for _, a := range d.Actions {
		if a.Code != code {
			continue
		}
		known = true
		if slices.Contains(a.From, from) {
			return a, true, true
		}
	}
	return Action{}, false, known
}

// Targets returns the states the action may lead to.
func (a Action) Targets(from string) []string {
	if a.To == "" {
		return append([]string{from}, a.Or...)
	}
	return append([]string{a.To}, a.Or...)
}

// From returns the actions that lead out of the state, in the order of the definition.
func (d *Definition) From(state string) []Action {
	var out []Action
	for _, a := range d.Actions {
		if slices.Contains(a.From, state) {
			out = append(out, a)
		}
	}
	return out
}
