package patrol

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// book is what a directory knows, written down by the test.
type book struct{ photo []byte }

func (b book) OfficersTx(_ context.Context, _ *db.Tx, ids []string) (out []Person, err error) {
	for _, id := range ids {
		out = append(out, Person{ID: id, Name: id, Unit: "社区", Post: "网格员", Phone: "139****0001", Portrait: "abc", Areas: []string{"320106001003001"}})
	}
	return out, nil
}

func (b book) AllPoliceTx(context.Context, *db.Tx) ([]Person, error) {
	return []Person{
		{ID: "user-police", Name: "民警", Phone: "138****0001", Areas: []string{"320106001003P001"}},
		{ID: "user-station", Name: "所长", Areas: []string{"320106001"}},
	}, nil
}

func (b book) PoliceTx(ctx context.Context, tx *db.Tx, ids []string) ([]Person, error) {
	all, err := b.AllPoliceTx(ctx, tx)
	return slices.DeleteFunc(all, func(p Person) bool { return !slices.Contains(ids, p.ID) }), err
}

func (b book) PhoneTx(_ context.Context, _ *db.Tx, id string) (string, error) {
	if id == "user-other" {
		return "", errs.NotFound("messages.no_phone", "This person has entered no telephone number.")
	}
	return "13900000001", nil
}

func (b book) Portrait(context.Context, string) (identity.Photo, error) {
	return identity.Photo{ReadCloser: io.NopCloser(bytes.NewReader(b.photo)), Name: "photo"}, nil
}

func TestPeople_AreShownWhileOnDutyInOnesAreaAndForgottenAfter(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.Directory = book{}
		ids := []string{"user-officer", "user-other", "user-nobody"}
		shown := func(who string) (out []string) {
			t.Helper()
			list, err := h.People(h.as(who), ids)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				out = append(out, x.ID)
			}
			return out
		}
		if got := shown("centre"); len(got) != 0 {
			t.Errorf("before duty %v are shown", got)
		}
		h.onDuty("officer")
		h.onDuty("other")
		if got := shown("centre"); !slices.Equal(got, ids[:2]) {
			t.Errorf("the centre sees %v", got)
		}
		if got := shown("street2"); !slices.Equal(got, ids[1:2]) {
			t.Errorf("the second street sees %v", got)
		}
		_, err := h.People(h.as("clerk"), ids)
		wantCode(t, err, "auth.no_permission")
		_, err = h.People(h.as("centre"), make([]string, 101))
		wantCode(t, err, "patrol.too_many_asked")
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		if got := shown("centre"); !slices.Equal(got, ids[1:2]) {
			t.Errorf("after duty %v are shown", got)
		}
		_, err = h.Portrait(h.as("centre"), "user-officer")
		wantCode(t, err, "patrol.not_on_duty")
	})
}

func TestPhone_IsShownWithAReasonThatThePersonSees(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.Directory = book{}
		_, err := h.Phone(h.as("centre"), "user-officer", "核实到场")
		wantCode(t, err, "patrol.not_on_duty")
		h.onDuty("officer")
		for who, want := range map[string]string{"street2": "patrol.not_on_duty", "clerk": "auth.no_permission", "wall": "auth.no_permission"} {
			_, err := h.Phone(h.as(who), "user-officer", "核实到场")
			wantCode(t, err, want)
		}
		_, err = h.Phone(h.as("centre"), "user-officer", " ")
		wantCode(t, err, "patrol.bad_text")
		if n := h.count("SELECT COUNT(*) FROM track_look"); n != 0 {
			t.Errorf("%d looks were kept of what was refused", n)
		}
		number, err := h.Phone(h.as("centre"), "user-officer", "核实到场")
		if err != nil || number != "13900000001" {
			t.Fatalf("%q, %v", number, err)
		}
		looks, _, err := h.WhoLooked(h.as("officer"))
		if err != nil || len(looks) != 1 || looks[0].What != "phone" || looks[0].Reason != "核实到场" || looks[0].ByName != "centre" {
			t.Errorf("the officer sees %+v, %v", looks, err)
		}
		if n := h.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'patrol.phone_shown'"); n != 1 {
			t.Errorf("%d audit entries", n)
		}
		if number, err := h.Phone(h.as("centre"), "user-police", "联勤"); err != nil || number == "" {
			t.Errorf("of the police of the area: %q, %v", number, err)
		}
		_, err = h.Phone(h.as("street2"), "user-police", "联勤")
		wantCode(t, err, "patrol.not_on_duty")
		h.onDuty("other")
		_, err = h.Phone(h.as("centre"), "user-other", "核实到场")
		wantCode(t, err, "messages.no_phone")
		if n := h.count("SELECT COUNT(*) FROM track_look"); n != 2 {
			t.Errorf("%d looks kept, want two: none where no number is known", n)
		}
	})
}

func TestPolice_WhoeverIsShownOnTheMapCanBeReached(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.Directory = book{photo: []byte("face")}
		const grid = "320106001003P002"
		police, err := book{}.AllPoliceTx(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		shown := h.policed(&region.Area{Code: grid, Centroid: &[2]float64{118.77, 32.06}}, police)
		if shown.Officer == nil || shown.Officer.ID != "user-station" {
			t.Fatalf("the grid shows %+v", shown.Officer)
		}
		community := auth.With(context.Background(), &auth.Principal{UserID: "user-community", Name: "社区", Areas: []string{"320106001003"}, Permissions: map[string]bool{PermLive: true}})
		photo, err := h.Portrait(community, shown.Officer.ID)
		if err != nil {
			t.Fatalf("the portrait of whom the map shows: %v", err)
		}
		_ = photo.Close()
		if number, err := h.Phone(community, shown.Officer.ID, "联勤"); err != nil || number == "" {
			t.Errorf("the number of whom the map shows: %q, %v", number, err)
		}
		if n := h.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'patrol.phone_shown' AND area = '320106001003'"); n != 1 {
			t.Errorf("%d entries name the area that both have in common", n)
		}
		_, err = h.Portrait(h.as("street2"), shown.Officer.ID)
		wantCode(t, err, "patrol.not_on_duty")
	})
}
