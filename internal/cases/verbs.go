package cases

import (
	"context"
	"slices"

	"yiwang/internal/duty"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// verb changes the case as its action asks; the workflow has set the new state already and may be overruled by one of
// the action's other targets.
type verb func(ctx context.Context, tx *db.Tx, t *step) error

// verb returns what an action changes beyond the state, nil if nothing.
func (s *Service) verb(action string) verb {
	switch action {
	case "inspect", "assign":
		return s.nameOfficer
	case "accept", "confirm":
		return s.accept
	case "refute":
		return s.refute
	case "reject":
		return s.reject
	case "appeal":
		return s.appeal
	case "self_handle":
		return s.selfHandle
	case "file":
		return s.file
	case "dispatch":
		return s.dispatch
	case "adjudicate":
		return s.adjudicate
	case "recall":
		return s.recall
	case "sign", "start":
		return s.sign
	case "return":
		return s.giveBack
	case "handle":
		return s.handle
	case "verify":
		return s.verify
	case "rework":
		return s.rework
	case "close":
		return s.close
	case "revisit", "answer":
		return s.revisit
	case "reopen", "complain":
		return s.reopen
	case "audit":
		return s.audit
	}
	return s.overlay(action)
}

// overlay are the verbs that mark a case in any state.
func (s *Service) overlay(action string) verb {
	switch action {
	case "supervise":
		return s.supervise
	case "answer_supervision":
		return s.answerSupervision
	case "lift_supervision":
		return s.liftSupervision
	case "escalate":
		return s.escalate
	case "delegate":
		return s.delegate
	case "correct":
		return s.correct
	case "comment":
		return s.comment
	case "interim":
		return func(_ context.Context, _ *db.Tx, t *step) error { t.seen = ForReporter; return nil }
	case "whistle":
		return func(_ context.Context, _ *db.Tx, t *step) error { t.c.Joint = true; return nil }
	case "force_close":
		return s.forceClose
	case "void":
		return s.void
	case "merge":
		return s.mergeInto
	case "unmerge":
		return s.unmergeFrom
	case "ask_extension", "ask_suspension":
		return s.ask
	case "extend", "suspend", "refuse_request":
		return s.decide
	case "review":
		return s.review
	case "resume", "go_on", "supplement":
		return s.resume
	case "ask_reporter":
		return s.askReporter
	}
	return nil
}

// nameOfficer names who inspects or verifies; nobody named means any officer of the grid.
func (s *Service) nameOfficer(ctx context.Context, tx *db.Tx, t *step) error {
	if t.m.Officer == "" {
		t.c.Officer = ""
		return nil
	}
	holders, err := s.People.HoldersTx(ctx, tx, PermCheck, t.c.AreaCode)
	if err != nil {
		return err
	}
	for _, h := range holders {
		if h.ID == t.m.Officer {
			t.c.Officer = h.ID
			t.detail["officer"] = h.Name
			return nil
		}
	}
	return errs.Invalid("cases.unknown_officer", "Choose an officer of this area.", errs.Field{Location: "body.officer", Message: "nobody who checks here", Value: t.m.Officer})
}

func (s *Service) accept(_ context.Context, tx *db.Tx, t *step) error {
	now := tx.Time()
	t.c.AcceptedAt = &now
	return nil
}

func (s *Service) refute(_ context.Context, _ *db.Tx, t *step) error {
	t.c.Officer = ""
	return nil
}

// reject turns a report down. Whoever turned it down before does not answer the appeal with another refusal, also where no
// higher tier works in the system.
func (s *Service) reject(ctx context.Context, tx *db.Tx, t *step) error {
	if !slices.Contains(RejectGrounds, t.m.Ground) {
		return errs.Invalid("cases.no_ground", "A rejection needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: t.m.Ground})
	}
	if p := auth.From(ctx); p != nil && p.UserID != "" {
		before, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_history WHERE case_id = $1 AND action = 'reject' AND actor_id = $2", t.c.ID, p.UserID)
		if err != nil {
			return err
		}
		if before > 0 {
			return errs.Forbidden("cases.rejected_before", "You have rejected this report before; somebody else has to answer the appeal, or you accept it.")
		}
	}
	t.c.Result, t.c.Reply = Explained, t.m.Reply
	if t.m.Ground == "beyond_government" || t.m.Ground == "in_court" {
		t.c.Result = NotOurs
	}
	return nil
}

// appeal takes a rejected report up again, one tier higher than who rejected it.
func (s *Service) appeal(_ context.Context, _ *db.Tx, t *step) error {
	t.c.Level = higher(t.c.Level)
	t.c.Result, t.c.AcceptedAt, t.seen = "", nil, ForReporter
	return nil
}

func higher(l Level) Level {
	if i := rank(l); i >= 0 && i < len(Levels)-1 {
		return Levels[i+1]
	}
	return l
}

func (s *Service) selfHandle(_ context.Context, tx *db.Tx, t *step) error {
	now := tx.Time()
	if t.m.Category != "" {
		t.c.Category = t.m.Category
	}
	t.c.Result, t.c.Outcome, t.c.Reply = t.m.Result, t.m.Outcome, t.m.Outcome
	t.c.HandledAt, t.c.ClosedAt = &now, &now
	t.c.Audit = draw(t.c.ID, t.c.Audit)
	return nil
}

func (s *Service) file(ctx context.Context, tx *db.Tx, t *step) error {
	leaf, ok := s.Duties.Catalog().Leaf(t.m.Category)
	if !ok {
		return errs.Invalid("cases.need_category", "Choose a category.", errs.Field{Location: "body.category", Message: "not in the tree", Value: t.m.Category})
	}
	now := tx.Time()
	c := t.c
	c.Category, c.Sensitive, c.FiledAt = leaf.Code, c.Sensitive || leaf.Sensitive, &now
	if t.m.Component != "" {
		c.Component = t.m.Component
	}
	if c.AcceptedAt == nil {
		c.AcceptedAt = &now
	}
	c.Urgent = c.Urgent || leaf.Emergency
	if t.m.Urgent != nil {
		c.Urgent = *t.m.Urgent
	}
	if entry := Level(leaf.Entry); rank(entry) > rank(c.Level) {
		c.Level = entry
	}
	return s.promise(ctx, tx, c)
}

// dispatch hands the case to the unit that leads and to those that assist.
func (s *Service) dispatch(ctx context.Context, tx *db.Tx, t *step) error {
	lead, err := s.unitByID(ctx, tx, t.m.LeadUnit, "lead_unit")
	if err != nil {
		return err
	}
	now := tx.Time()
	c := t.c
	t.detail["before"] = c.LeadName
	c.LeadUnit, c.LeadName, c.DispatchedAt, c.SignedAt = lead.ID, nameOf(lead.Short, lead.Name), &now, nil
	if c.FirstUnit == "" {
		c.FirstUnit = lead.ID
	}
	c.Dispatches++
	t.seen = ForReporter
	return s.joinUnits(ctx, tx, t)
}

func nameOf(short, name string) string {
	if short != "" {
		return short
	}
	return name
}

func (s *Service) adjudicate(ctx context.Context, tx *db.Tx, t *step) error {
	if err := s.dispatch(ctx, tx, t); err != nil {
		return err
	}
	if !t.m.Precedent {
		return nil
	}
	no, err := s.Duties.PrecedentTx(ctx, tx, duty.NewPrecedent{CaseID: t.c.ID, Number: t.c.Number, Category: t.c.Category, Component: t.c.Component, Area: t.c.AreaCode, Lead: t.m.LeadUnit, Reason: t.m.Note})
	t.detail["precedent"] = no
	return err
}

func (s *Service) recall(ctx context.Context, tx *db.Tx, t *step) error {
	t.c.LeadUnit, t.c.LeadName, t.c.DispatchedAt = "", "", nil
	return s.callBack(ctx, tx, t)
}

// sign accepts the case; what an earlier unit kept as interim measures goes over to this one.
func (s *Service) sign(_ context.Context, tx *db.Tx, t *step) error {
	if t.c.SignedAt == nil {
		now := tx.Time()
		t.c.SignedAt = &now
	}
	if t.c.FirstUnit != t.c.LeadUnit {
		t.detail["handed_over"] = t.c.FirstUnit
		t.c.FirstUnit = t.c.LeadUnit
	}
	return nil
}

// giveBack is the return of a unit; the second return of a case goes to joint adjudication. The first unit keeps interim
// measures until another unit has signed.
func (s *Service) giveBack(_ context.Context, _ *db.Tx, t *step) error {
	t.c.Returns++
	t.detail["lead"] = t.c.LeadName
	if t.c.Returns >= 2 {
		t.c.State = Adjudicating
	}
	t.c.LeadUnit, t.c.LeadName, t.c.SignedAt = "", "", nil
	return nil
}

func (s *Service) handle(ctx context.Context, tx *db.Tx, t *step) error {
	now := tx.Time()
	c := t.c
	c.Result, c.Outcome, c.HandledAt = t.m.Result, t.m.Outcome, &now
	return s.sign(ctx, tx, t)
}

func (s *Service) verify(_ context.Context, tx *db.Tx, t *step) error {
	now := tx.Time()
	t.c.CheckedAt = &now
	if t.detail["remote"] == true {
		t.c.Audit = "due"
	}
	return nil
}

func (s *Service) rework(_ context.Context, _ *db.Tx, t *step) error {
	t.c.Reworks++
	t.c.CheckedAt = nil
	if t.c.Reworks >= falseClosures {
		t.detail["false_closure"] = true
	}
	return nil
}

// falseClosures is after how many failed verifications a case counts as closed falsely (event-categories.yaml, false_close).
const falseClosures = 2

func (s *Service) close(_ context.Context, tx *db.Tx, t *step) error {
	now := tx.Time()
	t.c.ClosedAt, t.c.Reply, t.seen = &now, t.m.Reply, ForReporter
	t.c.Audit = draw(t.c.ID, t.c.Audit)
	return nil
}

func (s *Service) forceClose(_ context.Context, tx *db.Tx, t *step) error {
	if !slices.Contains(Results, t.m.Result) {
		return errs.Invalid("cases.no_result", "Say how it ended.", errs.Field{Location: "body.result", Message: "not in the list", Value: t.m.Result})
	}
	now := tx.Time()
	t.c.ClosedAt, t.c.Result, t.c.Reply, t.c.Audit, t.seen = &now, t.m.Result, t.m.Reply, "due", ForReporter
	return nil
}

// VoidGrounds are the grounds on which a case is declared void.
var VoidGrounds = []string{"duplicate", "test", "mistaken", "withdrawn"}

// void takes a case out of the figures; like an ending by force it is always checked by somebody else.
func (s *Service) void(_ context.Context, _ *db.Tx, t *step) error {
	if !slices.Contains(VoidGrounds, t.m.Ground) {
		return errs.Invalid("cases.no_ground", "Declaring a case void needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: t.m.Ground})
	}
	t.c.Result, t.c.Audit = Withdrawn, "due"
	return nil
}

// escalate hands the case one tier up by hand; what the clocks do by themselves is lapse.
func (s *Service) escalate(_ context.Context, _ *db.Tx, t *step) error {
	if t.c.Level == City {
		return errs.Conflict("cases.top", "The case lies with the highest tier already.")
	}
	t.c.Level = higher(t.c.Level)
	t.detail["to"] = t.c.Level
	return nil
}

func (s *Service) delegate(ctx context.Context, _ *db.Tx, t *step) error {
	at := rank(t.c.Level)
	if at <= rank(Community) {
		return errs.Conflict("cases.bottom", "There is no desk below to hand the case to.")
	}
	if p := auth.From(ctx); rank(tier(p, t.c.AreaCode)) < at {
		return errs.Forbidden("cases.higher_tier", "The case lies with a higher tier now.")
	}
	t.c.Level = Levels[at-1]
	t.detail["to"] = t.c.Level
	return nil
}

func (s *Service) comment(_ context.Context, _ *db.Tx, t *step) error {
	if t.m.Visibility != "" {
		t.seen = t.m.Visibility
	}
	return nil
}
