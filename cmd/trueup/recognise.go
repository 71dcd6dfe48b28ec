package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// recogniseCommand prints one product key for every row of a CSV file of raw
// titles, in the file's order, under the header product_key.
//
// The columns arp_display_name, arp_publisher, arp_display_version and
// product_code are found by the header, in any order; others are ignored, and
// all but the first may be missing. A name without a letter or digit gives the key
// "unrecognised", because a reader of CSV would skip an empty line.
func recogniseCommand() command {
	return command{
		name:  "recognise",
		args:  "FILE.csv",
		about: "print a product key for every row of raw titles (- reads standard input)",
		run:   recognise,
	}
}

func recognise(_ context.Context, s streams, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: want one file, have %d", errUsage, len(args))
	}
	in, name := s.in, "standard input"
	if args[0] != "-" {
		data, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		in, name = bytes.NewReader(data), args[0]
	}
	c, err := catalog.Default()
	if err != nil {
		return err
	}
	titles, err := readTitles(name, in)
	if err != nil {
		return err
	}
	out := csv.NewWriter(s.out)
	keys := make([][]string, 0, len(titles)+1)
	keys = append(keys, []string{"product_key"})
	for _, t := range titles {
		keys = append(keys, []string{cmp.Or(string(c.Recognise(t).Package), "unrecognised")})
	}
	if err := out.WriteAll(keys); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// titleColumns are the columns that readTitles reads, the required one first.
var titleColumns = [...]string{"arp_display_name", "arp_publisher", "arp_display_version", "product_code"}

// readTitles reads the raw titles of a CSV file with a header. Errors name file,
// line and column.
func readTitles(name string, in io.Reader) ([]catalog.Title, error) {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1:1: the file is empty; its first line must name the columns", name)
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\uFEFF")
	var at [len(titleColumns)]int
	for i, column := range titleColumns {
		at[i] = slices.Index(header, column)
		if again := lastIndex(header, column); again != at[i] {
			line, col := r.FieldPos(again)
			return nil, fmt.Errorf("%s:%d:%d: column %s is named twice", name, line, col, column)
		}
	}
	if at[0] < 0 {
		return nil, fmt.Errorf("%s:1:1: no column is named %s", name, titleColumns[0])
	}
	var titles []catalog.Title
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return titles, nil
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		field := func(i int) string {
			if at[i] < 0 {
				return ""
			}
			return row[at[i]]
		}
		titles = append(titles, catalog.Title{Name: field(0), Publisher: field(1), Version: field(2), ProductCode: field(3)})
	}
}

func lastIndex(header []string, column string) int {
	for i := len(header) - 1; i >= 0; i-- {
		if header[i] == column {
			return i
		}
	}
	return -1
}

// csvError puts the place of a CSV mistake in front, as compilers do.
func csvError(name string, err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s:%d:%d: %w", name, p.Line, max(p.Column, 1), p.Err)
}
