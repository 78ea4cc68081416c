package opinion

import (
	"slices"
	"strings"
)

// Spot is where a text says that something is: the name of an estate, road or landmark, and what follows it, such as a
// building, a gate or a stretch of the road. Both are empty where the text names none.
type Spot struct {
	Name   string
	Detail string
}

// Key is the whole place in one string, "" for none. 苑 and 苑小区 are the same.
func (s Spot) Key() string {
	if _, estate := endsLike(s.Name, placeEnds); estate && !contains(s.Name, []string{"路", "街", "巷", "弄", "桥"}) {
		return s.Name + strings.TrimPrefix(s.Detail, "小区")
	}
	return s.Name + s.Detail
}

// Gazetteer knows the names of places that occur in a set of texts: the areas of the district without the words for their
// kind, and the estates, roads and landmarks found in the texts themselves. It is immutable after it was built.
type Gazetteer struct {
	names map[string]bool
	most  int // characters of the longest name
}

// placeEnds are what names of estates, roads and landmarks end with, longest first.
var placeEnds = endings("商务楼 创意园 科技园 工业园 大厦 广场 小区 花园 家园 公寓 新村 新寓 雅居 名苑 别墅 市场 菜场 公园 医院 学校 中学 小学 幼儿园 号院 " +
	"苑 园 里 村 坊 院 轩 居 寓 湾 郡 庄 城 路 街 巷 弄 庭 府 阁 桥")

// leadIns are words after which a name may begin.
var leadIns = endings("我家在 家住在 租住在 住在 我们 咱们 我住 说一下 就是 情况是 反映 关于 在 住 到 去 从 的 下 是")

// notNames are words that do not stand in the name of a place.
var notNames = endings("我 你 他 她 咱 这 那 哪 的 了 着 没 不 很 都 也 就 一条 马路 楼道 电梯 车棚 院子 家里 夜里 隔壁 走 有 在 住 给 往 把 被 还 又 从 到 是 上 下 半 个 条 单元 群 业主 旧 处 掉 停 箱 丛 线 占 " +
	"门口 城管 消防 物业 垃圾 停车 缝里 手里 屋里 房里 出门 办公")

func endings(list string) []string {
	out := strings.Fields(list)
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// details tell where at a place something is. Those of lastDetails are the end of it.
var (
	details     = endings("门前道路 东侧巷道 西侧巷道 南侧巷道 北侧巷道 东侧支路 西侧支路 南侧支路 北侧支路 东区 西区 南区 北区 一期 二期 三期 四期")
	lastDetails = endings("正门口 后门口 大门口 东门口 西门口 南门口 北门口 东门商铺 西门商铺 南门商铺 北门商铺 正门 后门 大门 东门 南门 西门 北门 门前 门口 " +
		"路口 公交站旁 公交站 地铁站旁 地铁口 菜场旁 菜场 社区便民窗口 便民窗口 街道便民服务中心 便民服务中心 社区服务站 服务站 小学门口 小学 中学门口 中学 幼儿园门口 幼儿园 " +
		"段河道 河道 商务楼 创意园 科技大厦 东段 西段 南段 北段 中段 东侧 西侧 南侧 北侧 东头 西头 南头 北头 对面 旁边 旁")
)

// placeUnits end a number that tells a building or a part of one.
var placeUnits = endings("号楼 号院 单元 幢 栋 座 号 弄")

// NewGazetteer learns the names of places from texts and from the names of areas. A name must begin where a clause begins
// or after a word such as 住在, end like the name of a place, and be said by two people.
func NewGazetteer(texts [][]rune, areas []string) *Gazetteer {
	g := &Gazetteer{names: map[string]bool{}}
	for _, a := range areas {
		if base := baseName(a); len([]rune(base)) >= 2 {
			g.add(base)
		}
	}
	said := map[string]int{}
	for _, t := range texts {
		seen := map[string]bool{}
		for clause := range strings.SplitSeq(string(t), ".") {
			for _, name := range candidates(clause) {
				if !seen[name] {
					seen[name] = true
					said[name]++
				}
			}
		}
	}
	for name, n := range said {
		if n >= 2 && !g.composed([]rune(name)) {
			g.add(name)
		}
	}
	return g
}

func (g *Gazetteer) add(name string) {
	g.names[name] = true
	g.most = max(g.most, len([]rune(name)))
}

// composed tells whether a name is the name of an area and a detail, such as an estate and its northern part.
func (g *Gazetteer) composed(name []rune) bool {
	for n := len(name) - 1; n >= 2; n-- {
		if g.names[string(name[:n])] && n+detailsAt(name[n:]) == len(name) {
			return true
		}
	}
	return false
}

func baseName(area string) string {
	for _, end := range []string{"社区居委会", "社区", "街道", "居委会"} {
		if s := strings.TrimSuffix(area, end); s != area {
			return s
		}
	}
	return area
}

const longestName = 9

// endsOfOthers are words whose first character looks like the end of a name.
var endsOfOthers = []string{"路口", "巷道", "街道", "路面"}

// candidates lists what may be the name of a place in a clause: at its beginning or after a lead-in.
func candidates(clause string) (out []string) {
	begins := []string{clause}
	for _, l := range leadIns {
		if i := strings.Index(clause, l); i >= 0 {
			begins = append(begins, clause[i+len(l):])
		}
	}
	for _, b := range begins {
		r := []rune(b)
		for n := 3; n <= min(len(r), longestName); n++ {
			if n < len(r) && slices.Contains(endsOfOthers, string(r[n-1:n+1])) {
				continue // the end belongs to the next word
			}
			name := string(r[:n])
			if estate, ok := strings.CutSuffix(name, "小区"); ok {
				if _, named := endsLike(estate, placeEnds); named || strings.HasSuffix(estate, "区") {
					continue // 苑小区 is 苑, and 北区 needs no other 区
				}
			}
			if end, ok := endsLike(name, placeEnds); ok && len(name) > len(end)+3 && !contains(name, notNames) {
				out = append(out, name)
			}
		}
	}
	return out
}

func endsLike(s string, ends []string) (string, bool) {
	for _, e := range ends {
		if strings.HasSuffix(s, e) {
			return e, true
		}
	}
	return "", false
}

func contains(s string, list []string) bool {
	for _, w := range list {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// Find returns the first place that a normalised text names, preferring longer names, and the text without it.
func (g *Gazetteer) Find(t []rune) (Spot, []rune) {
	for i := range t {
		for n := min(g.most, len(t)-i); n >= 2; n-- {
			name := string(t[i : i+n])
			if !g.names[name] {
				continue
			}
			if i+n < len(t) && slices.Contains(endsOfOthers, string(t[i+n-1:i+n+1])) {
				continue
			}
			end := i + n + detailsAt(t[i+n:])
			rest := append(append(append([]rune{}, t[:i]...), '.'), t[end:]...)
			return Spot{Name: name, Detail: string(t[i+n : end])}, rest
		}
	}
	return Spot{}, t
}

// detailsAt returns the length of the details that t begins with, 0 for none: first parts of the place, then either
// numbers of buildings or one last word.
func detailsAt(t []rune) int {
	at := 0
	if estate := []rune("小区"); len(t) >= 2 && slices.Equal(t[:2], estate) {
		at = 2
	}
	for k := wordAt(t[at:], details); k > 0; k = wordAt(t[at:], details) {
		at += k
	}
	for k := numberAt(t[at:]); k > 0; k = numberAt(t[at:]) {
		at += k
	}
	return at + wordAt(t[at:], lastDetails)
}

func wordAt(t []rune, list []string) int {
	s := string(t[:min(len(t), 8)])
	for _, w := range list {
		if strings.HasPrefix(s, w) {
			return len([]rune(w))
		}
	}
	return 0
}

// numberAt returns the length of a number with its unit, such as 12幢.
func numberAt(t []rune) int {
	n := 0
	for n < len(t) && n < 4 && (t[n] >= '0' && t[n] <= '9' || strings.ContainsRune("一二三四五六七八九十", t[n])) {
		n++
	}
	if n == 0 {
		return 0
	}
	if k := wordAt(t[n:], placeUnits); k > 0 {
		return n + k
	}
	return 0
}
