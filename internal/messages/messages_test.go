package messages_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

const (
	street = "320106001"
	phone  = "13912345678"
)

// office is the service in an empty installation at nine in the morning.
type office struct {
	*messages.Service
	dir string
	ctx context.Context
}

func open(t *testing.T, d *db.DB, change func(*messages.Deps)) *office {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	check(t, err)
	box, err := crypto.NewBox(keys)
	check(t, err)
	deps := messages.Deps{DB: d, Box: box, Dir: t.TempDir()}
	deps.People = identity.New(d, messages.Permissions(), identity.Config{Sealer: box})
	if change != nil {
		change(&deps)
	}
	return &office{messages.New(deps), deps.Dir, auth.System(context.Background(), "test")}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) send(t *testing.T, notes ...messages.Note) {
	t.Helper()
	check(t, o.DB.Tx(o.ctx, func(tx *db.Tx) error { return o.SendTx(o.ctx, tx, notes) }))
}

// closed is the note to a resident that a case is closed; key tells cases apart.
func closed(key string) messages.Note {
	return messages.Note{Event: "closed", Audience: messages.ToReporter, Key: key, Phone: phone, SubjectID: key, Number: "20261120-001-0001", AreaCode: street,
		Link: "/p/follow#ABCD-EFGH-JKLM", Values: map[string]string{"title": "路灯不亮", "number": "20261120-001-0001", "reply": "已修好。"}}
}

func as(user string, area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: user, Name: user, UnitID: "unit", Areas: []string{area}, Permissions: map[string]bool{}}
	for _, k := range permissions {
		p.Permissions[k] = true
	}
	return auth.With(context.Background(), p)
}

var admin = as("admin", "320106", messages.PermRead, messages.PermManage)

func (o *office) all(t *testing.T) []messages.Message {
	t.Helper()
	page, err := o.List(admin, messages.Filter{}, httpx.PageIn{Limit: 200})
	check(t, err)
	return page.Items
}

func day(hour, minute int) time.Time {
	return time.Date(2026, 11, 20, hour, minute, 0, 0, clock.Nanjing)
}

func TestSend_TellsAResidentOnceAndShowsNobodyTheNumberOrTheCode(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		o.send(t, closed("c1"))
		o.send(t, closed("c1")) // the reaction runs twice
		check(t, o.Deliver(o.ctx))
		list := o.all(t)
		if len(list) != 1 || list[0].State != messages.Sent || list[0].Shown != "139****5678" || strings.Contains(list[0].Preview, "ABCD") {
			t.Fatalf("%+v", list)
		}
		b, err := os.ReadFile(filepath.Join(o.dir, "messages", "sms-2026-11-20.jsonl"))
		check(t, err)
		var out messages.Outgoing
		check(t, json.Unmarshal(b, &out))
		if out.To != phone || !strings.Contains(out.Text, "#ABCD-EFGH-JKLM") || !strings.Contains(out.Text, "已修好") {
			t.Errorf("sent %+v", out)
		}
		var stored string
		check(t, d.Read(o.ctx, func(tx *db.Tx) (err error) {
			stored, err = db.Get[string](o.ctx, tx, "SELECT address || address_index || body || preview || shown || key FROM message")
			return err
		}))
		if strings.Contains(stored, phone) || strings.Contains(stored, "ABCD") {
			t.Error("number or code lies open in the database")
		}
	})
}

func TestSend_WaitsForTheMorningUnlessUrgent(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		o := open(t, d, nil)
		for _, x := range []struct {
			now, due time.Time
			urgent   bool
		}{
			{day(22, 0), day(7, 0).AddDate(0, 0, 1), false}, {day(23, 59), day(7, 0).AddDate(0, 0, 1), false}, {day(3, 0), day(7, 0), false},
			{day(6, 59), day(7, 0), false}, {day(7, 0), day(7, 0), false}, {day(21, 59), day(21, 59), false}, {day(3, 0), day(3, 0), true},
		} {
			c.Set(x.now)
			n := closed(fmt.Sprint(x.now, x.urgent))
			n.Urgent = x.urgent
			o.send(t, n)
			if m := o.all(t)[0]; !m.DueAt.Equal(x.due) {
				t.Errorf("at %s urgent %v: due %s, want %s", x.now, x.urgent, m.DueAt, x.due)
			}
		}
	})
}

func TestSend_BeyondTheDailyBoundIsKeptAndNotSent(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		for i := range 12 {
			o.send(t, closed(fmt.Sprint("c", i)))
		}
		urgent := closed("urgent")
		urgent.Urgent = true
		o.send(t, urgent)
		check(t, o.Deliver(o.ctx))
		count := map[messages.State]int{}
		for _, m := range o.all(t) {
			count[m.State]++
		}
		if count[messages.Sent] != 11 || count[messages.Suppressed] != 2 {
			t.Errorf("%v", count)
		}
	})
}

func TestSend_PeopleGetWhatTheyChoseAndEverybodyTheNotice(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		number, mail := "139 8765 4321", "zhang@example.cn"
		own, err := o.SetContact(as("u1", street), messages.NewContact{Phone: &number, Email: &mail, Choices: map[string][]string{"dispatched": {"sms", "email"}}})
		check(t, err)
		if own.PhoneShown != "139****4321" || own.EmailShown != "z***@example.cn" {
			t.Errorf("%+v", own)
		}
		_, err = o.SetContact(as("u2", street), messages.NewContact{Phone: &number}) // chose nothing
		check(t, err)
		note := messages.Note{Event: "dispatched", Audience: messages.ToUnit, Key: "k", Unit: "unit", Needs: "cases.read", SubjectID: "c", AreaCode: street, Link: "/cases?id=c", Values: map[string]string{"title": "路灯"}}
		o.send(t, note)
		if list := o.all(t); len(list) != 2 || list[0].UserID != "u1" || list[1].UserID != "u1" {
			t.Errorf("%+v", list)
		}
		var notices int
		check(t, d.Read(o.ctx, func(tx *db.Tx) (err error) {
			notices, err = db.Get[int](o.ctx, tx, "SELECT COUNT(*) FROM identity_notice WHERE unit_id = 'unit' AND kind = 'cases.dispatched'")
			return err
		}))
		if notices != 1 {
			t.Errorf("%d notices", notices)
		}
		check(t, o.Deliver(o.ctx))
		if found, _ := filepath.Glob(filepath.Join(o.dir, "messages", "*.eml")); len(found) != 1 {
			t.Errorf("letters: %v", found)
		}
	})
}

func TestSetContact_RefusesWhatCannotBeReached(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		bad := func(s string) *string { return &s }
		for name, n := range map[string]messages.NewContact{
			"short number": {Phone: bad("1391234")}, "letters": {Phone: bad("1391234567x")}, "two lines": {Email: bad("a@b.cn\r\nBcc: c@d.cn")}, "a name": {Email: bad("Zhang <a@b.cn>")},
			"unknown event": {Choices: map[string][]string{"nothing": {"sms"}}}, "unknown channel": {Choices: map[string][]string{"dispatched": {"pigeon"}}},
			"a notice": {Choices: map[string][]string{"dispatched": {"notice"}}}, "a resident's": {Choices: map[string][]string{"closed": {"sms"}}},
		} {
			if _, err := o.SetContact(as("u1", street), n); errs.KindOf(err) != errs.KindInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := o.SetContact(context.Background(), messages.NewContact{}); errs.KindOf(err) != errs.KindUnauthorized {
			t.Errorf("nobody: %v", err)
		}
	})
}

// gatewayAt is a gateway that answers as told and keeps what it got.
func gatewayAt(t *testing.T, answer func(n int) int) (setting string, got func() []messages.Outgoing) {
	t.Helper()
	var mu sync.Mutex
	var list []messages.Outgoing
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		var at int64
		_, _ = fmt.Sscan(r.Header.Get("X-Yiwang-Timestamp"), &at)
		if r.Header.Get("X-Yiwang-Key") != "key" || r.Header.Get("X-Yiwang-Signature") != messages.Sign("secret", at, body) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var m messages.Outgoing
		_ = json.Unmarshal(body, &m)
		list = append(list, m)
		w.WriteHeader(answer(len(list)))
		_, _ = fmt.Fprintf(w, `{"id":"G-%d"}`, len(list))
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http://", "http://key:secret@", 1) + "/send", func() []messages.Outgoing {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}

func TestDeliver_AGatewayThatFailsIsTriedAgainWithGrowingPauses(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		setting, got := gatewayAt(t, func(n int) int {
			if n < 3 {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		})
		o := open(t, d, func(x *messages.Deps) { x.SMS = setting })
		o.send(t, closed("c1"))
		for _, pause := range []time.Duration{0, 29 * time.Second, time.Second, 2*time.Minute - time.Second, time.Second} {
			c.Advance(pause)
			check(t, o.Deliver(o.ctx))
		}
		m := o.all(t)[0]
		if len(got()) != 3 || m.State != messages.Sent || m.Attempts != 3 || m.Receipt != "G-3" {
			t.Fatalf("%d tries, %+v", len(got()), m)
		}
		if got()[0].ID != got()[2].ID {
			t.Error("a repeated try has another id")
		}
		detail, err := o.Get(admin, m.ID)
		check(t, err)
		if len(detail.Tries) != 3 || detail.Tries[0].Outcome != "failed" || detail.Tries[2].Outcome != "sent" {
			t.Errorf("%+v", detail.Tries)
		}
	})
}

func TestDeliver_ARefusedMessageFailsAtOnceAndAHopelessOneInTheEnd(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		status := http.StatusBadRequest
		setting, got := gatewayAt(t, func(int) int { return status })
		o := open(t, d, func(x *messages.Deps) { x.SMS = setting })
		o.send(t, closed("c1"))
		check(t, o.Deliver(o.ctx))
		if m := o.all(t)[0]; m.State != messages.Failed || len(got()) != 1 {
			t.Fatalf("refused: %+v", m)
		}
		status = http.StatusBadGateway
		n := closed("c2")
		n.Urgent = true
		o.send(t, n)
		for range 12 {
			check(t, o.Deliver(o.ctx))
			c.Advance(7 * time.Hour)
		}
		m := o.all(t)[0]
		if m.State != messages.Failed || m.Attempts != 7 {
			t.Fatalf("hopeless: %+v", m)
		}
		status = http.StatusOK
		if _, err := o.Retry(as("reader", "320106", messages.PermRead), m.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a reader retries: %v", err)
		}
		_, err := o.Retry(admin, m.ID)
		check(t, err)
		check(t, o.Deliver(o.ctx))
		if m := o.all(t)[0]; m.State != messages.Sent {
			t.Errorf("after the retry: %+v", m)
		}
	})
}

func TestTakeReceipts_OnlySignedAndFreshOnesCount(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		setting, _ := gatewayAt(t, func(int) int { return http.StatusOK })
		o := open(t, d, func(x *messages.Deps) { x.SMS = setting })
		o.send(t, closed("c1"))
		check(t, o.Deliver(o.ctx))
		body := []byte(`[{"id":"G-1","state":"delivered"},{"id":"unknown","state":"delivered"}]`)
		now := c.Now().Unix()
		for name, try := range map[string][2]string{
			"unsigned": {fmt.Sprint(now), ""}, "another secret": {fmt.Sprint(now), messages.Sign("other", now, body)},
			"another time": {fmt.Sprint(now + 1), messages.Sign("secret", now, body)}, "old": {fmt.Sprint(now - 3600), messages.Sign("secret", now-3600, body)},
		} {
			if _, err := o.TakeReceipts(context.Background(), try[0], try[1], body); errs.KindOf(err) != errs.KindForbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		n, err := o.TakeReceipts(context.Background(), fmt.Sprint(now), messages.Sign("secret", now, body), body)
		check(t, err)
		if m := o.all(t)[0]; n != 1 || m.State != messages.Delivered || m.DoneAt == nil {
			t.Errorf("%d taken, %+v", n, m)
		}
		if _, err := open(t, d, nil).TakeReceipts(context.Background(), "1", "x", body); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("without a gateway: %v", err)
		}
	})
}

func TestReword_NewWordingWinsOldOnesStayAndAClashIsSeen(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		if _, err := o.Reword(as("reader", "320106", messages.PermRead), "closed", "reporter", "sms", messages.Wording{Text: "x", Enabled: true}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a reader: %v", err)
		}
		if _, err := o.Reword(admin, "closed", "reporter", "sms", messages.Wording{Text: "办结{numbre}", Enabled: true}); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("a wrong placeholder: %v", err)
		}
		_, err := o.Reword(admin, "closed", "reporter", "sms", messages.Wording{Text: "办结{number}", Enabled: true})
		check(t, err)
		if _, err := o.Reword(admin, "closed", "reporter", "sms", messages.Wording{Text: "另一个", Enabled: true}); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("a clash: %v", err)
		}
		o.send(t, closed("c1"))
		if m := o.all(t)[0]; m.Preview != "办结20261120-001-0001" {
			t.Errorf("sent %q", m.Preview)
		}
		_, err = o.Reword(admin, "closed", "reporter", "sms", messages.Wording{Version: 1, Text: "办结", Enabled: false})
		check(t, err)
		o.send(t, closed("c2"))
		if n := len(o.all(t)); n != 1 {
			t.Errorf("%d messages although it is switched off", n)
		}
		versions, err := o.TemplateVersions(admin, "closed", "reporter", "sms")
		check(t, err)
		if len(versions) != 3 || versions[2].Version != 0 {
			t.Errorf("%+v", versions)
		}
	})
}

func TestList_ShowsOnlyTheCallersAreas(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		here, there := closed("c1"), closed("c2")
		there.AreaCode = "320106002"
		o.send(t, here, there)
		page, err := o.List(as("desk", street, messages.PermRead), messages.Filter{}, httpx.PageIn{Limit: 10})
		check(t, err)
		if len(page.Items) != 1 || page.Total != 1 {
			t.Fatalf("%+v", page)
		}
		other := o.all(t)[0]
		if _, err := o.Get(as("desk", street, messages.PermRead), other.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("another street's: %v", err)
		}
		if _, err := o.List(as("clerk", street), messages.Filter{}, httpx.PageIn{Limit: 10}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
		if err := d.Tx(admin, func(tx *db.Tx) error { return o.SendTx(admin, tx, []messages.Note{here}) }); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a person sends: %v", err)
		}
	})
}

// postOffice is an SMTP server that takes one letter at a time.
func postOffice(t *testing.T, rcpt string) (address string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { _ = l.Close() })
	got = make(chan string, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serveMail(conn, rcpt, got)
		}
	}()
	return l.Addr().String(), got
}

func serveMail(conn net.Conn, rcpt string, got chan string) {
	defer func() { _ = conn.Close() }()
	say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
	say("220 ready")
	letter, reading := strings.Builder{}, false
	for in := bufio.NewScanner(conn); in.Scan(); {
		line := in.Text()
		switch {
		case reading && line == ".":
			reading = false
			got <- letter.String()
			say("250 taken")
		case reading:
			letter.WriteString(line + "\n")
		case strings.HasPrefix(line, "RCPT"):
			say(rcpt)
		case line == "DATA":
			reading = true
			say("354 go on")
		case line == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func TestDeliver_HandsLettersToAnSMTPServer(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		address, got := postOffice(t, "250 fine")
		o := open(t, d, func(x *messages.Deps) { x.Mail = "smtp://" + address + "?from=yiwang@example.cn" })
		_, err := o.Test(admin, messages.Email, "zhang@example.cn")
		check(t, err)
		check(t, o.Deliver(o.ctx))
		letter := <-got
		if m := o.all(t)[0]; m.State != messages.Sent || m.Provider != "smtp" {
			t.Errorf("%+v", m)
		}
		if !strings.Contains(letter, "To: zhang@example.cn") || !strings.Contains(letter, "Subject: =?utf-8?b?") {
			t.Errorf("letter:\n%s", letter)
		}
	})
}

func TestDeliver_AnUnknownMailboxIsNotTriedAgain(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		address, _ := postOffice(t, "550 no such mailbox")
		o := open(t, d, func(x *messages.Deps) { x.Mail = "smtp://" + address + "?from=yiwang@example.cn" })
		_, err := o.Test(admin, messages.Email, "zhang@example.cn")
		check(t, err)
		check(t, o.Deliver(o.ctx))
		if m := o.all(t)[0]; m.State != messages.Failed {
			t.Errorf("%+v", m)
		}
	})
}
