package fieldwork

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Submission is a finished questionnaire as it is sent.
type Submission struct {
	SubmissionID string            `json:"submission_id" format:"uuid" doc:"made by the sender and kept until the receipt came"`
	Token        string            `json:"token" maxLength:"200"`
	Code         string            `json:"code,omitempty" maxLength:"100"`
	Wave         string            `json:"wave,omitempty" maxLength:"60"`
	Group        survey.Group      `json:"group" enum:"elder,adult,unit"`
	Street       string            `json:"street,omitempty" maxLength:"9" doc:"required through the open link"`
	Community    string            `json:"community,omitempty" maxLength:"12"`
	StartedAt    clock.Time        `json:"started_at" doc:"by the clock of the device; only the difference is kept"`
	FinishedAt   clock.Time        `json:"finished_at"`
	Pages        []survey.PageTime `json:"pages,omitempty" maxItems:"100"`
	Device       string            `json:"device,omitempty" enum:"phone,tablet,desktop"`
	Language     string            `json:"language,omitempty" enum:"zh,en"`
	Adults       int               `json:"adults,omitempty" minimum:"0" maximum:"20" doc:"persons of the group in the household"`
	Answers      form.Answers      `json:"answers" doc:"question code to value"`

	Again map[string]survey.AgainVerdict `json:"again,omitempty" maxProperties:"20" doc:"topic to verdict, of what was asked again; only counted, never kept with the answers"`
}

// Sender is what the server sees of who sends, and keeps no more of than a digest.
type Sender struct {
	Device  string // random name in a cookie, "" without
	Address string // never stored
}

// Receipt says that an answer is stored.
type Receipt struct {
	Receipt  string `json:"receipt"`
	Repeated bool   `json:"repeated" doc:"the same answer was stored before; nothing was stored twice"`
}

// Submit stores a finished questionnaire, exactly once for one submission_id. Anybody may, with a code that is not used or through the
// open link of a wave that takes answers. Invalid names every answer that cannot stand; Conflict when the code is used, a quota is full,
// the device has sent its share, or the wave is closed. When it returns a receipt the answer is on disk.
func (s *Service) Submit(ctx context.Context, in Submission, from Sender) (*Receipt, error) {
	p, err := s.readToken(in.Token)
	if err != nil {
		return nil, err
	}
	if p.group != in.Group || (p.channel == survey.Targeted) != (in.Code != "") {
		return nil, badToken()
	}
	if from.Device == "" {
		from.Device = p.nonce
	}
	e := entry{Submission: in, wave: p.wave, channel: p.channel, mode: survey.ModeWeb, device: from.Device}
	e.crowded = p.channel == survey.Online && !s.crowd.Allow(httpx.Network(from.Address))
	return s.store(ctx, &e)
}

// entry is a submission on its way into the store, from a phone, an interviewer or paper.
type entry struct {
	Submission
	wave        string
	channel     survey.Channel
	mode        survey.Mode
	device      string
	crowded     bool
	gaps        bool // from paper: unanswered questions stay unanswered
	interviewer string
	invitation  *sampling.Invitation // set inside the transaction
	find        func(context.Context, *db.Tx) (*sampling.Invitation, error)
	after       func(context.Context, *db.Tx, *entry) error // joins the transaction once the answer is stored
}

// store checks the answers against the wave as it was last read, and once more when it changed in between.
func (s *Service) store(ctx context.Context, e *entry) (*Receipt, error) {
	out := &Receipt{Receipt: s.surveys.Receipt(e.SubmissionID)}
	c := s.surveys.Known(e.wave)
	for range 3 {
		var err error
		if c == nil {
			if c, err = s.surveys.Collecting(ctx, e.wave); err != nil {
				return nil, err
			}
		}
		sub, err := s.check(ctx, c, e)
		if err == nil {
			err = s.db.Tx(ctx, func(tx *db.Tx) error {
				stored, err := s.storeTx(ctx, tx, c.Wave, e, *sub)
				out.Repeated = !stored
				return err
			})
		}
		if err == nil || errs.KindOf(err) == errs.KindInternal {
			return out, err
		}
		// A refusal stands only if it was made with the wave as it is now.
		fresh, loadErr := s.surveys.Collecting(ctx, e.wave)
		if loadErr != nil || fresh == c {
			return nil, err
		}
		c = fresh
	}
	return nil, survey.ErrStale
}

// check judges the answers and lays out what does not need the database.
func (s *Service) check(ctx context.Context, c *survey.Collecting, e *entry) (*survey.Submission, error) {
	if !takesAnswers(c.Wave) {
		return nil, notOpen()
	}
	questions := c.Forms[e.Group]
	if questions == nil {
		return nil, badToken()
	}
	options := s.options(c.Wave, e.Group, e.channel)
	options.Draft = e.gaps
	clean, bad := form.Check(questions, e.Answers, options)
	for i := range bad {
		bad[i].Location = "body." + bad[i].Location
	}
	bad = append(bad, s.checkPhotos(ctx, questions, clean)...)
	if e.channel == survey.Online {
		field, err := s.checkArea(ctx, c.Wave, e)
		if err != nil {
			return nil, err
		}
		bad = append(bad, field...)
	}
	if len(bad) > 0 {
		return nil, errs.Invalid("fieldwork.answers_invalid", "Some answers cannot stand; look at the questions named.", bad...)
	}
	return &survey.Submission{Key: e.SubmissionID, WaveID: c.Wave.ID, Version: c.Wave.Version, Form: questions, Group: e.Group, Channel: e.channel, Mode: e.mode,
		Street: e.Street, Community: e.Community, Interviewer: e.interviewer, Device: e.device, Seconds: e.seconds(), Answers: clean, Again: e.Again,
		Paradata: survey.Paradata{Pages: e.Pages, Device: e.Device, Language: e.Language, Crowded: e.crowded, Late: e.late(s.db.Clock().Now())}}, nil
}

func (s *Service) options(w *survey.Wave, group survey.Group, channel survey.Channel) form.Options {
	o := form.Options{Channel: string(channel)}
	for _, step := range w.Plan.V.Scale {
		if !step.Face || group == survey.Elder {
			o.Marks = append(o.Marks, step.Mark)
		}
	}
	for _, c := range s.surveys.Categories() {
		o.Categories = append(o.Categories, c.Code)
	}
	return o
}

// checkPhotos returns one field per question with a picture that is not stored.
func (s *Service) checkPhotos(ctx context.Context, f *survey.Form, answers form.Answers) (bad []errs.Field) {
	for i := range f.Questions {
		if f.Questions[i].Type != form.Photo {
			continue
		}
		for _, ref := range answers.Codes(f.Questions[i].Code) {
			r, err := s.files.Open(ctx, ref)
			if err != nil {
				bad = append(bad, errs.Field{Location: "body.answers." + f.Questions[i].Code, Message: "send the picture again"})
				continue
			}
			_ = r.Close() // read nothing, lose nothing
		}
	}
	return bad
}

func (s *Service) checkArea(ctx context.Context, w *survey.Wave, e *entry) ([]errs.Field, error) {
	if !slices.Contains(openStreets(w, e.Group), e.Street) {
		return []errs.Field{{Location: "body.street", Message: "choose a street of the list"}}, nil
	}
	if e.Community == "" {
		return nil, nil
	}
	children, err := s.regions.Children(ctx, e.Street)
	if err != nil {
		return nil, err
	}
	for _, c := range children {
		if c.Code == e.Community {
			return nil, nil
		}
	}
	return []errs.Field{{Location: "body.community", Message: "choose a community of the street"}}, nil
}

// storeTx stores an answer with everything that must stand or fall with it. False when it was stored before.
func (s *Service) storeTx(ctx context.Context, tx *db.Tx, w *survey.Wave, e *entry, sub survey.Submission) (stored bool, err error) {
	if e.channel == survey.Targeted {
		repeated, err := s.take(ctx, tx, e, &sub)
		if err != nil || repeated {
			return false, err
		}
	}
	cell := survey.Cell{Street: sub.Street, Group: sub.Group, Channel: sub.Channel, Mode: sub.Mode}
	if err := queueAtQuotas(ctx, tx, w, cell); err != nil {
		return false, err
	}
	if stored, err = s.surveys.RecordTx(ctx, tx, sub); err != nil || !stored {
		return stored, err
	}
	if err := s.holdQuotas(ctx, tx, w, cell); err != nil {
		return false, err
	}
	if e.channel == survey.Online {
		if err := s.countDevice(ctx, tx, w.ID, e.device); err != nil {
			return false, err
		}
	} else if e.invitation != nil {
		if err := s.samples.SpendTx(ctx, tx, e.invitation.ID); errs.KindOf(err) == errs.KindConflict {
			return false, codeUsed()
		} else if err != nil {
			return false, err
		}
	}
	if e.after != nil {
		return true, e.after(ctx, tx, e)
	}
	return true, nil
}

// take finds the invitation of a targeted answer and puts its place and weight into the answer; true when the answer is stored already.
func (s *Service) take(ctx context.Context, tx *db.Tx, e *entry, sub *survey.Submission) (repeated bool, err error) {
	find := e.find
	if find == nil {
		find = func(ctx context.Context, tx *db.Tx) (*sampling.Invitation, error) { return s.redeem(ctx, tx, e.Code) }
	}
	inv, err := find(ctx, tx)
	if err != nil || inv == nil {
		return false, err
	}
	if inv.State == sampling.Spent {
		if repeated, err = s.surveys.RecordedTx(ctx, tx, sub.WaveID, sub.Key); err == nil && !repeated {
			err = codeUsed()
		}
		return repeated, err
	}
	if inv.WaveID != sub.WaveID || inv.Group != sub.Group {
		return false, badToken()
	}
	e.invitation = inv
	sub.Street, sub.Community, sub.Weight = inv.Street, inv.Community, inv.Weight*float64(shareOf(e.Adults, inv))
	return false, nil
}

// shareOf is how many persons of the group one answer stands for in its household: as the respondent says, else as the frame says.
func shareOf(told int, inv *sampling.Invitation) int {
	switch {
	case inv.Group == survey.Unit:
		return 1
	case told > 0:
		return told
	}
	return max(1, inv.Eligible)
}

// countDevice returns Conflict when a device has sent its share of a wave through the open link.
func (s *Service) countDevice(ctx context.Context, tx *db.Tx, waveID, device string) error {
	n, err := tx.Exec(ctx, `INSERT INTO fieldwork_device (wave_id, device, n) VALUES ($1, $2, 1)
		ON CONFLICT (wave_id, device) DO UPDATE SET n = fieldwork_device.n + 1 WHERE fieldwork_device.n < $3`, waveID, s.seal("device|"+device), mostOfDevice)
	if err == nil && n == 0 {
		return errs.Conflict("fieldwork.device_limit", "This device has answered three times already; every person answers once.")
	}
	return err
}

// seconds is the time at the questionnaire: what the pages add up to, as a phone may lie aside in between.
func (e *entry) seconds() int {
	n := 0
	for _, p := range e.Pages {
		n += p.Seconds
	}
	if between := int(e.FinishedAt.Sub(e.StartedAt.Time).Seconds()); n == 0 || between > 0 && between < n {
		n = between
	}
	return min(max(n, 0), 86400)
}

// late reports whether an answer waited on the device for the network.
func (e *entry) late(now time.Time) bool { return now.Sub(e.FinishedAt.Time) > 10*time.Minute }
