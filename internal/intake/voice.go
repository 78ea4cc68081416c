package intake

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Words is what somebody who reported says, beside the code.
type Words struct {
	Code  string `json:"code" minLength:"1" maxLength:"40"`
	Words string `json:"words" minLength:"1" maxLength:"4000"`
}

// Verdict is what somebody who reported says about the ending.
type Verdict struct {
	Code         string   `json:"code" minLength:"1" maxLength:"40"`
	Solved       string   `json:"solved" enum:"yes,partly,no"`
	Satisfaction string   `json:"satisfaction" enum:"satisfied,basically,dissatisfied"`
	Reasons      []string `json:"reasons,omitempty" maxItems:"8"`
	Words        string   `json:"words,omitempty" maxLength:"4000"`
}

// Answer keeps the verdict. "Not solved" takes the case up again, within 30 days of its end.
func (s *Service) Answer(ctx context.Context, address string, in Verdict) (*Followed, error) {
	return s.speak(ctx, address, in.Code, func(tx *db.Tx, r *cases.Reporter, c *cases.Case) error {
		m := cases.Move{Version: c.Version, Solved: in.Solved, Satisfaction: in.Satisfaction, Reasons: in.Reasons, Note: in.Words}
		if in.Solved != "no" {
			return s.Cases.AnswerTx(ctx, tx, r, c, m)
		}
		return s.complain(ctx, tx, r, c, m)
	})
}

func (s *Service) complain(ctx context.Context, tx *db.Tx, r *cases.Reporter, c *cases.Case, m cases.Move) error {
	if m.Note == "" {
		m.Note = "反映人评价：没有解决"
	}
	_, err := s.Cases.ActTx(cases.AsReporter(ctx, r.ID), tx, c.ID, "complain", m)
	return err
}

// Appeal takes up again what was not accepted (one tier higher), or what was closed without being solved.
func (s *Service) Appeal(ctx context.Context, address string, in Words) (*Followed, error) {
	return s.speak(ctx, address, in.Code, func(tx *db.Tx, r *cases.Reporter, c *cases.Case) error {
		m := cases.Move{Version: c.Version, Note: in.Words, Solved: "no", Satisfaction: "dissatisfied"}
		if c.State != cases.Rejected {
			return s.complain(ctx, tx, r, c, m)
		}
		m.Solved, m.Satisfaction = "", ""
		_, err := s.Cases.ActTx(cases.AsReporter(ctx, r.ID), tx, c.ID, "appeal", m)
		return err
	})
}

// Comment adds words to the case while it is open. If the case waits for those who reported, it goes on.
func (s *Service) Comment(ctx context.Context, address string, in Words) (*Followed, error) {
	return s.speak(ctx, address, in.Code, func(tx *db.Tx, r *cases.Reporter, c *cases.Case) error {
		if c.State == cases.Awaiting {
			_, err := s.Cases.ActTx(cases.AsReporter(ctx, r.ID), tx, c.ID, "supplement", cases.Move{Version: c.Version, Note: in.Words})
			return err
		}
		return s.Cases.SayTx(ctx, tx, r, c, in.Words)
	})
}

// speak finds the case by its code, lets somebody who reported act on it, and shows it as it is then.
func (s *Service) speak(ctx context.Context, address, code string, act func(tx *db.Tx, r *cases.Reporter, c *cases.Case) error) (out *Followed, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		r, c, err := s.byCode(ctx, tx, address, code)
		if err != nil {
			return err
		}
		if err := act(tx, r, c); err != nil {
			return err
		}
		if r, c, err = s.Cases.ByCodeTx(ctx, tx, code); err != nil {
			return err
		}
		out, err = s.followed(ctx, tx, r, c)
		return err
	})
	return out, toldOutside(err)
}

// toldOutside leaves out of a refusal what it tells of the case: offices see the case as it is, whoever has a code sees what Followed shows.
func toldOutside(err error) error {
	if e := errs.As(err); e != nil && e.Kind == errs.KindConflict {
		return errs.Conflict(e.Code, e.Message)
	}
	return err
}
