package survey

import (
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/form"
)

// Column is one column of the answer file. Code is the header a machine writes, Title what the template shows; both are
// accepted, and so is Title followed by an explanation after a space.
type Column struct {
	Code     string   `json:"code"`
	Title    string   `json:"title"`
	Required bool     `json:"required"`
	Groups   []Group  `json:"groups,omitempty" doc:"questionnaires that ask it; empty: all"`
	Accepts  string   `json:"accepts" doc:"what a cell may hold"`
	Options  []string `json:"options,omitempty"`
}

// Codes of the columns that are not questions.
const (
	colRespondent = "respondent"
	colChannel    = "channel"
	colMode       = "mode"
	colStreet     = "street"
	colCommunity  = "community"
	colGroup      = "group"
	colSex        = "sex"
	colAge        = "age_band"
	colSeconds    = "seconds"
	colDevice     = "device"
	colSubmitted  = "submitted_at"
	colNPS        = "nps"
)

// ageBands are the values of the age column.
var ageBands = []string{"18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"}

var (
	groupNames = map[string]Group{"elder": Elder, "老年": Elder, "老年居民": Elder, "adult": Adult, "中青年": Adult, "中青年居民": Adult,
		"unit": Unit, "单位": Unit, "驻区单位": Unit}
	channelNames = map[string]Channel{"targeted": Targeted, "定向": Targeted, "online": Online, "线上": Online}
	modeNames    = map[string]Mode{"visit": ModeVisit, "入户": ModeVisit, "走访": ModeVisit, "phone": ModePhone, "电话": ModePhone,
		"paper": ModePaper, "纸质": ModePaper, "web": ModeWeb, "网页": ModeWeb, "线上": ModeWeb, "小程序": ModeWeb}
	sexNames = map[string]string{"": "", "男": "m", "m": "m", "女": "f", "f": "f"}
)

// Title returns the Chinese name of a group.
func (g Group) Title() string {
	return map[Group]string{Elder: "老年居民", Adult: "中青年居民", Unit: "驻区单位", "": "全部对象"}[g]
}

// Title returns the Chinese name of a channel.
func (c Channel) Title() string { return map[Channel]string{Targeted: "定向", Online: "线上"}[c] }

// Columns lists the columns of the answer file of a wave: who answered, then every question once in the order of the
// questionnaires. One file may mix the groups; a cell of a question that the row's group is not asked must be empty.
func Columns(forms map[Group]*Form, scale Scale) []Column {
	columns := []Column{
		{Code: colRespondent, Title: "受访编号", Required: true, Accepts: "本文件内唯一的编号，最多64字；重复导入据此识别，库中只存摘要"},
		{Code: colChannel, Title: "渠道", Required: true, Accepts: "定向 或 线上", Options: []string{"定向", "线上"}},
		{Code: colMode, Title: "方式", Accepts: "入户、电话、纸质、网页；空：定向按入户、线上按网页", Options: []string{"入户", "电话", "纸质", "网页"}},
		{Code: colStreet, Title: "街道", Required: true, Accepts: "街道代码或全称"},
		{Code: colCommunity, Title: "社区", Accepts: "社区代码或全称，可空"},
		{Code: colGroup, Title: "对象", Required: true, Accepts: "老年、中青年、单位", Options: []string{"老年", "中青年", "单位"}},
		{Code: colSex, Title: "性别", Accepts: "男、女，可空", Options: []string{"男", "女"}},
		{Code: colAge, Title: "年龄段", Accepts: strings.Join(ageBands, "、") + "，可空", Options: ageBands},
		{Code: colSeconds, Title: "用时秒", Accepts: "0—86400 的整数，可空"},
		{Code: colDevice, Title: "设备", Accepts: "设备标识，可空；库中只存摘要"},
		{Code: colSubmitted, Title: "提交时间", Accepts: "如 2026-11-21 14:30，可空"},
	}
	at := map[string]int{}
	for _, g := range Groups {
		if forms[g] == nil {
			continue
		}
		for _, q := range forms[g].Questions {
			if !keyedIn(q.Type) {
				continue
			}
			if i, ok := at[q.Code]; ok {
				columns[i].Groups = append(columns[i].Groups, g)
				continue
			}
			at[q.Code] = len(columns)
			columns = append(columns, questionColumn(q, g, scale))
		}
	}
	for i := range columns {
		if len(columns[i].Groups) == len(Groups) {
			columns[i].Groups = nil
		}
	}
	return append(columns, Column{Code: colNPS, Title: "推荐度", Accepts: "0—10 的整数，可空"})
}

// keyedIn reports whether a question has a column of its own: demographics and the recommendation have fixed ones, pictures and
// notes none.
func keyedIn(t QuestionType) bool {
	return t != TypeDemographics && t != form.NPS && t != form.Photo && t != form.Note
}

func questionColumn(q Question, g Group, scale Scale) Column {
	c := Column{Code: q.Code, Title: q.Code, Groups: []Group{g}}
	switch q.Type {
	case TypeScale:
		for _, step := range scale {
			if !step.Face {
				c.Options = append(c.Options, step.Label)
			}
		}
		c.Accepts = fmt.Sprintf("%s，或序号1—%d；空为未作答", strings.Join(c.Options, "、"), len(c.Options))
		if q.NA {
			c.Accepts += "；N 为没接触过/不了解"
		}
	case TypeSingle:
		c.Options = q.Options
		c.Accepts = fmt.Sprintf("%s，或序号1—%d", strings.Join(q.Options, "、"), len(q.Options))
	case TypeCategories:
		c.Accepts = fmt.Sprintf("反向问题领域的编号或名称，最多%d个，用顿号或分号隔开", q.Max)
	case TypeText:
		c.Accepts = fmt.Sprintf("文字，最多%d字；与答卷分开保存", q.MaxLen)
	case form.Multi, form.Ranking, form.Number:
		c.Options, c.Accepts = q.Options, typedColumn(&q)
	case TypePhone:
		c.Accepts = "手机或固定电话；加密后与答卷分开保存，须与意见文字一同填写"
	}
	return c
}

// asks reports whether the column belongs to the questionnaire of a group.
func (c *Column) asks(g Group) bool { return len(c.Groups) == 0 || slices.Contains(c.Groups, g) }
