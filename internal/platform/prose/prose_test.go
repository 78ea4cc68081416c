package prose

import (
	"testing"

	"yiwang/internal/platform/errs"
)

func TestCheck_NamesEveryPieceThatIsWrong(t *testing.T) {
	t.Parallel()
	good, empty, long, bell := "  路灯坏了\n三个月 ", " ", "四个字了", "a\a"
	err := Check("x.bad_text", Piece{"good", &good, 20, true}, Piece{"empty", &empty, 20, true}, Piece{"long", &long, 3, false}, Piece{"bell", &bell, 9, false})
	if good != "路灯坏了\n三个月" {
		t.Errorf("the text became %q", good)
	}
	e := errs.As(err)
	if e == nil || e.Code != "x.bad_text" || len(e.Fields) != 3 || e.Fields[0].Location != "body.empty" || e.Fields[1].Location != "body.long" || e.Fields[2].Location != "body.bell" {
		t.Errorf("got %+v", e)
	}
	if err := Check("x.bad_text", Piece{"empty", &empty, 20, false}); err != nil {
		t.Errorf("an optional text: %v", err)
	}
}
