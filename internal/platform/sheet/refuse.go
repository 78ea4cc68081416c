package sheet

import (
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// Refuse notes in a report that a row was refused by what keeps it: with the code and the Chinese of the refusal, under the
// heading of the field it names. An error that is no refusal is returned and noted nowhere; nil stays nil.
func (cs Columns[T]) Refuse(report *Report, row int, err error) error {
	e := errs.As(err)
	if err == nil || e == nil || e.Kind == errs.KindInternal {
		return err
	}
	bad := RowError{Row: row, Code: e.Code, Reason: i18n.Error("zh", e.Code, e.Message)}
	if len(e.Fields) > 0 {
		bad.Column = cs.titleOf(strings.TrimPrefix(e.Fields[0].Location, "body."))
	}
	report.Reject(bad)
	return nil
}

// titleOf is the heading of a column, the name itself if there is none of it.
func (cs Columns[T]) titleOf(name string) string {
	for _, c := range cs {
		if c.Name == name {
			return c.Title
		}
	}
	return name
}
