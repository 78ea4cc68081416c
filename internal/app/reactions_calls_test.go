package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/region"
)

// noted is an entry in the history of a case.
type noted struct {
	Action  string `db:"action"`
	From    string `db:"from_state"`
	To      string `db:"to_state"`
	Note    string `db:"note"`
	Seen    string `db:"visibility"`
	Details string `db:"detail"`
}

func TestReactions_CallsStandInTheHistoryOfTheirCaseRecordingsAmongItsEvidenceAndMoveNothing(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	list, _, err := a.Region.List(ctx, region.Filter{Level: region.Grid, Limit: 1})
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromHotline, Text: "路灯不亮", Category: "140101", AreaCode: list[0].Code, Address: "四平路18号"})
	if err != nil {
		t.Fatal(err)
	}
	tell := func(topic string, payload any) {
		t.Helper()
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error { return outbox.Emit(ctx, tx, topic, "call-1", payload) }); err != nil {
			t.Fatal(err)
		}
		if err := a.Bus.Drain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	history := func() (all []noted) {
		t.Helper()
		if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
			all, err = db.All[noted](ctx, tx, "SELECT action, from_state, to_state, note, visibility, detail FROM case_history WHERE case_id = $1 AND action IN ('call', 'call_recording') ORDER BY id", c.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	ended := calls.Changed{CallID: "call-1", State: calls.Ended, CaseID: c.ID, Kind: calls.Video, Names: []string{"沈静", "周楠"}}
	for _, step := range []struct {
		ending  calls.Ending
		seconds int64
		want    string
	}{
		{calls.HungUp, 125, "视频通话2分5秒：沈静、周楠"}, {calls.Lost, 59, "视频通话59秒：沈静、周楠"}, {calls.Missed, 0, "视频呼叫沈静、周楠，无人接听"},
		{calls.Declined, 0, "视频呼叫沈静、周楠，对方没接"}, {calls.Busy, 0, "视频呼叫沈静、周楠，对方正忙"}, {calls.Cancelled, 0, "视频呼叫沈静、周楠，没有等到接听"}, {calls.HungUp, 0, "视频通话0秒：沈静、周楠"},
	} {
		before := len(history())
		e := ended
		e.Ending, e.Seconds = step.ending, step.seconds
		tell(calls.TopicEnded, e)
		got := history()
		if len(got) != before+1 || got[before].Action != "call" || got[before].Note != step.want || got[before].Seen != cases.Jointly || !strings.Contains(got[before].Details, `"call-1"`) {
			t.Errorf("%s after %d s: %+v, want %s", step.ending, step.seconds, got[before:], step.want)
		}
	}
	before := len(history())
	begun := clock.At(a.DB.Clock().Now())
	kept := calls.Recorded{CallID: "call-1", CaseID: c.ID, RecordingID: "recording-1", Name: "沈静", LengthMs: 61_500, Bytes: 4096, SHA256: strings.Repeat("ab", 32), BegunAt: begun, ExpiresAt: clock.At(begun.Add(365 * 24 * time.Hour))}
	for range 2 { // told twice, it is there once
		tell(calls.TopicKept, kept)
	}
	got := history()
	if len(got) != before+1 || got[before].Action != "call_recording" || got[before].Note != "沈静的画面和声音，1分1秒，看要写明理由" || !strings.Contains(got[before].Details, `"recording-1"`) {
		t.Errorf("recording: %+v", got[before:])
	}

	evidence := func() []cases.Recording {
		t.Helper()
		d, err := a.Cases.Get(ctx, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		return d.Recordings
	}
	if r := evidence(); len(r) != 1 || r[0].SHA256 != kept.SHA256 || r[0].Name != "沈静" || r[0].Bytes != 4096 || !r[0].ExpiresAt.Equal(kept.ExpiresAt.Time) || r[0].DeletedAt != nil {
		t.Errorf("evidence: %+v", r)
	}
	tell(calls.TopicDeleted, kept)
	if r := evidence(); len(r) != 1 || r[0].DeletedAt == nil || r[0].SHA256 != kept.SHA256 {
		t.Errorf("after its year: %+v", r)
	}
	stranger := auth.With(context.Background(), &auth.Principal{UserID: "stranger", Areas: []string{"320102"}, Permissions: map[string]bool{cases.PermRead: true, calls.PermRecord: true}})
	if _, err := a.Cases.Get(stranger, c.ID); errs.KindOf(err) != errs.KindNotFound {
		t.Errorf("another district sees the evidence: %v", err)
	}

	before = len(got)
	lone := ended
	lone.CaseID = ""
	tell(calls.TopicEnded, lone) // a call about nothing
	tell(calls.TopicKept, calls.Recorded{CallID: "call-1", RecordingID: "recording-2", Name: "沈静", LengthMs: 1000})
	if got = history(); len(got) != before {
		t.Errorf("calls without a case: %+v", got[before:])
	}
	for _, n := range got {
		if n.From != n.To || n.To != string(c.State) {
			t.Errorf("a call moved the case: %+v", n)
		}
	}
	if waiting := undelivered(t, a); len(waiting) > 0 {
		t.Errorf("%v are not delivered", waiting)
	}
}

func undelivered(t *testing.T, a *App) (topics []string) {
	t.Helper()
	if err := a.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		topics, err = db.All[string](context.Background(), tx, "SELECT topic FROM outbox WHERE state <> 'done' AND topic LIKE 'calls.%'")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return topics
}
