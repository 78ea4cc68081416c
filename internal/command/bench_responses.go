package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/fieldwork"
	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/survey"
)

type benchResponsesCmd struct {
	Open    int `default:"5000" help:"Questionnaires that are open at the same time before the first is sent."`
	Senders int `default:"96" help:"Connections that send at once."`
	Answers int `default:"20000" help:"Answers to send."`
}

// Run serves an empty installation on SQLite, opens questionnaires through the open link, then sends answers as fast as the senders
// can, all through HTTP with every layer of the server. An answer counts when its receipt came, which is after it is on disk.
func (c benchResponsesCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return inDirectory(func(dir string) error {
		cfg.Data, cfg.DB = dir, ""
		var wave *survey.Wave
		settle := func(ctx context.Context, a *app.App) (err error) {
			wave, err = openWave(ctx, a)
			return err
		}
		return serveHere(ctx, cfg, settle, func(ctx context.Context, a *app.App, addr string) error {
			return c.measure(ctx, "http://"+addr, a, wave.ID, s.Out)
		})
	})
}

// openWave makes a district of thirteen streets with a wave in fieldwork.
func openWave(ctx context.Context, a *app.App) (*survey.Wave, error) {
	if err := a.Prepare(ctx); err != nil {
		return nil, err
	}
	plots := []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}}
	for i := range gulouStreets {
		plots = append(plots, region.Plot{Code: fmt.Sprintf("320106%03d", i+1), Name: fmt.Sprintf("第%d街道", i+1)})
	}
	err := a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := a.Region.SaveTx(ctx, tx, plots, time.Time{})
		return err
	})
	if err != nil {
		return nil, err
	}
	systems, err := a.Appraisal.Systems(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := a.Appraisal.DraftPlan(ctx, systems[0].Version)
	if err != nil {
		return nil, err
	}
	for _, p := range plots[3:] {
		for i, g := range survey.Groups {
			plan.Strata = append(plan.Strata, survey.Stratum{Street: p.Code, Group: g, Population: []int{15000, 50000, 1200}[i]})
		}
		plan.Quotas = append(plan.Quotas, survey.Quota{Street: p.Code, Channel: survey.Online, Most: 1_000_000})
	}
	b := &answerBench{surveys: a.Survey}
	b.wave, err = a.Survey.CreateWave(ctx, survey.NewWave{Area: "320106", Code: "bench", Name: "bench", Period: "bench", Plan: &plan})
	return b.wave, errors.Join(err, b.advance(ctx, "pilot", "freeze", "open"))
}

func (c benchResponsesCmd) measure(ctx context.Context, base string, a *app.App, wave string, out io.Writer) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: c.Senders, MaxIdleConnsPerHost: c.Senders, DialContext: (&net.Dialer{}).DialContext}}
	opened := make([]fieldwork.Submission, c.Open)
	took, wall, err := c.each(c.Open, func(i int) (err error) {
		opened[i], err = openLink(ctx, client, base)
		return err
	})
	if err != nil {
		return err
	}
	if err := report(out, fmt.Sprintf("%d questionnaires opened", c.Open), took, wall); err != nil {
		return err
	}
	took, wall, err = c.each(c.Answers, func(i int) error {
		in := opened[i%len(opened)]
		in.SubmissionID = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		in.Street = fmt.Sprintf("320106%03d", i%gulouStreets+1)
		return send(ctx, client, base, in, i)
	})
	if err != nil {
		return err
	}
	w, err := a.Survey.Wave(ctx, wave)
	if err == nil && w.Counts.Online != c.Answers {
		err = fmt.Errorf("%d answers were acknowledged, %d are stored", c.Answers, w.Counts.Online)
	}
	return errors.Join(err, report(out, fmt.Sprintf("%d durable answers, %d senders, all stored", c.Answers, c.Senders), took, wall))
}

// each calls do n times from all senders and returns how long each call took and all together.
func (c benchResponsesCmd) each(n int, do func(i int) error) (took []time.Duration, wall time.Duration, err error) {
	took = make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, c.Senders)
	start := clock.System.Now()
	for range c.Senders {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				from := clock.System.Now()
				if err := do(i); err != nil {
					failed <- err
					return
				}
				took[i] = clock.System.Now().Sub(from)
			}
		})
	}
	wg.Wait()
	close(failed)
	return took, clock.System.Now().Sub(start), <-failed
}

func report(out io.Writer, what string, took []time.Duration, wall time.Duration) error {
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[min(len(took)-1, int(p*float64(len(took))))] }
	_, err := fmt.Fprintf(out, "%-52s %6.0f/s   p50 %s, p95 %s, p99 %s, max %s\n", what, float64(len(took))/wall.Seconds(), at(.5), at(.95), at(.99), took[len(took)-1])
	return err
}

func openLink(ctx context.Context, client *http.Client, base string) (in fieldwork.Submission, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/public/questionnaire?wave=bench&group=adult", nil)
	if err != nil {
		return in, err
	}
	var q fieldwork.Questionnaire
	if err := exchange(client, req, http.StatusOK, &q); err != nil {
		return in, err
	}
	in = fieldwork.Submission{Token: q.Token, Group: q.Group, Device: "phone", Answers: form.Answers{}}
	for i := range q.Form.Questions {
		item := &q.Form.Questions[i]
		switch {
		case item.Type == form.Scale5:
			in.Answers[item.Code] = "2"
		case item.Required() && item.Type == form.Single:
			in.Answers[item.Code] = 1
		case item.Required() && item.Type == form.Categories:
			in.Answers[item.Code] = []string{"01"}
		}
	}
	return in, nil
}

func send(ctx context.Context, client *http.Client, base string, in fieldwork.Submission, device int) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/public/responses", bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", fmt.Sprintf("yiwang_device=%032x", device))
	return exchange(client, req, http.StatusCreated, &fieldwork.Receipt{})
}

func exchange(client *http.Client, req *http.Request, want int, into any) error {
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != want {
		return fmt.Errorf("%s %s: %s %s", req.Method, req.URL.Path, res.Status, b)
	}
	return json.Unmarshal(b, into)
}
