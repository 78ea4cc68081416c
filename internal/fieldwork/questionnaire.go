package fieldwork

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/sampling"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Questionnaire is what a phone, an interviewer or who keys paper needs to ask one respondent.
type Questionnaire struct {
	Wave       WaveView       `json:"wave"`
	Channel    survey.Channel `json:"channel" enum:"targeted,online"`
	Group      survey.Group   `json:"group" enum:"elder,adult,unit"`
	Street     *Place         `json:"street,omitempty"`
	Community  *Place         `json:"community,omitempty"`
	Token      string         `json:"token" doc:"send it back with the answers"`
	Form       *survey.Form   `json:"form"`
	Scale      []Mark         `json:"scale"`
	Categories []Place        `json:"categories" doc:"fields of the reverse evaluation"`
	Areas      []Area         `json:"areas,omitempty" doc:"where a respondent of the open link may live"`
	Select     *Selection     `json:"select,omitempty" doc:"which person of the household answers"`

	Again []survey.AgainTopic `json:"again,omitempty" doc:"what was put right since the last wave, asked after the last page: those of the respondent's community"`
}

// WaveView is what a respondent sees of a wave.
type WaveView struct {
	ID     string      `json:"id"`
	Code   string      `json:"code"`
	Name   string      `json:"name"`
	EndsAt *clock.Time `json:"ends_at,omitempty"`
}

// Mark is a step of the scale as a respondent sees it: without its score.
type Mark struct {
	Mark  string `json:"mark"`
	Label string `json:"label"`
	Face  bool   `json:"face,omitempty"`
}

// Place is a code with its name.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Area is a street with its communities.
type Area struct {
	Place
	Communities []Place `json:"communities"`
}

// Selection says in plain words which person of a household is asked. Picks holds, for households of 1, 2, 3 … persons of the group,
// the number to ask, where a table decides.
type Selection struct {
	Method string `json:"method" enum:"last_birthday,kish"`
	Text   string `json:"text"`
	Picks  []int  `json:"picks,omitempty"`
}

// OpenByCode returns the questionnaire of a letter's code. Anybody with the code may. NotFound for an unknown code, Conflict for a used
// one or when the wave takes no answers.
func (s *Service) OpenByCode(ctx context.Context, code string) (q *Questionnaire, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		inv, err := s.redeem(ctx, tx, code)
		if err != nil {
			return err
		}
		if inv.State == sampling.Spent {
			return codeUsed()
		}
		q, err = s.forInvitation(ctx, tx, inv)
		return err
	})
	return q, err
}

// forInvitation is the questionnaire for a drawn household or unit.
func (s *Service) forInvitation(ctx context.Context, tx *db.Tx, inv *sampling.Invitation) (*Questionnaire, error) {
	c, err := s.collecting(ctx, tx, inv.WaveID)
	if err != nil {
		return nil, err
	}
	q, err := s.questionnaire(c, inv.Group, survey.Targeted, tx)
	if err != nil {
		return nil, err
	}
	if q.Street, err = s.place(ctx, inv.Street); err != nil {
		return nil, err
	}
	if inv.Community != "" {
		if q.Community, err = s.place(ctx, inv.Community); err != nil {
			return nil, err
		}
	}
	q.Select = selection(c.Wave, inv)
	return q, s.askAgain(ctx, tx, q, inv.Community)
}

// OpenByLink returns the questionnaire of the open link for a group. Anybody may. NotFound for an unknown wave or group, Conflict when
// the wave takes no answers.
func (s *Service) OpenByLink(ctx context.Context, wave string, group survey.Group) (q *Questionnaire, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := s.collecting(ctx, tx, wave)
		if err != nil {
			return err
		}
		if q, err = s.questionnaire(c, group, survey.Online, tx); err != nil {
			return err
		}
		if q.Areas, err = s.areas(ctx, c.Wave, group); err != nil {
			return err
		}
		return s.askAgain(ctx, tx, q, "")
	})
	return q, err
}

// OpenEntry returns the questionnaire for somebody who gives the code of a letter by telephone, or for paper. Needs PermCollect;
// NotFound for a wave of a district in which the caller has no area.
func (s *Service) OpenEntry(ctx context.Context, wave string, group survey.Group) (q *Questionnaire, err error) {
	if err := auth.Require(ctx, PermCollect); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := s.collecting(ctx, tx, wave)
		if err != nil {
			return err
		}
		if !worksIn(auth.From(ctx), c.Wave.Area) {
			return errs.NotFound("survey.wave_not_found", "There is no such wave.")
		}
		if q, err = s.questionnaire(c, group, survey.Targeted, tx); err != nil {
			return err
		}
		if q.Areas, err = s.areas(ctx, c.Wave, group); err != nil {
			return err
		}
		return s.askAgain(ctx, tx, q, "")
	})
	return q, err
}

// worksIn reports whether an area of somebody lies in the district, or around it.
func worksIn(p *auth.Principal, district string) bool {
	return p.Covers(district) || slices.ContainsFunc(p.Areas, func(a string) bool { return a != "" && strings.HasPrefix(a, district) })
}

// collecting returns a wave that takes answers now.
func (s *Service) collecting(ctx context.Context, tx *db.Tx, wave string) (*survey.Collecting, error) {
	c, err := s.surveys.CollectingTx(ctx, tx, wave)
	if err != nil {
		return nil, err
	}
	if !takesAnswers(c.Wave) {
		return nil, notOpen()
	}
	return c, nil
}

func (s *Service) questionnaire(c *survey.Collecting, group survey.Group, channel survey.Channel, tx *db.Tx) (*Questionnaire, error) {
	form := c.Forms[group]
	if form == nil {
		return nil, errs.NotFound("fieldwork.group_unknown", "The group is elder, adult or unit.")
	}
	q := &Questionnaire{Wave: WaveView{ID: c.Wave.ID, Code: c.Wave.Code, Name: c.Wave.Name, EndsAt: c.Wave.EndsAt}, Channel: channel, Group: group, Form: form,
		Token: s.token(c.Wave.ID, group, channel, tx.Now()), Categories: []Place{}}
	for _, step := range c.Wave.Plan.V.Scale {
		if !step.Face || group == survey.Elder {
			q.Scale = append(q.Scale, Mark{step.Mark, step.Label, step.Face})
		}
	}
	for _, c := range s.surveys.Categories() {
		q.Categories = append(q.Categories, Place{c.Code, c.Name})
	}
	return q, nil
}

// areas lists the streets of the plan in which the group is asked, in a pilot only the pilot's.
func (s *Service) areas(ctx context.Context, w *survey.Wave, group survey.Group) ([]Area, error) {
	var out []Area
	for _, code := range openStreets(w, group) {
		street, err := s.place(ctx, code)
		if err != nil {
			return nil, err
		}
		children, err := s.regions.Children(ctx, code)
		if err != nil {
			return nil, err
		}
		a := Area{Place: *street, Communities: []Place{}}
		for _, c := range children {
			a.Communities = append(a.Communities, Place{c.Code, c.Name})
		}
		out = append(out, a)
	}
	return out, nil
}

func openStreets(w *survey.Wave, group survey.Group) []string {
	plan := &w.Plan.V
	return slices.DeleteFunc(plan.Streets(), func(street string) bool {
		return plan.Population(street, group) == 0 || w.State == survey.Piloting && len(plan.Pilot) > 0 && !slices.Contains(plan.Pilot, street)
	})
}

func (s *Service) place(ctx context.Context, code string) (*Place, error) {
	a, err := s.regions.Get(ctx, code)
	if errs.KindOf(err) == errs.KindNotFound {
		return &Place{code, code}, nil
	} else if err != nil {
		return nil, err
	}
	return &Place{a.Code, a.Name}, nil
}

var persons = map[survey.Group]string{survey.Elder: "60周岁及以上的家人", survey.Adult: "18至59周岁的家人"}

// selection is the rule of the plan for the person of a household; units have none.
func selection(w *survey.Wave, inv *sampling.Invitation) *Selection {
	who, design := persons[inv.Group], w.Plan.V.Sampling
	if who == "" || design == nil {
		return nil
	}
	if inv.Sheet == "" {
		return &Selection{Method: string(survey.LastBirthday), Text: fmt.Sprintf("请由家中%s里，最近一次过生日的那一位来填写。这样每个人被问到的机会才一样。", who)}
	}
	pick := &Selection{Method: string(survey.KishTables),
		Text: fmt.Sprintf("请把家中%s排个号：先男后女，各从年长到年轻，依次为1号、2号……再按下表请对应的那一位来填写。", who)}
	for n := 1; n <= 6; n++ {
		k, err := stats.KishTable(inv.Sheet).Choose(n)
		if err != nil {
			return nil
		}
		pick.Picks = append(pick.Picks, k)
	}
	return pick
}

// redeem finds the invitation of a code and says in this module's words why it cannot be used. A used one is returned: whoever sends
// the same answer again must get the receipt, not a refusal.
func (s *Service) redeem(ctx context.Context, tx *db.Tx, code string) (*sampling.Invitation, error) {
	inv, err := s.samples.RedeemTx(ctx, tx, code)
	switch {
	case errs.KindOf(err) == errs.KindNotFound:
		return nil, errs.NotFound("fieldwork.code_unknown", "There is no such code. Check it against the letter.")
	case err != nil:
		return nil, err
	case inv.State != sampling.Open && inv.State != sampling.Spent:
		return nil, errs.Conflict("fieldwork.code_closed", "This household is not asked any more; thank you for your readiness.")
	}
	return inv, nil
}

func codeUsed() error {
	return errs.Conflict("fieldwork.code_used", "This code was used already; every household answers once.")
}

func notOpen() error {
	return errs.Conflict("fieldwork.not_open", "No answers are collected at the moment.")
}

func takesAnswers(w *survey.Wave) bool {
	return w.State == survey.Fieldwork || w.State == survey.Piloting
}
