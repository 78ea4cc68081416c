package integration

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// take registers a report of a partner that may write. The same client_request_id again is answered with the case there
// is. A report outside the partner's area is refused.
func (s *Service) take(ctx context.Context, c *call) (string, any, error) {
	if err := s.mayWrite(c); err != nil {
		return "", nil, err
	}
	leaf, ok := s.Duties.Catalog().Leaf(c.values.Get("service_code"))
	if c.values.Get("service_code") == "" {
		return "", nil, errs.Invalid("integration.need_service", "service_code is required.")
	}
	if !ok || leaf.Sensitive {
		return "", nil, noService()
	}
	report, err := s.reportOf(c, leaf)
	if err != nil {
		return "", nil, err
	}
	acting := c.partner.acting(ctx)
	if report.Photos, err = s.photosOf(acting, c); err != nil {
		return "", nil, err
	}
	var out receiptShape
	err = s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = s.takeTx(acting, tx, c, leaf, report)
		return err
	})
	return "service_requests", []receiptShape{out}, err
}

func (s *Service) mayWrite(c *call) error {
	switch {
	case c.partner == nil:
		return noKey()
	case !c.partner.MayWrite:
		return errs.Forbidden("integration.read_only", "This api_key may only read.")
	case !s.writes.Allow(c.partner.ID):
		return errs.TooMany("integration.too_many", "Too many reports at once; wait a moment.")
	}
	return nil
}

// reportOf reads a report from the form of the standard.
func (s *Service) reportOf(c *call, leaf duty.Leaf) (cases.Report, error) {
	v := c.values
	q := &reading{c: c}
	r := cases.Report{Channel: c.partner.Channel, Source: c.partner.Code, Category: leaf.Code, Text: v.Get("description"), Address: v.Get("address_string"),
		AreaCode: v.Get("address_id"), Component: v.Get("attribute[component]"), Urgent: v.Get("attribute[urgent]") == "yes", SourceNumber: v.Get("client_request_id")}
	if r.Text == "" {
		r.Text = leaf.Name
	}
	if mark := v.Get("attribute[landmark]"); mark != "" {
		r.Address = strings.TrimSpace(r.Address + " " + mark)
	}
	if r.Component != "" && !slices.Contains(leaf.Components, r.Component) {
		q.bad("attribute[component]", "not among the values of the service definition")
	}
	if u := v.Get("attribute[urgent]"); u != "" && u != "yes" && u != "no" {
		q.bad("attribute[urgent]", "yes or no")
	}
	r.Lat, r.Lon = q.degrees("lat", 90), q.degrees("long", 180)
	if r.Lat == nil && r.AreaCode == "" {
		q.bad("lat", "say where: lat and long, or address_id with the code of an area")
	}
	if name, phone := v.Get("last_name")+v.Get("first_name"), v.Get("phone"); name != "" || phone != "" {
		r.Reporter = &cases.NewReporter{Name: name, Phone: phone, WantsReply: phone != ""}
	}
	for name, limit := range map[string]int{"description": 16000, "address_string": 400, "client_request_id": 60, "phone": 30, "last_name": 30, "first_name": 30} {
		if len(v.Get(name)) > limit {
			q.bad(name, "at most "+strconv.Itoa(limit)+" bytes")
		}
	}
	return r, q.err()
}

func (q *reading) degrees(name string, limit float64) *float64 {
	text := q.c.values.Get(name)
	if text == "" {
		return nil
	}
	d, err := strconv.ParseFloat(text, 64)
	if err != nil || d != d || d < -limit || d > limit {
		q.bad(name, "degrees")
		return nil
	}
	return &d
}

// photosOf keeps the photos that came along as files named media.
func (s *Service) photosOf(ctx context.Context, c *call) (refs []string, err error) {
	if c.r.MultipartForm == nil {
		return nil, nil
	}
	files := c.r.MultipartForm.File["media"]
	if len(files) > 9 {
		return nil, errs.Invalid("integration.many_photos", "At most nine photos come with a report.")
	}
	for _, h := range files {
		f, err := h.Open()
		if err != nil {
			return nil, err
		}
		u, err := s.Cases.Upload(ctx, f, cases.Shot{})
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		refs = append(refs, u.Ref)
	}
	return refs, nil
}

func (s *Service) takeTx(ctx context.Context, tx *db.Tx, c *call, leaf duty.Leaf, r cases.Report) (out receiptShape, err error) {
	if r.SourceNumber != "" {
		token, err := db.Get[string](ctx, tx, "SELECT token FROM partner_request WHERE partner_id = $1 AND client_id = $2", c.partner.ID, r.SourceNumber)
		if err == nil {
			again := *c
			again.id = token
			return s.receiptOf(ctx, tx, &again, leaf)
		}
		if !errors.Is(err, db.ErrNoRows) {
			return out, err
		}
	}
	k, err := s.Cases.RegisterTx(ctx, tx, r)
	if err != nil {
		return out, err
	}
	with := *c
	with.id = newKey("")
	if _, err := tx.Exec(ctx, "INSERT INTO partner_request (token, partner_id, case_id, client_id, created_at) VALUES ($1, $2, $3, $4, $5)",
		with.id, c.partner.ID, k.ID, r.SourceNumber, tx.Time()); err != nil {
		return out, err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: "integration.relay", Object: "case", ObjectID: k.ID, Area: k.AreaCode, Detail: map[string]any{"partner": c.partner.Code}}); err != nil {
		return out, err
	}
	return s.receiptOf(ctx, tx, &with, leaf)
}

// receiptOf answers with the number, or with a token where the desk has to accept the report first.
func (s *Service) receiptOf(ctx context.Context, tx *db.Tx, c *call, leaf duty.Leaf) (receiptShape, error) {
	out := receiptShape{Notice: "可凭编号查询进展"}
	id, err := db.Get[string](ctx, tx, "SELECT case_id FROM partner_request WHERE token = $1", c.id)
	if err != nil {
		return out, err
	}
	k, err := s.Cases.GetTx(auth.System(ctx, c.partner.Name), tx, id)
	if err != nil {
		return out, err
	}
	if kindOf(leaf) == "batch" && k.AcceptedAt == nil {
		out.Token, out.Notice = c.id, "受理后凭令牌查询编号"
		return out, nil
	}
	out.ID = k.Number
	return out, nil
}

// takeUpdate is the extension by which a partner adds a comment to a case it sent.
func (s *Service) takeUpdate(ctx context.Context, c *call) (string, any, error) {
	if err := s.mayWrite(c); err != nil {
		return "", nil, err
	}
	number, text := c.values.Get("service_request_id"), c.values.Get("description")
	if number == "" || text == "" || len(text) > 4000 {
		return "", nil, errs.Invalid("integration.bad_update", "service_request_id and a description of at most 1000 characters are required.")
	}
	var out updateShape
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		found, err := s.Cases.OpenTx(ctx, tx, cases.OpenFilter{Numbers: []string{number}, Source: c.partner.Code, Limit: 1})
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0].Source != c.partner.Code {
			return errs.NotFound("integration.not_yours", "There is no such service_request_id that you sent.")
		}
		acting := auth.System(ctx, c.partner.Name) // the comment of a source on its own case, whoever has it now
		k, err := s.Cases.GetTx(acting, tx, found[0].ID)
		if err != nil {
			return err
		}
		k, err = s.Cases.ActTx(acting, tx, k.ID, "comment", cases.Move{Version: k.Version, Note: text, Visibility: cases.Internal})
		if err != nil {
			return err
		}
		out = updateShape{ID: db.NewID(tx), RequestID: k.Number, Status: statusOf(k.EndedAt != nil), StatusCode: string(k.State), Updated: stamp(tx.Now()), Description: text}
		return audit.Log(acting, tx, audit.Entry{Action: "integration.update", Object: "case", ObjectID: k.ID, Area: k.AreaCode, Detail: map[string]any{"partner": c.partner.Code}})
	})
	return "service_request_updates", []updateShape{out}, err
}
