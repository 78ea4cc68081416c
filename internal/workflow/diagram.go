package workflow

import (
	"fmt"
	"strings"
)

// Diagram draws the definition as a Mermaid state diagram: the same definition, the same text.
func (d *Definition) Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range d.States {
		fmt.Fprintf(&b, "    %s: %s\n", s.Code, s.Name)
		if s.Start {
			fmt.Fprintf(&b, "    [*] --> %s\n", s.Code)
		}
		if s.End {
			fmt.Fprintf(&b, "    %s --> [*]\n", s.Code)
		}
	}
	for _, s := range d.States {
		for _, a := range d.From(s.Code) {
			for _, to := range a.Targets(s.Code) {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", s.Code, to, a.Name)
			}
		}
	}
	return b.String()
}
