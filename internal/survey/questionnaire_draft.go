package survey

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/form"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// NewQuestionnaire is what DraftQuestionnaire needs.
type NewQuestionnaire struct {
	Group   Group  `json:"group,omitempty" enum:"elder,adult,unit" doc:"who is asked; may be left out when From says it"`
	Version string `json:"version" minLength:"1" maxLength:"40" doc:"name of the version, unlike any other of the group"`
	From    string `json:"from,omitempty" doc:"version to copy; none: an empty questionnaire"`
	Note    string `json:"note,omitempty" maxLength:"500" doc:"why there is a new version"`
	Form    *Form  `json:"-"` // what an imported file holds
}

// maxFormBytes bounds a stored form; the reference ones take 12 KB.
const maxFormBytes = 400 << 10

var versionPattern = regexp.MustCompile(`^[\p{Han}0-9A-Za-z][\p{Han}0-9A-Za-z._-]{0,39}$`)

// DraftQuestionnaire opens a draft: empty, or a copy of another version of any group. Needs PermManage; Conflict when the group has
// the version already.
func (s *Service) DraftQuestionnaire(ctx context.Context, in NewQuestionnaire) (q *Questionnaire, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		q, err = s.DraftQuestionnaireTx(ctx, tx, in)
		return err
	})
	return q, err
}

// DraftQuestionnaireTx is DraftQuestionnaire inside the caller's transaction.
func (s *Service) DraftQuestionnaireTx(ctx context.Context, tx *db.Tx, in NewQuestionnaire) (*Questionnaire, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	q := &Questionnaire{ID: db.NewID(tx), Group: in.Group, Version: strings.TrimSpace(in.Version), State: QuestionnaireDraft, Revision: 1,
		Note: strings.TrimSpace(in.Note), CreatedAt: tx.Time()}
	asked := Form{Questions: []Question{}}
	if in.Form != nil {
		asked = *in.Form
	}
	if in.From != "" {
		base, err := findQuestionnaire(ctx, tx, in.From)
		if err != nil {
			return nil, err
		}
		q.BaseID = base.ID
		if q.Group == "" {
			q.Group = base.Group
		}
		if in.Form == nil {
			asked = base.Form.V
		}
	}
	if asked.Name == "" {
		asked.Name = q.Group.Title() + "问卷"
	}
	if err := checkHead(q, &asked); err != nil {
		return nil, err
	}
	q.put(tx, asked)
	stored, err := insertQuestionnaire(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	if !stored {
		return nil, versionExists(q)
	}
	return q, s.note(ctx, tx, q, "survey.questionnaire_drafted")
}

// SavedDraft is what SaveDraft writes.
type SavedDraft struct {
	Version string `json:"version,omitempty" maxLength:"40" doc:"new name of the version; none keeps it"`
	Note    string `json:"note,omitempty" maxLength:"500"`
	Form    Form   `json:"form"`
}

// SaveDraft replaces the form of a draft. A draft may be unfinished: what is wrong with it is told by CheckForm and stops Issue, not
// saving. Needs PermManage; Conflict when the questionnaire was issued or somebody saved a later revision (its current state is
// attached).
func (s *Service) SaveDraft(ctx context.Context, id string, revision int, in SavedDraft) (q *Questionnaire, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		q, err = s.SaveDraftTx(ctx, tx, id, revision, in)
		return err
	})
	return q, err
}

// SaveDraftTx is SaveDraft inside the caller's transaction.
func (s *Service) SaveDraftTx(ctx context.Context, tx *db.Tx, id string, revision int, in SavedDraft) (*Questionnaire, error) {
	q, err := s.draft(ctx, tx, id, revision)
	if err != nil {
		return nil, err
	}
	if v := strings.TrimSpace(in.Version); v != "" && v != q.Version {
		if taken, err := versionTaken(ctx, tx, q.Group, v, q.ID); err != nil || taken {
			if err == nil {
				q.Version = v
				err = versionExists(q)
			}
			return nil, err
		}
		q.Version = v
	}
	q.Note = strings.TrimSpace(in.Note)
	if in.Form.Questions == nil {
		in.Form.Questions = []Question{}
	}
	if err := checkHead(q, &in.Form); err != nil {
		return nil, err
	}
	q.put(tx, in.Form)
	if err := updateDraft(ctx, tx, q); err != nil {
		return nil, err
	}
	return q, s.note(ctx, tx, q, "survey.questionnaire_saved")
}

// Issue makes a draft final: it can be asked in waves and never changes again. Needs PermManage; Invalid naming every fault of the
// form; Conflict when it was issued or saved meanwhile.
func (s *Service) Issue(ctx context.Context, id string, revision int) (q *Questionnaire, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if q, err = s.draft(ctx, tx, id, revision); err != nil {
			return err
		}
		if err := q.Form.V.Validate(); err != nil {
			return err
		}
		q.State, q.UpdatedAt, q.IssuedAt = QuestionnaireIssued, tx.Time(), clock.Ptr(tx.Now())
		if err := updateDraft(ctx, tx, q); err != nil {
			return err
		}
		return s.note(ctx, tx, q, "survey.questionnaire_issued")
	})
	return q, err
}

// Discard deletes a draft; its saves stay in the audit trail. Needs PermManage; Conflict when it was issued or saved meanwhile, or
// when the plan of a wave names it.
func (s *Service) Discard(ctx context.Context, id string, revision int) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		q, err := s.draft(ctx, tx, id, revision)
		if err != nil {
			return err
		}
		used, err := usesOf(auth.System(ctx, "survey"), tx, id)
		if err != nil {
			return err
		}
		if len(used) > 0 {
			return errs.Conflict("survey.questionnaire_used", fmt.Sprintf("The plan of wave %s names this draft; choose another version there first.", used[0].Code))
		}
		if _, err := tx.Exec(ctx, "DELETE FROM questionnaire WHERE id = $1 AND revision = $2 AND state = 'draft'", q.ID, q.Revision); err != nil {
			return err
		}
		return s.note(ctx, tx, q, "survey.questionnaire_discarded")
	})
}

// CheckForm returns everything that is wrong with a form and the advice on it, worded in the caller's language. Needs PermManage.
func (s *Service) CheckForm(ctx context.Context, f *Form) ([]form.Fault, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	return f.Faults(i18n.Lang(ctx)), nil
}

// Diff returns what changed from one questionnaire version to another. Anyone signed in may ask.
func (s *Service) Diff(ctx context.Context, from, to string) (changes []form.Change, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		before, err := findQuestionnaire(ctx, tx, from)
		if err != nil {
			return err
		}
		after, err := findQuestionnaire(ctx, tx, to)
		if err != nil {
			return err
		}
		changes = form.Diff(&before.Form.V, &after.Form.V)
		return nil
	})
	return changes, err
}

// draft finds a questionnaire that can still be written at the revision that the caller saw.
func (s *Service) draft(ctx context.Context, tx *db.Tx, id string, revision int) (*Questionnaire, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	q, err := findQuestionnaire(ctx, tx, id)
	switch {
	case err != nil:
		return nil, err
	case q.State != QuestionnaireDraft:
		return nil, errs.Conflict("survey.questionnaire_issued", "This version was issued and never changes; copy it to a new version.").With(q)
	case q.Revision != revision:
		return nil, revisionConflict(q)
	}
	return q, nil
}

func (s *Service) note(ctx context.Context, tx *db.Tx, q *Questionnaire, action string) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "questionnaire", ObjectID: q.ID,
		Detail: map[string]string{"group": string(q.Group), "version": q.Version, "revision": fmt.Sprint(q.Revision), "hash": q.Hash}})
}

// checkHead refuses what cannot be stored at all; the questions themselves may be unfinished.
func checkHead(q *Questionnaire, f *Form) error {
	var bad []errs.Field
	add := func(ok bool, location, message string) {
		if !ok {
			bad = append(bad, errs.Field{Location: "body." + location, Message: message})
		}
	}
	add(slices.Contains(Groups, q.Group), "group", "elder, adult or unit")
	add(versionPattern.MatchString(q.Version), "version", "letters, digits, points and hyphens, at most 40")
	add(utf8.RuneCountInString(f.Name) <= 100, "form.name", "at most 100 characters")
	b, err := json.Marshal(f)
	add(err == nil && len(b) <= maxFormBytes, "form", "at most 400 KB")
	if len(bad) > 0 {
		return errs.Invalid("survey.bad_questionnaire", "The questionnaire is not usable.", bad...)
	}
	return nil
}

func versionExists(q *Questionnaire) error {
	return errs.Conflict("survey.questionnaire_exists", fmt.Sprintf("The %s questionnaire has a version %s already; choose another name.", q.Group, q.Version))
}

func revisionConflict(q *Questionnaire) error {
	return errs.Conflict("survey.questionnaire_saved_meanwhile", "Somebody saved a later revision of this draft; look at it before saving yours.").With(q)
}

// issued refuses a plan that names a questionnaire which can still change.
func (s *Service) issued(ctx context.Context, tx *db.Tx, plan *Plan) error {
	for _, g := range Groups {
		if plan.Questionnaires[g] == "" {
			continue
		}
		q, err := findQuestionnaire(ctx, tx, plan.Questionnaires[g])
		if errs.KindOf(err) == errs.KindNotFound {
			continue // nobody can be asked one that does not exist; Freeze says so
		}
		if err != nil {
			return err
		}
		if q.State != QuestionnaireIssued {
			return errs.Conflict("survey.questionnaire_draft", fmt.Sprintf("Version %s of the %s questionnaire is a draft; issue it before anybody is asked.", q.Version, g))
		}
	}
	return nil
}
