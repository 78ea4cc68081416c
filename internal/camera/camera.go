package camera

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/picture"
	"yiwang/internal/platform/prose"
)

// Camera is a camera of the register.
type Camera struct {
	ID        string                  `db:"id" json:"id"`
	Code      string                  `db:"code" json:"code" doc:"20 digits of GB/T 28181"`
	Name      string                  `db:"name" json:"name"`
	Kind      Kind                    `db:"kind" json:"kind" enum:"dome,ptz,bullet,other"`
	AreaCode  string                  `db:"area_code" json:"area_code"`
	Lat       *float64                `db:"lat" json:"lat,omitempty"`
	Lon       *float64                `db:"lon" json:"lon,omitempty"`
	Heading   *int                    `db:"heading" json:"heading,omitempty" doc:"Degrees from north"`
	Address   string                  `db:"address" json:"address,omitempty"`
	WHEP      string                  `db:"whep_url" json:"whep_url,omitempty" doc:"Only for those who keep the register"`
	Snapshot  string                  `db:"snapshot_url" json:"snapshot_url,omitempty" doc:"Only for those who keep the register"`
	Masks     db.JSON[[]picture.Area] `db:"masks" json:"masks" doc:"Parts of the picture that nobody is shown"`
	State     State                   `db:"state" json:"state" enum:"in_use,retired"`
	CreatedAt clock.Time              `db:"created_at" json:"created_at"`
	ChangedAt clock.Time              `db:"changed_at" json:"changed_at"`
	Version   int64                   `db:"version" json:"version"`
	Live      bool                    `db:"-" json:"live" doc:"It has a stream that can be shown"`
	Still     bool                    `db:"-" json:"still" doc:"It has pictures that can be shown"`
}

const columns = "id, code, name, kind, area_code, lat, lon, heading, address, whep_url, snapshot_url, masks, state, created_at, changed_at, version"

// Kind is the build of a camera.
type Kind string

// The kinds.
const (
	Dome   Kind = "dome"
	PTZ    Kind = "ptz"
	Bullet Kind = "bullet"
	Other  Kind = "other"
)

// State says whether a camera is in use.
type State string

// The states.
const (
	InUse   State = "in_use"
	Retired State = "retired"
)

// Spec is what somebody says of a camera.
type Spec struct {
	Code     string         `json:"code" maxLength:"20"`
	Name     string         `json:"name" maxLength:"320"`
	Kind     Kind           `json:"kind" enum:"dome,ptz,bullet,other"`
	AreaCode string         `json:"area_code,omitempty" maxLength:"20" doc:"Needed only where there is no position"`
	Lat      *float64       `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon      *float64       `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Heading  *int           `json:"heading,omitempty" minimum:"0" maximum:"359"`
	Address  string         `json:"address,omitempty" maxLength:"800"`
	WHEP     string         `json:"whep_url,omitempty" maxLength:"500"`
	Snapshot string         `json:"snapshot_url,omitempty" maxLength:"500"`
	Masks    []picture.Area `json:"masks,omitempty" maxItems:"20"`
	State    State          `json:"state,omitempty" enum:"in_use,retired"`
	Version  int64          `json:"version,omitempty" doc:"Version seen, to change one"`
}

// gbPattern is a device number of GB/T 28181: 8 digits of the centre, 2 of the trade, 3 of the type, 1 of the network, 6 of the
// device. Types 131 and 132 are cameras, 118 network recorders with one, 111–130 front-end devices.
var gbPattern = regexp.MustCompile(`^[0-9]{10}1[1-3][0-9]{8}$`)

func (s *Service) fit(ctx context.Context, c *Spec) error {
	if err := prose.Check("camera.bad_text", prose.Needed("name", &c.Name, 80), prose.Optional("address", &c.Address, 200)); err != nil {
		return err
	}
	bad := func(field, why string, value any) error {
		return errs.Invalid("camera.bad_camera", "Correct the marked fields.", errs.Field{Location: "body." + field, Message: why, Value: value})
	}
	switch {
	case !gbPattern.MatchString(c.Code):
		return bad("code", "20 digits of GB/T 28181 with the type of a camera", c.Code)
	case !slices.Contains([]Kind{Dome, PTZ, Bullet, Other}, c.Kind):
		return bad("kind", "not in the list", c.Kind)
	case (c.Lat == nil) != (c.Lon == nil):
		return bad("lat", "latitude and longitude go together", nil)
	case slices.ContainsFunc(c.Masks, func(a picture.Area) bool { return !a.Valid() }):
		return bad("masks", "parts of the picture", nil)
	}
	for field, address := range map[string]string{"whep_url": c.WHEP, "snapshot_url": c.Snapshot} {
		if address != "" && !s.allowed(address) {
			return errs.Invalid("camera.foreign_host", "This media server is not among those of the configuration (--camera-host).", errs.Field{Location: "body." + field, Message: "host not allowed"})
		}
	}
	if c.State == "" {
		c.State = InUse
	}
	if c.Masks == nil {
		c.Masks = []picture.Area{}
	}
	if c.Lat != nil {
		l, err := s.Regions.Locate(ctx, *c.Lon, *c.Lat, s.DB.Clock().Now())
		if err == nil {
			c.AreaCode = l.Smallest()
			return nil
		} else if errs.KindOf(err) != errs.KindNotFound || c.AreaCode == "" {
			return err
		}
	}
	_, err := s.Regions.Get(ctx, c.AreaCode)
	return err
}

// allowed reports whether an address lies on a media server of the configuration.
func (s *Service) allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := u.Host
	if u.Port() == "" {
		host += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	return slices.Contains(s.Hosts, host) || slices.Contains(s.Hosts, u.Host)
}

// Add registers a camera. Conflict if its number is taken. Needs camera.manage at its place.
func (s *Service) Add(ctx context.Context, in Spec) (out *Camera, err error) {
	if err := s.fit(ctx, &in); err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, in.AreaCode); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out = &Camera{ID: db.NewID(tx), CreatedAt: tx.Time(), Version: 1}
		out.take(&in, tx.Time())
		c := out
		if _, err := tx.Exec(ctx, "INSERT INTO camera ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)", c.ID, c.Code, c.Name, c.Kind, c.AreaCode, c.Lat, c.Lon,
			c.Heading, c.Address, c.WHEP, c.Snapshot, c.Masks, c.State, c.CreatedAt, c.ChangedAt, c.Version); err != nil {
			return err
		}
		return s.log(ctx, tx, "camera.added", c, nil)
	})
	return out, taken(err)
}

// Change replaces what is said of a camera. Conflict (with the camera) if somebody changed it in between. Needs camera.manage where
// it is and where it goes.
func (s *Service) Change(ctx context.Context, id string, in Spec) (out *Camera, err error) {
	if err := s.fit(ctx, &in); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = s.find(ctx, tx, PermManage, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, in.AreaCode); err != nil {
			return err
		}
		if out.Version != in.Version {
			return errs.Conflict("camera.changed", "The camera was changed in between; look at it again.").With(out)
		}
		out.take(&in, tx.Time())
		out.Version++
		c := out
		if _, err := tx.Exec(ctx, `UPDATE camera SET code = $1, name = $2, kind = $3, area_code = $4, lat = $5, lon = $6, heading = $7, address = $8, whep_url = $9, snapshot_url = $10, masks = $11, state = $12,
			changed_at = $13, version = $14 WHERE id = $15`, c.Code, c.Name, c.Kind, c.AreaCode, c.Lat, c.Lon, c.Heading, c.Address, c.WHEP, c.Snapshot, c.Masks, c.State, c.ChangedAt, c.Version, id); err != nil {
			return err
		}
		return s.log(ctx, tx, "camera.changed", c, nil)
	})
	return out, taken(err)
}

func (c *Camera) take(in *Spec, now clock.Time) {
	c.Code, c.Name, c.Kind, c.AreaCode, c.Lat, c.Lon, c.Heading, c.Address = in.Code, in.Name, in.Kind, in.AreaCode, in.Lat, in.Lon, in.Heading, in.Address
	c.WHEP, c.Snapshot, c.Masks.V, c.State, c.ChangedAt = in.WHEP, in.Snapshot, in.Masks, in.State, now
	c.Live, c.Still = c.WHEP != "", c.Snapshot != ""
}

func (s *Service) log(ctx context.Context, tx *db.Tx, action string, c *Camera, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{"code": c.Code, "state": c.State}
	}
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "camera", ObjectID: c.ID, Area: c.AreaCode, Detail: detail})
}

// Filter narrows a list; empty fields do not.
type Filter struct {
	Area  string `query:"area" maxLength:"20"`
	Words string `query:"words" maxLength:"60" doc:"Part of number, name or address"`
}

// List returns the cameras in use of the caller's areas. Needs camera.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Camera], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 1)
	if err != nil {
		return out, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := "state = 'in_use' AND " + auth.Areas(ctx, "area_code", &args)
		if f.Area != "" {
			where += " AND " + auth.Within("area_code", []string{f.Area}, &args)
		}
		if words := strings.ToLower(strings.TrimSpace(f.Words)); words != "" {
			args = append(args, "%"+db.EscapeLike(words)+"%")
			where += fmt.Sprintf(` AND LOWER(code || ' ' || name || ' ' || address) LIKE $%d ESCAPE '\'`, len(args))
		}
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM camera WHERE "+where, args...)
		if err != nil {
			return err
		}
		args = append(args, after[0], page.Limit+1)
		rows, err := db.All[Camera](ctx, tx, "SELECT "+columns+" FROM camera WHERE "+where+fmt.Sprintf(" AND id > $%d ORDER BY id LIMIT $%d", len(args)-1, len(args)), args...)
		for i := range rows {
			rows[i].shown(ctx)
		}
		out = httpx.Cut(rows, page.Limit, total, func(c *Camera) string { return httpx.EncodeCursor(c.ID) })
		return err
	})
	return out, err
}

// shown hides the addresses from who does not keep the register.
func (c *Camera) shown(ctx context.Context) {
	c.Live, c.Still = c.WHEP != "", c.Snapshot != ""
	if p := auth.From(ctx); !p.Has(PermManage) || !p.Covers(c.AreaCode) {
		c.WHEP, c.Snapshot = "", ""
	}
	if c.Masks.V == nil {
		c.Masks.V = []picture.Area{}
	}
}

// Get returns a camera. NotFound outside the caller's areas. Needs camera.read.
func (s *Service) Get(ctx context.Context, id string) (out *Camera, err error) {
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		if out, err = s.find(ctx, tx, PermRead, id); err == nil {
			out.shown(ctx)
		}
		return err
	})
	return out, err
}

func (s *Service) find(ctx context.Context, tx *db.Tx, permission, id string) (*Camera, error) {
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	c, err := db.Get[Camera](ctx, tx, "SELECT "+columns+" FROM camera WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(c.AreaCode) {
		return nil, errs.NotFound("camera.no_camera", "There is no such camera, or you may not see it.")
	}
	c.Live, c.Still = c.WHEP != "", c.Snapshot != ""
	return &c, err
}

// taken names the conflict of two cameras with one number.
func taken(err error) error {
	if db.IsUnique(err) {
		return errs.Conflict("camera.code_taken", "Another camera has this number.")
	}
	return err
}
