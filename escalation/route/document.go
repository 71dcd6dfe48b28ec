package route

import (
	"github.com/trueup-dev/trueup/compliance/document"
)

// Document is a route as it stands in a YAML document, with the routes below it.
// The outermost one is the root.
type Document struct {
	// Name is unique in the tree. It stays with the cases that the route opened,
	// so it should outlive edits.
	Name document.Text `yaml:"name,required"`
	// Match gives fields and the values that they must have.
	Match map[string]document.Text `yaml:"match"`
	// Severity is a condition such as "high or more".
	Severity document.Text `yaml:"severity"`
	// When is a CEL expression over finding.
	When document.Text `yaml:"when"`
	// Continue goes on to the siblings after this one even though it matched.
	Continue bool `yaml:"continue"`
	// GroupBy names the fields whose values notices are put together by.
	GroupBy []document.Text `yaml:"group-by"`
	// Owner is who must act, a person or a team of the playbook.
	Owner document.Text `yaml:"owner"`
	// Participants follow the case.
	Participants []document.Text `yaml:"participants"`
	// Chain names who is told next when nobody acts.
	Chain  document.Text `yaml:"chain"`
	Routes []Document    `yaml:"routes"`
}

// Options are what routes are checked against.
type Options struct {
	// Severities are those of the rubric, from the least to the most severe.
	Severities []string
	// Chains are the names that routes may use; nil means any.
	Chains []string
}

// Load reads routes that are a document of their own. The name is what problems
// call the file; the error is of type [document.Problems].
func Load(name string, data []byte, o Options) (*Routes, error) {
	var d Document
	if err := document.Read(name, data, &d); err != nil {
		return nil, err
	}
	return New(d, o)
}
