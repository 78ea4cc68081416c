package desk

import (
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
)

// column is something a list or an export can show of a case. Who reported a case is not among them.
type column struct {
	key, title string
	cell       func(c *cases.Case) any
}

func moment(t *clock.Time) any {
	if t == nil {
		return nil
	}
	return t.Time
}

func yes(v bool) any {
	if v {
		return "是"
	}
	return ""
}

var channelNames = map[cases.Channel]string{cases.FromOfficer: "网格员上报", cases.FromResident: "居民随手报", cases.FromHotline: "12345热线", cases.FromLetter: "来信来访",
	cases.FromLeader: "领导交办", cases.FromDepartment: "部门移交", cases.FromDevice: "物联告警", cases.FromInspection: "巡查督查"}

var levelNames = map[cases.Level]string{cases.Grid: "网格", cases.Community: "社区", cases.Street: "街道", cases.District: "区", cases.City: "市"}

var satisfactionNames = map[string]string{"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意", "unreachable": "联系不上"}

// columns are all columns, in the order of a full export.
var columns = []column{
	{"number", "编号", func(c *cases.Case) any { return c.Number }},
	{"title", "标题", func(c *cases.Case) any { return c.Title }},
	{"text", "诉求", func(c *cases.Case) any { return c.Body }},
	{"category", "分类", func(c *cases.Case) any { return c.CategoryName }},
	{"channel", "来源", func(c *cases.Case) any { return channelNames[c.Channel] }},
	{"source_number", "来源编号", func(c *cases.Case) any { return c.SourceNumber }},
	{"state", "状态", func(c *cases.Case) any { return c.StateName }},
	{"level", "层级", func(c *cases.Case) any { return levelNames[c.Level] }},
	{"area", "区域", func(c *cases.Case) any { return c.AreaName }},
	{"address", "地址", func(c *cases.Case) any { return c.Address }},
	{"holder", "在谁手里", func(c *cases.Case) any { return c.HolderName }},
	{"lead", "牵头单位", func(c *cases.Case) any { return c.LeadName }},
	{"urgent", "紧急", func(c *cases.Case) any { return yes(c.Urgent) }},
	{"supervised", "督办", func(c *cases.Case) any { return yes(c.Supervised) }},
	{"voices", "反映人次", func(c *cases.Case) any { return c.Voices }},
	{"reported", "上报时间", func(c *cases.Case) any { return c.ReportedAt.Time }},
	{"filed", "立案时间", func(c *cases.Case) any { return moment(c.FiledAt) }},
	{"dispatched", "派遣时间", func(c *cases.Case) any { return moment(c.DispatchedAt) }},
	{"due", "到期时间", func(c *cases.Case) any { return moment(c.DueAt) }},
	{"handled", "处置完成", func(c *cases.Case) any { return moment(c.HandledAt) }},
	{"closed", "结案时间", func(c *cases.Case) any { return moment(c.ClosedAt) }},
	{"changed", "最近变动", func(c *cases.Case) any { return c.ChangedAt.Time }},
	{"overdue", "超期", func(c *cases.Case) any { return yes(c.Overdue) }},
	{"returns", "退单次数", func(c *cases.Case) any { return c.Returns }},
	{"reworks", "返工次数", func(c *cases.Case) any { return c.Reworks }},
	{"result", "办理结果", func(c *cases.Case) any { return resultWords[c.Result] }},
	{"outcome", "办理情况", func(c *cases.Case) any { return c.Outcome }},
	{"reply", "答复", func(c *cases.Case) any { return c.Reply }},
	{"satisfaction", "满意度", func(c *cases.Case) any { return satisfactionNames[c.Satisfaction] }},
}

func knownColumn(key string) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return c.key == key })
}

// chosenColumns are the columns of the keys in the order given; all but the long texts if none is named.
func chosenColumns(keys []string) []column {
	var out []column
	for _, k := range keys {
		if i := slices.IndexFunc(columns, func(c column) bool { return c.key == k }); i >= 0 {
			out = append(out, columns[i])
		}
	}
	if out != nil {
		return out
	}
	return slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return c.key == "text" || c.key == "outcome" })
}
