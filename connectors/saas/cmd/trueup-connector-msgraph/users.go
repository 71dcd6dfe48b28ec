package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// reading is one collection.
type reading struct {
	client *httpsource.Client
	to     *sdk.Writer
	// resumed is true of a reading from a cursor; now is the cursor as it becomes.
	resumed bool
	now     cursor
	signIns map[string]signIn
	// done are the users told in this reading.
	done map[string]bool

	pages, broken int
}

// problem reports a record. From then on nothing is a checkpoint, so that a later
// reading comes by it again.
func (r *reading) problem(p *httpsource.Page, index int, err error) error {
	r.broken++
	return r.to.Problem(p.Malformed(index, err))
}

// checkpoint saves how far the reading is.
func (r *reading) checkpoint() error {
	if r.broken > 0 {
		return nil
	}
	c, err := r.now.encode()
	if err != nil {
		return err
	}
	return r.to.Checkpoint(c)
}

// assignment is a licence of a user.
type assignment struct {
	SKU string `json:"skuId"`
}

// user is a user as the delta query tells of it. What it leaves out is not set, or
// not changed.
type user struct {
	ID       string        `json:"id"`
	Name     string        `json:"displayName"`
	Enabled  *bool         `json:"accountEnabled"`
	Country  string        `json:"usageLocation"`
	Company  string        `json:"companyName"`
	Has      *[]assignment `json:"assignedLicenses"`
	Activity *struct {
		Interactive    *time.Time `json:"lastSignInDateTime"`
		NonInteractive *time.Time `json:"lastNonInteractiveSignInDateTime"`
		Successful     *time.Time `json:"lastSuccessfulSignInDateTime"`
	} `json:"signInActivity"`
	Removed *struct {
		Reason string `json:"reason"`
	} `json:"@removed"`
}

const userFields = "id,displayName,accountEnabled,usageLocation,companyName,assignedLicenses"

// signIn is when a user last signed in, and the licences that the user has.
type signIn struct {
	last time.Time
	has  []assignment
}

// listSignIns lists when users last signed in, and gives the checksums of the days.
func (r *reading) listSignIns(ctx context.Context) (map[string]string, error) {
	// 120 is the largest page with sign-ins that Graph gives.
	query := url.Values{"$select": {"id,assignedLicenses,signInActivity"}, "$top": {"120"}}
	pages := 0
	err := r.client.Each(ctx, "users", query, func(p *httpsource.Page) (string, error) {
		page, err := listOf(p)
		if err != nil {
			return "", err
		}
		pages++
		if err := r.to.Progress("sign-ins", pages, 0); err != nil {
			return "", err
		}
		for i, raw := range page.Value {
			u, err := httpsource.Record[user](raw)
			if err != nil {
				if err := r.problem(p, i, err); err != nil {
					return "", err
				}
				continue
			}
			r.signIns[u.ID] = u.signIn()
		}
		return page.Next, nil
	})
	if err != nil {
		return nil, err
	}
	return daysOf(r.signIns)
}

func (u user) signIn() signIn {
	var s signIn
	if u.Has != nil {
		s.has = *u.Has
	}
	if u.Activity == nil {
		return s
	}
	for _, at := range []*time.Time{u.Activity.Interactive, u.Activity.NonInteractive, u.Activity.Successful} {
		if at != nil && at.After(s.last) {
			s.last = at.UTC()
		}
	}
	return s
}

// users writes the users that the cursor has not told yet.
func (r *reading) users(ctx context.Context) error {
	take := func(p *httpsource.Page) (string, error) { return r.page(ctx, p) }
	if !r.resumed {
		return r.client.Each(ctx, "users/delta", url.Values{"$select": {userFields}}, take)
	}
	err := r.client.EachFrom(ctx, r.now.Link, take)
	var status *httpsource.StatusError
	if errors.As(err, &status) && (status.Status == http.StatusGone || strings.EqualFold(status.Code, "syncStateNotFound")) {
		return badCursor("Graph has forgotten the cursor: %w", status)
	}
	return err
}

func (r *reading) page(ctx context.Context, p *httpsource.Page) (string, error) {
	page, err := listOf(p)
	if err != nil {
		return "", err
	}
	if page.Next == "" && page.Delta == "" {
		return "", p.Lacks("@odata.deltaLink")
	}
	r.pages++
	if err := r.to.Progress("users", r.pages, 0); err != nil {
		return "", err
	}
	for i, raw := range page.Value {
		u, err := httpsource.Record[user](raw)
		if err == nil && u.ID == "" {
			err = errors.New("it has no id")
		}
		if err != nil {
			if err := r.problem(p, i, err); err != nil {
				return "", err
			}
			continue
		}
		if err := r.user(ctx, u); err != nil {
			return "", err
		}
	}
	r.now.Link = page.Next
	if page.Next == "" {
		r.now.Link = page.Delta
		return "", nil
	}
	return page.Next, r.checkpoint()
}

// user writes one user.
func (r *reading) user(ctx context.Context, u user) error {
	changed := !r.now.First || r.done[u.ID]
	if u.Removed != nil {
		return r.removed(u.ID)
	}
	if changed && (u.Has == nil || u.Enabled == nil) {
		// What did not change may be left out, so all of it is asked for.
		p, err := r.client.Get(ctx, "users/"+url.PathEscape(u.ID), url.Values{"$select": {userFields}})
		var status *httpsource.StatusError
		if errors.As(err, &status) && status.Status == http.StatusNotFound {
			return r.removed(u.ID)
		}
		if err != nil {
			return err
		}
		if err := p.Into(&u); err != nil {
			return err
		}
	}
	r.done[u.ID] = true
	row := compliance.User{ID: compliance.UserID(u.ID), Name: u.Name, Entity: u.Company, Country: strings.ToUpper(u.Country), Active: u.Enabled}
	if err := r.to.User(row); err != nil {
		return err
	}
	var has []assignment
	if u.Has != nil {
		has = *u.Has
	}
	if changed {
		if err := r.takeAway(u.ID, has); err != nil {
			return err
		}
	}
	return r.seats(u.ID, has)
}

func (r *reading) seats(id string, has []assignment) error {
	for _, a := range has {
		if a.SKU == "" {
			continue
		}
		if _, known := r.now.SKUs[a.SKU]; !known {
			// A licence that the tenant no longer has may still be assigned.
			r.now.SKUs[a.SKU] = sku{Name: a.SKU}
		}
		seat := compliance.Seat{User: compliance.UserID(id), Title: title(a.SKU, r.now.SKUs[a.SKU].Name), LastUsed: r.signIns[id].last}
		if err := r.to.Seat(seat); err != nil {
			return err
		}
	}
	return nil
}

// takeAway takes away the seats that a user does not have.
func (r *reading) takeAway(id string, has []assignment) error {
	for _, s := range slices.Sorted(maps.Keys(r.now.SKUs)) {
		if slices.Contains(has, assignment{SKU: s}) {
			continue
		}
		if err := r.to.DeleteSeat(compliance.Seat{User: compliance.UserID(id), Title: title(s, r.now.SKUs[s].Name)}); err != nil {
			return err
		}
	}
	return nil
}

// removed takes a user away. In a first reading one that was not told is not missed.
func (r *reading) removed(id string) error {
	if r.now.First && !r.done[id] {
		return nil
	}
	r.done[id] = false
	return errors.Join(r.takeAway(id, nil), r.to.DeleteUser(compliance.UserID(id)))
}

// finish writes the seats of users who signed in since, and ends the reading.
func (r *reading) finish(days map[string]string) error {
	if r.resumed && !r.now.First {
		for _, id := range slices.Sorted(maps.Keys(r.signIns)) {
			s := r.signIns[id]
			day := dayOf(s.last)
			if _, told := r.done[id]; told || day == "" || r.now.Days[day] == days[day] {
				continue
			}
			if err := r.seats(id, s.has); err != nil {
				return err
			}
		}
		r.now.Days = days
		return r.checkpoint()
	}
	if r.broken > 0 {
		return nil
	}
	r.now.First = false
	c, err := json.Marshal(r.now)
	if err != nil {
		return err
	}
	return r.to.Complete("", c)
}
