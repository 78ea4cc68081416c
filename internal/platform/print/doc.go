// Package print draws what goes on paper: letters, questionnaires, answer sheets, as PDF with Chinese text and QR codes.
//
// Lengths are millimetres from the upper left corner of the page, sizes of type are points. Two faces are embedded (font/OFL.txt):
// Regular with all characters of GB 2312, Bold with the common ones; a text that Bold cannot print is set in Regular, and a
// character that neither has becomes □ and is reported by Document.Missing. The same calls give the same bytes.
//
// A Document is for one goroutine.
package print
