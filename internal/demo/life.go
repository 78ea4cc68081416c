package demo

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/rectify"
)

// life plans the course of one item. Every step draws its delay; what lies after the end of the story has not happened yet, so items that
// were issued lately are found in every state.
type life struct {
	l      *loader
	rnd    *rand.Rand
	m      *matter
	batch  batch
	limit  int // work days of the field
	at     time.Time
	due    time.Time
	stuck  string // the step a slow unit never gets to
	ending string // what will have been done
	held   bool   // it will be suspended
	early  bool   // of the first wave: plans and reports were not kept yet, few residents speak
}

// planLife plans the item of a matter from the coding of its comments to its publication.
func (l *loader) planLife(rnd *rand.Rand, r *round, m *matter, b batch, loaded time.Time) {
	category, _ := l.Opinions.Catalog().Category(m.kind.Field)
	f := &life{l: l, rnd: rnd, m: m, batch: b, limit: category.RectifyDays, ending: pick(rnd, m.kind.Done) + "。", early: r == l.rounds[0]}
	issue := b.from.AddDate(0, 0, rnd.IntN(1+int(b.to.Sub(b.from).Hours()/24)))
	issue = l.days.after(issue, 0).Add(f.clock())
	f.at = later(l.days.after(loaded, 1).Add(f.clock()), l.days.after(issue.AddDate(0, 0, -2-rnd.IntN(5)), 0).Add(f.clock()))
	l.at(f.at, func(ctx context.Context, tx *db.Tx) error { return l.merge(l.as(ctx, "lead"), tx, r, m) })
	f.wait(rnd.IntN(2))
	f.step(0, "lead", rectify.ActConfirm, rectify.Move{})
	if issue = later(issue, f.at.Add(3*slot)); issue.In(clock.Nanjing).Hour() >= 18 {
		issue = l.days.after(issue, 1).Add(f.clock())
	}
	f.at = issue
	f.step(0, "lead", rectify.ActIssue, rectify.Move{})
	if chance(rnd, b.stuck) {
		f.stuck = pick(rnd, []string{"answer", "start", "start", "done", "done"})
	}
	f.stuck = cmp.Or(m.stuck, f.stuck)
	f.due = l.days.after(issue, f.limit)
	f.passOn()
	f.held = f.stuck == "start" && f.plays(sceneHold, 0.3)
	f.watch()
	f.handle()
}

// clock draws an hour of the working day.
func (f *life) clock() time.Duration {
	h := 9*time.Hour + time.Duration(f.rnd.IntN(7))*slot
	if chance(f.rnd, 0.45) {
		h = 14*time.Hour + time.Duration(f.rnd.IntN(10))*slot
	}
	return h
}

// wait moves on by working days; at least three slots pass, so that steps of one item never share a commit.
func (f *life) wait(days int) {
	next := f.l.days.after(f.at, days).Add(f.clock())
	if floor := f.at.Add(3 * slot); next.Before(floor) {
		next = floor
	}
	f.at = next
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// step moves on by a while and acts; user "" is somebody of the lead unit.
func (f *life) step(wait time.Duration, user string, a rectify.Action, m rectify.Move) {
	f.at = f.at.Add(wait)
	f.l.act(f.at, f.m, user, a, m)
}

// passOn lets some items be returned by the unit and issued to a joint unit instead.
func (f *life) passOn() {
	if f.stuck != "" || !chance(f.rnd, f.batch.returned) {
		return
	}
	f.wait(1 + f.rnd.IntN(2))
	f.step(0, "", rectify.ActReturn, rectify.Move{Ground: "not_our_duty", Note: "依据部门职责清单，该事项主要环节不在本单位职责范围内，本单位可配合。"})
	f.wait(1 + f.rnd.IntN(3))
	f.l.hand(f.at, f.m, f.m.kind.Co[0])
	f.due = f.l.days.after(f.at, f.limit)
}

// watch puts most items that are left lying under supervision some days after they were due.
func (f *life) watch() {
	if f.stuck == "" || !chance(f.rnd, 0.75) {
		return
	}
	at := f.l.days.after(f.due, 2+f.rnd.IntN(4)).Add(16 * time.Hour)
	if f.held { // what is suspended is looked at on its own days
		return
	}
	f.l.act(at, f.m, "lead", rectify.ActSupervise, rectify.Move{Note: "超期未办结，列入区督办，三个工作日内报送办理计划。"})
	if f.plays(sceneReply, 0.6) {
		f.replies(at)
	}
}

// handle is what the lead unit does: answer, start, put right, report done.
func (f *life) handle() {
	if f.stuck == "answer" {
		if f.plays(sceneDispute, 0.2) {
			f.dispute()
		}
		return
	}
	f.wait(1 + f.rnd.IntN(max(2, f.limit/3)))
	promised := f.l.days.after(f.due, -1).Add(17 * time.Hour)
	f.step(0, "", rectify.ActAnswer, rectify.Move{Measure: pick(f.rnd, f.m.kind.Do) + "。", PromisedAt: clock.Ptr(later(promised, f.l.days.after(f.at, 2)))})
	f.machine(f.at)
	if f.held {
		f.hold()
	}
	if f.stuck == "start" {
		return
	}
	f.wait(f.rnd.IntN(2))
	f.step(0, "", rectify.ActStart, rectify.Move{})
	f.at = f.at.Add(slot)
	result := f.result()
	f.m.result = result
	shown := result == rectify.Resolved || result == rectify.Partly
	if shown || chance(f.rnd, 0.5) {
		f.photo(rectify.Before)
	}
	if f.stuck == "done" {
		if f.plays(sceneMore, 0.2) {
			f.more()
		}
		return
	}
	f.work()
	if shown {
		f.photo(rectify.After)
		f.at = f.at.Add(slot)
	}
	f.step(0, "", rectify.ActDone, rectify.Move{Result: result, Outcome: f.outcome(result)})
	f.check(result)
}

// work lets the days pass until the matter is put right: mostly in time, sometimes not.
func (f *life) work() {
	left := 0
	for d := f.at; d.Before(f.due) && left < f.limit; left++ {
		d = f.l.days.after(d, 1)
	}
	days := max(0, left-1-f.rnd.IntN(max(1, left)))
	if chance(f.rnd, 0.07) {
		days = left + 1 + f.rnd.IntN(f.limit+3)
	}
	f.wait(days)
}

func (f *life) result() rectify.Result {
	return weighted(f.rnd, []rectify.Result{rectify.Resolved, rectify.Partly, rectify.Explained, rectify.Cannot, rectify.NotOurs}, func(r rectify.Result) float64 {
		return map[rectify.Result]float64{rectify.Resolved: 76, rectify.Partly: 12, rectify.Explained: 8, rectify.Cannot: 3, rectify.NotOurs: 1}[r]
	})
}

func (f *life) outcome(r rectify.Result) string {
	switch r {
	case rectify.Partly:
		return "阶段性完成：" + f.ending + "其余部分已列入下一季度计划。"
	case rectify.Explained:
		return "经现场核实并向居民解释，目前情况符合现行规定，将继续跟踪。"
	case rectify.Cannot:
		return "受场地和产权条件限制，暂不具备实施条件，已说明原因并列入跟踪清单，条件成熟后实施。"
	case rectify.NotOurs:
		return "经核实属市级权限，已书面转报市级主管单位并告知居民，答复后再行反馈。"
	}
	return f.ending
}

// check is what follows the report: another unit verifies on site, sends back what is not right, then the office replies
// to those who spoke and publishes.
func (f *life) check(result rectify.Result) {
	for again := 0; again < 2 && chance(f.rnd, f.batch.reworked); again++ {
		f.wait(1 + f.rnd.IntN(3))
		f.step(0, "verifier", rectify.ActRework, rectify.Move{Note: pick(f.rnd, []string{"现场复查仍有残留，未达到答复中的标准。", "走访三户居民，两户表示问题反复。", "照片与现场不一致，请重新办理。"})})
		f.wait(1 + f.rnd.IntN(2))
		f.step(0, "", rectify.ActStart, rectify.Move{})
		f.wait(1 + f.rnd.IntN(4))
		f.step(0, "", rectify.ActDone, rectify.Move{Result: result, Outcome: "已返工：" + f.outcome(result)})
	}
	if f.plays(sceneJudges, 0.03) {
		f.judges()
	}
	f.wait(1 + f.rnd.IntN(4))
	f.step(0, "verifier", rectify.ActVerify, rectify.Move{Note: pick(f.rnd, []string{"现场查看属实，走访两户居民认可。", "已到现场，情况与答复一致。", "电话回访反映人，表示满意。", "现场核查通过，建议持续观察。"})})
	f.wait(1 + f.rnd.IntN(3))
	f.step(0, "lead", rectify.ActTell, rectify.Move{Reply: fmt.Sprintf("您反映的“%s”已有结果：%s如仍有问题，可联系社区网格员或再次反映。", f.m.title(), f.outcome(result))})
	f.writePage()
	f.wait(1 + f.rnd.IntN(5))
	f.step(0, "lead", rectify.ActPublish, rectify.Move{})
	f.hearVoices()
}

// photo plans a drawing as evidence.
func (f *life) photo(phase string) {
	m, photo := f.m, f.l.gallery[shot(f.m.kind.Scene, phase, f.rnd.IntN(f.l.scale.drawings))]
	caption := map[string]string{rectify.Before: "整改前", rectify.After: "整改后"}[phase] + "（示意图）"
	f.l.at(f.at, func(ctx context.Context, tx *db.Tx) error {
		unit, err := f.l.unit(m.street, m.unit)
		if err != nil {
			return err
		}
		_, err = f.l.Rectify.AddEvidenceTx(f.l.handler(ctx, m.street, unit), tx, m.id, phase, caption, photo)
		return err
	})
}
