package alarm_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

func as(name string, areas string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: "user-" + name, Name: name, UnitID: "u", Areas: []string{areas}, Permissions: map[string]bool{}}
	for _, x := range permissions {
		p.Permissions[x] = true
	}
	return auth.With(context.Background(), p)
}

var (
	centre  = as("centre", "320106", alarm.PermRead, alarm.PermAnswer)
	street1 = as("street1", "320106001", alarm.PermRead, alarm.PermAnswer)
	street2 = as("street2", "320106002", alarm.PermRead, alarm.PermAnswer)
	reader  = as("reader", "320106", alarm.PermRead)
	clerk   = as("clerk", "320106")
	program = auth.System(context.Background(), "test")
)

type desk struct {
	*alarm.Service
	t *testing.T
}

func each(t *testing.T, fn func(t *testing.T, d desk, c *clock.Fake)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) { fn(t, desk{alarm.New(alarm.Deps{DB: d}), t}, c) })
}

func lost(subject string) alarm.Raise {
	lat, lon := 32.06, 118.77
	return alarm.Raise{Source: "fence", Subject: subject, Kind: "lost", Severity: alarm.Major, AreaCode: "320106001003", SubjectName: "网格员一", Title: "失去联系", Lat: &lat, Lon: &lon, Personal: true}
}

func (d desk) raise(in alarm.Raise) (out alarm.Alarm, fresh bool) {
	d.t.Helper()
	if err := d.DB.Tx(program, func(tx *db.Tx) (err error) {
		out, fresh, err = d.RaiseTx(program, tx, in)
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return out, fresh
}

func (d desk) clear(subject string) (out *alarm.Alarm) {
	d.t.Helper()
	if err := d.DB.Tx(program, func(tx *db.Tx) (err error) {
		out, err = d.ClearTx(program, tx, "fence", subject, "lost")
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d desk) list(ctx context.Context, f alarm.Filter) httpx.Page[alarm.Alarm] {
	d.t.Helper()
	p, err := d.List(ctx, f, httpx.PageIn{Limit: 50})
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func (d desk) events() string {
	d.t.Helper()
	var topics []string
	if err := d.DB.Read(program, func(tx *db.Tx) (err error) {
		topics, err = db.All[string](program, tx, "SELECT topic FROM outbox ORDER BY id")
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return strings.Join(topics, " ")
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}

func TestRaise_IsOneAlarmWhileItLasts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, c *clock.Fake) {
		first, fresh := d.raise(lost("o1"))
		if !fresh || first.Times != 1 || !first.Active() {
			t.Errorf("%+v", first)
		}
		c.Advance(time.Minute)
		again, fresh := d.raise(lost("o1"))
		if fresh || again.ID != first.ID || again.Times != 2 || again.LastAt == first.LastAt || again.RaisedAt != first.RaisedAt {
			t.Errorf("%+v", again)
		}
		if other, fresh := d.raise(lost("o2")); !fresh || other.ID == first.ID {
			t.Error("another subject shares the alarm")
		}
		if x := d.clear("o1"); x == nil || x.Active() {
			t.Errorf("cleared: %+v", x)
		}
		if x := d.clear("o1"); x != nil {
			t.Errorf("cleared twice: %+v", x)
		}
		if next, fresh := d.raise(lost("o1")); !fresh || next.ID == first.ID {
			t.Error("a new occasion shares the old alarm")
		}
		if got, want := d.events(), "alarm.raised alarm.raised alarm.cleared alarm.raised"; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
	})
}

func TestRaise_ManyAtOnceMakeOneAlarm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, _ *clock.Fake) {
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if err := d.DB.Tx(program, func(tx *db.Tx) error {
					_, _, err := d.RaiseTx(program, tx, lost("o1"))
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if p := d.list(centre, alarm.Filter{}); p.Total != 1 || p.Items[0].Times != 16 {
			t.Errorf("%+v", p)
		}
	})
}

func TestRaise_MoreSevereRingsAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, _ *clock.Fake) {
		x, _ := d.raise(lost("o1"))
		if _, err := d.Acknowledge(centre, x.ID, x.Version, "已电话联系"); err != nil {
			t.Fatal(err)
		}
		worse := lost("o1")
		worse.Severity = alarm.Critical
		got, fresh := d.raise(worse)
		if fresh || got.Severity != alarm.Critical || got.AckedAt != nil {
			t.Errorf("%+v", got)
		}
		milder := lost("o1")
		milder.Severity = alarm.Info
		if got, _ := d.raise(milder); got.Severity != alarm.Critical {
			t.Errorf("a milder repetition made it %s", got.Severity)
		}
		sum, err := d.Summary(centre, "")
		if err != nil || sum.Active != 1 || sum.Unseen != 1 || sum.Critical != 1 || sum.BySource["fence"] != 1 {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}

func TestRaise_RefusesWhatIsIncomplete(t *testing.T) {
	t.Parallel()
	d := desk{alarm.New(alarm.Deps{DB: testkit.SQLite(t)}), t}
	for name, spoil := range map[string]func(*alarm.Raise){
		"source": func(r *alarm.Raise) { r.Source = "" }, "area": func(r *alarm.Raise) { r.AreaCode = "" },
		"title": func(r *alarm.Raise) { r.Title = "" }, "severity": func(r *alarm.Raise) { r.Severity = "urgent" },
	} {
		r := lost("o1")
		spoil(&r)
		if err := d.DB.Tx(program, func(tx *db.Tx) error { _, _, err := d.RaiseTx(program, tx, r); return err }); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestAnswer_StaysWithWhoGaveIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, c *clock.Fake) {
		x, _ := d.raise(lost("o1"))
		c.Advance(time.Minute)
		acked, err := d.Acknowledge(street1, x.ID, x.Version, "")
		if err != nil || acked.AckedName != "street1" {
			t.Fatalf("%+v, %v", acked, err)
		}
		_, err = d.Acknowledge(centre, x.ID, x.Version, "")
		wantCode(t, err, "alarm.changed")
		_, err = d.Acknowledge(centre, x.ID, acked.Version, "")
		wantCode(t, err, "alarm.acknowledged")
		if _, err := d.Note(centre, x.ID, "手机没电，已派人"); err != nil {
			t.Fatal(err)
		}
		_, err = d.Clear(centre, x.ID, acked.Version, " ")
		wantCode(t, err, "alarm.bad_text")
		over, err := d.Clear(centre, x.ID, acked.Version, "已见到本人")
		if err != nil || over.ClearedBy != "centre" || over.Active() {
			t.Fatalf("%+v, %v", over, err)
		}
		_, err = d.Clear(centre, x.ID, over.Version, "再次")
		wantCode(t, err, "alarm.cleared")
		got, err := d.Get(reader, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		var story []string
		for _, s := range got.Steps {
			story = append(story, string(s.Action)+":"+s.ByName+":"+s.Note)
		}
		if want := "raised:: acknowledged:street1: noted:centre:手机没电，已派人 cleared:centre:已见到本人"; strings.Join(story, " ") != want {
			t.Errorf("%q, want %q", strings.Join(story, " "), want)
		}
	})
}

func TestAlarms_StayWithinTheArea(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, _ *clock.Fake) {
		x, _ := d.raise(lost("o1"))
		for name, who := range map[string]context.Context{"its street": street1, "the centre": centre, "a reader": reader} {
			if p := d.list(who, alarm.Filter{State: "active"}); p.Total != 1 {
				t.Errorf("%s sees %d", name, p.Total)
			}
			if _, err := d.Get(who, x.ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if p := d.list(street2, alarm.Filter{}); p.Total != 0 {
			t.Error("another street sees it in the list")
		}
		if sum, err := d.Summary(street2, ""); err != nil || sum.Active != 0 {
			t.Errorf("another street counts %+v, %v", sum, err)
		}
		_, err := d.Get(street2, x.ID)
		wantCode(t, err, "alarm.not_found")
		for name, do := range map[string]func(context.Context) error{
			"acknowledge": func(ctx context.Context) error { _, err := d.Acknowledge(ctx, x.ID, x.Version, ""); return err },
			"note":        func(ctx context.Context) error { _, err := d.Note(ctx, x.ID, "看过"); return err },
			"clear":       func(ctx context.Context) error { _, err := d.Clear(ctx, x.ID, x.Version, "误报"); return err },
		} {
			if err := do(street2); errs.CodeOf(err) != "alarm.not_found" {
				t.Errorf("%s by another street: %v", name, err)
			}
			for _, who := range []context.Context{reader, clerk} {
				if err := do(who); errs.KindOf(err) != errs.KindForbidden {
					t.Errorf("%s without the permission: %v", name, err)
				}
			}
		}
		if _, err := d.List(clerk, alarm.Filter{}, httpx.PageIn{Limit: 1}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("the list without the permission: %v", err)
		}
		if err := d.Export(clerk, alarm.Filter{}, sheet.CSV, &bytes.Buffer{}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("the table without the permission: %v", err)
		}
		if err := d.DB.Tx(program, func(tx *db.Tx) error { return d.LinkCaseTx(program, tx, "nothing", "c", "n") }); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a case of no alarm: %v", err)
		}
	})
}

func TestList_ShowsWhatNobodyHasSeenFirstAndPagesWithoutLoss(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, _ *clock.Fake) {
		for i, v := range []alarm.Severity{alarm.Info, alarm.Critical, alarm.Warning, alarm.Critical, alarm.Minor} {
			r := lost(string(rune('a' + i)))
			r.Severity = v
			x, _ := d.raise(r)
			if i == 1 {
				if _, err := d.Acknowledge(centre, x.ID, 0, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		var got []string
		page := httpx.PageIn{Limit: 2}
		for {
			p, err := d.List(centre, alarm.Filter{State: "active"}, page)
			if err != nil || p.Total != 5 {
				t.Fatalf("%+v, %v", p, err)
			}
			for i := range p.Items {
				got = append(got, p.Items[i].Subject)
			}
			if page.Cursor = p.NextCursor; page.Cursor == "" {
				break
			}
		}
		if strings.Join(got, "") != "decab" {
			t.Errorf("order %v", got)
		}
		if p := d.list(centre, alarm.Filter{Unseen: true, Severity: alarm.Critical}); p.Total != 1 {
			t.Errorf("%+v", p)
		}
		var file bytes.Buffer
		if err := d.Export(reader, alarm.Filter{}, sheet.CSV, &file); err != nil || strings.Count(file.String(), "失去联系") != 5 || strings.Contains(file.String(), "118.77") {
			t.Errorf("table: %v\n%s", err, file.String())
		}
	})
}

func TestForget_DropsPositionsOfPeopleFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d desk, c *clock.Fake) {
		x, _ := d.raise(lost("o1"))
		sensor := lost("s1")
		sensor.Personal = false
		d.raise(sensor)
		d.clear("o1")
		d.clear("s1")
		c.Advance(31 * 24 * time.Hour)
		if err := d.Forget(program); err != nil {
			t.Fatal(err)
		}
		p := d.list(centre, alarm.Filter{})
		if p.Total != 2 || p.Items[0].Lat == nil || p.Items[1].Lat != nil || p.Items[1].ID != x.ID {
			t.Errorf("after a month: %+v", p.Items)
		}
		c.Advance(340 * 24 * time.Hour)
		if err := d.Forget(program); err != nil {
			t.Fatal(err)
		}
		if p := d.list(centre, alarm.Filter{}); p.Total != 0 {
			t.Errorf("after a year: %d", p.Total)
		}
	})
}
