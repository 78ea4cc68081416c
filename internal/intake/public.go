package intake

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// PublicReport is what a resident sends without signing in.
type PublicReport struct {
	SubmissionID string   `json:"submission_id" minLength:"16" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"Drawn at random by the browser; sent again it returns the same report"`
	Text         string   `json:"text" minLength:"1" maxLength:"8000"`
	Category     string   `json:"category,omitempty" maxLength:"10"`
	Lat          *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon          *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	AreaCode     string   `json:"area_code,omitempty" maxLength:"20" doc:"Where the position is not known"`
	Address      string   `json:"address,omitempty" maxLength:"400"`
	Photos       []string `json:"photos,omitempty" maxItems:"6" doc:"References of photos sent before"`
	Name         string   `json:"name,omitempty" maxLength:"60"`
	Phone        string   `json:"phone,omitempty" maxLength:"30" doc:"Sealed; used to tell the reporter what became of it"`
	Anonymous    bool     `json:"anonymous,omitempty" doc:"Nobody is ever shown who it was; a telephone left is used by the program alone"`
	Device       string   `json:"device,omitempty" maxLength:"64" doc:"Random mark of the browser, for limits; not stored"`
}

// Receipt is what the reporter keeps. The code opens the report; it is told here and in messages to the reporter only.
type Receipt struct {
	Number     string      `json:"number"`
	Code       string      `json:"code" doc:"Such as 7K2M-Q4ZD-91XE"`
	ExpectedAt *clock.Time `json:"expected_at,omitempty" doc:"By when somebody looks at it"`
}

// asResident acts for a resident: the rules of register hold, permissions of staff do not apply.
func asResident(ctx context.Context) context.Context { return auth.System(ctx, "居民") }

// AddPhoto takes a photo of a resident for a report to come. TooMany when the network has sent many.
func (s *Service) AddPhoto(ctx context.Context, address string, r io.Reader, shot cases.Shot) (*cases.Upload, error) {
	if !s.photos.Allow(httpx.Network(address)) {
		return nil, errs.TooMany("intake.too_many_photos", "Many photos came from this network; try again in a few minutes.")
	}
	return s.Cases.Upload(asResident(ctx), r, shot)
}

// Report registers what a resident reports. Anybody may, within limits per network, device and telephone. The same
// submission again returns the same receipt.
func (s *Service) Report(ctx context.Context, address string, in PublicReport) (out *Receipt, err error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = s.sentBefore(ctx, tx, in.SubmissionID); err != nil || out != nil {
			return err
		}
		if err := s.bound(ctx, tx, address, in.Device, in.Phone); err != nil {
			return err
		}
		c, err := s.Cases.RegisterTx(asResident(ctx), tx, cases.Report{Channel: cases.FromResident, Source: "public", Text: in.Text, Category: in.Category, Lat: in.Lat, Lon: in.Lon,
			AreaCode: in.AreaCode, Address: in.Address, Photos: in.Photos,
			Reporter: &cases.NewReporter{Name: in.Name, Phone: in.Phone, Anonymous: in.Anonymous, WantsReply: true}})
		if err != nil {
			return err
		}
		reporter, err := s.Cases.FirstReporterTx(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		out = s.receipt(c, reporter)
		return s.keepSubmission(ctx, tx, in.SubmissionID, c.ID, reporter)
	})
	return out, err
}

func (in *PublicReport) check() error {
	digits := crypto.Normalise(in.Phone)
	if in.Phone != "" && (len(digits) < 5 || len(digits) > 20 || strings.Trim(digits, "+0123456789") != "") {
		return errs.Invalid("intake.bad_phone", "Give a telephone number, or leave it empty.", errs.Field{Location: "body.phone", Message: "no telephone number"})
	}
	return nil
}

// phonePerDay bounds how many reports one telephone sends in 24 hours.
const phonePerDay = 20

// bound applies the limits of what can be sent without signing in.
func (s *Service) bound(ctx context.Context, tx *db.Tx, address, device, phone string) error {
	tooMany := errs.TooMany("intake.too_many_reports", "Many reports came from here; try again in a few minutes, or call 12345.")
	if !s.reports.Allow(httpx.Network(address)) || device != "" && !s.devices.Allow(device) {
		return tooMany
	}
	if phone == "" {
		return nil
	}
	n, err := s.Cases.ReportsOfPhoneTx(ctx, tx, phone, tx.Now().Add(-24*time.Hour))
	if err == nil && n >= phonePerDay {
		err = tooMany
	}
	return err
}

// receipt tells the code; expected is the next point at which the reporter hears something.
func (s *Service) receipt(c *cases.Case, reporter string) *Receipt {
	return &Receipt{Number: c.Number, Code: s.Cases.FollowCode(reporter), ExpectedAt: expected(c)}
}

// expected is by when the handling was promised, and before that by when somebody decides about the report.
func expected(c *cases.Case) *clock.Time {
	switch {
	case c.EndedAt != nil || c.State == cases.Closed:
		return nil
	case c.PromisedAt != nil:
		return c.PromisedAt
	}
	return c.DueAt
}

type submission struct {
	CaseID     string `db:"case_id"`
	ReporterID string `db:"reporter_id"`
}

func (s *Service) digest(submission string) string {
	return s.Box.BlindIndex("intake_submission", submission)
}

// sentBefore returns the receipt of a submission that has arrived already, nil if it is new.
func (s *Service) sentBefore(ctx context.Context, tx *db.Tx, id string) (*Receipt, error) {
	was, err := db.Get[submission](ctx, tx, "SELECT case_id, reporter_id FROM intake_submission WHERE digest = $1", s.digest(id))
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil //nolint:nilnil // "not yet" is the ordinary case here, not an error
	}
	if err != nil {
		return nil, err
	}
	c, err := s.Cases.GetTx(asResident(ctx), tx, was.CaseID)
	if err != nil {
		return nil, err
	}
	return s.receipt(c, was.ReporterID), nil
}

func (s *Service) keepSubmission(ctx context.Context, tx *db.Tx, id, caseID, reporter string) error {
	_, err := tx.Exec(ctx, "INSERT INTO intake_submission (digest, case_id, reporter_id, at) VALUES ($1, $2, $3, $4)", s.digest(id), caseID, reporter, tx.Time())
	if db.IsUnique(err) {
		return errs.Conflict("request.duplicate", "The same request is being handled; look for its result in a moment.")
	}
	return err
}

// Support is "I have this too".
type Support struct {
	Number       string `json:"number" minLength:"1" maxLength:"40"`
	SubmissionID string `json:"submission_id" minLength:"16" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$"`
	Phone        string `json:"phone,omitempty" maxLength:"30"`
	Words        string `json:"words,omitempty" maxLength:"2000"`
	Device       string `json:"device,omitempty" maxLength:"64"`
}

// Support joins a resident to an open case that is there already, with a code of its own. Limits as Report.
func (s *Service) Support(ctx context.Context, address string, in Support) (out *Receipt, err error) {
	if err := (&PublicReport{Phone: in.Phone}).check(); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = s.sentBefore(ctx, tx, in.SubmissionID); err != nil || out != nil {
			return err
		}
		if err := s.bound(ctx, tx, address, in.Device, in.Phone); err != nil {
			return err
		}
		r, c, err := s.Cases.SupportTx(asResident(ctx), tx, in.Number, cases.NewReporter{Phone: in.Phone, WantsReply: true}, in.Words)
		if err != nil {
			return err
		}
		if !joinable(c) { // numbers can be tried out: nobody joins what SuggestPublic would not have shown
			return errs.Conflict("cases.no_support", "This case has ended or is not public; report your matter on its own.")
		}
		out = s.receipt(c, r.ID)
		return s.keepSubmission(ctx, tx, in.SubmissionID, c.ID, r.ID)
	})
	return out, err
}
