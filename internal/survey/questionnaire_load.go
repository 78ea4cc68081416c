package survey

import (
	"context"
	"fmt"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// LoadQuestionnaires stores the three questionnaires of a YAML file under the file's version and returns them in the
// order of Groups. Loading the same file again changes nothing; other content under a stored version is a Conflict.
// Needs PermManage.
func (s *Service) LoadQuestionnaires(ctx context.Context, src []byte) (loaded []Questionnaire, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		loaded, err = s.LoadQuestionnairesTx(ctx, tx, src)
		return err
	})
	return loaded, err
}

// LoadQuestionnairesTx is LoadQuestionnaires inside the caller's transaction.
func (s *Service) LoadQuestionnairesTx(ctx context.Context, tx *db.Tx, src []byte) ([]Questionnaire, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	version, forms, err := ParseQuestionnaires(src)
	if err != nil {
		return nil, err
	}
	var loaded []Questionnaire
	for _, g := range Groups {
		q := Questionnaire{ID: db.NewID(tx), Group: g, Version: version, State: QuestionnaireIssued, Revision: 1, CreatedAt: tx.Time(), IssuedAt: clock.Ptr(tx.Now())}
		q.put(tx, *forms[g])
		stored, err := insertQuestionnaire(ctx, tx, &q)
		if err != nil {
			return nil, fmt.Errorf("store questionnaire %s %s: %w", g, version, err)
		}
		if stored {
			err = audit.Log(ctx, tx, audit.Entry{Action: "survey.questionnaire_loaded", Object: "questionnaire", ObjectID: q.ID,
				Detail: map[string]string{"group": string(g), "version": version, "hash": q.Hash}})
		} else {
			q, err = db.Get[Questionnaire](ctx, tx, "SELECT "+questionnaireColumns+" FROM questionnaire WHERE grp = $1 AND version = $2", g, version)
		}
		if err != nil {
			return nil, err
		}
		if q.Hash != forms[g].Hash() {
			return nil, errs.Conflict("survey.questionnaire_changed", fmt.Sprintf("Version %s of the %s questionnaire is stored with other content; give the changed file a new version.", version, g))
		}
		loaded = append(loaded, q)
	}
	return loaded, nil
}

// Questionnaires lists all versions, drafts too, newest first. Anyone signed in may read them.
func (s *Service) Questionnaires(ctx context.Context) (list []Questionnaire, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = s.QuestionnairesTx(ctx, tx)
		return err
	})
	return list, err
}

// Questionnaire returns one version. Anyone signed in may read it.
func (s *Service) Questionnaire(ctx context.Context, id string) (q *Questionnaire, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if q, err = findQuestionnaire(ctx, tx, id); err != nil {
			return err
		}
		q.Waves, err = usesOf(ctx, tx, id)
		return err
	})
	return q, err
}

// QuestionnairesTx is Questionnaires inside the caller's transaction.
func (s *Service) QuestionnairesTx(ctx context.Context, tx *db.Tx) ([]Questionnaire, error) {
	return db.All[Questionnaire](ctx, tx, "SELECT "+questionnaireColumns+" FROM questionnaire ORDER BY created_at DESC, version DESC, grp LIMIT 300")
}

// Prepare stores the questionnaires shipped with this release, if they are not there yet. The program calls it at start.
func (s *Service) Prepare(ctx context.Context) error {
	_, err := s.LoadQuestionnaires(auth.System(ctx, "prepare"), shipped.Questionnaires)
	return err
}
