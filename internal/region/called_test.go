package region

import (
	"context"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestCalled_GridIsNamedAfterItsCommunityOnce(t *testing.T) {
	d := testkit.SQLite(t)
	s := New(d)
	ctx := auth.System(context.Background(), "test")
	plots := []Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "鼓楼区"}, {Code: "320106001", Name: "甲街道"}, {Code: "320106001001", Name: "桥北社区居委会"},
		{Code: "320106001001G001", Name: "第1网格", Kind: Composite}, {Code: "320106001001G002", Name: "桥北社区第2网格", Kind: Composite}}
	if err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := s.SaveTx(ctx, tx, plots, testkit.Epoch)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"320106": "鼓楼区", "320106001001": "桥北社区居委会", "320106001001G001": "桥北社区第1网格", "320106001001G002": "桥北社区第2网格", "999": "999"} {
		if got := s.Called(ctx, code); got != want {
			t.Errorf("%s is called %s, want %s", code, got, want)
		}
	}
}
