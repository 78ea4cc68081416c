package rectify

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/errs"
)

// Disclaim prints a notice on every file from now on, for the demonstration district. Call it before the service is used.
func (s *Service) Disclaim(notice string) { s.notice = notice }

// File writes the list as the caller sees it, without what residents said: xlsx, docx, or html to print. Needs rectify.read. It is
// logged.
func (s *Service) File(ctx context.Context, id, format string) (f *export.File, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err := seenList(ctx, tx, id)
		if err != nil {
			return err
		}
		p := auth.From(ctx)
		note := fmt.Sprintf("%s %s 下载", p.Name, tx.Now().In(clock.Nanjing).Format("2006-01-02 15:04"))
		if f, err = s.file(ctx, tx, l, format, false, note); err != nil {
			return err
		}
		return logList(ctx, tx, "file_list", l, map[string]any{"format": format, "lines": f.Lines})
	})
	return f, err
}

// file writes the list as the caller sees it. Its bytes follow from the list, the caller and the time.
func (s *Service) file(ctx context.Context, tx *db.Tx, l *ReverseList, format string, texts bool, note string) (*export.File, error) {
	d, lines, err := s.document(ctx, tx, l, texts)
	if err != nil {
		return nil, err
	}
	d.Mark = note
	f := &export.File{Name: l.No + l.Title + "." + format, Lines: lines}
	var b bytes.Buffer
	switch format {
	case "xlsx":
		f.Type, err = document.ExcelType, d.Excel(&b)
	case "docx":
		f.Type, err = document.WordType, d.Word(&b)
	case "html":
		f.Type, err = document.PageType, d.Page(&b)
	default:
		err = errs.Invalid("rectify.bad_format", "Choose xlsx, docx or html.", errs.Field{Location: "query.format", Message: "unknown", Value: format})
	}
	f.Content = b.Bytes()
	return f, err
}

// stateNames are the states of an item as papers write them.
var stateNames = map[State]string{Draft: "待确认", Confirmed: "待下发", Issued: "待答复", Returned: "已退回", Adjudicating: "联合裁定", Suspended: "挂账", Answered: "已答复", Doing: "整改中", Rework: "返工",
	Done: "待核查", Verified: "已核查", Told: "已告知", Published: "已公示", Withdrawn: "已撤销"}

// paperState names the state of an item; states without a word of their own print their code.
func paperState(s State) string {
	if name, ok := stateNames[s]; ok {
		return name
	}
	return string(s)
}

func day(at *clock.Time) string {
	if at == nil {
		return ""
	}
	return at.In(clock.Nanjing).Format("2006-01-02")
}

// document lays the list out: what it is, a table per street, then who signed and what was corrected.
func (s *Service) document(ctx context.Context, tx *db.Tx, l *ReverseList, texts bool) (d *document.Document, lines int, err error) {
	if err := countList(ctx, tx, l); err != nil {
		return nil, 0, err
	}
	d = &document.Document{Title: l.Title, Subtitle: l.AreaName + "　" + l.No, Notice: s.notice, Facts: []document.Fact{
		{Name: "问题", Value: fmt.Sprintf("%d项，合并意见%d条", l.Counts.Items, l.Counts.Voices)},
		{Name: "版次", Value: editionName(l)},
		{Name: "整改", Value: fmt.Sprintf("通过%d项，在办%d项，超期%d项，待下发%d项", l.Counts.Passed, l.Counts.Doing, l.Counts.Overdue, l.Counts.Waiting)},
		{Name: "签收", Value: fmt.Sprintf("%d家中%d家已签收", l.Counts.Receipts, l.Counts.Signed)}}}
	if l.IssuedAt != nil {
		d.Facts = append(d.Facts, document.Fact{Name: "下发", Value: day(l.IssuedAt) + "，" + l.IssuedName})
	}
	items, err := db.All[Item](ctx, tx, "SELECT "+itemColumns+" FROM item WHERE id IN (SELECT item_id FROM reverse_list_line WHERE list_id = $1) ORDER BY street, no, id", l.ID)
	if err != nil {
		return nil, 0, err
	}
	var table *document.Table
	street := ""
	for n := range items {
		i := &items[n]
		if !sees(ctx, i) {
			continue
		}
		i.derive(s.catalog, tx.Time())
		if table == nil || i.Street != street {
			name, err := s.streetName(ctx, tx, i)
			if err != nil {
				return nil, 0, err
			}
			street, table = i.Street, newTable(texts)
			d.Blocks = append(d.Blocks, document.Heading(1, name), document.Show(document.Table{}))
			d.Blocks[len(d.Blocks)-1].Table = table
		}
		row, err := s.row(ctx, tx, i, texts)
		if err != nil {
			return nil, 0, err
		}
		table.Rows = append(table.Rows, row)
		lines++
	}
	more, err := s.closingBlocks(ctx, tx, l)
	d.Blocks = append(d.Blocks, more...)
	return d, lines, err
}

func editionName(l *ReverseList) string {
	if l.Edition == 0 {
		return "未批准的草稿"
	}
	return fmt.Sprintf("第%d版", l.Edition)
}

func (s *Service) streetName(ctx context.Context, tx *db.Tx, i *Item) (string, error) {
	name, err := s.directory.AreaName(ctx, tx, i.Street)
	if errs.KindOf(err) == errs.KindNotFound {
		return i.Street, nil
	}
	return name, err
}

func newTable(texts bool) *document.Table {
	t := &document.Table{Columns: []document.Column{document.LeftColumn("编号", 12), document.LeftColumn("问题", 26), document.LeftColumn("领域", 10), document.LeftColumn("地点", 16),
		document.RightColumn("意见", 6), document.LeftColumn("牵头", 13), document.LeftColumn("协办", 13), document.LeftColumn("期限", 10), document.LeftColumn("状态", 8)}}
	if texts {
		t.Columns = append(t.Columns, document.LeftColumn("居民原话（已隐去个人信息）", 40))
	}
	return t
}

func (s *Service) row(ctx context.Context, tx *db.Tx, i *Item, texts bool) ([]document.Cell, error) {
	var co []string
	for _, u := range i.Co.V {
		co = append(co, u.Name)
	}
	state := document.Cell{Text: paperState(i.State)}
	if i.Overdue {
		state = document.Cell{Text: state.Text + "·超期", Bold: true}
	}
	place := i.AreaName
	if i.Place != "" {
		place += " " + i.Place
	}
	row := []document.Cell{document.Words(i.No), document.Words(i.Title), document.Words(i.FieldName), document.Words(place), document.Count(i.Voices), document.Words(i.LeadName),
		document.Words(strings.Join(co, "、")), document.Words(day(i.DueAt)), state}
	if !texts {
		return row, nil
	}
	comments, err := s.opinions.OfItemTx(ctx, tx, i.ID)
	var said []string
	for n, c := range comments {
		said = append(said, strconv.Itoa(n+1)+". "+c.Text)
	}
	return append(row, document.Words(strings.Join(said, "\n"))), err
}

// closingBlocks says who signed and which editions there were.
func (s *Service) closingBlocks(ctx context.Context, tx *db.Tx, l *ReverseList) ([]document.Block, error) {
	receipts, err := receiptsOf(ctx, tx, l.ID, "zh")
	if err != nil {
		return nil, err
	}
	var out []document.Block
	if len(receipts) > 0 {
		t := document.Table{Columns: []document.Column{document.LeftColumn("单位", 24), document.RightColumn("版次", 6), document.RightColumn("问题", 6), document.LeftColumn("签收期限", 14), document.LeftColumn("签收人", 14), document.LeftColumn("签收时间", 14)}}
		for n := range receipts {
			r := &receipts[n]
			signed, by := "未签收", r.SignedName
			if r.SignedAt != nil {
				signed = r.SignedAt.In(clock.Nanjing).Format("2006-01-02 15:04")
			}
			if r.OnBehalf {
				by += "（纸质，代录）"
			}
			t.Rows = append(t.Rows, []document.Cell{document.Words(r.UnitName), document.Count(r.Edition), document.Count(r.Lines), document.Words(r.DueAt.In(clock.Nanjing).Format("2006-01-02 15:04")),
				document.Words(by), {Text: signed, Bold: r.Overdue}})
		}
		out = append(out, document.Heading(1, "签收"), document.Show(t))
	}
	editions, err := s.shownEditions(ctx, tx, l)
	if err != nil || len(editions) == 0 {
		return out, err
	}
	t := document.Table{Columns: []document.Column{document.RightColumn("版次", 6), document.LeftColumn("理由", 40), document.LeftColumn("提出", 16), document.LeftColumn("审批", 16), document.LeftColumn("意见", 22)}}
	for _, e := range editions {
		verdict := map[EditionState]string{EditionProposed: "待审批", EditionApproved: "批准", EditionRefused: "退回"}[e.State]
		t.Rows = append(t.Rows, []document.Cell{document.Count(e.Number), document.Words(e.Reason), document.Words(e.ByName + " " + day(&e.At)),
			document.Words(verdict + " " + e.DecidedName + " " + day(e.DecidedAt)), document.Words(e.Answer)})
	}
	return append(out, document.Heading(1, "版本"), document.Show(t)), nil
}
