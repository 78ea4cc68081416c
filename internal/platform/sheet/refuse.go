package sheet

import (
	"fmt"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// Refuse notes in a report that a row was refused by what keeps it: with the code and the Chinese of the refusal, under the
// heading of the field it names and with the help of its column. An error that is no refusal is returned and noted nowhere; nil
// stays nil.
func (cs Columns[T]) Refuse(report *Report, row int, err error) error {
	e := errs.As(err)
	if err == nil || e == nil || e.Kind == errs.KindInternal {
		return err
	}
	bad := RowError{Row: row, Code: e.Code, Reason: i18n.Error("zh", e.Code, e.Message)}
	if len(e.Fields) > 0 {
		f := e.Fields[0]
		bad.Column = strings.TrimPrefix(f.Location, "body.")
		if f.Value != nil {
			bad.Value = fmt.Sprint(f.Value)
		}
		for _, c := range cs {
			if c.Name != bad.Column {
				continue
			}
			if bad.Column = c.Title; c.Help != "" {
				bad.Reason += "（" + c.Help + "）"
			}
			break
		}
	}
	report.Reject(bad)
	return nil
}
