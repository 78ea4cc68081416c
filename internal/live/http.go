package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

// A stream says every quarter of a minute that it lives, and ends after some minutes: the browser comes back with the
// id of the last event, and who it is and what it may see are asked anew. Greeting and signs of life bear an id too, so that
// who heard of nothing for minutes misses nothing in the seconds between two streams. They are events, not comments, because a
// browser tells a page of no comment: a page that hears none knows that its connection is dead.
const (
	heartbeat = 15 * time.Second
	lifetime  = 5 * time.Minute
	patience  = 10 * time.Second // of one write
)

type streamIn struct {
	Area   string `query:"area" maxLength:"20" doc:"Only inside this area"`
	LastID string `header:"Last-Event-ID" doc:"Sent by the browser when it comes back"`
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "follow-stream", Method: http.MethodGet, Path: "/api/v1/stream", Tag: "live", Access: httpx.SignedIn, Errors: []int{503},
		Summary: "Follow what happens to what the caller sees",
		Description: "text/event-stream. Events: `case` (registered or moved), `clock` (a clock turned amber, orange or red), `hello` at the beginning, `alive` every 15 seconds, " +
			"`reload` where too much happened or was missed: ask for the lists again."},
		func(ctx context.Context, in *streamIn) (*huma.StreamResponse, error) {
			l, err := s.listen(ctx, in.Area)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(out huma.Context) {
				defer s.leave(l)
				s.send(ctx, out, l, in.LastID)
			}}, nil
		})
}

// wire writes events to one connection.
type wire struct {
	w       io.Writer
	control *http.ResponseController
	now     func() time.Time
}

// put writes a piece at once; false if the caller is gone.
func (w wire) put(text string) bool {
	_ = w.control.SetWriteDeadline(w.now().Add(patience)) // not every connection knows deadlines
	if _, err := io.WriteString(w.w, text); err != nil {
		return false
	}
	return w.control.Flush() == nil
}

func (w wire) event(e Event) bool {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return true // nothing that can be told
	}
	id := ""
	if e.ID != "" {
		id = "id: " + e.ID + "\n"
	}
	return w.put(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, e.Name, data))
}

func (s *Service) send(ctx context.Context, out huma.Context, l *listener, lastID string) {
	out.SetHeader("Content-Type", "text/event-stream")
	out.SetHeader("Cache-Control", "no-store")
	out.SetHeader("X-Accel-Buffering", "no")
	out.SetHeader("No-Gzip-Compression", "1")
	out.SetStatus(http.StatusOK)
	_, raw := humago.Unwrap(out)
	w := wire{out.BodyWriter(), http.NewResponseController(raw), clock.System.Now} // deadlines of connections are the machine's
	_ = w.control.SetReadDeadline(time.Time{})                                     // that of the request would end the stream
	hello := Event{Name: "hello", Data: map[string]string{"at": w.now().UTC().Format(time.RFC3339)}}
	if lastID == "" { // otherwise what was missed comes first
		hello.ID = s.place(l)
	}
	if !w.put("retry: 3000\n\n") || !w.event(hello) {
		return
	}
	if lastID != "" && !s.catchUp(ctx, w, l, lastID) {
		return
	}
	beat, end := time.NewTicker(heartbeat), time.NewTimer(lifetime)
	defer beat.Stop()
	defer end.Stop()
	for alive := true; alive; {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-beat.C:
			alive = w.event(Event{ID: s.place(l), Name: "alive", Data: struct{}{}})
		case <-l.behind:
			alive = w.event(reload)
		case e, open := <-l.events:
			alive = open && w.event(e)
		}
	}
}

// reload tells a listener that it missed something.
var reload = Event{Name: "reload", Data: struct{}{}}

func (s *Service) catchUp(ctx context.Context, w wire, l *listener, lastID string) bool {
	events, ok := s.missed(ctx, l, lastID)
	if !ok {
		return w.event(reload)
	}
	for _, e := range events {
		if !w.event(e) {
			return false
		}
	}
	return true
}
