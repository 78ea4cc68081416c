package identity

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// ShellUser is an account opened from the server's shell, with its first post.
type ShellUser struct {
	Username, Name, Password string
	Unit                     string // code of the unit within Area; "" with Area "" for the installation's own office
	Area                     string
	Role                     string // code; "" opens the account without a post
	Title                    string
	Areas                    []string // of the post; the unit's area if empty
}

// AddUserFromShell opens an account and puts it into its post at once: whoever has the server's shell has the database
// anyway, so asking for a second person would protect nothing. The separated duties hold here too. It is how the first
// administrators come to be; the program makes no default password. Only the program itself may call it.
func (s *Service) AddUserFromShell(ctx context.Context, in ShellUser) (u User, err error) {
	if err := onlyProgram(ctx); err != nil {
		return u, err
	}
	u = User{Username: normal(in.Username), Name: in.Name, UnitID: "pending", MustChange: true}
	if err := u.Validate(); err != nil {
		return u, err
	}
	if u.PasswordHash, err = s.newPassword(ctx, u, in.Password); err != nil {
		return u, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		unit, err := s.shellUnit(ctx, tx, in)
		if err != nil {
			return err
		}
		u.UnitID, u.UnitName, u.AreaCode = unit.ID, unit.Name, unit.AreaCode
		if err := insertUser(ctx, tx, &u); err != nil {
			return err
		}
		if err := rememberPassword(ctx, tx, u.ID, u.PasswordHash); err != nil {
			return err
		}
		if err := log(ctx, tx, "identity.user_add", "user", u.ID, unit.AreaCode, map[string]string{"username": u.Username}); err != nil {
			return err
		}
		if in.Role == "" {
			return nil
		}
		p := Post{UserID: u.ID, UnitID: unit.ID, RoleCode: in.Role, Title: in.Title}
		if p.Areas.V = in.Areas; len(in.Areas) == 0 {
			p.Areas.V = []string{unit.AreaCode}
		}
		return s.grantNow(ctx, tx, &p)
	})
	return u, err
}

// shellUnit finds the unit, or makes the office in which the first administrators sit before any unit exists.
func (s *Service) shellUnit(ctx context.Context, tx *db.Tx, in ShellUser) (Unit, error) {
	if in.Unit != "" {
		return s.FindUnitTx(ctx, tx, in.Area, in.Unit)
	}
	area := in.Area
	if area == "" {
		area = "32"
	}
	u, err := s.FindUnitTx(ctx, tx, area, "operations")
	if errs.KindOf(err) != errs.KindNotFound {
		return u, err
	}
	return s.AddUnitTx(ctx, tx, Unit{AreaCode: area, Code: "operations", Name: "平台运行管理办公室", Short: "运管办", Kind: Department, Nature: "institution", Level: "district"})
}

// SetPasswordFromShell replaces a password and ends the person's sessions; with mustChange the person picks another at
// the next sign-in. Only the program itself may call it.
func (s *Service) SetPasswordFromShell(ctx context.Context, username, password string, mustChange bool) error {
	u, err := s.userFromShell(ctx, username)
	if err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, u, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := setPassword(ctx, tx, u.ID, hash, mustChange, ""); err != nil {
			return err
		}
		if err := clearGuard(ctx, tx, digest("name:"+u.Username)); err != nil {
			return err
		}
		s.changed(tx)
		return log(ctx, tx, "identity.password_reset", "user", u.ID, u.AreaCode, nil)
	})
}

// StepUserFromShell disables, enables, locks or unlocks an account by its name, administrators included. Only the
// program itself may call it.
func (s *Service) StepUserFromShell(ctx context.Context, username, step string) error {
	u, err := s.userFromShell(ctx, username)
	if err != nil {
		return err
	}
	_, err = s.StepUser(ctx, u.ID, step, "from the shell")
	return err
}

// ResetTOTPFromShell removes the second factor of an account by its name, for administrators who lost theirs. Only the
// program itself may call it.
func (s *Service) ResetTOTPFromShell(ctx context.Context, username string) error {
	u, err := s.userFromShell(ctx, username)
	if err != nil {
		return err
	}
	return s.ResetTOTP(ctx, u.ID)
}

// HasUsers reports whether anybody can sign in, so that a first start can say how to open the first account.
func (s *Service) HasUsers(ctx context.Context) (yes bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_user WHERE NOT disabled AND (NOT demo OR $1)`, s.cfg.Demo)
		yes = n > 0
		return err
	})
	return yes, err
}

// userFromShell finds an account by its name for the program itself.
func (s *Service) userFromShell(ctx context.Context, username string) (u User, err error) {
	if err := onlyProgram(ctx); err != nil {
		return u, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		u, err = findUserByName(ctx, tx, username)
		return err
	})
	return u, err
}

func onlyProgram(ctx context.Context) error {
	if p := auth.From(ctx); p == nil || !p.System {
		return errs.Forbidden("identity.shell_only", "This is done from the server's shell.")
	}
	return nil
}
