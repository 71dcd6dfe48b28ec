package metric

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Citation is where a rule, a table or an example was published.
type Citation struct {
	URL   string `yaml:"url,required"`
	Title string `yaml:"title"`
	// Date is the date or the year of the text that was read.
	Date string `yaml:"date"`
}

// Disagreement is a question on which the sources differ, and what follows.
type Disagreement struct {
	About   string     `yaml:"about,required"`
	Sources []Citation `yaml:"sources"`
}

// source is a metric as its document writes it.
type source struct {
	At         document.Position          `yaml:"-"`
	Key        document.Text              `yaml:"key,required"`
	Name       string                     `yaml:"name,required"`
	Unit       string                     `yaml:"unit,required"`
	Scope      Scope                      `yaml:"scope,required"`
	About      string                     `yaml:"about,required"`
	Sources    []Citation                 `yaml:"sources,required"`
	Records    map[string]recordSource    `yaml:"records"`
	Facts      map[string]factSource      `yaml:"facts"`
	Parameters map[string]parameterSource `yaml:"parameters"`
	Choices    map[string]choiceSource    `yaml:"choices"`
	Tables     map[string]tableSource     `yaml:"tables"`
	// Names are what cases call fields of the general kinds: host.runs by the
	// name of the product that runs.
	Names map[string]document.Text `yaml:"names"`
	// Define names parts of the count.
	Define        map[string]document.Text `yaml:"define"`
	Count         countSource              `yaml:"count,required"`
	Conditions    []conditionSource        `yaml:"conditions"`
	Remarks       []remarkSource           `yaml:"remarks"`
	Packs         []packSource             `yaml:"packs"`
	Also          []alsoSource             `yaml:"also"`
	Disagreements []Disagreement           `yaml:"disagreements"`
	Examples      []exampleSource          `yaml:"examples,required"`
}

type recordSource map[string]factSource

// factSource declares a fact: one value, or a list of things of a kind.
type factSource struct {
	At      document.Position `yaml:"-"`
	Type    document.Text     `yaml:"type,required"`
	As      []string          `yaml:"as"`
	Default document.Text     `yaml:"default"`
	OneOf   []string          `yaml:"one_of"`
	Min     *int              `yaml:"min"`
	About   string            `yaml:"about"`
}

type parameterSource struct {
	At    document.Position `yaml:"-"`
	Value decimal.Decimal   `yaml:"value,required"`
	As    []string          `yaml:"as"`
	About string            `yaml:"about,required"`
}

type choiceSource struct {
	About    string                   `yaml:"about,required"`
	Default  document.Text            `yaml:"default,required"`
	As       []string                 `yaml:"as"`
	Readings map[string]readingSource `yaml:"readings,required"`
}

type readingSource struct {
	About  string    `yaml:"about,required"`
	Source *Citation `yaml:"source"`
}

// countSource is the arithmetic, from one consumer to the total.
type countSource struct {
	At document.Position `yaml:"-"`
	// Of is the fact whose elements are counted; As is what they are called.
	Of    document.Text `yaml:"of"`
	As    string        `yaml:"as"`
	Where document.Text `yaml:"where"`
	// Once names a field: things that share it are counted once.
	Once  document.Text `yaml:"once"`
	Each  document.Text `yaml:"each"`
	Round rounding      `yaml:"round"`
	Pool  *poolSource   `yaml:"pool"`
	Total document.Text `yaml:"total"`
	// Share turns the sum's unit into the metric's for a single consumer, where
	// the total does so for all.
	Share document.Text `yaml:"share"`
	// RoundTotal rounds the sum, after the pools.
	RoundTotal rounding `yaml:"round_total"`
}

type poolSource struct {
	At    document.Position `yaml:"-"`
	By    document.Text     `yaml:"by,required"`
	Count document.Text     `yaml:"count"`
	Round rounding          `yaml:"round"`
}

type conditionSource struct {
	At        document.Position `yaml:"-"`
	Require   document.Text     `yaml:"require,required"`
	Otherwise string            `yaml:"otherwise,required"`
}

type remarkSource struct {
	When document.Text `yaml:"when"`
	Say  string        `yaml:"say,required"`
}

type packSource struct {
	At   document.Position `yaml:"-"`
	Size int64             `yaml:"size,required"`
	Unit string            `yaml:"unit,required"`
}

type alsoSource struct {
	Unit  string        `yaml:"unit,required"`
	Count document.Text `yaml:"count,required"`
}

// exampleSource is a worked example: facts as a JSON object, and what they come to.
type exampleSource struct {
	At     document.Position `yaml:"-"`
	Name   string            `yaml:"name,required"`
	Given  document.Text     `yaml:"given,required"`
	Choose map[string]string `yaml:"choose"`
	// Expect is the count, "not allowed", or "unknown" with bounds where there
	// are some: "unknown, 16 or more".
	Expect document.Text `yaml:"expect,required"`
	Unit   string        `yaml:"unit"`
	Source *Citation     `yaml:"source"`
}
