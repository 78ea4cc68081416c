package app

import (
	"context"

	"yiwang/internal/alarm"
	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/live"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/roster"
)

// dutyOnStream is what pages and phones hear of a session: that it began or ended, by whom, and nothing of where.
type dutyOnStream struct {
	Session string        `json:"session"`
	Officer string        `json:"officer"`
	On      bool          `json:"on"`
	EndedBy patrol.Ending `json:"ended_by"`
	Note    string        `json:"note"`
}

// sosOnStream is what they hear of a call for help; the place is asked for.
type sosOnStream struct {
	ID      string          `json:"id"`
	Officer string          `json:"officer"`
	State   patrol.SOSState `json:"state"`
}

// ownOrLive lets the officer itself hear of it, and those who see the area live.
func ownOrLive(officer, area string) func(*auth.Principal) bool {
	live := live.To(patrol.PermLive, area)
	return func(p *auth.Principal) bool { return p.UserID == officer || live(p) }
}

// reactToDuty: an officer went on or off duty, or called for help.
func (a *App) reactToDuty() {
	// The phone of whose session the centre ended stops giving its position.
	for _, topic := range []string{patrol.TopicOnDuty, patrol.TopicOffDuty} {
		live.Carry(a.Live, topic, func(e patrol.Session) live.Event {
			return live.Event{Name: "duty", Area: e.AreaCode, May: ownOrLive(e.OfficerID, e.AreaCode),
				Data: dutyOnStream{Session: e.ID, Officer: e.OfficerID, On: e.OffAt == nil, EndedBy: e.EndedBy, Note: e.Note}}
		})
	}
	live.Carry(a.Live, patrol.TopicSOS, func(e patrol.SOS) live.Event {
		return live.Event{Name: "sos", Area: e.AreaCode, May: ownOrLive(e.OfficerID, e.AreaCode), Data: sosOnStream{ID: e.ID, Officer: e.OfficerID, State: e.State}}
	})

	// An account is shut: its tracker records nothing more, though the tracker's own token still holds.
	outbox.On(a.Bus, identity.TopicShut, "patrol.account_shut", func(ctx context.Context, tx *db.Tx, e identity.Shut) error {
		return a.Patrol.EndOfTx(ctx, tx, e.User, "账号已停用或锁定")
	})

	// A swap is asked for: the colleague and those who plan in the street hear of it; once decided both officers do.
	outbox.On(a.Bus, roster.TopicSwap, "notice.swap", func(ctx context.Context, tx *db.Tx, e roster.Swap) error {
		switch e.State {
		case roster.Asked:
			if err := a.Identity.Notify(ctx, tx, identity.To{User: e.ToID}, roster.TopicSwap, e.FromName+"请您代班，排班人员同意后生效", "/m/shifts"); err != nil {
				return err
			}
			desk, err := a.Cases.Desk(ctx, tx, cases.Street, e.AreaCode)
			if err != nil || desk.ID == "" {
				return err
			}
			return a.Identity.Notify(ctx, tx, identity.To{Unit: desk.ID, Needs: roster.PermPlan, Area: e.AreaCode}, roster.TopicSwap, e.FromName+"申请由"+e.ToName+"代班", "/roster?tab=swaps")
		case roster.Approved, roster.Refused:
			word := "已同意："
			if e.State == roster.Refused {
				word = "未同意："
			}
			for _, officer := range []string{e.FromID, e.ToID} {
				if err := a.Identity.Notify(ctx, tx, identity.To{User: officer}, roster.TopicSwap, "换班"+word+e.FromName+"→"+e.ToName, "/m/shifts"); err != nil {
					return err
				}
			}
		}
		return nil
	})

	// A call for help is a critical alarm until it ends; who answers one answers the other.
	outbox.On(a.Bus, patrol.TopicSOS, "alarm.sos", func(ctx context.Context, tx *db.Tx, e patrol.SOS) error {
		if e.State == patrol.SOSResolved {
			_, err := a.Alarms.ClearTx(ctx, tx, "sos", e.OfficerID, "sos")
			return err
		}
		now, err := a.Patrol.SOSTx(ctx, tx, e.ID)
		if err != nil || e.State == patrol.SOSAcknowledged || now.State == patrol.SOSResolved {
			return err
		}
		_, _, err = a.Alarms.RaiseTx(ctx, tx, alarm.Raise{Source: "sos", Subject: e.OfficerID, SubjectName: e.OfficerName, Kind: "sos", Severity: alarm.Critical, AreaCode: e.AreaCode,
			Lat: e.Lat, Lon: e.Lon, Personal: true, Title: e.OfficerName + "一键求助", Detail: "网格员在手机上按下求助，请立即联系并就近派人。", Link: "/patrol?sos=" + e.ID, At: e.At.Time})
		return err
	})
}
