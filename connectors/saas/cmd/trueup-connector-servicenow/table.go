package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// table is a table to read.
type table struct {
	name, filter, fields string
	kind                 connectors.Kind
	// keyed is true where a record that changed replaces its row.
	keyed bool
	row   func(*reading, record) error
}

// tables are those that the settings name, users and computers first.
func tables(s connectors.Settings) []table {
	var out []table
	add := func(setting, filter string, t table) {
		if t.name = s.Values[setting]; t.name != "" {
			t.filter = s.Values[filter]
			out = append(out, t)
		}
	}
	add("users", "", table{kind: connectors.User, keyed: true, fields: "name,active,country,company.name", row: (*reading).user})
	add("computers", "computer-filter", table{kind: connectors.Device, keyed: true, row: (*reading).device,
		fields: "name,virtual,cpu_count,cpu_core_count,cpu_core_thread,cpu_name,os,os_version,environment,assigned_to,company.name,location.country,last_discovered"})
	if s.Values["computers"] != "" {
		add("installs", "install-filter", table{kind: connectors.Install, fields: "display_name,publisher,version,edition,prod_id,installed_on,install_date,last_used,active", row: (*reading).install})
	}
	add("entitlements", "", table{kind: connectors.Entitlement, keyed: true, row: (*reading).entitlement,
		fields: "display_name,model.display_name,model.manufacturer.name,model.version,model.edition,license_metric.name,contract.number,start_date,end_date," + s.Values["quantity"]})
	return out
}

func (t table) path() string { return "api/now/table/" + url.PathEscape(t.name) }

// query is a request for records that meet all terms, in the order of sys_id.
func (t table) query(limit int, order string, terms ...string) url.Values {
	var all []string
	for _, term := range append([]string{t.filter}, terms...) {
		if term != "" {
			all = append(all, term)
		}
	}
	return url.Values{
		"sysparm_query":  {strings.Join(append(all, order), "^")},
		"sysparm_fields": {"sys_id,sys_updated_on,sys_created_on,sys_mod_count," + t.fields}, "sysparm_limit": {strconv.Itoa(limit)},
		"sysparm_display_value": {"false"}, "sysparm_exclude_reference_link": {"true"},
	}
}

const (
	pageSize = 1000
	bySysID  = "ORDERBYsys_id"
	latest   = "ORDERBYDESCsys_updated_on^ORDERBYDESCsys_id"
	overlap  = time.Minute
	// mostLate bounds what a cursor keeps of a table.
	mostLate = 10_000
)

// record is a record of a table: texts by field. A field that is not there is not known.
type record map[string]string

// reading is one collection.
type reading struct {
	client   *httpsource.Client
	to       *sdk.Writer
	now      cursor
	quantity []string
	// crowded is true when the cursor would be too large.
	crowded bool
	broken  int
}

func (r *reading) problem(p *httpsource.Page, index int, err error) error {
	r.broken++
	return r.to.Problem(p.Malformed(index, err))
}

// records asks for a page of records. total is how many meet the query, whether or not
// the account may see them; -1 when the answer does not say.
func (r *reading) records(p *httpsource.Page, each func(record) error) (total int, err error) {
	var page struct {
		Result []json.RawMessage `json:"result"`
	}
	if err := p.Into(&page); err != nil {
		return 0, err
	}
	if page.Result == nil {
		return 0, p.Lacks("result")
	}
	for i, raw := range page.Result {
		rec, err := httpsource.Record[record](raw)
		if err == nil && rec["sys_id"] == "" {
			err = errors.New("it has no sys_id")
		}
		if err == nil {
			err = each(rec)
		}
		var bad *fieldError
		switch {
		case err == nil:
		case errors.As(err, &bad) || rec["sys_id"] == "":
			if err := r.problem(p, i, err); err != nil {
				return 0, err
			}
		default:
			return 0, err
		}
	}
	total, err = strconv.Atoi(p.Header.Get("X-Total-Count"))
	if err != nil || total < 0 {
		total = -1
	}
	return total, nil
}

// scan gives the records that meet all terms, after a sys_id.
func (r *reading) scan(ctx context.Context, t table, after string, terms []string, each func(record) error, page func(last string) error) error {
	link := ""
	for {
		var p *httpsource.Page
		var err error
		if link == "" {
			bound := terms
			if after != "" {
				bound = append(append([]string{}, terms...), "sys_id>"+after)
			}
			p, err = r.client.Get(ctx, t.path(), t.query(pageSize, bySysID, bound...))
		} else {
			p, err = r.client.Follow(ctx, link)
		}
		if err != nil {
			return err
		}
		last := after
		_, err = r.records(p, func(rec record) error {
			if rec["sys_id"] <= last {
				return fmt.Errorf("%s: the records are not in the order of sys_id", p.Request())
			}
			last = rec["sys_id"]
			return each(rec)
		})
		if err != nil {
			return err
		}
		if p.Next() == "" {
			return nil
		}
		// A page of records that are hidden has none to go on from, but a link.
		if link = ""; last == after {
			link = p.Next()
		}
		after = last
		if err := page(last); err != nil {
			return err
		}
	}
}

// newest gives the latest change of a table and how many records it has.
func (r *reading) newest(ctx context.Context, t table) (rec record, total int, err error) {
	p, err := r.client.Get(ctx, t.path(), t.query(1, latest))
	if err != nil {
		return nil, 0, err
	}
	total, err = r.records(p, func(found record) error {
		rec = found
		return nil
	})
	if err == nil && total < 0 {
		err = p.Lacks("X-Total-Count")
	}
	return rec, total, err
}
