package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
)

// field is a running server that takes MQTT, with an officer who has an OwnTracks phone.
type field struct {
	*App
	t           *testing.T
	base        string
	host, port  string
	officer     context.Context
	id, token   string // of the phone
	mosquitto   string
	subscribing string
}

func openField(t *testing.T, url string) *field {
	t.Helper()
	f := &field{t: t}
	f.mosquitto, f.subscribing = testkit.Program(t, "mosquitto_pub", "mosquitto-clients"), testkit.Program(t, "mosquitto_sub", "mosquitto-clients")
	f.App, f.base, _ = serve(t, config.Config{DB: url, MQTT: "127.0.0.1:0"})
	f.host, f.port, _ = net.SplitHostPort(f.mqttAddress)
	<-f.Patrol.Ready()
	f.officer = auth.With(context.Background(), &auth.Principal{UserID: "officer-1", Name: "冯明霞", UnitID: "u", Areas: []string{"320106001001G001"},
		Permissions: map[string]bool{patrol.PermDuty: true}})
	device, token, err := f.Patrol.AddDevice(auth.System(context.Background(), "test"), patrol.NewDevice{OfficerID: "officer-1", OfficerName: "冯明霞", AreaCode: "320106001001G001",
		Label: "手机", Kind: "owntracks"})
	if err != nil {
		t.Fatal(err)
	}
	f.id, f.token = device.ID, token
	return f
}

// message is a location some seconds from now as the app writes it.
func (f *field) message(seconds int) string {
	return fmt.Sprintf(`{"_type":"location","lat":32.06,"lon":118.77,"tst":%d,"acc":7,"vel":4,"cog":90,"batt":80,"t":"t"}`, f.DB.Clock().Now().Unix()+int64(seconds))
}

// publish sends a message as the app does; it returns when the server has acknowledged it.
func (f *field) publish(qos int, topic, message string, more ...string) error {
	args := append([]string{"-h", f.host, "-p", f.port, "-u", f.id, "-P", f.token, "-i", "handy", "-t", topic, "-q", fmt.Sprint(qos), "-m", message}, more...)
	return exec.Command(f.mosquitto, args...).Run()
}

// track is what is kept of the officer.
func (f *field) track() []track.Point {
	f.t.Helper()
	now := f.DB.Clock().Now()
	out, err := f.Patrol.Points(f.officer, patrol.Look{Officer: "officer-1", From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour))})
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

func TestMQTT_APositionGoesFromThePhoneToTheMapOnDutyAndNowhereOffDuty(t *testing.T) {
	testkit.EachURL(t, func(t *testing.T, url string) {
		f := openField(t, url)
		own := "owntracks/" + f.id + "/handy"
		for qos := range 3 { // off duty: acknowledged, counted, kept nowhere
			if err := f.publish(qos, own, f.message(-qos)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.Patrol.GoOnDuty(f.officer, 0); err != nil {
			t.Fatal(err)
		}
		late := f.message(-600) // before duty, whenever it comes
		for qos, again := range []int{1, 2, 3} {
			message := f.message(10 + qos) // the clocks of phones differ by some seconds
			for range again {              // the same message again, as after an answer that was lost
				if err := f.publish(qos, own, message); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, x := range [][2]string{{own, late}, {own + "/event", `{"_type":"transition","event":"enter","tst":1}`}, {own, "no JSON"}} {
			if err := f.publish(1, x[0], x[1]); err != nil {
				t.Fatal(err)
			}
		}
		kept := f.track()
		if len(kept) != 3 || kept[0].Speed != 11 || kept[0].Heading != 90 || kept[0].Accuracy != 7 || kept[0].Battery != 80 {
			t.Fatalf("kept %+v", kept)
		}
		if shown, ok := f.Patrol.Last("officer-1"); !ok || shown.Point != kept[2] {
			t.Errorf("shown live: %+v", shown)
		}
		if _, err := f.Patrol.GoOffDuty(f.officer); err != nil {
			t.Fatal(err)
		}
		if err := f.publish(1, own, f.message(1)); err != nil {
			t.Fatal(err)
		}
		if after := f.track(); len(after) != len(kept) {
			t.Errorf("%d points after duty, %d before", len(after), len(kept))
		}
		if shown, ok := f.Patrol.Last("officer-1"); ok {
			t.Errorf("shown live off duty: %+v", shown)
		}
		_, refused, err := f.Patrol.WhoLooked(f.officer)
		if err != nil || len(refused) != 1 || refused[0].OffDuty != 5 || refused[0].Bad != 1 {
			t.Errorf("turned away %+v, %v", refused, err)
		}
		if err := f.publish(1, "owntracks/another/handy", f.message(0)); err != nil {
			t.Fatal(err)
		}
		_, says := get(t, f.base+"/metrics")
		for _, line := range []string{`yiwang_mqtt_messages_total{outcome="taken"}`, `yiwang_mqtt_messages_total{outcome="stray"}`, "yiwang_mqtt_connections", "yiwang_mqtt_refused_total"} {
			if !strings.Contains(says, line) {
				t.Errorf("the metrics do not tell %s", line)
			}
		}
	})
}

func TestMQTT_ThePhoneIsToldWhenDutyBeginsAndEnds(t *testing.T) {
	testkit.EachURL(t, func(t *testing.T, url string) {
		f := openField(t, url)
		own := "owntracks/" + f.id + "/handy"
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		listening := exec.CommandContext(ctx, f.subscribing, "-h", f.host, "-p", f.port, "-u", f.id, "-P", f.token, "-i", "listening", "-q", "1", "-t", own+"/cmd")
		out, err := listening.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := listening.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		said := func(when string, monitoring int) {
			t.Helper()
			line, err := lines.ReadString('\n')
			if want := fmt.Sprintf(`{"_type":"cmd","action":"setConfiguration","configuration":{"_type":"configuration","monitoring":%d}}`, monitoring); err != nil || strings.TrimSpace(line) != want {
				t.Fatalf("%s: %q, %v", when, line, err)
			}
		}
		said("listening off duty", -1)
		x, err := f.Patrol.GoOnDuty(f.officer, 0)
		if err != nil {
			t.Fatal(err)
		}
		said("going on duty", 2)
		system := auth.System(context.Background(), "test")
		if _, err := f.Patrol.End(system, x.ID, "误开"); err != nil {
			t.Fatal(err)
		}
		said("ended by the centre", -1)
		if err := f.publish(1, own, f.message(0)); err != nil {
			t.Fatal(err)
		}
		said("a position off duty", -1)
		cancel()
		_, _ = io.Copy(io.Discard, lines)
		_ = listening.Wait() // it was ended
	})
}
