// Package mapping turns rows of cells, as tables, sheets and queries give them,
// into rows of the model, by a document that names the columns.
//
// Most asset systems keep what trueup asks for in tables of their own. What such
// a system needs is no program but a list: this column is the device, that one
// its cores, the day comes first in a date.
//
//	decimal: ","
//	dates: [dd.MM.yyyy]
//	empty: [n/a, "-"]
//	rows:
//	  - kind: device
//	    from: servers.csv
//	    columns: {id: Hostname, cores: Kerne, last_seen: Zuletzt gesehen, kind: Typ}
//	    values: {kind: {P: physical, V: virtual-machine}}
//	    constants: {environment: production}
//
// [Read] checks the document as a compiler does: unknown kinds, fields and
// formats are problems with line and column. What "from" means is the caller's:
// a file, a sheet, a query.
//
// # What a cell may say
//
// An empty cell, and each of the texts under "empty", is not known; it never
// becomes a zero. A cell that cannot be read is a problem that names its place,
// and the row counts with the fact unknown, unless the fact identifies the row:
// then the row is not written. Numbers may be grouped by thousands and may end in
// ",0" as spreadsheets write them; a fraction of a core is an error. Quantities and
// prices are exact and may have a fraction. A list, such as the hosts that a virtual
// machine may run on, is a list of JSON or has ";" between its entries, or what the
// document names under "list"; "[]" is the list that is known to be empty. A row that
// says the same as an earlier one is counted and not written twice; one that
// says something else of the same thing is a problem.
//
// What is left out: expressions, joins and lookups. A query does those better,
// and what cannot be queried can be mended before it is exported.
package mapping
