package app

import (
	"context"
	"strings"

	"yiwang/internal/live"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/whistle"
)

// reactToWhistles: a street blew, a department answered, a clock came to a point.
func (a *App) reactToWhistles() {
	// Pages that show whistles hear of each step.
	live.Carry(a.Live, whistle.TopicMoved, func(e whistle.Moved) live.Event {
		return live.Event{Name: "whistle", Area: e.Street, May: func(p *auth.Principal) bool { return whistle.Hears(p, e) },
			Data: whistleOnStream{WhistleID: e.WhistleID, Action: e.Action, State: e.State, CallID: e.CallID}}
	})
	outbox.On(a.Bus, whistle.TopicMoved, "notice.whistle", a.tellOfWhistle)
	outbox.On(a.Bus, whistle.TopicReminded, "notice.whistle-clock", a.remindOfWhistle)
}

// whistleOnStream is what pages hear of a step: enough to ask for the list again, without a word that anybody wrote.
type whistleOnStream struct {
	WhistleID string        `json:"whistle_id"`
	Action    string        `json:"action"`
	State     whistle.State `json:"state"`
	CallID    string        `json:"call_id,omitempty"`
}

func whistleLink(id string) string { return "/whistles/" + id }

// tellOfWhistle tells whoever is to act next.
func (a *App) tellOfWhistle(ctx context.Context, tx *db.Tx, e whistle.Moved) error {
	n := messages.Note{Event: "whistle_step", Audience: messages.ToUnit, Key: strings.Join([]string{e.WhistleID, e.Action, e.CallID, e.At.UTC().Format("20060102150405.000")}, "/"), SubjectID: e.CaseID,
		Number: e.Number, AreaCode: e.Street, Urgent: e.Kind == whistle.Urgent, Link: whistleLink(e.WhistleID)}
	to := func(unit, text string) error {
		return a.tellWhistle(ctx, tx, n, e.UnitID, e.Title, text, unit)
	}
	switch e.Action {
	case "check":
		if e.State == whistle.Checked {
			return a.tellHolders(ctx, tx, n, whistle.RankFor(e.Kind), e.Street, e.Title, "吹哨待您同意")
		}
	case "blow":
		n.Event = "whistle_blown"
		return a.tellWhistle(ctx, tx, n, e.UnitID, e.Title, "街道吹哨，请签收", e.Called...)
	case "refuse":
		return a.tellHolders(ctx, tx, n, whistle.PermArbitrate, e.Street, e.Title, e.CallName+"退哨待裁定")
	case "bind":
		n.Event = "whistle_blown"
		return to(e.CallUnit, "裁定应哨，请签收")
	case "release", "accept":
		return to(e.CallUnit, map[string]string{"release": "裁定不必应哨", "accept": "街道已验收"}[e.Action])
	case "return":
		return to(e.CallUnit, "街道退回重办")
	case "urge":
		return to(e.CallUnit, "街道催办")
	case "report", "commit", "keep", "done":
		return to(e.UnitID, e.CallName+map[string]string{"report": "已报到", "commit": "已承诺事项", "keep": "已办完一项承诺", "done": "已办完，请验收"}[e.Action])
	case "all_ended":
		return to(e.UnitID, "各部门均已办结，请销哨")
	}
	return nil
}

// tellWhistle tells units by the templates of the note's event; text is what happened. A called unit opens the whistle because it is called;
// of the street that blew, and of the district, those do who watch over the street.
func (a *App) tellWhistle(ctx context.Context, tx *db.Tx, n messages.Note, street, title, text string, units ...string) error {
	n.Needs, n.Values = whistle.PermRead, map[string]string{"number": n.Number, "title": title, "note": text}
	centre, err := a.commandOf(ctx, tx, n.AreaCode)
	if err != nil {
		return err
	}
	var notes []messages.Note
	for _, unit := range units {
		if n.Unit, n.Within = unit, ""; unit == street || unit == centre {
			n.Within = n.AreaCode
		}
		if unit != "" {
			notes = append(notes, n)
		}
	}
	return a.Messages.SendTx(ctx, tx, notes)
}

// tellHolders asks whoever holds a permission over the street: the leading group, or those who arbitrate.
func (a *App) tellHolders(ctx context.Context, tx *db.Tx, n messages.Note, permission, street, title, text string) error {
	people, err := a.Identity.HoldersTx(ctx, tx, permission, street)
	if err != nil {
		return err
	}
	n.Event, n.Audience, n.Values = "whistle_decide", messages.ToSuperior, map[string]string{"number": n.Number, "title": title, "note": text}
	var notes []messages.Note
	for i := range people {
		n.User = people[i].ID
		notes = append(notes, n)
	}
	return a.Messages.SendTx(ctx, tx, notes)
}

// clockNames are the words for the clocks of a whistle.
var clockNames = map[string]string{"sign": "签收", "contact": "联系街道", "report": "报到", "commit": "承诺事项", "work": "承诺办结", "accept": "验收", "arbitrate": "裁定", "session": "现场会商"}

// remindOfWhistle reminds whoever a clock waits for; when it ran out, the other side and the district hear of it too.
func (a *App) remindOfWhistle(ctx context.Context, tx *db.Tx, e whistle.Reminded) error {
	n := messages.Note{Event: "whistle_warned", Audience: messages.ToUnit, Key: e.ClockID + "/" + e.Phase, SubjectID: e.WhistleID, Number: e.Number, AreaCode: e.Street,
		Urgent: e.WhistleOf == whistle.Urgent, Link: whistleLink(e.WhistleID)}
	what := clockNames[e.Kind]
	if e.Task != "" {
		what = "承诺“" + e.Task + "”"
	}
	text := what + "将到期"
	switch {
	case e.Kind == "session":
		text = "明天现场会商"
	case e.Phase == "red":
		n.Event, text = "whistle_overdue", what+"已超时"
	}
	if e.Kind == "arbitrate" {
		return a.tellHolders(ctx, tx, n, whistle.PermArbitrate, e.Street, e.Title, e.CallName+"退哨待裁定，"+text)
	}
	unit := e.CallUnit
	if e.Kind == "accept" {
		unit = e.UnitID
	}
	if err := a.tellWhistle(ctx, tx, n, e.UnitID, e.Title, text, unit); err != nil || e.Phase != "red" {
		return err
	}
	others := []string{}
	if e.Kind != "accept" {
		others = append(others, e.UnitID)
	}
	if e.Kind != "sign" {
		centre, err := a.commandOf(ctx, tx, e.Street)
		if err != nil {
			return err
		}
		others = append(others, centre)
	}
	return a.tellWhistle(ctx, tx, n, e.UnitID, e.Title, e.CallName+text, others...)
}

// commandOf is the command centre of the district of a street, "" if it has none.
func (a *App) commandOf(ctx context.Context, tx *db.Tx, street string) (string, error) {
	u, _, err := a.Cases.UnitForTx(ctx, tx, street[:6], "district_command")
	return u.ID, err
}
