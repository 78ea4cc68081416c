package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestRegister_ACaseNobodyNamedIsCalledAfterItsFirstSentenceOrAClauseOfIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		for text, want := range map[string]string{
			"小区门口雨后积水到小腿。已经三天了":                      "小区门口雨后积水到小腿",
			"十二幢东边的路灯坏了三个月，晚上看不清台阶，老人摔过一次，请尽快派人来修一下": "十二幢东边的路灯坏了三个月，晚上看不清台阶，老人摔过一次",
			"楼道里堆满纸箱，怕着火":                            "楼道里堆满纸箱，怕着火",
			"救命！楼上往下扔砖头砸到人了快来人":                      "救命！楼上往下扔砖头砸到人了快来人",
			"从建设路到解放路之间所有的人行道板全部松动翘起下雨就溅水行人无法正常通过":   "从建设路到解放路之间所有的人行道板全部松动翘起下雨就溅水行…",
		} {
			c, err := x.Cases.Register(x.Ctx, cases.Report{Channel: cases.FromHotline, Text: text, AreaCode: casetest.Grid})
			if err != nil {
				t.Fatal(err)
			}
			if c.Title != want {
				t.Errorf("%s\nis called %s\nwant      %s", text, c.Title, want)
			}
		}
	})
}
