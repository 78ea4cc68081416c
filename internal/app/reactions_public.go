package app

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/messages"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/rectify"
)

// reactToPublication: those who left a number are told what became of their words, and the office of what residents say.
func (a *App) reactToPublication() {
	// An answer was given, or published: whoever left a number with one of the comments gets one message, however often
	// they spoke. The same event again, or a second publication after a correction, tells nobody twice.
	for topic, event := range map[string]string{rectify.TopicTold: "item_told", rectify.TopicPublished: "item_published"} {
		outbox.On(a.Bus, topic, "messages."+event, func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
			return a.tellThoseWhoSpoke(ctx, tx, event, e)
		})
	}

	// Most residents say of a published answer that it is not solved: the matter is proposed for reopening in the next wave,
	// and the office decides.
	outbox.On(a.Bus, rectify.TopicDoubted, "rectify.doubted", func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
		return a.Rectify.DoubtedTx(ctx, tx, e.ItemID)
	})
	outbox.On(a.Bus, rectify.TopicDoubted, "notice.doubted", func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
		office, err := a.officeOf(ctx, tx, e.AreaCode)
		if err != nil || office == "" {
			return err
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: office, Needs: rectify.PermPage, Area: e.AreaCode}, rectify.TopicDoubted, "多数居民说没解决："+e.Title, itemLink(e)+"/page")
	})
}

// maxReply is how much of an answer stands in a text message, in characters; the page has all of it.
const maxReply = 90

func (a *App) tellThoseWhoSpoke(ctx context.Context, tx *db.Tx, event string, e rectify.Moved) error {
	comments := e.Comments
	if comments == nil {
		var err error
		if comments, err = a.Opinions.IDsOfItemTx(ctx, tx, e.ItemID); err != nil {
			return err
		}
	}
	phones, err := a.Survey.ContactsTx(ctx, tx, comments)
	if err != nil {
		return err
	}
	reply := []rune(e.Reply)
	if len(reply) > maxReply {
		reply = append(reply[:maxReply], '…')
	}
	notes := make([]messages.Note, len(phones))
	for i, phone := range phones {
		notes[i] = messages.Note{Event: event, Audience: messages.ToReporter, Key: e.ItemID + "/" + event, Phone: phone, SubjectID: e.ItemID, Number: e.No, AreaCode: e.AreaCode,
			Link: "/p/items/" + e.ItemID, Values: map[string]string{"number": e.No, "title": mask.Public(e.Title), "reply": string(reply)}}
	}
	return a.Messages.SendTx(ctx, tx, notes)
}
