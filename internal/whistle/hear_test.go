package whistle_test

import (
	"context"
	"testing"

	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/whistle"
)

func TestHears_TheStreetAndTheDepartmentsItIsAboutHearOfAStep(t *testing.T) {
	e := whistle.Moved{Street: casetest.Street, UnitID: "office", CallUnit: "drainage", Called: []string{"water"}}
	reader := func(unit string, areas ...string) *auth.Principal {
		return &auth.Principal{UserID: "u", UnitID: unit, Areas: areas, Permissions: map[string]bool{whistle.PermRead: true}}
	}
	for name, c := range map[string]struct {
		who  *auth.Principal
		want bool
	}{
		"nobody":                        {nil, false},
		"the street":                    {reader("desk", casetest.Street), true},
		"the district":                  {reader("centre", casetest.Area), true},
		"another street":                {reader("desk", "320106999"), false},
		"who called":                    {reader("office"), true},
		"who is called by this step":    {reader("water"), true},
		"the department of the call":    {reader("drainage"), true},
		"another department":            {reader("parks"), false},
		"the street without permission": {&auth.Principal{UserID: "u", UnitID: "office", Areas: []string{casetest.Street}}, false},
		"the program":                   {auth.From(auth.System(context.Background(), "test")), true},
	} {
		if got := whistle.Hears(c.who, e); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
