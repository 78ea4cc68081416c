package command

import (
	"context"
	"fmt"

	"yiwang/internal/app"
	"yiwang/internal/platform/config"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Walk the chain; exit 1 and the first broken entry if it was tampered with."`
}

type auditVerifyCmd struct{}

func (auditVerifyCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "audit verify", func(ctx context.Context, a *app.App) error {
		rep, err := a.Trail.Verify(ctx)
		if err != nil {
			return err
		}
		if !rep.Intact {
			return fmt.Errorf("the audit chain is broken at entry %d (%s) %s: keep the database as evidence and compare it with a backup", rep.Broken, rep.Reason, rep.ID)
		}
		_, err = fmt.Fprintf(s.Out, "%d entries, chain intact\n", rep.Entries)
		return err
	})
}
