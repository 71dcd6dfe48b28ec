package host

import (
	"fmt"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// Result says what came of one source.
type Result struct {
	Source compliance.SourceID
	// Connector is what the connector says of itself, SHA256 the checksum of
	// the binary that ran.
	Connector connectors.Description
	SHA256    string
	// Shared are the sources that one process was to read, sorted, this one among
	// them; nil where the source had a process of its own.
	Shared []compliance.SourceID
	// Put and Deleted are the rows that arrived this time, Refused those of them that the
	// sink would not take.
	Put, Deleted connectors.Counts
	Refused      int64
	// Bytes are the bytes of all messages, encoded.
	Bytes int64
	// Totals are the counts that the source stated. One that differs from what
	// arrived makes the collection fail.
	Totals []connectors.Total
	// Digest is the SHA-256 over all batches in order, in hexadecimal. Equal
	// inputs to the same connector give equal digests.
	Digest string
	// Complete is true when the connector said that it sent the whole source.
	Complete bool
	// Cursor is where the next collection goes on, nil when it must start over.
	Cursor []byte
	// Problems are the parts that could not be read, the first of them;
	// ProblemCount counts all that are not harmless.
	Problems     []connectors.Problem
	ProblemCount int
	// Unknown names columns of a later protocol, which were not read.
	Unknown []string
	// Err is a *[connectors.Error], nil when the source was read whole.
	Err error
}

// total is what the source stated for a kind, -1 when nothing.
func (r *Result) total(k connectors.Kind) int {
	for _, t := range r.Totals {
		if t.Kind == k {
			return int(t.Count)
		}
	}
	return -1
}

// record is the source as the estate keeps it.
func (r *Result) record(src Source, c *collection) compliance.Source {
	out := compliance.Source{
		ID: src.ID, Collected: src.Collected,
		Devices: r.total(connectors.Device), Installs: r.total(connectors.Install),
	}
	if c.ended {
		out.Collected = c.endedAt
	}
	if r.Err != nil {
		out.Failure = r.Err.Error()
	}
	return out
}

// incomplete is the error of a stream that ended although parts are missing.
// The counts are those that the source's own are compared with.
func (r *Result) incomplete(have connectors.Counts) error {
	if why := r.missing(have); why != nil {
		return &connectors.Error{Op: "collect", Kind: connectors.BadData, Err: why}
	}
	return nil
}

func (r *Result) missing(have connectors.Counts) error {
	switch {
	case r.ProblemCount == 1:
		return fmt.Errorf("one part could not be read: %s", r.firstProblem())
	case r.ProblemCount > 1:
		return fmt.Errorf("%d parts could not be read, the first: %s", r.ProblemCount, r.firstProblem())
	}
	for _, t := range r.Totals {
		if t.Kind != connectors.KindInvalid && t.Count != have[t.Kind] {
			return fmt.Errorf("the source states %d %s, %d arrived", t.Count, t.Name, have[t.Kind])
		}
	}
	return nil
}

func (r *Result) firstProblem() string {
	for _, p := range r.Problems {
		if !p.Harmless {
			return p.String()
		}
	}
	return "not kept"
}
