package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/usage"
	"github.com/trueup-dev/trueup/connectors"
)

// days writes the peak of each title and calendar day, from the day that was not over
// when the accounts were last read.
func (r *reading) days(ctx context.Context, before mark, licenses []license) (mark, error) {
	if !r.config.accounts {
		return mark{}, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("cluster %s keeps no accounts (AccountingStorageType), so its use in the past is not known: leave since empty", r.config.cluster)}
	}
	all, err := r.entitled(ctx)
	if err != nil {
		return mark{}, err
	}
	if !all {
		return mark{}, &connectors.Error{Kind: connectors.PermissionDenied, Err: fmt.Errorf("cluster %s shows an account only its own jobs (PrivateData): the account needs the AdminLevel Operator", r.config.cluster)}
	}
	for _, l := range licenses {
		if !r.config.tracked[l.name] {
			err := r.problem(connectors.Problem{Kind: connectors.BadData, Subject: "license " + l.name,
				Message: "its use in the past is in no accounts; add license/" + l.name + " to AccountingStorageTRES"})
			if err != nil {
				return mark{}, err
			}
		}
	}
	from := r.since
	if before.Through.After(from) {
		from = before.Through.In(r.zone)
	}
	now := r.config.at.In(r.zone)
	if !from.Before(now) {
		return before, nil
	}
	// The controller is asked first: a job that it does not know then and that accounts
	// take for running afterwards started in between, or lost its end.
	running, err := ask(ctx, r.source, runningOutput, readRunning)
	if err != nil {
		return mark{}, err
	}
	past, err := ask(ctx, r.source, jobsOutput(from, now), func(f io.Reader) (jobs, error) { return readJobs(f, running, now) })
	if err != nil {
		return mark{}, err
	}
	r.to.Total(connectors.Total{Name: "jobs that held licenses for less than a second, which are not counted", Count: past.brief})
	if past.lost > 0 {
		err := r.problem(connectors.Problem{Kind: connectors.BadData, Subject: r.source.place(jobsOutput(from, now)), Harmless: true,
			Message: fmt.Sprintf("%d jobs have no end and the controller does not know them (see sacctmgr show runawayjobs); peaks are the most that they can have been", past.lost)})
		if err != nil {
			return mark{}, err
		}
	}
	return r.peaks(before, usage.Span{From: from, To: now}, past.held)
}

// peaks writes the days of each title, in the order of titles.
func (r *reading) peaks(before mark, span usage.Span, held map[string][]usage.Checkout) (mark, error) {
	titles := map[string][]usage.Checkout{}
	for _, name := range slices.Sorted(maps.Keys(held)) {
		titles[title(name)] = append(titles[title(name)], held[name]...)
	}
	used := map[string]bool{}
	for _, name := range before.Seen {
		used[name] = true
		if _, again := titles[name]; !again {
			titles[name] = nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(titles)) {
		timeline, err := usage.NewTimeline(titles[name])
		if err != nil {
			return mark{}, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("license %s: %w", name, err)}
		}
		for _, w := range timeline.Windows(span, usage.Day) {
			// Days before a title was first used are left out: whether it was counted
			// on them is not known.
			used[name] = used[name] || w.Peak.AtMost > 0
			if !used[name] {
				continue
			}
			if err := r.to.Usage(r.day(name, timeline, w)); err != nil {
				return mark{}, err
			}
		}
	}
	// Accounts hear late of some jobs, so yesterday comes again as well as today.
	y, m, d := span.To.Date()
	after := mark{Through: time.Date(y, m, d-1, 0, 0, 0, 0, r.zone).UTC()}
	after.Seen = slices.DeleteFunc(slices.Sorted(maps.Keys(used)), func(name string) bool { return !used[name] })
	return after, nil
}

func (r *reading) day(name string, timeline *usage.Timeline, w usage.Window) compliance.Usage {
	u := compliance.Usage{Title: r.title(name), From: w.From.UTC(), To: w.To.UTC(), Peak: int(w.Peak.AtMost)}
	if u.Peak > 0 {
		u.At = timeline.Peak(w.Span).Spans[0].From.UTC()
	}
	return u
}
