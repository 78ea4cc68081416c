package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

func notFound() error {
	return errs.NotFound("cases.not_found", "There is no such case, or you may not see it.")
}

func find(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	return findWith(ctx, tx, id, "")
}

func findWith(ctx context.Context, tx *db.Tx, id, lock string) (*Case, error) {
	c, err := db.Get[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE id = $1"+lock, id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, notFound()
	}
	return &c, err
}

// load returns the case if the caller sees it, NotFound otherwise. Somebody who reported is judged by admit.
func (s *Service) load(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	return s.loadWith(ctx, tx, id, "")
}

// take is load for who writes the row: nobody else writes it before the transaction ends.
func (s *Service) take(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	lock := ""
	if tx.Dialect() == db.Postgres {
		lock = " FOR NO KEY UPDATE"
	}
	return s.loadWith(ctx, tx, id, lock)
}

func (s *Service) loadWith(ctx context.Context, tx *db.Tx, id, lock string) (*Case, error) {
	c, err := findWith(ctx, tx, id, lock)
	if err != nil {
		return nil, err
	}
	if _, ok := ctx.Value(reporterKey{}).(string); ok {
		return c, nil
	}
	ok, err := s.sees(ctx, tx, c)
	if err == nil && !ok {
		err = notFound()
	}
	return c, err
}

// GetTx returns a case the caller sees.
func (s *Service) GetTx(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return s.shown(c, tx), nil
}

func insertCase(ctx context.Context, tx *db.Tx, c *Case) error {
	if err := db.InsertMany(ctx, tx, "case_file", caseColumns, "", [][]any{c.row()}); err != nil {
		return err
	}
	return insertWords(ctx, tx, [][]any{signed(c.ID, c.sign())})
}

// row are the values of caseColumns.
func (c *Case) row() []any {
	return []any{c.ID, c.Number, c.Workflow, c.State, c.Channel, c.Source, c.SourceNumber, c.Title, c.Body, c.Category, c.Component, c.Urgent, c.Sensitive,
		c.Supervised, c.Joint, c.AreaCode, c.AreaName, c.Address, c.LatE7, c.LonE7, c.Level, c.Holder, c.Officer, c.LeadUnit, c.LeadName, c.FirstUnit,
		c.Stage, c.DueAt, c.WarnAt, c.Paused, c.PromisedAt, c.Dispatches, c.Returns, c.Reworks, c.Reopens, c.Voices, c.Result, c.Outcome, c.Reply,
		c.Satisfaction, c.MergedInto, c.RecursOf, c.Audit, c.ReportedAt, c.AcceptedAt, c.FiledAt, c.DispatchedAt, c.SignedAt, c.HandledAt, c.CheckedAt,
		c.ClosedAt, c.EndedAt, c.ChangedAt, c.Version}
}

// kept are the columns that no step changes. Voices are counted beside the version, by addVoices: somebody who joins a
// case disturbs nobody who works on it.
var kept = []string{"id", "number", "workflow", "channel", "source", "source_number", "body", "voices", "reported_at", "version"}

// columnNames are those of row.
var columnNames = strings.Split(strings.Join(strings.Fields(caseColumns), ""), ",")

// save writes what the step changed of the row that take has read; only what differs, because each column of an UPDATE
// costs, and its kinds are few. Whoever took it keeps others from writing it.
func (s *Service) save(ctx context.Context, tx *db.Tx, was, c *Case) error {
	before, after := was.row(), c.row()
	var set []string
	var args []any
	for i, name := range columnNames {
		if !slices.Contains(kept, name) && !reflect.DeepEqual(before[i], after[i]) {
			args = append(args, after[i])
			set = append(set, fmt.Sprintf("%s = $%d, ", name, len(args)))
		}
	}
	args = append(args, c.ID)
	err := tx.Queue(ctx, nil, fmt.Sprintf("UPDATE case_file SET %sversion = version + 1 WHERE id = $%d", strings.Join(set, ""), len(args)), args...)
	if err != nil {
		return err
	}
	c.Version++
	return followWords(ctx, tx, was, c) // behind the update, which waits for whoever seals the case
}

// Change is what a Conflict carries: the case as it is now and the steps since the version the caller saw.
type Change struct {
	Case  *Case     `json:"case"`
	Since []History `json:"since" doc:"The steps that changed it, newest first, at most ten"`
}

// stale reports that the case has changed, with what happened since.
func (s *Service) stale(ctx context.Context, tx *db.Tx, current *Case, seen int64) error {
	behind := min(max(current.Version-seen, 1), 10)
	lately, err := db.All[History](ctx, tx, "SELECT "+historyColumns+" FROM case_history WHERE case_id = $1 ORDER BY id DESC LIMIT 100", current.ID)
	if err != nil {
		return err
	}
	since := make([]History, 0, behind)
	for i := range lately {
		if int64(len(since)) < behind && s.counts(&lately[i]) {
			since = append(since, lately[i])
		}
	}
	return changed().With(Change{s.shown(current, tx), since})
}

// counts reports an entry of the history that made a version of the case. Photos, looks, parts, calls and words of those who
// reported stand beside it: they shall not hide the step that changed the case.
func (s *Service) counts(h *History) bool {
	switch h.Action {
	case "lapse", "emergency", "emergency_end":
		return true
	case "comment":
		return h.ActorID != reporterID
	}
	_, _, known := s.current.Action("", h.Action)
	return known
}

func changed() *errs.Error {
	return errs.Conflict("cases.changed", "Somebody changed the case in between; look at it again.")
}

// elucidate adds to a Conflict that was found while writing what the case is now and what happened since.
func (s *Service) elucidate(ctx context.Context, id string, seen int64, err error) error {
	e := errs.As(err)
	if e == nil || e.Code != "cases.changed" || e.Details != nil {
		return err
	}
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		current, failed := s.load(ctx, tx, id)
		if failed != nil {
			return failed
		}
		return s.stale(ctx, tx, current, seen)
	})
}

// entry is the line of the history for the step.
func (t *step) entry(ctx context.Context, tx *db.Tx) History {
	h := History{ID: db.NewID(tx), CaseID: t.c.ID, At: tx.Time(), Action: t.action.Code, From: t.from, To: t.c.State, Level: t.c.Level,
		ForUnit: t.c.LeadUnit, ForName: t.c.LeadName, Ground: t.ground, Note: t.note, Visibility: t.seen}
	if t.action.Code == "return" {
		h.ForUnit, h.ForName = t.was.LeadUnit, t.was.LeadName
	}
	if p := auth.From(ctx); p != nil {
		h.ActorID, h.ActorName, h.ActorUnit = p.UserID, p.Name, p.UnitID
	}
	h.Detail.V = t.detail
	return h
}

// record appends the history, the audit entry and the event of steps taken in one go.
func (s *Service) record(ctx context.Context, tx *db.Tx, steps ...*step) error {
	var entries []History
	var account []audit.Entry
	var facts []outbox.Fact
	for _, t := range steps {
		h := t.entry(ctx, tx)
		entries = append(entries, h)
		account = append(account, audit.Entry{Action: "cases." + t.action.Code, Object: "case", ObjectID: t.c.ID, Area: t.c.AreaCode,
			Detail: map[string]any{"number": t.c.Number, "from": t.from, "to": t.c.State, "version": t.c.Version}})
		topic := TopicMoved
		if t.action.Code == "report" {
			topic = TopicRegistered
		}
		facts = append(facts, outbox.Fact{Topic: topic, Subject: t.c.ID, Payload: t.moved(h)})
	}
	if err := insertHistory(ctx, tx, entries...); err != nil {
		return err
	}
	if err := audit.Log(ctx, tx, account...); err != nil {
		return err
	}
	return outbox.EmitMany(ctx, tx, facts)
}

func (t *step) moved(h History) Moved {
	c, e := t.c, t.event
	e.CaseID, e.Number, e.Title, e.Action, e.From, e.To, e.At = c.ID, c.Number, c.Title, t.action.Code, t.from, c.State, h.At
	e.Channel, e.Category, e.AreaCode, e.Level, e.Holder, e.Officer = c.Channel, c.Category, c.AreaCode, c.Level, c.Holder, c.Officer
	e.LeadUnit, e.ForUnit, e.ActorUnit, e.Urgent, e.Sensitive, e.Result = c.LeadUnit, t.was.LeadUnit, h.ActorUnit, c.Urgent, c.Sensitive, c.Result
	e.Into, e.Solved, e.Satisfied, e.DueAt, e.PromisedAt = c.MergedInto, t.m.Solved, c.Satisfaction, c.DueAt, c.PromisedAt
	e.ReportedAt, e.FiledAt, e.HandledAt, e.ClosedAt, e.Version = c.ReportedAt, c.FiledAt, c.HandledAt, c.ClosedAt, c.Version
	return e
}

func insertHistory(ctx context.Context, tx *db.Tx, entries ...History) error {
	rows := make([][]any, len(entries))
	for i := range entries {
		h := &entries[i]
		if h.Detail.V == nil {
			h.Detail.V = map[string]any{}
		}
		detail, err := json.Marshal(h.Detail.V)
		if err != nil {
			return err
		}
		rows[i] = []any{h.ID, h.CaseID, h.At, h.ActorID, h.ActorName, h.ActorUnit, h.Action, h.From, h.To, h.Level, h.ForUnit, h.ForName, h.Ground, h.Note, h.Visibility,
			string(detail)}
	}
	return db.InsertMany(ctx, tx, "case_history", historyColumns, "", rows)
}

// shown fills what follows from the row: names, lamps at the time of the transaction.
func (s *Service) shown(c *Case, tx *db.Tx) *Case {
	c.CategoryName = ""
	if c.Category != "" {
		c.CategoryName = s.Duties.Catalog().Name(c.Category)
	}
	if st, ok := s.current.State(string(c.State)); ok {
		c.StateName = st.Name
	}
	if c.LatE7 != nil && c.LonE7 != nil {
		lat, lon := float64(*c.LatE7)/1e7, float64(*c.LonE7)/1e7
		c.Lat, c.Lon = &lat, &lon
	}
	if tx != nil && c.DueAt != nil && c.EndedAt == nil {
		c.Overdue = tx.Now().After(c.DueAt.Time)
		c.Warned = !c.Overdue && c.WarnAt != nil && !tx.Now().Before(c.WarnAt.Time)
	}
	if c.Actions == nil {
		c.Actions = []string{}
	}
	return c
}
