package calendar

import (
	"github.com/trueup-dev/trueup/compliance/document"
)

// Document is a calendar as it stands in a YAML document.
type Document struct {
	Name document.Text `yaml:"name,required"`
	// Zone is a name of the IANA database, such as Europe/Zurich. It is mandatory.
	Zone document.Text `yaml:"zone,required"`
	Week WeekDocument  `yaml:"week,required"`
	// Holidays are days without working time.
	Holidays []HolidayDocument `yaml:"holidays"`
	// HolidaysFrom names feeds that the caller has read (see [Options]).
	HolidaysFrom []document.Text `yaml:"holidays-from"`
	// Exceptions replace the hours of single days, holidays included.
	Exceptions []ExceptionDocument `yaml:"exceptions"`
}

// WeekDocument gives each day of the week its stretches of working time, such as
// 08:00-12:00 or 22:00-06:00 next day. A day that is left out has none.
type WeekDocument struct {
	Monday    []document.Text `yaml:"monday"`
	Tuesday   []document.Text `yaml:"tuesday"`
	Wednesday []document.Text `yaml:"wednesday"`
	Thursday  []document.Text `yaml:"thursday"`
	Friday    []document.Text `yaml:"friday"`
	Saturday  []document.Text `yaml:"saturday"`
	Sunday    []document.Text `yaml:"sunday"`
}

// HolidayDocument is one holiday.
type HolidayDocument struct {
	Date document.Text `yaml:"date,required"`
	Name document.Text `yaml:"name,required"`
}

// ExceptionDocument is one day with other hours than usual.
type ExceptionDocument struct {
	Date document.Text `yaml:"date,required"`
	// Hours are the day's stretches; none means that nobody works.
	Hours  []document.Text `yaml:"hours,required"`
	Reason document.Text   `yaml:"reason,required"`
}

// Holiday is a day without working time.
type Holiday struct {
	Date Date
	Name string
}

// Options are what a calendar takes from outside its document.
type Options struct {
	// Feeds are lists of holidays by the name that documents use.
	Feeds map[string][]Holiday
}

// Load reads a calendar that is a document of its own. The name is what problems
// call the file; the error is of type [document.Problems].
func Load(name string, data []byte, o Options) (*Calendar, error) {
	var d Document
	if err := document.Read(name, data, &d); err != nil {
		return nil, err
	}
	return New(d, o)
}
