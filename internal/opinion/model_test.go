package opinion

import (
	"fmt"
	"math"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// readers are a world with thirty-two decided comments: the office decided, others may code a second time and settle.
func readers(t *testing.T, d *db.DB) *world {
	var texts, fields []string
	for n := range 32 {
		c := []struct{ text, field string }{{"轧草机响得人头疼", "05"}, {"楼道灯坏了没人换", "04"}, {"窗口排队排了半天", "13"}, {"路面坑坑洼洼", "14"}}[n%4]
		texts, fields = append(texts, fmt.Sprintf("%s，这是第%d次说", c.text, n+1)), append(fields, c.field)
	}
	w := newWorld(t, d, append(texts, "感谢网格员冒雨上门")...)
	for n, f := range fields {
		if _, err := w.Confirm(w.as("office"), fmt.Sprintf("c%03d", n+1), []string{f}, 1); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestModels_AreTrainedActivatedAndRolledBack(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := readers(t, d)
		ctx := w.as("office")
		shipped := NewModel(w.catalog).Version()
		v, err := w.TrainModel(ctx)
		if err != nil || v.Labels != 32 || v.Parent != shipped || v.Metrics.V.N != 32 || v.Metrics.V.MacroF1 < 0.9 || v.SHA256 == "" {
			t.Fatalf("%+v, %v", v, err)
		}
		if again, err := w.TrainModel(ctx); err != nil || again.Version != v.Version || again.SHA256 != v.SHA256 {
			t.Errorf("the same decisions gave %+v, %v", again, err)
		}
		if (*w.classifier.Load()).Version() != shipped {
			t.Error("a trained version was in use before it was activated")
		}
		_, err = w.Activate(ctx, v.Version, " ")
		wantCode(t, err, "opinion.bad_text")
		list, err := w.Activate(ctx, v.Version, "交叉检验更好")
		if err != nil || !list.Items[0].Active || len(list.Uses) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		fresh := New(Deps{DB: d, Source: w.ground, Areas: w.ground})
		if err := fresh.Prepare(ctx); err != nil || (*fresh.classifier.Load()).Version() != v.Version {
			t.Errorf("after a restart %s, %v", (*fresh.classifier.Load()).Version(), err)
		}
		trained, _ := (*w.classifier.Load()).(*Model)
		restored, _ := (*fresh.classifier.Load()).(*Model)
		if a, b := trained.Classify("轧草机又响了"), restored.Classify("轧草机又响了"); fmt.Sprint(a) != fmt.Sprint(b) || a[0].Field != "05" {
			t.Errorf("trained %v, restored %v", a, b)
		}
		list, err = w.Activate(ctx, shipped, "回退")
		if err != nil || !list.Items[1].Active || list.Uses[0].Before != v.Version {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = w.Activate(ctx, "none", "x")
		wantCode(t, err, "opinion.no_model")
		_, err = w.TrainModel(w.as("reader"))
		wantCode(t, err, "auth.no_permission")
	})
}

func TestResuggest_ReadsOpenCommentsAnewAndKeepsDecisions(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := readers(t, d)
		w.ground.raw["w1"] = append(w.ground.raw["w1"], RawComment{ID: "d001", AreaCode: "320106001003", Text: "又是轧草机", Categories: []string{"02"}})
		if _, err := w.LoadComments(w.as("office"), "w1"); err != nil {
			t.Fatal(err)
		}
		v, err := w.TrainModel(w.as("office"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = w.Activate(w.as("office"), v.Version, "试用"); err != nil {
			t.Fatal(err)
		}
		read, changed, err := w.Resuggest(w.as("office"), "w1")
		if err != nil || read != 1 || changed != 0 {
			t.Fatalf("read %d, changed %d, %v", read, changed, err)
		}
		p, err := w.Comments(w.as("office"), CommentFilter{WaveID: "w1", State: CommentOpen}, page(10, ""))
		if err != nil || p.Items[0].Model != v.Version || p.Items[0].Suggestions.V[0].Field != "02" || p.Items[0].Suggestions.V[1].Field != "05" {
			t.Errorf("%+v, %v", p.Items, err)
		}
		_, _, err = w.Resuggest(w.as("reader"), "w1")
		wantCode(t, err, "auth.no_permission")
	})
}

func TestDouble_IsBlindCodedByAnotherAndSettledByAThird(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := readers(t, d)
		r, err := w.Draw(w.as("office"), Sample{WaveID: "w1", Title: "抽检", Size: 20})
		if err != nil || r.Population != 33 || r.Undecided != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if q, err := w.Blind(w.as("office"), r.ID, 20); err != nil || q.Left > 1 {
			t.Errorf("the first coder may code %d, %v", q.Left, err)
		}
		q, err := w.Blind(w.as("second"), r.ID, 20)
		if err != nil || q.Left != 20 || len(q.Items) != 20 {
			t.Fatalf("%+v, %v", q, err)
		}
		pairs, err := w.Report(w.as("office"), r.ID)
		if err != nil || pairs.Coded != 0 || pairs.Alpha != nil {
			t.Fatalf("%+v, %v", pairs, err)
		}
		for n, b := range q.Items {
			code := (*w.classifier.Load()).Classify(b.Text)[0].Field
			if n == 0 {
				code = "01"
			}
			if err := w.CodeSecond(w.as("second"), r.ID, b.Pos, code); err != nil {
				t.Fatal(err)
			}
		}
		wantCode(t, w.CodeSecond(w.as("second"), r.ID, 1, "99"), "opinion.bad_fields")
		wantCode(t, w.CodeSecond(w.as("code2"), r.ID, 1, "01"), "auth.outside_area")
		wantCode(t, w.CodeSecond(w.as("third"), r.ID, 1, "01"), "opinion.coded_already")
		rep, err := w.Report(w.as("third"), r.ID)
		if err != nil || rep.Coded != 20 || len(rep.Differing) == 0 || rep.Alpha.Value >= 1 || rep.Alpha.Low > rep.Alpha.Value {
			t.Fatalf("%+v, %v", rep, err)
		}
		sum := 0.0
		for _, x := range rep.Shares {
			sum += x.Corrected
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("corrected shares sum to %v", sum)
		}
		for _, p := range rep.Differing {
			wantCode(t, w.Settle(w.as("second"), r.ID, p.Pos, p.First, "按原文"), "opinion.own_code")
			if err := w.Settle(w.as("third"), r.ID, p.Pos, p.First, "按原文"); err != nil {
				t.Fatal(err)
			}
		}
		if rep, err = w.Report(w.as("third"), r.ID); err != nil || rep.Truth != 20 || rep.Round.Settled != rep.Round.Differing {
			t.Errorf("%+v, %v", rep.Round, err)
		}
		_, err = w.Draw(w.as("office"), Sample{WaveID: "w1", Title: "x", Size: 500})
		wantCode(t, err, "opinion.few_decided")
		_, err = w.Draw(w.as("reader"), Sample{WaveID: "w1", Title: "x", Size: 10})
		wantCode(t, err, "auth.no_permission")
	})
}

func TestPraise_IsListedByWhomItIsForAndThankedOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := readers(t, d)
		p, err := w.PraiseList(w.as("office"), PraiseFilter{WaveID: "w1", Waiting: true}, page(10, ""))
		if err != nil || p.Total != 1 || p.Items[0].Target != "网格员" {
			t.Fatalf("%+v, %v", p, err)
		}
		id := p.Items[0].ID
		if got, err := w.Thank(w.as("office"), id, "网格员", "转达感谢，电话13812345678"); err != nil || got.At == nil || got.UnitName != "宁海路街道办事处" || got.Words != "转达感谢，电话〔电话〕" {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = w.Thank(w.as("office"), id, "网格员", "")
		wantCode(t, err, "opinion.thanked")
		_, err = w.Thank(w.as("office"), "c001", "物业", "")
		wantCode(t, err, "opinion.no_praise")
		_, err = w.Thank(w.as("code2"), id, "物业", "")
		wantCode(t, err, "auth.outside_area")
		if list, err := w.Praised(w.as("office"), PraiseFilter{WaveID: "w1"}); err != nil || len(list) != 1 || list[0].Thanked != 1 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
