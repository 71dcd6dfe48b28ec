// Package entitlements reads what was bought, and under which agreements, from
// CSV and JSON files.
//
// Purchase records live in spreadsheets and in the exports of procurement
// systems, so this reader runs in the host's process and needs no connector. The
// columns and fields are described in docs/entitlements.md.
//
// Reading is strict. A column that nobody knows, a quantity with a thousands
// separator, a date that could be read two ways: each is a problem with file,
// line and column, and all of them are reported together, because an entitlement
// read wrongly is a position computed wrongly.
//
// A line may say from when on it holds and when it became known. The same thing may
// then stand on several lines, and package ledger tells which of them counts for a
// position of some day, as it was known on another.
//
// What is left out: license keys and invoices. They are not needed to compute a
// position, and what is not read cannot leak.
package entitlements

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
)

// Read reads a file into a ledger, by the ending of its name: .json, or .csv with
// either entitlements or contracts, told apart by their columns. The error is of type
// [document.Problems]; what could be read is in the ledger all the same.
func Read(l *ledger.Ledger, name string, data []byte) error {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch strings.ToLower(path.Ext(name)) {
	case ".json":
		return readJSON(l, name, data)
	case ".csv":
		return readCSV(l, name, data)
	}
	return document.Problems{{At: document.Position{File: name},
		Message: fmt.Sprintf("entitlements are read from .csv and .json files, not from %q", path.Ext(name))}}
}
