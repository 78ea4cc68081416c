package calls

import (
	"slices"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// How long things last.
const (
	ringTime       = 45 * time.Second
	centreRingTime = 2 * time.Minute
	grace          = 30 * time.Second // without a connection
	firstConnect   = 60 * time.Second // until the first: somebody is asked for camera and microphone
)

// The verbs below are the life of a call: pure steps on what is known of it. Each ends with settle, which says what follows for
// the whole.

// accept lets somebody who rings in; at the centre, whoever takes it becomes a party.
func (c *Call) accept(p Party, device string, voice bool, now clock.Time) error {
	known := c.Party(p.UserID)
	switch {
	case c.State == Ended:
		return c.over()
	case known == nil && c.Centre && c.State == Ringing:
		seat := c.seat()
		c.Parties = append(c.Parties, p)
		known = &c.Parties[len(c.Parties)-1]
		known.CallID, known.Role, known.Seat, known.InvitedAt, known.RingUntil = c.ID, Callee, seat, c.CreatedAt, c.RingUntil
	case known == nil && c.Centre:
		return errs.Conflict("calls.taken", "Somebody else has taken the call.").With(c)
	case known == nil:
		return noCall()
	case known.State != PartyRings:
		return errs.Conflict("calls.not_ringing", "The call does not ring for you any more.").With(c)
	}
	known.join(device, voice, now)
	if c.RecordFrom != nil && c.RecordTo == nil { // said on the screen before the answer
		known.Consent, known.ConsentAt = Agreed, &now
	}
	c.settle(now)
	return nil
}

func (p *Party) join(device string, voice bool, now clock.Time) {
	p.State, p.Device, p.JoinedAt, p.LostAt, p.LeftAt, p.MediaAt, p.Held, p.VoiceOnly = PartyJoined, device, &now, &now, nil, nil, false, voice
}

// decline refuses, with a few words.
func (c *Call) decline(user, reply string, now clock.Time) error {
	p := c.Party(user)
	if p == nil || p.State != PartyRings {
		return errs.Conflict("calls.not_ringing", "The call does not ring for you any more.").With(c)
	}
	p.State, p.Reply, p.LeftAt = PartyDeclined, reply, &now
	c.settle(now)
	return nil
}

// leave hangs up: of a caller whom nobody has answered, it cancels.
func (c *Call) leave(user string, now clock.Time) error {
	p := c.Party(user)
	if p == nil || p.State != PartyJoined {
		return errs.Conflict("calls.not_in", "You are not in this call.").With(c)
	}
	p.State, p.LeftAt = PartyLeft, &now
	c.settle(now)
	return nil
}

// hold lets nothing pass to and from a party, or lets it pass again.
func (c *Call) hold(user string, on bool) error {
	p := c.Party(user)
	if p == nil || p.State != PartyJoined {
		return errs.Conflict("calls.not_in", "You are not in this call.").With(c)
	}
	p.Held = on
	return nil
}

// move hands a party's place to another page of the same person.
func (c *Call) move(user, device string, now clock.Time) error {
	p := c.Party(user)
	if p == nil || p.State != PartyJoined {
		return errs.Conflict("calls.not_in", "You are not in this call.").With(c)
	}
	p.Device, p.LostAt, p.MediaAt = device, &now, nil
	return nil
}

// invite rings for one more while the call runs.
func (c *Call) invite(p Party, busy bool, now clock.Time) error {
	if c.State != Talking {
		return errs.Conflict("calls.not_talking", "A third can be invited while you talk.").With(c)
	}
	if known := c.Party(p.UserID); known != nil && (known.State == PartyJoined || known.State == PartyRings) {
		return errs.Conflict("calls.in_already", "This person is in the call already.").With(c)
	}
	seat := c.seat()
	if seat < 0 {
		return errs.Conflict("calls.full", "Four people are the most a call can hold.").With(c)
	}
	p.CallID, p.Role, p.Seat, p.InvitedAt, p.RingUntil, p.State = c.ID, Guest, seat, now, clock.At(now.Add(ringTime)), PartyRings
	if busy {
		p.State, p.LeftAt = PartyBusy, &now
	}
	if known := c.Party(p.UserID); known != nil {
		*known = p
		return nil
	}
	c.Parties = append(c.Parties, p)
	return nil
}

// record asks everybody in the call to be recorded; who asks agrees by it.
func (c *Call) record(user, name string, now clock.Time) error {
	p := c.Party(user)
	if p == nil || p.State != PartyJoined {
		return errs.Conflict("calls.not_in", "You are not in this call.").With(c)
	}
	if c.RecordFrom != nil && c.RecordTo == nil {
		return errs.Conflict("calls.recording", "The call is recorded already.").With(c)
	}
	c.RecordBy, c.RecordByName, c.RecordFrom, c.RecordTo = user, name, &now, nil
	for i := range c.Parties {
		c.Parties[i].Consent, c.Parties[i].ConsentAt = "", nil
	}
	p.Consent, p.ConsentAt = Agreed, &now
	return nil
}

// consent answers the question to be recorded.
func (c *Call) consent(user string, yes bool, now clock.Time) error {
	p := c.Party(user)
	if p == nil || p.State != PartyJoined || c.RecordFrom == nil || c.RecordTo != nil {
		return errs.Conflict("calls.not_asked", "Nobody asks to record you now.").With(c)
	}
	p.Consent, p.ConsentAt = Refused, &now
	if yes {
		p.Consent = Agreed
	}
	return nil
}

// stopRecording ends the recording.
func (c *Call) stopRecording(now clock.Time) error {
	if c.RecordFrom == nil || c.RecordTo != nil {
		return errs.Conflict("calls.not_recording", "The call is not recorded.").With(c)
	}
	c.RecordTo = &now
	return nil
}

// connected notes that a party's connection stands, or was lost. It reports whether that is news.
func (c *Call) connected(user string, up bool, now clock.Time) bool {
	p := c.Party(user)
	if p == nil || p.State != PartyJoined || up == (p.LostAt == nil) {
		return false
	}
	if up {
		p.LostAt = nil
		if p.MediaAt == nil {
			p.MediaAt = &now
		}
		return true
	}
	p.LostAt = &now
	return true
}

// leap is how far the clocks of servers may differ; what lies further ahead was noted before the clock went back.
const leap = 2 * time.Second

// notAhead mends what was noted before the clock of the server went back: nothing rings or waits longer than it takes. It reports whether
// anything was.
func (c *Call) notAhead(now clock.Time) (mended bool) {
	ring := func(until *clock.Time, whole time.Duration) {
		if until.After(now.Add(whole + leap)) {
			*until, mended = clock.At(now.Add(whole)), true
		}
	}
	whole := ringTime
	if c.Centre {
		whole = centreRingTime
	}
	if c.State == Ringing {
		ring(&c.RingUntil, whole)
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		switch {
		case p.State == PartyRings && p.Role == Guest:
			ring(&p.RingUntil, ringTime)
		case p.State == PartyRings:
			ring(&p.RingUntil, whole)
		case p.State == PartyJoined && p.LostAt != nil && p.LostAt.After(now.Add(leap)):
			p.LostAt, mended = &now, true
		}
	}
	return mended
}

// expire ends what has lasted too long; it reports whether anything changed.
func (c *Call) expire(now clock.Time) (changed bool) {
	changed = c.notAhead(now)
	for i := range c.Parties {
		p := &c.Parties[i]
		patience := grace
		if p.MediaAt == nil {
			patience = firstConnect
		}
		switch {
		case p.State == PartyRings && !now.Before(p.RingUntil.Time):
			p.State, p.LeftAt, changed = PartyMissed, &now, true
		case p.State == PartyJoined && p.LostAt != nil && !now.Before(p.LostAt.Add(patience)):
			p.State, p.LeftAt, changed = PartyLost, &now, true
		}
	}
	if changed || c.State == Ringing && !now.Before(c.RingUntil.Time) {
		before := c.State
		c.settle(now)
		return changed || c.State != before
	}
	return false
}

// end closes the call for everybody.
func (c *Call) end(why Ending, now clock.Time) {
	c.State, c.Ending, c.EndedAt = Ended, why, &now
	for i := range c.Parties {
		switch p := &c.Parties[i]; p.State {
		case PartyJoined:
			p.State, p.LeftAt = PartyLeft, &now
		case PartyRings:
			p.State, p.LeftAt = PartyCancelled, &now
			if why == Missed {
				p.State = PartyMissed
			}
		default:
		}
	}
	if c.RecordFrom != nil && c.RecordTo == nil {
		c.RecordTo = &now
	}
}

// settle says what follows for the call from where its parties stand.
func (c *Call) settle(now clock.Time) {
	joined, rings := c.count(PartyJoined), c.count(PartyRings)
	caller := c.Party(c.CallerID)
	switch {
	case c.State == Ringing && caller.State != PartyJoined:
		c.end(Cancelled, now)
	case c.State == Ringing && joined > 1:
		c.State, c.AnsweredAt = Talking, &now
	case c.State == Ringing && c.Centre && now.Before(c.RingUntil.Time):
	case c.State == Ringing && (rings == 0 || c.Centre):
		c.end(c.refusal(), now)
	case c.State == Talking && joined < 2:
		why := HungUp
		if slices.ContainsFunc(c.Parties, func(p Party) bool { return p.State == PartyLost && p.LeftAt.Equal(now.Time) }) {
			why = Lost // whoever left before, this is how it ended
		}
		c.end(why, now)
	default:
	}
}

// refusal is why nobody answered.
func (c *Call) refusal() Ending {
	switch {
	case c.count(PartyDeclined) > 0:
		return Declined
	case c.count(PartyBusy) > 0:
		return Busy
	}
	return Missed
}

func (c *Call) over() error {
	return errs.Conflict("calls.over", "The call has ended.").With(c)
}

func noCall() error {
	return errs.NotFound("calls.no_call", "There is no such call, or you may not see it.")
}
