package camera

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"

	"yiwang/internal/camera/synthetic"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
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
	HLS       string                  `db:"hls_url" json:"hls_url,omitempty" doc:"Only for those who keep the register"`
	Snapshot  string                  `db:"snapshot_url" json:"snapshot_url,omitempty" doc:"Only for those who keep the register"`
	Masks     db.JSON[[]picture.Area] `db:"masks" json:"masks" doc:"Parts of the picture that nobody is shown"`
	State     State                   `db:"state" json:"state" enum:"in_use,retired"`
	CreatedAt clock.Time              `db:"created_at" json:"created_at"`
	ChangedAt clock.Time              `db:"changed_at" json:"changed_at"`
	Version   int64                   `db:"version" json:"version"`
	AreaName  string                  `db:"-" json:"area_name"`
	Ways      []Way                   `db:"-" json:"ways" enum:"whep,hls,picture" doc:"How it can be seen, the best first; none if it has no addresses"`
}

const columns = "id, code, name, kind, area_code, lat, lon, heading, address, whep_url, hls_url, snapshot_url, masks, state, created_at, changed_at, version"

// Way is a way to see through a camera.
type Way string

// The ways: live within half a second, live some seconds late, single pictures.
const (
	ByWHEP    Way = "whep"
	ByHLS     Way = "hls"
	ByPicture Way = "picture"
)

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
	HLS      string         `json:"hls_url,omitempty" maxLength:"500" doc:"Playlist of HLS; synthetic://NUMBER/live.m3u8 is a drawn street"`
	Snapshot string         `json:"snapshot_url,omitempty" maxLength:"500" doc:"JPEG, PNG or WebP; synthetic://NUMBER/picture.jpg is a drawn street"`
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
	for field, address := range map[string]string{"whep_url": c.WHEP, "hls_url": c.HLS, "snapshot_url": c.Snapshot} {
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
	return s.place(ctx, c)
}

// place finds the smallest area at the position of a camera; without one the area must be named.
func (s *Service) place(ctx context.Context, c *Spec) error {
	if c.Lat != nil {
		l, err := s.Regions.Locate(ctx, *c.Lon, *c.Lat, s.DB.Clock().Now())
		if err == nil {
			c.AreaCode = l.Smallest()
			return nil
		} else if errs.KindOf(err) != errs.KindNotFound || c.AreaCode == "" {
			return err
		}
	}
	if c.AreaCode == "" {
		return errs.Invalid("camera.no_place", "Give a position or an area.", errs.Field{Location: "body.lat", Message: "required"})
	}
	_, err := s.Regions.Get(ctx, c.AreaCode)
	return err
}

// allowed reports whether an address lies on a media server of the configuration, or is the drawn street.
func (s *Service) allowed(address string) bool {
	u, err := url.Parse(address)
	if err == nil && synthetic.Has(u) {
		return true
	}
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
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.AddTx(ctx, tx, in)
		return err
	})
	return out, taken(err)
}

// AddTx is Add inside a transaction.
func (s *Service) AddTx(ctx context.Context, tx *db.Tx, in Spec) (*Camera, error) {
	if err := s.fit(ctx, &in); err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, in.AreaCode); err != nil {
		return nil, err
	}
	c := &Camera{ID: db.NewID(tx), CreatedAt: tx.Time(), Version: 1}
	c.take(&in, tx.Time())
	if _, err := tx.Exec(ctx, "INSERT INTO camera ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", c.ID, c.Code, c.Name, c.Kind, c.AreaCode, c.Lat, c.Lon,
		c.Heading, c.Address, c.WHEP, c.HLS, c.Snapshot, c.Masks, c.State, c.CreatedAt, c.ChangedAt, c.Version); err != nil {
		return nil, err
	}
	s.show(ctx, c)
	return c, s.log(ctx, tx, "camera.added", c, nil)
}

// Change replaces what is said of a camera. Conflict (with the camera) if somebody changed it in between. Needs camera.manage where
// it is and where it goes.
func (s *Service) Change(ctx context.Context, id string, in Spec) (out *Camera, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.ChangeTx(ctx, tx, id, in)
		return err
	})
	return out, taken(err)
}

// ChangeTx is Change inside a transaction.
func (s *Service) ChangeTx(ctx context.Context, tx *db.Tx, id string, in Spec) (*Camera, error) {
	if err := s.fit(ctx, &in); err != nil {
		return nil, err
	}
	c, err := s.find(ctx, tx, PermManage, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, in.AreaCode); err != nil {
		return nil, err
	}
	if c.Version != in.Version {
		s.show(ctx, c)
		return nil, errs.Conflict("camera.changed", "The camera was changed in between; look at it again.").With(c)
	}
	c.take(&in, tx.Time())
	c.Version++
	if _, err := tx.Exec(ctx, `UPDATE camera SET code = $1, name = $2, kind = $3, area_code = $4, lat = $5, lon = $6, heading = $7, address = $8, whep_url = $9, hls_url = $10, snapshot_url = $11, masks = $12,
		state = $13, changed_at = $14, version = $15 WHERE id = $16`, c.Code, c.Name, c.Kind, c.AreaCode, c.Lat, c.Lon, c.Heading, c.Address, c.WHEP, c.HLS, c.Snapshot, c.Masks, c.State, c.ChangedAt, c.Version,
		id); err != nil {
		return nil, err
	}
	s.show(ctx, c)
	return c, s.log(ctx, tx, "camera.changed", c, nil)
}

func (c *Camera) take(in *Spec, now clock.Time) {
	c.Code, c.Name, c.Kind, c.AreaCode, c.Lat, c.Lon, c.Heading, c.Address = in.Code, in.Name, in.Kind, in.AreaCode, in.Lat, in.Lon, in.Heading, in.Address
	c.WHEP, c.HLS, c.Snapshot, c.Masks.V, c.State, c.ChangedAt = in.WHEP, in.HLS, in.Snapshot, in.Masks, in.State, now
}

func (s *Service) log(ctx context.Context, tx *db.Tx, action string, c *Camera, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{"code": c.Code, "state": c.State}
	}
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "camera", ObjectID: c.ID, Area: c.AreaCode, Detail: detail})
}

// Get returns a camera. NotFound outside the caller's areas. Needs camera.read.
func (s *Service) Get(ctx context.Context, id string) (out *Camera, err error) {
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		if out, err = s.find(ctx, tx, PermRead, id); err == nil {
			s.show(ctx, out)
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
	return &c, err
}

// taken names the conflict of two cameras with one number.
func taken(err error) error {
	if db.IsUnique(err) {
		return errs.Conflict("camera.code_taken", "Another camera has this number.")
	}
	return err
}
