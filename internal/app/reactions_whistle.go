package app

import (
	"context"
	"fmt"

	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/whistle"
)

// reactToWhistles: a street blew, a department answered, a clock came to a point.
func (a *App) reactToWhistles() {
	outbox.On(a.Bus, whistle.TopicMoved, "notice.whistle", a.tellOfWhistle)
	outbox.On(a.Bus, whistle.TopicReminded, "notice.whistle-clock", a.remindOfWhistle)
}

func whistleLink(id string) string { return "/whistles/" + id }

// tellOfWhistle tells whoever is to act next.
func (a *App) tellOfWhistle(ctx context.Context, tx *db.Tx, e whistle.Moved) error {
	tell := func(unit, text string) error {
		if unit == "" {
			return nil
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: unit}, whistle.TopicMoved, fmt.Sprintf("%s：%s（%s）", text, e.Title, e.Number), whistleLink(e.WhistleID))
	}
	switch e.Action {
	case "check":
		if e.State == whistle.Checked {
			return a.tellLeaders(ctx, tx, e)
		}
	case "blow":
		for _, unit := range e.Called {
			if err := tell(unit, "街道吹哨，请签收"); err != nil {
				return err
			}
		}
	case "refuse":
		return a.tellArbiters(ctx, tx, e)
	case "bind":
		return tell(e.CallUnit, "裁定应哨，请签收")
	case "release", "accept":
		return tell(e.CallUnit, map[string]string{"release": "裁定不必应哨", "accept": "街道已验收"}[e.Action])
	case "return":
		return tell(e.CallUnit, "街道退回重办")
	case "urge":
		return tell(e.CallUnit, "街道催办")
	case "report", "commit", "done":
		return tell(e.UnitID, e.CallName+map[string]string{"report": "已报到", "commit": "已承诺事项", "done": "已办完，请验收"}[e.Action])
	case "all_ended":
		return tell(e.UnitID, "各部门均已办结，请销哨")
	}
	return nil
}

// tellLeaders asks the members of the leading group of the street.
func (a *App) tellLeaders(ctx context.Context, tx *db.Tx, e whistle.Moved) error {
	leaders, err := a.Identity.HoldersTx(ctx, tx, whistle.PermLead, e.Street)
	for i := 0; err == nil && i < len(leaders); i++ {
		err = a.Identity.Notify(ctx, tx, identity.To{User: leaders[i].ID}, whistle.TopicMoved, fmt.Sprintf("吹哨待您同意：%s（%s）", e.Title, e.Number), whistleLink(e.WhistleID))
	}
	return err
}

// tellArbiters asks whoever arbitrates over the street.
func (a *App) tellArbiters(ctx context.Context, tx *db.Tx, e whistle.Moved) error {
	arbiters, err := a.Identity.HoldersTx(ctx, tx, whistle.PermArbitrate, e.Street)
	for i := 0; err == nil && i < len(arbiters); i++ {
		err = a.Identity.Notify(ctx, tx, identity.To{User: arbiters[i].ID}, whistle.TopicMoved, fmt.Sprintf("%s退哨待裁定：%s（%s）", e.CallName, e.Title, e.Number), whistleLink(e.WhistleID))
	}
	return err
}

// remindOfWhistle reminds whoever a clock waits for; when it ran out, the other side and the district hear of it too.
func (a *App) remindOfWhistle(ctx context.Context, tx *db.Tx, e whistle.Reminded) error {
	what := map[string]string{"sign": "签收", "contact": "联系街道", "report": "报到", "commit": "承诺事项", "work": "承诺办结", "accept": "验收", "arbitrate": "裁定", "session": "现场会商"}[e.Kind]
	unit := e.CallUnit
	if e.Kind == "accept" {
		unit = e.UnitID
	}
	text := fmt.Sprintf("%s将到期：%s（%s）", what, e.Title, e.Number)
	switch {
	case e.Kind == "session":
		text = fmt.Sprintf("明天现场会商：%s（%s）", e.Title, e.Number)
	case e.Phase == "red":
		text = fmt.Sprintf("%s已超时：%s（%s）", what, e.Title, e.Number)
	}
	tell := func(unit, text string) error {
		if unit == "" {
			return nil
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: unit}, whistle.TopicReminded, text, whistleLink(e.WhistleID))
	}
	if e.Kind == "arbitrate" {
		return a.tellArbiters(ctx, tx, whistle.Moved{WhistleID: e.WhistleID, Number: e.Number, Title: e.Title, Street: e.Street, CallName: e.CallName})
	}
	if err := tell(unit, text); err != nil || e.Phase != "red" {
		return err
	}
	if e.Kind != "accept" {
		if err := tell(e.UnitID, e.CallName+text); err != nil {
			return err
		}
	}
	if e.Kind == "sign" {
		return nil
	}
	centre, err := a.commandOf(ctx, tx, e.Street)
	if err != nil {
		return err
	}
	return tell(centre, e.CallName+text)
}

// commandOf is the command centre of the district of a street, "" if it has none.
func (a *App) commandOf(ctx context.Context, tx *db.Tx, street string) (string, error) {
	u, _, err := a.Cases.UnitForTx(ctx, tx, street[:6], "district_command")
	return u.ID, err
}
