package identity

import (
	"time"

	"yiwang/internal/platform/errs"
)

// Policy is what the security administrator decides about passwords, lock-out and sessions. The defaults are those
// usual for 等保2.0 level 3; Validate keeps every value at or above a floor, so a policy can be relaxed but not undone.
type Policy struct {
	MinLength      int  `json:"min_length" minimum:"8" maximum:"64" doc:"Characters a password needs"`
	Classes        int  `json:"classes" minimum:"2" maximum:"4" doc:"How many of lower, upper, digit, other"`
	History        int  `json:"history" minimum:"0" maximum:"24" doc:"Earlier passwords that may not come back"`
	MaxAgeDays     int  `json:"max_age_days" minimum:"0" maximum:"365" doc:"Days after which a password must change; 0 never"`
	LockFailures   int  `json:"lock_failures" minimum:"3" maximum:"10" doc:"Failures in a row that lock the name"`
	LockMinutes    int  `json:"lock_minutes" minimum:"5" maximum:"1440" doc:"How long the name stays locked"`
	IdleMinutes    int  `json:"idle_minutes" minimum:"5" maximum:"120" doc:"A session ends after this long without a request"`
	AbsoluteHours  int  `json:"absolute_hours" minimum:"1" maximum:"24" doc:"A session ends after this long in any case"`
	OneSession     bool `json:"one_session" doc:"Signing in ends the person's other sessions"`
	PrivilegedTOTP bool `json:"privileged_totp" doc:"Privileged roles need a one-time code"`
}

// DefaultPolicy returns the policy of a new installation.
func DefaultPolicy() Policy {
	return Policy{MinLength: 10, Classes: 4, History: 5, MaxAgeDays: 90, LockFailures: 5, LockMinutes: 15,
		IdleMinutes: 30, AbsoluteHours: 12, OneSession: true, PrivilegedTOTP: true}
}

// demoPolicy differs where a visitor would be stopped: several people try the same account, none has an authenticator.
func demoPolicy() Policy {
	p := DefaultPolicy()
	p.OneSession, p.PrivilegedTOTP, p.MaxAgeDays = false, false, 0
	return p
}

// Validate returns Invalid with the fields that lie outside their bounds.
func (p Policy) Validate() error {
	var fields []errs.Field
	within := func(name string, v, low, high int) {
		if v < low || v > high {
			fields = append(fields, errs.Field{Location: "body." + name, Message: "outside its bounds", Value: v})
		}
	}
	within("min_length", p.MinLength, 8, 64)
	within("classes", p.Classes, 2, 4)
	within("history", p.History, 0, 24)
	within("max_age_days", p.MaxAgeDays, 0, 365)
	within("lock_failures", p.LockFailures, 3, 10)
	within("lock_minutes", p.LockMinutes, 5, 1440)
	within("idle_minutes", p.IdleMinutes, 5, 120)
	within("absolute_hours", p.AbsoluteHours, 1, 24)
	if fields == nil {
		return nil
	}
	return errs.Invalid("identity.bad_policy", "The policy is outside its bounds.", fields...)
}

func (p Policy) idle() time.Duration     { return time.Duration(p.IdleMinutes) * time.Minute }
func (p Policy) absolute() time.Duration { return time.Duration(p.AbsoluteHours) * time.Hour }
func (p Policy) lock() time.Duration     { return time.Duration(p.LockMinutes) * time.Minute }

// expired reports whether a password set at that time must be changed.
func (p Policy) expired(setAt, now time.Time) bool {
	return p.MaxAgeDays > 0 && now.Sub(setAt) > time.Duration(p.MaxAgeDays)*24*time.Hour
}
