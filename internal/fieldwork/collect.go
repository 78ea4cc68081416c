package fieldwork

import (
	"context"
	"errors"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Errand is an assignment with what an interviewer needs at the door.
type Errand struct {
	Assignment
	Place         int              `json:"place" doc:"number on the list of the draw"`
	Address       sampling.Address `json:"address"`
	StreetName    string           `json:"street_name"`
	CommunityName string           `json:"community_name,omitempty"`
	Select        *Selection       `json:"select,omitempty"`
	Answered      bool             `json:"answered" doc:"by letter or link in the meantime; no visit is needed"`
	Tries         []Attempt        `json:"tries"`
}

// Kit is everything an interviewer takes along, so that the work goes on without network.
type Kit struct {
	Errands        []Errand        `json:"errands"`
	Questionnaires []Questionnaire `json:"questionnaires" doc:"one per wave and group; the token holds until the wave closes"`
	Waves          []WaveView      `json:"waves" doc:"that take answers now"`
	Outcomes       []Kind          `json:"outcomes"`
}

// Mine returns the caller's own assignments of waves that take answers, with addresses and questionnaires. Needs PermCollect. That the
// addresses were shown is in the audit trail.
func (s *Service) Mine(ctx context.Context) (k *Kit, err error) {
	if err := auth.Require(ctx, PermCollect); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		k = &Kit{Errands: []Errand{}, Questionnaires: []Questionnaire{}, Waves: []WaveView{}, Outcomes: Outcomes()}
		waves, err := s.surveys.TakingAnswersTx(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range waves {
			if err := s.pack(ctx, tx, w, k); err != nil {
				return err
			}
		}
		if len(k.Errands) == 0 {
			return nil
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "fieldwork.addresses_shown", Object: "assignments", ObjectID: auth.From(ctx).UserID, Detail: map[string]int{"n": len(k.Errands)}})
	})
	return k, err
}

// pack adds what the caller has of one wave.
func (s *Service) pack(ctx context.Context, tx *db.Tx, c *survey.Collecting, k *Kit) error {
	if !covered(ctx, c.Wave.Area) {
		return nil
	}
	k.Waves = append(k.Waves, WaveView{ID: c.Wave.ID, Code: c.Wave.Code, Name: c.Wave.Name, EndsAt: c.Wave.EndsAt})
	for _, g := range survey.Groups {
		q, err := s.questionnaire(c, g, survey.Targeted, tx)
		if err != nil {
			return err
		}
		if err := s.askAgain(ctx, tx, q, ""); err != nil {
			return err
		}
		k.Questionnaires = append(k.Questionnaires, *q)
	}
	own, err := db.All[Assignment](ctx, tx, "SELECT "+assignmentColumns+` FROM fieldwork_assignment
		WHERE wave_id = $1 AND interviewer = $2 ORDER BY closed, community, invitation_id LIMIT 1000`, c.Wave.ID, auth.From(ctx).UserID)
	if err != nil || len(own) == 0 {
		return err
	}
	invitations, addresses, err := s.drawn(ctx, tx, own)
	if err != nil {
		return err
	}
	tries, err := s.attemptsOf(ctx, tx, c.Wave.ID)
	if err != nil {
		return err
	}
	for _, a := range own {
		inv := invitations[a.InvitationID]
		if inv == nil {
			continue
		}
		e := Errand{Assignment: a, Place: inv.Place, Address: addresses[inv.ID], Select: selection(c.Wave, inv), Answered: inv.State == sampling.Spent && a.Outcome != Complete,
			Tries: append([]Attempt{}, tries[inv.ID]...)}
		e.Closed = e.Closed || inv.State != sampling.Open
		if err := s.name(ctx, &e); err != nil {
			return err
		}
		k.Errands = append(k.Errands, e)
	}
	return nil
}

func (s *Service) name(ctx context.Context, e *Errand) error {
	street, err := s.place(ctx, e.Street)
	if err != nil {
		return err
	}
	e.StreetName = street.Name
	if e.Community == "" {
		return nil
	}
	community, err := s.place(ctx, e.Community)
	if err == nil {
		e.CommunityName = community.Name
	}
	return err
}

// drawn returns the invitations of assignments with their addresses.
func (s *Service) drawn(ctx context.Context, tx *db.Tx, own []Assignment) (map[string]*sampling.Invitation, map[string]sampling.Address, error) {
	byID, open := map[string]*sampling.Invitation{}, []string{}
	for start := 0; start < len(own); start += 500 {
		var ids []string
		for _, a := range own[start:min(start+500, len(own))] {
			ids = append(ids, a.InvitationID)
		}
		list, err := s.samples.ListTx(ctx, tx, sampling.Filter{WaveID: own[0].WaveID, IDs: ids})
		if err != nil {
			return nil, nil, err
		}
		for i := range list {
			byID[list[i].ID] = &list[i]
			if list[i].State == sampling.Open { // an address is shown as long as it has to be found
				open = append(open, list[i].ID)
			}
		}
	}
	addresses, err := s.samples.AddressesTx(ctx, tx, open)
	return byID, addresses, err
}

func covered(ctx context.Context, area string) bool {
	p := auth.From(ctx)
	if p.Covers(area) {
		return true
	}
	for _, a := range p.Areas {
		if len(a) > len(area) && a[:len(area)] == area {
			return true
		}
	}
	return false
}

// Interview is a finished questionnaire that an interviewer asked, at an address of the own list or for somebody who gives the code of a
// letter by telephone or at the counter.
type Interview struct {
	Submission
	Mode         survey.Mode `json:"mode" enum:"visit,phone"`
	InvitationID string      `json:"invitation_id,omitempty" maxLength:"60" doc:"of the own list; else code"`
}

// Interviewed stores an interview exactly once and closes its address. Needs PermCollect. The answer keeps a digest of who asked, so that
// the effect of interviewers can be measured; nothing leads from it to the address.
func (s *Service) Interviewed(ctx context.Context, in Interview) (*Receipt, error) {
	if err := auth.Require(ctx, PermCollect); err != nil {
		return nil, err
	}
	p, err := s.readToken(in.Token)
	if err != nil {
		return nil, err
	}
	if p.group != in.Group || p.channel != survey.Targeted {
		return nil, badToken()
	}
	e := entry{Submission: in.Submission, wave: p.wave, channel: survey.Targeted, mode: in.Mode, interviewer: auth.From(ctx).UserID, after: s.closeAddress}
	if in.InvitationID != "" {
		e.find = func(ctx context.Context, tx *db.Tx) (*sampling.Invitation, error) {
			return s.ownInvitation(ctx, tx, in.InvitationID)
		}
	} else {
		e.find = func(ctx context.Context, tx *db.Tx) (*sampling.Invitation, error) {
			inv, err := s.redeem(ctx, tx, in.Code)
			if err == nil {
				err = auth.RequireArea(ctx, PermCollect, inv.Street)
			}
			return inv, err
		}
	}
	return s.store(ctx, &e)
}

// ownInvitation returns the invitation of an assignment of the caller.
func (s *Service) ownInvitation(ctx context.Context, tx *db.Tx, id string) (*sampling.Invitation, error) {
	a, err := findOwn(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	list, err := s.samples.ListTx(ctx, tx, sampling.Filter{WaveID: a.WaveID, IDs: []string{id}})
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, errs.NotFound("fieldwork.not_assigned", "This address is not on your list.")
	}
	if list[0].State == sampling.Replaced {
		return nil, errs.Conflict("fieldwork.code_closed", "This household is not asked any more; thank you for your readiness.")
	}
	return &list[0], nil
}

// closeAddress notes that an interview is complete, for the response rate and the list of the interviewer. It appends no attempt: those
// would stand in the order of the answers, and their day beside that of the answer.
func (s *Service) closeAddress(ctx context.Context, tx *db.Tx, e *entry) error {
	a, err := db.Get[Assignment](ctx, tx, "SELECT "+assignmentColumns+" FROM fieldwork_assignment WHERE invitation_id = $1", e.invitation.ID)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	a.Outcome, a.Attempts, a.NextAt, a.Closed = Complete, a.Attempts+1, nil, true
	return saveAssignment(ctx, tx, &a)
}
