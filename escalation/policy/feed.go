package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
)

// FeedDocument names files of holidays, as offices publish them, for calendars to
// take over.
type FeedDocument struct {
	// Name is what a calendar's holidays-from says.
	Name document.Text `yaml:"name,required"`
	// Files are paths from the folder of the document, such as holidays/ch-2026.json:
	// iCalendar files end with .ics (see calendar.ReadICS), JSON files with .json
	// (see calendar.ReadJSON). A service that has a file for each year has several.
	Files []document.Text `yaml:"files,required"`
	// Region and Types choose among the records of JSON files.
	Region document.Text   `yaml:"region"`
	Types  []document.Text `yaml:"types"`
}

// An event of an iCalendar file that comes every year is read for these years.
const (
	firstYear = 2000
	lastYear  = 2100
)

// maxFeed bounds a file of holidays. Those of a country are some kilobytes a year.
const maxFeed = 4 << 20

// LoadFS reads a policy and the files of holidays that it names. The file is a path
// in the file system, such as os.DirFS of the policy's folder; paths of holidays are
// relative to the folder that it is in. The error is of type [document.Problems],
// with the place in the policy of a path that cannot be read and the place in the
// file of what is wrong there.
func LoadFS(files fs.FS, file string, o Options) (*Policy, error) {
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	o.Files = files
	return Load(file, data, o)
}

// compileFeed reads the files of a feed.
func (c *compiler) compileFeed(d FeedDocument) {
	if _, twice := c.feeds[d.Name.Value]; twice {
		c.fail(d.Name, "feed %q is given twice", d.Name.Value)
	}
	var days []calendar.Holiday
	before := len(c.problems)
	for _, f := range d.Files {
		days = append(days, c.readFeed(d, f)...)
	}
	if len(days) == 0 && len(c.problems) == before {
		c.fail(d.Name, "feed %q has no holiday; check its files, region and types", d.Name.Value)
	}
	c.feeds[d.Name.Value] = days
}

// checkFeeds wants somebody to take the holidays of every feed: one whose calendar
// forgot it would be read and count for nothing.
func (c *compiler) checkFeeds(d Document) {
	taken := map[string]bool{}
	for _, cal := range d.Calendars {
		for _, f := range cal.HolidaysFrom {
			taken[f.Value] = true
		}
	}
	for _, f := range d.Feeds {
		if !taken[f.Name.Value] {
			c.fail(f.Name, "no calendar takes holidays from the feed %q", f.Name.Value)
		}
	}
}

func (c *compiler) readFeed(d FeedDocument, file document.Text) []calendar.Holiday {
	full := path.Join(path.Dir(file.At().File), file.Value)
	switch {
	case c.options.Files == nil:
		c.fail(file, "the policy was loaded without a folder, so that %s cannot be read", file.Value)
		return nil
	case file.Value == "" || path.IsAbs(file.Value) || !fs.ValidPath(full):
		c.fail(file, "%q is no path below the policy's folder", file.Value)
		return nil
	}
	data, err := fs.ReadFile(c.options.Files, full)
	var failed *fs.PathError
	switch {
	case errors.As(err, &failed):
		c.fail(file, "cannot read %s: %v", file.Value, failed.Err)
		return nil
	case err != nil:
		c.fail(file, "cannot read %s: %v", file.Value, err)
		return nil
	case len(data) > maxFeed:
		c.fail(file, "%s has %d bytes; a file of holidays may have %d", file.Value, len(data), maxFeed)
		return nil
	}
	var days []calendar.Holiday
	switch ext := strings.ToLower(path.Ext(full)); ext {
	case ".ics":
		days, err = calendar.ReadICS(full, data, firstYear, lastYear)
	case ".json":
		o := calendar.JSONOptions{Region: d.Region.Value}
		for _, t := range d.Types {
			o.Types = append(o.Types, t.Value)
		}
		days, err = calendar.ReadJSON(full, data, o)
	default:
		c.fail(file, "%s ends with neither .ics nor .json, so its form is not known", file.Value)
	}
	c.add(file, err)
	return days
}
