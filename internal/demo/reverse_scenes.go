package demo

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
)

// Scenes that few items play: the first item that can play one does, later ones by chance.
const (
	sceneDispute = "dispute" // returned twice, decided by a panel
	sceneHold    = "hold"    // suspended
	sceneMore    = "more"    // more time asked for and granted
	sceneReply   = "reply"   // a supervision is answered
	sceneJudges  = "judges"  // residents look at what was done
)

// standstills are where the first items of a batch stand still, so that the smallest demonstration has every scene too.
var standstills = []string{"answer", "start", "done", "done", "start"}

// plays reports whether this item plays a scene. The course of the item does not depend on it: the scene has a stream of its own.
func (f *life) plays(scene string, share float64) bool {
	if f.l.staged == nil {
		f.l.staged = map[string]int{}
	}
	f.l.staged[scene]++
	return f.l.staged[scene] == 1 || chance(f.l.rand("scene "+scene+f.m.title()), share)
}

// dispute lets two units return an item one after the other; a panel names the first one, which then answers.
func (f *life) dispute() {
	m, at, first := f.m, f.at, f.m.unit
	day := func(n int, hour time.Duration) time.Time { return f.l.days.after(at, n).Add(hour) }
	f.try(day(1, 15*time.Hour), "", rectify.ActReturn, rectify.Move{Ground: "not_our_duty", Note: "该部位产权归属另一单位，依据三定规定不属本单位职责。"})
	f.l.hand(day(2, 10*time.Hour), m, m.kind.Co[0])
	f.try(day(3, 16*time.Hour), "", rectify.ActReturn, rectify.Move{Ground: "not_our_duty", Note: "依据部门职责清单，本单位仅负责配合，牵头单位应为首次交办单位。"})
	f.l.at(day(5, 14*time.Hour), func(ctx context.Context, tx *db.Tx) error {
		unit, err := f.l.unit(m.street, first)
		if err != nil {
			return err
		}
		m.unit = first
		return f.l.actNow(f.l.as(ctx, "lead"), tx, m, rectify.ActAdjudicate, rectify.Move{LeadUnit: unit.ID, Note: "经联席会商：日常养护由" + unit.Name + "负责，产权单位配合，同类事项照此办理。"})
	})
	due := day(9, 17*time.Hour)
	f.try(day(6, 11*time.Hour), "", rectify.ActAnswer, rectify.Move{Measure: pick(f.l.rand("dispute "+m.title()), m.kind.Do) + "。", PromisedAt: clock.Ptr(due)})
}

// hold lets the unit ask for a suspension, which the office grants and reviews once.
func (f *life) hold() {
	day := func(n int, hour time.Duration) time.Time { return f.l.days.after(f.at, n).Add(hour) }
	f.try(day(1, 10*time.Hour), "", rectify.ActAskSuspension, rectify.Move{Ground: "funds", Note: "改造资金列入下半年计划，资金到位前先设临时防护并每周巡查。"})
	f.try(day(2, 15*time.Hour), "lead", rectify.ActSuspend, rectify.Move{Note: "同意挂账，按期复核，列入公开登记。"})
	f.try(day(11, 10*time.Hour), "lead", rectify.ActReview, rectify.Move{Note: "现场防护完好，资金计划已上报，继续挂账。"})
}

// more lets the unit ask for more time, and the office grant a part of it.
func (f *life) more() {
	f.try(f.at.Add(6*slot), "", rectify.ActAskExtension, rectify.Move{Days: 3, Note: "连续阴雨影响施工，申请延长三个工作日。"})
	f.try(f.l.days.after(f.at, 1).Add(10*time.Hour), "lead", rectify.ActExtend, rectify.Move{Days: 2, Note: "情况属实，同意延长两个工作日。"})
}

// replies lets the unit answer the supervision that began at a time.
func (f *life) replies(since time.Time) {
	f.try(f.l.days.after(since, 2).Add(11*time.Hour), "", rectify.ActReply, rectify.Move{Note: "已约谈施工单位，增派人手，本周内完成并报送现场照片。"})
}

// judges lets the verifier hand slips to residents before an item is verified; most of those who answer find it solved.
func (f *life) judges() {
	m, rnd := f.m, f.l.rand("judges "+f.m.title())
	var codes []string
	f.l.at(f.at.Add(3*slot), func(ctx context.Context, tx *db.Tx) error {
		out, err := f.l.Rectify.InviteTx(f.l.as(ctx, "verifier"), tx, m.id, rectify.Invitation{Version: m.version, Residents: 5})
		if err != nil {
			return err
		}
		codes, m.version = out.Codes, out.Version
		return nil
	})
	said := []rectify.Answer{{Verdict: "solved", Words: "去看了，弄好了"}, {Verdict: "solved"}, {Verdict: "partly", Words: "大门口好了，后面一段还差一点"}, {Verdict: "solved"}}
	f.l.atWhole(f.at.Add(9*slot), func(ctx context.Context) error {
		for n := range min(len(codes), 3+rnd.IntN(2)) {
			said[n].Code = codes[n]
			if err := f.l.Rectify.AnswerInvitation(ctx, fmt.Sprintf("198.51.%d.%d", 100+n, 1+rnd.IntN(250)), said[n]); err != nil {
				return err
			}
		}
		return nil
	})
	f.at = f.at.Add(12 * slot)
}

// try plans an action that does not happen if the item has moved on or the time for it is over.
func (f *life) try(at time.Time, user string, a rectify.Action, move rectify.Move) {
	m := f.m
	f.l.at(at, func(ctx context.Context, tx *db.Tx) error {
		unit, err := f.l.unit(m.street, m.unit)
		if err != nil {
			return err
		}
		if user == "" {
			ctx = f.l.handler(ctx, m.street, unit)
		} else {
			ctx = f.l.as(ctx, user)
		}
		if err := f.l.actNow(ctx, tx, m, a, move); errs.KindOf(err) != errs.KindConflict {
			return err
		}
		return nil
	})
}
