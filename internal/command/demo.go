package command

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/demo"
	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
)

type demoCmd struct {
	Load     demoLoadCmd     `cmd:"" help:"Load the fictional demonstration district into an empty database."`
	Accounts demoAccountsCmd `cmd:"" help:"Print the demonstration accounts."`
}

type demoLoadCmd struct {
	Scale string `default:"gulou" enum:"small,gulou,city" help:"small (one street), gulou (13 streets) or city (11 districts)."`
	Seed  uint64 `default:"2026" help:"Same seed and same day, same content."`
	Day   string `placeholder:"2026-11-20" help:"The day on which the story ends, at half past ten; the last one that is over if none is given."`
}

func (c demoLoadCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) (err error) {
	day := demo.Today(clock.System.Now())
	if c.Day != "" {
		if day, err = time.ParseInLocation(time.DateOnly, c.Day, clock.Nanjing); err != nil {
			return fmt.Errorf("write the day like 2026-11-20: %w", err)
		}
	}
	debug.SetGCPercent(400) // one job and out: time matters more than memory
	cfg.Demo = true
	story := demo.NewClock()
	a, err := app.OpenAt(ctx, *cfg, story)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	sum, err := demo.Load(ctx, a.DemoDeps(story), demo.Options{Scale: c.Scale, Seed: c.Seed, Day: day, Progress: func(step string) { _, _ = fmt.Fprintln(s.Err, step) }})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%d streets, %d communities, %d composite, %d dedicated, %d police grids, %d items, %d photos\n",
		sum.Streets, sum.Communities, sum.Composite, sum.Dedicated, sum.Police, sum.Items, sum.Photos)
	for _, w := range sum.Waves {
		_, _ = fmt.Fprintf(s.Out, "%s %s: %d targeted, %d online, %d comments\n", w.Code, w.State, w.Targeted, w.Online, w.Comments)
	}
	return err
}

type demoAccountsCmd struct{}

func (demoAccountsCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	_, err := fmt.Fprintf(s.Out, `Demonstration accounts, password %s (fictional people, only with --demo):
  事件  command        区指挥中心：研判、审批、挂账   desk01 … desk13      街道指挥中心坐席：登记、派遣、结案
        street01 … 13  街道负责人               secretary01 … 13     街道书记：批准吹哨
        urban01、enforce01、community0101 …   街道科室、执法队与社区
        housing、water_supply …               部门经办（部门代码即账号）
        officer01 …    网格员，在 /m/ 登录（全区：officer0001 …）   居民不用账号，在 /p/
  考评  lead           考评办主任：批次、成绩、反向清单   leader               区领导：结果会签
        analyst        考评办副主任：启用模型、裁定编码差异
        street01 … 13  街道：答复与整改          verifier             核查员
        interviewer01、02  调查员：入户、电话、录入
  三员  admin  系统管理员    security  安全管理员    auditor  审计员
The small demonstration has one street (01); in the district, officer accounts are officer0001 to officer1596. What is told at length,
the whistles and the first officer are in the street of desk01, urban01 and enforce01.
`, identity.DemoPassword)
	return err
}
