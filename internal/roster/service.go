package roster

import (
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	People  People
	Times   Times // nil: nothing is known of who was on duty
	Tell    Tell  // nil: nobody is reminded
}

// People knows who is in service.
type People interface {
	// ReachTx is identity.Service.ReachTx.
	ReachTx(ctx context.Context, tx *db.Tx, permission string, users []string, words string, limit int, wanted func(areas []string) bool) ([]identity.Reach, error)
}

// OnDuty is a time somebody was on duty.
type OnDuty struct {
	OfficerID string
	From, To  clock.Time // To is zero while it lasts
}

// Times knows who was on duty when.
type Times interface {
	// OnDutyTx returns the times on duty in an area that touch a span, by their beginning.
	OnDutyTx(ctx context.Context, tx *db.Tx, area string, from, to clock.Time) ([]OnDuty, error)
}

// Tell leaves somebody a message in the transaction.
type Tell interface {
	RemindTx(ctx context.Context, tx *db.Tx, officer, text, link string) error
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d} }

// walks is the permission of those who can be planned: of patrol.
const walks = "patrol.duty"

// maxOfficers bounds a plan: the grids of a district with one officer each.
const maxOfficers = 2000

// Officer is somebody who can be planned.
type Officer struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	UnitID   string   `json:"unit_id"`
	UnitName string   `json:"unit_name"`
	Areas    []string `json:"areas" doc:"Codes of the grids or other areas of the post"`
	FullTime bool     `json:"full_time"`
}

// officersTx lists those with an area under the code, or the one officer if named.
func (s *Service) officersTx(ctx context.Context, tx *db.Tx, area, officer string) ([]Officer, error) {
	var only []string
	if officer != "" {
		only = []string{officer}
	}
	found, err := s.People.ReachTx(ctx, tx, walks, only, "", maxOfficers, func(areas []string) bool {
		return slices.ContainsFunc(areas, func(a string) bool { return strings.HasPrefix(a, area) })
	})
	if err != nil {
		return nil, err
	}
	full, err := db.All[string](ctx, tx, "SELECT officer_id FROM roster_terms WHERE full_time ORDER BY officer_id")
	out := make([]Officer, 0, len(found))
	for _, p := range found {
		_, is := slices.BinarySearch(full, p.ID)
		out = append(out, Officer{ID: p.ID, Name: p.Name, Title: p.Title, UnitID: p.UnitID, UnitName: p.UnitName, Areas: p.Areas.V, FullTime: is})
	}
	return out, err
}

// officerTx returns one officer who may be planned in an area. NotFound otherwise.
func (s *Service) officerTx(ctx context.Context, tx *db.Tx, area, id string) (Officer, error) {
	if id != "" {
		list, err := s.officersTx(ctx, tx, "", id)
		if err != nil {
			return Officer{}, err
		}
		for _, o := range list {
			if slices.ContainsFunc(o.Areas, func(a string) bool {
				return strings.HasPrefix(a, area) || strings.HasPrefix(area, a) || sameCommunity(a, area)
			}) {
				return o, nil
			}
		}
	}
	return Officer{}, errs.NotFound("roster.no_officer", "There is no such officer in this area.")
}

// sameCommunity lets an officer stand in for a neighbour of the same community.
func sameCommunity(a, b string) bool { return len(a) >= 12 && len(b) >= 12 && a[:12] == b[:12] }

// dayOf reads a day such as 2026-11-24 as its beginning in China.
func dayOf(location, text string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, clock.Nanjing)
	if err != nil {
		return t, errs.Invalid("roster.bad_day", "Give a day such as 2026-11-24.", errs.Field{Location: location, Message: "not a day", Value: text})
	}
	return t, nil
}

// KeepDays returns for how many days the track of an officer is kept: 90 for full-time officers, 30 for others.
func (s *Service) KeepDays(ctx context.Context, tx *db.Tx, officer string) (int, error) {
	full, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM roster_terms WHERE officer_id = $1 AND full_time", officer)
	if full > 0 {
		return 90, err
	}
	return 30, err
}
