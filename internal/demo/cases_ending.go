package demo

import (
	"fmt"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// finish verifies, closes and asks; what fails goes round again.
func (c *course) finish(said bool) {
	for range 2 {
		c.work(25, 700)
		if !chance(c.r, 0.06) {
			break
		}
		c.do(c.officer, "rework", cases.Move{Note: "现场复查仍未到位，请重新处置"})
		c.again("已返工处理到位")
	}
	c.do(c.officer, "verify", cases.Move{Note: "现场核查，与反馈一致", Lat: c.lat(), Lon: c.lon()})
	c.close()
	if c.tale.Case.State != cases.Closed {
		return
	}
	switch x := c.r.Float64(); {
	case x < 0.07 && said:
		c.work(60, 900)
		c.do(cases.Actor{Name: "反映人"}, "complain", cases.Move{Note: "没有解决，又出现了", Solved: "no", Satisfaction: "dissatisfied", Way: "link", Reasons: []string{"came_back"}})
		c.again("已会同属地再次处置，并安排三天回看")
		c.work(30, 600)
		c.do(c.officer, "verify", cases.Move{Note: "复查通过", Lat: c.lat(), Lon: c.lon()})
		c.close()
		c.work(60, 900)
		c.do(c.desk(), "revisit", cases.Move{Solved: "yes", Satisfaction: "basically", Way: "call"})
	case x < 0.30 && said:
		c.work(10, 900)
		c.do(cases.Actor{Name: "反映人"}, "answer", c.verdict("link"))
	case x < 0.93:
		c.work(30, 800)
		c.do(c.desk(), "revisit", c.verdict("call"))
	default: // nobody answered the first calls
		c.work(900, 3400)
		c.do(c.desk(), "revisit", c.verdict("call"))
	}
}

// verdict draws what somebody who reported says.
func (c *course) verdict(way string) cases.Move {
	switch x := c.r.Float64(); {
	case x < 0.66:
		return cases.Move{Solved: "yes", Satisfaction: "satisfied", Way: way}
	case x < 0.84:
		return cases.Move{Solved: "yes", Satisfaction: "basically", Way: way}
	case x < 0.90:
		return cases.Move{Solved: "partly", Satisfaction: "dissatisfied", Way: way, Reasons: []string{"slow"}}
	case x < 0.93 || way == "link":
		return cases.Move{Solved: "partly", Satisfaction: "basically", Way: way}
	}
	return cases.Move{Solved: "unknown", Satisfaction: "unreachable", Way: way}
}

// again handles once more after a rework.
func (c *course) again(outcome string) {
	c.soon(10, 120)
	c.do(c.unit(c.lead), "start", cases.Move{})
	c.soon(40, 60)
	c.reach(0.1 + 0.8*c.r.Float64())
	c.do(c.unit(c.lead), "handle", cases.Move{Result: cases.Resolved, Outcome: outcome})
}

func (c *course) close() {
	c.work(8, 200)
	by := c.desk()
	if c.lead.Code == "street_command" {
		by = c.command() // who handled does not close
	}
	told := c.tale.Case.Outcome
	if told == "" {
		told = "已处置"
	}
	c.do(by, "close", cases.Move{Reply: fmt.Sprintf(pick(c.r, caseTold), told)})
}

// suspended asks for a suspension and gets it; most are over before the story ends.
func (c *course) suspended() bool {
	c.work(60, 600)
	c.do(c.unit(c.lead), "ask_suspension", cases.Move{Ground: pick(c.r, []string{"funds", "planning", "weather", "court", "owner_lost"}), Note: "需先落实资金和产权手续，申请挂账"})
	c.work(60, 500)
	c.do(c.command(), "suspend", cases.Move{Request: c.tale.LastRequest(), Note: "同意，每十五日复核"})
	next := c.at.AddDate(0, 0, 14)
	c.at = next
	c.do(c.command(), "review", cases.Move{Note: "手续仍在办理，继续挂账"})
	if chance(c.r, 0.4) {
		return true
	}
	c.at = c.at.AddDate(0, 0, 3+c.r.IntN(8))
	c.do(c.command(), "resume", cases.Move{Note: "条件具备，恢复处置"})
	return false
}

func (c *course) extended(due clock.Time) {
	c.reach(0.6)
	if c.at.After(due.Time) {
		return
	}
	c.do(c.unit(c.lead), "ask_extension", cases.Move{Note: "备件和施工许可尚需时日，申请延期", Amount: 1 + c.leaf.Limit.N/2})
	c.work(20, 200)
	if c.tale.LastRequest() != "" && !c.at.After(due.Time) {
		c.do(c.command(), "extend", cases.Move{Request: c.tale.LastRequest(), Note: "同意延期"})
	}
}

// do takes a step unless the story has ended.
func (c *course) do(by cases.Actor, action string, m cases.Move) {
	if c.err != nil || c.over || c.at.After(c.w.end) {
		c.over = true
		return
	}
	c.err = c.tale.Do(c.ctx, c.at, by, action, m)
}

// wait lets minutes pass at any hour; work moves on in working hours; soon is wait for what is urgent and work otherwise.
func (c *course) wait(from, to int) {
	c.at = c.at.Add(time.Duration(from)*time.Minute + time.Duration(c.r.IntN((to-from)*60+1))*time.Second)
}

func (c *course) work(from, to int) {
	minutes := from + c.r.IntN(to-from+1)
	c.at = c.w.later(c.at, minutes).Add(time.Duration(c.r.IntN(60)) * time.Second)
}

func (c *course) soon(from, to int) {
	if c.tale.Case.Urgent {
		c.wait(2, min(to, 25))
		return
	}
	c.work(from, to)
}

// reach moves on by a share of the limit of the category.
func (c *course) reach(share float64) {
	l := c.leaf.Limit
	minutes := int(share * float64(l.N) * 60)
	switch l.Unit {
	case workcal.UrgentHour:
		c.at = c.at.Add(time.Duration(minutes) * time.Minute)
		return
	case workcal.WorkDay:
		minutes *= int(c.w.calendar.WorkDay().Hours())
	case workcal.CalendarDay:
		c.at = c.w.later(c.at.Add(time.Duration(minutes)*24*time.Minute), 1)
		return
	}
	c.at = c.w.later(c.at, max(1, minutes))
}

// later adds working minutes.
func (w *caseWorld) later(t time.Time, minutes int) time.Time {
	if hours := minutes / 60; hours > 0 {
		t = w.calendar.Due(t, workcal.Limit{N: hours, Unit: workcal.WorkHour})
	}
	t = t.Add(time.Duration(minutes%60) * time.Minute)
	if !w.calendar.IsWorkTime(t) {
		t = w.calendar.Due(t, workcal.Limit{N: 1, Unit: workcal.WorkHour}).Add(-50 * time.Minute)
	}
	return t
}

// desk is who sits at the desk that has the case, command the district's.
func (c *course) desk() cases.Actor {
	if a, ok := c.w.actors[c.tale.Case.Holder]; ok && c.tale.Case.Holder != c.lead.ID {
		return a
	}
	s := c.tale.Case.AreaCode[:min(9, len(c.tale.Case.AreaCode))]
	return c.w.actors[c.w.l.units[s+".street_command"].ID]
}

func (c *course) command() cases.Actor { return c.w.actors[c.w.l.units[gulou+".district_command"].ID] }

func (c *course) unit(u identity.Unit) cases.Actor {
	if a, ok := c.w.actors[u.ID]; ok {
		return a
	}
	return cases.Actor{Name: u.Name + "承办人", Unit: u.ID}
}

func (c *course) lat() *float64 { v := float64(*c.tale.Case.LatE7) / 1e7; return &v }
func (c *course) lon() *float64 { v := float64(*c.tale.Case.LonE7) / 1e7; return &v }

// photos adds drawings as evidence where the category asks for photos.
func (c *course) photos(phases ...string) {
	if !c.leaf.Photos || c.at.After(c.w.end) || c.over || c.err != nil {
		return
	}
	n := c.r.IntN(c.w.l.scale.drawings)
	for _, phase := range phases {
		p := c.w.l.gallery[shot(sceneOf(c.leaf.Code), phase, n)]
		caption := map[string]string{cases.PhaseBefore: "处置前", cases.PhaseAfter: "处置后"}[phase] + "（示意图）"
		c.tale.Photo(c.at, c.unit(c.lead), cases.Evidence{Phase: phase, Ref: p.Ref, SHA256: p.SHA256, MediaType: p.MediaType, Size: p.Size, Caption: caption, Public: true})
	}
}
