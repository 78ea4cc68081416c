package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"yiwang/internal/app"
	"yiwang/internal/identity"
	"yiwang/internal/platform/config"
)

type userCmd struct {
	Add     userAddCmd    `cmd:"" help:"Open an account; the password comes from standard input."`
	Passwd  userPasswdCmd `cmd:"" help:"Set a password from standard input; the person must change it at the next sign-in."`
	Disable userStepCmd   `cmd:"" help:"Shut an account and end its sessions."`
	Enable  userEnableCmd `cmd:"" help:"Open a shut account again."`
	List    userListCmd   `cmd:"" help:"List the accounts."`
}

type userAddCmd struct {
	Username string   `arg:"" help:"Name to sign in with."`
	Name     string   `required:"" help:"Name of the person."`
	Role     string   `help:"Role of the first post, such as system_admin; without it the account can do nothing yet."`
	Title    string   `help:"Title of the post."`
	Unit     string   `help:"Code of the unit, such as housing."`
	Area     string   `help:"Area code of the unit."`
	Areas    []string `help:"Area codes where the post holds; the unit's area by default."`
}

// administrators keep the installation itself, which lies in no area below the province.
var administrators = []string{"system_admin", "security_admin", "audit_admin"}

func (c userAddCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	if c.Area == "" && c.Role != "" && !slices.Contains(administrators, c.Role) {
		return usagef("--area says where %s works, such as --area 320106", c.Role)
	}
	password, err := readPassword(s)
	if err != nil {
		return err
	}
	return withApp(ctx, cfg, "user add", func(ctx context.Context, a *app.App) error {
		if err := a.Prepare(ctx); err != nil { // the first account comes before the first start
			return err
		}
		u, err := a.Identity.AddUserFromShell(ctx, identity.ShellUser{Username: c.Username, Name: c.Name, Password: password,
			Unit: c.Unit, Area: c.Area, Role: c.Role, Title: c.Title, Areas: c.Areas})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.Out, "%s is open; the password must be changed at the first sign-in\n", u.Username)
		return err
	})
}

type userPasswdCmd struct {
	Username          string `arg:""`
	ResetSecondFactor bool   `help:"Also remove the second factor, for somebody who lost phone and recovery codes."`
}

func (c userPasswdCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	password, err := readPassword(s)
	if err != nil {
		return err
	}
	return withExisting(ctx, cfg, "user passwd", func(ctx context.Context, a *app.App) error {
		if err := a.Identity.SetPasswordFromShell(ctx, c.Username, password, true); err != nil || !c.ResetSecondFactor {
			return err
		}
		return a.Identity.ResetTOTPFromShell(ctx, c.Username)
	})
}

type userStepCmd struct {
	Username string `arg:""`
}

func (c userStepCmd) Run(ctx context.Context, cfg *config.Config, _ *Streams) error {
	return withExisting(ctx, cfg, "user disable", func(ctx context.Context, a *app.App) error {
		return a.Identity.StepUserFromShell(ctx, c.Username, "disable")
	})
}

type userEnableCmd struct {
	Username string `arg:""`
}

func (c userEnableCmd) Run(ctx context.Context, cfg *config.Config, _ *Streams) error {
	return withExisting(ctx, cfg, "user enable", func(ctx context.Context, a *app.App) error {
		return a.Identity.StepUserFromShell(ctx, c.Username, "enable")
	})
}

type userListCmd struct{}

func (userListCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "user list", func(ctx context.Context, a *app.App) error {
		f := identity.UserFilter{}
		f.Limit = 200
		for {
			page, err := a.Identity.Users(ctx, f)
			if err != nil {
				return err
			}
			for _, u := range page.Items {
				state := "open"
				switch {
				case u.Disabled:
					state = "disabled"
				case u.Locked:
					state = "locked"
				}
				if _, err := fmt.Fprintf(s.Out, "%-20s %-10s %-9s %s\n", u.Username, u.Name, state, u.UnitName); err != nil {
					return err
				}
			}
			if f.Cursor = page.NextCursor; f.Cursor == "" {
				return nil
			}
		}
	})
}

// readPassword takes the first line of standard input, so that no password stands in a shell history.
func readPassword(s *Streams) (string, error) {
	_, _ = fmt.Fprintln(s.Err, "Password (one line on standard input):")
	line, err := bufio.NewReader(io.LimitReader(s.In, 4096)).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usagef("no password on standard input: %w", err)
	}
	return line, nil
}
