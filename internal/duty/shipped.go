package duty

import (
	"context"
	"sync"
	"time"

	reference "yiwang/data/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// shippedID is the version every installation starts with: one rule per leaf of the shipped categories.
const shippedID = "shipped"

// shippedTable is the shipped list, ready to answer before anybody has stored anything.
var shippedTable = sync.OnceValue(func() *table {
	c := DefaultCatalog()
	rules := make([]Rule, 0, len(c.leaves))
	for _, l := range c.leaves {
		r := Rule{ID: shippedID + "." + l.Code, VersionID: shippedID, Code: "R" + l.Code, Category: l.Code, Lead: l.Lead, Basis: "事件分类与处置标准 " + c.Version}
		r.Assists.V = append([]string{}, l.Co...)
		rules = append(rules, r)
	}
	return newTable(Version{ID: shippedID, Number: 1, Name: "随系统提供的责任清单", State: Published, CreatedBy: "系统", Version: 1}, rules)
})

// Prepare stores the shipped responsibility list and duty list if they are not there yet; what a district has changed stays.
func (s *Service) Prepare(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.PrepareTx(ctx, tx) })
}

// PrepareTx is Prepare inside the caller's transaction.
func (s *Service) PrepareTx(ctx context.Context, tx *db.Tx) error {
	there, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM duty_version WHERE id = $1", shippedID)
	if err != nil || there > 0 {
		return err
	}
	t := shippedTable()
	v := t.version
	// Effective since before anything happened: cases of any day are judged by it until a district publishes its own.
	since := clock.At(time.Date(2000, 1, 1, 0, 0, 0, 0, clock.Nanjing))
	v.EffectiveFrom, v.CreatedAt = &since, tx.Time()
	if err := insertVersion(ctx, tx, &v); err != nil {
		return err
	}
	for i := range t.rules {
		if err := insertRule(ctx, tx, &t.rules[i]); err != nil {
			return err
		}
	}
	tasks, err := shippedTasks(reference.DutyList)
	for i := 0; err == nil && i < len(tasks); i++ {
		tasks[i].ChangedAt = tx.Time()
		err = saveTask(ctx, tx, &tasks[i])
	}
	return err
}
