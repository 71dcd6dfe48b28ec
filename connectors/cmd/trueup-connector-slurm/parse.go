package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// misread is a line that is not as Slurm prints it. What it held is not repeated: lines
// of jobs may name people.
type misread struct {
	line, column int
	problem      string
}

func (m *misread) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", m.line, m.column, m.problem)
}

// longestLine bounds a line; that of a job over thousands of features stays below it.
const longestLine = 1 << 20

// lines calls each with every line that is not blank.
func lines(r io.Reader, each func(line int, text string) (column int, err error)) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, longestLine)
	n := 0
	for s.Scan() {
		n++
		text := strings.TrimRight(s.Text(), "\r")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if column, err := each(n, text); err != nil {
			return &misread{n, column, err.Error()}
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return &misread{n + 1, longestLine, "the line is longer than any that Slurm prints"}
	}
	return s.Err()
}

// config is what is looked at of a cluster's configuration.
type config struct {
	cluster, version string
	// at is the controller's clock.
	at time.Time
	// user runs the controller and may see everything.
	user string
	// accounts says that there are accounts, hidden that they show an account only
	// its own jobs.
	accounts, hidden bool
	// tracked are the features whose use is in the accounts.
	tracked map[string]bool
}

// readConfig reads the output of scontrol show config.
func readConfig(r io.Reader) (config, error) {
	c := config{tracked: map[string]bool{}}
	err := lines(r, func(_ int, text string) (int, error) {
		if at, ok := strings.CutPrefix(text, "Configuration data as of "); ok {
			var known bool
			var err error
			c.at, known, err = instant(strings.TrimSpace(at))
			if err == nil && !known {
				err = errors.New("the instant is missing")
			}
			return len(text) - len(at) + 1, err
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return 0, nil // headings of sections, and lists below them
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(name) {
		case "ClusterName":
			c.cluster = value
		case "SLURM_VERSION":
			c.version = value
		case "SlurmUser":
			c.user, _, _ = strings.Cut(value, "(")
		case "AccountingStorageType":
			c.accounts = strings.TrimPrefix(value, "accounting_storage/") == "slurmdbd"
		case "AccountingStorageTRES":
			for _, name := range strings.Split(value, ",") {
				if feature, ok := strings.CutPrefix(strings.TrimSpace(name), "license/"); ok {
					c.tracked[feature] = true
				}
			}
		case "PrivateData":
			for _, name := range strings.Split(value, ",") {
				c.hidden = c.hidden || strings.TrimSpace(name) == "jobs" || strings.TrimSpace(name) == "all"
			}
		}
		return 0, nil
	})
	switch {
	case err != nil:
		return c, err
	case c.cluster == "":
		return c, &misread{1, 1, "no ClusterName: this is not what scontrol show config prints"}
	case c.at.IsZero():
		return c, &misread{1, 1, "the first line with the instant is missing"}
	}
	return c, nil
}

// instant reads a time as Slurm prints it with TZ=UTC: seconds since 1970, or a date
// and time of day. It is not known of what has not happened yet.
func instant(text string) (at time.Time, known bool, err error) {
	switch text {
	case "Unknown", "None", "":
		return time.Time{}, false, nil
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		const last = 1 << 33 // the year 2242
		if seconds < 0 || seconds > last {
			return time.Time{}, false, errors.New("a time out of range")
		}
		return time.Unix(seconds, 0).UTC(), true, nil
	}
	if at, err = time.Parse("2006-01-02T15:04:05", text); err != nil {
		return time.Time{}, false, errors.New("a time that is neither seconds since 1970 nor such as 2026-03-31T12:00:00")
	}
	return at, at.Year() >= 1970 && at.Year() < 2242, nil
}

// license is a record of scontrol show licenses.
type license struct {
	// name is feature or feature@server.
	name                  string
	total, used, reserved int64
	remote                bool
}

// readLicenses reads the output of scontrol show licenses, on one line a license or on
// several.
func readLicenses(r io.Reader) ([]license, error) {
	var all []license
	var seen map[string]bool
	names := map[string]bool{}
	last := 0
	err := lines(r, func(line int, text string) (int, error) {
		last = line
		if strings.HasPrefix(text, "No licenses configured") {
			return 0, nil
		}
		for at, word := range words(text) {
			key, value, ok := strings.Cut(word, "=")
			switch {
			case !ok:
				return at, errors.New("want name=value")
			case key == "LicenseName":
				if err := complete(seen); err != nil {
					return at, err
				}
				if value == "" || names[value] {
					return at, errors.New("a name that is empty or was there before")
				}
				names[value], seen = true, map[string]bool{}
				all = append(all, license{name: value})
				continue
			case len(all) == 0:
				return at, errors.New("want LicenseName first")
			}
			if err := all[len(all)-1].set(key, value); err != nil {
				return at, err
			}
			seen[key] = true
		}
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	if err := complete(seen); err != nil {
		return nil, &misread{last, 1, err.Error()}
	}
	return all, nil
}

// complete says what a license must state; nil is before the first.
func complete(seen map[string]bool) error {
	for _, key := range []string{"Total", "Used"} {
		if seen != nil && !seen[key] {
			return fmt.Errorf("a license without %s", key)
		}
	}
	return nil
}

func (l *license) set(key, value string) error {
	var to *int64
	switch key {
	case "Total":
		to = &l.total
	case "Used":
		to = &l.used
	case "Reserved":
		to = &l.reserved
	case "Remote":
		l.remote = value == "yes"
		return nil
	default:
		return nil // newer versions say more
	}
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("%s is no count", key)
	}
	*to = n
	return nil
}

// words gives the words of a line with their columns.
func words(text string) func(yield func(column int, word string) bool) {
	return func(yield func(int, string) bool) {
		at := 0
		for at < len(text) {
			rest := text[at:]
			start := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsSpace(r) })
			if start < 0 {
				return
			}
			word := rest[start:]
			if end := strings.IndexFunc(word, unicode.IsSpace); end >= 0 {
				word = word[:end]
			}
			if !yield(at+start+1, word) {
				return
			}
			at += start + len(word)
		}
	}
}
