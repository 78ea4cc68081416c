package fence_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/fence"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// people are two officers of two streets, found by any words.
type people struct{}

func (people) ReachTx(_ context.Context, _ *db.Tx, _ string, users []string, words string, _ int, wanted func([]string) bool) (out []identity.Reach, err error) {
	for _, p := range []identity.Reach{
		{ID: "o1", Name: "网格员一", UnitID: "u1", UnitName: "一号社区", Areas: db.JSON[[]string]{V: []string{"320106001003001"}}},
		{ID: "o3", Name: "网格员三", UnitID: "u3", UnitName: "三号社区", Areas: db.JSON[[]string]{V: []string{"320106003003001"}}},
	} {
		if (len(users) == 0 || slices.Contains(users, p.ID)) && strings.Contains(p.Name, words) && wanted(p.Areas.V) {
			out = append(out, p)
		}
	}
	return out, nil
}

func TestWatchable_ListsOfficersOfTheOwnAreas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.fences = fence.New(fence.Deps{DB: h.db, People: people{}})
		for name, c := range map[string]struct {
			area, words string
			ids         []string
			want        int
		}{"all": {want: 2}, "by name": {words: "三", want: 1}, "of a street": {area: "320106001", want: 1}, "by id": {ids: []string{"o3"}, want: 1}, "nobody": {words: "四", want: 0}} {
			if list, err := h.fences.Watchable(centre, c.area, c.words, c.ids); err != nil || len(list) != c.want {
				t.Errorf("%s: %v, %v", name, list, err)
			}
		}
		if list, err := h.fences.Watchable(street2, "", "", []string{"o1"}); err != nil || len(list) != 0 {
			t.Errorf("another street: %v, %v", list, err)
		}
	})
}

func deeds(list []fence.Imported) string {
	var out []string
	for i := range list {
		text := list[i].Deed
		if list[i].Code != "" {
			text += ":" + list[i].Code
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestImport_WhatWasExportedComesBackTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(*fence.Definition) {})
		h.draw(func(d *fence.Definition) {
			d.Name, d.Kind, d.Days, d.From, d.Until = "市场", fence.Polygon, []int{1, 2}, "20:00", "06:00"
			d.Geometry = []byte(`{"type":"Polygon","coordinates":[[[118.77,32.06],[118.772,32.06],[118.772,32.062],[118.77,32.062],[118.77,32.06]]]}`)
		})
		h.draw(func(d *fence.Definition) {
			*d = fence.Definition{Name: "失联", Kind: fence.Contact, Scope: "320106", ContactMinutes: 10}
		})
		file, err := h.fences.Export(reader)
		if err != nil {
			t.Fatal(err)
		}
		list, err := h.fences.Import(centre, file, "320106", false)
		if err != nil || deeds(list) != "same same same" {
			t.Fatalf("%s, %v\n%s", deeds(list), err, file)
		}
		changed := strings.ReplaceAll(string(file), `"radius":100`, `"radius":150`)
		for i, dry := range []bool{true, false} {
			want := int64(i + 1)
			list, err = h.fences.Import(centre, []byte(changed), "320106", dry)
			if got := deeds(list); err != nil || strings.Count(got, "changed") != 1 || strings.Count(got, "same") != 2 {
				t.Fatalf("dry %v: %s, %v", dry, got, err)
			}
			for i := range list {
				if list[i].Deed == "changed" {
					if f, err := h.fences.Get(centre, list[i].ID); err != nil || f.Version != want {
						t.Errorf("dry %v: version %d, %v", dry, f.Version, err)
					}
				}
			}
		}
		strangers := strings.ReplaceAll(string(file), `"id":"`, `"id":"other-`)
		if list, err := h.fences.Import(centre, []byte(strangers), "320106", false); err != nil || deeds(list) != "new new new" {
			t.Errorf("of another installation: %s, %v", deeds(list), err)
		}
	})
}

func TestImport_JudgesEveryFeatureForItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		crossed := `{"type":"Feature","properties":{"name":"领结"},"geometry":{"type":"Polygon","coordinates":[[[118.77,32.06],[118.772,32.062],[118.772,32.06],[118.77,32.063],[118.77,32.06]]]}}`
		line := `{"type":"Feature","properties":{"name":"线"},"geometry":{"type":"LineString","coordinates":[[118.77,32.06],[118.772,32.062]]}}`
		nameless := strings.Replace(area, `"name":"市场"`, ``, 1)
		wrong := strings.Replace(area, `"name":"市场"`, `"name":"市场","kind":"polygon","scope":"320106","enter":"yes"`, 1)
		file := `{"type":"FeatureCollection","features":[` + strings.Join([]string{area, crossed, line, nameless, wrong}, ",") + `]}`
		list, err := h.fences.Import(centre, []byte(file), "320106", false)
		want := "new refused:fence.crossed_border refused:fence.bad_geometry refused:fence.bad_text refused:fence.bad_feature"
		if err != nil || deeds(list) != want {
			t.Fatalf("%s, %v", deeds(list), err)
		}
		if !strings.Contains(list[1].Reason, "32.061") {
			t.Errorf("the place of the crossing is not told: %q", list[1].Reason)
		}
		f, err := h.fences.Get(centre, list[0].ID)
		if err != nil || !f.Definition.V.Enter || !f.Definition.V.Alarm || f.Kind != fence.Polygon {
			t.Errorf("%+v, %v", f, err)
		}
		if _, err := h.fences.Import(centre, []byte(`{"type":"Feature"}`), "320106", true); errs.CodeOf(err) != "fence.bad_file" {
			t.Errorf("no collection: %v", err)
		}
		many := `{"type":"FeatureCollection","features":[` + strings.Repeat(area+",", 500) + area + `]}`
		if _, err := h.fences.Import(centre, []byte(many), "320106", true); errs.CodeOf(err) != "fence.bad_file" {
			t.Errorf("501 features: %v", err)
		}
	})
}

func TestImport_ThatFailsOnTheWaySaysWhatStands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		if err := h.db.Tx(ctx, func(tx *db.Tx) error { // the database refuses a second fence
			_, err := tx.Exec(ctx, "CREATE UNIQUE INDEX fence_only ON fence (area_code)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		file := []byte(`{"type":"FeatureCollection","features":[` + strings.Join([]string{area, area, area}, ",") + `]}`)
		list, err := h.fences.Import(centre, file, "320106", false)
		if want := "new refused:fence.import_ended refused:fence.import_ended"; err != nil || deeds(list) != want {
			t.Fatalf("%s, %v", deeds(list), err)
		}
		for i := range list {
			if list[i].N != i+1 || list[i].Name != "市场" || (list[i].ID != "") != (i == 0) {
				t.Errorf("row %d: %+v", i+1, list[i])
			}
		}
		if list, err = h.fences.Import(centre, file, "320106", false); err == nil {
			t.Errorf("where nothing stands: %s", deeds(list))
		}
	})
}
