package cases

import (
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/workcal"
)

// Kinds of requests. Waiting is decided by the lead unit itself: it asked who reported for something.
const (
	Extension  = "extension"
	Suspension = "suspension"
	Waiting    = "waiting"
)

// States of a request.
const (
	RequestOpen      = "open"
	RequestApproved  = "approved"
	RequestRefused   = "refused"
	RequestEnded     = "ended"
	RequestWithdrawn = "withdrawn"
)

// SuspensionGrounds are the five for which a case may be suspended (event-categories.yaml, hang_rule).
var SuspensionGrounds = []string{"funds", "planning", "weather", "court", "owner_lost"}

// maxWaits is how often the clock may stand still for who reported.
const maxWaits = 2

const requestFields = `id, case_id, kind, state, ground, note, amount, unit_id, unit_name, area_code, asked_by, asked_at, decided_by, decided_at, answer,
	review_at, reviews, missed, ended_at, ended_by`

// beforeDue wants an extension to be asked for before the time has run out.
func (s *Service) beforeDue(_ context.Context, tx *db.Tx, t *step) error {
	if t.c.DueAt != nil && tx.Now().After(t.c.DueAt.Time) {
		return errs.Conflict("cases.too_late", "More time has to be asked for before the time has run out.").With(s.shown(t.c, tx))
	}
	return nil
}

// noOpenRequest lets one request wait at a time.
func (s *Service) noOpenRequest(ctx context.Context, tx *db.Tx, t *step) error {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_request WHERE case_id = $1 AND state = 'open'", t.c.ID)
	if err == nil && n > 0 {
		err = errs.Conflict("cases.request_open", "A request of this case waits for a decision.")
	}
	return err
}

// ask asks for more time or for a suspension. More time is given once, at most as much as the original limit; a suspension
// needs one of the five grounds.
func (s *Service) ask(ctx context.Context, tx *db.Tx, t *step) error {
	r := Request{Kind: Extension, State: RequestOpen, Amount: t.m.Amount}
	if t.action.Code == "ask_suspension" {
		r.Kind, r.Amount, r.Ground = Suspension, 0, t.m.Ground
		if !slices.Contains(SuspensionGrounds, r.Ground) {
			return errs.Invalid("cases.no_ground", "A suspension needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: r.Ground})
		}
	} else if err := s.mayExtend(ctx, tx, t); err != nil {
		return err
	}
	t.detail["kind"], t.detail["amount"] = r.Kind, r.Amount
	return s.insertRequest(ctx, tx, t, &r)
}

func (s *Service) mayExtend(ctx context.Context, tx *db.Tx, t *step) error {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_request WHERE case_id = $1 AND kind = 'extension' AND state = 'approved'", t.c.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.Conflict("cases.extended_once", "A case is given more time once only.")
	}
	k, err := handling(ctx, tx, t.c.ID)
	if err != nil || k == nil {
		return err
	}
	t.detail["unit"] = k.LimitUnit
	if t.m.Amount > k.LimitN {
		return errs.Invalid("cases.extension_long", "At most as much time again as there was at first.", errs.Field{Location: "body.amount", Message: "at most", Value: k.LimitN})
	}
	return nil
}

// handling returns the clock of the lead unit that runs or stands still, nil if none.
func handling(ctx context.Context, tx *db.Tx, id string) (*Clock, error) {
	clocks, err := running(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for i := range clocks {
		if clocks[i].Kind == StageHandle && clocks[i].Hop == 0 {
			return &clocks[i], nil
		}
	}
	return nil, nil
}

func (s *Service) insertRequest(ctx context.Context, tx *db.Tx, t *step, r *Request) error {
	r.ID, r.CaseID, r.Note, r.UnitID, r.UnitName, r.AreaCode, r.AskedAt = db.NewID(tx), t.c.ID, t.m.Note, t.c.LeadUnit, t.c.LeadName, t.c.AreaCode, tx.Time()
	if p := auth.From(ctx); p != nil {
		r.AskedBy = p.Name
	}
	t.detail["request"] = r.ID
	return db.InsertMany(ctx, tx, "case_request", requestFields, "", [][]any{{r.ID, r.CaseID, r.Kind, r.State, r.Ground, r.Note, r.Amount, r.UnitID, r.UnitName, r.AreaCode,
		r.AskedBy, r.AskedAt, r.DecidedBy, r.DecidedAt, r.Answer, r.ReviewAt, r.Reviews, r.Missed, r.EndedAt, r.EndedBy}})
}

// decide approves or refuses what was asked for; nobody of the unit that asked may. An extension may be granted in part.
func (s *Service) decide(ctx context.Context, tx *db.Tx, t *step) error {
	r, err := openRequest(ctx, tx, t.c.ID, t.m.Request)
	if err != nil {
		return err
	}
	p, now := auth.From(ctx), tx.Time()
	if !p.System && p.UnitID != "" && p.UnitID == r.UnitID {
		return errs.Forbidden("cases.own_request", "Another unit decides on what this unit asked for.")
	}
	want := map[string]string{"extend": Extension, "suspend": Suspension}[t.action.Code]
	if want != "" && want != r.Kind {
		return errs.Conflict("cases.other_request", "The request asks for something else.").With(r)
	}
	r.State, r.DecidedBy, r.DecidedAt, r.Answer = RequestApproved, p.Name, &now, t.m.Note
	switch t.action.Code {
	case "extend":
		err = s.extend(ctx, tx, t, r)
	case "suspend":
		err = s.suspend(ctx, tx, t, r)
	default:
		r.State = RequestRefused
	}
	if err != nil {
		return err
	}
	t.detail["request"], t.detail["kind"] = r.ID, r.Kind
	return updateRequest(ctx, tx, r)
}

// openRequest returns the request if it belongs to the case and waits for a decision.
func openRequest(ctx context.Context, tx *db.Tx, id, request string) (*Request, error) {
	rows, err := db.All[Request](ctx, tx, "SELECT "+requestFields+" FROM case_request WHERE id = $1 AND case_id = $2", request, id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.NotFound("cases.no_request", "The case has no such request.")
	}
	if rows[0].State != RequestOpen {
		return nil, errs.Conflict("cases.request_decided", "This request has been decided already.").With(rows[0])
	}
	return &rows[0], nil
}

func updateRequest(ctx context.Context, tx *db.Tx, r *Request) error {
	_, err := tx.Exec(ctx, `UPDATE case_request SET state = $1, amount = $2, decided_by = $3, decided_at = $4, answer = $5, review_at = $6, reviews = $7, missed = $8,
		ended_at = $9, ended_by = $10 WHERE id = $11`, r.State, r.Amount, r.DecidedBy, r.DecidedAt, r.Answer, r.ReviewAt, r.Reviews, r.Missed, r.EndedAt, r.EndedBy, r.ID)
	return err
}

// extend lengthens the limit of the running clock; due times follow from its start. Who reported is told the new time. The
// clocks of tiers above count no more if the new time lies ahead.
func (s *Service) extend(ctx context.Context, tx *db.Tx, t *step, r *Request) error {
	if t.m.Amount > r.Amount {
		return errs.Invalid("cases.extension_long", "Not more than was asked for.", errs.Field{Location: "body.amount", Message: "at most", Value: r.Amount})
	}
	if t.m.Amount > 0 {
		r.Amount = t.m.Amount
	}
	clocks, err := running(ctx, tx, t.c.ID)
	if err != nil {
		return err
	}
	cal, c := s.Calendar.Current(), t.c
	for i := range clocks {
		k := &clocks[i]
		switch {
		case k.Kind != StageHandle:
			continue
		case k.Hop == 0:
			k.LimitN += r.Amount
			k.Basis = fmt.Sprintf("%s；批准延期%s", k.Basis, workcal.Limit{N: r.Amount, Unit: workcal.Unit(k.LimitUnit)}.Sentence("zh"))
			k.reckon(cal, tx.Now())
			c.DueAt, c.WarnAt = k.DueAt, k.WarnAt
			if c.PromisedAt != nil {
				more := workcal.Limit{N: r.Amount, Unit: workcal.Unit(k.LimitUnit)}
				due := clock.At(cal.Due(c.PromisedAt.Time, more))
				c.PromisedAt = &due
			}
		case c.DueAt != nil && c.DueAt.After(tx.Now()):
			k.end(tx.Time(), Gone)
		}
		if err := updateClock(ctx, tx, k); err != nil {
			return err
		}
	}
	if c.DueAt != nil {
		t.detail["due_at"] = c.DueAt
		t.tellReporter("办理时间延长，预计" + stamp(c.DueAt) + "前办结。")
	}
	return nil
}

// suspend puts the case on the register of suspensions, with the day of its first review. The clock stands still by the
// state.
func (s *Service) suspend(ctx context.Context, tx *db.Tx, t *step, r *Request) error {
	at, err := s.reviewAt(ctx, tx)
	if err != nil {
		return err
	}
	r.ReviewAt, t.ground = at, r.Ground
	t.detail["review_at"] = at
	t.tellReporter("因" + groundWords[r.Ground] + "，暂时无法办理，条件具备后继续办理。")
	return nil
}

var groundWords = map[string]string{"funds": "需要资金立项", "planning": "需要上级规划", "weather": "恶劣天气", "court": "进入司法程序", "owner_lost": "产权人失联"}

// tellReporter lets those who reported read the entry: what the move says to them, or else the sentence. The note of the decision
// stays at the request.
func (t *step) tellReporter(sentence string) {
	t.seen, t.note = ForReporter, sentence
	if t.m.Reply != "" {
		t.note = t.m.Reply
	}
}

// stamp words a moment for people.
func stamp(at *clock.Time) string { return at.In(clock.Nanjing).Format("1月2日15:04") }

func (s *Service) reviewAt(ctx context.Context, tx *db.Tx) (*clock.Time, error) {
	t, err := s.timing(ctx, tx)
	if err != nil {
		return nil, err
	}
	at := clock.At(s.Calendar.Current().Due(tx.Now(), t.limits.of(s.Duties.Catalog(), LimitReview, "", "", false).Limit))
	return &at, nil
}

// review notes that somebody has looked whether the reason of a suspension still holds.
func (s *Service) review(ctx context.Context, tx *db.Tx, t *step) error {
	r, err := lasting(ctx, tx, t.c.ID)
	if err != nil {
		return err
	}
	if r.ReviewAt, err = s.reviewAt(ctx, tx); err != nil {
		return err
	}
	r.Reviews, r.Missed = r.Reviews+1, 0
	t.detail["reviews"], t.detail["review_at"] = r.Reviews, r.ReviewAt
	return updateRequest(ctx, tx, r)
}

// lasting returns the suspension or the waiting the case is in.
func lasting(ctx context.Context, tx *db.Tx, id string) (*Request, error) {
	rows, err := db.All[Request](ctx, tx, "SELECT "+requestFields+" FROM case_request WHERE case_id = $1 AND kind <> 'extension' AND state = 'approved' AND ended_at IS NULL ORDER BY id DESC LIMIT 1", id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.Conflict("cases.not_suspended", "The case is not suspended.")
	}
	return &rows[0], nil
}

// resume ends a suspension or a waiting: the clock goes on with what was left.
func (s *Service) resume(ctx context.Context, tx *db.Tx, t *step) error {
	r, err := lasting(ctx, tx, t.c.ID)
	if err != nil {
		return err
	}
	now := tx.Time()
	r.State, r.EndedAt, r.ReviewAt = RequestEnded, &now, nil
	if p := auth.From(ctx); p != nil {
		r.EndedBy = p.Name
	}
	t.detail["request"] = r.ID
	if t.action.Code != "supplement" {
		t.detail["why"] = t.m.Note
		t.tellReporter("恢复办理。")
	}
	t.seen = ForReporter
	return updateRequest(ctx, tx, r)
}

// askReporter asks who reported for something only they know; the clock stands still until they answer or five work days
// have passed. What is asked is read outside.
func (s *Service) askReporter(ctx context.Context, tx *db.Tx, t *step) error {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_request WHERE case_id = $1 AND kind = 'waiting'", t.c.ID)
	if err != nil {
		return err
	}
	if n >= maxWaits {
		return errs.Conflict("cases.waited_enough", "Who reported has been asked twice already; go on with what is known.")
	}
	l, err := s.timing(ctx, tx)
	if err != nil {
		return err
	}
	at := clock.At(s.Calendar.Current().Due(tx.Now(), l.limits.of(s.Duties.Catalog(), LimitWaiting, t.c.Category, t.c.Level, false).Limit))
	r := Request{Kind: Waiting, State: RequestApproved, ReviewAt: &at}
	t.m.Note = mask.Public(t.m.Note)
	t.note, t.seen, t.detail["until"] = t.m.Note, ForReporter, &at
	return s.insertRequest(ctx, tx, t, &r)
}

// dropRequests ends what a case has asked for when it leaves the handling: nobody decides on it any more.
func dropRequests(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Queue(ctx, nil, `UPDATE case_request SET state = CASE WHEN state = 'open' THEN 'withdrawn' ELSE 'ended' END, ended_at = $1, review_at = NULL
		WHERE case_id = $2 AND (state = 'open' OR kind <> 'extension' AND state = 'approved' AND ended_at IS NULL)`, tx.Time(), id)
}
