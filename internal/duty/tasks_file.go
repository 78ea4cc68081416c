package duty

import (
	"context"
	"io"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/sheet"
)

// taskWords are the kinds as people write them.
var taskWords = map[string]string{Basic: "基本履职", Cooperative: "配合履职", TakenBack: "已收回"}

// taskSheet is the duty list as people keep it in a workbook.
var taskSheet = sheet.Columns[Task]{
	{Name: "category", Title: "分类编码", Aliases: []string{"分类"}, Required: true, Example: "140104", Help: "6位小类", Set: sheet.Text(func(t *Task) *string { return &t.Category }, 10)},
	{Name: "kind", Title: "街道履职", Required: true, Example: "配合履职", Help: "基本履职、配合履职或已收回", Set: sheet.OneOf(func(t *Task) *string { return &t.Kind },
		map[string]string{"基本履职": Basic, "基本": Basic, Basic: Basic, "配合履职": Cooperative, "配合": Cooperative, Cooperative: Cooperative, "已收回": TakenBack, "收回": TakenBack, TakenBack: TakenBack})},
	{Name: "owner", Title: "牵头部门", Example: "street_lighting", Help: "单位代码；基本履职的可以不填", Set: sheet.Text(func(t *Task) *string { return &t.Owner }, 40)},
	{Name: "basis", Title: "依据", Set: sheet.Text(func(t *Task) *string { return &t.Basis }, 400)},
}

// ExportTasks writes the duty list that holds in the caller's district, with names behind the codes. Needs duty.read.
func (s *Service) ExportTasks(ctx context.Context, format sheet.Format, w io.Writer) error {
	list, err := s.Tasks(ctx)
	if err != nil {
		return err
	}
	out, err := sheet.NewWriter(w, format, "履职事项清单")
	if err != nil {
		return err
	}
	titles := make([]any, 0, len(taskSheet)+2)
	for _, c := range taskSheet {
		titles = append(titles, c.Title)
	}
	err = out.Row(append(titles, "事项", "部门名称")...)
	for i := 0; err == nil && i < len(list); i++ {
		t := &list[i]
		err = out.Row(t.Category, taskWords[t.Kind], t.Owner, t.Basis, t.Path, t.OwnerName)
	}
	if closing := out.Close(); err == nil {
		err = closing
	}
	return err
}

// TaskImport says what became of an uploaded duty list.
type TaskImport struct {
	ImportReport
	Changed int `json:"changed" doc:"Entries that say something else than before; the others stay as they are"`
}

// ImportTasks takes the entries of a CSV or XLSX file into the duty list of the caller's district; what the file does not
// name stays. One bad row keeps all out; the report says which. Needs duty.manage there.
func (s *Service) ImportTasks(ctx context.Context, file io.Reader, dryRun bool) (out *TaskImport, err error) {
	area := areaOf(ctx)
	if err := auth.RequireArea(ctx, PermManage, area); err != nil {
		return nil, err
	}
	src, err := sheet.Open(file, sheet.Options{Rows: maxRules + 20, CellChars: 500})
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // only temporary files are at stake
	reader, err := taskSheet.Read(src)
	if err != nil {
		return nil, err
	}
	tasks, report, err := s.readTasks(reader)
	if err != nil {
		return nil, err
	}
	out = &TaskImport{ImportReport: ImportReport{Report: *report, DryRun: dryRun}}
	if out.Errors == nil {
		out.Errors = []sheet.RowError{}
	}
	store := !dryRun && report.Rejected == 0
	run := s.db.Read
	if store {
		run = s.db.Tx
	}
	err = run(ctx, func(tx *db.Tx) error {
		changed, err := s.differing(ctx, tx, area, tasks)
		out.Changed, out.Stored = len(changed), store
		if err != nil || !store {
			return err
		}
		return s.storeTasks(ctx, tx, area, changed)
	})
	return out, err
}

// readTasks takes the rows of a file as entries; each category once.
func (s *Service) readTasks(reader *sheet.Reader[Task]) (tasks []Task, report *sheet.Report, err error) {
	seen := map[string]bool{}
	var bad []sheet.RowError
	for number, t := range reader.Rows() {
		_, known := s.catalog.Leaf(t.Category)
		switch {
		case !known:
			bad = append(bad, sheet.RowError{Row: number, Column: "分类编码", Value: t.Category, Code: "duty.no_category", Reason: "没有这个小类"})
		case seen[t.Category]:
			bad = append(bad, sheet.RowError{Row: number, Column: "分类编码", Value: t.Category, Code: "duty.code_taken", Reason: "编号重复"})
		case t.Kind != Basic && !unitCode.MatchString(t.Owner):
			bad = append(bad, sheet.RowError{Row: number, Column: "牵头部门", Value: t.Owner, Code: "duty.need_owner", Reason: "填牵头部门的单位代码"})
		default:
			seen[t.Category] = true
			t.Basis = prose.Clip(clean(t.Basis), 400)
			tasks = append(tasks, *t)
		}
	}
	if err := reader.Err(); err != nil {
		return nil, nil, err
	}
	report = reader.Report()
	for _, e := range bad {
		report.Reject(e)
	}
	return tasks, report, nil
}

// differing returns the entries that say something else than what holds, with their next version.
func (s *Service) differing(ctx context.Context, tx *db.Tx, area string, tasks []Task) (changed []Task, err error) {
	rows, err := db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM duty_task WHERE area_code IN ('', $1) ORDER BY area_code", area)
	if err != nil {
		return nil, err
	}
	held := map[string]Task{}
	for _, t := range rows {
		held[t.Category] = t
	}
	for _, t := range tasks {
		old, ok := held[t.Category]
		if !ok {
			leaf, _ := s.catalog.Leaf(t.Category)
			old = Task{Kind: Cooperative, Owner: leaf.Lead}
		}
		if old.Kind == t.Kind && old.Owner == t.Owner && old.Basis == t.Basis {
			continue
		}
		t.AreaCode, t.Version, t.ChangedBy, t.ChangedAt = area, old.Version+1, nameOf(ctx), tx.Time()
		changed = append(changed, t)
	}
	return changed, nil
}

func (s *Service) storeTasks(ctx context.Context, tx *db.Tx, area string, changed []Task) error {
	categories := make([]string, len(changed))
	for i := range changed {
		if err := saveTask(ctx, tx, &changed[i]); err != nil {
			return err
		}
		categories[i] = changed[i].Category
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "duty.task_import", Object: "duty_task", Area: area, Detail: map[string]any{"changed": len(changed), "categories": categories}})
}
