package mask

import "strings"

// Forms of address: a surname before a word that people use instead of a name — 张姐, 王总, 李处, 黄医生. One character is
// little to go by, so each rule asks what stands around it: 为何总是停电 names nobody, and 张家巷 is a place.

// kin follow a surname in private address; 总 and the posts are judged by more than the surname.
const (
	kin   = "姐哥婶叔伯姨嫂爷奶妈婆姑爸"
	posts = "处局所队科工董校院"
)

// closeSurnames are read as names right before a title or a kin word, beside the safe ones.
var closeSurnames = setOf(surnames + "谢黄马林高程金石方白夏康尤钱严汤陶倪龙江施樊殷卞齐祁岑柳葛黎兰")

// ends of words that look like surnames: what stands before them there. 每周总停水, 感谢老师, 基金经理.
var inWord = map[rune]string{
	'周': "每本上下一两几四", '何': "为如任若几", '许': "也或允准少", '余': "其剩业多", '曾': "不未", '段': "路地阶时片一", '田': "农稻", '孔': "桥面钻",
	'叶': "树落枝绿茶", '雷': "打", '梁': "桥房", '张': "一几两每扩纸主夸紧", '顾': "照不回", '史': "历", '洪': "山", '陆': "大登着", '范': "规防示模", '付': "支应交垫未",
	'丁': "园", '姜': "生", '钟': "分点时", '侯': "时", '赖': "依耍信", '董': "古", '杜': "", '毛': "羊", '武': "", '苏': "江", '汪': "", '胡': "二",
	'谢': "感谢答多致", '林': "园森绿树造", '高': "提最很太更不较", '程': "工课全过里流", '金': "基资现奖押租违佣", '方': "对甲乙双各地官我他你警校厂院多", '白': "明表空", '康': "健小",
	'钱': "给收要付交多花有没", '江': "长", '施': "设实措", '齐': "整", '石': "沙", '严': "", '马': "罗", '兰': "", '龙': "水", '汤': "", '柳': "杨", '葛': "", '夏': "华宁", '殷': "", '黎': "",
}

// words that begin with a character that is a surname elsewhere.
var commonWords = []string{"许多", "许可", "许久", "曾经", "曾多次", "何时", "何必", "何况", "何为", "何种", "何人", "何处", "何地", "余下", "余名", "余人", "周一", "周二", "周三", "周四", "周五", "周六",
	"周日", "周末", "周围", "周边", "周到", "周全", "周期", "周年", "周岁", "张贴", "张开", "张罗", "张榜", "陈旧", "陈列", "田地", "叶子", "武装", "武警", "毛病", "苏州", "苏北", "苏南", "洪水",
	"洪涝", "雷电", "雷雨", "段落", "段时间", "孔洞", "董事", "钟头", "范围", "范例", "顾客", "顾虑", "付款", "付费", "付了", "付出", "付给", "陆续", "杜绝", "丁点", "史上", "胡乱", "胡同", "罗列",
	"方便", "方面", "高层", "高空", "高温", "马路", "马上", "施工", "程度", "严重", "白天"}

// after 总: words of which it is the beginning, as in 总是 or 总共.
const notAfterTotal = "算共数部监体之理统价量有觉归的额工结而览称督汇和得要能"

// around a post: who is spoken to or of, and what was said or done.
const (
	beforePost = "找跟给问叫请让和与被由到区业社是的，。、,.;；:：!！?？ \n\t（("
	afterPost  = "说答讲来没不让叫也就都给去回承表签打亲，。、,.;；:：!！?？ \n\t）)"
)

// address marks the surname in 张姐, 王总, 李处 and 黄医生; the word after it stays.
func (f *folded) address(i int) {
	n := f.surname(i, closeSurnames)
	if n == 0 || !f.han(i+n) || n == 1 && f.within(i) || f.starts(i, commonWords) {
		return
	}
	next := f.simple[i+n]
	switch {
	case f.starts(i+n, titles), strings.ContainsRune(kin, next) && !f.place(i+n, 1), next == '总' && f.isTotal(i, n),
		strings.ContainsRune(posts, next) && f.isPost(i, n):
		f.cover(i, i+n, maskName)
	}
}

// within reports that the character ends a word: what stands before it says so.
func (f *folded) within(i int) bool {
	return i > 0 && !f.taken[i-1] && strings.ContainsRune(inWord[f.simple[i]], f.simple[i-1])
}

// isTotal reports that 总 after the surname at i is an address and not the beginning of 总共. 王总是 can be both: where the
// text or a clause begins, or after a word such as 找, it is a person.
func (f *folded) isTotal(i, n int) bool {
	k := i + n + 1
	if k >= len(f.simple) || f.taken[k] {
		return true
	}
	if strings.ContainsRune("是会在不", f.simple[k]) && strings.ContainsRune("何曾余许", f.simple[i]) {
		return false
	}
	if f.simple[k] == '是' {
		return f.opens(i, beforePost)
	}
	return f.has(k, "经理") || !strings.ContainsRune(notAfterTotal, f.simple[k])
}

// isPost reports that one character after the surname at i is an office, as in 找李处说过.
func (f *folded) isPost(i, n int) bool {
	k := i + n + 1
	if strings.ContainsRune("何余史丁", f.simple[i]) || !f.opens(i, beforePost) {
		return false
	}
	return k >= len(f.simple) || !f.taken[k] && strings.ContainsRune(afterPost, f.simple[k])
}

// opens reports that the text begins at i, or that one of these characters or something masked stands before it.
func (f *folded) opens(i int, before string) bool {
	return i == 0 || f.taken[i-1] || strings.ContainsRune(before, f.simple[i-1])
}

// calledOldOrYoung are surnames after 老 or 小, with what must not follow: 小胡同, 老周期.
var calledOldOrYoung = func() map[rune]string {
	set := map[rune]string{}
	for _, r := range "王李张刘陈杨赵吴徐孙朱郭何罗郑梁宋唐邓冯韩曹彭蔡潘袁蒋魏吕沈姚卢崔谭汪廖贾邹孟秦邱侯尹薛闫郝邵" {
		set[r] = placeEnds
	}
	for r, no := range map[rune]string{'孙': "子女儿", '王': "子", '胡': "同子", '周': "期边末岁围", '许': "多可", '丁': "点", '董': "事", '杜': "鹃", '钟': "头表", '张': "贴", '罗': "卜", '李': "子", '沈': "阳"} {
		set[r] += no + placeEnds
	}
	return set
}()

// oldOrYoung marks 老王 and 小李, not 小胡同, 小王庄 or the shift pattern 大小周.
func (f *folded) oldOrYoung(i int) {
	if !f.has(i, "老") && !f.has(i, "小") || !f.han(i+1) || f.has(i-1, "大小") || f.has(i-1, "最小") {
		return
	}
	not, ok := calledOldOrYoung[f.simple[i+1]]
	if !ok || i+2 < len(f.simple) && !f.taken[i+2] && (strings.ContainsRune(not, f.simple[i+2]) || f.simple[i+2] == '家' && f.place(i+3, 0)) {
		return
	}
	f.cover(i, i+2, maskName)
}
