package duty

import (
	"context"
	"io"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// ruleSheet is the table of rules as people keep it in a workbook.
var ruleSheet = sheet.Columns[Rule]{
	{Name: "code", Title: "编号", Required: true, Example: "R140104-01", Help: "本版清单内唯一", Set: sheet.Text(func(r *Rule) *string { return &r.Code }, 30)},
	{Name: "category", Title: "分类编码", Aliases: []string{"分类"}, Example: "140104", Help: "2位大类、4位中类或6位小类；留空为全部", Set: sheet.Text(func(r *Rule) *string { return &r.Category }, 10)},
	{Name: "component", Title: "部件编码", Aliases: []string{"部件"}, Example: "0113", Help: "2位大类或4位小类；留空为全部", Set: sheet.Text(func(r *Rule) *string { return &r.Component }, 10)},
	{Name: "area_code", Title: "区划编码", Aliases: []string{"区划"}, Example: "320106001", Help: "街道、社区或网格；留空为全区", Set: sheet.Text(func(r *Rule) *string { return &r.AreaCode }, 20)},
	{Name: "source", Title: "来源", Help: "officer、resident、hotline、letter、leader、department、device、inspection；留空为全部", Set: sheet.Text(func(r *Rule) *string { return &r.Source }, 20)},
	{Name: "days", Title: "日期类型", Help: "工作日或休息日；留空为每天", Set: sheet.OneOf(func(r *Rule) *string { return &r.Days }, map[string]string{"工作日": "work", "休息日": "off", "work": "work", "off": "off"})},
	{Name: "from_time", Title: "起始时刻", Example: "18:00", Help: "与截止时刻一起填，可跨零点", Set: sheet.Text(func(r *Rule) *string { return &r.FromTime }, 5)},
	{Name: "to_time", Title: "截止时刻", Example: "08:00", Set: sheet.Text(func(r *Rule) *string { return &r.ToTime }, 5)},
	{Name: "from_date", Title: "起始月日", Example: "12-01", Help: "与截止月日一起填，可跨年", Set: sheet.Text(func(r *Rule) *string { return &r.FromDate }, 5)},
	{Name: "to_date", Title: "截止月日", Example: "02-28", Set: sheet.Text(func(r *Rule) *string { return &r.ToDate }, 5)},
	{Name: "lead", Title: "牵头单位", Required: true, Example: "street_lighting", Help: "单位代码", Set: sheet.Text(func(r *Rule) *string { return &r.Lead }, 40)},
	{Name: "assists", Title: "协办单位", Example: "street_urban、water_affairs", Help: "单位代码，用顿号或逗号分开", Set: func(r *Rule, text string) error {
		r.Assists.V = append(r.Assists.V, strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("、,，;； ", c) })...)
		return nil
	}},
	{Name: "verifier", Title: "核查单位", Help: "单位代码；留空由网格员核查", Set: sheet.Text(func(r *Rule) *string { return &r.Verifier }, 40)},
	{Name: "limit", Title: "处置时限", Example: "3 work_day", Help: "数字加 urgent_hour、work_hour、work_day 或 calendar_day；留空用分类的时限", Set: sheet.Text(func(r *Rule) *string { return &r.LimitText }, 30)},
	{Name: "fallback", Title: "兜底单位", Help: "牵头单位不存在的地方由谁牵头", Set: sheet.Text(func(r *Rule) *string { return &r.Fallback }, 40)},
	{Name: "basis", Title: "依据", Set: sheet.Text(func(r *Rule) *string { return &r.Basis }, 400)},
}

// Export writes the rules of a version with a column of names behind the codes. Needs duty.read.
func (s *Service) Export(ctx context.Context, id string, format sheet.Format, w io.Writer) (name string, err error) {
	v, err := s.Version(ctx, id)
	if err != nil {
		return "", err
	}
	out, err := sheet.NewWriter(w, format, "责任清单")
	if err != nil {
		return "", err
	}
	titles := make([]any, 0, len(ruleSheet)+1)
	for _, c := range ruleSheet {
		titles = append(titles, c.Title)
	}
	err = out.Row(append(titles, "说明")...)
	for i := 0; err == nil && i < len(v.List); i++ {
		r := &v.List[i]
		days := map[string]string{"work": "工作日", "off": "休息日"}[r.Days]
		err = out.Row(r.Code, r.Category, r.Component, r.AreaCode, r.Source, days, r.FromTime, r.ToTime, r.FromDate, r.ToDate, r.Lead, strings.Join(r.Assists.V, "、"),
			r.Verifier, r.LimitText, r.Fallback, r.Basis, strings.Join(r.Conditions, " × ")+"：牵头"+r.LeadName)
	}
	if closing := out.Close(); err == nil {
		err = closing
	}
	return v.Name, err
}

// ImportReport says what became of an uploaded list.
type ImportReport struct {
	sheet.Report
	DryRun bool `json:"dry_run"`
	Stored bool `json:"stored" doc:"False on a dry run and when a bad row kept all out"`
}

// Import replaces the rules of a draft by those of a CSV or XLSX file. One bad row keeps all out, as a list with gaps would send
// cases astray; the report says which. Needs duty.manage in the district of the draft.
func (s *Service) Import(ctx context.Context, id string, file io.Reader, dryRun bool) (out *ImportReport, err error) {
	src, err := sheet.Open(file, sheet.Options{Rows: maxRules + 20, CellChars: 500})
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // only temporary files are at stake
	reader, err := ruleSheet.Read(src)
	if err != nil {
		return nil, err
	}
	var v *Version
	if err := s.db.Read(ctx, func(tx *db.Tx) error {
		v, err = s.draft(ctx, tx, id)
		return err
	}); err != nil {
		return nil, err
	}
	rules, report, err := s.readRules(ctx, v, reader)
	if err != nil {
		return nil, err
	}
	out = &ImportReport{Report: *report, DryRun: dryRun}
	if out.Errors == nil {
		out.Errors = []sheet.RowError{}
	}
	if dryRun || report.Rejected > 0 {
		return out, nil
	}
	out.Stored = true
	return out, s.db.Tx(ctx, func(tx *db.Tx) error {
		now, err := s.draft(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.replaceRules(ctx, tx, now, rules)
	})
}

// readRules takes the rows of a file as rules of the draft.
func (s *Service) readRules(ctx context.Context, v *Version, reader *sheet.Reader[Rule]) ([]Rule, *sheet.Report, error) {
	var rules []Rule
	seen := map[string]bool{}
	var bad []sheet.RowError
	for number, r := range reader.Rows() {
		err := s.fit(ctx, v, r)
		switch e := errs.As(err); {
		case err != nil && e == nil:
			return nil, nil, err
		case e != nil && len(e.Fields) > 0:
			bad = append(bad, sheet.RowError{Row: number, Column: titleOf(e.Fields[0].Location), Code: e.Code, Reason: "填写有误：" + e.Fields[0].Message})
		case e != nil:
			bad = append(bad, sheet.RowError{Row: number, Code: e.Code, Reason: e.Message})
		case seen[r.Code]:
			bad = append(bad, sheet.RowError{Row: number, Column: "编号", Value: r.Code, Code: "duty.code_taken", Reason: "编号重复"})
		default:
			seen[r.Code] = true
			rules = append(rules, *r)
		}
	}
	if err := reader.Err(); err != nil {
		return nil, nil, err
	}
	report := reader.Report()
	for _, e := range bad {
		report.Reject(e)
	}
	return rules, report, nil
}

// titleOf is the heading of the column a field of a rule stands in.
func titleOf(location string) string {
	name := strings.TrimPrefix(location, "body.")
	for _, c := range ruleSheet {
		if c.Name == name {
			return c.Title
		}
	}
	return name
}

// replaceRules stores the rules of a file in place of those of the draft; a rule that was taken from a precedent and keeps its
// code stays so.
func (s *Service) replaceRules(ctx context.Context, tx *db.Tx, v *Version, rules []Rule) error {
	before, err := rulesOf(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	taken := map[string]int{}
	for _, r := range before {
		taken[r.Code] = r.Precedent
	}
	if _, err := tx.Exec(ctx, "DELETE FROM duty_rule WHERE version_id = $1", v.ID); err != nil {
		return err
	}
	for i := range rules {
		r := &rules[i]
		r.ID, r.VersionID, r.Precedent = db.NewID(tx), v.ID, taken[r.Code]
		if err := insertRule(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := touchVersion(ctx, tx, v); err != nil {
		return err
	}
	return s.log(ctx, tx, "duty.import", v, map[string]any{"before": len(before), "rules": len(rules)})
}
