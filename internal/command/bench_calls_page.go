package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/calls/media/robot"
)

// callPage is a page of somebody who calls or is called: signed in, following the stream, with a robot for camera and microphone.
type callPage struct {
	base, device string
	client       *http.Client
	cookie       *http.Cookie
	user         string // id of the account, where it is known
	heard        chan struct{}
	robot        *robot.Robot
	call         string
}

func openPage(ctx context.Context, base, account, id string) (*callPage, error) {
	p := &callPage{base: base, device: "page of " + account, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2}}, user: id, heard: make(chan struct{}, 64)}
	var err error
	if p.cookie, err = signIn(ctx, p.client, base, account); err != nil {
		return nil, err
	}
	return p, p.follow(ctx)
}

// follow opens the stream and lets heard tell of every change of a call.
func (p *callPage) follow(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/api/v1/stream", nil)
	if err != nil {
		return err
	}
	req.AddCookie(p.cookie)
	res, err := p.client.Do(req) //nolint:bodyclose // whoever reads the stream closes it
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("stream: %s", res.Status), res.Body.Close())
	}
	go func() {
		defer func() { _ = res.Body.Close() }()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() != "event: call" {
				continue
			}
			select {
			case p.heard <- struct{}{}:
			default:
			}
		}
	}()
	return nil
}

func (p *callPage) ask(ctx context.Context, method, path string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.AddCookie(p.cookie)
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	var whole bytes.Buffer
	if _, err := whole.ReadFrom(res.Body); err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return refused{res.StatusCode, whole.String()}
	}
	return json.Unmarshal(whole.Bytes(), into)
}

// begin rings, answers and connects; it returns when both are connected.
func (p *pair) begin(ctx context.Context, record bool) error {
	ctx, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	var c calls.Call
	if err := p.desk.ask(ctx, http.MethodPost, "/api/v1/calls", calls.NewCall{To: p.officer.user, Kind: calls.Video, Reason: "测量", Device: p.desk.device, Record: record}, &c); err != nil {
		return err
	}
	p.desk.call, p.officer.call = c.ID, c.ID
	asked := make(chan error, 1)
	go func() { asked <- p.desk.connect(ctx) }()
	return errors.Join(p.officer.answer(ctx), <-asked)
}

// answer accepts when it rings.
func (p *callPage) answer(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.heard:
		}
		var now calls.Now
		if err := p.ask(ctx, http.MethodGet, "/api/v1/calls/current", nil, &now); err != nil {
			return err
		}
		if len(now.Rings) > 0 {
			break
		}
	}
	if err := p.act(ctx, "accept"); err != nil {
		return err
	}
	return p.connect(ctx)
}

func (p *callPage) act(ctx context.Context, action string) error {
	var c calls.Call
	return p.ask(ctx, http.MethodPost, "/api/v1/calls/"+p.call+"/actions/"+action, calls.Said{Device: p.device}, &c)
}

// connect makes the connection as a page does and waits until it stands.
func (p *callPage) connect(ctx context.Context) (err error) {
	if p.robot, err = robot.New(robot.Options{}); err != nil {
		return err
	}
	sdp, err := p.robot.Offer(false)
	if err != nil {
		return err
	}
	var answer struct {
		SDP string `json:"sdp"`
	}
	if err := p.ask(ctx, http.MethodPost, "/api/v1/calls/"+p.call+"/connection", map[string]any{"device": p.device, "sdp": sdp, "fresh": true}, &answer); err != nil {
		return err
	}
	if err := p.robot.Answer(answer.SDP); err != nil {
		return err
	}
	return p.robot.Connected(ctx)
}

// counts returns the packets of pictures and voice that came, and those that the other one sent.
func (p *callPage) counts(other *callPage) [4]int64 {
	pictures, voices := p.robot.Counts(0)
	shown, said := other.robot.Sent()
	return [4]int64{pictures, voices, shown, said}
}

// kept returns how many recordings of the call are kept, and their bytes.
func (p *callPage) kept(ctx context.Context) (n int, size int64, err error) {
	var d calls.Detail
	err = p.ask(ctx, http.MethodGet, "/api/v1/calls/"+p.call, nil, &d)
	for _, r := range d.Recordings {
		if r.State == calls.Kept {
			n, size = n+1, size+r.Bytes
		}
	}
	return n, size, err
}

func (p *callPage) close() error {
	if p == nil || p.robot == nil {
		return nil
	}
	return p.robot.Close()
}
