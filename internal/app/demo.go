package app

import (
	"yiwang/internal/demo"
	"yiwang/internal/platform/clock"
)

// DemoDeps is what demo.Load works with; the App was opened with the clock of the story.
func (a *App) DemoDeps(story *clock.Fake) demo.Deps {
	return demo.Deps{Clock: story, DB: a.DB, Region: a.Region, Identity: a.Identity, Survey: a.Survey, Opinions: a.Opinions, Rectify: a.Rectify, Appraisal: a.Appraisal,
		Sampling: a.Sampling, Fieldwork: a.Fieldwork, Integrity: a.Integrity, Results: a.Results, Reports: a.Reports,
		Duties: a.Duties, Cases: a.Cases, Intake: a.Intake, Whistles: a.Whistles, Desk: a.Desk, Tally: a.Tally, Messages: a.Messages, Partners: a.Partners, Bus: a.Bus, Blobs: a.Blobs, Trail: a.Trail,
		Patrol: a.Patrol, Roster: a.Roster, Rounds: a.Rounds, Alarms: a.Alarms, Fences: a.Fences, Spoofs: a.Spoofs, Wall: a.Wall, Calls: a.Calls, Cameras: a.Cameras, Sensors: a.Sensors}
}
