package playbook

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence"
)

// The kinds of entry that a run appends. The number is the version of the
// payload's form; a payload is JSON, and its bytes as appended are what counts.
const (
	KindRun       evidence.Kind = "trueup.run/1"
	KindCollected evidence.Kind = "trueup.collected/1"
	KindPosition  evidence.Kind = "trueup.position/1"
	KindFinding   evidence.Kind = "trueup.finding/1"
	KindCase      evidence.Kind = "trueup.case/1"
	KindPlan      evidence.Kind = "trueup.plan/1"

	KindSuppressed evidence.Kind = "trueup.suppressed/1"
)

// RunRecord opens a run: what was judged, by what, as of when.
type RunRecord struct {
	Run  evidence.RunID `json:"run"`
	AsOf time.Time      `json:"as_of"`
	// KnownAt is the instant whose knowledge of entitlements and contracts the run went
	// by.
	KnownAt  time.Time `json:"known_at"`
	Playbook string    `json:"playbook"`
	Version  string    `json:"version"`
	// Digest is the playbook's, Estate that of the snapshot, both SHA-256.
	Digest string `json:"digest"`
	Estate string `json:"estate"`
	// Documents are the digests of the metrics and the catalog.
	Documents compliance.Documents `json:"documents"`
	Counts    compliance.Counts    `json:"counts"`
	// Sources are what the snapshot was made of: when each was last read to its end, and
	// what is doubtful about it.
	Sources []compliance.SourceState `json:"sources,omitempty"`
}

// Collection is what came of reading one source.
type Collection struct {
	Source    compliance.SourceID `json:"source"`
	Connector string              `json:"connector,omitempty"`
	Version   string              `json:"connector_version,omitempty"`
	// SHA256 is the checksum of the connector's binary, Digest that of what it
	// delivered.
	SHA256 string `json:"connector_sha256,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Rows counts what arrived by kind, Refused what the estate would not take.
	Rows    map[string]int64 `json:"rows,omitempty"`
	Refused int64            `json:"refused,omitempty"`
	// Shared are the sources that one process was to read, this one among them; left
	// out where the source had a process of its own.
	Shared []compliance.SourceID `json:"shared_process,omitempty"`
	// Problems are the parts that could not be read, the first of them.
	Problems []string `json:"problems,omitempty"`
	// Failure says why the source was not read to its end; empty when it was.
	Failure string `json:"failure,omitempty"`
}

// journal appends the entries of one run and counts them for its statement.
type journal struct {
	run     evidence.RunID
	entries []evidence.Entry
	counts  map[evidence.Kind]int64
}

func newJournal(run evidence.RunID) *journal {
	return &journal{run: run, counts: map[evidence.Kind]int64{}}
}

// add puts a record into the run. Its idempotency key is made of the run, the
// kind and the record's place among its kind, so that running the same again
// appends nothing.
func (j *journal) add(kind evidence.Kind, record any) error {
	payload, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("playbook: %s: %w", kind, err)
	}
	j.entries = append(j.entries, evidence.Entry{
		Kind: kind, Run: j.run, Payload: payload, Key: fmt.Sprintf("%s/%s/%d", j.run, kind, j.counts[kind]),
	})
	j.counts[kind]++
	return nil
}

// take hands over what was added since the last call.
func (j *journal) take() []evidence.Entry {
	out := j.entries
	j.entries = nil
	return out
}

// statement is the run's statement of completeness.
func (j *journal) statement() evidence.RunStatement {
	s := evidence.RunStatement{Run: j.run}
	for _, k := range slices.Sorted(maps.Keys(j.counts)) {
		s.Counts = append(s.Counts, evidence.KindCount{Kind: k, Count: j.counts[k]})
	}
	return s
}
