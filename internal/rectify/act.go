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
	Version    int64       `json:"version" doc:"Version of the item the caller saw"`
	Note       string      `json:"note,omitempty" maxLength:"4000"`
	LeadUnit   string      `json:"lead_unit,omitempty" maxLength:"60" doc:"issue: another unit than planned"`
	CoUnits    []string    `json:"co_units,omitempty" maxItems:"8" doc:"issue: replaces the joint units"`
	Measure    string      `json:"measure,omitempty" maxLength:"4000" doc:"answer"`
	PromisedAt *clock.Time `json:"promised_at,omitempty" doc:"answer: when it will be done"`
	Ground     string      `json:"ground,omitempty" maxLength:"40" doc:"return: one of the listed grounds; the note cites the provision"`
	Result     Result      `json:"result,omitempty" maxLength:"20" doc:"done"`
	Outcome    string      `json:"outcome,omitempty" maxLength:"4000" doc:"done: what was done, or why it could not be"`
	Reply      string      `json:"reply,omitempty" maxLength:"4000" doc:"tell: the answer to those who spoke"`
	Photos     []string    `json:"photos,omitempty" maxItems:"20" doc:"publish: evidence to show; all if absent"`
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
	ActWithdraw:  (*Service).withdraw,
	ActSupervise: (*Service).supervise,
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
	if a == ActReturn || a == ActVerify {
		if err := endClock(ctx, tx, i.ID, a); err != nil {
			return nil, err
		}
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
	if a == ActSupervise && slices.Contains(supervisable, i.State) && !i.Supervised {
		return edge{i.State, a, PermIssue, office, ""}, nil
	}
	if e, ok := i.State.edgeFor(a); ok {
		return e, nil
	}
	return edge{}, errs.Conflict("rectify.bad_transition", "The item is not in a state for this action.").With(i)
}

func (s *Service) confirm(_ context.Context, _ *db.Tx, i *Item, _ *Move) error {
	if i.LeadUnit == "" {
		return missing("rectify.need_lead", "lead_unit", "Name the lead unit first.")
	}
	if i.Voices == 0 {
		return missing("rectify.need_comments", "comments", "An item needs at least one comment.")
	}
	return nil
}

// issue starts a clock for the lead unit: the work days of the field, counted from now by the calendar in force.
func (s *Service) issue(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	lead := cmp.Or(m.LeadUnit, i.LeadUnit)
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
	if i.State == Returned && m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the item is issued again.")
	}
	category, ok := s.catalog.Category(i.Field)
	if !ok {
		return missing("rectify.need_field", "field", "The field is no longer in the list; amend the item.")
	}
	now := tx.Time()
	calendar := s.calendar.Current()
	limit := workcal.Limit{N: category.RectifyDays, Unit: workcal.WorkDay}
	c := &Clock{ID: db.NewID(tx), ItemID: i.ID, UnitID: i.LeadUnit, StartedAt: now, Limit: limit, Calendar: calendar.Version()}
	why := calendar.Explain(now.Time, limit)
	c.DueAt, c.Steps.V = clock.At(why.Due), why.Steps
	if i.IssuedAt == nil {
		i.IssuedAt = &now
	}
	i.DueAt = &c.DueAt
	return insertClock(ctx, tx, c)
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

// giveBack is the one return a unit has; a second one is for joint adjudication.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if !slices.Contains(Grounds, m.Ground) {
		return errs.Invalid("rectify.no_ground", "A return needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: m.Ground})
	}
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Cite the provision the return rests on.")
	}
	steps, err := historyOf(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, h := range steps {
		if h.Action == ActReturn && h.ForUnit == i.LeadUnit {
			return errs.Conflict("rectify.returned_before", "The unit has returned this item once; a second return goes to joint adjudication.").With(i)
		}
	}
	return nil
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
	now := tx.Time()
	i.VerifiedAt = &now
	return shown(ctx, tx, i)
}

func (s *Service) rework(_ context.Context, _ *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say what is still wrong.")
	}
	i.DoneAt = nil
	i.Reworks++
	return nil
}

func (s *Service) tell(_ context.Context, tx *db.Tx, i *Item, m *Move) error {
	if err := checkTexts(prose.Needed("reply", &m.Reply, maxNote)); err != nil {
		return err
	}
	now := tx.Time()
	i.Reply, i.ToldAt = mask.Public(m.Reply), &now
	return nil
}

func (s *Service) publish(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	photos, err := evidenceOf(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, e := range photos {
		known[e.ID] = true
		if m.Photos == nil || slices.Contains(m.Photos, e.ID) {
			if _, err := tx.Exec(ctx, "UPDATE item_evidence SET public = TRUE WHERE id = $1", e.ID); err != nil {
				return err
			}
		}
	}
	for _, id := range m.Photos {
		if !known[id] {
			return errs.Invalid("rectify.unknown_reference", "Choose photos of this item.", errs.Field{Location: "body.photos", Message: "not of this item", Value: id})
		}
	}
	now := tx.Time()
	i.PublishedAt = &now
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

func (s *Service) supervise(_ context.Context, _ *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the item is put under supervision.")
	}
	i.Supervised = true
	return nil
}

func missing(code, field, message string) error {
	return errs.Invalid(code, message, errs.Field{Location: "body." + field, Message: "required"})
}
