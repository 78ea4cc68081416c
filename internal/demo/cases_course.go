package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/rectify"
	"yiwang/internal/region"
)

// course is one life under way. It ends where the story ends: what lies after it has not happened.
type course struct {
	w       *caseWorld
	ctx     context.Context
	tx      *db.Tx
	r       *rand.Rand
	tale    *cases.Tale
	leaf    duty.Leaf
	officer cases.Actor
	lead    identity.Unit
	at      time.Time
	over    bool
	err     error
}

// sensors are the categories that devices report.
var sensors = []string{"030301", "140104", "060402", "140103", "060103", "140102", "050102"}

func (w *caseWorld) course(ctx context.Context, tx *db.Tx, teller *cases.Teller, r *rand.Rand, at time.Time, no int) error {
	leaf := weighted(r, w.leaves, func(l duty.Leaf) float64 { return caseWeights[l.Code] })
	grid, earlier := r.IntN(len(w.grids)), ended{}
	if len(w.ended) > 0 && chance(r, 0.035) {
		if e := w.ended[r.IntN(len(w.ended))]; e.at.Before(at) {
			earlier, leaf, grid = e, e.leaf, e.grid
		}
	}
	c := &course{w: w, ctx: ctx, tx: tx, r: r, leaf: leaf, officer: w.l.officers[w.grids[grid].Code], at: at}
	channel := c.channel()
	place := earlier.place
	if place == "" {
		place = placeIn(r, w.l.ground.communities[region.ParentOf(w.grids[grid].Code)])
	}
	lon, lat := w.spot(r, grid)
	n := cases.Report{Channel: channel, Text: fmt.Sprintf(pick(r, caseSaid[channel]), place, matterOf(leaf)), Category: leaf.Code, Lat: &lat, Lon: &lon,
		AreaCode: w.grids[grid].Code, Address: place, Title: leaf.Name + " · " + place, RecursOf: earlier.id}
	by := cases.Actor{Name: "受理渠道"}
	switch channel {
	case cases.FromOfficer:
		by = c.officer
	case cases.FromResident, cases.FromLetter:
		n.Reporter = &cases.NewReporter{Name: pick(r, officerSurnames) + pick(r, []string{"女士", "先生"}), Phone: fictionalPhone(r), WantsReply: chance(r, 0.8)}
		if chance(r, 0.25) {
			n.Reporter = &cases.NewReporter{Anonymous: true}
		}
	case cases.FromHotline:
		n.Source, n.SourceNumber = "12345", fmt.Sprintf("NJ%s%05d", at.Format("060102"), no)
		n.Reporter = &cases.NewReporter{Name: pick(r, officerSurnames) + pick(r, []string{"女士", "先生"}), Phone: fictionalPhone(r), WantsReply: true}
	case cases.FromDevice:
		n.Source, n.SourceNumber = "iot", fmt.Sprintf("IOT-%s-%05d", at.Format("0102"), no)
	}
	if c.tale, c.err = teller.Report(ctx, at, by, n); c.err != nil {
		return c.err
	}
	c.live(channel)
	if k := c.tale.Case; k.ClosedAt != nil {
		w.ended = append(w.ended, ended{k.ID, leaf, grid, place, k.ClosedAt.Time})
	}
	return c.err
}

// ended is a case that may come back.
type ended struct {
	id    string
	leaf  duty.Leaf
	grid  int
	place string
	at    time.Time
}

func (c *course) channel() cases.Channel {
	if slices.Contains(sensors, c.leaf.Code) && chance(c.r, 0.35) {
		return cases.FromDevice
	}
	officer := 40.0
	if c.leaf.Entry == "grid" {
		officer = 75
	}
	return weighted(c.r, []cases.Channel{cases.FromOfficer, cases.FromHotline, cases.FromResident, cases.FromLetter, cases.FromLeader, cases.FromDepartment, cases.FromInspection},
		func(ch cases.Channel) float64 {
			return map[cases.Channel]float64{cases.FromOfficer: officer, cases.FromHotline: 26, cases.FromResident: 22, cases.FromLetter: 1.5, cases.FromLeader: 1,
				cases.FromDepartment: 3, cases.FromInspection: 4}[ch]
		})
}

// live decides by chance what becomes of the case.
func (c *course) live(channel cases.Channel) {
	if channel == cases.FromOfficer && c.leaf.Entry == "grid" && chance(c.r, 0.62) {
		c.photos(rectify.Before)
		c.wait(8, 60)
		c.photos(rectify.After)
		c.do(c.officer, "self_handle", cases.Move{Result: cases.Resolved, Outcome: pick(c.r, caseDone)})
		return
	}
	if channel != cases.FromOfficer && channel != cases.FromDevice && chance(c.r, 0.3) {
		c.wait(5, 40)
		c.do(c.desk(), "inspect", cases.Move{})
		c.work(20, 150)
		c.do(c.officer, "confirm", cases.Move{Note: "到现场查看，情况属实"})
	}
	c.accept()
	said := channel == cases.FromResident || channel == cases.FromHotline
	if said && chance(c.r, 0.035) {
		c.do(c.desk(), "reject", cases.Move{Ground: pick(c.r, []string{"private_dispute", "not_public", "no_such_matter", "in_court"}), Note: "经核实不属于受理范围",
			Reply: "您反映的事项经核实不属于受理范围，已告知可以办理的途径。如有异议可以申诉。"})
		return
	}
	c.do(c.desk(), "file", cases.Move{Category: c.leaf.Code})
	c.dispatch()
	c.handle()
	c.finish(said)
}

// accept lets the desk take its time: minutes for what is urgent, mostly within two work hours otherwise.
func (c *course) accept() {
	switch {
	case c.tale.Case.Urgent:
		c.wait(2, 16)
	case chance(c.r, 0.05):
		c.work(130, 300)
	default:
		c.work(4, 110)
	}
}

// dispatch hands the case to the unit of the responsibility list, some by way of one or two units that give it back.
func (c *course) dispatch() {
	lead, ok, err := c.w.l.Cases.UnitForTx(c.ctx, c.tx, c.tale.Case.AreaCode, c.leaf.Lead)
	if err != nil || !ok {
		c.err = fmt.Errorf("no unit %s in %s: %w", c.leaf.Lead, c.tale.Case.AreaCode, err)
		return
	}
	c.lead = lead
	wrong := 0
	switch x := c.r.Float64(); {
	case x < 0.008:
		wrong = 2
	case x < 0.05:
		wrong = 1
	}
	for i := range min(wrong, len(c.leaf.Co)) {
		other, ok, err := c.w.l.Cases.UnitForTx(c.ctx, c.tx, c.tale.Case.AreaCode, c.leaf.Co[i])
		if err != nil || !ok || other.ID == lead.ID {
			c.err = err
			continue
		}
		c.soon(4, 50)
		c.do(c.desk(), "dispatch", cases.Move{LeadUnit: other.ID})
		c.soon(15, 110)
		c.do(c.unit(other), "sign", cases.Move{})
		c.soon(20, 200)
		ground := pick(c.r, []string{"not_our_duty", "owner_differs", "not_our_area"})
		c.do(c.unit(other), "return", cases.Move{Ground: ground, Note: caseBack[ground]})
		if c.tale.Case.State == cases.Adjudicating {
			c.work(60, 600)
			c.do(c.command(), "adjudicate", cases.Move{LeadUnit: lead.ID, Note: "经会商，由" + lead.Name + "牵头办理"})
			return
		}
	}
	c.soon(4, 55)
	m := cases.Move{LeadUnit: lead.ID}
	if len(c.leaf.Co) > 0 && chance(c.r, 0.14) {
		if co, ok, _ := c.w.l.Cases.UnitForTx(c.ctx, c.tx, c.tale.Case.AreaCode, c.leaf.Co[0]); ok && co.ID != lead.ID {
			m.CoUnits = []cases.CoUnit{{Unit: co.ID, Required: true, Task: "配合现场处置"}}
		}
	}
	c.do(c.desk(), "dispatch", m)
}

// handle signs, works and reports; a few lie untouched, some take longer than they should.
func (c *course) handle() {
	switch {
	case chance(c.r, 0.012):
		c.work(900, 2900) // nobody signs before it has gone up some tiers
	case chance(c.r, 0.06) && !c.tale.Case.Urgent:
		c.work(130, 420)
	default:
		c.soon(5, 105)
	}
	c.do(c.unit(c.lead), "sign", cases.Move{})
	due := c.tale.Case.DueAt
	c.soon(3, 40)
	c.do(c.unit(c.lead), "start", cases.Move{})
	if c.over || due == nil {
		return
	}
	long := c.leaf.Limit.Unit == workcal.WorkDay && c.leaf.Limit.N >= 5
	if long && chance(c.r, 0.05) && c.suspended() {
		c.over = true
		return
	}
	extended := long && chance(c.r, 0.09)
	if extended {
		c.extended(*due)
	}
	c.soon(10, 30)
	share := 0.1 + 0.85*c.r.Float64()
	if chance(c.r, 0.11) {
		share = 1.05 + 1.1*c.r.Float64()
	}
	c.reach(share)
	c.photos(rectify.Before, rectify.After)
	c.tale.EndPart(c.at, "已配合完成")
	result := c.result()
	c.do(c.unit(c.lead), "handle", cases.Move{Result: result, Outcome: c.outcome(result)})
}

func (c *course) result() cases.Result {
	return weighted(c.r, []cases.Result{cases.Resolved, cases.Partly, cases.Explained, cases.Cannot, cases.NotOurs}, func(r cases.Result) float64 {
		return map[cases.Result]float64{cases.Resolved: 82, cases.Partly: 7, cases.Explained: 8, cases.Cannot: 2, cases.NotOurs: 1}[r]
	})
}

func (c *course) outcome(r cases.Result) string {
	switch r {
	case cases.Partly:
		return "已完成应急处置，剩余部分列入月度计划"
	case cases.Explained:
		return "现场核实并向反映人解释，符合现行规定"
	case cases.Cannot:
		return "涉及产权和资金条件，暂不具备实施条件，已说明原因"
	case cases.NotOurs:
		return "经核实属上级单位权限，已书面转办并告知"
	}
	return pick(c.r, caseDone)
}
