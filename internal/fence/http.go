package fence

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

const tag = "fence"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type fenceIDIn struct {
	ID string `path:"id" maxLength:"60"`
}

type drawIn struct{ Body Definition }

type changeIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body fenceChange
}

type fenceChange struct {
	Version    int64      `json:"version"`
	Active     bool       `json:"active"`
	Definition Definition `json:"definition"`
}

type eventsIn struct {
	httpx.PageIn
	Fence   string    `query:"fence" maxLength:"60"`
	Officer string    `query:"officer" maxLength:"60"`
	Kind    string    `query:"kind" enum:"enter,leave,cross,dwell,away,back,lost,found"`
	Area    string    `query:"area" maxLength:"20"`
	Late    bool      `query:"late" doc:"Only what was found or withdrawn when positions came late"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
}

func (in *eventsIn) filter() EventFilter {
	f := EventFilter{Fence: in.Fence, Officer: in.Officer, Kind: in.Kind, Area: in.Area, Late: in.Late}
	if !in.From.IsZero() {
		f.From = clock.Ptr(in.From)
	}
	if !in.To.IsZero() {
		f.To = clock.Ptr(in.To)
	}
	return f
}

type watchableIn struct {
	Area  string   `query:"area" maxLength:"20"`
	Words string   `query:"words" maxLength:"120"`
	IDs   []string `query:"ids" maxItems:"50" doc:"Only these"`
}

type importIn struct{ Body fenceImport }

type fenceImport struct {
	File  json.RawMessage `json:"file" doc:"A GeoJSON FeatureCollection as the export writes it"`
	Scope string          `json:"scope" maxLength:"20" doc:"Where those without a scope are for"`
	Dry   bool            `json:"dry,omitempty" doc:"Try it without keeping anything"`
}

// largestFile bounds a GeoJSON file of fences, in bytes.
const largestFile = 8 << 20

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	read, manage := httpx.Permission(PermRead), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-fences", Method: http.MethodGet, Path: "/api/v1/fences", Summary: "List fences and standing rules of the caller's areas", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Fence]], error) {
			list, err := s.List(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "draw-fence", Method: http.MethodPost, Path: "/api/v1/fences", Summary: "Draw a fence or set a standing rule; in force from now on", Tag: tag, Access: manage, Status: 201},
		func(ctx context.Context, in *drawIn) (*body[*Fence], error) { return out(s.Draw(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "list-fence-events", Method: http.MethodGet, Path: "/api/v1/fences/events", Summary: "List what happened at fences in the caller's areas, newest first", Tag: tag, Access: read},
		func(ctx context.Context, in *eventsIn) (*body[httpx.Page[Event]], error) {
			return out(s.Events(ctx, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-fence", Method: http.MethodGet, Path: "/api/v1/fences/{id}", Summary: "One fence with its versions", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *fenceIDIn) (*body[*Detail], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "change-fence", Method: http.MethodPut, Path: "/api/v1/fences/{id}", Summary: "Change a fence, or switch it on or off: a new version from now on", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *changeIn) (*body[*Fence], error) {
			return out(s.Change(ctx, in.ID, in.Body.Version, in.Body.Definition, in.Body.Active))
		})
	s.choiceRoutes(api)
}

func (s *Service) choiceRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-watchable", Method: http.MethodGet, Path: "/api/v1/fences/people", Summary: "Officers a fence can be for, by name, at most 50", Tag: tag, Access: httpx.Permission(PermManage)},
		func(ctx context.Context, in *watchableIn) (*body[httpx.Page[Person]], error) {
			list, err := s.Watchable(ctx, in.Area, in.Words, in.IDs)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "export-fences", Method: http.MethodGet, Path: "/api/v1/fences/export", Summary: "Fences and standing rules as GeoJSON", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
			file, err := s.Export(ctx)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(w huma.Context) {
				w.SetHeader("Content-Type", "application/geo+json")
				w.SetHeader("Content-Disposition", httpx.Attachment("围栏.geojson"))
				_, _ = w.BodyWriter().Write(file) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "import-fences", Method: http.MethodPost, Path: "/api/v1/fences/imports", Summary: "Draw or change fences from GeoJSON, each feature judged for itself", Tag: tag, Access: httpx.Permission(PermManage), MaxBody: largestFile},
		func(ctx context.Context, in *importIn) (*body[httpx.Page[Imported]], error) {
			list, err := s.Import(ctx, in.Body.File, in.Body.Scope, in.Body.Dry)
			return out(httpx.Whole(list), err)
		})
}
