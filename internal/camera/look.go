package camera

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"yiwang/internal/camera/synthetic"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/picture"
	"yiwang/internal/platform/prose"
)

// Look is somebody's looking through a camera.
type Look struct {
	ID         string      `db:"id" json:"id"`
	CameraID   string      `db:"camera_id" json:"camera_id"`
	ByID       string      `db:"by_id" json:"-"`
	ByName     string      `db:"by_name" json:"by_name"`
	Reason     string      `db:"reason" json:"reason"`
	At         clock.Time  `db:"at" json:"at"`
	UntilAt    clock.Time  `db:"until_at" json:"until_at" doc:"It ends by itself then"`
	EndedAt    *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	SessionURL string      `db:"session_url" json:"-"`
}

const lookColumns = "id, camera_id, by_id, by_name, reason, at, until_at, ended_at, session_url"

// Bounds of a look and of what a media server may answer.
const (
	lookLength  = 10 * time.Minute
	maxSnapshot = 6 << 20
	maxSDP      = 64 << 10
	widest      = 1920
)

// Begin notes that the caller looks through a camera, before the first picture. Conflict if it is out of use. Needs camera.read in its area.
func (s *Service) Begin(ctx context.Context, camera, reason string) (out *Look, err error) {
	if err := prose.Check("camera.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err := s.find(ctx, tx, PermRead, camera)
		if err != nil {
			return err
		}
		if c.State == Retired {
			return errs.Conflict("camera.retired", "This camera has been taken out of use.")
		}
		p := auth.From(ctx)
		out = &Look{ID: db.NewID(tx), CameraID: c.ID, ByID: p.UserID, ByName: p.Name, Reason: reason, At: tx.Time(), UntilAt: clock.At(tx.Now().Add(lookLength))}
		if _, err := tx.Exec(ctx, "INSERT INTO camera_look ("+lookColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", out.ID, out.CameraID, out.ByID, out.ByName, out.Reason, out.At, out.UntilAt,
			out.EndedAt, out.SessionURL); err != nil {
			return err
		}
		return s.log(ctx, tx, "camera.look", c, map[string]any{"look": out.ID})
	})
	return out, err
}

// running returns the caller's own look that has not ended, and its camera.
func (s *Service) running(ctx context.Context, tx *db.Tx, id string) (*Camera, *Look, error) {
	l, err := db.Get[Look](ctx, tx, "SELECT "+lookColumns+" FROM camera_look WHERE id = $1", id)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return nil, nil, err
	}
	if p := auth.From(ctx); err != nil || p == nil || l.ByID != p.UserID {
		return nil, nil, errs.NotFound("camera.no_look", "Say first why you look through this camera.")
	}
	if l.EndedAt != nil || !l.UntilAt.After(tx.Now()) {
		return nil, nil, errs.Conflict("camera.look_over", "This look has ended; begin another.")
	}
	c, err := s.find(ctx, tx, PermRead, l.CameraID)
	return c, &l, err
}

func (s *Service) lookOf(ctx context.Context, id string) (c *Camera, l *Look, err error) {
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		c, l, err = s.running(ctx, tx, id)
		return err
	})
	return c, l, err
}

// Picture returns a snapshot as JPEG for a running look, with what masks cover hidden. Unavailable if the media server does not
// answer with a picture of at most 6 MB in ten seconds.
func (s *Service) Picture(ctx context.Context, look string) ([]byte, error) {
	c, _, err := s.lookOf(ctx, look)
	if err != nil {
		return nil, err
	}
	if c.Snapshot == "" {
		return nil, errs.NotFound("camera.no_pictures", "This camera has no pictures.")
	}
	data, _, err := s.ask(ctx, question{method: http.MethodGet, address: c.Snapshot, limit: maxSnapshot})
	if err != nil {
		return nil, err
	}
	m, err := picture.Open(bytes.NewReader(data), widest)
	if err != nil {
		return nil, silent(err)
	}
	picture.Hide(m, c.Masks.V)
	return picture.JPEG(m)
}

// Stream hands the offer of a browser to the media server by WHEP and returns its answer; the pictures then go from the media
// server to the browser. Needs a running look.
func (s *Service) Stream(ctx context.Context, look, offer string) (string, error) {
	c, l, err := s.lookOf(ctx, look)
	if err != nil {
		return "", err
	}
	if c.WHEP == "" {
		return "", errs.NotFound("camera.no_stream", "This camera has no live picture.")
	}
	if !strings.HasPrefix(offer, "v=0") {
		return "", errs.Invalid("camera.bad_offer", "The offer is no session description.", errs.Field{Location: "body.sdp", Message: "SDP"})
	}
	answer, head, err := s.ask(ctx, question{method: http.MethodPost, address: c.WHEP, body: []byte(offer), limit: maxSDP, head: []string{"Content-Type", "application/sdp"}})
	if err != nil {
		return "", err
	}
	session := sessionOf(c.WHEP, head.Get("Location"))
	if !s.allowed(session) {
		session = ""
	}
	return string(answer), s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE camera_look SET session_url = $1 WHERE id = $2", session, l.ID)
		return err
	})
}

// sessionOf is the address under which a stream can be ended.
func sessionOf(endpoint, location string) string {
	base, err := url.Parse(endpoint)
	if err != nil || location == "" {
		return ""
	}
	u, err := base.Parse(location)
	if err != nil {
		return ""
	}
	return u.String()
}

// End ends the caller's own look and its stream.
func (s *Service) End(ctx context.Context, look string) error {
	session := ""
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, l, err := s.running(ctx, tx, look)
		if err != nil {
			return err
		}
		session = l.SessionURL
		_, err = tx.Exec(ctx, "UPDATE camera_look SET ended_at = $1 WHERE id = $2", tx.Time(), look)
		return err
	})
	if err == nil && session != "" {
		_, _, _ = s.ask(ctx, question{method: http.MethodDelete, address: session, limit: maxSDP}) // the media server ends it by itself if this fails
	}
	return err
}

// Looks lists who looked through a camera, newest first. Needs camera.manage in its area.
func (s *Service) Looks(ctx context.Context, camera string) (out []Look, err error) {
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		if _, err := s.find(ctx, tx, PermManage, camera); err != nil {
			return err
		}
		out, err = db.All[Look](ctx, tx, "SELECT "+lookColumns+" FROM camera_look WHERE camera_id = $1 ORDER BY id DESC LIMIT 200", camera)
		return err
	})
	return out, err
}

// question is what a media server is asked.
type question struct {
	method, address string
	body            []byte
	head            []string // names and values in turn
	limit           int64    // bytes of the answer
	room            *claim   // takes the bytes; nil for what is small
}

// ask asks a media server of the configuration; what fails there is Unavailable here and says nothing of its address.
func (s *Service) ask(ctx context.Context, q question) ([]byte, http.Header, error) {
	if !s.allowed(q.address) { // the configuration may have changed since
		return nil, nil, errs.Unavailable("camera.foreign_host", "This media server is not among those of the configuration (--camera-host).")
	}
	r, err := http.NewRequestWithContext(ctx, q.method, q.address, bytes.NewReader(q.body))
	if err != nil {
		return nil, nil, silent(err)
	}
	if synthetic.Has(r.URL) {
		data, found := synthetic.Answer(r.URL, s.DB.Clock().Now())
		if !found || q.method != http.MethodGet {
			return nil, nil, silent(errors.New("no such picture"))
		}
		return data, http.Header{}, nil
	}
	for i := 0; i+1 < len(q.head); i += 2 {
		r.Header.Set(q.head[i], q.head[i+1])
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, nil, silent(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := q.read(answer)
	switch {
	case errs.As(err) != nil:
		return nil, nil, err
	case err != nil:
		return nil, nil, silent(err)
	case answer.StatusCode >= 300:
		return nil, nil, silent(errors.New(answer.Status))
	}
	return data, answer.Header, nil
}

// read takes the whole answer, or says what stands against it.
func (q *question) read(answer *http.Response) ([]byte, error) {
	if answer.ContentLength > q.limit {
		return nil, errors.New("the answer is too long")
	}
	var from io.Reader = answer.Body
	if q.room != nil {
		from = q.room.reader(from)
	}
	var out bytes.Buffer
	if answer.ContentLength > 0 {
		out.Grow(int(answer.ContentLength) + bytes.MinRead) // read to the end without another buffer
	}
	n, err := out.ReadFrom(io.LimitReader(from, q.limit+1))
	if err == nil && n > q.limit {
		err = errors.New("the answer is too long")
	}
	return out.Bytes(), err
}

func silent(err error) error {
	return errs.Unavailable("camera.silent", "The media server does not answer as it should; try again in a moment.").Because(err)
}
