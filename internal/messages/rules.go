package messages

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Rules bound what goes out.
type Rules struct {
	QuietFrom    string `json:"quiet_from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"From then on only urgent messages go out"`
	QuietTo      string `json:"quiet_to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
	PerDay       int    `json:"per_day" minimum:"1" maximum:"200" doc:"Messages to one address in 24 hours; urgent ones go beyond it"`
	TellReporter bool   `json:"tell_reporter" doc:"Residents who asked for it get text messages"`
	PublicURL    string `json:"public_url" maxLength:"200" doc:"Address of this server for links in messages, such as https://yiwang.example.cn"`
	Version      int64  `json:"version" doc:"Version last seen"`
}

const rulesName = "messages.rules"

// DefaultRules are those of a new installation.
func DefaultRules() Rules {
	return Rules{QuietFrom: "22:00", QuietTo: "07:00", PerDay: 10, TellReporter: true}
}

// Validate returns Invalid with the fields that do not fit.
func (r Rules) Validate() error {
	var fields []errs.Field
	for name, v := range map[string]string{"quiet_from": r.QuietFrom, "quiet_to": r.QuietTo} {
		if _, err := time.Parse("15:04", v); err != nil {
			fields = append(fields, errs.Field{Location: "body." + name, Message: "a time such as 22:00", Value: v})
		}
	}
	if r.PerDay < 1 || r.PerDay > 200 {
		fields = append(fields, errs.Field{Location: "body.per_day", Message: "between 1 and 200", Value: r.PerDay})
	}
	if r.PublicURL != "" && !publicAddress.MatchString(r.PublicURL) {
		fields = append(fields, errs.Field{Location: "body.public_url", Message: "an address such as https://yiwang.example.cn", Value: r.PublicURL})
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("messages.bad_rules", "The rules do not fit; see the fields.", fields...)
}

// rules reads the rules in force.
func (s *Service) rules(ctx context.Context, tx *db.Tx) (Rules, error) {
	r := DefaultRules()
	text, err := db.Get[string](ctx, tx, "SELECT value FROM setting WHERE name = $1", rulesName)
	if errors.Is(err, db.ErrNoRows) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &r)
	}
	return r, err
}

// Rules returns the rules in force. Needs messages.read.
func (s *Service) Rules(ctx context.Context) (r Rules, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return r, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err = s.rules(ctx, tx)
		return err
	})
	return r, err
}

// SetRules changes the rules. Needs messages.manage; Conflict if they changed since.
func (s *Service) SetRules(ctx context.Context, r Rules) (Rules, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return r, err
	}
	if err := r.Validate(); err != nil {
		return r, err
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		now, err := s.rules(ctx, tx)
		if err != nil {
			return err
		}
		if now.Version != r.Version {
			return errs.Conflict("messages.rules_changed", "Somebody has changed the rules in between; look at them again.").With(now)
		}
		r.Version++
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, rulesName, string(b), tx.Time()); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "messages.set_rules", Object: "message_rules", ObjectID: rulesName, Detail: r})
	})
	return r, err
}

// out returns when a message may go: now, or the end of the quiet hours.
func (r Rules) out(now time.Time, urgent bool) clock.Time {
	local := now.In(clock.Nanjing)
	from, err1 := time.Parse("15:04", r.QuietFrom)
	to, err2 := time.Parse("15:04", r.QuietTo)
	if urgent || err1 != nil || err2 != nil || r.QuietFrom == r.QuietTo {
		return clock.At(now)
	}
	minute := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	at, a, b := minute(local), minute(from), minute(to)
	end := time.Date(local.Year(), local.Month(), local.Day(), to.Hour(), to.Minute(), 0, 0, clock.Nanjing)
	switch {
	case a < b && at >= a && at < b, a > b && at < b:
		return clock.At(end)
	case a > b && at >= a:
		return clock.At(end.AddDate(0, 0, 1))
	}
	return clock.At(now)
}
