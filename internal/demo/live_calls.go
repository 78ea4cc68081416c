package demo

import (
	"context"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// callScene is a call of the demonstration: who called whom how long ago, why, and how it went.
type callScene struct {
	ago     time.Duration
	lasted  time.Duration
	centre  bool
	ending  calls.Ending
	reason  string
	reply   string
	silence calls.Standing
	ofCase  bool // with the first officer, about the case that he is to look at
}

var callScenes = []callScene{
	{ago: 50 * time.Hour, lasted: 186 * time.Second, ending: calls.HungUp, reason: "积水处置后的现场，想看一眼水退了没有"},
	{ago: 29 * time.Hour, ending: calls.Declined, reason: "请核实单元门口的占道", reply: "在爬楼，5分钟后回您", silence: calls.PartyDeclined},
	{ago: 28 * time.Hour, lasted: 94 * time.Second, centre: true, ending: calls.HungUp, reason: "回电：占道已劝离"},
	{ago: 26 * time.Hour, ending: calls.Missed, reason: "夜间施工投诉，请看现场是否停工", silence: calls.PartyMissed},
	{ago: 5 * time.Hour, lasted: 312 * time.Second, ending: calls.HungUp, reason: "井盖松动，指导放置警示"},
	{ago: 35 * time.Minute, lasted: 131 * time.Second, ending: calls.HungUp, reason: "西门早市占道，请拍一下摊位和占道宽度", ofCase: true},
	{ago: 2 * time.Hour, centre: true, ending: calls.Missed, reason: "现场有人围观，想请中心看一眼"},
}

// placeCalls writes the calls of the last days between a desk and an officer of a street.
func placeCalls(ctx context.Context, tx *db.Tx, s *calls.Service, people *identity.Service, street, first string, about *cases.Case) error {
	inside := func(areas []string) bool {
		return len(areas) > 0 && len(areas[0]) > len(street) && areas[0][:len(street)] == street
	}
	officers, err := people.ReachTx(ctx, tx, calls.PermCall, nil, "", 3, inside)
	if err != nil {
		return err
	}
	desks, err := people.ReachTx(ctx, tx, calls.PermDesk, nil, "", 1, func(areas []string) bool { return len(areas) > 0 && areas[0] == street })
	if err != nil || len(officers) == 0 || len(desks) == 0 {
		return err
	}
	own, err := people.ReachTx(ctx, tx, calls.PermCall, []string{first}, "", 1, inside)
	if err != nil {
		return err
	}
	for i, scene := range callScenes {
		c := scene.call(tx, &desks[0], &officers[i%len(officers)])
		if scene.ofCase {
			if about == nil || len(own) == 0 {
				continue
			}
			c = scene.call(tx, &desks[0], &own[0])
			c.CaseID, c.CaseNumber = about.ID, about.Number
		}
		if err := s.PutTx(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

func (x *callScene) call(tx *db.Tx, desk, officer *identity.Reach) *calls.Call {
	at := clock.At(tx.Now().Add(-x.ago))
	answered := clock.At(at.Add(6 * time.Second))
	end := clock.At(answered.Add(x.lasted))
	caller, callee := desk, officer
	if x.centre {
		caller, callee = officer, desk
	}
	c := &calls.Call{ID: db.FirstID(at.Time), Kind: calls.Video, State: calls.Ended, Centre: x.centre, AreaCode: officer.Areas.V[0], CallerID: caller.ID, Reason: x.reason, CreatedAt: at, RingUntil: clock.At(at.Add(45 * time.Second)),
		EndedAt: &end, Ending: x.ending, Version: 1}
	mine := calls.Party{CallID: c.ID, UserID: caller.ID, Name: caller.Name, UnitName: caller.UnitName, Role: calls.Caller, State: calls.PartyLeft, InvitedAt: at, RingUntil: c.RingUntil, JoinedAt: &at, LeftAt: &end}
	other := calls.Party{CallID: c.ID, UserID: callee.ID, Name: callee.Name, UnitName: callee.UnitName, Role: calls.Callee, Seat: 1, State: calls.PartyLeft, InvitedAt: at, RingUntil: c.RingUntil, LeftAt: &end, Reply: x.reply}
	c.Parties = []calls.Party{mine}
	if x.lasted > 0 {
		c.AnsweredAt, other.JoinedAt = &answered, &answered
		c.Parties = append(c.Parties, other)
	} else if !x.centre {
		other.State = x.silence
		c.Parties = append(c.Parties, other)
	}
	return c
}

// tellCalls writes the calls of the first street's last days.
func (l *loader) tellCalls(ctx context.Context) error {
	if len(l.grids) == 0 {
		return nil
	}
	return l.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := placeCalls(ctx, tx, l.Calls, l.Identity, l.grids[0].Code[:9], l.officers[l.firstGrid].ID, l.lookedAt); err != nil || l.lookedAt == nil {
			return err
		}
		return l.Cases.SayOfCallTx(ctx, tx, l.lookedAt.ID, "call", "视频通话2分11秒：指挥中心坐席、"+l.officers[l.firstGrid].Name, map[string]any{})
	})
}
