package desk

import (
	"context"
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// maxExported bounds the cases of a file.
const maxExported = 20_000

// casesAsFiles is the kind of file this module brings to the desk for exports.
func (s *Service) casesAsFiles() export.Kind {
	return export.Kind{Name: "case", Tag: tag, Base: "/api/v1/desk/exports", Ask: PermExport, Approve: PermApprove, Make: s.makeExport}
}

// exported is what a file of cases is made from.
type exported struct {
	Filter  cases.Filter `json:"filter"`
	Columns []string     `json:"columns"`
}

// NewExport asks for an export.
type NewExport struct {
	Purpose string       `json:"purpose" maxLength:"800" doc:"What for; it stands in the file and in the log"`
	Filter  cases.Filter `json:"filter"`
	Columns []string     `json:"columns,omitempty" maxItems:"30"`
	Format  string       `json:"format" enum:"xlsx,csv"`
}

// AskExport asks for a file of the cases of a filter, at most 20,000, as far as the caller sees them. Somebody else with
// desk.approve_export for the area decides. Needs desk.export.
func (s *Service) AskExport(ctx context.Context, n NewExport) (e *export.Request, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	if err := export.CheckPurpose(&n.Purpose); err != nil {
		return nil, err
	}
	if bad := slices.IndexFunc(n.Columns, func(c string) bool { return !knownColumn(c) }); bad >= 0 {
		return nil, errs.Invalid("desk.bad_column", "There is no such column.", errs.Field{Location: "body.columns", Message: "unknown", Value: n.Columns[bad]})
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		matched, err := s.Cases.CountTx(ctx, tx, n.Filter, maxExported)
		if err != nil {
			return err
		}
		if matched == 0 || matched > maxExported {
			return errs.Invalid("desk.bad_amount", "An export holds between 1 and 20,000 cases; change the filter.", errs.Field{Location: "body.filter", Message: "too many or none", Value: matched})
		}
		p, area := auth.From(ctx), n.Filter.Area
		if area == "" || !p.Covers(area) {
			area = homeArea(p)
		}
		e, err = s.Exports.AskTx(ctx, tx, export.Wish{Area: area, Content: exported{n.Filter, append([]string{}, n.Columns...)}, Lines: matched, Format: n.Format, Purpose: n.Purpose})
		return err
	})
	return e, err
}
