package rubric

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Document is a rubric as it stands in a YAML document, alone or as a section of
// a playbook.
type Document struct {
	Name document.Text `yaml:"name,required"`
	// Version is at least 1 and goes up with every change: it is the number in
	// each vector.
	Version int `yaml:"version,required"`
	// Currency is the ISO 4217 code of money bands.
	Currency document.Text `yaml:"currency"`
	// Severities are named from the least to the most severe.
	Severities []document.Text  `yaml:"severities,required"`
	Factors    []FactorDocument `yaml:"factors,required"`
	Rows       []RowDocument    `yaml:"rows,required"`
	// Default answers what no row matches. It is mandatory.
	Default *DefaultDocument `yaml:"default"`
}

// FactorDocument is one decision point.
type FactorDocument struct {
	Name document.Text `yaml:"name,required"`
	// Key stands for the factor in vectors: one to three capital letters.
	Key document.Text `yaml:"key,required"`
	// Fact is what answers the factor: exposure, tier, duty, regulation, spread,
	// trend, proximity or confidence (see [Facts]), or asked, for an answer that a
	// person gives. Left out, it is the factor's name.
	Fact document.Text `yaml:"fact"`
	// Question is what a person is asked.
	Question document.Text `yaml:"question"`
	// Levels are listed from the least to the most severe.
	Levels []LevelDocument `yaml:"levels,required"`
	// Assume is the level of a factor without an answer; left out, it is the
	// most severe one.
	Assume document.Text `yaml:"assume"`
}

// LevelDocument is one answer to a factor.
type LevelDocument struct {
	Name document.Text `yaml:"name,required"`
	// Key stands for the level in vectors: one or two capital letters, never X.
	Key document.Text `yaml:"key,required"`
	// AtLeast begins the level's band of money or numbers, the bound included.
	// The first level has none and takes everything below the second.
	AtLeast *decimal.Decimal `yaml:"at-least"`
	// AtMost is for factors that grow more severe as the number falls, such as
	// days that are left. The first level has none and takes everything above.
	AtMost *decimal.Decimal `yaml:"at-most"`
	// Words are the facts that mean this level; left out, it is the level's name.
	Words []document.Text `yaml:"words"`
}

// RowDocument is one row of the table.
type RowDocument struct {
	// Name is what results and problems call the row; left out, it is "row 3".
	Name document.Text `yaml:"name"`
	// When gives a condition for each factor that matters: any, LEVEL, LEVEL or
	// LEVEL, LEVEL or more, LEVEL or less, LEVEL to LEVEL.
	When     map[string]document.Text `yaml:"when,required"`
	Severity document.Text            `yaml:"severity,required"`
	// Reason says in a sentence why, for whoever receives the case.
	Reason document.Text `yaml:"reason,required"`
}

// DefaultDocument is the row for whatever no other row matches.
type DefaultDocument struct {
	Severity document.Text `yaml:"severity,required"`
	Reason   document.Text `yaml:"reason,required"`
}

// Load reads a rubric that is a document of its own. The name is what problems
// call the file; the error is of type [document.Problems].
func Load(name string, data []byte) (*Rubric, error) {
	var d Document
	if err := document.Read(name, data, &d); err != nil {
		return nil, err
	}
	return New(d)
}
