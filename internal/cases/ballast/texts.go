package ballast

import (
	"fmt"
	"strings"

	"yiwang/internal/platform/words"
)

// The words of archived cases: what is the matter, where, and what the caller adds.
var (
	whats = []string{"路灯熄灭", "路灯常亮不灭", "照明线路裸露", "井盖破损", "路面坑洼积水", "垃圾清运不及时", "占道经营", "夜间施工噪声", "树木倒伏压线", "下水道堵塞返水",
		"电动车乱停楼道", "墙面小广告", "油烟扰民", "公交站牌损坏", "健身器材松动", "流浪犬伤人", "违章搭建", "屋顶漏水", "停车收费争议", "自来水水压不足"}
	wheres = []string{"滨河步道", "农贸市场东门", "学校南侧", "地铁站二号口", "小区北门", "公交首末站", "中山北路人行道", "云南路菜场", "湖南路商业街", "虎踞路隧道口",
		"模范马路天桥", "清凉门大街", "草场门桥下", "龙江小区", "江东北路辅道", "汉中门广场", "宁海路口", "三牌楼大街", "金川河岸", "幕府西路", "黑龙江路", "建宁路货场",
		"热河南路", "下关码头", "阅江楼景区"}
	sayings = []string{"已经好几天了，晚上散步看不清台阶", "反映多次无人处理，希望尽快解决", "老人孩子经过很危险，请有关部门到现场查看", "夏天气味大，居民意见很大"}
)

// Words that few archived cases hold, and in how many of a million: for searches that find little.
const (
	RareWord    = "蜂窝坠落" // one in 25,000
	ScarceWord  = "河豚"   // one in 250,000
	rareEvery   = 25_000
	scarceEvery = 250_000
)

// texts is a table t of the texts with the bits of their words: k, title, body, address, w0 to w7; kOf is the k of the case n.
func texts() (table, kOf string) {
	var rows []string
	add := func(title, address, body string) {
		bits := words.Sign(title + "\n" + address + "\n" + body)
		row := fmt.Sprintf("(%d, '%s', '%s', '%s'", len(rows), title, body, address)
		for _, b := range bits {
			row += fmt.Sprintf(", %d", b)
		}
		rows = append(rows, row+")")
	}
	for i, what := range whats {
		for k, where := range wheres {
			for n := range 2 {
				add(what, where, where+what+"，"+sayings[(i+k+2*n)%len(sayings)])
			}
		}
	}
	common := len(rows)
	add("树上"+RareWord, "龙江小区", "树上"+RareWord+"，路灯下聚集很多人")
	add("活禽市场出售"+ScarceWord, "云南路菜场", "有人出售"+ScarceWord+"，担心食品安全")
	table = "(SELECT column1 AS k, column2 AS title, column3 AS body, column4 AS address"
	for i := range 8 {
		table += fmt.Sprintf(", column%d AS w%d", i+5, i)
	}
	return table + " FROM (VALUES " + strings.Join(rows, ", ") + ") v) t",
		fmt.Sprintf("CASE WHEN n %% %d = 7 THEN %d WHEN n %% %d = 11 THEN %d ELSE (n * 7) %% %d END", rareEvery, common, scarceEvery, common+1, common)
}
