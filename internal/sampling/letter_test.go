package sampling_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestLetters_AreOnePageEachAndOnlyForWhoHasNone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		plan := design(x.frame(t, sampling.Households, x.blocks(100)), x.frame(t, sampling.Units, x.unitBlocks(10)), map[survey.Group]int{survey.Elder: 6, survey.Adult: 8, survey.Unit: 4})
		plan.Within = survey.KishTables
		w, _ := x.drawn(t, "2026H2", plan, seed)
		order := sampling.LetterOrder{Wording: sampling.Wording{Office: "鼓楼区考评办公室", Phone: "025-0000 0000"}, Base: "https://cp.example.gov.cn/"}
		var pdf bytes.Buffer
		n, err := x.samples.Letters(lead(), w.ID, order, &pdf)
		check(t, err)
		if n != 18 || strings.Count(pdf.String(), "/Type /Page\n") != 18 {
			t.Errorf("%d letters on %d pages", n, strings.Count(pdf.String(), "/Type /Page\n"))
		}
		if path := os.Getenv("YIWANG_LOOK"); path != "" {
			check(t, os.WriteFile(path, pdf.Bytes(), 0o600))
		}
		if _, err := x.samples.Letters(lead(), w.ID, order, &pdf); errs.CodeOf(err) != "sampling.no_letters" {
			t.Errorf("letters a second time: %v", err)
		}
		order.Again, order.Group = true, survey.Elder
		if n, err := x.samples.Letters(lead(), w.ID, order, &pdf); err != nil || n != 6 {
			t.Errorf("letters again: %d, %v", n, err)
		}
		for name, bad := range map[string]string{"script": "javascript:alert(1)", "no scheme": "cp.example.gov.cn", "query": "https://x/?a=1"} {
			if _, err := x.samples.Letters(lead(), w.ID, sampling.LetterOrder{Wording: order.Wording, Base: bad}, &pdf); errs.CodeOf(err) != "sampling.bad_base" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := x.samples.Letters(surveytest.As(surveytest.Area, sampling.PermRead), w.ID, order, &pdf); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a reader prints letters: %v", err)
		}
		var list bytes.Buffer
		check(t, x.samples.ExportList(lead(), w.ID, sampling.Filter{State: sampling.Open}, &list, sheet.CSV))
		if rows := strings.Count(list.String(), "\n"); rows != 19 || !strings.Contains(list.String(), "桂香苑") {
			t.Errorf("%d rows in the list:\n%s", rows, list.String()[:200])
		}
	})
}
