package opinion

import (
	"fmt"
	"reflect"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/words"
	"yiwang/internal/testkit"
)

func voicesAt(area string, texts ...string) []Voice {
	out := make([]Voice, len(texts))
	m := NewModel(DefaultCatalog())
	for i, t := range texts {
		list := m.Classify(t)
		out[i] = Voice{Text: t, Area: area, Topics: sharesOf(list)}
		if len(list) > 0 {
			out[i].Leaf = list[0].Leaf
		}
	}
	return out
}

func members(list []Matter) (out [][]int) {
	for _, m := range list {
		out = append(out, m.Voices)
	}
	return out
}

func TestGroup_JoinsWhatIsSaidAboutOneThingAtOnePlace(t *testing.T) {
	t.Parallel()
	got := members(Group(voicesAt("320106001003",
		"我家在桂香苑3幢，楼道灯坏了两个月没人修",
		"桂香苑3幢楼道灯不亮，物业不管",
		"住桂香苑5幢的，楼道灯坏了两个月没人修", // another building
		"梧桐里，楼道灯坏了两个月没人修",     // another estate
		"桂香苑3幢：停车位太少，天天抢",     // another matter
		"梧桐里，楼道灯一直不亮，没人修",
	), []string{"北京西路社区"}))
	if want := [][]int{{0, 1}, {2}, {3, 5}, {4}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestGroup_KeepsAreasApartAndTakesInWhoNamesNoPlace(t *testing.T) {
	t.Parallel()
	voices := append(voicesAt("320106001003", "桂香苑，电梯三天两头停，物业不修", "我们桂香苑，电梯又停了，物业不修", "电梯三天两头停，物业不修"),
		voicesAt("320106001004", "桂香苑，电梯三天两头停，物业不修")...)
	if got, want := members(Group(voices, nil)), [][]int{{0, 1, 2}, {3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Group(nil, nil); len(got) != 0 {
		t.Errorf("nothing gave %v", got)
	}
}

func TestGroup_TakesWhoIsKnownByStreetToThePlaceInTheOneCommunityThatHasIt(t *testing.T) {
	t.Parallel()
	said := func(area, estate string) Voice {
		return voicesAt(area, estate+"，电梯三天两头停，物业不修")[0]
	}
	voices := []Voice{said("320106001", "桂香苑"), said("320106001003", "桂香苑"), said("320106002", "桂香苑"), said("320106001", "梧桐里"), said("320106001003", "梧桐里"), said("320106001004", "梧桐里")}
	found := Group(voices, nil)
	if got, want := members(found), [][]int{{0, 1}, {2}, {3}, {4}, {5}}; !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if found[0].Area != "320106001003" {
		t.Errorf("the matter is at %q", found[0].Area)
	}
}

func TestGazetteer_FindsNamesAndWhereAtThem(t *testing.T) {
	t.Parallel()
	texts := []string{"我家在桂香苑，灯不亮", "桂香苑3幢2单元电梯停", "住桂香苑小区的，没水", "说一下苏州路菜场旁，摊贩占道", "楼道里灯坏了", "车棚里乱停", "楼道里堆物"}
	var runes [][]rune
	for _, x := range texts {
		runes = append(runes, words.Normalise(x))
	}
	g := NewGazetteer(runes, []string{"苏州路社区居委会"})
	for i, want := range []string{"桂香苑", "桂香苑3幢2单元", "桂香苑", "苏州路菜场旁", "", "", ""} {
		if spot, _ := g.Find(runes[i]); spot.Key() != want {
			t.Errorf("%s: got %q, want %q", texts[i], spot.Key(), want)
		}
	}
}

func TestCountVoices_SaysOnlyWhatTheCommentsTellApart(t *testing.T) {
	t.Parallel()
	c := func(group, text string) Comment { return Comment{Group: group, Text: text} }
	for want, list := range map[Counted][]Comment{
		{Voices: 3, Texts: 2, Persons: 1, Homes: 1}: {c("elder", "灯坏了"), c("elder", "灯坏了！"), c("elder", "灯不亮")},
		{Voices: 2, Texts: 2, Persons: 2, Homes: 1}: {c("elder", "灯坏了"), c("adult", "灯不亮")},
		{Voices: 3, Texts: 3, Persons: 2, Homes: 2}: {c("adult", "我家住3幢2单元，灯坏了"), c("adult", "住在5幢1单元的，没灯"), c("adult", "3幢灯坏了")},
		{Voices: 1, Texts: 1, Persons: 1, Homes: 0}: {c("unit", "门口停不了车")},
	} {
		if got := countVoices(list); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestGroupWave_IsRepeatableAndForThoseWhoSort(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "桂香苑，电梯三天两头停，物业不修", "我们桂香苑，电梯又停了，物业不修", "没有", "路面坑坑洼洼，骑车颠得牙疼")
		for range 2 {
			g, err := w.GroupWave(w.as("office"), "w1")
			if err != nil || g != (Grouped{Comments: 3, Matters: 1, Together: 2, Placed: 2}) {
				t.Fatalf("%+v, %v", g, err)
			}
		}
		_, err := w.GroupWave(w.as("reader"), "w1")
		wantCode(t, err, "auth.no_permission")
		_, err = w.GroupWave(w.as("office"), "w9")
		wantCode(t, err, "survey.no_wave")
		list, err := w.Matters(w.as("office"), MatterFilter{WaveID: "w1"}, page(10, ""))
		if err != nil || list.Total != 1 || list.Items[0].Place != "桂香苑" || list.Items[0].Open != 2 || list.Items[0].Field != "04" || list.Items[0].Counts.Voices != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err = w.Matters(w.as("code2"), MatterFilter{WaveID: "w1"}, page(10, "")); err != nil || list.Total != 0 {
			t.Errorf("another street's office sees %+v, %v", list, err)
		}
		_, err = w.Matters(w.as("reader"), MatterFilter{WaveID: "w1"}, page(10, ""))
		wantCode(t, err, "auth.no_permission")
	})
}

func TestMatters_ComeMostVoicesFirstInPages(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		var texts []string
		for k, estate := range []string{"桂香苑", "梧桐里", "锦和园", "听雨轩", "明德居"} {
			for n := range k + 2 {
				texts = append(texts, fmt.Sprintf("%s，电梯又停了，物业不修%s", estate, []string{"", "，急", "，盼", "，难", "，烦", "，累", "，怕"}[n]))
			}
		}
		w := newWorld(t, d, texts...)
		if _, err := w.GroupWave(w.as("office"), "w1"); err != nil {
			t.Fatal(err)
		}
		var got []int
		for p := page(2, ""); ; {
			list, err := w.Matters(w.as("office"), MatterFilter{WaveID: "w1"}, p)
			if err != nil || list.Total != 5 {
				t.Fatalf("%+v, %v", list, err)
			}
			for _, m := range list.Items {
				got = append(got, m.Counts.Voices)
			}
			if p.Cursor = list.NextCursor; p.Cursor == "" {
				break
			}
		}
		if want := []int{6, 5, 4, 3, 2}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
