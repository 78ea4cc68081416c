package app

import (
	"strings"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
)

// partEvents is what the unit of a part is told, by the move that gives the part or takes it away.
var partEvents = map[string]string{"dispatch": "assisted", "adjudicate": "assisted", "recall": "part_over", "part_waive": "part_over", "part_cancel": "part_over"}

// parts tells units of the parts they are given or freed of, and the lead unit of one that is done. Whoever has or had a part sees the
// case whatever its areas are.
func (t *telling) parts() {
	e := t.e
	to := func(event, unit string, due string) {
		if unit == "" || unit == e.ActorUnit {
			return
		}
		n := messages.Note{Event: event, Audience: messages.ToUnit, Unit: unit, Needs: cases.PermRead, Link: caseLink(e.CaseID)}
		if due != "" {
			n.Values = map[string]string{"due": due}
		}
		t.add(n)
	}
	event := partEvents[e.Action]
	for _, p := range e.Parts {
		switch {
		case event != "":
			to(event, p.Unit, moment(p.DueAt))
		case strings.HasPrefix(e.Action, "part_done"):
			to("part_done", e.LeadUnit, "")
		}
	}
}
