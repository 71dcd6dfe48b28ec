package mapping

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// Writer takes the rows of the model, as the SDK's writer does.
type Writer interface {
	Device(compliance.Device) error
	User(compliance.User) error
	Install(compliance.Install) error
	Seat(compliance.Seat) error
	Usage(compliance.Usage) error
	License(connectors.License) error
	Price(connectors.PriceEntry) error
	Membership(connectors.Membership) error
}

// Intake reads the tables of one collection. It keeps a digest of every row, so
// that rows that come again are known. An Intake is for one goroutine.
type Intake struct {
	mapping *Mapping
	to      Writer
	seen    map[digest]sighting
	// Written counts the rows by kind, Repeated those that said what an earlier
	// one had said.
	Written  connectors.Counts
	Repeated int64
}

type digest [16]byte

// sighting is the first row of an identity: what it said, and where.
type sighting struct {
	content digest
	place   string
}

// Intake starts a collection.
func (m *Mapping) Intake(to Writer) *Intake {
	return &Intake{mapping: m, to: to, seen: map[digest]sighting{}}
}

// Table is what is known of a table before its rows.
type Table struct {
	// Subject is the table in problems: a file, a sheet, a query.
	Subject string
	Header  []string
	Dates   DateNumbers
	// Place says where a cell is, by the number of the row that the caller counts
	// and the index of the column; column -1 is the row as a whole.
	Place func(row, column int) string
}

// Rows reads the rows of one table.
type Rows struct {
	intake *Intake
	rule   Rule
	table  Table
	as     reading
	bound  []binding
}

// binding joins a field to its column, -1 for a constant.
type binding struct {
	field
	column   int
	constant string
	values   map[string]string
}

// ErrColumns is wrapped when a table lacks columns that the mapping names.
var ErrColumns = errors.New("mapping: columns are missing")

// Table joins a rule to a table by the names of its columns. Names are compared
// without regard to case and to space around them.
func (in *Intake) Table(rule Rule, t Table) (*Rows, error) {
	r := &Rows{intake: in, rule: rule, table: t, as: reading{in.mapping.locale, t.Dates}}
	at := map[string]int{}
	var twice []string
	for i, name := range t.Header {
		key := fold(name)
		if _, known := at[key]; known {
			twice = append(twice, key)
		}
		at[key] = i
	}
	missing := map[string]bool{}
	for _, f := range fieldsOf(rule.Kind) {
		column, mapped := rule.columns[f.name]
		b := binding{field: f, column: -1, constant: rule.constants[f.name], values: rule.values[f.name]}
		if mapped {
			index, found := at[fold(column)]
			if !found || slices.Contains(twice, fold(column)) {
				missing[column] = true
			}
			b.column = index
		}
		if mapped || b.constant != "" {
			r.bound = append(r.bound, b)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w, or there twice: %s has no one column %q; its columns are %q", ErrColumns, t.Subject, slices.Sorted(maps.Keys(missing)), t.Header)
	}
	return r, nil
}

func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// Add reads one row. Problems are what is wrong with its cells; the error is
// that of the writer.
func (r *Rows) Add(row int, cells []string) ([]connectors.Problem, error) {
	var rec record
	var problems []connectors.Problem
	key, content := []string{r.rule.Kind.String()}, []string{}
	complete := true
	for _, b := range r.bound {
		text, err := r.cell(b, cells)
		if err == nil && text != "" {
			err = b.set(&rec, text, r.as)
		}
		if err == nil && text == "" && b.required {
			err = fmt.Errorf("%s is empty", b.name)
		}
		if err != nil {
			complete = complete && !b.required
			problems = append(problems, r.problem(row, b.column, err))
		}
		if b.key {
			key = append(key, b.name, text)
		}
		content = append(content, text)
	}
	if err := rec.settle(); err != nil {
		problems = append(problems, r.problem(row, -1, err))
	}
	if err := r.nameless(&rec); err != nil {
		complete = false
		problems = append(problems, r.problem(row, -1, err))
	}
	if !complete {
		return problems, nil
	}
	if again, p := r.again(row, digestOf(key), digestOf(content)); again {
		return append(problems, p...), nil
	}
	r.intake.Written[r.rule.Kind]++
	return problems, r.write(&rec)
}

// cell is the text of a binding in a row: trimmed, replaced where the document
// says by what, empty when not known.
func (r *Rows) cell(b binding, cells []string) (string, error) {
	if b.column < 0 {
		return b.constant, nil
	}
	text := ""
	if b.column < len(cells) {
		text = strings.TrimSpace(cells[b.column])
	}
	if !utf8.ValidString(text) {
		return "", errors.New("a byte is not UTF-8: the source is in another encoding")
	}
	if r.as.locale.empty[text] {
		return "", nil
	}
	if r.as.dates != NoDateNumbers && failedFormula(text) {
		return "", fmt.Errorf("the formula failed with %s", text)
	}
	if b.values == nil {
		return text, nil
	}
	to, ok := b.values[text]
	if !ok {
		return "", fmt.Errorf("%s is not among the values of %s: %q", quote(text), b.name, slices.Sorted(maps.Keys(b.values)))
	}
	return to, nil
}

// failedFormula reports whether a cell of a workbook holds no value but the sign
// that its formula has none.
func failedFormula(text string) bool {
	switch text {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!":
		return true
	}
	return false
}

func (r *Rows) problem(row, column int, err error) connectors.Problem {
	place := r.table.Place(row, column)
	if column >= 0 {
		place += fmt.Sprintf(" (%s)", strings.TrimSpace(r.table.Header[column]))
	}
	return connectors.Problem{Kind: connectors.BadData, Subject: r.table.Subject, Place: place, Message: err.Error()}
}

// again reports whether a row of the same identity came before, and a problem
// when it said something else.
func (r *Rows) again(row int, key, content digest) (bool, []connectors.Problem) {
	first, known := r.intake.seen[key]
	switch {
	case !known:
		r.intake.seen[key] = sighting{content, r.table.Subject + ", " + r.table.Place(row, -1)}
		return false, nil
	case first.content == content:
		r.intake.Repeated++
		return true, nil
	}
	return true, []connectors.Problem{r.problem(row, -1, fmt.Errorf("says something else of the same %s than %s, which counts", r.rule.Kind, first.place))}
}

func digestOf(texts []string) digest {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return digest(sum[:16])
}

// Totals states the counts of the collection: of each kind the rows written, and
// the rows that were not because they came again.
func (in *Intake) Totals(state func(connectors.Total)) {
	state(connectors.Total{Name: "rows that say what an earlier one said", Count: in.Repeated})
	for _, k := range connectors.Kinds() {
		if n := in.Written[k]; n > 0 {
			state(connectors.Total{Name: k.String() + " rows", Kind: k, Count: n})
		}
	}
}
