package mask

import "strings"

// Frequent surnames that rarely begin another word. Surnames such as 和 方 高 常 安 are left out: they would blacken half of
// every comment. After a cue ("我叫") the wider list holds.
const (
	surnames     = "王李张刘陈杨赵吴周徐孙朱胡郭何罗郑梁宋唐许邓冯韩曹曾彭萧蔡潘田董袁余叶蒋杜苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾韦付邹孟熊秦邱侯尹薛闫雷段郝孔邵史毛顾赖武洪贺龚"
	moreSurnames = surnames + "谢黄马林高于程金石方白夏任康尤钱严牛易常温万戴莫江倪龙陶汤向文黎施樊兰殷陈安卞齐伍卜祁费岑凤花水云柳葛单"
)

// The lists as sets: every character of every text is looked up in them.
var safeSurname, anySurname = setOf(surnames), setOf(moreSurnames)

func setOf(list string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range list {
		set[r] = true
	}
	return set
}

var doubleSurnames = []string{"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "端木", "夏侯"}

var nameCues = []string{"我叫", "我名叫", "名字叫", "名叫", "姓名", "联系人", "举报人", "反映人", "投诉人", "当事人", "本人", "住户", "业主", "我是", "找一下"}

var titles = []string{"先生", "女士", "小姐", "书记", "主任", "副主任", "站长", "所长", "局长", "处长", "科长", "队长", "副书记", "经理", "老师", "医生", "护士",
	"师傅", "阿姨", "叔叔", "大爷", "大妈", "奶奶", "爷爷", "大姐", "大哥", "老板", "警官", "社工", "网格员", "律师", "同志", "委员", "保安", "网格长", "楼长", "大嫂", "大娘", "大叔",
	"大伯", "大婶", "伯伯", "婆婆", "阿婆", "阿公", "嫂子", "老太", "老头", "老伯", "会计", "园长", "院长", "校长", "总监", "总经理", "董事长", "区长", "镇长", "组长", "班长", "店长", "教练", "教授"}

// Ends of places that begin with a surname: 许府巷, 王家村.
const placeEnds = "巷路街村园里苑楼桥门镇乡营庄坊"

// Words that follow a surname character by chance: 施工队长, 周边阿姨, 张贴.
var notGiven = []string{"社区", "小区", "物业", "街道", "居委", "工程", "工地", "保安", "保洁", "支部", "边", "末", "围", "贴", "网格", "派出", "学校", "某", "的", "是", "和", "在", "说", "到", "女在", "女和", "子在", "家"}

const stopAfterName = "住是在的家电手说反想要来今年，。、,.;；:：!！?？ \n\t（("

// names marks names after a cue and names before a title.
func (f *folded) names() {
	for i := range f.simple {
		f.afterCue(i)
		f.beforeTitle(i)
		f.oldOrYoung(i)
		f.address(i)
		f.unnamed(i)
	}
}

func (f *folded) afterCue(i int) {
	for _, c := range nameCues {
		if !f.has(i, c) {
			continue
		}
		j := i + len([]rune(c))
		colon := false
		for j < len(f.simple) && strings.ContainsRune(":： 是叫为", f.simple[j]) {
			colon = colon || f.simple[j] != ' '
			j++
		}
		list := safeSurname // "业主王丽", "我是张伟": without a colon only the safe list
		if colon || strings.HasSuffix(c, "叫") {
			list = anySurname
		}
		n := f.surname(j, list)
		if n == 0 {
			continue
		}
		g := 0
		for g < 2 && f.han(j+n+g) && !strings.ContainsRune(stopAfterName, f.simple[j+n+g]) {
			g++
		}
		if g == 0 || f.starts(j+n, notGiven) || f.starts(j+n, titles) || f.place(j+n, g) {
			continue
		}
		f.cover(j, j+n+g, maskName)
	}
}

// place reports that the supposed given name, or the character after it, ends the name of a place.
func (f *folded) place(from, given int) bool {
	for i := from; i <= from+given && i < len(f.simple); i++ {
		if !f.taken[i] && strings.ContainsRune(placeEnds, f.simple[i]) {
			return true
		}
	}
	return false
}

// beforeTitle marks 张建国书记 and 张书记; the title stays, because an office is not a secret.
func (f *folded) beforeTitle(i int) {
	n := f.surname(i, safeSurname)
	if n == 0 || f.starts(i+n, notGiven) || f.starts(i, commonWords) || n == 1 && f.within(i) {
		return
	}
	for g := 0; g <= 2; g++ {
		if g > 0 && !f.han(i+n+g-1) {
			return
		}
		if f.starts(i+n+g, titles) {
			f.cover(i, i+n+g, maskName)
			return
		}
	}
}

// unnamed marks 王某 and 王某某.
func (f *folded) unnamed(i int) {
	if n := f.surname(i, anySurname); n > 0 && f.has(i+n, "某") {
		end := i + n + 1
		for k := 0; k < 2 && end < len(f.simple) && (f.has(end, "某") || f.has(end, "甲") || f.has(end, "乙")); k++ {
			end++
		}
		f.cover(i, end, maskName)
	}
}

// surname returns the length of the surname at i, 0 if there is none.
func (f *folded) surname(i int, list map[rune]bool) int {
	if i >= len(f.simple) || f.taken[i] {
		return 0
	}
	for _, d := range doubleSurnames {
		if f.has(i, d) {
			return 2
		}
	}
	if list[f.simple[i]] {
		return 1
	}
	return 0
}

func (f *folded) starts(i int, words []string) bool {
	for _, w := range words {
		if f.has(i, w) {
			return true
		}
	}
	return false
}

// rooms marks the number of a home: 12幢301室 keeps its building.
func (f *folded) rooms() {
	for i := range f.simple {
		n := 0
		for i+n < len(f.simple) && n < 5 {
			if _, ok := digitOf(f.simple[i+n]); !ok || f.taken[i+n] {
				break
			}
			n++
		}
		if n < 2 || (i > 0 && f.digitAt(i-1)) {
			continue
		}
		if f.has(i+n, "室") || f.has(i+n, "号房") || f.has(i+n, "户") && f.has(i-2, "单元") {
			f.cover(i, i+n, maskRoom)
		}
	}
}

func (f *folded) digitAt(i int) bool {
	_, ok := digitOf(f.simple[i])
	return ok
}
