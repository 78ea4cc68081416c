package patrol

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// StreamPath is where the position stream lies. Whatever compresses or buffers answers must leave it alone.
const StreamPath = "/api/v1/live/positions"

type followIn struct {
	Area      string `query:"area" maxLength:"20" doc:"Only those on duty inside this area"`
	Anonymous bool   `query:"anonymous" doc:"No names even for who may see them, as a wall asks"`
	Epoch     uint32 `query:"epoch" doc:"Of the last frame, to go on where it ended"`
	Change    uint64 `query:"change" doc:"Of the last frame"`
}

func (s *Service) streamRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "follow-positions", Method: http.MethodGet, Path: StreamPath, Tag: tag, Access: httpx.SignedIn, Errors: []int{503},
		Summary: "Follow where those on duty are, over a WebSocket",
		Description: "Binary frames of what changed, at most two a second (internal/patrol/stream_frame.go); with patrol.live text messages " +
			"{people, grids} before them that say whose the slots are, with wall.show alone none. The client may send {\"view\": [west, south, east, north]} " +
			"in degrees, or null, and gets the part of the map anew."},
		func(ctx context.Context, in *followIn) (*huma.StreamResponse, error) {
			v, err := s.hub.join(ctx, in.Area, in.Anonymous)
			if err != nil {
				return nil, err
			}
			if !v.mayNarrow() {
				s.hub.leave(v)
				return nil, errs.Forbidden("auth.outside_area", "This lies outside your area.")
			}
			return &huma.StreamResponse{Body: func(out huma.Context) {
				defer s.hub.leave(v)
				s.follow(out, v, in)
			}}, nil
		})
}

// follow speaks the WebSocket until either side ends it.
func (s *Service) follow(out huma.Context, v *viewer, in *followIn) {
	r, w := humago.Unwrap(out)
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // it has been answered
	}
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(512)
	open, shut := context.WithCancel(context.WithoutCancel(r.Context()))
	defer shut()
	ctx, cancel := context.WithTimeout(open, streamLife+early(v.who.UserID))
	defer cancel()
	views := make(chan *view, 1)
	go readViews(open, cancel, c, views)
	p := &picture{viewer: v, h: s.hub, seen: map[uint32]bool{}, told: map[uint32]bool{}, grids: map[uint32]bool{}}
	whole := !s.hub.resumes(in.Epoch, in.Change) || v.full // names were told to another connection
	if !whole {
		p.change = in.Change
	}
	s.hub.refresh(ctx)
	s.feed(ctx, c, p, views, whole)
	if open.Err() == nil {
		_ = c.Close(websocket.StatusGoingAway, "come back")
	}
}

// early spreads the ends of streams that began together.
func early(user string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user)) // a hash never fails to write
	return time.Duration(h.Sum32()%60) * time.Second
}

// feed sends frames until ctx ends, the hub stops or the listener is gone.
func (s *Service) feed(ctx context.Context, c *websocket.Conn, p *picture, views <-chan *view, whole bool) {
	var buf []byte
	beat := time.NewTimer(streamQuiet)
	defer beat.Stop()
	for due := true; ; {
		_, more, ended := s.hub.now()
		if ended {
			return
		}
		f, names := p.next(whole)
		if due || whole || len(f.gone)+len(f.spots) > 0 {
			if !send(ctx, c, f, names, &buf) {
				return
			}
			beat.Reset(streamQuiet)
		}
		whole, due = false, false
		select {
		case <-ctx.Done():
			return
		case p.view = <-views:
			whole = true
		case <-beat.C:
			due = true // nothing changed: the frame says that the connection lives
		case <-more:
		}
	}
}

func send(ctx context.Context, c *websocket.Conn, f *frame, n *names, buf *[]byte) bool {
	ctx, cancel := context.WithTimeout(ctx, streamPatience)
	defer cancel()
	if n != nil {
		text, err := json.Marshal(n)
		if err != nil || c.Write(ctx, websocket.MessageText, text) != nil {
			return false
		}
	}
	*buf = f.append((*buf)[:0])
	return c.Write(ctx, websocket.MessageBinary, *buf) == nil
}

// readViews hands on which part of the map the listener looks at, until it is gone. Only the last counts.
func readViews(ctx context.Context, cancel context.CancelFunc, c *websocket.Conn, views chan *view) {
	defer cancel()
	for {
		_, text, err := c.Read(ctx)
		if err != nil {
			return
		}
		var asked struct {
			View *[4]float64 `json:"view"`
		}
		if json.Unmarshal(text, &asked) != nil {
			return
		}
		var v *view
		if asked.View != nil {
			v = &view{}
			for i, degrees := range asked.View {
				if !(degrees >= -180 && degrees <= 180) {
					return
				}
				v[i] = int32(degrees * 1e6)
			}
		}
		select {
		case <-views:
		default:
		}
		views <- v
	}
}
