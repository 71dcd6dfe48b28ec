// Command trueup-connector-table reads tables of any layout, CSV files and
// workbooks, by a mapping that says which column is which fact.
package main

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/mapping"
	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/connectors/sheets/grid"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "table",
		Version: "1.0.0",
		Summary: "reads CSV files and workbooks by a mapping of their columns",
		Kinds:   connectors.Kinds(),
		Settings: []connectors.Setting{
			{Name: "path", Required: true, Doc: "file, or folder of files: .csv, .tsv, .txt, .xlsx, .xlsm"},
			{Name: "file", Doc: "file of the mapping"},
			{Name: "mapping", Doc: "the mapping itself, in place of a file"},
			{Name: "separator", Doc: "character that parts cells; found out by the headings when empty", Values: []string{"", ",", ";", "|", "tab"}},
			{Name: "encoding", Doc: "encoding of text files, such as windows-1252; UTF-8, or UTF-16 with a byte order mark, when empty"},
			{Name: "header", Default: "0", Doc: "line of the headings, from 1; 0 is the first line that is not empty"},
		},
	}
}

type collector struct{}

// job is a collection whose settings were found good.
type job struct {
	mapping *mapping.Mapping
	options grid.Options
	tables  []grid.Entry
}

func open(s connectors.Settings) (*job, error) {
	j := &job{options: grid.Options{Encoding: s.Values["encoding"]}}
	var err error
	if j.options.Header, err = strconv.Atoi(s.Values["header"]); err != nil || j.options.Header < 0 {
		return nil, badConfig(fmt.Errorf("setting header is %q, want a line", s.Values["header"]))
	}
	switch sep := s.Values["separator"]; sep {
	case "":
	case "tab":
		j.options.Separator = '\t'
	default:
		j.options.Separator, _ = utf8.DecodeRuneInString(sep)
	}
	if j.mapping, err = mapping.FromSettings(s.Values["file"], s.Values["mapping"]); err != nil {
		return nil, badConfig(err)
	}
	if j.tables, err = grid.List(s.Values["path"]); err != nil {
		return nil, badConfig(err)
	}
	for _, rule := range j.mapping.Rules() {
		if len(j.matching(rule)) == 0 {
			return nil, badConfig(fmt.Errorf("%s: %s holds no table %q", rule.At, s.Values["path"], rule.From))
		}
	}
	return j, nil
}

func badConfig(err error) error { return &connectors.Error{Kind: connectors.BadConfig, Err: err} }

// Check reports whether the mapping is sound and its tables are there.
func (collector) Check(_ context.Context, s connectors.Settings) error {
	_, err := open(s)
	return err
}
