package demo

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// on is a time of the autumn of the story.
func on(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, clock.Nanjing)
}

// holding returns a context in which the account acts with further permissions, as its role grants them.
func (l *loader) holding(ctx context.Context, user string, permissions ...string) context.Context {
	p := *l.actors[user]
	p.Permissions = map[string]bool{}
	for _, k := range permissions {
		p.Permissions[k] = true
	}
	return auth.With(ctx, &p)
}

// planDuty tells how the district made the shipped list its own: an edition with rules by season, hour and facility, requests for
// admission, a ruling that became a precedent, and the next edition in the making.
func (l *loader) planDuty() {
	l.at(l.moved(on(10, 9, 10, 0)), l.issueList)
	l.at(l.moved(on(11, 4, 15, 0)), l.askAdmissions)
	l.at(l.moved(on(11, 10, 9, 40)), l.ruleOnRailing)
	l.at(l.moved(on(11, 16, 16, 0)), l.draftNext)
}

func (l *loader) issueList(ctx context.Context, tx *db.Tx) error {
	ctx = l.holding(ctx, "command", duty.Permissions()...)
	v, err := l.Duties.DraftTx(ctx, tx, duty.NewDraft{Area: gulou, Name: "2026年第2版责任清单", Note: "按汛期、夜间和设施权属细化"})
	if err != nil {
		return err
	}
	street := l.ground.streets[0].code
	for _, r := range []struct {
		rule    duty.Rule
		assists []string
	}{
		{duty.Rule{Code: "R140104-01", Category: "140104", Component: "0113", Lead: "street_lighting", Basis: "市政照明设施移交纪要（2026）"}, []string{"street_urban"}},
		{duty.Rule{Code: "R140103-01", Category: "140103", FromDate: "05-15", ToDate: "09-30", Lead: "water_affairs", LimitText: "4 work_hour", Basis: "区防汛责任分工"}, []string{"drainage", "street_safety"}},
		{duty.Rule{Code: "R050202-01", Category: "050202", FromTime: "22:00", ToTime: "06:00", Lead: "public_security", LimitText: "2 urgent_hour", Basis: "夜间噪声由公安先行处置"}, []string{"street_enforce"}},
		{duty.Rule{Code: "R140201-01", Category: "140201", AreaCode: street, Lead: "landscaping", Fallback: "street_urban", Basis: "行道树养护标段划分"}, []string{"street_urban"}},
	} {
		r.rule.Assists.V = r.assists
		if _, err := l.Duties.AddRuleTx(ctx, tx, v.ID, r.rule); err != nil {
			return fmt.Errorf("rule %s: %w", r.rule.Code, err)
		}
		v.Version++
	}
	_, err = l.Duties.PublishTx(ctx, tx, v.ID, v.Version, nil)
	return err
}

func (l *loader) askAdmissions(ctx context.Context, tx *db.Tx) error {
	street := l.holding(ctx, "street01", duty.PermRead, duty.PermAsk)
	command := l.holding(ctx, "command", duty.Permissions()...)
	until := clock.At(l.moved(on(12, 31, 17, 30)))
	for _, x := range []struct {
		ask    duty.NewAdmission
		answer string
		admit  bool
	}{
		{duty.NewAdmission{Title: "代为催缴物业费", Reason: "物业公司要求社区上门代为催缴，不属于街道履职事项。", Category: "040102", FromUnit: "housing"}, "属于业主与物业之间的合同事务，街道不承担；由住建部门指导物业依法催缴。", false},
		{duty.NewAdmission{Title: "架空线缆临时捆扎", Reason: "低垂线缆影响通行，通信单位排期在下月，请求街道先行临时捆扎。", Category: "140106", FromUnit: "telecom_ops"}, "应急期间同意由街道临时捆扎，通信单位承担费用并按期整治。", true},
		{duty.NewAdmission{Title: "逐户登记充电桩意向", Reason: "要求网格员逐户登记充电桩安装意向并每日报数，清单内没有这一项。", Category: "060105", FromUnit: "dev_reform"}, "", false},
	} {
		a, err := l.Duties.AskAdmissionTx(street, tx, x.ask)
		if err != nil {
			return err
		}
		if x.answer == "" {
			continue
		}
		d := duty.AdmissionDecision{Admit: x.admit, Answer: x.answer, Version: a.Version}
		if x.admit {
			d.Until = &until
		}
		if _, err := l.Duties.DecideAdmissionTx(command, tx, a.ID, d); err != nil {
			return err
		}
	}
	return nil
}

// ruleOnRailing tells a case that two units returned, and the ruling that became a precedent.
func (l *loader) ruleOnRailing(ctx context.Context, tx *db.Tx) error {
	s := l.ground.streets[0]
	as := auth.System(ctx, "区指挥中心")
	c, err := l.Cases.RegisterTx(as, tx, cases.Report{Channel: cases.FromHotline, Text: "滨河绿道南段护栏松动，老人倚靠时晃动，怕出事。", Title: "滨河绿道南段护栏松动", Category: "140105",
		AreaCode: s.communities[0].code, Address: "滨河绿道南段", File: true})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		action string
		m      cases.Move
	}{
		{"dispatch", cases.Move{LeadUnit: l.units[gulou+".construction"].ID}},
		{"return", cases.Move{Ground: "not_our_duty", Note: "绿道护栏不在市政道路移交范围。"}},
		{"dispatch", cases.Move{LeadUnit: l.units[gulou+".landscaping"].ID}},
		{"return", cases.Move{Ground: "owner_differs", Note: "护栏属水利工程配套，绿化只养护植物。"}},
		{"adjudicate", cases.Move{LeadUnit: l.units[gulou+".water_affairs"].ID, Note: "护栏随堤岸建设，由水务部门先修，30日内与园林部门补办移交。", Precedent: true}},
		{"sign", cases.Move{}},
		{"handle", cases.Move{Result: cases.Explained, Outcome: "松动立柱已加固，移交手续在办。"}},
		{"verify", cases.Move{Note: "现场核对照片，护栏稳固。", Remote: true}},
		{"close", cases.Move{Reply: "护栏已加固，感谢反映。"}},
	} {
		step.m.Version = c.Version
		if c, err = l.Cases.ActTx(as, tx, c.ID, step.action, step.m); err != nil {
			return fmt.Errorf("%s: %w", step.action, err)
		}
	}
	return nil
}

func (l *loader) draftNext(ctx context.Context, tx *db.Tx) error {
	ctx = l.holding(ctx, "command", duty.Permissions()...)
	v, err := l.Duties.DraftTx(ctx, tx, duty.NewDraft{Area: gulou, Name: "2026年第3版（征求意见）", Note: "收入判例，调整节假日流动摊贩处置"})
	if err != nil {
		return err
	}
	r := duty.Rule{Code: "R020202-01", Category: "020202", Days: "off", Lead: "urban_mgmt", Fallback: "street_enforce", Basis: "节假日市区联合巡查"}
	r.Assists.V = []string{"street_enforce"}
	_, err = l.Duties.AddRuleTx(ctx, tx, v.ID, r)
	return err
}
