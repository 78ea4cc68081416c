package app

import (
	"context"
	"fmt"

	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/rectify"
)

// reactToLists: a reverse issue list moved. Who has to act next is told: the ones who may approve, who made the list, the units
// that have to sign.
func (a *App) reactToLists() {
	for topic, text := range map[string]string{
		rectify.TopicListSubmitted: "反向问题清单待审批：%s",
	} {
		outbox.On(a.Bus, topic, "notice.approvers", func(ctx context.Context, tx *db.Tx, e rectify.ListMoved) error {
			who, err := a.Identity.HoldersTx(ctx, tx, rectify.PermApprove, e.AreaCode)
			for i := 0; err == nil && i < len(who) && i < 20; i++ {
				if who[i].ID != e.By && who[i].ID != e.User {
					err = a.Identity.Notify(ctx, tx, identity.To{User: who[i].ID}, topic, fmt.Sprintf(text, e.Title), listLink(e))
				}
			}
			return err
		})
	}
	for topic, text := range map[string]string{
		rectify.TopicListApproved: "清单已批准，可以下发：%s",
		rectify.TopicListRefused:  "清单被退回：%s",
	} {
		outbox.On(a.Bus, topic, "notice.maker", func(ctx context.Context, tx *db.Tx, e rectify.ListMoved) error {
			return a.Identity.Notify(ctx, tx, identity.To{User: e.User}, topic, fmt.Sprintf(text, e.Title), listLink(e))
		})
	}
	for topic, text := range map[string]string{
		rectify.TopicListIssued:   "收到反向问题清单，请在一个工作日内签收：%s",
		rectify.TopicListReminded: "请尽快签收反向问题清单：%s",
	} {
		outbox.On(a.Bus, topic, "notice.units", func(ctx context.Context, tx *db.Tx, e rectify.ListMoved) error {
			for _, unit := range e.Units {
				if err := a.Identity.Notify(ctx, tx, identity.To{Unit: unit, Needs: rectify.PermRead}, topic, fmt.Sprintf(text, e.Title), listLink(e)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func listLink(e rectify.ListMoved) string { return "/rectify/lists/" + e.ListID }
