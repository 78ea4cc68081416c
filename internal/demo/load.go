// Package demo builds the demonstration district: the real tree of areas of Gulou in Nanjing with invented grids, and in
// it fictional people, answers, complaints and rectifications over fourteen months.
//
// Invariants:
//   - Everything is stored through the verbs of the modules, in the order and at the times at which it would have
//     happened, by the accounts of the demonstration; so every rule of the modules holds for it.
//   - The same seed gives the same content. Ids and sealed numbers differ, as they are random. The machine's time is
//     never read: the story ends at half past ten on the day that is asked for, Now if none is.
//   - No sentence is copied from anywhere, no photo shows a real place, no telephone number is one that can be rung.
//
// Tables: none. Events: what is emitted while loading is settled at the end. Called by app and the command line.
package demo

import (
	"context"
	"fmt"
	"time"

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
	"yiwang/internal/intake"
	"yiwang/internal/integration"
	"yiwang/internal/integrity"
	"yiwang/internal/messages"
	"yiwang/internal/opinion"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
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

// Now is when the story of the demonstration ends as it is written: a Friday morning in the fieldwork of the third wave. Asked
// for another day, it is moved by working days; see moved.
var Now = time.Date(2026, 11, 20, 10, 30, 0, 0, clock.Nanjing)

// begin is when the accounts of the demonstration are opened.
var begin = time.Date(2025, 9, 1, 9, 0, 0, 0, clock.Nanjing)

// NewClock returns the clock to open the database with before Load.
func NewClock() *clock.Fake { return clock.NewFake(begin) }

// Deps is what Load works with. The services stand on DB, and DB was opened with Clock: Load moves it from day to day.
type Deps struct {
	Clock     *clock.Fake
	DB        *db.DB
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
	Tally     *tally.Service
	Messages  *messages.Service
	Partners  *integration.Service
	Bus       *outbox.Bus
	Blobs     blob.Store // where Rectify keeps its photos
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
	Trail     *audit.Trail // nil: the entries are sealed when the server starts
}

// Options choose what to load.
type Options struct {
	Scale    string // small, gulou or city; see Scales
	Seed     uint64
	Day      time.Time         // the day on which the story ends; zero: that of Now
	Progress func(text string) // nil: silent
}

// Summary says what Load made.
type Summary struct {
	Scale       string
	Seed        uint64
	Streets     int
	Communities int
	Composite   int
	Dedicated   int
	Police      int
	Waves       []WaveSummary
	Items       int
	Cases       int
	Officers    int
	Photos      int // files stored; items share them
	Accounts    []identity.DemoAccount
	Notes       []string
}

// WaveSummary counts one wave.
type WaveSummary struct {
	Code, State                        string
	Targeted, Online, Comments, Issues int
}

// Load fills an empty, migrated database. Conflict if it holds areas or waves already; Invalid for an unknown scale or a
// database that was not opened with the clock of Deps. It works in many transactions, so a load that was interrupted
// leaves a part: start again with a new database.
func Load(ctx context.Context, deps Deps, o Options) (Summary, error) {
	sc, ok := scales[o.Scale]
	if !ok {
		return Summary{}, errs.Invalid("demo.unknown_scale", fmt.Sprintf("There is no scale %.20q; choose small, gulou or city.", o.Scale))
	}
	if deps.Clock == nil || deps.DB.Clock() != clock.Clock(deps.Clock) {
		return Summary{}, errs.Invalid("demo.wrong_clock", "Open the database with the clock of the demonstration.")
	}
	ctx = auth.System(ctx, "demo")
	l, err := newLoader(deps, sc, o)
	if err != nil {
		return Summary{}, err
	}
	if err := l.refuse(ctx); err != nil {
		return Summary{}, err
	}
	deps.Clock.Set(l.moved(begin))
	for _, stage := range []struct {
		title string
		run   func(context.Context) error
	}{
		{"区划", l.readGround}, {"单位与账号", l.openAccounts}, {"指标体系与问卷", l.loadReference}, {"示意图", l.paint},
		{"网格", l.layGround}, {"网格员", l.openOfficers}, {"社区民警与通讯录", l.openPolice}, {"巡查点位", l.placeRounds}, {"三期考评与整改", l.live}, {"工作台", l.furnishDesk}, {"上岗与轨迹", l.patrolTimes}, {"排班", l.planRoster}, {"巡查计划", l.planRounds}, {"感知设备", l.sense}, {"通话", l.tellCalls}, {"围栏与告警", l.watchFences}, {"收尾", l.settle},
	} {
		l.progress(stage.title)
		if err := stage.run(ctx); err != nil {
			return l.summary, fmt.Errorf("demonstration, %s: %w", stage.title, err)
		}
	}
	return l.summary, nil
}

// loader carries one load.
type loader struct {
	Deps
	scale    scale
	seed     uint64
	progress func(string)
	summary  Summary

	ground  ground
	grammar *grammar
	days    *workdays
	end     time.Time                  // of the story
	shift   int                        // working days by which it is moved
	actors  map[string]*auth.Principal // by user name
	leaders map[string]*auth.Principal // by street
	units   map[string]identity.Unit   // by area + "." + code
	version string                     // of the indicator system
	rounds  []*round
	events  []event
	gallery gallery
	shown   publicGallery
	staged  map[string]int // how many items could have played a scene
	frames  frames

	grids     []region.Plot          // composite and dedicated
	beats     []region.Plot          // police grids
	officers  map[string]cases.Actor // by grid
	corps     []identity.DemoOfficer // the same people in their order
	firstGrid string                 // of the first officer
	lookedAt  *cases.Case            // what the first officer is to look at
}

func newLoader(deps Deps, sc scale, o Options) (*loader, error) {
	l := &loader{Deps: deps, scale: sc, seed: o.Seed, progress: o.Progress, summary: Summary{Scale: o.Scale, Seed: o.Seed}}
	if l.progress == nil {
		l.progress = func(string) {}
	}
	var err error
	if l.grammar, err = readGrammar(); err != nil {
		return nil, err
	}
	return l, l.setEnd(o.Day)
}

// refuse returns Conflict for a database that is in use.
func (l *loader) refuse(ctx context.Context) error {
	_, areas, err := l.Region.List(ctx, region.Filter{Limit: 1})
	if err != nil {
		return err
	}
	waves, err := l.Survey.Waves(ctx, survey.WaveFilter{})
	if err != nil {
		return err
	}
	if areas > 0 || len(waves) > 0 {
		return errs.Conflict("demo.not_empty", "The database holds areas or waves already; load the demonstration into a new one.")
	}
	return nil
}
