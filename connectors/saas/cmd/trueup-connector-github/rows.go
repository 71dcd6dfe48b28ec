package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

const publisher = "GitHub"

// reading is one collection.
type reading struct {
	to         *sdk.Writer
	enterprise string
	// users are those written, copilot the seats of Copilot by their user.
	users   map[string]bool
	copilot map[string]seatOfCopilot

	pages, broken int
}

// consumed is an answer of consumed-licenses. What is not there is not known.
type consumed struct {
	Consumed  *int64            `json:"total_seats_consumed"`
	Purchased *int64            `json:"total_seats_purchased"`
	Users     []json.RawMessage `json:"users"`
}

type licensed struct {
	Login         string   `json:"github_com_login"`
	Name          string   `json:"github_com_name"`
	ServerUserIDs []string `json:"enterprise_server_user_ids"`
	LicenseType   string   `json:"license_type"`
}

// id is what the user goes by.
func (l licensed) id() string {
	if l.Login == "" && len(l.ServerUserIDs) > 0 {
		return l.ServerUserIDs[0]
	}
	return l.Login
}

func (r *reading) licenses(p *httpsource.Page) (string, error) {
	var page consumed
	if err := p.Into(&page); err != nil {
		return "", err
	}
	if page.Users == nil {
		return "", p.Lacks("users")
	}
	if r.pages++; r.pages == 1 {
		if err := r.purchased(page); err != nil {
			return "", err
		}
	}
	if err := r.to.Progress("licences", r.pages, 0); err != nil {
		return "", err
	}
	for i, raw := range page.Users {
		l, err := httpsource.Record[licensed](raw)
		if err == nil && l.id() == "" {
			err = errors.New("it has neither a login nor an account on a server")
		}
		if err != nil {
			if err := r.problem(p, i, err); err != nil {
				return "", err
			}
			continue
		}
		if err := r.user(l.id(), l.Name); err != nil {
			return "", err
		}
		if l.LicenseType == "" {
			continue
		}
		seat := compliance.Seat{User: compliance.UserID(l.id()), Title: catalog.Title{Publisher: publisher, Name: "GitHub Enterprise", Edition: l.LicenseType}}
		if err := r.to.Seat(seat); err != nil {
			return "", err
		}
	}
	return p.Next(), nil
}

// purchased writes what was bought. GitHub tells the number, not the contract.
func (r *reading) purchased(page consumed) error {
	if page.Consumed != nil {
		r.to.Total(connectors.Total{Name: "seats consumed, as GitHub counts them", Count: *page.Consumed})
	}
	l := connectors.License{ID: "github:" + r.enterprise, Title: catalog.Title{Publisher: publisher, Name: "GitHub Enterprise"}, Metric: "seat"}
	if page.Purchased != nil {
		l.Quantity = decimal.NewNullDecimal(decimal.NewFromInt(*page.Purchased))
	}
	return r.to.License(l)
}

// user writes a user once.
func (r *reading) user(id, name string) error {
	if r.users[id] {
		return nil
	}
	r.users[id] = true
	return r.to.User(compliance.User{ID: compliance.UserID(id), Name: name})
}

func (r *reading) problem(p *httpsource.Page, index int, err error) error {
	r.broken++
	return r.to.Problem(p.Malformed(index, err))
}

// copilotSeats is an answer of copilot/billing/seats.
type copilotSeats struct {
	Total *int64            `json:"total_seats"`
	Seats []json.RawMessage `json:"seats"`
}

type seatOfCopilot struct {
	Assignee *struct {
		Login string `json:"login"`
	} `json:"assignee"`
	Created      time.Time  `json:"created_at"`
	LastActivity *time.Time `json:"last_activity_at"`
	Plan         string     `json:"plan_type"`
}

// copilotSeats writes seats. A user whom several organisations give access comes
// several times and has one seat; the last use is the latest.
func (r *reading) copilotSeats(p *httpsource.Page) (string, error) {
	var page copilotSeats
	if err := p.Into(&page); err != nil {
		return "", err
	}
	if page.Seats == nil {
		return "", p.Lacks("seats")
	}
	if page.Total != nil && len(r.copilot) == 0 {
		r.to.Total(connectors.Total{Name: "seats of Copilot, as GitHub counts them", Count: *page.Total})
	}
	for i, raw := range page.Seats {
		s, err := httpsource.Record[seatOfCopilot](raw)
		if err == nil && (s.Assignee == nil || s.Assignee.Login == "") {
			err = errors.New("it does not say whose it is")
		}
		if err != nil {
			if err := r.problem(p, i, err); err != nil {
				return "", err
			}
			continue
		}
		if err := r.copilotSeat(s); err != nil {
			return "", err
		}
	}
	return p.Next(), nil
}

func (r *reading) copilotSeat(s seatOfCopilot) error {
	id := s.Assignee.Login
	if err := r.user(id, ""); err != nil {
		return err
	}
	earlier, again := r.copilot[id]
	if again && (s.LastActivity == nil || earlier.LastActivity != nil && !s.LastActivity.After(*earlier.LastActivity)) {
		return nil
	}
	if again {
		s.Plan, s.Created = earlier.Plan, earlier.Created // one seat, under one name
	}
	r.copilot[id] = s
	seat := compliance.Seat{User: compliance.UserID(id), Assigned: s.Created.UTC(), Title: catalog.Title{Publisher: publisher, Name: "GitHub Copilot"}}
	if s.Plan != "unknown" {
		seat.Title.Edition = s.Plan
	}
	if s.LastActivity != nil {
		seat.LastUsed = s.LastActivity.UTC()
	}
	return r.to.Seat(seat)
}
