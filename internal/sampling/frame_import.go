package sampling

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/region"
)

// frameRows bounds an uploaded list: the largest district of the city has fewer households.
const frameRows = 1_000_000

// listed is one line of an uploaded list. Persons that were not counted stay nil.
type listed struct {
	number         int
	place          string
	address        Address
	elders, adults *int
}

// count is the number in a cell, -1 when it was left empty.
func count(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// number returns a setter of a cell that may stay empty.
func number(field func(*listed) **int, low, high int) func(*listed, string) error {
	return func(r *listed, text string) error {
		n := new(int)
		*field(r) = n
		return sheet.Int(func(*listed) *int { return n }, low, high)(r, text)
	}
}

// FrameReport says what became of an uploaded list.
type FrameReport struct {
	sheet.Report
	Frame  *Frame `json:"frame,omitempty" doc:"absent on a dry run and when bad rows kept all out"`
	DryRun bool   `json:"dry_run"`
}

var placeColumn = sheet.Column[listed]{Name: "area", Title: "社区或网格编码", Aliases: []string{"网格编码", "社区编码", "编码"}, Required: true, Example: "320106001003G001",
	Help: "12位社区编码，或16位网格编码", Set: func(r *listed, text string) error { r.place = strings.ToUpper(text); return nil }}

var addressColumn = sheet.Column[listed]{Name: "address", Title: "地址", Required: true, Example: "桂香苑3幢2单元501室", Help: "入户地址，入库即加密；同一社区内不能重复",
	Set: sheet.Text(func(r *listed) *string { return &r.address.Text }, 100)}

var householdColumns = sheet.Columns[listed]{placeColumn, addressColumn,
	{Name: "elders", Title: "60岁及以上人数", Aliases: []string{"老年人数"}, Example: "1", Help: "不掌握就留空，入户时询问",
		Set: number(func(r *listed) **int { return &r.elders }, 0, maxPersons)},
	{Name: "adults", Title: "18至59岁人数", Aliases: []string{"中青年人数"}, Example: "2", Help: "不掌握就留空，入户时询问",
		Set: number(func(r *listed) **int { return &r.adults }, 0, maxPersons)},
}

var unitColumns = sheet.Columns[listed]{placeColumn,
	{Name: "name", Title: "单位名称", Required: true, Example: "某某便利店", Set: sheet.Text(func(r *listed) *string { return &r.address.Name }, 100)},
	addressColumn,
	{Name: "class", Title: "规模类别", Aliases: []string{"规模"}, Required: true, Example: "1", Help: "1 小（10人以下），2 中（10至99人），3 大（100人及以上）；每一类单独抽取",
		Set: number(func(r *listed) **int { return &r.elders }, 1, 9)},
}

func columnsOf(kind FrameKind) sheet.Columns[listed] {
	if kind == Units {
		return unitColumns
	}
	return householdColumns
}

// FrameTemplate writes an empty list. Needs PermManage.
func (s *Service) FrameTemplate(ctx context.Context, w io.Writer, kind FrameKind, format sheet.Format) error {
	if err := auth.Require(ctx, PermManage); err != nil {
		return err
	}
	return columnsOf(kind).Template(w, format, frameTitles[kind])
}

var frameTitles = map[FrameKind]string{Households: "住户名册", Units: "单位名册"}

// ImportFrame makes a frame from an uploaded list, CSV or XLSX. One bad row keeps all out, as a frame with gaps would leave people
// without a chance; the report says which. dryRun stores nothing. Needs PermManage in the area.
func (s *Service) ImportFrame(ctx context.Context, in NewFrame, file io.Reader, dryRun bool) (*FrameReport, error) {
	if err := auth.RequireArea(ctx, PermManage, in.Area); err != nil {
		return nil, err
	}
	src, err := sheet.Open(file, sheet.Options{Rows: frameRows, CellChars: 500})
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // only temporary files are at stake
	reader, err := columnsOf(in.Kind).Read(src)
	if err != nil {
		return nil, err
	}
	var rows []*listed
	for number, r := range reader.Rows() {
		r.number = number
		rows = append(rows, r)
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	report := &FrameReport{Report: *reader.Report(), DryRun: dryRun}
	report.Errors = slices.Clone(report.Errors)
	if in.Blocks, err = s.admit(ctx, in.Area, rows, &report.Report); err != nil {
		return nil, err
	}
	slices.SortFunc(report.Errors, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
	if report.Errors == nil {
		report.Errors = []sheet.RowError{}
	}
	if dryRun || report.Rejected > 0 {
		return report, nil
	}
	if report.Accepted == 0 {
		return nil, errs.Invalid("sampling.empty_frame", "The list has no row.")
	}
	report.Frame, err = s.MakeFrame(ctx, in)
	return report, err
}

// admit judges rows against the areas and each other and gathers them by area, in the order of the file.
func (s *Service) admit(ctx context.Context, area string, rows []*listed, report *sheet.Report) ([]NewBlock, error) {
	known, err := s.knownAreas(ctx, area)
	if err != nil {
		return nil, err
	}
	index, first := map[string]int{}, map[memberKey]int{}
	blocks := []NewBlock{}
	for _, r := range rows {
		if !known[r.place] {
			report.Reject(sheet.RowError{Row: r.number, Column: "社区或网格编码", Value: r.place, Code: "sampling.bad_area", Reason: "本区没有这个社区或网格"})
			continue
		}
		key := s.memberKey(r.place[:12], Address{Text: oneLine(r.address.Text), Name: oneLine(r.address.Name)})
		if n, twice := first[key]; twice {
			report.Reject(sheet.RowError{Row: r.number, Column: "地址", Value: r.address.Text, Code: "sampling.repeated_address", Reason: fmt.Sprintf("与第%d行重复，同一户不能有两次机会", n)})
			continue
		}
		first[key] = r.number
		i, ok := index[r.place]
		if !ok {
			i = len(blocks)
			index[r.place] = i
			blocks = append(blocks, NewBlock{Code: r.place})
		}
		blocks[i].Members = append(blocks[i].Members, NewMember{Address: r.address, Elders: count(r.elders), Adults: count(r.adults)})
	}
	return blocks, nil
}

// knownAreas are the communities and grids that members may lie in.
func (s *Service) knownAreas(ctx context.Context, area string) (map[string]bool, error) {
	areas, _, err := s.regions.List(ctx, region.Filter{Within: area})
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for i := range areas {
		known[areas[i].Code] = areas[i].Level == region.Community || areas[i].Level == region.Grid
	}
	return known, nil
}
