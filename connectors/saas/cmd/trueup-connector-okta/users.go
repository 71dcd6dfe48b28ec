package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// overlap is how far before the latest change a later reading asks again, as changes
// are told late.
const overlap = 5 * time.Minute

// reading is one collection.
type reading struct {
	client      *httpsource.Client
	to          *sdk.Writer
	log         bool
	before, now cursor
	// at is when the reading began.
	at time.Time
	// listed are the users; fresh those who signed in since the cursor.
	listed map[string]user
	fresh  map[string]bool
	// touched are assignments that the log names, left users that it says are gone.
	touched map[pair]bool
	left    map[string]bool

	users, seats int64
	broken       int
}

// resumed reports whether only what is new is given.
func (r *reading) resumed() bool { return !r.before.Log.IsZero() }

func (r *reading) problem(p *httpsource.Page, index int, err error) error {
	r.broken++
	return r.to.Problem(p.Malformed(index, err))
}

// user is a user of Okta.
type user struct {
	ID        string     `json:"id"`
	Status    string     `json:"status"`
	LastLogin *time.Time `json:"lastLogin"`
	Updated   *time.Time `json:"lastUpdated"`
	Profile   struct {
		First        *string `json:"firstName"`
		Last         *string `json:"lastName"`
		Country      *string `json:"countryCode"`
		Organization *string `json:"organization"`
	} `json:"profile"`
}

// active says whether the account can be used; nil of a status that is not known. A
// user who is locked out, or must set a password, can sign in again without anyone's
// decision.
func (u user) active() *bool {
	yes, no := true, false
	switch u.Status {
	case "ACTIVE", "PASSWORD_EXPIRED", "LOCKED_OUT", "RECOVERY", "PROVISIONED":
		return &yes
	case "SUSPENDED", "DEPROVISIONED", "STAGED":
		return &no
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (u user) row() compliance.User {
	row := compliance.User{ID: compliance.UserID(u.ID), Name: strings.TrimSpace(text(u.Profile.First) + " " + text(u.Profile.Last)), Entity: text(u.Profile.Organization), Active: u.active()}
	if c := text(u.Profile.Country); len(c) == 2 {
		row.Country = strings.ToUpper(c)
	}
	return row
}

// records reads a page that is a list.
func records[T any](r *reading, p *httpsource.Page, id func(T) string, each func(T) error) error {
	var list []json.RawMessage
	if err := p.Into(&list); err != nil {
		return err
	}
	if list == nil {
		return p.Lacks("list")
	}
	for i, raw := range list {
		v, err := httpsource.Record[T](raw)
		if err == nil && id(v) == "" {
			err = errors.New("it has no identifier")
		}
		if err != nil {
			if err := r.problem(p, i, err); err != nil {
				return err
			}
			continue
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}

// readUsers lists the users and gives those that are new or changed.
func (r *reading) readUsers(ctx context.Context) error {
	pages := 0
	return r.client.Each(ctx, "api/v1/users", url.Values{"limit": {"200"}}, func(p *httpsource.Page) (string, error) {
		pages++
		if err := r.to.Progress("users", pages, 0); err != nil {
			return "", err
		}
		return p.Next(), records(r, p, func(u user) string { return u.ID }, func(u user) error {
			if _, again := r.listed[u.ID]; again {
				return nil
			}
			r.listed[u.ID] = u
			if !r.note(u) {
				return nil
			}
			r.users++
			return r.to.User(u.row())
		})
	})
}

// change is when a user was last changed and signed in.
func (u user) change() change {
	var c change
	if u.Updated != nil {
		c.Updated = u.Updated.UTC()
	}
	if u.LastLogin != nil {
		c.Login = u.LastLogin.UTC()
	}
	return c
}

// note keeps what a later reading has to know of a user, and reports whether the user
// changed. Without an instant of change a user counts as changed.
func (r *reading) note(u user) bool {
	c := u.change()
	if from := r.at.Add(-overlap); c.Updated.After(from) || c.Login.After(from) {
		if r.now.Late == nil {
			r.now.Late = map[string]change{}
		}
		r.now.Late[u.ID] = c
	}
	since, known := r.before.Log.Add(-overlap), r.before.Late[u.ID]
	r.fresh[u.ID] = c.Login.After(since) && !c.Login.Equal(known.Login)
	return c.Updated.IsZero() || c.Updated.After(since) && !c.Updated.Equal(known.Updated)
}

// application is an application of the organisation.
type application struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Label  string `json:"label"`
	Status string `json:"status"`
}

// readApps lists the applications that are active, in order.
func (r *reading) readApps(ctx context.Context) ([]string, error) {
	var ids []string
	query := url.Values{"limit": {"200"}, "filter": {`status eq "ACTIVE"`}}
	err := r.client.Each(ctx, "api/v1/apps", query, func(p *httpsource.Page) (string, error) {
		return p.Next(), records(r, p, func(a application) string { return a.ID }, func(a application) error {
			if _, again := r.now.Apps[a.ID]; a.Status == "ACTIVE" && !again {
				r.now.Apps[a.ID] = app{Name: a.Name, Label: a.Label}
				ids = append(ids, a.ID)
			}
			return nil
		})
	})
	slices.Sort(ids)
	return ids, err
}

// title names an application: by its label, which people chose, and Okta's name of it.
func (r *reading) title(id string) catalog.Title {
	a := r.now.Apps[id]
	return catalog.Title{Name: a.Label, ProductCode: a.Name + "/" + id}
}

// assignment is an application of a user.
type assignment struct {
	ID      string     `json:"id"`
	Status  string     `json:"status"`
	Created *time.Time `json:"created"`
	Scope   string     `json:"scope"`
}

// assignments gives the seats of an application that are new or used since.
func (r *reading) assignments(ctx context.Context, appID string) error {
	path := "api/v1/apps/" + url.PathEscape(appID) + "/users"
	return r.client.Each(ctx, path, url.Values{"limit": {"500"}}, func(p *httpsource.Page) (string, error) {
		return p.Next(), records(r, p, func(a assignment) string { return a.ID }, func(a assignment) error {
			at := pair{appID, a.ID}
			if !a.holds() {
				return nil
			}
			if r.resumed() && !r.fresh[a.ID] && !r.touched[at] {
				return nil
			}
			delete(r.touched, at)
			r.seats++
			return r.seat(appID, a)
		})
	})
}

// holds reports whether an assignment takes a seat. One that is being taken away, or only
// was imported, does not.
func (a assignment) holds() bool {
	switch a.Status {
	case "DEPROVISIONED", "REVOKED", "UNASSIGNED", "IMPORTED", "INACTIVE":
		return false
	}
	return true
}

func (r *reading) seat(appID string, a assignment) error {
	s := compliance.Seat{User: compliance.UserID(a.ID), Title: r.title(appID), LastUsed: r.listed[a.ID].change().Login}
	if a.Created != nil {
		s.Assigned = a.Created.UTC()
	}
	return r.to.Seat(s)
}
