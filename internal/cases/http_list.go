package cases

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

// FilterIn is a filter as a query.
type FilterIn struct {
	State      []State    `query:"state" maxItems:"20"`
	Channel    []Channel  `query:"channel" maxItems:"8"`
	Area       string     `query:"area" maxLength:"20"`
	Unit       string     `query:"unit" maxLength:"60" doc:"Id of the lead unit"`
	Holder     string     `query:"holder" maxLength:"60" doc:"Id of the unit whose move it is"`
	Category   string     `query:"category" maxLength:"10" doc:"Leaf or a class above it"`
	Theme      string     `query:"theme" maxLength:"20" doc:"Of the wall; an unknown one holds nothing"`
	Level      Level      `query:"level" enum:"grid,community,street,district,city"`
	Query      string     `query:"q" maxLength:"60" doc:"Words of number, title, address, text or lead unit; all must be found"`
	Since      clock.Time `query:"since"`
	Until      clock.Time `query:"until"`
	Lamp       string     `query:"lamp" enum:"overdue,today,warned,paused" doc:"overdue; due today or overdue; amber but not overdue; clock stopped"`
	Open       bool       `query:"open"`
	Overdue    bool       `query:"overdue"`
	Urgent     bool       `query:"urgent"`
	Supervised bool       `query:"supervised"`
	Joint      bool       `query:"joint" doc:"A whistle has been blown for it"`
	Returned   bool       `query:"returned"`
	Again      bool       `query:"again" doc:"Reworked, reopened or recurring"`
	Drawn      bool       `query:"drawn" doc:"Drawn for a check that is not made yet"`
	Watched    bool       `query:"watched" doc:"The caller follows it"`
	Mine       bool       `query:"mine" doc:"The caller brought it in"`
	Todo       bool       `query:"todo" doc:"What waits for the caller"`
}

func (in *FilterIn) filter(sort string) Filter {
	f := Filter{States: in.State, Channels: in.Channel, Area: in.Area, Unit: in.Unit, Holder: in.Holder, Category: in.Category, Theme: in.Theme, Level: in.Level, Query: in.Query,
		Lamp: in.Lamp, Open: in.Open, Overdue: in.Overdue, Urgent: in.Urgent, Supervised: in.Supervised, Joint: in.Joint, Returned: in.Returned, Again: in.Again,
		Drawn: in.Drawn, Watched: in.Watched, Mine: in.Mine, Todo: in.Todo, Sort: sort}
	if !in.Since.IsZero() {
		f.Since = &in.Since
	}
	if !in.Until.IsZero() {
		f.Until = &in.Until
	}
	return f
}

type listIn struct {
	httpx.PageIn
	FilterIn
	Sort string `query:"sort" enum:"newest,oldest,due,changed" default:"newest" doc:"due: what is being worked on by due time, then what has ended; changed: of open, watched or own cases, newest of others"`
}

type mapIn struct {
	FilterIn
	West  float64 `query:"west" required:"true"`
	South float64 `query:"south" required:"true"`
	East  float64 `query:"east" required:"true"`
	North float64 `query:"north" required:"true"`
	Zoom  float64 `query:"zoom" minimum:"0" maximum:"22" required:"true"`
}

type groupIn struct {
	FilterIn
	By string `query:"by" enum:"street,community,grid,state,holder,lead,channel,category" required:"true"`
}

func (s *Service) listRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-cases", Method: http.MethodGet, Path: "/api/v1/cases", Summary: "List cases the caller sees",
		Description: "total is exact up to 10,000; 10,001 means more.", Tag: tag, Access: read},
		func(ctx context.Context, in *listIn) (*body[httpx.Page[Case]], error) {
			return out(s.List(ctx, in.filter(in.Sort), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "group-cases", Method: http.MethodGet, Path: "/api/v1/case-groups", Summary: "Count the cases of a filter by street, state, unit and others", Tag: tag, Access: read},
		func(ctx context.Context, in *groupIn) (*body[httpx.Page[Group]], error) {
			list, err := s.Groups(ctx, in.filter(""), in.By)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "map-cases", Method: http.MethodGet, Path: "/api/v1/case-map", Summary: "Clusters or single cases in a part of the map", Tag: tag, Access: read},
		func(ctx context.Context, in *mapIn) (*body[*Picture], error) {
			return out(s.Map(ctx, in.filter(""), View{in.West, in.South, in.East, in.North, in.Zoom}))
		})
	httpx.Handle(api, httpx.Op{ID: "watch-case", Method: http.MethodPut, Path: "/api/v1/cases/{id}/watch", Summary: "Follow a case", Tag: tag, Access: read, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.Watch(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "unwatch-case", Method: http.MethodDelete, Path: "/api/v1/cases/{id}/watch", Summary: "Stop following a case", Tag: tag, Access: read},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.Unwatch(ctx, in.ID) })
}
