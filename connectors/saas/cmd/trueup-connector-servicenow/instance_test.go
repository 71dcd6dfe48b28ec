package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
)

// instance answers as the Table API is documented: encoded queries, fields, a limit, a
// link to the next page, and the number of records in X-Total-Count, hidden ones too.
type instance struct {
	*played.Server
	lock   sync.Mutex
	tables map[string][]record
	// hidden are records that the account may not read; zone is how far its clock is
	// from GMT; page is the most records of a page.
	hidden map[string]bool
	zone   time.Duration
	page   int
}

func newInstance(t *testing.T) *instance {
	n := &instance{page: 2, hidden: map[string]bool{}, tables: map[string][]record{
		"sys_user": {
			{"sys_id": "u1", "sys_updated_on": "2026-03-01 10:00:00", "name": "Ann", "active": "true", "country": "at", "company.name": "Example AG"},
			{"sys_id": "u2", "sys_updated_on": "2026-03-01 09:00:00", "name": "Bob", "active": "false", "country": "Austria"},
			{"sys_id": "u3", "sys_updated_on": "2026-03-01 09:59:30", "name": "Cid"},
		},
		"cmdb_ci_computer": {
			{"sys_id": "c1", "sys_updated_on": "2026-03-01 10:00:00", "name": "db1", "virtual": "false", "cpu_count": "2", "cpu_core_count": "8", "cpu_core_thread": "2", "cpu_name": "Xeon", "os": "Linux", "os_version": "9", "assigned_to": "u1", "last_discovered": "2026-02-28 01:02:03"},
			{"sys_id": "c2", "sys_updated_on": "2026-03-01 10:00:00", "name": "vm1", "virtual": "true", "cpu_count": "4", "cpu_core_count": "1"},
			{"sys_id": "c3", "sys_updated_on": "2026-03-01 10:00:00", "name": "pc1", "cpu_count": "1"},
			{"sys_id": "c4", "sys_updated_on": "2026-03-01 10:00:00", "name": "old", "install_status": "7"},
		},
		"cmdb_sam_sw_install": {
			{"sys_id": "i1", "sys_updated_on": "2026-03-01 10:00:00", "display_name": "Oracle Database 19c", "publisher": "Oracle", "version": "19.0", "installed_on": "c1", "install_date": "2025-01-01", "active": "true"},
			{"sys_id": "i2", "sys_updated_on": "2026-03-01 10:00:00", "display_name": "Oracle Database 19c", "publisher": "Oracle", "version": "19.0", "installed_on": "c1", "active": "false"},
			{"sys_id": "i3", "sys_updated_on": "2026-02-01 10:00:00", "display_name": "Visio", "publisher": "Microsoft", "installed_on": "c3", "last_used": "2026-02-01 00:00:00"},
		},
		"alm_license": {
			{"sys_id": "l1", "sys_updated_on": "2026-03-01 10:00:00", "model.display_name": "Oracle Database", "model.manufacturer.name": "Oracle", "purchased_rights": "4", "rights": "5", "license_metric.name": "Per Processor", "start_date": "2025-01-01", "end_date": "2027-01-01"},
			{"sys_id": "l2", "sys_updated_on": "2026-03-01 10:00:00", "display_name": "Visio", "purchased_rights": "", "rights": "12"},
			{"sys_id": "l3", "sys_updated_on": "2026-03-01 10:00:00", "display_name": "Unknown"},
		},
	}}
	for _, list := range n.tables {
		for _, rec := range list {
			rec["sys_created_on"], rec["sys_mod_count"] = "2025-01-01 00:00:00", "0"
			if rec["install_status"] == "" {
				rec["install_status"] = "1"
			}
		}
	}
	n.Server = played.New(t, http.HandlerFunc(n.serve))
	return n
}

// set changes the tables.
func (n *instance) set(f func()) {
	n.lock.Lock()
	defer n.lock.Unlock()
	f()
}

func (n *instance) serve(w http.ResponseWriter, r *http.Request) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if r.URL.Path == "/oauth_token.do" && r.FormValue("client_secret") == "canary-secret" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"t","token_type":"Bearer","expires_in":1799}`))
		return
	}
	user, password, _ := r.BasicAuth()
	if (user != "reader" || password != "canary-secret") && r.Header.Get("Authorization") != "Bearer t" {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":{"message":"User Not Authenticated"},"status":"failure"}`))
		return
	}
	list, ok := n.tables[strings.TrimPrefix(r.URL.Path, "/api/now/table/")]
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	query := r.URL.Query()
	found := n.find(list, query.Get("sysparm_query"))
	offset, _ := strconv.Atoi(query.Get("sysparm_offset"))
	limit, _ := strconv.Atoi(query.Get("sysparm_limit"))
	end := min(len(found), offset+min(limit, n.page))
	w.Header().Set("X-Total-Count", strconv.Itoa(len(found)))
	if end < len(found) {
		query.Set("sysparm_offset", strconv.Itoa(end))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>;rel="next"`, n.URL, r.URL.Path, query.Encode()))
	}
	shown := []record{}
	for _, rec := range found[offset:end] {
		if n.hidden[rec["sys_id"]] {
			continue
		}
		out := record{}
		for _, field := range strings.Split(query.Get("sysparm_fields"), ",") {
			if value, ok := rec[field]; ok {
				out[field] = value
			}
		}
		shown = append(shown, out)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"result": shown})
}

// find gives the records that meet an encoded query, in its order.
func (n *instance) find(list []record, query string) []record {
	found := slices.Clone(list)
	terms := strings.Split(query, "^")
	for i := len(terms) - 1; i >= 0; i-- {
		term := terms[i]
		if field, ok := strings.CutPrefix(term, "ORDERBYDESC"); ok {
			slices.SortStableFunc(found, func(a, b record) int { return strings.Compare(b[field], a[field]) })
		} else if field, ok := strings.CutPrefix(term, "ORDERBY"); ok {
			slices.SortStableFunc(found, func(a, b record) int { return strings.Compare(a[field], b[field]) })
		} else {
			found = slices.DeleteFunc(found, func(rec record) bool { return !n.meets(rec, term) })
		}
	}
	return found
}

func (n *instance) meets(rec record, term string) bool {
	for _, op := range []string{">=", "<=", "!=", ">", "="} {
		field, value, ok := strings.Cut(term, op)
		if !ok {
			continue
		}
		if strings.HasPrefix(field, "installed_on.") {
			return true
		}
		if t, err := time.Parse(time.DateTime, value); err == nil {
			value = t.Add(n.zone).Format(time.DateTime)
		}
		switch c := strings.Compare(rec[field], value); op {
		case ">=":
			return c >= 0
		case "<=":
			return c <= 0
		case "!=":
			return c != 0
		case ">":
			return c > 0
		default:
			return c == 0
		}
	}
	return true
}
