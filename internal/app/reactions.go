package app

import (
	"context"
	"fmt"

	"yiwang/internal/appraisal"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/rectify"
	"yiwang/internal/results"
	"yiwang/internal/survey"
)

// react says what follows from what, across modules. Everything one module causes in another stands here. A reaction
// runs after the commit, in a transaction of its own, at least once.
func (a *App) react() {
	a.reactToWaves()
	a.reactToOpinions()
	a.reactToItems()
	a.reactToMachine()
	a.reactToLists()
	a.reactToExports()
	a.reactToEffect()
	a.reactToPublication()
	a.reactToResults()
	a.reactToCases()
	a.reactToWhistles()
	a.reactToSensors()
	a.reactToDuty()
	a.reactToCalls()
	a.reactToAlarms()
	a.reactToEvidence()
}

// reactToWaves: a wave moved, or answers came in.
func (a *App) reactToWaves() {
	// Answers have come in: their comments wait to be sorted into the 14 fields.
	outbox.On(a.Bus, survey.TopicImported, "rectify.load-comments", func(ctx context.Context, tx *db.Tx, e survey.Imported) error {
		if e.Comments == 0 {
			return nil
		}
		_, err := a.Opinions.LoadCommentsTx(ctx, tx, e.WaveID)
		return err
	})

	// A wave leaves the pilot: what the last round showed is kept before anybody revises the questionnaires.
	outbox.On(a.Bus, survey.TopicAdvanced, "appraisal.pilot-round", func(ctx context.Context, tx *db.Tx, e survey.Advanced) error {
		if e.From != survey.Piloting {
			return nil
		}
		_, err := a.Appraisal.KeepRoundTx(ctx, tx, e.WaveID, "")
		return err
	})

	// Scores are out: every street office of the district is told.
	outbox.On(a.Bus, appraisal.TopicPublished, "notice.streets", func(ctx context.Context, tx *db.Tx, e appraisal.Event) error {
		w, err := a.Survey.WaveTx(ctx, tx, e.WaveID)
		if err != nil {
			return err
		}
		offices, err := a.streetOffices(ctx, tx, w.Area)
		for i := 0; err == nil && i < len(offices); i++ {
			err = a.Identity.Notify(ctx, tx, identity.To{Unit: offices[i], Needs: appraisal.PermRead}, appraisal.TopicPublished, w.Name+" 成绩已公布", "/appraisal/"+w.ID+"/scores")
		}
		return err
	})
}

// reactToItems: a rectification item moved.
func (a *App) reactToItems() {
	// An item is issued, or comes back for rework, or is watched from above: the unit that leads it is told.
	for topic, text := range map[string]string{
		rectify.TopicIssued:     "新的整改事项：%s",
		rectify.TopicReworked:   "退回重办：%s",
		rectify.TopicSupervised: "已列入督办：%s",
	} {
		outbox.On(a.Bus, topic, "notice.lead", func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
			return a.Identity.Notify(ctx, tx, identity.To{Unit: e.LeadUnit, Needs: rectify.PermRead}, topic, fmt.Sprintf(text, e.Title), itemLink(e))
		})
	}

	// A unit returned an item, or reports it done: the evaluation office decides or has it verified.
	for topic, text := range map[string]string{
		rectify.TopicReturned: "申请退回：%s",
		rectify.TopicDone:     "已整改，待核查：%s",
	} {
		outbox.On(a.Bus, topic, "notice.office", func(ctx context.Context, tx *db.Tx, e rectify.Moved) error {
			office, err := a.officeOf(ctx, tx, e.AreaCode)
			if err != nil || office == "" {
				return err
			}
			return a.Identity.Notify(ctx, tx, identity.To{Unit: office, Needs: rectify.PermRead, Area: e.AreaCode}, topic, fmt.Sprintf(text, e.Title), itemLink(e))
		})
	}
}

// reactToResults: a year's results are signed or appealed.
func (a *App) reactToResults() {
	// The use of a year's results is signed: every street office of the district is told and may appeal.
	outbox.On(a.Bus, results.TopicSettled, "notice.settled", func(ctx context.Context, tx *db.Tx, e results.Event) error {
		offices, err := a.streetOffices(ctx, tx, e.Area)
		text := fmt.Sprintf("%d年结果运用已签署，可在期限内申诉", e.Year)
		if e.Correction {
			text = fmt.Sprintf("%d年结果运用已更正", e.Year)
		}
		for i := 0; err == nil && i < len(offices); i++ {
			err = a.Identity.Notify(ctx, tx, identity.To{Unit: offices[i], Needs: results.PermRead}, results.TopicSettled, text, settlementLink(e.SettlementID))
		}
		return err
	})

	// A unit appeals: the evaluation office answers. It answered: the unit is told.
	outbox.On(a.Bus, results.TopicAppealed, "notice.appeal", func(ctx context.Context, tx *db.Tx, e results.AppealEvent) error {
		office, err := a.officeOf(ctx, tx, e.Area)
		if err != nil || office == "" {
			return err
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: office, Needs: results.PermManage, Area: e.Area}, results.TopicAppealed, e.UnitName+"提出申诉，待答复", settlementLink(e.SettlementID))
	})
	outbox.On(a.Bus, results.TopicDecided, "notice.decided", func(ctx context.Context, tx *db.Tx, e results.AppealEvent) error {
		text := "申诉已答复：不支持"
		if e.Upheld {
			text = "申诉已答复：支持，将更正结果"
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: e.UnitID, Needs: results.PermRead}, results.TopicDecided, text, settlementLink(e.SettlementID))
	})
}

func settlementLink(id string) string { return "/appraisal/results/" + id }

func itemLink(e rectify.Moved) string { return "/rectify/items/" + e.ItemID }
