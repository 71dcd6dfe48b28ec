package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/usage"
)

// jobs is what accounts say that jobs held.
type jobs struct {
	// held are the checkouts of each feature.
	held map[string][]usage.Checkout
	// lost are the jobs whose end is lost: those that have none and that the controller,
	// asked before, does not know. brief are those that ended within the second in which
	// they started, which hold nothing: many may have had the same license one after
	// another.
	lost, brief int64
}

// readJobs reads the output of sacct. now is the end of the span that was asked for.
func readJobs(r io.Reader, running map[string]bool, now time.Time) (jobs, error) {
	j := jobs{held: map[string][]usage.Checkout{}}
	err := lines(r, func(_ int, text string) (int, error) {
		parts := strings.Split(text, "|")
		if len(parts) != 4 {
			return 1, fmt.Errorf("%d fields, want JobIDRaw, Start, End and AllocTRES", len(parts))
		}
		column := len(parts[0]) + 2
		from, started, err := instant(parts[1])
		if err != nil {
			return column, err
		}
		column += len(parts[1]) + 1
		to, ended, err := instant(parts[2])
		if err != nil {
			return column, err
		}
		if !started || !from.Before(now) {
			return 0, nil
		}
		if ended && to.Before(from) {
			return column, errors.New("a job that ended before it started")
		}
		if !ended || to.After(now) {
			to = now
		}
		held := usage.Span{From: from, To: to}
		sure := held
		lost := !ended && !running[parts[0]]
		if lost {
			sure.To = from
		}
		column += len(parts[2]) + 1
		takes := int64(0)
		err = allocated(parts[3], func(feature string, n int64) {
			takes = 1
			if from.Before(to) {
				j.held[feature] = append(j.held[feature], usage.Checkout{Feature: usage.FeatureName(feature), Quantity: n, Held: held, Sure: sure})
			}
		})
		if lost {
			j.lost += takes
		}
		if from.Equal(to) {
			j.brief += takes
		}
		return column, err
	})
	return j, err
}

// allocated gives the licenses among what a job was allocated, such as
// billing=1,cpu=1,license/ansys=1,license/fluent@flexhost=7.
func allocated(tres string, each func(feature string, n int64)) error {
	for _, part := range strings.Split(tres, ",") {
		name, value, ok := strings.Cut(part, "=")
		feature, is := strings.CutPrefix(name, "license/")
		if !is {
			continue
		}
		n, err := strconv.ParseInt(value, 10, 32)
		if !ok || err != nil || n < 0 || feature == "" {
			return errors.New("licenses that are not written as license/feature=count")
		}
		if n > 0 {
			each(feature, n)
		}
	}
	return nil
}

// resource is what accounts know of the licenses of one server, over all clusters.
type resource struct {
	name, server string
	count        int64
}

// readResources reads the output of sacctmgr show resource.
func readResources(r io.Reader) ([]resource, error) {
	var all []resource
	err := lines(r, func(_ int, text string) (int, error) {
		parts := strings.Split(text, "|")
		if len(parts) != 4 {
			return 1, fmt.Errorf("%d fields, want Name, Server, Type and Count", len(parts))
		}
		if !strings.EqualFold(parts[2], "License") {
			return 0, nil
		}
		n, err := strconv.ParseInt(parts[3], 10, 32)
		if err != nil || n < 0 || parts[0] == "" {
			return len(text) - len(parts[3]) + 1, errors.New("Count is no count, or Name is empty")
		}
		all = append(all, resource{parts[0], parts[1], n})
		return 0, nil
	})
	return all, err
}

// readRunning reads the numbers that squeue prints.
func readRunning(r io.Reader) (map[string]bool, error) {
	running := map[string]bool{}
	err := lines(r, func(_ int, text string) (int, error) {
		id := strings.TrimSpace(text)
		if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			return 1, errors.New("want the number of a job")
		}
		running[id] = true
		return 0, nil
	})
	return running, err
}

// readRights says whether an account may see the jobs of all.
func readRights(r io.Reader) (all bool, err error) {
	err = lines(r, func(_ int, text string) (int, error) {
		_, level, ok := strings.Cut(text, "|")
		if !ok {
			return 1, errors.New("want User and AdminLevel")
		}
		all = all || level == "Operator" || level == "Administrator"
		return 0, nil
	})
	return all, err
}

// title is the feature that a license is of, whichever server it comes from.
func title(name string) string {
	feature, _, _ := strings.Cut(name, "@")
	return feature
}
