// Package sheets writes lists of evidence as workbooks (XLSX). It is a module of its
// own, so that whoever has no need of it does not link the library that writes them.
//
// A list is what export.CSV writes: the header that says how it came about (package
// ipe), then its columns and rows. The header has a sheet of its own, so that the list
// can be sorted and filtered; the sheet of the list has the number of rows and its
// digest above it, so that it is not taken for whole when rows are missing.
//
// Texts stay texts: nothing in a cell is computed, whatever it begins with. What is
// told to be numbers are numbers, as long as a spreadsheet keeps every digit of them;
// it has 15. Equal inputs give equal bytes.
package sheets
