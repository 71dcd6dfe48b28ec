package main

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
)

// retention is how far back the system log goes.
const retention = 90 * 24 * time.Hour

// instantFormat is how Okta writes instants.
const instantFormat = "2006-01-02T15:04:05.000Z"

// event is an entry of the system log.
type event struct {
	UUID      string     `json:"uuid"`
	Published *time.Time `json:"published"`
	Type      string     `json:"eventType"`
	Target    []struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"target"`
}

const (
	added      = "application.user_membership.add"
	removed    = "application.user_membership.remove"
	deactivate = "user.lifecycle.deactivate"
	deleted    = "user.lifecycle.delete.initiated"
)

// watched are the events that change what is told.
var watched = []string{added, removed, deactivate, deleted, "application.lifecycle.create", "application.lifecycle.activate",
	"application.lifecycle.deactivate", "application.lifecycle.delete", "application.lifecycle.update"}

// pair is an assignment that the log names.
type pair struct{ app, user string }

// target is the identifier of the first target of a type.
func (e event) target(kind string) string {
	for _, t := range e.Target {
		if t.Type == kind {
			return t.ID
		}
	}
	return ""
}

// events reads the log from the last reading on, or in a first reading that of the
// overlap, whose events are part of what is read.
func (r *reading) events(ctx context.Context) error {
	since := r.at
	if r.resumed() {
		since = r.before.Log
	}
	if r.at.Sub(since) > retention-24*time.Hour {
		return badCursor("the log no longer reaches back to the last reading")
	}
	r.now.Log, r.now.Events = r.at, map[string]bool{}
	var filter []string
	for _, kind := range watched {
		filter = append(filter, `eventType eq "`+kind+`"`)
	}
	query := url.Values{"since": {since.Add(-overlap).Format(instantFormat)}, "until": {r.at.Format(instantFormat)},
		"filter": {strings.Join(filter, " or ")}, "sortOrder": {"ASCENDING"}, "limit": {"1000"}}
	return r.client.Each(ctx, "api/v1/logs", query, func(p *httpsource.Page) (string, error) {
		return p.Next(), records(r, p, func(e event) string { return e.UUID }, func(e event) error {
			if e.Published == nil || e.Published.After(r.at.Add(-overlap)) {
				r.now.Events[e.UUID] = true
			}
			if !r.resumed() || r.before.Events[e.UUID] {
				return nil
			}
			return r.happened(e)
		})
	})
}

// happened notes what an event changed.
func (r *reading) happened(e event) error {
	switch e.Type {
	case added, removed:
		at := pair{e.target("AppInstance"), e.target("User")}
		if at.app == "" || at.user == "" {
			return badCursor("the log does not say whose assignment was changed: collect again without a cursor")
		}
		r.touched[at] = true
	case deactivate, deleted:
		r.left[e.target("User")] = true
	default:
		return badCursor("applications were made, changed or deleted: collect again without a cursor")
	}
	return nil
}

// read reads the organisation.
func (r *reading) read(ctx context.Context) error {
	if r.resumed() && !r.log {
		return badCursor("without the log it cannot be told what changed")
	}
	if r.log {
		if err := r.events(ctx); err != nil {
			return err
		}
	}
	if err := r.readUsers(ctx); err != nil {
		return err
	}
	apps, err := r.readApps(ctx)
	if err != nil {
		return err
	}
	if r.resumed() && !maps.Equal(r.before.Apps, r.now.Apps) {
		return badCursor("there are other applications, or other names of them: collect again without a cursor")
	}
	for i, a := range apps {
		if err := r.to.Progress("applications", i, len(apps)); err != nil {
			return err
		}
		if err := r.assignments(ctx, a); err != nil {
			return err
		}
	}
	if err := r.takeAway(apps); err != nil {
		return err
	}
	return r.finish()
}

// takeAway removes the users who left, with their seats, and the assignments that the log
// names and that are no more.
func (r *reading) takeAway(apps []string) error {
	if r.broken > 0 {
		return nil // What is not among those read may be among those that cannot be.
	}
	for _, id := range slices.Sorted(maps.Keys(r.left)) {
		if _, there := r.listed[id]; there || id == "" {
			continue
		}
		for _, a := range apps {
			r.touched[pair{a, id}] = true
		}
		if err := r.to.DeleteUser(compliance.UserID(id)); err != nil {
			return err
		}
	}
	gone := slices.SortedFunc(maps.Keys(r.touched), func(a, b pair) int { return cmp.Or(cmp.Compare(a.app, b.app), cmp.Compare(a.user, b.user)) })
	for _, at := range gone {
		if _, known := r.now.Apps[at.app]; !known {
			continue
		}
		if err := r.to.DeleteSeat(compliance.Seat{User: compliance.UserID(at.user), Title: r.title(at.app)}); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) finish() error {
	r.to.Total(connectors.Total{Name: "users", Kind: connectors.User, Count: r.users})
	r.to.Total(connectors.Total{Name: "seats", Kind: connectors.Seat, Count: r.seats})
	if r.broken > 0 {
		return nil
	}
	var c []byte
	if r.log {
		var err error
		if c, err = r.now.encode(); err != nil {
			return err
		}
	}
	if r.resumed() {
		return r.to.Checkpoint(c)
	}
	return r.to.Complete("", c)
}
