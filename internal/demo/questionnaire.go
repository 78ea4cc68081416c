package demo

import (
	"context"

	"yiwang/internal/form"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// planQuestionnaires lets the evaluation lead write the next adult questionnaire: a draft with a follow-up on property management
// and one text made plainer, not issued yet.
func (l *loader) planQuestionnaires() {
	l.at(l.moved(day(11, 9, 2026)), func(ctx context.Context, tx *db.Tx) error {
		ctx = l.as(ctx, "lead")
		list, err := l.Survey.QuestionnairesTx(ctx, tx)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Group == survey.Adult && list[i].State == survey.QuestionnaireIssued {
				return l.reviseQuestionnaire(ctx, tx, &list[i])
			}
		}
		return errs.NotFound("survey.questionnaire_not_found", "There is no such questionnaire version.")
	})
}

func (l *loader) reviseQuestionnaire(ctx context.Context, tx *db.Tx, base *survey.Questionnaire) error {
	const note = "物业评价低的追问原因；加装电梯一题改得更明白"
	q, err := l.Survey.DraftQuestionnaireTx(ctx, tx, survey.NewQuestionnaire{Version: "2027.1-草稿", From: base.ID, Note: note})
	if err != nil {
		return err
	}
	f := q.Form.V
	var questions []survey.Question
	for _, asked := range f.Questions {
		if asked.Code == "B2-2" {
			asked.Text = "老旧小区改造、加装电梯、充电桩和停车位等实事，办得快不快、好不好"
		}
		questions = append(questions, asked)
		if asked.Code == "B2-1" {
			questions = append(questions, survey.Question{Code: "B2-1W", Section: asked.Section, Type: form.Multi, Text: "对物业不满意的是哪些方面？", Optional: true,
				Show:    &form.Condition{Question: "B2-1", Op: form.Ge, Value: 4},
				Options: []string{"维修不及时", "保洁不到位", "收费不透明", "公共收益不公开", "门岗和巡查", "说不清楚"}, Exclusive: []int{6}, Max: 3,
				EN: &form.QuestionWords{Text: "What about the property management is not satisfactory?",
					Options: []string{"Slow repairs", "Poor cleaning", "Unclear charges", "Common income not disclosed", "Guards and patrols", "Hard to say"}}})
		}
	}
	f.Questions = questions
	_, err = l.Survey.SaveDraftTx(ctx, tx, q.ID, q.Revision, survey.SavedDraft{Form: f, Note: note})
	return err
}
