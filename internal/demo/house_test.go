package demo

import (
	"bytes"
	"context"
	"io"
	"testing"

	"yiwang/data/calendar"
	"yiwang/internal/alarm"
	"yiwang/internal/appraisal"
	"yiwang/internal/calls"
	"yiwang/internal/camera"
	"yiwang/internal/cases"
	"yiwang/internal/desk"
	"yiwang/internal/duty"
	"yiwang/internal/fence"
	"yiwang/internal/fieldwork"
	"yiwang/internal/identity"
	"yiwang/internal/integration"
	"yiwang/internal/integrity"
	"yiwang/internal/messages"
	"yiwang/internal/opinion"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/rectify"
	"yiwang/internal/region"
	"yiwang/internal/report"
	"yiwang/internal/results"
	"yiwang/internal/roster"
	"yiwang/internal/rounds"
	"yiwang/internal/sampling"
	"yiwang/internal/sensor"
	"yiwang/internal/spoof"
	"yiwang/internal/survey"
	"yiwang/internal/tally"
	"yiwang/internal/whistle"
)

// house is every module on one database, joined as the application joins them.
type house struct{ Deps }

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{Deps{DB: d, Clock: d.Clock().(*clock.Fake)}}
	keys, err := crypto.NewKeys("aes")
	must(t, err)
	box, err := crypto.NewBox(keys)
	must(t, err)
	h.Blobs, err = blob.NewDir(t.TempDir())
	must(t, err)
	days, err := workcal.Parse(bytes.NewReader(calendar.YAML))
	must(t, err)
	var perms []string
	for _, of := range [][]string{region.Permissions(), identity.Permissions(), survey.Permissions(), rectify.Permissions(), appraisal.Permissions(),
		sampling.Permissions(), fieldwork.Permissions(), integrity.Permissions(), results.Permissions(), report.Permissions(),
		duty.Permissions(), cases.Permissions(), whistle.Permissions(), desk.Permissions(), tally.Permissions(), messages.Permissions(), integration.Permissions(), patrol.Permissions(), roster.Permissions(), rounds.Permissions(),
		alarm.Permissions(), fence.Permissions(), spoof.Permissions(), calls.Permissions(), camera.Permissions(), sensor.Permissions()} {
		perms = append(perms, of...)
	}
	h.Trail = audit.New(h.DB, []byte("a key for tests alone, 32 bytes."))
	h.Region = region.New(h.DB)
	h.Identity = identity.New(h.DB, perms, identity.Config{Sealer: box, Demo: true, Files: h.Blobs, AreaNames: h.names})
	h.Survey = survey.New(h.DB, box, h.Region, h.Blobs, nil)
	h.Opinions = opinion.New(opinion.Deps{DB: h.DB, Source: h, Areas: h})
	h.Rectify = rectify.New(rectify.Deps{DB: h.DB, Opinions: h.Opinions, Directory: h, Photos: h, Calendar: workcal.NewSource(days), Surveys: h.Survey, Answers: h.Survey, Yardstick: h, Box: box})
	h.Appraisal = appraisal.New(h.DB, h.Survey, h.below, h)
	h.Sampling = sampling.New(h.DB, h.Survey, h.Region, box)
	h.Fieldwork = fieldwork.New(fieldwork.Deps{DB: h.DB, Surveys: h.Survey, Samples: h.Sampling, Regions: h.Region, People: h.Identity, Files: h.Blobs, Box: box})
	h.Integrity = integrity.New(h.DB, h.Survey, h.below)
	h.Results = results.New(h.DB, h.Survey, h.Appraisal, h.Rectify, h.Identity, workcal.NewSource(days))
	h.Reports = report.New(h.DB, report.Sources{Surveys: h.Survey, Scores: h.Appraisal, Reverse: h.Rectify, Sampling: h.Sampling, Fieldwork: h.Fieldwork, Integrity: h.Integrity,
		Results: h.Results}, h.Blobs)
	source := workcal.NewSource(days)
	h.Duties = duty.New(h.DB, h.Region, h.Identity)
	h.Cases = cases.New(cases.Deps{DB: h.DB, Regions: h.Region, People: h.Identity, Duties: h.Duties, Files: h.Blobs, Box: box, Calendar: source})
	h.Whistles = whistle.New(whistle.Deps{DB: h.DB, Cases: h.Cases, Duties: h.Duties, Regions: h.Region, People: h.Identity, Calendar: source})
	h.Rectify.Reach(matters{h}, raisers{h})
	h.Desk = desk.New(desk.Deps{DB: h.DB, Cases: h.Cases, Duties: h.Duties, Regions: h.Region, People: h.Identity, Jobs: jobs.NewRunner(h.DB)})
	h.Tally = tally.New(tally.Deps{DB: h.DB, Cases: h.Cases, Duties: h.Duties, Regions: h.Region, People: h.Identity, Calendar: source})
	h.Messages = messages.New(messages.Deps{DB: h.DB, People: h.Identity, Box: box, Dir: t.TempDir()})
	h.Patrol = patrol.New(patrol.Deps{DB: h.DB, Regions: h.Region})
	h.Rounds = rounds.New(rounds.Deps{DB: h.DB, Regions: h.Region, People: h.Identity, Patrol: h.Patrol})
	h.Roster = roster.New(roster.Deps{DB: h.DB, Regions: h.Region, People: h.Identity})
	h.Alarms = alarm.New(alarm.Deps{DB: h.DB, Regions: h.Region})
	h.Fences = fence.New(fence.Deps{DB: h.DB, Regions: h.Region, Patrol: h.Patrol, Alarms: h.Alarms})
	h.Spoofs = spoof.New(spoof.Deps{DB: h.DB, Patrol: h.Patrol})
	h.Calls = calls.New(calls.Deps{DB: h.DB, Regions: h.Region, People: h.Identity, Files: h.Blobs, Dir: t.TempDir()})
	h.Cameras = camera.New(camera.Deps{DB: h.DB, Regions: h.Region})
	h.Sensors = sensor.New(sensor.Deps{DB: h.DB, Regions: h.Region, Alarms: h.Alarms})
	h.Partners = integration.New(integration.Deps{DB: h.DB, Cases: h.Cases, Duties: h.Duties, Regions: h.Region, Box: box})
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) names(ctx context.Context, codes []string) (map[string]string, error) {
	out := map[string]string{}
	for _, c := range codes {
		name, err := h.AreaName(ctx, nil, c)
		if err != nil {
			return nil, err
		}
		out[c] = name
	}
	return out, nil
}

func (h *house) below(ctx context.Context, _ *db.Tx, top string) (map[string]string, error) {
	list, _, err := h.Region.List(ctx, region.Filter{Within: top})
	out := map[string]string{}
	for _, a := range list {
		if a.Level != region.Grid {
			out[a.Code] = a.Name
		}
	}
	return out, err
}

func (h *house) Comments(ctx context.Context, tx *db.Tx, wave, after string, limit int) ([]opinion.RawComment, error) {
	rows, err := h.Survey.CommentsTx(ctx, tx, wave, after, limit)
	out := make([]opinion.RawComment, len(rows))
	for i, r := range rows {
		area := r.Community
		if area == "" {
			area = r.Street
		}
		out[i] = opinion.RawComment{ID: r.ID, AreaCode: area, Group: string(r.Group), Channel: string(r.Channel), Text: r.Text,
			Categories: r.Categories.V, Day: r.Day}
	}
	return out, err
}

func (h *house) Wave(ctx context.Context, tx *db.Tx, id string) (opinion.Wave, error) {
	w, err := h.Survey.WaveTx(ctx, tx, id)
	if err != nil {
		return opinion.Wave{}, err
	}
	return opinion.Wave{ID: w.ID, Code: w.Code, Name: w.Name}, nil
}

func (h *house) Unit(ctx context.Context, tx *db.Tx, id string) (rectify.Unit, error) {
	u, err := h.Identity.UnitTx(ctx, tx, id)
	return rectify.Unit{ID: u.ID, Code: u.Code, Name: u.Name, AreaCode: u.AreaCode}, err
}

func (h *house) UnitFor(ctx context.Context, tx *db.Tx, code, area string) (rectify.Unit, error) {
	u, err := h.Identity.FindUnitTx(ctx, tx, area[:6], code)
	return rectify.Unit{ID: u.ID, Code: u.Code, Name: u.Name, AreaCode: u.AreaCode}, err
}

func (h *house) AreaName(ctx context.Context, _ *db.Tx, code string) (string, error) {
	a, err := h.Region.Get(ctx, code)
	if err != nil {
		return "", err
	}
	return a.Name, nil
}

func (h *house) Put(context.Context, io.Reader) (rectify.Photo, error) {
	return rectify.Photo{}, errs.Unavailable("blob.not_found", "The loader stores its drawings itself.")
}

func (h *house) Open(ctx context.Context, ref string) (io.ReadCloser, error) {
	return h.Blobs.Open(ctx, ref)
}

func (h *house) OutcomesTx(ctx context.Context, tx *db.Tx, wave string) (map[string]appraisal.ReverseCounts, error) {
	stats, err := h.Rectify.ReverseStats(ctx, tx, wave)
	out := map[string]appraisal.ReverseCounts{}
	for street, r := range stats {
		out[street] = appraisal.ReverseCounts{Issued: r.Issued, Settled: r.Settled, Closed: r.ClosedLoop, Pending: r.Pending, Passed: r.Passed, Approved: r.Approved,
			Unverified: r.Unverified, Judged: r.Judged, Recurred: r.Recurred, Undecided: r.Undecided}
	}
	return out, err
}

func (h *house) FieldIndicators(ctx context.Context, tx *db.Tx, w *survey.Wave) (map[string][]string, error) {
	system, err := h.Appraisal.SystemTx(ctx, tx, w.Plan.V.IndicatorSystem)
	out := map[string][]string{}
	if err == nil {
		for _, i := range system.Body.V.Indicators() {
			for _, field := range i.Reverse {
				out[field] = append(out[field], i.Code)
			}
		}
	}
	return out, err
}

func (h *house) Communities(ctx context.Context, street string) (out []string, err error) {
	list, err := h.Region.Children(ctx, street)
	for _, c := range list {
		out = append(out, c.Code)
	}
	return out, err
}
