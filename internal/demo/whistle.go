package demo

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/whistle"
)

// blast is one whistle of the story: its case, whom it calls, and how far it has come.
type blast struct {
	l       *loader
	kind    whistle.Kind
	title   string
	leaf    string
	units   []string
	tasks   []string
	promise string
	outcome string
	stars   [3]int
	words   string
	begin   time.Time

	file *whistle.Whistle
}

// planWhistles tells the whistles of the first street: five that are closed and rated, and one in each state that waits for
// somebody, so that every desk of the demonstration has something to do.
func (l *loader) planWhistles() {
	for _, b := range []*blast{
		{kind: whistle.Push, title: "五塘新村雨后积水", leaf: "140103", begin: on(10, 12, 9, 0), units: []string{"drainage", "water_affairs"}, tasks: []string{"疏通并检测主管", "核定河道顶托影响"},
			promise: "更换堵塞管段", outcome: "管段已更换，两次试水未再积水", stars: [3]int{5, 5, 4}, words: "到场快，方案讲得清楚"},
		{kind: whistle.Push, title: "窨井盖沉降成片，夜间异响", leaf: "140102", begin: on(10, 19, 9, 0), units: []string{"drainage", "telecom_ops"}, tasks: []string{"排查雨污水井", "排查通信井"},
			promise: "逐井调平加垫", outcome: "二十三座井已调平", stars: [3]int{4, 4, 5}, words: "两家当场分清了井权属"},
		{kind: whistle.Hard, title: "老旧小区化粪池反复外溢", leaf: "040204", begin: on(10, 26, 9, 0), units: []string{"housing", "drainage"}, tasks: []string{"督促物业清掏并核定维修资金", "检测市政接口"},
			promise: "改造接口井", outcome: "接口井改造完成，连续两日未外溢", stars: [3]int{4, 5, 4}, words: "多年的老问题有了结果"},
		{kind: whistle.Push, title: "菜场周边停车与装卸冲突", leaf: "040302", begin: on(11, 2, 9, 0), units: []string{"traffic_police", "drainage"}, tasks: []string{"调整标线与限时装卸", "迁移占位的雨水篦"},
			promise: "重新划线", outcome: "限时装卸区已启用", stars: [3]int{3, 4, 4}, words: "划线前没有和商户说清时段"},
		{kind: whistle.Push, title: "沿街商户油污堵塞雨水口", leaf: "140103", begin: on(11, 5, 9, 0), units: []string{"drainage", "ecology"}, tasks: []string{"清掏雨水口", "核查隔油设施"},
			promise: "清掏并加装格栅", outcome: "十二个雨水口已清掏", stars: [3]int{5, 4, 4}, words: "清掏及时"},
	} {
		b.l = l
		b.planClosed()
	}
	running := &blast{l: l, kind: whistle.Push, title: "高架桥下长期堆放与照明缺失", leaf: "140104", begin: on(11, 17, 9, 0), units: []string{"street_lighting", "urban_mgmt", "construction"},
		tasks: []string{"恢复桥下照明", "清理堆放物", "核定桥下空间管理责任"}, promise: "更换全部桥下灯具"}
	running.planRunning()
	hard := &blast{l: l, kind: whistle.Hard, title: "失管楼栋外墙脱落", leaf: "040203", begin: on(11, 19, 14, 0), units: []string{"housing", "planning"}, tasks: []string{"组织应急加固", "核定产权与审批"}}
	hard.planWaiting()
	urgent := &blast{l: l, kind: whistle.Urgent, title: "路口燃气井盖被撞破损", leaf: "060201", begin: on(11, 20, 9, 20), units: []string{"gas_supply", "traffic_police"}, tasks: []string{"现场检测并更换", "疏导交通"}}
	urgent.planUrgent()
}

// desk, clerk, leaders: who acts.
func (b *blast) desk(ctx context.Context) context.Context {
	return b.l.holding(ctx, "desk01", whistle.PermRead, whistle.PermBlow, cases.PermRead)
}

func (b *blast) leader(ctx context.Context, user string) context.Context {
	return b.l.holding(ctx, user, whistle.PermRead, whistle.PermBlow, whistle.PermLead, whistle.PermHead, cases.PermRead)
}

func (b *blast) clerk(ctx context.Context, unit string) context.Context {
	return b.l.holding(ctx, unit, whistle.PermRead, whistle.PermAnswer, cases.PermRead)
}

// then plans a step in a transaction of its own, at a time of the story as it is written.
func (b *blast) then(at time.Time, what string, run func(ctx context.Context, tx *db.Tx) error) {
	b.l.at(b.l.moved(at), func(ctx context.Context, tx *db.Tx) error {
		if err := run(ctx, tx); err != nil {
			return fmt.Errorf("whistle %s, %s: %w", b.title, what, err)
		}
		return nil
	})
}

// draft registers the case and drafts the whistle.
func (b *blast) draft(ctx context.Context, tx *db.Tx) error {
	s := b.l.ground.streets[0]
	c, err := b.l.Cases.RegisterTx(auth.System(ctx, "街道指挥中心"), tx, cases.Report{Channel: cases.FromInspection, Text: b.title + "，社区多次协调未能解决。", Title: b.title, Category: b.leaf,
		AreaCode: s.communities[len(b.title)%len(s.communities)].code, Address: s.communities[len(b.title)%len(s.communities)].name, File: true})
	if err != nil {
		return err
	}
	n := whistle.NewWhistle{CaseID: c.ID, Kind: b.kind, Title: b.title, Matter: b.title + "，居民反复反映，社区和街道已到场处理三次，治标不治本。", Reason: "设施分属不同单位，街道没有管理和维修权限。"}
	for i, u := range b.units {
		n.Calls = append(n.Calls, whistle.NewCall{Unit: b.l.units[gulou+"."+u].ID, Task: b.tasks[i]})
	}
	b.file, err = b.l.Whistles.DraftTx(b.desk(ctx), tx, n)
	return err
}

// word is a note with the version as it stands.
func (b *blast) word(note string) whistle.Word {
	return whistle.Word{Version: b.file.Version, Note: note}
}

// call takes a step for the i-th unit.
func (b *blast) call(ctx context.Context, tx *db.Tx, as context.Context, i int, action string, a whistle.Answer) (err error) {
	for _, c := range b.file.Calls {
		if c.UnitID == b.l.units[gulou+"."+b.units[i]].ID {
			a.Version = c.Version
			b.file, err = b.l.Whistles.ActTx(as, tx, b.file.ID, c.ID, action, a)
			return err
		}
	}
	return fmt.Errorf("no call of %s", b.units[i])
}

// each takes a step for every unit.
func (b *blast) each(at time.Time, action string, a func() whistle.Answer) {
	b.then(at, action, func(ctx context.Context, tx *db.Tx) error {
		for i, u := range b.units {
			as := b.clerk(ctx, u)
			if action == "accept" {
				as = b.desk(ctx)
			}
			if err := b.call(ctx, tx, as, i, action, a()); err != nil {
				return err
			}
		}
		return nil
	})
}

// blow drafts, checks, has it approved and blows.
func (b *blast) blow(at time.Time) {
	b.then(at, "blow", func(ctx context.Context, tx *db.Tx) (err error) {
		if err = b.draft(ctx, tx); err != nil {
			return err
		}
		if b.file, err = b.l.Whistles.CheckTx(b.desk(ctx), tx, b.file.ID, b.word("责任清单牵头单位明确，但需多部门同时到场核定。")); err != nil {
			return err
		}
		for _, user := range []string{"secretary01", "street01"} {
			if b.file.State == whistle.Checked {
				if b.file, err = b.l.Whistles.ApproveTx(b.leader(ctx, user), tx, b.file.ID, b.word("")); err != nil {
					return err
				}
			}
		}
		b.file, err = b.l.Whistles.BlowTx(b.desk(ctx), tx, b.file.ID, b.word(""))
		return err
	})
}

// planClosed tells a whistle from the draft to the rating of both sides.
func (b *blast) planClosed() {
	day := func(n, hour, minute int) time.Time {
		return midnight(b.begin).AddDate(0, 0, n).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	b.blow(b.begin)
	b.each(day(0, 9, 20), "sign", func() whistle.Answer { return whistle.Answer{} })
	b.each(day(0, 14, 40), "contact", func() whistle.Answer {
		return whistle.Answer{Note: "已与街道城管办通话，约定现场时间。"}
	})
	b.each(day(2, 9, 40), "report", func() whistle.Answer { return whistle.Answer{Came: "分管负责人、业务科室负责人"} })
	b.each(day(2, 11, 0), "commit", func() whistle.Answer {
		return whistle.Answer{Commitments: []whistle.Promise{{Task: b.promise, Due: clock.At(b.l.moved(day(4, 17, 20)))}}}
	})
	b.each(day(4, 15, 0), "done", func() whistle.Answer { return whistle.Answer{Outcome: b.outcome} })
	b.each(day(4, 16, 40), "accept", func() whistle.Answer { return whistle.Answer{Note: "街道现场验收通过。"} })
	b.then(day(4, 17, 0), "close", func(ctx context.Context, tx *db.Tx) (err error) {
		if b.file, err = b.l.Whistles.CloseTx(b.desk(ctx), tx, b.file.ID, b.word(b.outcome)); err != nil {
			return err
		}
		return b.endCase(auth.System(ctx, "街道指挥中心"), tx)
	})
	b.then(day(7, 10, 0), "rate", func(ctx context.Context, tx *db.Tx) error {
		for i, c := range b.file.Calls {
			if _, err := b.l.Whistles.RateTx(b.desk(ctx), tx, b.file.ID, c.ID, whistle.NewRating{Speed: b.stars[0], Attitude: b.stars[1], Result: b.stars[2], Words: b.words}); err != nil {
				return err
			}
			if i == 0 {
				if _, err := b.l.Whistles.RateTx(b.clerk(ctx, c.UnitCode), tx, b.file.ID, c.ID, whistle.NewRating{Speed: 4, Attitude: 5, Result: 4, Words: "街道配合好，前期情况摸得清。"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// endCase brings the case of a closed whistle to its end.
func (b *blast) endCase(as context.Context, tx *db.Tx) error {
	c, err := b.l.Cases.GetTx(as, tx, b.file.CaseID)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		action string
		m      cases.Move
	}{
		{"dispatch", cases.Move{LeadUnit: b.l.units[gulou+"."+b.units[0]].ID}}, {"sign", cases.Move{}},
		{"handle", cases.Move{Result: cases.Explained, Outcome: b.outcome}}, {"verify", cases.Move{Note: "随哨单一并核查。", Remote: true}}, {"close", cases.Move{Reply: b.outcome + "。"}},
	} {
		step.m.Version = c.Version
		if c, err = b.l.Cases.ActTx(as, tx, c.ID, step.action, step.m); err != nil {
			return fmt.Errorf("%s: %w", step.action, err)
		}
	}
	return nil
}

// planRunning tells one whose units stand at different steps: one is at work, one came, one refused.
func (b *blast) planRunning() {
	b.blow(b.begin)
	b.each(on(11, 17, 9, 40), "sign", func() whistle.Answer { return whistle.Answer{} })
	b.then(on(11, 18, 9, 20), "steps", func(ctx context.Context, tx *db.Tx) error {
		if _, err := b.l.Whistles.MeetTx(b.desk(ctx), tx, b.file.ID, whistle.NewSession{At: clock.At(b.l.moved(on(11, 19, 9, 0))), Place: "高架桥下现场", Agenda: "核定照明、清理和空间管理责任"}); err != nil {
			return err
		}
		for i := range b.units[:2] {
			if err := b.call(ctx, tx, b.clerk(ctx, b.units[i]), i, "report", whistle.Answer{Came: "业务科室负责人"}); err != nil {
				return err
			}
		}
		return b.call(ctx, tx, b.clerk(ctx, b.units[2]), 2, "refuse", whistle.Answer{Note: "桥下空间已于2024年移交街道，不属本部门管理。"})
	})
	b.then(on(11, 18, 15, 0), "commit", func(ctx context.Context, tx *db.Tx) error {
		return b.call(ctx, tx, b.clerk(ctx, b.units[0]), 0, "commit", whistle.Answer{Commitments: []whistle.Promise{
			{Task: "装好临时照明", Due: clock.At(b.l.moved(on(11, 19, 17, 30)))}, {Task: b.promise, Due: clock.At(b.l.moved(on(11, 25, 17, 20)))}}})
	})
	b.then(on(11, 19, 16, 0), "keep", func(ctx context.Context, tx *db.Tx) error {
		return b.call(ctx, tx, b.clerk(ctx, b.units[0]), 0, "keep", whistle.Answer{Promise: 1, Outcome: "六盏临时灯已亮"})
	})
}

// planWaiting tells a hard one that has the consent of one of the two.
func (b *blast) planWaiting() {
	b.then(b.begin, "draft", func(ctx context.Context, tx *db.Tx) (err error) {
		if err = b.draft(ctx, tx); err != nil {
			return err
		}
		if b.file, err = b.l.Whistles.CheckTx(b.desk(ctx), tx, b.file.ID, b.word("产权单位已注销，清单牵头为住建，需规划核定产权。")); err != nil {
			return err
		}
		b.file, err = b.l.Whistles.ApproveTx(b.leader(ctx, "secretary01"), tx, b.file.ID, b.word("同意，请尽快组织应急加固。"))
		return err
	})
}

// planUrgent tells one blown this morning; one unit has signed.
func (b *blast) planUrgent() {
	b.then(b.begin, "blow", func(ctx context.Context, tx *db.Tx) (err error) {
		if err = b.draft(ctx, tx); err != nil {
			return err
		}
		b.file, err = b.l.Whistles.BlowTx(b.desk(ctx), tx, b.file.ID, b.word(""))
		return err
	})
	b.then(on(11, 20, 9, 40), "sign", func(ctx context.Context, tx *db.Tx) error {
		return b.call(ctx, tx, b.clerk(ctx, b.units[0]), 0, "sign", whistle.Answer{})
	})
}
