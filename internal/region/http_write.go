package region

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/httpx"
)

// maxUpload bounds an import; the whole of a province's communities in GeoJSON stays below it.
const maxUpload = 64 << 20

func (s *Service) writeRoutes(api huma.API) {
	op := func(id, method, path, summary string) httpx.Op {
		return httpx.Op{ID: id, Method: method, Path: "/api/v1/regions" + path, Summary: summary, Tag: tag,
			Access: httpx.Permission(PermManage), Errors: []int{http.StatusNotFound, http.StatusConflict}}
	}
	upload := func(id, path, summary string) httpx.Op {
		o := op(id, http.MethodPost, path, summary)
		o.MaxBody = maxUpload
		o.Errors = []int{http.StatusRequestEntityTooLarge}
		return o
	}
	httpx.Handle(api, upload("import-regions", "/imports", "Import the area tree from CSV or XLSX"), s.handleImport)
	httpx.Handle(api, upload("import-region-geometry", "/geometry", "Import ground from GeoJSON"), s.handleGeometry)
	httpx.Handle(api, op("change-region", http.MethodPatch, "/{code}", "Correct name, class or households"), s.handleChange)
	httpx.Handle(api, op("split-region", http.MethodPost, "/{code}/actions/split", "Divide an area; the old code keeps its past"), s.handleSplit)
	httpx.Handle(api, op("merge-regions", http.MethodPost, "/actions/merge", "Join neighbouring areas into a new one"), s.handleMerge)
	httpx.Handle(api, op("set-region-alias", http.MethodPut, "/{code}/aliases", "Record another system's code"), s.handleSetAlias)
	httpx.Handle(api, op("drop-region-alias", http.MethodDelete, "/{code}/aliases", "Remove another system's code"), s.handleDropAlias)
}

// oneFile is the form that brings a file.
type oneFile = huma.MultipartFormFiles[struct {
	File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true"`
}]

type importIn struct {
	DryRun   bool `query:"dry_run" doc:"Check and count, store nothing"`
	KeepGood bool `query:"keep_good" doc:"Store good rows although others are bad"`
	RawBody  oneFile
}

type importOut struct{ Body *Report }

func (s *Service) handleImport(ctx context.Context, in *importIn) (*importOut, error) {
	f := in.RawBody.Data().File
	defer func() { _ = f.Close() }()
	r, err := s.ImportTree(ctx, f, ImportOptions{DryRun: in.DryRun, KeepGood: in.KeepGood})
	return &importOut{r}, err
}

type geometryIn struct {
	DryRun   bool   `query:"dry_run" doc:"Check and count, store nothing"`
	KeepGood bool   `query:"keep_good" doc:"Store good features although others are bad"`
	Datum    string `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02 or bd09"`
	RawBody  oneFile
}

func (s *Service) handleGeometry(ctx context.Context, in *geometryIn) (*importOut, error) {
	f := in.RawBody.Data().File
	defer func() { _ = f.Close() }()
	r, err := s.ImportGeometry(ctx, f, GeometryOptions{ImportOptions{DryRun: in.DryRun, KeepGood: in.KeepGood}, geo.Datum(in.Datum)})
	return &importOut{r}, err
}

type changeIn struct {
	Code string `path:"code" maxLength:"16"`
	httpx.VersionIn
	Body Patch
}

type areaOut struct {
	ETag string `header:"ETag"`
	Body *Area
}

func (s *Service) handleChange(ctx context.Context, in *changeIn) (*areaOut, error) {
	var err error
	if in.Body.Version, err = in.Version(in.Body.Version); err != nil {
		return nil, err
	}
	return one(s.Change(ctx, in.Code, in.Body))
}

func one(a *Area, err error) (*areaOut, error) {
	if err != nil {
		return nil, err
	}
	return &areaOut{httpx.ETag(a.Version), a}, nil
}

// part is a new area as the wire brings it.
type part struct {
	Code       string         `json:"code" maxLength:"16"`
	Name       string         `json:"name" maxLength:"100"`
	Class      Class          `json:"class,omitempty" enum:"daily,key_assist,periodic_joint"`
	Households int            `json:"households,omitempty" minimum:"0" maximum:"1000000"`
	Geometry   map[string]any `json:"geometry,omitempty" doc:"GeoJSON Polygon or MultiPolygon in WGS-84"`
}

func (p *part) plot(where string) (Plot, error) {
	out := Plot{Code: p.Code, Name: p.Name, Class: p.Class, Households: p.Households}
	if len(p.Geometry) == 0 {
		return out, nil
	}
	raw, err := json.Marshal(p.Geometry)
	if err == nil {
		out.Shape, err = geo.ParseGeometry(raw, geo.WGS84)
	}
	if err != nil {
		return out, errs.Invalid("region.bad_geometry", "The ground cannot be read.", errs.Field{Location: where + ".geometry", Message: err.Error()})
	}
	return out, nil
}

type splitIn struct {
	Code string `path:"code" maxLength:"16"`
	httpx.VersionIn
	Body struct {
		Version int64     `json:"version,omitempty"`
		Parts   []part    `json:"parts" minItems:"2" maxItems:"50"`
		At      time.Time `json:"at,omitempty" doc:"From when; default now"`
	}
}

type areasOut struct {
	Body struct {
		Items []Area `json:"items"`
	}
}

func (s *Service) handleSplit(ctx context.Context, in *splitIn) (*areasOut, error) {
	version, err := in.Version(in.Body.Version)
	if err != nil {
		return nil, err
	}
	var plots []Plot
	for i := range in.Body.Parts {
		p, err := in.Body.Parts[i].plot(fmt.Sprintf("body.parts[%d]", i))
		if err != nil {
			return nil, err
		}
		plots = append(plots, p)
	}
	out := &areasOut{}
	out.Body.Items, err = s.Split(ctx, in.Code, version, plots, in.Body.At)
	return out, err
}

type mergeIn struct {
	Body struct {
		Areas []struct {
			Code    string `json:"code" maxLength:"16"`
			Version int64  `json:"version"`
		} `json:"areas" minItems:"2" maxItems:"50"`
		Into struct {
			Code       string `json:"code" maxLength:"16"`
			Name       string `json:"name" maxLength:"100"`
			Class      Class  `json:"class,omitempty" enum:"daily,key_assist,periodic_joint"`
			Households int    `json:"households,omitempty" minimum:"0" maximum:"1000000"`
		} `json:"into"`
		At time.Time `json:"at,omitempty" doc:"From when; default now"`
	}
}

func (s *Service) handleMerge(ctx context.Context, in *mergeIn) (*areaOut, error) {
	var codes []string
	var versions []int64
	for _, a := range in.Body.Areas {
		codes, versions = append(codes, a.Code), append(versions, a.Version)
	}
	into := Plot{Code: in.Body.Into.Code, Name: in.Body.Into.Name, Class: in.Body.Into.Class, Households: in.Body.Into.Households}
	return one(s.Merge(ctx, codes, versions, into, in.Body.At))
}

type setAliasIn struct {
	Code string `path:"code" maxLength:"16"`
	Body struct {
		Scheme string `json:"scheme" minLength:"1" maxLength:"60"`
		Alias  string `json:"alias" minLength:"1" maxLength:"60"`
	}
}

type done struct{}

func (s *Service) handleSetAlias(ctx context.Context, in *setAliasIn) (*done, error) {
	return &done{}, s.SetAlias(ctx, in.Code, in.Body.Scheme, in.Body.Alias)
}

type dropAliasIn struct {
	Code   string `path:"code" maxLength:"16"`
	Scheme string `query:"scheme" required:"true" maxLength:"60"`
	Alias  string `query:"alias" required:"true" maxLength:"60"`
}

func (s *Service) handleDropAlias(ctx context.Context, in *dropAliasIn) (*done, error) {
	return &done{}, s.DropAlias(ctx, in.Code, in.Scheme, in.Alias)
}
