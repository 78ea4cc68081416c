package command

import (
	"context"
	"fmt"

	"yiwang/internal/identity"
	"yiwang/internal/platform/config"
)

type demoCmd struct {
	Accounts demoAccountsCmd `cmd:"" help:"Print the demonstration accounts."`
}

type demoAccountsCmd struct{}

func (demoAccountsCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	_, err := fmt.Fprintf(s.Out, `Demonstration accounts, password %s (fictional people, only with --demo):
  lead        考评办主任：批次、成绩、反向清单        street01 … street13  街道：答复与整改
  housing     住房保障部门经办（部门代码即账号）       verifier             核查员
  admin       系统管理员    security  安全管理员    auditor  审计员
`, identity.DemoPassword)
	return err
}
