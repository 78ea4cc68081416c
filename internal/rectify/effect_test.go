package rectify

import (
	"context"
	"fmt"
	"math"
	"testing"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// Three communities: one much better, one with too few answers so that its street speaks for it, and a street in which nobody answered.
func TestEffect_ComparesTheSameQuestionsAtTheSamePlaces(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		good, thin, empty := surveytest.Community(1, 1), surveytest.Community(1, 2), surveytest.Community(2, 1)
		x.answer(x.before, good, "3333344444555543434343434", 20)
		x.answer(x.before, thin, "2323", 1)
		x.put("i-good", good, "04", Published, nil)
		x.put("i-thin", thin, "04", Published, nil)
		x.put("i-empty", empty, "04", Published, nil)
		x.put("i-share", good, "05", Published, nil)
		x.put("i-draft", good, "04", Draft, func(i *Item) { i.IssuedAt = nil })
		x.next()
		x.answer(x.after, good, "1111122222111211212111111", 2)
		x.answer(x.after, thin, "1212", 0)
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error { _, err := x.MeasureEffectTx(x.Ctx, tx, x.after.ID); return err }); errs.CodeOf(err) != "rectify.effect_too_early" {
			t.Fatalf("measured before publication: %v", err)
		}
		x.after = x.publish(x.after)
		for range 2 { // measured again, the same comes out
			if n := x.measured(); n != 3 {
				t.Fatalf("%d items have a verdict", n)
			}
		}
		effect := func(id string) *ItemEffect {
			e, err := x.ItemEffect(x.Ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		e := effect("i-good")
		if e.Verdict != EffectBetter || e.AreaLevel != "community" || len(e.Differences) != 2 {
			t.Fatalf("%+v", e)
		}
		s := e.Differences[0]
		if want := meanOf("1111122222111211212111111") - meanOf("3333344444555543434343434"); s.Measure != MeasureScore || math.Abs(s.Difference-want) > 1e-9 || s.NEarlier != 25 || len(s.Indicators.V) != 2 {
			t.Errorf("difference %v, want %v: %+v", s.Difference, want, s)
		}
		a, b := sdOf("3333344444555543434343434"), sdOf("1111122222111211212111111")
		if want := math.Sqrt(a*a/25 + b*b/25); math.Abs(s.SE-want) > 0.05*want {
			t.Errorf("standard error %v, about %v", s.SE, want)
		}
		if s.Holm < s.P || s.Low >= s.Difference || s.High <= s.Difference {
			t.Errorf("%+v", s)
		}
		if e = effect("i-thin"); e.AreaLevel != "street" || e.AreaCode != surveytest.Street(1) {
			t.Errorf("four answers of a community were taken for enough: %+v", e)
		}
		if e = effect("i-empty"); e.Verdict != EffectUnmeasured || len(e.Differences) != 0 {
			t.Errorf("nobody answered: %+v", e)
		}
		if e = effect("i-share"); e.Verdict != EffectBetter || len(e.Differences) != 1 || e.Differences[0].Difference != -72 {
			t.Errorf("the share who name the field fell from 80 to 8 percent: %+v", e)
		}
		if e = effect("i-draft"); e.Verdict != "" {
			t.Errorf("an item that was never issued has an effect: %+v", e)
		}
		report, err := x.Effect(x.Ctx, x.before.ID)
		if err != nil || report.Stage != StageMeasured || report.Counts["measured"] != 3 || report.Counts["unmeasured"] != 1 || len(report.Fields) != 14 {
			t.Fatalf("%+v, %v", report, err)
		}
		for _, f := range report.Fields {
			if f.Code == "04" && (f.Score == nil || f.Share == nil || f.Score.AreaLevel != "district") {
				t.Errorf("%+v", f)
			}
		}
	})
}

func scoreOf(m byte) float64 { return map[byte]float64{'1': 100, '2': 80, '3': 60, '4': 30, '5': 0}[m] }

func meanOf(marks string) (m float64) {
	for i := range marks {
		m += scoreOf(marks[i]) / float64(len(marks))
	}
	return m
}

func sdOf(marks string) float64 {
	m, s := meanOf(marks), 0.0
	for i := range marks {
		s += (scoreOf(marks[i]) - m) * (scoreOf(marks[i]) - m)
	}
	return math.Sqrt(s / float64(len(marks)-1))
}

// Residents are asked about published items of their community, their answers count when the wave is closed, and what most call unsolved
// is opened again by a person.
func TestAgain_FromTheQuestionToTheReopenedItem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		c := surveytest.Community(1, 1)
		for k, area := range []string{c, c, c, c, surveytest.Street(1), surveytest.Community(2, 2)} {
			x.put(fmt.Sprintf("i%d", k), area, "04", Published, func(i *Item) { i.Voices = 10 - k })
		}
		x.put("told", c, "04", Told, func(i *Item) { i.Voices = 99 })
		x.next()
		office := surveytest.As(surveytest.Area, PermRead, PermMerge, PermPublish, PermIssue, survey.PermRead)
		if _, err := x.ChooseAgain(surveytest.As(surveytest.Area, PermRead), x.after.ID, nil); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a reader chose: %v", err)
		}
		if _, err := x.ChooseAgain(surveytest.As(surveytest.Street(1), PermPublish), x.after.ID, nil); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a street chose for the district: %v", err)
		}
		if _, err := x.ChooseAgain(office, x.after.ID, []string{"told"}); errs.CodeOf(err) != "rectify.cannot_ask_again" {
			t.Errorf("an item that is not published: %v", err)
		}
		n, err := x.ChooseAgain(office, x.after.ID, nil)
		if err != nil || n != 3+2+2 { // three of the first community; the street's item in the two others; the other street's own
			if n != 6 {
				t.Fatalf("%d topics, %v", n, err)
			}
		}
		list, err := x.Again(surveytest.As(surveytest.Street(1), PermRead, survey.PermRead), x.after.ID)
		if err != nil || len(list.Items) != 5 || !list.Fixed || list.Items[0].No != "i0" {
			t.Fatalf("the street sees %+v, %v", list, err)
		}
		var topics []survey.AgainTopic
		x.inTx(func(tx *db.Tx) (err error) { topics, err = x.Surveys.AgainTx(x.Ctx, tx, x.after.ID, c); return err })
		said := func(topic survey.AgainTopic, v survey.AgainVerdict, n int) {
			x.inTx(func(tx *db.Tx) error {
				return x.Surveys.AddAgainTx(x.Ctx, tx, []survey.AgainCount{{Topic: topic.ID, Channel: survey.Online, Verdict: v, N: n}})
			})
		}
		said(topics[0], survey.AgainSolved, 9)
		said(topics[0], survey.AgainPartly, 3)
		said(topics[0], survey.AgainUnknown, 5)
		said(topics[1], survey.AgainUnsolved, 8)
		said(topics[1], survey.AgainSolved, 4)
		said(topics[2], survey.AgainUnsolved, 9)
		for range 2 {
			x.inTx(func(tx *db.Tx) error { _, err := x.SettleAgainTx(x.Ctx, tx, x.after.ID); return err })
		}
		for k, want := range []struct {
			verdict string
			share   float64
		}{{askedSolved, 75}, {askedUnsolved, 100.0 / 3}, {askedFew, -1}} {
			e, err := x.ItemEffect(office, topics[k].Matter)
			if err != nil || e.Asked == nil || e.Asked.Verdict != want.verdict {
				t.Fatalf("topic %d: %+v, %v", k, e, err)
			}
			if want.share < 0 && (e.Asked.Share != nil || e.Asked.Unsolved != 0) {
				t.Errorf("nine answers are shown: %+v", e.Asked)
			} else if want.share > 0 && (math.Abs(*e.Asked.Share-want.share) > 1e-9 || *e.Asked.Low > want.share || *e.Asked.High < want.share) {
				t.Errorf("share %v of %v to %v", *e.Asked.Share, *e.Asked.Low, *e.Asked.High)
			}
		}
		returns, err := x.Returns(office, ReturnFilter{WaveID: x.after.ID, Kind: ReturnAsked}, httpx.PageIn{Limit: 10})
		if err != nil || returns.Total != 1 || returns.Items[0].EarlierID != topics[1].Matter || returns.Items[0].SaidNo != 8 {
			t.Fatalf("%+v, %v", returns, err)
		}
		r, err := x.ConfirmReturn(office, returns.Items[0].ID, ReturnDecision{Version: 1})
		if err != nil || r.Item == nil || r.Item.State != Draft {
			t.Fatalf("%+v, %v", r, err)
		}
		i, err := x.Get(office, r.ItemID, "zh")
		if err != nil || i.RecursOf != topics[1].Matter || i.WaveID != x.after.ID || i.LeadUnit != "u" {
			t.Fatalf("%+v, %v", i, err)
		}
		// It has verdicts and no comments; that is no reason to leave it a draft for ever.
		if i, err := x.Act(office, r.ItemID, ActConfirm, Move{Version: i.Version}); err != nil || i.State != Confirmed {
			t.Errorf("%+v, %v", i, err)
		}
	})
}

// Every figure of the picture, and every set, is the length of the list it opens, for the office and for a street.
func TestPicture_EveryFigureIsTheLengthOfItsList(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		for k, state := range []State{Draft, Confirmed, Issued, Answered, Doing, Rework, Done, Verified, Told, Published, Withdrawn, Returned, Suspended, Published, Published} {
			x.put(fmt.Sprintf("i%02d", k), surveytest.Community(1+k%2, 1), fmt.Sprintf("%02d", 1+k%5), state, func(i *Item) {
				if k < 2 || state == Withdrawn {
					i.IssuedAt, i.DueAt = nil, nil
				}
				if k < 7 {
					i.DoneAt = nil
				}
				if k%3 == 0 && i.DueAt != nil {
					i.DueAt = clock.Ptr(testkit.Epoch.AddDate(0, 0, -1))
				}
				i.Reworks, i.Result = k%2, []Result{Resolved, Partly, Cannot}[k%3]
				if k%4 == 0 {
					i.LeadArea = surveytest.Street(1)
				}
			})
		}
		x.answer(x.before, surveytest.Community(1, 1), "1122334411", 0)
		x.next()
		x.inTx(func(tx *db.Tx) error {
			for k, kind := range []ReturnKind{ReturnRecurs, ReturnAsked} {
				if err := x.ProposeReturnTx(x.Ctx, tx, Return{WaveID: x.before.ID, EarlierID: "i09", ItemID: []string{"i04", ""}[k], Kind: kind}); err != nil {
					return err
				}
			}
			for k, v := range []string{askedSolved, askedUnsolved, askedFew} {
				if _, err := tx.Exec(x.Ctx, "INSERT INTO item_again (item_id, wave_id, solved, partly, unsolved, unknown, verdict, at) VALUES ($1, $2, 20, 1, 1, 1, $3, $4)",
					[]string{"i09", "i13", "i14"}[k], x.after.ID, v, tx.Time()); err != nil {
					return err
				}
			}
			_, err := tx.Exec(x.Ctx, "INSERT INTO item_effect (item_id, wave_id, area_code, area_level, verdict, at) VALUES ('i09', $1, '320106001', 'street', 'better', $2)", x.after.ID, tx.Time())
			return err
		})
		district := surveytest.As(surveytest.Area, PermRead, survey.PermRead, opinion.PermCode)
		street := surveytest.As(surveytest.Street(2), PermRead, survey.PermRead)
		for name, ctx := range map[string]context.Context{"district": district, "street": street} {
			p, err := x.Picture(ctx, x.before.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Figures {
				if got := x.lengthOf(ctx, f); got != f.Value {
					t.Errorf("%s: figure %s is %d, its list %s has %d", name, f.Key, f.Value, f.List, got)
				}
			}
			for _, set := range Sets() {
				if _, err := x.List(ctx, Filter{WaveID: x.before.ID, Set: set}, httpx.PageIn{Limit: 5}); err != nil {
					t.Errorf("set %s: %v", set, err)
				}
			}
			if p.Figures[3].List == ListComments != (name == "district") {
				t.Errorf("%s: comments open %q", name, p.Figures[3].List)
			}
		}
		if _, err := x.Picture(surveytest.As(surveytest.Area), x.before.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
		if _, err := x.List(district, Filter{Set: "all of them"}, httpx.PageIn{Limit: 5}); errs.CodeOf(err) != "rectify.unknown_set" {
			t.Errorf("an unknown set: %v", err)
		}
		var counts []Grouped
		x.inTx(func(tx *db.Tx) (err error) {
			counts, err = countSets(x.Ctx, tx, "''", "wave_id = $1", []any{x.before.ID})
			return err
		})
		c := counts[0].Counts
		for whole, parts := range map[string][]string{"listed": {"awaiting", "issued"}, "issued": {"street", "district"}, "passed": {"approved", "disapproved"}} {
			sum := 0
			for _, p := range parts {
				sum += c[p]
			}
			if sum != c[whole] {
				t.Errorf("%s is %d, its parts %v add up to %d", whole, c[whole], parts, sum)
			}
		}
		if c["passed"]+c["working"]+c["overdue"]+c["suspended"] != c["issued"] || c["settled"]+c["pending"]+c["suspended"] != c["issued"] || c["judged"]+c["undecided"] != c["issued"] || c["passed"]+c["unverified"] != c["issued"] {
			t.Errorf("the parts of the issued items do not add up: %v", c)
		}
	})
}

func (x *twoWaves) lengthOf(ctx context.Context, f Figure) int {
	x.t.Helper()
	page := httpx.PageIn{Limit: 200}
	fail := func(err error) {
		if err != nil {
			x.t.Fatalf("%s: %v", f.Key, err)
		}
	}
	switch f.List {
	case ListItems, ListVoices:
		list, err := x.List(ctx, Filter{WaveID: f.Query["wave"], Set: f.Query["set"]}, page)
		fail(err)
		if f.List == ListItems {
			return list.Total
		}
		voices := 0
		for _, i := range list.Items {
			voices += i.Voices
		}
		return voices
	case ListStandings:
		list, err := x.Standings(ctx, f.Query["wave"], f.Query["by"])
		fail(err)
		return len(list)
	case ListReturns:
		list, err := x.Returns(ctx, ReturnFilter{WaveID: f.Query["wave"], Earlier: f.Query["earlier"], State: ReturnState(f.Query["state"]), Kind: ReturnKind(f.Query["kind"])}, page)
		fail(err)
		return list.Total
	case ListComments:
		list, err := x.opinions.Comments(ctx, opinion.CommentFilter{WaveID: f.Query["wave"], State: opinion.CommentState(f.Query["state"])}, page)
		fail(err)
		return list.Total
	case ListAnswers:
		rows, err := x.Surveys.Progress(ctx, f.Query["wave"])
		fail(err)
		n := 0
		for _, r := range rows {
			if c := f.Query["channel"]; c == "" || c == string(r.Channel) {
				n += r.N
			}
		}
		return n
	}
	return f.Value
}

// A unit with few items that ended is listed, and not compared with others.
func TestStandings_DoNotRankSmallNumbers(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		for k := range 24 {
			x.put(fmt.Sprintf("i%02d", k), surveytest.Community(1, 1), "04", Published, func(i *Item) {
				i.LeadUnit = []string{"many", "many", "few", "also"}[min(k/6, 3)]
				if k/6 == 2 && k > 14 || k >= 18 {
					i.LeadUnit = "also"
				}
				if i.LeadUnit == "also" && k%2 == 0 {
					i.Result = Cannot
				}
			})
		}
		list, err := x.Standings(surveytest.As(surveytest.Area, PermRead), x.before.ID, "unit")
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, st := range list {
			if ranked := st.Counts["settled"] >= 10; ranked != (st.Rank > 0) || st.Counts["issued"] != st.Counts["settled"] {
				t.Errorf("%s with %d items has rank %d", st.Key, st.Counts["settled"], st.Rank)
			}
		}
		if list[0].Key != "many" || *list[0].Score != 100 {
			t.Errorf("%+v", list[0])
		}
		if _, err := x.Standings(surveytest.As(surveytest.Area, PermRead), x.before.ID, "mood"); errs.CodeOf(err) != "rectify.bad_summary" {
			t.Error(err)
		}
		if seen, err := x.Standings(surveytest.As(surveytest.Street(2), PermRead), x.before.ID, "unit"); err != nil || len(seen) != 0 {
			t.Errorf("another street sees %+v, %v", seen, err)
		}
		name, file, err := x.EffectFile(surveytest.As(surveytest.Area, PermRead, survey.PermRead), x.before.ID)
		if err != nil || len(file) < 2000 || name == "" {
			t.Errorf("%q, %d bytes, %v", name, len(file), err)
		}
	})
}

func TestLikeness_TellsTheSameMatterFromANeighbouringOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		titleA, placeA, titleB, placeB string
		same                           bool
	}{
		{"蓝天园小区电梯频繁停运", "蓝天园小区3幢", "蓝天园小区电梯又停运", "蓝天园小区", true},
		{"蓝天园小区楼道灯不亮", "蓝天园小区", "蓝天园小区楼道灯两个月未修", "蓝天园小区2单元", true},
		{"蓝天园小区电梯频繁停运", "蓝天园小区", "莫愁新寓门禁损坏", "莫愁新寓", false},
		{"中山北路路口占道经营", "", "中山北路路口占道经营反弹", "", true},
		{"中山北路路口占道经营", "中山北路", "上海路井盖松动", "上海路", false},
	} {
		if got := Likeness(c.titleA, c.placeA, c.titleB, c.placeB); got >= LikeEnough != c.same {
			t.Errorf("%s and %s: %v", c.titleA, c.titleB, got)
		}
	}
}
