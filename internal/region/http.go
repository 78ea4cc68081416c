package region

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

const tag = "region"

// Routes registers the operations of areas.
func (s *Service) Routes(api huma.API) {
	get := func(id, path, summary string, access httpx.Access) httpx.Op {
		return httpx.Op{ID: id, Method: http.MethodGet, Path: "/api/v1/regions" + path, Summary: summary, Tag: tag,
			Access: access, Errors: []int{http.StatusNotFound}}
	}
	httpx.Handle(api, get("list-regions", "", "Areas, by default the roots of the tree", httpx.SignedIn), s.handleList)
	httpx.Handle(api, get("get-region", "/{code}", "One area with its path and aliases", httpx.SignedIn), s.handleGet)
	httpx.Handle(api, get("locate-region", "/locate", "The areas a position belongs to", httpx.SignedIn), s.handleLocate)
	httpx.Handle(api, get("resolve-region", "/resolve", "The areas a code stands for at a time", httpx.SignedIn), s.handleResolve)
	httpx.Handle(api, get("export-regions", ".geojson", "Ground of areas as GeoJSON", httpx.SignedIn), s.handleExport)
	httpx.Handle(api, get("validate-regions", "/validation", "Gaps, overlaps, wrong parents and unequal sizes", httpx.Permission(PermRead)), s.handleValidate)
	s.publicRoutes(api)
	s.writeRoutes(api)
}

type listIn struct {
	httpx.PageIn
	Parent string    `query:"parent" maxLength:"16" doc:"Direct children of this area"`
	Within string    `query:"within" maxLength:"16" doc:"This area and everything below"`
	Level  Level     `query:"level" enum:"province,city,district,subdistrict,community,grid"`
	Kind   Kind      `query:"kind" enum:"composite,dedicated,police"`
	Search string    `query:"q" maxLength:"50" doc:"Part of the name or beginning of the code"`
	Mine   bool      `query:"mine" doc:"Only what the caller's areas cover"`
	At     time.Time `query:"at" doc:"As it was at this time; default now"`
}

type listOut struct{ Body httpx.Page[Area] }

func (s *Service) handleList(ctx context.Context, in *listIn) (*listOut, error) {
	after, err := httpx.DecodeCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	f := Filter{Parent: in.Parent, Within: in.Within, Level: in.Level, Kind: in.Kind, Search: strings.TrimSpace(in.Search), Mine: in.Mine,
		At: in.At, After: after[0], Limit: in.Limit}
	f.Roots = f.Parent == "" && f.Within == "" && f.Level == "" && f.Kind == "" && f.Search == "" && !f.Mine
	areas, total, err := s.List(ctx, f)
	if err != nil {
		return nil, err
	}
	return &listOut{httpx.Cut(areas, in.Limit, total, func(a *Area) string { return httpx.EncodeCursor(a.Code) })}, nil
}

type getIn struct {
	Code string    `path:"code" maxLength:"16"`
	At   time.Time `query:"at" doc:"As it was at this time; default now"`
}

// detail is an area with what a page about it shows.
type detail struct {
	Area
	Path    []Area  `json:"path" doc:"From the root down to the area itself"`
	Aliases []Alias `json:"aliases"`
}

type getOut struct {
	ETag string `header:"ETag"`
	Body detail
}

func (s *Service) handleGet(ctx context.Context, in *getIn) (*getOut, error) {
	a, err := s.GetAt(ctx, in.Code, in.At)
	if err != nil {
		return nil, err
	}
	out := &getOut{ETag: httpx.ETag(a.Version), Body: detail{Area: *a}}
	if out.Body.Path, err = s.PathAt(ctx, in.Code, in.At); err != nil {
		return nil, err
	}
	out.Body.Aliases, err = s.Aliases(ctx, in.Code)
	return out, err
}

type locateIn struct {
	Lat   float64   `query:"lat" required:"true"`
	Lon   float64   `query:"lon" required:"true"`
	Datum string    `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02 or bd09"`
	At    time.Time `query:"at" doc:"As it was at this time; default now"`
}

type locateOut struct{ Body Location }

func (s *Service) handleLocate(ctx context.Context, in *locateIn) (*locateOut, error) {
	d, err := datum(in.Datum)
	if err != nil {
		return nil, err
	}
	lon, lat := d.ToWGS84(in.Lon, in.Lat)
	l, err := s.Locate(ctx, lon, lat, in.At)
	return &locateOut{l}, err
}

type resolveIn struct {
	Code   string    `query:"code" required:"true" maxLength:"60"`
	Scheme string    `query:"scheme" maxLength:"60" doc:"The system whose code it is; empty for our own"`
	At     time.Time `query:"at" doc:"Default now"`
}

type resolveOut struct{ Body *Resolution }

func (s *Service) handleResolve(ctx context.Context, in *resolveIn) (*resolveOut, error) {
	r, err := s.Resolve(ctx, in.Scheme, in.Code, in.At)
	return &resolveOut{r}, err
}

type exportIn struct {
	Level   Level     `query:"level" enum:"province,city,district,subdistrict,community,grid"`
	Within  string    `query:"within" maxLength:"16"`
	Kind    Kind      `query:"kind" enum:"composite,dedicated,police"`
	At      time.Time `query:"at" doc:"As it was at this time; default now"`
	IfMatch string    `header:"If-None-Match"`
}

type exportOut struct {
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         func(huma.Context)
}

func (s *Service) handleExport(ctx context.Context, in *exportIn) (*exportOut, error) {
	m, err := s.GeoJSON(ctx, Filter{Level: in.Level, Within: in.Within, Kind: in.Kind, At: in.At})
	if err != nil {
		return nil, err
	}
	out := &exportOut{ContentType: "application/geo+json", ETag: m.ETag(), CacheControl: "private, no-cache"}
	out.Body = func(hc huma.Context) {
		if in.IfMatch != "" && strings.Contains(in.IfMatch, m.ETag()) {
			hc.SetStatus(http.StatusNotModified)
			return
		}
		hc.SetStatus(http.StatusOK)
		_, _ = m.WriteTo(hc.BodyWriter()) // the caller may be gone
	}
	return out, nil
}

type validateIn struct {
	Within    string  `query:"within" maxLength:"16"`
	MinArea   float64 `query:"min_area" minimum:"0" doc:"Square metres below which a mismatch is rounding; default 20"`
	Imbalance float64 `query:"imbalance" minimum:"0" doc:"Times larger or smaller than the community's middle grid; default 2"`
}

type validateOut struct{ Body *Validation }

func (s *Service) handleValidate(ctx context.Context, in *validateIn) (*validateOut, error) {
	v, err := s.Validate(ctx, in.Within, ValidateOptions{MinAreaM2: in.MinArea, Imbalance: in.Imbalance})
	return &validateOut{v}, err
}
