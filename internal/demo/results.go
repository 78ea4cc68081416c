package demo

import (
	"context"
	"time"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/auth"
	"yiwang/internal/results"
)

// The use of the results of 2025 is settled in the spring after the wave: the office computes, two persons sign, a street appeals
// and gets an answer. 2026 waits for its second half.
var (
	settledAt  = day(time.March, 24, 2026)
	appealedAt = day(time.March, 26, 2026)
	decidedAt  = day(time.March, 30, 2026)
)

// planResults puts the settlement of 2025 into the story.
func (l *loader) planResults() {
	var settlement, appeal string
	l.atWhole(l.moved(settledAt), func(ctx context.Context) error {
		lead := l.with(ctx, "lead", appraisal.PermRead, results.PermRead, results.PermManage, results.PermSign)
		made, err := l.Results.Settle(lead, gulou, 2025, "")
		if err != nil {
			return err
		}
		settlement = made.ID
		if made, err = l.Results.Sign(lead, made.ID, made.Version, "按施测前写定的规则计算，核对无误"); err != nil {
			return err
		}
		_, err = l.Results.Sign(l.with(ctx, "leader", results.PermSign), made.ID, made.Version, "同意")
		return err
	})
	street := l.leaders[l.ground.streets[0].code]
	l.atWhole(l.moved(appealedAt), func(ctx context.Context) error {
		a, err := l.Results.Appeal(auth.With(ctx, grown(street, results.PermRead, results.PermAppeal)), settlement, results.NewAppeal{Ground: "responsibility",
			Claim: "有一件雨污分流改造事项由区水务部门牵头，建议不计入本街道的整改闭环率。"})
		if err == nil {
			appeal = a.ID
		}
		return err
	})
	l.atWhole(l.moved(decidedAt), func(ctx context.Context) error {
		_, err := l.Results.Decide(l.with(ctx, "lead", results.PermManage), appeal, results.Decision{Version: 1,
			Answer: "经核对，该事项主办单位登记为区水务部门，未计入街道的闭环率，得分不变。"})
		return err
	})
}

// with returns a context in which the account acts with exactly these permissions.
func (l *loader) with(ctx context.Context, user string, permissions ...string) context.Context {
	return auth.With(ctx, grown(l.actors[user], permissions...))
}

func grown(p *auth.Principal, permissions ...string) *auth.Principal {
	q := *p
	q.Permissions = map[string]bool{}
	for _, name := range permissions {
		q.Permissions[name] = true
	}
	return &q
}
