package region

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
)

// ImportOptions say what an import may do.
type ImportOptions struct {
	DryRun   bool       // check and count, store nothing
	KeepGood bool       // store the good rows although others are bad; otherwise one bad row keeps all out
	Since    clock.Time // from when new areas count; zero: always
}

// always is the beginning of areas whose true beginning is before all records.
var always = clock.At(time.UnixMilli(0))

// Report tells what an import found and did. Saved is false for a dry run, and when bad rows kept all out.
type Report struct {
	sheet.Report
	Counts
	Warnings []sheet.RowError `json:"warnings,omitempty" doc:"Stored all the same"`
	DryRun   bool             `json:"dry_run"`
	Saved    bool             `json:"saved"`
}

// row is one line of an area table.
type row struct {
	draft
	number int
	level  Level
	parent string
}

// levelWords are the ways in which tables name the tiers and kinds.
var levelWords = map[string]Level{
	"province": Province, "省": Province, "city": City, "市": City, "district": District, "区": District, "区县": District,
	"subdistrict": Subdistrict, "street": Subdistrict, "街道": Subdistrict, "街镇": Subdistrict,
	"community": Community, "社区": Community, "村": Community, "grid": Grid, "网格": Grid,
}

var kindWords = map[string]Kind{
	"composite": Composite, "综合": Composite, "综合网格": Composite, "dedicated": Dedicated, "专属": Dedicated, "专属网格": Dedicated,
	"police": Police, "警务": Police, "警务网格": Police,
}

var classWords = map[string]Class{
	"daily": Daily, "日常管理": Daily, "key_assist": KeyAssist, "重点协助": KeyAssist, "periodic_joint": PeriodicJoint, "定期联动": PeriodicJoint,
}

// columns of an area table; the official list has the first four.
var columns = sheet.Columns[row]{
	{Name: "code", Title: "区划编码", Aliases: []string{"编码", "代码"}, Required: true, Example: "320106001003", Set: setCode},
	{Name: "name", Title: "名称", Required: true, Example: "仙霞路社区居委会",
		Set: func(r *row, s string) error { r.Name = s; return nil }},
	{Name: "level", Title: "层级", Example: "社区", Set: sheet.OneOf(func(r *row) *Level { return &r.level }, levelWords)},
	{Name: "parent_code", Title: "上级编码", Example: "320106001",
		Set: func(r *row, s string) error { r.parent = s; return nil }},
	{Name: "kind", Title: "网格类型", Example: "综合", Set: sheet.OneOf(func(r *row) *Kind { return &r.Kind }, kindWords)},
	{Name: "class", Title: "管理类别", Example: "日常管理", Set: sheet.OneOf(func(r *row) *Class { return &r.Class }, classWords)},
	{Name: "households", Title: "户数", Example: "412", Set: func(r *row, s string) error {
		r.counted = true
		return sheet.Int(func(r *row) *int { return &r.Households }, 0, maxHouseholds)(r, s)
	}},
}

func setCode(r *row, s string) error {
	r.Code = s
	if _, _, err := LevelOf(s); err != nil {
		return sheet.Bad("region.bad_code", err.Error())
	}
	return nil
}

// ImportTree reads areas from a CSV or XLSX table, in any encoding package sheet knows, in any order. Areas not in the
// table stay as they are; a second import of the same table changes nothing. Needs region.manage; rows outside the
// caller's areas are bad rows. Errors: those of package sheet for a file that is no table.
func (s *Service) ImportTree(ctx context.Context, r io.Reader, o ImportOptions) (*Report, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	src, err := sheet.Open(r, sheet.Options{Rows: 200_000, CellChars: 1000})
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // only temporary files are at stake
	in, err := columns.Read(src)
	if err != nil {
		return nil, err
	}
	var rows []row
	for number, r := range in.Rows() {
		r.number, r.classified = number, r.Class != ""
		rows = append(rows, *r)
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	return s.importWith(ctx, "import", o, in.Report(), func(_ context.Context, st *stock, report *sheet.Report) []draft {
		return admit(ctx, rows, st, report)
	})
}

// errDry ends the transaction of an import that must leave nothing.
var errDry = errors.New("dry run")

// importWith runs an import inside one transaction: select judges what was read against the stock and rejects into
// the report; what is left is stored, or not.
func (s *Service) importWith(ctx context.Context, action string, o ImportOptions, found *sheet.Report,
	choose func(context.Context, *stock, *sheet.Report) []draft) (*Report, error) {
	var out *Report
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		st, err := takeStock(ctx, tx)
		if err != nil {
			return err
		}
		out = &Report{Report: *found, DryRun: o.DryRun}
		out.Errors = slices.Clone(found.Errors)
		if o.Since.IsZero() {
			o.Since = always
		}
		b := st.plan(choose(ctx, st, &out.Report), o.Since, tx.Time())
		slices.SortFunc(out.Errors, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
		out.Counts = b.Counts
		if o.DryRun || out.Rejected > 0 && !o.KeepGood {
			return errDry
		}
		out.Saved = true
		return s.store(ctx, tx, action, b)
	})
	if err != nil && !errors.Is(err, errDry) {
		return nil, fmt.Errorf("%s areas: %w", action, err)
	}
	return out, nil
}

// admit judges rows against each other and the stock, parents first, so that the children of a bad row are bad too.
func admit(ctx context.Context, rows []row, st *stock, report *sheet.Report) []draft {
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(len(a.Code), len(b.Code)) })
	first := make(map[string]int, len(rows))
	good := make(map[string]bool, len(rows))
	var out []draft
	for i := range rows {
		r := &rows[i]
		column, value, code, reason := r.judge(ctx, st)
		if n, twice := first[r.Code]; twice {
			column, value, code, reason = "code", r.Code, "region.repeated_code", fmt.Sprintf("编码与第%d行重复", n)
		} else {
			first[r.Code] = r.number
		}
		if parent := ParentOf(r.Code); reason == "" && needsParent(r.Code) && !good[parent] && !st.living(parent) {
			column, value, code, reason = "parent_code", parent, "region.no_parent", "上级区划不存在或所在行有误"
		}
		if reason != "" {
			report.Reject(sheet.RowError{Row: r.number, Column: column, Value: value, Code: code, Reason: reason})
			continue
		}
		good[r.Code] = true
		out = append(out, r.draft)
	}
	return out
}

// needsParent reports whether an area must hang on another: a district may be the root of its own server.
func needsParent(code string) bool { return len(code) > 6 }

// judge checks one row by itself and against what exists.
func (r *row) judge(ctx context.Context, st *stock) (column, value, code, reason string) {
	if field, reason := r.Validate(); field != "" {
		return field, r.field(field), "region.bad_area", reason
	}
	level, _, _ := LevelOf(r.Code)
	switch old, exists := st.areas[r.Code]; {
	case r.level != "" && r.level != level:
		return "level", string(r.level), "region.wrong_level", "层级与编码长度不符"
	case r.parent != "" && r.parent != ParentOf(r.Code):
		return "parent_code", r.parent, "region.wrong_parent", "上级编码应为" + cmp.Or(ParentOf(r.Code), "空")
	case exists && old.ValidTo != nil:
		return "code", r.Code, "region.ended", "该区划已撤销，编码不能再用"
	case !auth.From(ctx).Covers(r.Code):
		return "code", r.Code, "auth.outside_area", "不在您负责的区域内"
	}
	return "", "", "", ""
}

func (r *row) field(name string) string {
	switch name {
	case "code":
		return r.Code
	case "name":
		return r.Name
	case "kind":
		return string(r.Kind)
	case "class":
		return string(r.Class)
	}
	return strconv.Itoa(r.Households)
}
