package app

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/rectify"
	"yiwang/internal/whistle"
)

// matters lets rectify open and look at cases and whistles.
type matters struct{ app *App }

// OpenCase registers a case for an item. Who may is judged by rectify; the case only notes where it comes from.
func (m matters) OpenCase(ctx context.Context, tx *db.Tx, n rectify.NewMatter) (rectify.Matter, error) {
	name := ""
	if p := auth.From(ctx); p != nil {
		name = p.Name
	}
	category := n.Category
	if category == "" {
		category = m.usual(n.Item.Field, n.Item.Title+" "+n.Text)
	}
	c, err := m.app.Cases.RegisterTx(auth.System(ctx, name), tx, cases.Report{Channel: cases.FromDepartment, Source: "满意度反向清单", Title: n.Title, Text: n.Text + "（整改事项 " + n.Item.No + "）",
		Category: category, AreaCode: n.Item.AreaCode, Address: mask.Public(n.Item.Place)})
	if err != nil {
		return rectify.Matter{}, err
	}
	return m.look(ctx, tx, rectify.LinkCase, c.ID)
}

// usual is the leaf of the field whose words fit best, "" if none does.
func (m matters) usual(field, text string) string {
	best, found := 0, ""
	for _, l := range m.app.Duties.Catalog().Leaves() {
		if !strings.HasPrefix(l.Code, field) {
			continue
		}
		hits := 0
		for _, k := range l.Keywords {
			if strings.Contains(text, k) {
				hits++
			}
		}
		if hits > best {
			best, found = hits, l.Code
		}
	}
	return found
}

// OpenWhistle drafts a whistle with the rights of the caller: the street blows, nobody else.
func (m matters) OpenWhistle(ctx context.Context, tx *db.Tx, n rectify.NewMatter) (rectify.Matter, error) {
	kind := whistle.Kind(n.Kind)
	if kind == "" {
		kind = "push"
	}
	d := whistle.NewWhistle{CaseID: n.CaseID, Kind: kind, Matter: n.Text, Reason: n.Reason}
	for _, u := range n.Units {
		d.Calls = append(d.Calls, whistle.NewCall{Unit: u.ID, Task: n.Text})
	}
	w, err := m.app.Whistles.DraftTx(ctx, tx, d)
	if err != nil {
		return rectify.Matter{}, err
	}
	return whistleMatter(w), nil
}

// Find returns what the caller sees under a number.
func (m matters) Find(ctx context.Context, tx *db.Tx, kind, number string) (rectify.Matter, error) {
	if kind == rectify.LinkWhistle {
		w, err := m.app.Whistles.ByNumberTx(ctx, tx, number)
		if err != nil {
			return rectify.Matter{}, err
		}
		return whistleMatter(w), nil
	}
	list, err := m.app.Cases.ListTx(ctx, tx, cases.Filter{Query: number}, httpx.PageIn{Limit: 20})
	if err != nil {
		return rectify.Matter{}, err
	}
	for n := range list.Items {
		if list.Items[n].Number == number {
			return m.look(ctx, tx, rectify.LinkCase, list.Items[n].ID)
		}
	}
	return rectify.Matter{}, errs.NotFound("cases.not_found", "There is no such case, or you may not see it.")
}

// Look returns how cases or whistles stand. The title is told to whoever may see the case itself.
func (m matters) Look(ctx context.Context, tx *db.Tx, kind string, ids []string) ([]rectify.Matter, error) {
	if kind == rectify.LinkWhistle {
		list, err := m.app.Whistles.KnownTx(ctx, tx, ids)
		out := make([]rectify.Matter, len(list))
		for n := range list {
			out[n] = ofWhistle(&list[n])
		}
		return out, err
	}
	list, err := m.app.Cases.KnownTx(ctx, tx, ids)
	out := make([]rectify.Matter, len(list))
	for n := range list {
		out[n] = ofCase(&list[n])
	}
	return out, err
}

// endings are the states of a case in which nobody has to do anything for the matter.
var endings = []cases.State{cases.Closed, cases.Archived, cases.SelfClosed, cases.ForceClosed}

// ofCase is how the matter of a case stands. A case that was merged into another goes on in that one: it has not ended
// before the other has.
func ofCase(k *cases.Known) rectify.Matter {
	c := k.Current()
	x := rectify.Matter{Kind: rectify.LinkCase, ID: k.ID, Number: k.Number, State: string(c.State), StateName: c.StateName, Result: string(c.Result), UnitName: c.LeadName, DueAt: c.DueAt, EndedAt: c.EndedAt}
	if k.Head != nil {
		x.StateName = "并入 " + c.Number + "，" + c.StateName
	}
	if x.EndedAt == nil && slices.Contains(endings, c.State) {
		if x.EndedAt = c.ClosedAt; x.EndedAt == nil {
			x.EndedAt = &c.ChangedAt
		}
	}
	if x.EndedAt != nil {
		x.DueAt = nil
	}
	if k.Seen && !k.Sensitive {
		x.Title = k.Title
	}
	return x
}

// ofWhistle is how a whistle stands. Who may not see it is not told the title, which is that of its case.
func ofWhistle(k *whistle.Known) rectify.Matter {
	x := whistleMatter(&k.Whistle)
	if !k.Seen {
		x.Title = ""
	}
	return x
}

// look returns one matter; NotFound if there is none.
func (m matters) look(ctx context.Context, tx *db.Tx, kind, id string) (rectify.Matter, error) {
	list, err := m.Look(ctx, tx, kind, []string{id})
	if err == nil && len(list) == 0 {
		err = errs.NotFound("cases.not_found", "There is no such case, or you may not see it.")
	}
	if err != nil {
		return rectify.Matter{}, err
	}
	return list[0], nil
}

// whistleWords are the words for the states of a whistle.
var whistleWords = map[whistle.State]string{whistle.Draft: "起草", whistle.Checked: "待同意", whistle.Approved: "待吹哨", whistle.Blown: "已吹哨", whistle.Done: "待销哨", whistle.Closed: "已销哨", whistle.Withdrawn: "已撤回"}

func whistleMatter(w *whistle.Whistle) rectify.Matter {
	return rectify.Matter{Kind: rectify.LinkWhistle, ID: w.ID, Number: w.Number, Title: w.Title, State: string(w.State), StateName: whistleWords[w.State], UnitName: w.UnitName, CaseID: w.CaseID, EndedAt: w.ClosedAt}
}

// raisers lets rectify ask those who left a number whether it is solved. The number stays here.
type raisers struct{ app *App }

func (r raisers) InviteTx(ctx context.Context, tx *db.Tx, i *rectify.Item, comments []string, draw func() (string, error)) (int, error) {
	phones, err := r.app.Survey.ContactsTx(ctx, tx, comments)
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
	return len(notes), r.app.Messages.SendTx(ctx, tx, notes)
}
