package patrol

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/identity"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
	"yiwang/internal/region"
)

// Person is who somebody is, as far as those see it who see the person on duty.
type Person struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Unit     string   `json:"unit"`
	Post     string   `json:"post"`
	Phone    string   `json:"phone,omitempty" doc:"Masked; the full number is asked for with a reason"`
	Portrait string   `json:"portrait,omitempty" doc:"Names the photograph; empty without one"`
	Areas    []string `json:"-"` // of the post
}

// Directory tells who people are and how they are reached. It asks nobody whether that may be told.
type Directory interface {
	// OfficersTx returns those of the people who are grid officers.
	OfficersTx(ctx context.Context, tx *db.Tx, ids []string) ([]Person, error)
	// PoliceTx returns those of the people who are community police officers.
	PoliceTx(ctx context.Context, tx *db.Tx, ids []string) ([]Person, error)
	// AllPoliceTx returns all community police officers.
	AllPoliceTx(ctx context.Context, tx *db.Tx) ([]Person, error)
	// PhoneTx returns a number in full.
	PhoneTx(ctx context.Context, tx *db.Tx, id string) (string, error)
	// Portrait opens the photograph of a person.
	Portrait(ctx context.Context, id string) (identity.Photo, error)
}

// Place is an area by code and name.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// OnShift is who somebody on duty is and until when.
type OnShift struct {
	Person
	Places  []Place    `json:"places" doc:"Areas of the post: the own grids"`
	Session string     `json:"session" doc:"Id of the time on duty"`
	Kind    Kind       `json:"kind" enum:"duty,sos"`
	OnAt    clock.Time `json:"on_at"`
	UntilAt clock.Time `json:"until_at"`
}

// mostAsked bounds the people asked for at once: as many as a list shows.
const mostAsked = 100

// People tells who these are of those on duty in the caller's areas; whoever is off duty or elsewhere is left out. At most 100. Needs
// patrol.live.
func (s *Service) People(ctx context.Context, ids []string) (out []OnShift, err error) {
	out = []OnShift{}
	if err := auth.Require(ctx, PermLive); err != nil {
		return out, err
	}
	if len(ids) > mostAsked {
		return out, errs.Invalid("patrol.too_many_asked", "Ask for at most 100 people at once.", errs.Field{Location: "query.ids", Message: "at most 100", Value: len(ids)})
	}
	sessions := map[string]Session{}
	for _, id := range ids {
		if x, ok := s.runningFor(ctx, id); ok {
			sessions[id] = x
		}
	}
	if len(sessions) == 0 || s.Directory == nil {
		return out, nil
	}
	shown := make([]string, 0, len(sessions))
	for id := range sessions {
		shown = append(shown, id)
	}
	slices.Sort(shown)
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		people, err := s.Directory.OfficersTx(ctx, tx, shown)
		for i := range people {
			x := sessions[people[i].ID]
			out = append(out, OnShift{Person: people[i], Places: s.placesOf(ctx, people[i].Areas), Session: x.ID, Kind: x.Kind, OnAt: x.OnAt, UntilAt: x.UntilAt})
		}
		return err
	})
	return out, err
}

// placesOf names areas; one that is no more is left out.
func (s *Service) placesOf(ctx context.Context, codes []string) []Place {
	out := []Place{}
	for _, code := range codes {
		if s.Regions == nil {
			break
		}
		if a, err := s.Regions.Get(ctx, code); err == nil {
			out = append(out, Place{a.Code, a.Name})
		}
	}
	return out
}

// runningFor returns the running session of an officer if the caller may see the officer live.
func (s *Service) runningFor(ctx context.Context, officer string) (Session, bool) {
	now := s.DB.Clock().Now()
	x, ok := s.gate.at(officer, now.UnixMilli())
	return x, ok && x.OffAt == nil && auth.From(ctx).Covers(x.AreaCode)
}

// Portrait opens the photograph of somebody on duty in the caller's areas, or of a community police officer of them. NotFound else. Needs patrol.live.
func (s *Service) Portrait(ctx context.Context, officer string) (identity.Photo, error) {
	if err := auth.Require(ctx, PermLive); err != nil {
		return identity.Photo{}, err
	}
	if _, err := s.reachable(ctx, officer); err != nil {
		return identity.Photo{}, err
	}
	return s.Directory.Portrait(ctx, officer)
}

// reachable returns the area in which the caller may reach somebody: on duty there, or community police whose post lies in it or holds it,
// and so everybody whom Police shows.
func (s *Service) reachable(ctx context.Context, officer string) (area string, err error) {
	nobody := errs.NotFound("patrol.not_on_duty", "This person is not on duty in your area.")
	if s.Directory == nil {
		return "", nobody
	}
	if x, ok := s.runningFor(ctx, officer); ok {
		return x.AreaCode, nil
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		police, err := s.Directory.PoliceTx(ctx, tx, []string{officer})
		for i := range police {
			for _, a := range police[i].Areas {
				if common, ok := shared(auth.From(ctx), a); ok {
					area = common
				}
			}
		}
		return err
	})
	if err == nil && area == "" {
		err = nobody
	}
	return area, err
}

// shared returns what the caller's areas and another have in common: the narrower of the two where one holds the other.
func shared(p *auth.Principal, area string) (string, bool) {
	if p.Covers(area) {
		return area, true
	}
	i := slices.IndexFunc(p.Areas, func(own string) bool { return own != "" && strings.HasPrefix(own, area) })
	if area == "" || i < 0 {
		return "", false
	}
	return p.Areas[i], true
}

// Phone returns the telephone number of somebody on duty in the caller's areas, or of a community police officer of them, in full. The
// reason is kept with who asked, and the person sees it. Needs patrol.live; NotFound for anybody else and where no number is known.
func (s *Service) Phone(ctx context.Context, officer, reason string) (number string, err error) {
	if err := auth.Require(ctx, PermLive); err != nil {
		return "", err
	}
	if err := prose.Check("patrol.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return "", err
	}
	area, err := s.reachable(ctx, officer)
	if err != nil {
		return "", err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if number, err = s.Directory.PhoneTx(ctx, tx, officer); err != nil {
			return err
		}
		p, now := auth.From(ctx), tx.Time()
		if _, err := tx.Exec(ctx, "INSERT INTO track_look (id, officer_id, by_id, by_name, by_unit, at, from_at, to_at, reason, what) VALUES ($1, $2, $3, $4, $5, $6, $6, $6, $7, 'phone')",
			db.NewID(tx), officer, p.UserID, p.Name, p.UnitID, now, reason); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.phone_shown", Object: "user", ObjectID: officer, Area: area, Detail: map[string]any{"reason": reason}})
	})
	return number, err
}

// PoliceGrid is a police grid with the officer whose post covers it.
type PoliceGrid struct {
	Place
	Lat     float64 `json:"lat" doc:"Of the label, inside the grid"`
	Lon     float64 `json:"lon"`
	Officer *Person `json:"officer" doc:"Null where nobody holds the post"`
	OnDuty  bool    `json:"on_duty"`
}

// Police lists the police grids of the caller's areas with their community police officers, by code, at most 2,000. Needs patrol.live.
func (s *Service) Police(ctx context.Context, within string) ([]PoliceGrid, error) {
	out := []PoliceGrid{}
	if err := auth.Require(ctx, PermLive); err != nil {
		return out, err
	}
	if s.Regions == nil || s.Directory == nil {
		return out, nil
	}
	grids, _, err := s.Regions.List(ctx, region.Filter{Within: within, Level: region.Grid, Kind: region.Police, Mine: true, Limit: 2000})
	if err != nil {
		return out, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		police, err := s.Directory.AllPoliceTx(ctx, tx)
		for i := range grids {
			if g := &grids[i]; g.Centroid != nil {
				out = append(out, s.policed(g, police))
			}
		}
		return err
	})
	return out, err
}

// policed joins a police grid with the officer whose post names it, or the area around it most closely.
func (s *Service) policed(g *region.Area, police []Person) PoliceGrid {
	v := PoliceGrid{Place: Place{g.Code, g.Name}, Lon: g.Centroid[0], Lat: g.Centroid[1]}
	best := 0
	for i := range police {
		for _, a := range police[i].Areas {
			if strings.HasPrefix(g.Code, a) && len(a) > best {
				best, v.Officer = len(a), &police[i]
			}
		}
	}
	if v.Officer != nil {
		x, ok := s.gate.at(v.Officer.ID, s.DB.Clock().Now().UnixMilli())
		v.OnDuty = ok && x.OffAt == nil
	}
	return v
}
