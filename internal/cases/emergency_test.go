package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestEmergencies_ThoseOfOthersDoNotCrowdOutTheOwn(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error {
			for i, area := range append([]string{casetest.Area, casetest.Street, casetest.Area + "002"}, make([]string, 201)...) {
				if area == "" {
					area = "320102"
				}
				if _, err := tx.Exec(x.Ctx, "INSERT INTO case_emergency (id, name, reason, categories, area_code, begun_at, begun_by) VALUES ($1, '台风', '红色预警', '[]', $2, $3, 'test')",
					db.NewID(tx), area, int64(i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for area, want := range map[string]int{casetest.Area: 3, casetest.Street: 2, "320102": 200, "3201": 200} {
			list, err := x.Cases.Emergencies(x.As("somebody", "", area, cases.PermRead))
			if err != nil || len(list) != want {
				t.Errorf("%s sees %d emergencies, want %d: %v", area, len(list), want, err)
			}
			for _, e := range list {
				if area == casetest.Street && e.AreaCode != casetest.Area && e.AreaCode != casetest.Street {
					t.Errorf("the street sees one of %s", e.AreaCode)
				}
			}
		}
	})
}
