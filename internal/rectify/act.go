package rectify

import (
	"cmp"
	"context"
	"slices"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/workcal"
)

// Move is what an action brings along; each action says which fields it reads.
type Move struct {
	Version     int64       `json:"version" doc:"Version of the item the caller saw"`
	Note        string      `json:"note,omitempty" maxLength:"4000"`
	LeadUnit    string      `json:"lead_unit,omitempty" maxLength:"60" doc:"issue: another unit than planned; adjudicate: whose it is"`
	CoUnits     []string    `json:"co_units,omitempty" maxItems:"8" doc:"issue: replaces the joint units"`
	Measure     string      `json:"measure,omitempty" maxLength:"4000" doc:"answer"`
	PromisedAt  *clock.Time `json:"promised_at,omitempty" doc:"answer: when it will be done"`
	Ground      string      `json:"ground,omitempty" maxLength:"40" doc:"return: one of the listed grounds, the note cites the provision; ask_suspension: one of the grounds of a suspension"`
	Days        int         `json:"days,omitempty" minimum:"0" maximum:"365" doc:"ask_extension, extend: work days; extend grants all if absent"`
	Level       int         `json:"level,omitempty" minimum:"0" maximum:"3" doc:"supervise: 1 urged, 2 supervision order, 3 leaders of the district; the next one if absent"`
	Result      Result      `json:"result,omitempty" maxLength:"20" doc:"done"`
	Outcome     string      `json:"outcome,omitempty" maxLength:"4000" doc:"done: what was done, or why it could not be"`
	Reply       string      `json:"reply,omitempty" maxLength:"4000" doc:"tell: the answer to those who spoke"`
	PageVersion int64       `json:"page_version,omitempty" doc:"publish: version of the page the caller saw"`
}

// guard decides about one action and changes the item; the workflow has set the new state already.
type guard func(s *Service, ctx context.Context, tx *db.Tx, i *Item, m *Move) error

var guards = map[Action]guard{
	ActConfirm:   (*Service).confirm,
	ActIssue:     (*Service).issue,
	ActAnswer:    (*Service).answer,
	ActReturn:    (*Service).giveBack,
	ActStart:     (*Service).start,
	ActDone:      (*Service).done,
	ActVerify:    (*Service).verify,
	ActRework:    (*Service).rework,
	ActTell:      (*Service).tell,
	ActPublish:   (*Service).publish,
	ActRetract:   (*Service).retract,
	ActWithdraw:  (*Service).withdraw,
	ActSupervise: (*Service).supervise,

	ActAdjudicate:    (*Service).adjudicate,
	ActSuspend:       (*Service).suspend,
	ActResume:        (*Service).resume,
	ActReply:         (*Service).replyToSupervision,
	ActLift:          (*Service).lift,
	ActAskExtension:  (*Service).askExtension,
	ActAskSuspension: (*Service).askSuspension,
	ActExtend:        (*Service).extend,
	ActRefuse:        (*Service).refuseRequest,
	ActReview:        (*Service).review,
}

// Act takes one action of the workflow. It returns NotFound for an item the caller does not see, Forbidden without the
// edge's permission or when the caller is the wrong party, Conflict (with the current item) if the item has changed or
// the action does not fit its state, Invalid if something the action needs is missing.
func (s *Service) Act(ctx context.Context, id string, a Action, m Move) (i *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err = s.ActTx(ctx, tx, id, a, m)
		return err
	})
	return i, err
}

// ActTx is Act inside the caller's transaction.
func (s *Service) ActTx(ctx context.Context, tx *db.Tx, id string, a Action, m Move) (*Item, error) {
	if !a.known() {
		return nil, errs.NotFound("rectify.no_action", "There is no such action.")
	}
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if i.Version != m.Version {
		return nil, stale(i)
	}
	e, err := edgeOf(i, a)
	if err != nil {
		return nil, err
	}
	if err := admit(ctx, tx, e, i); err != nil {
		return nil, err
	}
	if err := checkTexts(prose.Optional("note", &m.Note, maxNote)); err != nil {
		return nil, err
	}
	from := i.State
	if err := guards[a](s, ctx, tx, i, &m); err != nil {
		return nil, err
	}
	i.State = e.to
	if err := saveItem(ctx, tx, i); err != nil {
		return nil, err
	}
	return i, s.record(ctx, tx, a, from, i, m.Ground, mask.Text(m.Note))
}

// load returns the item if the caller sees it, NotFound otherwise.
func (s *Service) load(ctx context.Context, tx *db.Tx, id string) (*Item, error) {
	i, err := findItem(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !sees(ctx, i) {
		return nil, errs.NotFound("rectify.not_found", "There is no such item, or you may not see it.")
	}
	i.derive(s.catalog, tx.Time())
	return i, nil
}

func edgeOf(i *Item, a Action) (edge, error) {
	if e, ok := edgeFor(i, a); ok {
		return e, nil
	}
	return edge{}, errs.Conflict("rectify.bad_transition", "The item is not in a state for this action.").With(i)
}

func (s *Service) confirm(_ context.Context, _ *db.Tx, i *Item, _ *Move) error {
	if i.LeadUnit == "" {
		return missing("rectify.need_lead", "lead_unit", "Name the lead unit first.")
	}
	if i.Voices == 0 && i.RecursOf == "" { // one that residents call unsolved has their verdicts instead
		return missing("rectify.need_comments", "comments", "An item needs at least one comment.")
	}
	return nil
}

// issue gives the item to its lead unit.
func (s *Service) issue(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if i.State == Returned && m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the item is issued again.")
	}
	return s.give(ctx, tx, i, m)
}

// give names the lead unit and starts its clock: the work days of the field, counted from now by the calendar in force.
func (s *Service) give(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	lead, before := cmp.Or(m.LeadUnit, i.LeadUnit), i.LeadUnit
	u, err := s.openUnit(ctx, tx, lead) // the planned one may have closed since
	if err != nil {
		return asField(err, "body.lead_unit", lead)
	}
	i.LeadUnit, i.LeadName, i.LeadArea = u.ID, u.Name, u.AreaCode
	if m.CoUnits != nil {
		if err := s.joint(ctx, tx, i, m.CoUnits); err != nil {
			return err
		}
	}
	category, ok := s.catalog.Category(i.Field)
	if !ok {
		return missing("rectify.need_field", "field", "The field is no longer in the list; amend the item.")
	}
	if before != i.LeadUnit {
		if err := s.endSupervision(ctx, tx, i, ActIssue, "issued"); err != nil {
			return err
		}
	}
	c, err := s.startClock(ctx, tx, i, HandleClock, i.LeadUnit, workcal.Limit{N: category.RectifyDays, Unit: workcal.WorkDay})
	if err != nil {
		return err
	}
	if i.IssuedAt == nil {
		i.IssuedAt = &c.StartedAt
	}
	i.DueAt, i.Phase = &c.DueAt, c.Phase
	return nil
}

func (s *Service) answer(_ context.Context, tx *db.Tx, i *Item, m *Move) error {
	if err := checkTexts(prose.Needed("measure", &m.Measure, maxNote)); err != nil {
		return err
	}
	if m.PromisedAt == nil || !m.PromisedAt.After(tx.Now()) {
		return missing("rectify.need_date", "promised_at", "Name a date in the future by which it will be done.")
	}
	now := tx.Time()
	i.Measure, i.PromisedAt, i.AnsweredAt = mask.Text(m.Measure), m.PromisedAt, &now
	return nil
}

// giveBack is the one return of an item; the second one goes to joint adjudication. A unit that was named there keeps it.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if !slices.Contains(Grounds, m.Ground) {
		return errs.Invalid("rectify.no_ground", "A return needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: m.Ground})
	}
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Cite the provision the return rests on.")
	}
	if i.DecidedUnit == i.LeadUnit {
		return errs.Conflict("rectify.adjudicated", "A joint adjudication has named this unit; the item cannot be returned.").With(i)
	}
	if err := endClock(ctx, tx, i.ID, HandleClock, ActReturn, nil); err != nil {
		return err
	}
	if err := dropRequest(ctx, tx, i); err != nil {
		return err
	}
	i.Returns++
	i.Phase = ""
	if i.Returns == 1 {
		return nil
	}
	rules, err := s.rulesTx(ctx, tx)
	if err != nil {
		return err
	}
	_, err = s.startClock(ctx, tx, i, PanelClock, "", rules.limit(rules.Adjudicate))
	return err
}

func (s *Service) start(context.Context, *db.Tx, *Item, *Move) error { return nil }

func (s *Service) done(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if !slices.Contains(Results, m.Result) {
		return errs.Invalid("rectify.no_result", "Say how it ended.", errs.Field{Location: "body.result", Message: "not in the list", Value: m.Result})
	}
	if err := checkTexts(prose.Needed("outcome", &m.Outcome, maxNote)); err != nil {
		return err
	}
	now := tx.Time()
	i.Result, i.Outcome, i.DoneAt = m.Result, mask.Text(m.Outcome), &now
	if err := dropRequest(ctx, tx, i); err != nil {
		return err
	}
	if err := s.park(ctx, tx, i.ID); err != nil {
		return err
	}
	return shown(ctx, tx, i)
}

// shown returns Invalid for something put right without photos before and after.
func shown(ctx context.Context, tx *db.Tx, i *Item) error {
	if i.Result != Resolved && i.Result != Partly {
		return nil
	}
	photos, err := evidenceOf(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, phase := range []string{Before, After} {
		if !slices.ContainsFunc(photos, func(e Evidence) bool { return e.Phase == phase }) {
			return errs.Invalid("rectify.no_evidence", "Add a photo from before and one from after the work.",
				errs.Field{Location: "evidence." + phase, Message: "required"})
		}
	}
	return nil
}

func (s *Service) verify(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say what was found on site.")
	}
	if err := shown(ctx, tx, i); err != nil {
		return err
	}
	if err := s.heard(ctx, tx, i); err != nil {
		return err
	}
	now := tx.Time()
	i.VerifiedAt, i.Phase = &now, ""
	if err := s.endSupervision(ctx, tx, i, ActVerify, "verified"); err != nil {
		return err
	}
	return endClock(ctx, tx, i.ID, HandleClock, ActVerify, i.DoneAt)
}

func (s *Service) rework(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say what is still wrong.")
	}
	i.DoneAt = nil
	i.Reworks++
	return s.wake(ctx, tx, i)
}

func (s *Service) tell(_ context.Context, tx *db.Tx, i *Item, m *Move) error {
	if err := checkTexts(prose.Needed("reply", &m.Reply, maxNote)); err != nil {
		return err
	}
	now := tx.Time()
	i.Reply, i.ToldAt = mask.Public(m.Reply), &now
	return nil
}

func (s *Service) withdraw(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the item is withdrawn.")
	}
	comments, err := s.opinions.IDsOfItemTx(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, c := range comments {
		if err := s.opinions.DetachTx(ctx, tx, i.ID, c); err != nil {
			return err
		}
	}
	return nil
}

func missing(code, field, message string) error {
	return errs.Invalid(code, message, errs.Field{Location: "body." + field, Message: "required"})
}
