package demo

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/rectify"
)

// matters lets items open cases and see how they stand. No item of the demonstration is linked by number or blows a whistle.
type matters struct{ *house }

func (m matters) OpenCase(ctx context.Context, tx *db.Tx, n rectify.NewMatter) (rectify.Matter, error) {
	c, err := m.Cases.RegisterTx(auth.System(ctx, nameOf(ctx)), tx, cases.Report{Channel: cases.FromDepartment, Source: "满意度反向清单", Title: n.Title, Text: n.Text,
		AreaCode: n.Item.AreaCode, Address: mask.Public(n.Item.Place)})
	if err != nil {
		return rectify.Matter{}, err
	}
	return caseMatter(c), nil
}

func nameOf(ctx context.Context) string {
	if p := auth.From(ctx); p != nil {
		return p.Name
	}
	return ""
}

func caseMatter(c *cases.Case) rectify.Matter {
	return rectify.Matter{Kind: rectify.LinkCase, ID: c.ID, Number: c.Number, Title: c.Title, State: string(c.State), StateName: c.StateName, UnitName: c.LeadName, DueAt: c.DueAt, EndedAt: c.EndedAt}
}

func (m matters) OpenWhistle(context.Context, *db.Tx, rectify.NewMatter) (rectify.Matter, error) {
	return rectify.Matter{}, errs.Unavailable("whistle.none", "No whistle is blown for an item here.")
}

func (m matters) Find(context.Context, *db.Tx, string, string) (rectify.Matter, error) {
	return rectify.Matter{}, errs.NotFound("cases.not_found", "Nothing is linked by number here.")
}

func (m matters) Look(ctx context.Context, tx *db.Tx, _ string, ids []string) (out []rectify.Matter, err error) {
	for _, id := range ids {
		c, err := m.Cases.GetTx(auth.System(ctx, "demo"), tx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, caseMatter(c))
	}
	return out, nil
}

// raisers asks those who left a number.
type raisers struct{ *house }

func (r raisers) InviteTx(ctx context.Context, tx *db.Tx, i *rectify.Item, comments []string, draw func() (string, error)) (int, error) {
	phones, err := r.Survey.ContactsTx(ctx, tx, comments)
	if err != nil || len(phones) == 0 {
		return 0, err
	}
	notes := make([]messages.Note, len(phones))
	for n, phone := range phones {
		code, err := draw()
		if err != nil {
			return 0, err
		}
		notes[n] = messages.Note{Event: "item_judge", Audience: messages.ToReporter, Key: i.ID + "/judge/" + code[:4], Phone: phone, SubjectID: i.ID, Number: i.No, AreaCode: i.AreaCode,
			Link: rectify.JudgePath + "#" + code, Values: map[string]string{"number": i.No, "title": mask.Public(i.Title)}}
	}
	return len(notes), r.Messages.SendTx(ctx, tx, notes)
}
