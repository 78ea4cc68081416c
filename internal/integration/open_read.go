package integration

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// The changeset of this interface: the day its meaning last changed.
const changeset = "2026-11-22T00:00:00+08:00"

func (s *Service) discovery(_ context.Context, c *call) (string, any, error) {
	return "", discoveryShape{Changeset: changeset, Contact: "See the operator of this server.", KeyService: "Ask the administrator for an api_key (管理 / 对接).",
		Endpoints: []endpoint{{Specification: "http://wiki.open311.org/GeoReport_v2", URL: c.base, Changeset: changeset, Type: "production", Formats: []string{"text/xml", "application/json"}}}}, nil
}

func (s *Service) services(context.Context, *call) (string, any, error) {
	out := []serviceShape{}
	for _, l := range s.offered() {
		out = append(out, s.serviceOf(l))
	}
	return "services", out, nil
}

func (s *Service) serviceDefinition(_ context.Context, c *call) (string, any, error) {
	l, ok := s.Duties.Catalog().Leaf(c.id)
	if !ok || l.Sensitive {
		return "", nil, noService()
	}
	return "", s.definitionOf(l), nil
}

func noService() error {
	return errs.NotFound("integration.no_service", "There is no such service_code; see services.")
}

func (s *Service) request(ctx context.Context, c *call) (string, any, error) {
	list, err := s.list(ctx, c, cases.OpenFilter{Numbers: []string{c.id}, Limit: 1})
	if err == nil && len(list) == 0 {
		err = errs.NotFound("integration.no_request", "There is no such service_request_id, or it is not public.")
	}
	return "service_requests", list, err
}

// What a list of requests holds if nothing else is said: the last 90 days, the first 1000. Pages by number end where
// skipping rows begins to cost; the cursor of the answer leads on from anywhere.
const (
	span       = 90 * 24 * time.Hour
	maxPage    = 1000
	maxIDs     = 100
	maxSkipped = 10_000
)

// requests lists cases; a full page says in a Link header where the next one is.
func (s *Service) requests(ctx context.Context, c *call) (string, any, error) {
	f, err := s.filterOf(c)
	if err != nil {
		return "", nil, err
	}
	list, err := s.list(ctx, c, f)
	return "service_requests", list, err
}

func (s *Service) filterOf(c *call) (cases.OpenFilter, error) {
	q := &reading{c: c}
	f := cases.OpenFilter{Area: c.values.Get("jurisdiction_id"), Limit: q.number("page_size", maxPage, maxPage)}
	f.Offset = (q.number("page", 1, maxSkipped/f.Limit+1) - 1) * f.Limit
	f.After = q.mark()
	f.Numbers = q.list("service_request_id", maxIDs)
	if f.Numbers != nil { // the standard: ids overrule every other argument
		return f, q.err()
	}
	f.Categories = q.list("service_code", maxIDs)
	for _, code := range f.Categories {
		if l, ok := s.Duties.Catalog().Leaf(code); !ok || l.Sensitive {
			return f, noService()
		}
	}
	f.ChangedSince, f.ChangedUntil = q.time("updated_after"), q.time("updated_before")
	f.Since, f.Until = q.time("start_date"), q.time("end_date")
	now := s.DB.Clock().Now()
	switch {
	case f.Since == nil && f.Until == nil && f.ChangedSince == nil && f.ChangedUntil == nil:
		f.Since = clock.Ptr(now.Add(-span))
	case f.Since == nil && f.Until != nil:
		f.Since = clock.Ptr(f.Until.Add(-span))
	case f.Since != nil && f.Until == nil:
		f.Until = clock.Ptr(f.Since.Add(span))
	}
	if f.Since != nil && f.Until != nil && f.Until.Sub(f.Since.Time) > span+time.Second {
		q.bad("end_date", "at most 90 days after start_date")
	}
	switch status := q.list("status", 2); {
	case slices.Equal(status, []string{"open"}), slices.Equal(status, []string{"closed"}):
		ended := status[0] == "closed"
		f.Ended = &ended
	case slices.ContainsFunc(status, func(s string) bool { return s != "open" && s != "closed" }):
		q.bad("status", "open, closed or both")
	}
	return f, q.err()
}

// list reads cases and their photos: two statements, however many there are.
func (s *Service) list(ctx context.Context, c *call, f cases.OpenFilter) ([]requestShape, error) {
	if c.partner != nil {
		f.Source = c.partner.Code
	}
	out := []requestShape{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := s.Cases.OpenTx(ctx, tx, f)
		if err != nil {
			return err
		}
		if n := len(rows); n == f.Limit && n > 0 && f.Numbers == nil {
			m := rows[n-1].Mark()
			c.next = httpx.EncodeCursor(strconv.FormatInt(m.ReportedAt.UnixMilli(), 10), m.ID)
		}
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
		}
		photos, err := s.Cases.OpenPhotosTx(ctx, tx, ids)
		if err != nil {
			return err
		}
		extensions := c.values.Get("extensions") == "true"
		for i := range rows {
			out = append(out, s.requestOf(&rows[i], c.base, photos[rows[i].ID], extensions))
		}
		return nil
	})
	return out, err
}

// maxUpdates bounds one answer of servicerequestupdates; the caller goes on from the last with the cursor of the answer.
const maxUpdates = 1000

// updates is the extension that tells what happened to requests between two times, oldest first.
func (s *Service) updates(ctx context.Context, c *call) (string, any, error) {
	q := &reading{c: c}
	until := q.time("end_date")
	if until == nil {
		until = clock.Ptr(s.DB.Clock().Now().Add(time.Second))
	}
	since := q.time("start_date")
	if since == nil {
		since = clock.Ptr(until.Add(-24 * time.Hour))
	}
	if until.Sub(since.Time) > span+time.Second {
		q.bad("end_date", "at most 90 days after start_date")
	}
	after := q.after()
	if err := q.err(); err != nil {
		return "", nil, err
	}
	source := ""
	if c.partner != nil {
		source = c.partner.Code
	}
	out := []updateShape{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		steps, err := s.Cases.OpenStepsTx(ctx, tx, *since, *until, after, source, maxUpdates)
		if n := len(steps); n == maxUpdates {
			c.next = httpx.EncodeCursor(steps[n-1].ID)
		}
		for _, h := range steps {
			u := updateShape{ID: h.ID, RequestID: h.Number, Status: statusOf(ends[h.To]), StatusCode: string(h.To), Updated: stamp(h.At.Time), Description: h.StateName}
			if h.Note != "" {
				u.Description = h.Note
			}
			out = append(out, u)
		}
		return err
	})
	return "service_request_updates", out, err
}

// ends are the states in which the administration is done with a case.
var ends = map[cases.State]bool{cases.Closed: true, cases.Archived: true, cases.SelfClosed: true, cases.ForceClosed: true, cases.Rejected: true, cases.Void: true, cases.Merged: true}

// token tells the number of a report by the token its sender got.
func (s *Service) token(ctx context.Context, c *call) (string, any, error) {
	if c.partner == nil {
		return "", nil, noKey()
	}
	out := receiptShape{Token: c.id}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		id, err := db.Get[string](ctx, tx, "SELECT case_id FROM partner_request WHERE token = $1 AND partner_id = $2", c.id, c.partner.ID)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("integration.no_token", "There is no such token of yours.")
		}
		if err != nil {
			return err
		}
		k, err := s.Cases.GetTx(auth.System(ctx, c.partner.Name), tx, id)
		if err == nil && (k.AcceptedAt != nil || k.EndedAt != nil) {
			out.ID = k.Number
		}
		return err
	})
	return "service_requests", []receiptShape{out}, err
}

func noKey() error {
	return errs.Forbidden("integration.need_key", "This needs an api_key.")
}

// reading collects the faults of parameters.
type reading struct {
	c      *call
	fields []errs.Field
}

func (q *reading) bad(name, message string) {
	q.fields = append(q.fields, errs.Field{Location: name, Message: message, Value: q.c.values.Get(name)})
}

func (q *reading) err() error {
	if q.fields == nil {
		return nil
	}
	return errs.Invalid("integration.bad_parameter", "A parameter cannot be used.", q.fields...)
}

func (q *reading) time(name string) *clock.Time {
	text := q.c.values.Get(name)
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1)) // a plus sign that was not escaped
	if err != nil {
		q.bad(name, "write a time such as 2026-11-20T09:00:00+08:00")
		return nil
	}
	return clock.Ptr(t)
}

func (q *reading) number(name string, usual, most int) int {
	text := q.c.values.Get(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		q.bad(name, "a number from 1 to "+strconv.Itoa(most))
		return usual
	}
	return n
}

// mark is the place a cursor of requests names, nil if there is none.
func (q *reading) mark() *cases.OpenMark {
	parts := q.cursor(2)
	if parts == nil {
		return nil
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		q.bad("cursor", "take it from the Link header of an answer")
		return nil
	}
	return &cases.OpenMark{ReportedAt: clock.At(time.UnixMilli(at)), ID: parts[1]}
}

// after is the step a cursor of updates names, "" if there is none.
func (q *reading) after() string {
	parts := q.cursor(1)
	if parts == nil {
		return ""
	}
	return parts[0]
}

func (q *reading) cursor(parts int) []string {
	text := q.c.values.Get("cursor")
	if text == "" {
		return nil
	}
	out, err := httpx.DecodeCursor(text, parts)
	if err != nil {
		q.bad("cursor", "take it from the Link header of an answer")
	}
	return out
}

func (q *reading) list(name string, most int) (out []string) {
	for _, v := range strings.Split(q.c.values.Get(name), ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	if len(out) > most {
		q.bad(name, "at most "+strconv.Itoa(most))
		return out[:most]
	}
	return out
}

// copyOut sends a file and closes it.
func copyOut(w http.ResponseWriter, file io.ReadCloser) error {
	_, err := io.Copy(w, file)
	return errors.Join(err, file.Close())
}
