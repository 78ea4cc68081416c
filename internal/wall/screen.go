package wall

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
	"yiwang/internal/region"
)

// Screen is a link that opens the wall of an area on a screen where nobody signs in.
type Screen struct {
	ID          string      `db:"id" json:"id"`
	Label       string      `db:"label" json:"label"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	TokenDigest string      `db:"token_digest" json:"-"`
	CreatedBy   string      `db:"created_by" json:"-"`
	CreatedName string      `db:"created_name" json:"created_name"`
	CreatedAt   clock.Time  `db:"created_at" json:"created_at"`
	ExpiresAt   clock.Time  `db:"expires_at" json:"expires_at"`
	RevokedAt   *clock.Time `db:"revoked_at" json:"revoked_at,omitempty"`
	LastSeenAt  *clock.Time `db:"last_seen_at" json:"last_seen_at,omitempty" doc:"Within five minutes"`
}

const screenColumns = "id, label, area_code, token_digest, created_by, created_name, created_at, expires_at, revoked_at, last_seen_at"

// NewScreen is a link to give out.
type NewScreen struct {
	Label    string `json:"label" maxLength:"160" doc:"Where the screen hangs, such as 指挥大厅左屏"`
	AreaCode string `json:"area_code" maxLength:"20"`
	Days     int    `json:"days" minimum:"1" maximum:"366" doc:"How long the link opens the wall"`
}

// Bounds of screens.
const (
	maxScreens = 100 // of an area at a time
	maxDays    = 366
	seenEvery  = 5 * time.Minute
)

// CookieName holds the link of a screen once it was opened.
const CookieName = "yiwang_screen"

// AddScreen gives a link for a screen of the area. The token is returned once and never again. Needs wall.show in the area.
func (s *Service) AddScreen(ctx context.Context, in NewScreen) (out *Screen, token string, err error) {
	if err := auth.RequireArea(ctx, PermShow, in.AreaCode); err != nil {
		return nil, "", err
	}
	if err := prose.Check("wall.bad_text", prose.Needed("label", &in.Label, 40)); err != nil {
		return nil, "", err
	}
	if in.Days < 1 || in.Days > maxDays {
		return nil, "", errs.Invalid("wall.bad_days", "A link opens the wall for 1 to 366 days.", errs.Field{Location: "body.days", Message: "1 to 366", Value: in.Days})
	}
	if level, _, err := region.LevelOf(in.AreaCode); err != nil || level == region.Grid {
		return nil, "", errs.Invalid("wall.bad_area", "Choose a district, a street or a community.", errs.Field{Location: "body.area_code", Message: "not such an area", Value: in.AreaCode})
	}
	if _, err := s.Regions.Get(ctx, in.AreaCode); err != nil {
		return nil, "", err
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(secret[:])
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM wall_screen WHERE area_code = $1 AND revoked_at IS NULL AND expires_at > $2", in.AreaCode, tx.Time())
		if err != nil {
			return err
		}
		if n >= maxScreens {
			return errs.Conflict("wall.too_many", "This area has a hundred screens; revoke one first.")
		}
		out = &Screen{ID: db.NewID(tx), Label: in.Label, AreaCode: in.AreaCode, TokenDigest: digest(token), CreatedBy: auth.From(ctx).UserID, CreatedName: auth.From(ctx).Name,
			CreatedAt: tx.Time(), ExpiresAt: clock.At(tx.Now().AddDate(0, 0, in.Days))}
		if err := db.InsertMany(ctx, tx, "wall_screen", screenColumns, "", [][]any{{out.ID, out.Label, out.AreaCode, out.TokenDigest, out.CreatedBy, out.CreatedName,
			out.CreatedAt, out.ExpiresAt, out.RevokedAt, out.LastSeenAt}}); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "wall.screen_added", Object: "wall_screen", ObjectID: out.ID, Area: out.AreaCode, Detail: map[string]any{"days": in.Days}})
	})
	return out, token, err
}

// Screens lists the screens of the caller's areas, newest first. Needs wall.show.
func (s *Service) Screens(ctx context.Context) (list []Screen, err error) {
	if err := auth.Require(ctx, PermShow); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		list, err = db.All[Screen](ctx, tx, "SELECT "+screenColumns+" FROM wall_screen WHERE "+where+" ORDER BY id DESC LIMIT 200", args...)
		return err
	})
	return list, err
}

// RevokeScreen ends a link; the screen goes dark within seconds. Needs wall.show in its area; NotFound outside it or once ended.
func (s *Service) RevokeScreen(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := db.Get[Screen](ctx, tx, "SELECT "+screenColumns+" FROM wall_screen WHERE id = $1 AND revoked_at IS NULL", id)
		if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(x.AreaCode) {
			return errs.NotFound("wall.no_screen", "There is no such screen, or its link has ended.")
		} else if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermShow, x.AreaCode); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE wall_screen SET revoked_at = $1 WHERE id = $2", tx.Time(), id); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "wall.screen_revoked", Object: "wall_screen", ObjectID: id, Area: x.AreaCode})
	})
}

// Open turns the token of a link into the cookie that the screen keeps, and returns what it opens. Unauthorized for a token that is
// unknown, has ended or was revoked.
func (s *Service) Open(ctx context.Context, token string) (*Screen, http.Cookie, error) {
	x, err := s.find(ctx, token)
	if err != nil {
		return nil, http.Cookie{}, err
	}
	return x, http.Cookie{Name: CookieName, Value: token, Path: "/api/v1/", HttpOnly: true, Secure: s.Secure, //nolint:gosec // Secure follows the installation, as that of sessions
		SameSite: http.SameSiteLaxMode, Expires: x.ExpiresAt.Time}, nil
}

func (s *Service) find(ctx context.Context, token string) (out *Screen, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := db.Get[Screen](ctx, tx, "SELECT "+screenColumns+" FROM wall_screen WHERE token_digest = $1", digest(token))
		if errors.Is(err, db.ErrNoRows) || err == nil && (x.RevokedAt != nil || !x.ExpiresAt.After(tx.Now())) {
			return errs.Unauthorized("wall.link_ended", "The link of this screen is not valid any more; ask for a new one.")
		}
		out = &x
		return err
	})
	return out, err
}

// opened are the addresses a screen may ask.
var opened = []string{"/api/v1/wall/picture", "/api/v1/live/positions", "/api/v1/regions.geojson"}

// FromRequest finds out which screen sends a request, nil without the cookie of one. A screen reads what the wall shows and nothing
// else.
func (s *Service) FromRequest(r *http.Request) (*auth.Principal, error) {
	c, _ := r.Cookie(CookieName) // its only failure is that there is none
	if c == nil || r.Method != http.MethodGet || !slices.Contains(opened, r.URL.Path) {
		return nil, nil // nobody
	}
	x, err := s.find(r.Context(), c.Value)
	if errs.KindOf(err) == errs.KindUnauthorized {
		return nil, nil // the browser still carries it; whoever signs in there is somebody else
	} else if err != nil {
		return nil, err
	}
	if err := s.seen(r.Context(), x); err != nil {
		return nil, err
	}
	return &auth.Principal{UserID: "screen:" + x.ID, Name: x.Label, Areas: []string{x.AreaCode}, Permissions: map[string]bool{PermShow: true}}, nil
}

// seen notes now and then that a screen is on.
func (s *Service) seen(ctx context.Context, x *Screen) error {
	now := clock.At(s.DB.Clock().Now())
	if x.LastSeenAt != nil && now.Sub(x.LastSeenAt.Time) < seenEvery {
		return nil
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE wall_screen SET last_seen_at = $1 WHERE id = $2", now, x.ID)
		return err
	})
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
