package cases_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// shotOf draws a photo whose look follows from seed, at a size and a quality.
func shotOf(t *testing.T, seed, scale, quality int) *bytes.Reader {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 90*scale, 80*scale))
	for y := range 80 * scale {
		for x := range 90 * scale {
			cell := x/(10*scale)*37 + y/(10*scale)*seed*91 + x/(10*scale)*(y/(10*scale))*seed*13
			img.SetGray(x, y, color.Gray{Y: uint8(cell % 256)})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func TestEvidence_IsAddedByWhoHandlesOrVerifies(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		unit := casetest.Area + ".construction"
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID})
		add := func(ctx context.Context, phase string, seed int) error {
			t.Helper()
			_, err := x.Cases.AddEvidence(ctx, c.ID, cases.NewEvidence{Phase: phase}, shotOf(t, seed, 2, 80))
			return err
		}
		for _, try := range []struct {
			who   context.Context
			phase string
			want  string
		}{
			{x.Unit(unit), cases.PhaseAfter, ""}, {x.Unit(unit), cases.PhaseAfter, "cases.same_photo"}, {x.Unit(unit), cases.PhaseBefore, ""}, {x.Desk(), cases.PhaseAfter, "cases.not_your_photo"},
			{x.Desk(), cases.PhaseCheck, ""}, {x.Unit(unit), cases.PhaseCheck, "cases.not_your_photo"}, {x.Officer(), cases.PhaseAfter, "cases.same_photo"},
			{x.Unit(casetest.Area + ".water"), cases.PhaseAfter, "cases.not_found"}, {x.Desk(), "selfie", "cases.bad_phase"},
		} {
			if err := add(try.who, try.phase, 3); (err != nil || try.want != "") && errs.CodeOf(err) != try.want {
				t.Errorf("%s: %v, want %q", try.phase, err, try.want)
			}
		}
		x.Act(t, x.Command(), c, "void", cases.Move{Ground: "test", Note: "误报"})
		if err := add(x.Unit(unit), cases.PhaseOther, 4); errs.CodeOf(err) != "cases.ended" {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestRegister_KeepsAPictureThatWasSentTwiceOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		var refs []string
		for _, seed := range []int{5, 5, 6} {
			u, err := x.Cases.Upload(x.Desk(), shotOf(t, seed, 2, 80), cases.Shot{})
			if err != nil {
				t.Fatal(err)
			}
			refs = append(refs, u.Ref)
		}
		c := x.Register(t, func(r *cases.Report) { r.Photos = refs })
		if kept := detailOf(t, x, c.ID).Evidence; len(kept) != 2 || kept[0].SHA256 == kept[1].SHA256 {
			t.Errorf("%d pictures kept", len(kept))
		}
	})
}

func TestEvidence_TimeAndPlaceAreShownOnlyWithAReason(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		lat, lon := 32.05, 118.75
		u, err := x.Cases.Upload(x.Desk(), shotOf(t, 5, 2, 80), cases.Shot{Lat: &lat, Lon: &lon})
		if err != nil {
			t.Fatal(err)
		}
		c := x.Register(t, func(r *cases.Report) { r.Photos = []string{u.Ref} })
		if _, err := x.Cases.Register(x.Ctx, cases.Report{Channel: cases.FromHotline, Text: "x", AreaCode: casetest.Grid, Photos: []string{u.Ref}}); errs.CodeOf(err) != "cases.unknown_photo" {
			t.Errorf("a photo was joined to two cases: %v", err)
		}
		photo := detailOf(t, x, c.ID).Evidence[0]
		asker := x.As("asker", casetest.Street+".street_command", casetest.Street, cases.PermRead, cases.PermContact)
		if _, err := x.Cases.RevealTaken(x.Desk(), c.ID, photo.ID, "核对"); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
		if _, err := x.Cases.RevealTaken(asker, c.ID, photo.ID, ""); errs.CodeOf(err) != "cases.reason_required" {
			t.Errorf("without a reason: %v", err)
		}
		taken, err := x.Cases.RevealTaken(asker, c.ID, photo.ID, "核对现场")
		if err != nil || taken.Lat == nil || *taken.Lat != lat {
			t.Fatalf("%+v %v", taken, err)
		}
		history := detailOf(t, x, c.ID).History
		if last := history[len(history)-1]; last.Action != "reveal_photo" || last.Detail.V["reason"] != "核对现场" {
			t.Errorf("history %+v", last)
		}
	})
}

func TestLook_SurvivesScalingAndTellsPhotosApart(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := casetest.New(t, d)
	look := func(seed, scale, quality int) int64 {
		t.Helper()
		u, err := x.Cases.Upload(x.Desk(), shotOf(t, seed, scale, quality), cases.Shot{})
		if err != nil {
			t.Fatal(err)
		}
		return u.Look
	}
	a, small, other := look(3, 8, 95), look(3, 2, 50), look(11, 8, 95)
	if same := cases.Alike(a, small); same < 0.9 {
		t.Errorf("the same picture smaller is alike %.2f", same)
	}
	if same := cases.Alike(a, other); same > 0.6 {
		t.Errorf("another picture is alike %.2f", same)
	}
}
