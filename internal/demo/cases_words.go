package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
)

// caseWeights is how often a category comes up, after what districts report publicly; the rest does not.
var caseWeights = map[string]float64{
	"020201": 60, "020202": 55, "020204": 60, "020301": 58, "020302": 26, "020303": 30, "020304": 30, "020401": 34, "020104": 10, "020101": 5, "020102": 7,
	"020203": 8, "020402": 6, "020403": 14, "020305": 6,
	"030101": 10, "030102": 6, "030201": 14, "030202": 3, "030203": 7, "030301": 10, "030303": 5,
	"040101": 22, "040102": 14, "040103": 5, "040104": 36, "040201": 16, "040202": 24, "040203": 16, "040204": 16, "040205": 10, "040301": 34, "040302": 28, "040303": 24,
	"050101": 26, "050102": 10, "050201": 14, "050202": 26, "050203": 16, "050301": 7,
	"060101": 38, "060102": 22, "060103": 14, "060104": 14, "060105": 12, "060201": 4, "060202": 12, "060301": 6, "060302": 8, "060401": 7, "060402": 6, "060403": 6,
	"070201": 8, "070203": 5, "070301": 26, "070401": 7, "070402": 14, "070101": 4,
	"080101": 5, "080102": 5, "080103": 7, "080104": 5, "080105": 10, "080201": 8,
	"090101": 5, "090201": 8, "090202": 6, "100102": 3, "100103": 5, "100202": 6, "110101": 4, "110201": 6, "120102": 3, "130101": 5, "130102": 5, "130201": 4,
	"140101": 26, "140102": 22, "140103": 12, "140104": 24, "140105": 12, "140106": 16, "140201": 16, "140202": 12, "140203": 5, "140301": 12, "140302": 9, "140303": 10,
	"140401": 8, "010201": 6,
}

// caseScenes is the drawing that shows a category, by the beginning of its code.
var caseScenes = []struct{ code, scene string }{
	{"020204", "bikes"}, {"0201", "wall"}, {"0202", "bikes"}, {"0203", "rubbish"}, {"0204", "board"}, {"040104", "rubbish"}, {"040202", "lamp"}, {"040204", "water"},
	{"0403", "corridor"}, {"04", "corridor"}, {"0501", "smoke"}, {"0503", "water"}, {"060101", "wires"}, {"060202", "wires"}, {"060402", "water"}, {"060403", "tree"},
	{"060401", "paving"}, {"06", "corridor"}, {"140104", "lamp"}, {"140103", "water"}, {"140106", "wires"}, {"1402", "tree"}, {"1403", "lift"}, {"14", "paving"},
}

func sceneOf(category string) string {
	for _, x := range caseScenes {
		if strings.HasPrefix(category, x.code) {
			return x.scene
		}
	}
	return "board"
}

var (
	casePlaces = []string{"%s%d栋旁", "%s%d栋%d单元", "%s南门", "%s北门", "%s东侧道路", "%s中心广场", "%s%d号门前", "%s菜场路口", "%s公交站台", "%s车棚"}
	caseSaid   = map[cases.Channel][]string{
		cases.FromOfficer:    {"巡查发现%s：%s。", "网格巡查时在%s看到%s，已拍照。", "%s存在%s，请安排处置。"},
		cases.FromResident:   {"%s，%s，已经好几天了，请尽快处理。", "住在这附近，%s这里%s，出行不方便。", "%s%s，反映过一次没有下文。"},
		cases.FromHotline:    {"来电人反映%s%s，希望相关部门核实处理并回复。", "市民来电：%s，%s，要求尽快解决。", "来电反映%s%s，影响生活，请核实。"},
		cases.FromLetter:     {"来信反映%s%s，请调查处理并书面答复。"},
		cases.FromLeader:     {"领导走访时指出%s%s，请限期办理并报结果。"},
		cases.FromDepartment: {"部门移交：%s%s，请属地协助办理。"},
		cases.FromDevice:     {"感知设备告警：%s，%s，持续时间超过阈值。"},
		cases.FromInspection: {"督查发现%s%s，请整改。", "第三方巡查：%s%s。"},
	}
	caseDone = []string{"已到现场处置，恢复正常", "已清理完毕并拍照留存", "已维修更换，现场验证可用", "已约谈责任人并整改到位", "已协调到位，问题解决", "当场劝导整改，安排人员回看"}
	caseTold = []string{"您反映的问题已办结：%s。感谢您的监督。", "经办理，%s。如再次出现请随时反映。", "您好，%s，后续由网格员持续巡看。"}
	caseBack = map[string]string{"not_our_duty": "经核对职责清单，该事项不属于我单位职责", "owner_differs": "现场核实产权属其他单位，我单位无权处置", "not_our_area": "事发点位于相邻辖区"}
)

// matterOf shortens what the category is filed for to what somebody would say.
func matterOf(leaf duty.Leaf) string {
	text := leaf.Filing
	for _, cut := range []string{"、", "，", "；"} {
		if i := strings.Index(text, cut); i > 12 {
			text = text[:i]
		}
	}
	return strings.TrimSuffix(text, "。")
}

// placeIn names a place of the community, fictional like its estates.
func placeIn(r *rand.Rand, c *community) string {
	form, estate := pick(r, casePlaces), pick(r, c.estates)
	args := []any{estate}
	for range strings.Count(form, "%d") {
		args = append(args, 1+r.IntN(24))
	}
	return fmt.Sprintf(form, args...)
}
