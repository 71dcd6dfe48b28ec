package main

import (
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/trueup-dev/trueup/connectors/mapping"
)

// table joins a rule to the columns of a query.
func table(in *mapping.Intake, rule mapping.Rule, rows *sql.Rows) (*mapping.Rows, error) {
	header, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	return in.Table(rule, mapping.Table{Subject: subject(rule), Header: header, Place: func(record, column int) string {
		if column < 0 {
			return fmt.Sprintf("record %d", record)
		}
		return fmt.Sprintf("record %d, column %d", record, column+1)
	}})
}

// cells reads records as texts.
type cells struct {
	values []any
	into   []any
	texts  []string
}

func newCells(rows *sql.Rows) *cells {
	header, err := rows.Columns()
	if err != nil {
		header = nil
	}
	c := &cells{values: make([]any, len(header)), into: make([]any, len(header)), texts: make([]string, len(header))}
	for i := range c.values {
		c.into[i] = &c.values[i]
	}
	return c
}

// scan reads one record. NULL is an empty text, which is not known.
func (c *cells) scan(rows *sql.Rows) ([]string, error) {
	if err := rows.Scan(c.into...); err != nil {
		return nil, err
	}
	for i, v := range c.values {
		c.texts[i] = textOf(v)
	}
	return c.texts, nil
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}
