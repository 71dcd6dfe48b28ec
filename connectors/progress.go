package connectors

import "github.com/trueup-dev/trueup/compliance"

// Stage is how far the collection from one source has come.
type Stage uint8

// The stages, in order. Every source ends in Done or Failed.
const (
	StageInvalid Stage = iota
	Starting
	Collecting
	Done
	Failed
)

var stages = [...]string{"invalid", "starting", "collecting", "done", "failed"}

// String is the stage in lower case.
func (s Stage) String() string {
	if int(s) < len(stages) {
		return stages[s]
	}
	return stages[StageInvalid]
}

// Progress is a report on one source while it is being collected from.
type Progress struct {
	Source compliance.SourceID
	Stage  Stage
	// Message is in the connector's words, such as the file being read.
	Message string
	// Done and Of measure the connector's work in units of its own; Of is 0
	// when it does not know how much there is.
	Done, Of uint64
	// Rows are the rows delivered so far.
	Rows Counts
}
