package app

import (
	"bytes"
	"context"
	"fmt"

	"yiwang/data/calendar"
	"yiwang/internal/alarm"
	"yiwang/internal/appraisal"
	"yiwang/internal/calls"
	"yiwang/internal/camera"
	"yiwang/internal/cases"
	"yiwang/internal/desk"
	"yiwang/internal/duty"
	"yiwang/internal/export"
	"yiwang/internal/fence"
	"yiwang/internal/fieldwork"
	"yiwang/internal/identity"
	"yiwang/internal/intake"
	"yiwang/internal/integration"
	"yiwang/internal/integrity"
	"yiwang/internal/live"
	"yiwang/internal/messages"
	"yiwang/internal/opinion"
	"yiwang/internal/patrol"
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
	"yiwang/internal/wall"
	"yiwang/internal/whistle"
)

// Modules are the domains, built from the ground up.
type Modules struct {
	Region    *region.Service
	Identity  *identity.Service
	Survey    *survey.Service
	Opinions  *opinion.Service
	Rectify   *rectify.Service
	Appraisal *appraisal.Service
	Sampling  *sampling.Service
	Fieldwork *fieldwork.Service
	Integrity *integrity.Service
	Results   *results.Service
	Reports   *report.Service
	Duties    *duty.Service
	Cases     *cases.Service
	Intake    *intake.Service
	Whistles  *whistle.Service
	Desk      *desk.Service
	Exports   *export.Board
	Tally     *tally.Service
	Messages  *messages.Service
	Partners  *integration.Service
	Live      *live.Service
	Patrol    *patrol.Service
	Roster    *roster.Service
	Rounds    *rounds.Service
	Alarms    *alarm.Service
	Fences    *fence.Service
	Spoofs    *spoof.Service
	Wall      *wall.Service
	Calls     *calls.Service
	Cameras   *camera.Service
	Sensors   *sensor.Service
	Calendar  *workcal.Source
}

// Permissions lists what roles may hold, of every module.
func Permissions() []string {
	var all []string
	for _, of := range [][]string{region.Permissions(), identity.Permissions(), survey.Permissions(), opinion.Permissions(), rectify.Permissions(), appraisal.Permissions(),
		sampling.Permissions(), fieldwork.Permissions(), integrity.Permissions(), results.Permissions(), report.Permissions(),
		duty.Permissions(), cases.Permissions(), intake.Permissions(), whistle.Permissions(), desk.Permissions(), tally.Permissions(), messages.Permissions(),
		integration.Permissions(), patrol.Permissions(),
		roster.Permissions(), rounds.Permissions(), alarm.Permissions(), fence.Permissions(), spoof.Permissions(), wall.Permissions(), calls.Permissions(), camera.Permissions(), sensor.Permissions()} {
		all = append(all, of...)
	}
	return all
}

// build constructs every module. Nothing here reads the database: that waits for the first question.
func (a *App) build(context.Context) error {
	days, err := workcal.Parse(bytes.NewReader(calendar.YAML))
	if err != nil {
		return fmt.Errorf("working calendar: %w", err)
	}
	a.Calendar = workcal.NewSource(days)
	a.Region = region.New(a.DB)
	a.Identity = identity.New(a.DB, Permissions(), identity.Config{Sealer: a.Box, Demo: a.Config.Demo, Files: a.Blobs, AreaNames: a.areaNames, SecureCookies: a.Config.SecureCookies()})
	a.Survey = survey.New(a.DB, a.Box, a.Region, a.Blobs, fields())
	a.Opinions = opinion.New(opinion.Deps{DB: a.DB, Source: comments{a.Survey}, Areas: directory{a}, Places: places{a.Region}, Offices: offices{a}})
	a.Rectify = rectify.New(rectify.Deps{DB: a.DB, Opinions: a.Opinions, Directory: directory{a}, Photos: photos{a.Blobs}, Calendar: a.Calendar, Answers: a.Survey, Surveys: a.Survey, Yardstick: yardstick{a}, Contacts: residents{a}, Box: a.Box})
	a.Survey.Work(a.Jobs)
	a.Sampling = sampling.New(a.DB, a.Survey, a.Region, a.Box)
	a.Fieldwork = fieldwork.New(fieldwork.Deps{DB: a.DB, Surveys: a.Survey, Samples: a.Sampling, Regions: a.Region, People: a.Identity, Files: a.Blobs, Box: a.Box,
		Secure: a.Config.SecureCookies()})
	a.Integrity = integrity.New(a.DB, a.Survey, a.namesBelow)
	a.Integrity.Work(a.Jobs)
	a.Appraisal = appraisal.New(a.DB, a.Survey, a.namesBelow, outcomes{a.Rectify})
	a.Results = results.New(a.DB, a.Survey, a.Appraisal, a.Rectify, a.Identity, a.Calendar)
	a.Reports = report.New(a.DB, report.Sources{Surveys: a.Survey, Scores: a.Appraisal, Reverse: a.Rectify, Sampling: a.Sampling, Fieldwork: a.Fieldwork, Integrity: a.Integrity, Results: a.Results}, a.Blobs)
	a.buildCases()
	if a.Config.Demo {
		a.Reports.Disclaim("演示数据，人物与成绩均为虚构")
		a.Rectify.Disclaim("演示数据，人物与成绩均为虚构")
	}
	return nil
}

// buildCases constructs what the command platform stands on.
func (a *App) buildCases() {
	a.Messages = messages.New(messages.Deps{DB: a.DB, People: a.Identity, Box: a.Box, Dir: a.Config.Data, Mail: a.Config.Mail, SMS: a.Config.SMS})
	a.Duties = duty.New(a.DB, a.Region, a.Identity)
	a.Cases = cases.New(cases.Deps{DB: a.DB, Regions: a.Region, People: a.Identity, Duties: a.Duties, Files: a.Blobs, Box: a.Box, Calendar: a.Calendar, Themes: wall.Holds})
	a.Duties.Replay(pastCases{a.Cases})
	a.Intake = intake.New(intake.Deps{DB: a.DB, Cases: a.Cases, Duties: a.Duties, Regions: a.Region, People: a.Identity, Files: a.Blobs, Box: a.Box, Jobs: a.Jobs})
	a.Whistles = whistle.New(whistle.Deps{DB: a.DB, Cases: a.Cases, Duties: a.Duties, Regions: a.Region, People: a.Identity, Calendar: a.Calendar})
	a.Cases.HoldClosing(a.Whistles.HoldTx)
	a.Rectify.Reach(matters{a}, raisers{a})
	a.Desk = desk.New(desk.Deps{DB: a.DB, Cases: a.Cases, Duties: a.Duties, Regions: a.Region, People: a.Identity, Jobs: a.Jobs})
	a.Tally = tally.New(tally.Deps{DB: a.DB, Cases: a.Cases, Duties: a.Duties, Regions: a.Region, People: a.Identity, Calendar: a.Calendar})
	a.Partners = integration.New(integration.Deps{DB: a.DB, Cases: a.Cases, Duties: a.Duties, Regions: a.Region, Box: a.Box, Private: a.webhookNets})
	a.Live = live.New(live.Deps{DB: a.DB, Regions: a.Region})
	a.Patrol = patrol.New(patrol.Deps{DB: a.DB, Regions: a.Region, Node: a.Config.Node, MQTT: mqttFor(a.Config.MQTT, a.Config.MQTTPublic)})
	a.Exports = export.NewBoard(a.DB, a.Patrol.Exports, a.Desk.Exports, a.Rectify.Exports)
	a.buildLive()
}

// buildLive constructs what is seen and heard at once: who should be where, alarms, the wall, calls, devices.
func (a *App) buildLive() {
	a.Roster = roster.New(roster.Deps{DB: a.DB, Regions: a.Region, People: a.Identity, Times: dutyTimes{a.Patrol}, Tell: reminders{a.Identity}})
	a.Patrol.Terms, a.Patrol.Directory = a.Roster, people{a}
	a.Rounds = rounds.New(rounds.Deps{DB: a.DB, Regions: a.Region, People: a.Identity, Patrol: a.Patrol, Deeds: deeds{a.Cases}, Photos: placePhotos{a.Blobs}})
	a.Alarms = alarm.New(alarm.Deps{DB: a.DB, Regions: a.Region, Cases: alarmCases{a.Cases}})
	a.Fences = fence.New(fence.Deps{DB: a.DB, Regions: a.Region, Patrol: a.Patrol, Alarms: a.Alarms, People: a.Identity})
	a.Spoofs = spoof.New(spoof.Deps{DB: a.DB, Patrol: a.Patrol})
	a.Wall = wall.New(wall.Deps{DB: a.DB, Regions: a.Region, Patrol: a.Patrol, Alarms: a.Alarms, Sources: wallSources{a}, Secure: a.Config.SecureCookies()})
	a.Patrol.MarkBusy(a.atWork)
	a.Calls = calls.New(calls.Deps{DB: a.DB, Regions: a.Region, People: a.Identity, Cases: callCases{a.Cases}, Files: a.Blobs, Dir: a.recordingsDir()})
	a.Cameras = camera.New(camera.Deps{DB: a.DB, Regions: a.Region, Hosts: a.Config.CameraHost, Box: a.Box})
	a.Sensors = sensor.New(sensor.Deps{DB: a.DB, Regions: a.Region, Alarms: a.Alarms, UnitName: a.unitName})
}

// fields are the 14 fields of the reverse evaluation, which a questionnaire lets people tick.
func fields() []survey.Category {
	var out []survey.Category
	for _, f := range opinion.DefaultCatalog().Categories {
		out = append(out, survey.Category{Code: f.Code, Name: f.Name})
	}
	return out
}

// Prepare brings roles, policy, questionnaires and indicators up to this release; a server does it before it listens.
func (a *App) Prepare(ctx context.Context) error {
	for _, prepare := range []func(context.Context) error{a.Identity.Prepare, a.Survey.Prepare, a.Opinions.Prepare, a.Appraisal.Prepare, a.Duties.Prepare, a.Cases.Prepare} {
		if err := prepare(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Describe builds an App that can only describe its API: no store is opened.
func Describe() (*App, error) {
	a := &App{Jobs: jobs.NewRunner(nil)}
	return a, a.build(context.Background())
}
