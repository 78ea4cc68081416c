package opinion

import (
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func TestLoadComments_MasksSuggestsAndIsIdempotent(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "物业不修灯，我电话13812345678", "没有", "感谢社区", "xyz")
		n, err := w.LoadComments(w.as("office"), "w1")
		if err != nil || n != 0 {
			t.Fatalf("second load added %d, %v", n, err)
		}
		p, err := w.Comments(w.as("office"), CommentFilter{WaveID: "w1"}, page(10, ""))
		if err != nil || p.Total != 4 {
			t.Fatalf("total %d, %v", p.Total, err)
		}
		c := p.Items[0]
		if c.Text != "物业不修灯，我电话〔电话〕" || c.State != CommentOpen || c.Suggestions.V[0].Field != "04" || !strings.HasPrefix(c.Suggestions.V[0].Why[0], "物业") || c.Model == "" {
			t.Errorf("comment %+v", c)
		}
		if p.Items[1].State != CommentSkipped || p.Items[2].State != CommentPraise || p.Items[3].State != CommentOpen {
			t.Errorf("states %s %s %s", p.Items[1].State, p.Items[2].State, p.Items[3].State)
		}
		_, err = w.LoadComments(w.as("reader"), "w1")
		wantCode(t, err, "auth.no_permission")
		_, err = w.LoadComments(w.as("office"), "w9")
		wantCode(t, err, "survey.no_wave")
	})
}

func TestComments_AreForTheOfficeOfTheArea(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	for _, who := range []string{"street1", "reader"} {
		_, err := w.Comments(w.as(who), CommentFilter{}, page(10, ""))
		wantCode(t, err, "auth.no_permission")
		_, err = w.Confirm(w.as(who), "c001", []string{"04"}, 1)
		wantCode(t, err, "auth.no_permission")
	}
	if p, err := w.Comments(w.as("code2"), CommentFilter{}, page(10, "")); err != nil || p.Total != 0 {
		t.Errorf("another street's office sees %d, %v", p.Total, err)
	}
	_, err := w.Confirm(w.as("code2"), "c001", []string{"04"}, 1)
	wantCode(t, err, "auth.outside_area")
}

func TestDecisions_AreVersionedAndCanBeUndone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp)
		ctx := w.as("office")
		c, err := w.Confirm(ctx, "c001", []string{"04", "14"}, 1)
		if err != nil || c.State != CommentConfirmed || c.Version != 2 {
			t.Fatalf("%+v, %v", c, err)
		}
		_, err = w.Confirm(ctx, "c001", []string{"05"}, 1)
		wantCode(t, err, "opinion.comment_changed")
		if now, ok := errs.As(err).Details.(*Comment); !ok || now.Version != 2 {
			t.Errorf("details %+v", errs.As(err).Details)
		}
		c, err = w.Undo(ctx, "c001", 2)
		if err != nil || c.State != CommentOpen || len(c.Fields.V) != 0 {
			t.Errorf("%+v, %v", c, err)
		}
		c, err = w.Skip(ctx, "c001", false, "与本区无关", 3)
		if err != nil || c.State != CommentSkipped || c.Note != "与本区无关" {
			t.Errorf("%+v, %v", c, err)
		}
		_, err = w.Skip(ctx, "c002", false, " ", 1)
		wantCode(t, err, "opinion.bad_text")
		for _, fields := range [][]string{nil, {"99"}, {"04", "04"}, {"01", "02", "03", "04"}} {
			_, err = w.Confirm(ctx, "c002", fields, 1)
			wantCode(t, err, "opinion.bad_fields")
		}
	})
}

func TestConfirmMany_ReportsEachLine(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		out, err := w.ConfirmMany(w.as("office"), []Decision{{"c001", []string{"04"}, 1}, {"c002", []string{"04"}, 7}, {"c003", []string{"04"}, 1}, {"none", []string{"04"}, 1}})
		if err != nil || !out[0].OK || out[1].OK || out[1].Code != "opinion.comment_changed" || !out[2].OK || out[3].Code != "opinion.comment_not_found" {
			t.Errorf("%+v, %v", out, err)
		}
	})
}

func TestPropose_GroupsTheSameMatterOfOnePlace(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "三号楼楼道灯坏了两个月没人修", "三号楼的楼道灯坏了，一直没人修", "物业费每年都涨", "电梯困过人，物业不修电梯")
		w.free("04", 4)
		out, err := w.Propose(w.as("office"), CommentFilter{WaveID: "w1"})
		if err != nil || len(out) != 1 || len(out[0].Comments) != 2 || out[0].Comments[0].ID != "c001" || out[0].Comments[1].ID != "c002" || out[0].Title != out[0].Comments[0].Text {
			t.Errorf("%+v, %v", out, err)
		}
	})
}

func TestQuality_ComparesSuggestionsWithDecisions(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "物业费年年涨，物业不管", "物业不修楼道灯", "养老金没到账", "xyz")
		for id, field := range map[string]string{"c001": "04", "c002": "14", "c003": "09", "c004": "13"} {
			if _, err := w.Confirm(w.as("office"), id, []string{field}, 1); err != nil {
				t.Fatal(err)
			}
		}
		q, err := w.Quality(w.as("office"), "w1")
		if err != nil {
			t.Fatal(err)
		}
		property, planning := q.Fields[3], q.Fields[13]
		if q.Decided != 3 || q.Silent != 1 || *q.Top1 < 66 || *q.Top1 > 67 || *property.Precision != 50 || *property.Recall != 100 ||
			*planning.Recall != 0 || planning.Instead["04"] != 1 || planning.Precision != nil {
			t.Errorf("%+v", q)
		}
	})
}
