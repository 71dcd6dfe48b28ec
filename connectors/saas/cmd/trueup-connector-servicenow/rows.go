package main

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// fieldError is a field that cannot be read. Its value is not told.
type fieldError struct{ sysID, field, want string }

func (e *fieldError) Error() string {
	return fmt.Sprintf("sys_id %s: field %s is not %s", e.sysID, e.field, e.want)
}

// parseTime reads an instant as the interface writes it, in UTC; zero of no text.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateTime, text); err == nil {
		return t, nil
	}
	return time.Parse(time.DateOnly, text)
}

// fields reads fields of one record and keeps the first error.
type fields struct {
	record
	err error
}

func (f *fields) bad(field, want string) {
	if f.err == nil {
		f.err = &fieldError{f.record["sys_id"], field, want}
	}
}

// wrote is the error of a row that was written: that of writing, else that of a field,
// with which the row counts all the same.
func (f *fields) wrote(err error) error {
	if err != nil {
		return err
	}
	return f.err
}

func (f *fields) time(field string) time.Time {
	t, err := parseTime(f.record[field])
	if err != nil {
		f.bad(field, "an instant")
	}
	return t
}

// count is a whole number; 0 is not known.
func (f *fields) count(field string) int {
	text := f.record[field]
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		f.bad(field, "a whole number")
	}
	return int(n)
}

// flag is yes or no; nil is not known.
func (f *fields) flag(field string) *bool {
	text := f.record[field]
	if text == "" {
		return nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		f.bad(field, "true or false")
		return nil
	}
	return &b
}

// country keeps a code of two letters; names are not known to the model.
func country(text string) string {
	if len(text) != 2 {
		return ""
	}
	return strings.ToUpper(text)
}

func (r *reading) user(rec record) error {
	f := &fields{record: rec}
	u := compliance.User{ID: compliance.UserID(rec["sys_id"]), Name: rec["name"], Entity: rec["company.name"], Country: country(rec["country"]), Active: f.flag("active")}
	return f.wrote(r.to.User(u))
}

// device writes a computer. cpu_core_count is per processor and cpu_core_thread per
// core, so where a factor is not known neither is the product.
func (r *reading) device(rec record) error {
	f := &fields{record: rec}
	d := compliance.Device{
		ID: compliance.DeviceID(rec["sys_id"]), Name: rec["name"], Model: rec["cpu_name"], Environment: rec["environment"],
		Country: country(rec["location.country"]), Entity: rec["company.name"], User: compliance.UserID(rec["assigned_to"]),
		OperatingSystem: strings.TrimSpace(rec["os"] + " " + rec["os_version"]), LastSeen: f.time("last_discovered"),
	}
	sockets := f.count("cpu_count")
	cores := f.product("cpu_core_count", sockets)
	threads := f.product("cpu_core_thread", cores)
	virtual := f.flag("virtual")
	switch {
	case virtual == nil:
		d.Sockets, d.Cores, d.Threads = sockets, cores, threads
	case *virtual:
		d.Kind, d.VCPUs = compliance.VirtualMachine, cores
	default:
		d.Kind, d.Sockets, d.Cores, d.Threads = compliance.Physical, sockets, cores, threads
	}
	return f.wrote(r.to.Device(d))
}

// product is a count times another.
func (f *fields) product(field string, of int) int {
	n := f.count(field)
	if n > 0 && of > math.MaxInt32/n {
		f.bad(field, "a number of processors")
		return 0
	}
	return n * of
}

// install writes an install. One that the instance marks as not active is told by
// another source of the instance as well, and counts there.
func (r *reading) install(rec record) error {
	f := &fields{record: rec}
	active := f.flag("active")
	if active != nil && !*active {
		return f.err
	}
	i := compliance.Install{Device: compliance.DeviceID(rec["installed_on"]), FirstSeen: f.time("install_date"), LastUsed: f.time("last_used"),
		Title: catalog.Title{Publisher: rec["publisher"], Name: rec["display_name"], Version: rec["version"], Edition: rec["edition"], ProductCode: rec["prod_id"]}}
	switch {
	case i.Device == "":
		f.bad("installed_on", "filled, so that it is not known where it is installed")
		return f.err
	case i.Title.Name == "" && i.Title.ProductCode == "":
		f.bad("display_name", "filled, and neither is prod_id")
		return f.err
	}
	return f.wrote(r.to.Install(i))
}

func (r *reading) entitlement(rec record) error {
	f := &fields{record: rec}
	l := connectors.License{ID: "servicenow:" + rec["sys_id"], Contract: rec["contract.number"], Metric: rec["license_metric.name"], Start: f.time("start_date"), End: f.time("end_date"),
		Title: catalog.Title{Publisher: rec["model.manufacturer.name"], Name: cmp.Or(rec["model.display_name"], rec["display_name"]), Version: rec["model.version"], Edition: rec["model.edition"]}}
	for _, field := range r.quantity {
		text := rec[field]
		if text == "" {
			continue
		}
		n, err := decimal.NewFromString(text)
		if err != nil || len(text) > 32 || strings.ContainsAny(text, "eE") {
			f.bad(field, "a number")
			break
		}
		l.Quantity = decimal.NewNullDecimal(n)
		break
	}
	return f.wrote(r.to.License(l))
}
