package calls

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
)

var update = flag.Bool("update", false, "rewrite golden files")

// moment is a call at a time, as far as an exploration has come.
type moment struct {
	call *Call
	now  clock.Time
}

func (m moment) copy() moment {
	c := *m.call
	c.Parties = slices.Clone(m.call.Parties)
	return moment{&c, m.now}
}

// key tells moments apart by what matters for what can happen next.
func (m moment) key() string {
	var b strings.Builder
	fmt.Fprint(&b, m.call.State, m.call.Ending, m.call.Centre, m.call.RecordFrom != nil && m.call.RecordTo == nil)
	for i := range m.call.Parties {
		p := &m.call.Parties[i]
		fmt.Fprint(&b, " ", p.UserID, p.State, p.Held, p.LostAt != nil, p.Consent)
	}
	return b.String()
}

// name is what the diagram calls a moment.
func (m moment) name() string {
	c := m.call
	switch {
	case c.State == Ended:
		return "ended_" + string(c.Ending)
	case c.State == Ringing && c.Centre:
		return "ringing_at_the_centre"
	case c.State == Ringing:
		return "ringing"
	}
	has := func(is func(p *Party) bool) bool {
		return slices.ContainsFunc(c.Parties, func(p Party) bool { return p.State == PartyJoined && is(&p) })
	}
	switch {
	case has(func(p *Party) bool { return p.LostAt != nil }):
		return "talking_one_without_connection"
	case has(func(p *Party) bool { return p.Held }):
		return "talking_one_on_hold"
	case c.RecordFrom != nil && c.RecordTo == nil:
		return "talking_recorded"
	}
	return "talking"
}

// connect gives everybody in the call a connection.
func (m moment) connect() moment {
	for i := range m.call.Parties {
		m.call.connected(m.call.Parties[i].UserID, true, m.now)
	}
	return m
}

// deed is something that may happen to a call.
type deed struct {
	name string
	do   func(m *moment) error
}

func deeds() []deed {
	after := func(d time.Duration) func(m *moment) error {
		return func(m *moment) error {
			m.now = clock.At(m.now.Add(d))
			m.call.expire(m.now)
			return nil
		}
	}
	join := func(who string) func(m *moment) error {
		return func(m *moment) error {
			if err := m.call.accept(Party{UserID: who}, "page", false, m.now); err != nil {
				return err
			}
			m.call.connected(who, true, m.now)
			return nil
		}
	}
	return []deed{
		{"the other accepts", join("other")},
		{"the other declines", func(m *moment) error { return m.call.decline("other", "", m.now) }},
		{"the caller hangs up", func(m *moment) error { return m.call.leave("caller", m.now) }},
		{"the other hangs up", func(m *moment) error { return m.call.leave("other", m.now) }},
		{"hold", func(m *moment) error { return m.call.hold("caller", true) }},
		{"resume", func(m *moment) error { return m.call.hold("caller", false) }},
		{"another page of the same person", func(m *moment) error { return m.call.move("caller", "page 2", m.now) }},
		{"a third is invited", func(m *moment) error { return m.call.invite(Party{UserID: "third"}, false, m.now) }},
		{"the third accepts", join("third")},
		{"the third hangs up", func(m *moment) error { return m.call.leave("third", m.now) }},
		{"recording is asked for", func(m *moment) error { return m.call.record("caller", "caller", m.now) }},
		{"agreed", func(m *moment) error { return m.call.consent("other", true, m.now) }},
		{"refused", func(m *moment) error { return m.call.consent("other", false, m.now) }},
		{"recording is stopped", func(m *moment) error { return m.call.stopRecording(m.now) }},
		{"the connection is lost", func(m *moment) error { m.call.connected("other", false, m.now); return nil }},
		{"the connection is back", func(m *moment) error {
			m.call.connected("other", true, m.now)
			m.call.connected("caller", true, m.now)
			return nil
		}},
		{"30 s without a connection", after(grace)},
		{"45 s", after(ringTime)},
		{"2 min", after(centreRingTime)},
		{"ended by who manages calls", func(m *moment) error {
			if m.call.State == Ended {
				return m.call.over()
			}
			m.call.end(ByCentre, m.now)
			return nil
		}},
	}
}

// beginnings are calls as they begin: to a person, to somebody busy, to the centre.
func beginnings() map[string]moment {
	now := clock.At(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	begin := func(centre bool, other Standing) moment {
		c := &Call{ID: "c", State: Ringing, Centre: centre, CallerID: "caller", CreatedAt: now, RingUntil: clock.At(now.Add(ringTime))}
		if centre {
			c.RingUntil = clock.At(now.Add(centreRingTime))
		}
		me := Party{UserID: "caller", Role: Caller}
		me.join("page", false, now)
		c.Parties = []Party{me}
		if !centre {
			c.Parties = append(c.Parties, Party{UserID: "other", Role: Callee, Seat: 1, State: other, RingUntil: c.RingUntil})
		}
		c.settle(now)
		return moment{c, now}.connect()
	}
	return map[string]moment{"a person is called": begin(false, PartyRings), "somebody busy is called": begin(false, PartyBusy), "the centre is called": begin(true, "")}
}

// wrong says what is wrong with a call, if anything.
func wrong(c *Call) string {
	joined, rings := c.count(PartyJoined), c.count(PartyRings)
	seats := map[int]bool{}
	for i := range c.Parties {
		if p := &c.Parties[i]; p.State == PartyJoined || p.State == PartyRings {
			if seats[p.Seat] {
				return "two in one seat"
			}
			seats[p.Seat] = true
			if c.recording(p) && p.Consent != Agreed {
				return "recorded without consent"
			}
		}
	}
	switch {
	case c.State == Ended && joined+rings > 0:
		return "ended with somebody in it"
	case c.State == Ended && (c.Ending == "" || c.EndedAt == nil):
		return "ended without a reason or a time"
	case c.State == Ended && c.RecordFrom != nil && c.RecordTo == nil:
		return "recorded after its end"
	case c.State == Talking && joined < 2:
		return "one talks alone"
	case c.State == Ringing && c.Party("caller").State != PartyJoined:
		return "rings without its caller"
	}
	return ""
}

// Every state that two parties and a third can bring a call into is visited by every deed: nothing is ever wrong, whoever waits
// without a connection comes to the end, and what leads where is the diagram.
func TestLife_OfACallIsTheGoldenDiagramAndAlwaysEnds(t *testing.T) {
	t.Parallel()
	edges, seen, queue := map[string]bool{}, map[string]bool{}, []moment{}
	for name, m := range beginnings() {
		edges["    [*] --> "+m.name()+": "+name] = true
		queue = append(queue, m)
	}
	for len(queue) > 0 {
		m := queue[0]
		queue = queue[1:]
		if seen[m.key()] {
			continue
		}
		seen[m.key()] = true
		if bad := wrong(m.call); bad != "" {
			t.Fatalf("%s: %s", bad, m.key())
		}
		for _, d := range deeds() {
			next := m.copy()
			if d.do(&next) != nil || next.key() == m.key() {
				continue
			}
			edges["    "+m.name()+" --> "+next.name()+": "+d.name] = true
			queue = append(queue, next)
		}
		last := m.copy()
		for i := range last.call.Parties {
			last.call.connected(last.call.Parties[i].UserID, false, last.now)
		}
		last.now = clock.At(last.now.Add(centreRingTime))
		last.call.expire(last.now)
		if last.call.State != Ended {
			t.Errorf("a call without connections goes on: %s", last.key())
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d states were visited", len(seen))
	}
	got := "stateDiagram-v2\n" + strings.Join(slices.Sorted(maps.Keys(edges)), "\n") + "\n"
	if *update {
		if err := os.WriteFile("testdata/life.mmd", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/life.mmd")
	if err != nil || string(want) != got {
		t.Errorf("the life of a call is another than testdata/life.mmd (run with -update and look at it): %v\n%s", err, got)
	}
}

// A ring, and the patience with a lost connection, end at an instant that is noted when they begin.
func TestExpire_AfterTheClockWentBackNothingRingsOrWaitsLongerThanItTakes(t *testing.T) {
	t.Parallel()
	then := clock.At(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	now := clock.At(then.Add(-48 * time.Hour))
	for _, c := range []struct {
		name   string
		centre bool
		whole  time.Duration
	}{{"a person", false, ringTime}, {"the centre", true, centreRingTime}} {
		t.Run(c.name, func(t *testing.T) {
			call := &Call{ID: "c", State: Ringing, Centre: c.centre, CallerID: "caller", CreatedAt: then, RingUntil: clock.At(then.Add(c.whole)),
				Parties: []Party{{UserID: "caller", Role: Caller, State: PartyJoined, JoinedAt: &then, MediaAt: &then}}}
			if !c.centre {
				call.Parties = append(call.Parties, Party{UserID: "other", Role: Callee, Seat: 1, State: PartyRings, RingUntil: call.RingUntil})
			}
			if !call.expire(now) || call.State != Ringing {
				t.Fatalf("mended it is %s", call.State)
			}
			if call.expire(clock.At(now.Add(c.whole - time.Second))) {
				t.Error("it ends before its time")
			}
			if !call.expire(clock.At(now.Add(c.whole))) || call.State != Ended || call.Ending != Missed {
				t.Errorf("it is %s, %s", call.State, call.Ending)
			}
		})
	}
	lost := &Call{ID: "c", State: Talking, CallerID: "caller", CreatedAt: then, AnsweredAt: &then, Parties: []Party{
		{UserID: "caller", Role: Caller, State: PartyJoined, JoinedAt: &then, MediaAt: &then},
		{UserID: "other", Role: Callee, Seat: 1, State: PartyJoined, JoinedAt: &then, MediaAt: &then, LostAt: &then},
		{UserID: "third", Role: Guest, Seat: 2, State: PartyRings, RingUntil: clock.At(then.Add(ringTime))}}}
	lost.expire(now)
	lost.expire(clock.At(now.Add(grace)))
	if lost.State != Ended || lost.Ending != Lost {
		t.Errorf("without a connection it is %s, %s", lost.State, lost.Ending)
	}
	steady := &Call{ID: "c", State: Ringing, CallerID: "caller", CreatedAt: then, RingUntil: clock.At(then.Add(ringTime)), Parties: []Party{
		{UserID: "caller", Role: Caller, State: PartyJoined}, {UserID: "other", Role: Callee, Seat: 1, State: PartyRings, RingUntil: clock.At(then.Add(ringTime))}}}
	if steady.expire(clock.At(then.Add(-time.Second))) {
		t.Error("the clock of another server that is a second behind changes a call")
	}
}
