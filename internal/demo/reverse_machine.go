package demo

import (
	"context"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/rectify"
)

// machine plans what the unit of an item does beside the workflow: a plan, a report, and for a few a linked case, a request for
// more time or a suspension. It draws from a stream of its own, so that the course of the item stays what it was.
func (f *life) machine(start time.Time) {
	rnd := f.l.rand("machine " + f.m.title())
	if f.early || !chance(rnd, 0.5) {
		return
	}
	at := start.Add(3 * slot)
	budget := int64(rnd.IntN(40)) * 1000
	source := ""
	if budget > 0 {
		source = pick(rnd, []string{"街道为民服务资金", "物业公共收益", "部门年度维修经费"})
	}
	f.beside(at, func(ctx context.Context, tx *db.Tx, i *rectify.Item) error {
		first := clock.At(i.DueAt.Add(-i.DueAt.Sub(tx.Now()) / 2))
		_, err := f.l.Rectify.SetPlanTx(ctx, tx, i.ID, rectify.NewPlan{Version: i.Version, Responsible: pick(rnd, []string{"分管副主任", "业务科科长", "片区责任人"}), Budget: budget, Source: source,
			Milestones: []rectify.NewMilestone{{Title: "现场踏勘并定方案", DueAt: first}, {Title: "完成整改并自查", DueAt: *i.DueAt}}})
		return err
	})
	f.beside(at.Add(2*slot), func(ctx context.Context, tx *db.Tx, i *rectify.Item) error {
		_, err := f.l.Rectify.ReportTx(ctx, tx, i.ID, rectify.NewReport{Text: "已到现场踏勘，方案已定，正在组织施工。", Percent: 30}, nil)
		return err
	})
	switch {
	case chance(rnd, 0.12):
		e := &errand{f: f}
		f.beside(at.Add(4*slot), func(ctx context.Context, tx *db.Tx, i *rectify.Item) error {
			link, err := f.l.Rectify.OpenTx(ctx, tx, i.ID, rectify.OpenLink{Version: i.Version, Kind: rectify.LinkCase, Text: "请到现场处置：" + f.m.title()})
			if err == nil {
				e.id = link.RefID
			}
			return err
		})
		e.plan(rnd, at.Add(4*slot))
	case f.stuck != "" && !f.held && chance(rnd, 0.3):
		f.beside(at.Add(4*slot), func(ctx context.Context, tx *db.Tx, i *rectify.Item) error {
			_, err := f.l.Rectify.ActTx(ctx, tx, i.ID, rectify.ActAskExtension, rectify.Move{Version: i.Version, Days: 2, Note: "配件到货延迟，申请延期两个工作日。"})
			return err
		})
	}
}

// beside runs one step of the unit on its item if the item is still with it; what no longer fits does not happen.
func (f *life) beside(at time.Time, step func(ctx context.Context, tx *db.Tx, i *rectify.Item) error) {
	f.l.at(at, func(ctx context.Context, tx *db.Tx) error {
		unit, err := f.l.unit(f.m.street, f.m.unit)
		if err != nil {
			return err
		}
		i, err := f.l.Rectify.LookTx(auth.System(ctx, "demo"), tx, f.m.id)
		if err != nil {
			return err
		}
		if !i.AtWork() || i.DueAt == nil || !i.DueAt.After(tx.Now().Add(48*time.Hour)) || i.Version != f.m.version {
			return nil
		}
		if err := step(f.l.handler(ctx, f.m.street, unit), tx, i); err != nil {
			if errs.KindOf(err) == errs.KindConflict {
				return nil
			}
			return err
		}
		if i, err = f.l.Rectify.LookTx(auth.System(ctx, "demo"), tx, f.m.id); err == nil {
			f.m.version = i.Version
		}
		return err
	})
}
