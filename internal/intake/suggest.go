package intake

import (
	"context"
	"strconv"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// Draft is what is known of a report before it is sent.
type Draft struct {
	Text     string   `json:"text,omitempty" maxLength:"16000"`
	Category string   `json:"category,omitempty" maxLength:"10" doc:"As chosen so far"`
	Lat      *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon      *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Photos   []string `json:"photos,omitempty" maxItems:"9" doc:"References of photos sent before"`
	Looks    []string `json:"looks,omitempty" maxItems:"9" doc:"Difference hashes of photos that are still on the device, 64 bits each: whether each of 9 × 8 cells is brighter than its right neighbour"`
	Except   string   `json:"except,omitempty" maxLength:"60" doc:"Id of the case this is about, if there is one"`
}

// Place is the smallest area a position lies in.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name" doc:"Street, community and grid"`
}

// Advice is what the program thinks of a draft: proposals for a person to take or leave.
type Advice struct {
	Categories  []Category   `json:"categories" doc:"Most likely first"`
	Area        *Place       `json:"area,omitempty" doc:"Absent outside every known area"`
	Duplicates  []cases.Near `json:"duplicates" doc:"Open cases that may be the same matter, most likely first"`
	Recurrences []cases.Near `json:"recurrences" doc:"Cases of the same place and category that ended in the last 90 days"`
}

// Suggest proposes category, area and duplicates to somebody who may register cases (cases.report).
func (s *Service) Suggest(ctx context.Context, in Draft) (out *Advice, err error) {
	if err := auth.Require(ctx, cases.PermReport); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.advise(ctx, tx, in, 12)
		return err
	})
	return out, err
}

func (s *Service) advise(ctx context.Context, tx *db.Tx, in Draft, limit int) (*Advice, error) {
	a := &Advice{Categories: []Category{}, Duplicates: []cases.Near{}, Recurrences: []cases.Near{}}
	if in.Text != "" {
		m, err := s.modelTx(ctx, tx)
		if err != nil {
			return nil, err
		}
		a.Categories = m.Classify(mask.Without(mask.Text(in.Text)))
	}
	if in.Lat == nil || in.Lon == nil {
		return a, nil
	}
	loc, err := s.Regions.Locate(ctx, *in.Lon, *in.Lat, tx.Now())
	if err != nil {
		return nil, err
	}
	if code := loc.Smallest(); code != "" {
		name, err := s.Cases.PlaceName(ctx, code)
		if err != nil {
			return nil, err
		}
		a.Area = &Place{Code: code, Name: name}
	}
	category := in.Category
	if category == "" && len(a.Categories) > 0 && a.Categories[0].Confidence >= sureEnough {
		category = a.Categories[0].Code
	}
	if a.Duplicates, err = s.Cases.NearTx(ctx, tx, cases.Matter{Text: in.Text, Category: category, Lat: *in.Lat, Lon: *in.Lon, Photos: in.Photos, Looks: in.looks(), Except: in.Except}, limit); err != nil {
		return nil, err
	}
	a.Recurrences, err = s.Cases.RecurrencesTx(ctx, tx, category, *in.Lat, *in.Lon)
	return a, err
}

// looks are the hashes of photos on the device as numbers; what is none is left out.
func (in *Draft) looks() []int64 {
	var out []int64
	for _, text := range in.Looks {
		if v, err := strconv.ParseUint(text, 16, 64); err == nil {
			out = append(out, int64(v))
		}
	}
	return out
}

// sureEnough is from which confidence on a proposed category narrows the search for duplicates.
const sureEnough = 0.5

// PublicAdvice is Advice for residents: only what is public about cases nearby.
type PublicAdvice struct {
	Categories []Category     `json:"categories"`
	Area       *Place         `json:"area,omitempty"`
	Nearby     []PublicNearby `json:"nearby" doc:"Open cases nearby that one may join"`
}

// PublicNearby is an open case as anybody may see it: what kind of matter, where and since when, not what somebody said.
type PublicNearby struct {
	Number       string     `json:"number"`
	Title        string     `json:"title"`
	CategoryName string     `json:"category_name,omitempty"`
	StateName    string     `json:"state_name"`
	Distance     int        `json:"distance_m"`
	ReportedAt   clock.Time `json:"reported_at"`
	Voices       int        `json:"voices"`
	Photo        string     `json:"photo,omitempty" doc:"Address of a photo that may be shown, good for a few minutes"`
}

// maxNearby is how many cases a resident is shown.
const maxNearby = 6

// SuggestPublic proposes category and area to a resident, and open cases nearby that are neither sensitive nor a matter of
// persons. Bounded per network.
func (s *Service) SuggestPublic(ctx context.Context, address string, in Draft) (out *PublicAdvice, err error) {
	if !s.asks.Allow(httpx.Network(address)) {
		return nil, errs.TooMany("request.too_fast", "Too many requests; wait a moment.")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		in.Except, in.Photos = "", nil
		a, err := s.advise(asResident(ctx), tx, in, 50)
		if err != nil {
			return err
		}
		out = &PublicAdvice{Categories: a.Categories, Area: a.Area, Nearby: []PublicNearby{}}
		for i := range a.Duplicates {
			if n := &a.Duplicates[i]; joinable(&n.Case) && len(out.Nearby) < maxNearby {
				near, err := s.publicNearby(ctx, tx, n)
				if err != nil {
					return err
				}
				out.Nearby = append(out.Nearby, near)
			}
		}
		return nil
	})
	return out, err
}

// joinable reports a case that residents may see and join: known by its category, in hand, no matter of persons.
func joinable(c *cases.Case) bool {
	if c.Sensitive || c.Category == "" || c.State == cases.Closed {
		return false
	}
	switch c.Category[:2] {
	case "01", "08", "09", "10", "11", "12", "13":
		return false
	}
	return c.Category[:4] != "0703" && c.Category[:4] != "0702" && c.Category[:4] != "0701"
}

// openTitle is the title for people who did not write it: that of staff, otherwise the kind of matter.
func openTitle(c *cases.Case) string {
	if c.Channel != cases.FromResident && c.Channel != cases.FromHotline && c.Channel != cases.FromLetter {
		return mask.Public(c.Title)
	}
	return c.CategoryName
}

func (s *Service) publicNearby(ctx context.Context, tx *db.Tx, n *cases.Near) (PublicNearby, error) {
	c := &n.Case
	out := PublicNearby{Number: c.Number, Title: openTitle(c), CategoryName: c.CategoryName, StateName: residentState(c), Distance: n.Distance,
		ReportedAt: c.ReportedAt, Voices: c.Voices}
	if n.Photo != "" {
		public, err := s.Cases.PhotoIsPublicTx(ctx, tx, n.Photo)
		if err != nil {
			return out, err
		}
		if public {
			out.Photo = s.photoLink(tx, c.ID, n.Photo)
		}
	}
	return out, nil
}
