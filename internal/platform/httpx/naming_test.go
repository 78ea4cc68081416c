package httpx

import (
	"reflect"
	"testing"

	"yiwang/internal/platform/audit"
)

type wrapped[T any] struct{ V T }

func TestSchemaName_TellsModulesApart(t *testing.T) {
	for want, v := range map[string]any{
		"Problem": Problem{}, "Record": audit.Record{}, "PageRecord": Page[audit.Record]{}, "WrappedRecord": wrapped[audit.Record]{},
	} {
		if got := schemaName(reflect.TypeOf(v), ""); got != want {
			t.Errorf("%T: %s, want %s", v, got, want)
		}
	}
}

type paged struct {
	Limit int `query:"limit"`
}

type Sorted struct {
	Sort string `query:"sort"`
}

func TestUnread_NamesTheParameterThatNobodyWouldRead(t *testing.T) {
	for want, in := range map[string]any{
		"limit": struct {
			Sorted
			paged
		}{},
		"": struct {
			Sorted
			ID    string `path:"id"`
			inner paged
		}{},
	} {
		if got := unread(reflect.TypeOf(in)); got != want {
			t.Errorf("%T: %q, want %q", in, got, want)
		}
	}
}
