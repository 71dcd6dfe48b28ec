package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sheets/grid"
)

// tabsAmong sorts tables by the tab that they hold: a sheet of that name, or a
// file whose name ends in it, as RVTools_tabvInfo.csv does.
func tabsAmong(path string, all []grid.Entry) (map[string][]grid.Entry, error) {
	tabs := map[string][]grid.Entry{}
	for _, e := range all {
		name := e.Sheet
		if name == "" {
			base := filepath.Base(e.File)
			name = strings.TrimSuffix(base, filepath.Ext(base))
		}
		for _, tab := range []string{"vInfo", "vHost", "vCluster"} {
			if strings.HasSuffix(strings.ToLower(name), strings.ToLower(tab)) {
				tabs[tab] = append(tabs[tab], e)
			}
		}
	}
	if len(tabs["vInfo"])+len(tabs["vHost"]) == 0 {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("%s holds neither a vInfo nor a vHost tab", path)}
	}
	return tabs, nil
}

// row is one line of a tab.
type row struct {
	e     *export
	tab   *grid.Grid
	at    map[string]int
	line  int
	cells []string
}

// read gives each line of the tables of a tab. What cannot be read is a problem,
// and the rest goes on.
func (e *export) read(ctx context.Context, tables []grid.Entry, tab string, each func(row) error) error {
	if len(tables) == 0 && tab != "vCluster" {
		return e.problem("", "", fmt.Sprintf("the export has no %s tab, so what only that tab says is not known", tab))
	}
	for _, entry := range tables {
		g, err := entry.Open(grid.Options{})
		if err == nil {
			err = errors.Join(e.table(ctx, g, each), g.Close())
		}
		var fault *grid.Error
		switch {
		case errors.As(err, &fault):
			err = e.problem(fault.File, fault.Place, fault.Err.Error())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *export) table(ctx context.Context, g *grid.Grid, each func(row) error) error {
	r := row{e: e, tab: g, at: map[string]int{}}
	for i, name := range g.Header {
		if _, twice := r.at[name]; !twice {
			r.at[strings.TrimSpace(name)] = i
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		r.cells, r.line, err = g.Next()
		var fault *grid.Error
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &fault):
			err = e.problem(fault.File, fault.Place, fault.Err.Error())
		case err == nil:
			err = each(r)
		}
		if err != nil {
			return err
		}
	}
}

// text is a cell by the name of its column, empty when either is missing.
func (r row) text(column string) string {
	i, ok := r.at[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// count is a whole number; what cannot be one is a problem, and not known.
func (r row) count(column string) (int, error) {
	text := r.text(column)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, r.problem(column, fmt.Sprintf("%q is not a number", text))
	}
	return int(n), nil
}

// yes reads a flag; RVTools writes True and False in every language, workbooks 1
// and 0.
func (r row) yes(column string) bool {
	text := r.text(column)
	return strings.EqualFold(text, "true") || text == "1"
}

func (r row) problem(column, message string) error {
	at := -1
	if i, ok := r.at[column]; ok {
		at = i
	}
	return r.e.problem(r.tab.File, r.tab.Place(r.line, at)+" ("+column+")", message)
}

func (e *export) problem(subject, place, message string) error {
	e.broken++
	return e.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: subject, Place: place, Message: message})
}
