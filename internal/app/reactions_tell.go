package app

import (
	"context"
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// tellOfCases: whoever has to act, who is overdue, the tier above and those who reported are told. The words are templates
// of messages; here stands only who learns of what.
func (a *App) tellOfCases() {
	outbox.OnBatch(a.Bus, []string{cases.TopicRegistered, cases.TopicMoved}, "messages.moves", func(ctx context.Context, tx *db.Tx, events []cases.Moved) error {
		var notes []messages.Note
		var wanted []string
		for i := range events {
			if reportersEvent(&events[i]) != "" {
				wanted = append(wanted, events[i].CaseID)
			}
		}
		told, err := a.Cases.ToldTx(ctx, tx, wanted)
		if err != nil {
			return err
		}
		for i := range events {
			t := telling{app: a, tx: tx, e: &events[i], told: told}
			if err := t.move(ctx); err != nil {
				return err
			}
			notes = append(notes, t.notes...)
		}
		return a.Messages.SendTx(ctx, tx, notes)
	})
	outbox.On(a.Bus, cases.TopicEmergency, "messages.emergency", a.tellOfEmergency)
	outbox.OnBatch(a.Bus, []string{cases.TopicWarned, cases.TopicOverdue, cases.TopicDormant, cases.TopicReview}, "messages.lapses", func(ctx context.Context, tx *db.Tx, events []cases.Lapse) error {
		var notes []messages.Note
		for i := range events {
			more, err := a.notesOfLapse(ctx, tx, &events[i])
			if err != nil {
				return err
			}
			notes = append(notes, more...)
		}
		return a.Messages.SendTx(ctx, tx, notes)
	})
}

// telling gathers the notes of one move.
type telling struct {
	app   *App
	tx    *db.Tx
	e     *cases.Moved
	told  map[string]cases.Told // read once for all events of a batch
	notes []messages.Note
}

// toUnits is what the unit that leads or holds the case is told, by action.
var toUnits = map[string]string{"dispatch": "dispatched", "adjudicate": "dispatched", "rework": "reworked", "urge": "urged", "supervise": "supervised",
	"extend": "decided", "suspend": "decided", "refuse_request": "decided", "supplement": "supplemented"}

// toReporters is what those who reported are told, by action.
var toReporters = map[string]string{"report": "registered", "accept": "accepted", "confirm": "accepted", "reject": "rejected", "extend": "extended", "suspend": "suspended",
	"close": "closed", "self_handle": "closed", "force_close": "closed", "reopen": "reopened", "complain": "reopened", "merge": "merged", "unmerge": "unmerged", "ask_reporter": "asked"}

func (t *telling) move(ctx context.Context) error {
	e := t.e
	if event, ok := toUnits[e.Action]; ok {
		t.unit(event, messages.ToUnit, lead(e))
	}
	switch e.Action {
	case "report":
		if e.Urgent {
			t.unit("registered", messages.ToDesk, e.Holder)
		}
	case "recall":
		if e.ForUnit != "" && e.ForUnit != e.ActorUnit { // it had the case, and hears of it though it may not open it any more
			t.add(messages.Note{Event: "recalled", Audience: messages.ToUnit, Unit: e.ForUnit, Needs: cases.PermRead, Link: caseLink(e.CaseID)})
		}
	case "return":
		t.unit(map[bool]string{true: "adjudicate", false: "returned"}[e.To == cases.Adjudicating], messages.ToDesk, e.Holder)
	case "escalate":
		t.unit("escalated", messages.ToDesk, e.Holder)
	case "ask_extension", "ask_suspension":
		return t.desk(ctx, "asked")
	case "answer_supervision":
		return t.tellSupervisors(ctx)
	case "reopen", "complain", "audit":
		if e.To == cases.Rework {
			t.unit("reopened", messages.ToUnit, e.LeadUnit)
		}
		if e.Action == "complain" {
			if err := t.desk(ctx, "complained"); err != nil {
				return err
			}
		}
	}
	t.parts()
	if err := t.officer(ctx); err != nil {
		return err
	}
	t.reporters()
	return nil
}

// lead is the unit that deals with the case, the desk before it is dispatched.
func lead(e *cases.Moved) string {
	if e.LeadUnit != "" {
		return e.LeadUnit
	}
	return e.Holder
}

func (t *telling) unit(event string, audience messages.Audience, unit string) {
	if unit != "" && unit != t.e.ActorUnit { // who did it knows
		n := messages.Note{Event: event, Audience: audience, Unit: unit, Link: caseLink(t.e.CaseID)}
		n.Needs, n.Within = readers(unit, t.e.LeadUnit, t.e.Holder, t.e.AreaCode, t.e.Sensitive)
		t.add(n)
	}
}

// readers says which members of a unit may open a case: those who read cases if it lies with the unit, else those of them who watch
// over its area; a sensitive case opens only with the permission then.
func readers(unit, lead, holder, area string, sensitive bool) (needs, within string) {
	switch {
	case unit == lead || unit == holder:
		return cases.PermRead, ""
	case sensitive:
		return cases.PermSensitive, area
	}
	return cases.PermRead, area
}

// desk tells the unit that decides on the tier of the case.
func (t *telling) desk(ctx context.Context, event string) error {
	u, err := t.app.Cases.Desk(ctx, t.tx, t.e.Level, t.e.AreaCode)
	if err == nil {
		t.unit(event, messages.ToDesk, u.ID)
	}
	return err
}

// officer tells who is to go there: the person named, or those of the community.
func (t *telling) officer(ctx context.Context) error {
	e := t.e
	event := map[cases.State]string{cases.Inspecting: "inspect_wanted", cases.Checking: "check_wanted"}[e.To]
	if event == "" || e.From == e.To && e.Action != "assign" {
		return nil
	}
	n := messages.Note{Event: event, Audience: messages.ToOfficer, User: e.Officer, Link: caseLink(e.CaseID)}
	if e.Officer == "" {
		u, found, err := t.app.Cases.UnitForTx(ctx, t.tx, e.AreaCode, "community_committee")
		if err != nil || !found || u.ID == e.LeadUnit { // nobody verifies their own work
			return err
		}
		n.Unit = u.ID
		n.Needs, n.Within = readers(u.ID, e.LeadUnit, e.Holder, e.AreaCode, e.Sensitive)
	}
	t.add(n)
	return nil
}

// reportersEvent is what those who reported are told of a move, "" for nothing.
func reportersEvent(e *cases.Moved) string {
	if e.Action == "file" && e.From == cases.Reported {
		return "accepted"
	}
	return toReporters[e.Action]
}

// reporters tells everybody who reported and wants to be told.
func (t *telling) reporters() {
	e, event := t.e, reportersEvent(t.e)
	if event == "" {
		return
	}
	told := t.told[e.CaseID]
	for _, k := range told.People {
		if k.Phone == "" {
			continue
		}
		link := "/p/follow"
		if k.Code != "" {
			link += "#" + k.Code // behind the mark, so that no server or proxy writes it down
		}
		n := messages.Note{Event: event, Audience: messages.ToReporter, Phone: k.Phone, Link: link, Values: map[string]string{"reply": told.Reply}}
		if e.PromisedAt != nil && event != "registered" {
			n.Values["due"] = moment(e.PromisedAt)
		}
		t.add(n)
	}
}

// add completes a note with what all of one move share.
func (t *telling) add(n messages.Note) {
	e := t.e
	n.Key, n.SubjectID, n.Number, n.AreaCode, n.Urgent = e.CaseID+"/"+e.Action+"/"+e.At.UTC().Format("20060102150405.000"), e.CaseID, e.Number, e.AreaCode, e.Urgent
	values := map[string]string{"number": e.Number, "title": e.Title, "due": moment(e.DueAt), "note": requests[e.Action]}
	if e.AnswerBy != nil {
		values["due"] = moment(e.AnswerBy)
	}
	if e.Sensitive {
		values["title"] = "敏感事件"
	}
	for k, v := range n.Values {
		values[k] = v
	}
	n.Values = values
	t.notes = append(t.notes, n)
}

// requests are the words for requests and their answers.
var requests = map[string]string{"ask_extension": "延期申请", "ask_suspension": "挂账申请", "extend": "已同意延期", "suspend": "已同意挂账", "refuse_request": "申请未获同意"}

// stages are the words for the kinds of clocks.
var stages = map[string]string{cases.StageAccept: "受理", cases.StageInspect: "核实", cases.StageFile: "立案", cases.StageDispatch: "派遣", cases.StageSign: "签收",
	cases.StageAdjudicate: "研判", cases.StageHandle: "处置", cases.StageCheck: "核查", cases.StageClose: "结案", cases.StageRevisit: "回访", cases.StagePart: "协办", cases.StageWhistle: "吹哨响应"}

// notesOfLapse: shortly before the end the unit is told, at the end the unit and the tier above.
func (a *App) notesOfLapse(ctx context.Context, tx *db.Tx, e *cases.Lapse) ([]messages.Note, error) {
	if e.Phase == "amber" {
		return nil, nil // half of the time: the lamp in the list says it
	}
	n := messages.Note{Event: "warned", Audience: messages.ToUnit, Unit: e.UnitID, Key: e.ClockID + "/" + e.Phase, SubjectID: e.CaseID, Number: e.Number, AreaCode: e.AreaCode,
		Urgent: e.Urgent, Link: caseLink(e.CaseID), Values: map[string]string{"number": e.Number, "title": e.Title, "stage": stages[e.Kind], "due": moment(&e.DueAt)}}
	to := func(n *messages.Note, unit string) {
		n.Unit = unit
		n.Needs, n.Within = readers(unit, e.LeadUnit, e.Holder, e.AreaCode, e.Sensitive)
	}
	if n.Needs = cases.PermRead; e.Kind != cases.StagePart { // a unit that only helps sees the case whatever its areas are
		to(&n, e.UnitID)
	}
	var notes []messages.Note
	var err error
	switch e.Phase {
	case "dormant", "review": // nothing happens, or nobody looked at a suspension: who holds it, and the desk of its tier
		n.Event = map[string]string{"dormant": "dormant", "review": "review_due"}[e.Phase]
		n.Key += "/" + e.At.UTC().Format("20060102")
		desk, err := a.Cases.Desk(ctx, tx, e.CaseLevel, e.AreaCode)
		if err != nil {
			return nil, err
		}
		if desk.ID != "" && desk.ID != e.UnitID {
			d := n
			d.Audience = messages.ToDesk
			to(&d, desk.ID)
			notes = append(notes, d)
		}
	case "supervision":
		n.Event = "supervision_due"
		if notes, err = a.unansweredNotes(ctx, tx, e, n); err != nil {
			return nil, err
		}
	case "red":
		n.Event = "overdue"
		up, name, err := a.above(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		if up != "" && up != e.UnitID {
			superior := n
			superior.Audience = messages.ToSuperior
			to(&superior, up)
			superior.Values = map[string]string{"unit": name}
			for k, v := range n.Values {
				superior.Values[k] = v
			}
			notes = append(notes, superior)
		}
	}
	if n.Unit != "" {
		notes = append(notes, n)
	}
	return notes, nil
}

// above returns the desk one tier higher than the clock's, and the name of the unit that is late.
func (a *App) above(ctx context.Context, tx *db.Tx, e *cases.Lapse) (desk, late string, err error) {
	if e.UnitID != "" {
		u, err := a.Identity.UnitTx(ctx, tx, e.UnitID)
		if err != nil {
			return "", "", err
		}
		late = u.Name
	}
	i := slices.Index(cases.Levels, e.Level)
	u, err := a.Cases.Desk(ctx, tx, cases.Levels[min(i+1, len(cases.Levels)-1)], e.AreaCode)
	return u.ID, late, err
}

// moment is a time as messages write it: 11月23日17:00.
func moment(at *clock.Time) string {
	if at == nil {
		return ""
	}
	return at.In(clock.Nanjing).Format("1月2日15:04")
}

func caseLink(id string) string { return "/cases/" + id }
