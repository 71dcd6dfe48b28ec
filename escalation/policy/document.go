package policy

import (
	"io/fs"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// Document is a policy as it stands in a YAML document, alone or as a section of
// a playbook.
type Document struct {
	// Rubric is the decision table; left out, it is the standard one.
	Rubric *rubric.Document `yaml:"rubric"`
	// Feeds are files of holidays for the calendars.
	Feeds     []FeedDocument      `yaml:"feeds"`
	Calendars []calendar.Document `yaml:"calendars,required"`
	Teams     []TeamDocument      `yaml:"teams"`
	Chains    []ChainDocument     `yaml:"chains,required"`
	Routes    route.Document      `yaml:"routes,required"`
	// Exceptions let deviations stand for a time.
	Exceptions []ExceptionDocument `yaml:"exceptions"`
	// Inhibit keeps findings back while another one explains them.
	Inhibit []InhibitDocument `yaml:"inhibit"`
	// Quiet are the hours in which people are only told what is urgent.
	Quiet []QuietDocument `yaml:"quiet"`
	// Drills are exercises that must be held from time to time.
	Drills []DrillDocument `yaml:"drills"`
}

// TeamDocument is a name that stands for several people.
type TeamDocument struct {
	Name    document.Text    `yaml:"name,required"`
	Members []MemberDocument `yaml:"members,required"`
}

// MemberDocument is one person of a team.
type MemberDocument struct {
	Name document.Text  `yaml:"name,required"`
	Away []AwayDocument `yaml:"away"`
}

// AwayDocument is a time in which a person is not on duty. Both days are included.
type AwayDocument struct {
	From  document.Text `yaml:"from,required"`
	Until document.Text `yaml:"until,required"`
}

// ChainDocument says by when a case must be taken, contained and remedied, and
// who is told, in which order, while it is not.
type ChainDocument struct {
	Name document.Text `yaml:"name,required"`
	// Calendar is the calendar that the chain counts in.
	Calendar document.Text   `yaml:"calendar,required"`
	Clocks   []ClockDocument `yaml:"clocks,required"`
	Stages   []StageDocument `yaml:"stages,required"`
	Repeat   RepeatDocument  `yaml:"repeat"`
	// Fallback are told when all stages have passed. It is mandatory.
	Fallback []document.Text `yaml:"fallback,required"`
}

// ClockDocument gives the times of some severities. Each severity must have
// exactly one clock.
type ClockDocument struct {
	// Severity is a condition such as "high or more".
	Severity    document.Text `yaml:"severity,required"`
	Acknowledge calendar.Span `yaml:"acknowledge,required"`
	Contain     calendar.Span `yaml:"contain,required"`
	Remedy      calendar.Span `yaml:"remedy,required"`
	// Lease is how long an acknowledgement lasts without further work; left out,
	// it is the time to contain.
	Lease calendar.Span `yaml:"lease"`
}

// StageDocument is one step up.
type StageDocument struct {
	Name document.Text `yaml:"name,required"`
	// Tell are people, teams, or "owner" for the owner of the case.
	Tell []document.Text `yaml:"tell,required"`
	// Severity and Duty restrict the stage to cases that are that severe or
	// whose contract demands that; left out, it is for all.
	Severity document.Text   `yaml:"severity"`
	Duty     []document.Text `yaml:"duty"`
	// Wait is how long the stage lasts before the next one begins.
	Wait calendar.Span `yaml:"wait,required"`
	// Acknowledgement is any, all, or a number of people who must take the
	// case; left out, it is any.
	Acknowledgement document.Text `yaml:"acknowledgement"`
}

// RepeatDocument says how often the stages are gone through again. Left out, they
// are gone through once.
type RepeatDocument struct {
	Times int           `yaml:"times"`
	After calendar.Span `yaml:"after"`
}

// Options are what a policy takes from outside its document.
type Options struct {
	// Holidays are feeds of holidays by the name that calendars use, for a program
	// that has read them itself. A feed of the document goes before one of its name.
	Holidays map[string][]calendar.Holiday
	// Files are where the document's own feeds are read from: the file system in
	// which the name of the document is a path. Nil suffices for a document that
	// names no files.
	Files fs.FS
}

// Load reads a policy that is a document of its own. The name is what problems
// call the file; the error is of type [document.Problems].
func Load(name string, data []byte, o Options) (*Policy, error) {
	var d Document
	if err := document.Read(name, data, &d); err != nil {
		return nil, err
	}
	return New(d, o)
}
