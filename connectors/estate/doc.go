// Package estate reads and writes an estate as a folder of plain files, for
// whoever has facts but no connector, and for keeping what a run judged.
//
//	estate.json      the instant of the snapshot, and the sources
//	devices.jsonl    one device a line
//	users.jsonl      one user a line
//	installs.jsonl   one install a line
//	seats.jsonl      one assignment a line
//	usage.jsonl      one measured peak a line
//	devices.csv      devices as a table, instead of lines or beside them
//	installs.csv     likewise
//	*.csv, *.json    entitlements, contracts and licensing (package entitlements)
//
// The lines are JSON objects whose fields docs/formats.md describes and
// docs/schemas defines. Only estate.json must be there. Reading is strict: an
// unknown field, a second object on a line, a fact that cannot be, are problems
// with file and line, all reported together up to a limit.
//
// Tables are read many times faster than lines, and [Count] counts a folder of
// millions of installs in tables into a compliance.Tally without holding it. The
// package splits rows by itself, since encoding/csv makes objects of each row and
// takes longer for that than everything that follows.
//
// What is left out: compression, and any order of lines. An estate is the same
// whatever order its lines are in.
package estate

import (
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// header is estate.json.
type header struct {
	At      time.Time `json:"at"`
	Sources []source  `json:"sources,omitempty"`
}

type source struct {
	ID        compliance.SourceID `json:"id"`
	Collected time.Time           `json:"collected,omitzero"`
	Failure   string              `json:"failure,omitempty"`
	// Devices and Installs are what the source stated; left out, it stated none.
	Devices  *int `json:"devices,omitempty"`
	Installs *int `json:"installs,omitempty"`
}

type device struct {
	ID      compliance.DeviceID `json:"id"`
	Name    string              `json:"name,omitempty"`
	Kind    string              `json:"kind,omitempty"`
	Source  compliance.SourceID `json:"source,omitempty"`
	Sockets int                 `json:"sockets,omitempty"`
	Cores   int                 `json:"cores,omitempty"`
	Threads int                 `json:"threads,omitempty"`
	VCPUs   int                 `json:"vcpus,omitempty"`
	Model   string              `json:"model,omitempty"`
	Host    compliance.DeviceID `json:"host,omitempty"`
	Cluster string              `json:"cluster,omitempty"`
	// MayRunOn is null or left out when not known, empty when there is no rule.
	MayRunOn        []compliance.DeviceID `json:"may_run_on,omitzero"`
	Stays           []stay                `json:"stays,omitzero"`
	Role            string                `json:"role,omitempty"`
	StandbyFor      compliance.DeviceID   `json:"standby_for,omitempty"`
	Chassis         compliance.Chassis    `json:"chassis,omitempty"`
	InstanceType    string                `json:"instance_type,omitempty"`
	Environment     string                `json:"environment,omitempty"`
	Country         string                `json:"country,omitempty"`
	Entity          string                `json:"entity,omitempty"`
	OperatingSystem string                `json:"operating_system,omitempty"`
	User            compliance.UserID     `json:"user,omitempty"`
	LastSeen        time.Time             `json:"last_seen,omitzero"`
}

type stay struct {
	Host  compliance.DeviceID `json:"host"`
	Since time.Time           `json:"since"`
}

type user struct {
	ID      compliance.UserID   `json:"id"`
	Name    string              `json:"name,omitempty"`
	Kind    string              `json:"kind,omitempty"`
	Entity  string              `json:"entity,omitempty"`
	Country string              `json:"country,omitempty"`
	Active  *bool               `json:"active,omitempty"`
	Source  compliance.SourceID `json:"source,omitempty"`
}

// title is a raw title, as the fields of an install, a seat or a peak.
type title struct {
	Name         string `json:"name,omitempty"`
	Publisher    string `json:"publisher,omitempty"`
	Version      string `json:"version,omitempty"`
	Edition      string `json:"edition,omitempty"`
	ProductCode  string `json:"product_code,omitempty"`
	Architecture string `json:"architecture,omitempty"`
}

func (t title) raw() catalog.Title {
	return catalog.Title{Name: t.Name, Publisher: t.Publisher, Version: t.Version, Edition: t.Edition, ProductCode: t.ProductCode, Architecture: t.Architecture}
}

func titleOf(t catalog.Title) title {
	return title{t.Name, t.Publisher, t.Version, t.Edition, t.ProductCode, t.Architecture}
}

type install struct {
	Device compliance.DeviceID `json:"device"`
	title
	User      compliance.UserID   `json:"user,omitempty"`
	FirstSeen time.Time           `json:"first_seen,omitzero"`
	LastUsed  time.Time           `json:"last_used,omitzero"`
	Source    compliance.SourceID `json:"source,omitempty"`
}

type seat struct {
	User compliance.UserID `json:"user"`
	title
	Assigned time.Time           `json:"assigned,omitzero"`
	LastUsed time.Time           `json:"last_used,omitzero"`
	Source   compliance.SourceID `json:"source,omitempty"`
}

type usage struct {
	title
	From   time.Time           `json:"from"`
	To     time.Time           `json:"to"`
	Peak   int                 `json:"peak"`
	At     time.Time           `json:"peak_at,omitzero"`
	Source compliance.SourceID `json:"source,omitempty"`
}
