// Package sheet reads and writes tables that people keep in Excel: CSV and XLSX, row by row.
//
// Reading refuses nothing silently. A file that cannot be a table is an error that says what to do (errs.Invalid,
// errs.TooLarge); a row that cannot be taken is a RowError with row, column, value and reason, and the rows around it
// go on. The kind of file is told by its content, never by its name; CSV may be UTF-8, UTF-16 with a byte order mark,
// or GBK/GB18030, separated by comma, semicolon or tab. Sizes are bounded before memory is taken.
//
// Writing neutralises formulas: text that a spreadsheet would run is written with a leading apostrophe, which reading
// takes off again. Numbers stay numbers.
//
//	src, err := sheet.Open(upload, sheet.Options{})   // defer src.Close()
//	in, err := columns.Read(src)                      // finds the header
//	for number, row := range in.Rows() { … }          // good rows only
//	report, err := in.Report(), in.Err()              // bad rows; err when the file broke off
package sheet
