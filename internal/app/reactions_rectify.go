package app

import (
	"context"
	"fmt"

	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/rectify"
	"yiwang/internal/whistle"
)

// reactToMachine: clocks of items, what units ask and are told, and what became of linked cases and whistles.
func (a *App) reactToMachine() {
	for topic, event := range map[string]string{rectify.TopicWarned: "item_warned", rectify.TopicOverdue: "item_overdue"} {
		outbox.On(a.Bus, topic, "messages."+event, func(ctx context.Context, tx *db.Tx, e rectify.Lapsed) error {
			return a.tellOfItemClock(ctx, tx, event, e)
		})
	}

	// The unit asks for something, or answers a supervision: the evaluation office hears of it.
	for topic, text := range map[string]string{rectify.TopicAsked: "待审批申请：%s", rectify.TopicReplied: "已答复督办：%s"} {
		outbox.On(a.Bus, topic, "notice.office", func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
			office, err := a.officeOf(ctx, tx, e.AreaCode)
			if err != nil || office == "" {
				return err
			}
			return a.Identity.Notify(ctx, tx, identity.To{Unit: office, Needs: rectify.PermRead, Area: e.AreaCode}, topic, fmt.Sprintf(text, e.Title), itemLink(e))
		})
	}

	// Something was decided for the unit, or everything linked has ended: the unit that leads is told.
	for topic, text := range map[string]string{rectify.TopicDecided: "申请已答复：%s", rectify.TopicAdjudicated: "联合研判确定由本单位牵头：%s", rectify.TopicResumed: "恢复计时，继续整改：%s",
		rectify.TopicReady: "关联事件均已办结，可报整改完成：%s"} {
		outbox.On(a.Bus, topic, "notice.lead", func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
			return a.Identity.Notify(ctx, tx, identity.To{Unit: e.LeadUnit, Needs: rectify.PermRead}, topic, fmt.Sprintf(text, e.Title), itemLink(e))
		})
	}

	// A case moved: items that are linked with it know how it stands.
	outbox.OnBatch(a.Bus, []string{cases.TopicMoved}, "rectify.hear-case", func(ctx context.Context, tx *db.Tx, events []cases.Moved) error {
		var ids []string
		for i := range events {
			if e := &events[i]; e.From != e.To { // only such a move can open or end a case
				ids = append(ids, e.CaseID)
			}
		}
		return a.tellItems(ctx, tx, ids)
	})

	// A whistle moved: it joins the items of its case, and they know how it stands.
	outbox.On(a.Bus, whistle.TopicMoved, "rectify.hear-whistle", func(ctx context.Context, tx *db.Tx, e whistle.Moved) error {
		m, err := matters{a}.look(auth.System(ctx, "整改"), tx, rectify.LinkWhistle, e.WhistleID)
		if errs.KindOf(err) == errs.KindNotFound {
			return nil // a draft that was thrown away
		}
		if err != nil {
			return err
		}
		if err := a.Rectify.JoinWhistleTx(ctx, tx, m); err != nil {
			return err
		}
		return a.Rectify.HeardTx(ctx, tx, m)
	})
}

// tellItems tells the items that are linked with these cases, or with one that was merged into them, how the matter stands.
func (a *App) tellItems(ctx context.Context, tx *db.Tx, ids []string) error {
	absorbed, err := a.Cases.AbsorbedTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	linked, err := a.Rectify.LinkedTx(ctx, tx, rectify.LinkCase, append(ids, absorbed...))
	if err != nil || len(linked) == 0 {
		return err
	}
	list, err := matters{a}.Look(auth.System(ctx, "整改"), tx, rectify.LinkCase, linked)
	for i := 0; err == nil && i < len(list); i++ {
		err = a.Rectify.HeardTx(ctx, tx, list[i])
	}
	return err
}

// itemStages are the words for the clocks of an item.
var itemStages = map[rectify.ClockKind]string{rectify.HandleClock: "整改", rectify.PanelClock: "联合研判", rectify.ReviewClock: "挂账复核", rectify.SuperviseClock: "答复督办"}

// tellOfItemClock reminds whoever a clock waits for; once a unit is late the office hears of it too.
func (a *App) tellOfItemClock(ctx context.Context, tx *db.Tx, event string, e rectify.Lapsed) error {
	office, err := a.officeOf(ctx, tx, e.AreaCode)
	if err != nil {
		return err
	}
	n := messages.Note{Event: event, Audience: messages.ToUnit, Unit: e.UnitID, Needs: rectify.PermRead, Key: e.ClockID + "/" + e.Phase + "/" + e.ClockTo.UTC().Format("20060102"), SubjectID: e.ItemID, Number: e.No, AreaCode: e.AreaCode,
		Link: "/rectify/items/" + e.ItemID, Values: map[string]string{"number": e.No, "title": e.Title, "stage": itemStages[e.Kind], "due": moment(&e.ClockTo)}}
	var notes []messages.Note
	if n.Unit != "" {
		notes = append(notes, n)
	}
	if office != "" && (e.UnitID == "" || e.Phase == rectify.Red) && office != e.UnitID {
		n.Unit, n.Within = office, e.AreaCode
		if e.UnitID != "" {
			n.Audience = messages.ToSuperior
		}
		notes = append(notes, n)
	}
	return a.Messages.SendTx(ctx, tx, notes)
}
