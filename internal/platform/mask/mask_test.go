package mask

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestMask_HidesWhoSpoke(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"打我手机13812345678":                 "打我手机〔电话〕",
		"138 1234 5678，谢谢":                "〔电话〕，谢谢",
		"138-1234-5678":                   "〔电话〕",
		"+86 138 1234 5678":               "+〔电话〕",
		"１３８１２３４５６７８":                     "〔电话〕",
		"一三八一二三四五六七八":                     "〔电话〕",
		"幺三八壹贰叁肆伍陆柒捌":                     "〔电话〕",
		"①③⑧①②③④⑤⑥⑦⑧":                     "〔电话〕",
		"𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖":                     "〔电话〕",
		"1\u200b3\u200b8\u200b12345678":   "〔电话〕",
		"1.3.8.1.2.3.4.5.6.7.8":           "〔电话〕",
		"013812345678":                    "〔电话〕",
		"025-83212345打不通":                 "〔电话〕打不通",
		"（025）8321 2345":                  "（〔电话〕",
		"l38 12O4 5678":                   "〔电话〕",
		"0512 6832 1234":                  "〔电话〕",
		"谢谢张医生":                           "谢谢〔姓名〕医生",
		"座机83212345":                      "座机〔电话〕",
		"身份证320106199001011234":           "身份证〔证件号〕",
		"32010619900101123x":              "〔证件号〕",
		"320106 19900101 123 X":           "〔证件号〕",
		"320106900101123":                 "〔证件号〕",
		"卡6222021234567890123":            "卡〔账号〕",
		"6222 0212 3456 7890 123":         "〔账号〕",
		"微信号 12345678":                    "微信号 〔账号〕",
		"发到zhang.san@example.com吧":        "发到〔邮箱〕吧",
		"苏A·12345乱停":                      "〔车牌〕乱停",
		"苏ａ１２３４５天天堵门":                     "〔车牌〕天天堵门",
		"苏AD12345占了充电位":                   "〔车牌〕占了充电位",
		"苏A 1234学":                        "〔车牌〕",
		"我叫张建国，住在三号楼":                     "我叫〔姓名〕，住在三号楼",
		"我叫欧阳明住在三号楼":                      "我叫〔姓名〕住在三号楼",
		"联系人：高明":                          "联系人：〔姓名〕",
		"社区张建国书记说管不了":                     "社区〔姓名〕书记说管不了",
		"李主任答应过":                          "〔姓名〕主任答应过",
		"找了王某某三次":                         "找了〔姓名〕三次",
		"隔壁老王乱停车":                         "隔壁〔姓名〕乱停车",
		"<b>13812345678</b>'; DROP TABLE": "<b>〔电话〕</b>'; DROP TABLE",
	} {
		if got := Text(text); got != want {
			t.Errorf("Text(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMask_LeavesPlainComplaintsAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"12345热线打了三次没人接", "2026年11月24日上午10:30来过", "12幢301室漏水", "路灯坏了三个月", "物业费一平米1.85元，一年2400元",
		"110报警没用", "小区共有1200户", "从2025-11-13 18:30起停水", "三百六十五天都堵", "施工队长不管", "周边阿姨跳广场舞", "小区物业经理不露面",
		"社区书记一年没见过", "党员志愿活动就是拍照", "95.02分太高了", "高龄老人没人管", "一九九八年的老房子", "G42高速", "400-820-8820",
		"我是许府巷居民", "我是孙女在这里上学", "我是王家巷的居民", "OLED屏太亮", "版本3e09466 (2026-08-22)",
	} {
		if got := Text(text); got != text {
			t.Errorf("Text(%q) = %q", text, got)
		}
	}
}

func TestMaskPublic_HidesTheRoom(t *testing.T) {
	t.Parallel()
	if got, want := Public("五所村12幢2单元301室楼上漏水"), "五所村12幢2单元〔室号〕室楼上漏水"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMask_IsLinearAndKeepsHostileText(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"1", "1 ", "一", "苏A", "@", "a@", "我叫", "张", "<script>", "\xff\xfe", "1-", "3201061990", "\u202e", "王某"} {
		text := strings.Repeat(unit, 200_000/len(unit))
		done := make(chan string, 1)
		go func() { done <- Text(text) }()
		select {
		case got := <-done:
			if utf8.ValidString(text) && !utf8.ValidString(got) {
				t.Errorf("%q: result is not UTF-8", unit)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%q: masking 200 kB took more than 20 s", unit)
		}
	}
}

func FuzzMask_TwiceIsOnce(f *testing.F) {
	f.Add("我叫张建国，138 1234 5678，苏A12345")
	f.Add("3201061990010112341381234567813")
	f.Fuzz(func(t *testing.T, text string) {
		once := Text(text)
		if twice := Text(once); twice != once {
			t.Errorf("Text(%q) = %q, again %q", text, once, twice)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	text := strings.Repeat("小区路灯坏了三个月，打电话13812345678给张主任没人管。", 4)
	for b.Loop() {
		Text(text)
	}
}
