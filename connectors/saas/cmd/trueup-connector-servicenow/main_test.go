package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

var secrets = map[string]string{"password": "canary-secret"}

func settings(n *instance) map[string]string {
	return map[string]string{"url": n.URL, "user": "reader"}
}

func TestTables(t *testing.T) {
	n := newInstance(t)
	n.Once("/api/now/table/cmdb_ci_computer", nil, played.Status(429, "", "Retry-After", "1"), played.Truncated(`{"result":[]}`))
	r, sink := shop.Connector(t).Collect(t, map[string]string{"url": n.URL, "client-id": "app"}, map[string]string{"client-secret": "canary-secret"})
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	yes, no := true, false
	assert.Equal(t, []compliance.User{
		{ID: "u1", Name: "Ann", Country: "AT", Entity: "Example AG", Active: &yes, Source: trial.SourceID},
		{ID: "u2", Name: "Bob", Active: &no, Source: trial.SourceID},
		{ID: "u3", Name: "Cid", Source: trial.SourceID},
	}, sink.Users)
	require.Len(t, sink.Devices, 3, "retired ones are left out")
	db, vm, pc := sink.Devices[0], sink.Devices[1], sink.Devices[2]
	assert.Equal(t, []int{2, 16, 32, 0}, []int{db.Sockets, db.Cores, db.Threads, db.VCPUs})
	assert.Equal(t, compliance.Physical, db.Kind)
	assert.Equal(t, time.Date(2026, 2, 28, 1, 2, 3, 0, time.UTC), db.LastSeen)
	assert.Equal(t, []int{0, 0, 4}, []int{vm.Sockets, vm.Cores, vm.VCPUs})
	assert.Equal(t, []int{1, 0, 0}, []int{pc.Sockets, pc.Cores, pc.Threads}, "a factor that is missing leaves the product unknown")
	require.Len(t, sink.Installs, 2, "the one that is not active counts elsewhere")
	assert.Equal(t, compliance.Install{Device: "c1", Title: catalog.Title{Publisher: "Oracle", Name: "Oracle Database 19c", Version: "19.0"},
		FirstSeen: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Source: trial.SourceID}, sink.Installs[0])
	require.Len(t, sink.Licenses, 3)
	assert.Equal(t, "4", sink.Licenses[0].Quantity.Decimal.String(), "the first field that is filled")
	assert.Equal(t, "12", sink.Licenses[1].Quantity.Decimal.String())
	assert.False(t, sink.Licenses[2].Quantity.Valid, "not known is not zero")
}

func TestConformance(t *testing.T) {
	shop.Connector(t).Conforms(t, settings(newInstance(t)), secrets)
}

func TestChanges(t *testing.T) {
	n := newInstance(t)
	full, _ := shop.Connector(t).Collect(t, settings(n), secrets)
	require.NoError(t, full.Err)
	user := func(id, name, created, updated, count string) record {
		return record{"sys_id": id, "name": name, "sys_created_on": created, "sys_updated_on": updated, "sys_mod_count": count}
	}
	n.set(func() {
		n.tables["sys_user"][0] = user("u1", "Anna", "2025-01-01 00:00:00", "2026-03-01 10:00:00", "1") // in the same second
		n.tables["sys_user"] = append(n.tables["sys_user"],
			user("u0", "Eve", "2026-03-02 00:00:00", "2026-03-02 00:00:00", "0"),
			user("u4", "Fay", "2026-03-01 09:59:50", "2026-03-01 09:59:50", "0")) // committed late
		n.tables["cmdb_sam_sw_install"] = append(n.tables["cmdb_sam_sw_install"], record{"sys_id": "i4", "display_name": "Project", "installed_on": "c3",
			"sys_created_on": "2026-03-02 00:00:00", "sys_updated_on": "2026-03-02 00:00:00", "sys_mod_count": "0"})
	})
	r, sink := shop.Connector(t).Resume(t, settings(n), secrets, full.Cursor)
	require.NoError(t, r.Err)
	assert.Equal(t, connectors.Counts{connectors.User: 3, connectors.Install: 1}, r.Put)
	var names []string
	for _, u := range sink.Users {
		names = append(names, u.Name)
	}
	assert.Equal(t, []string{"Eve", "Anna", "Fay"}, names)
	again, _ := shop.Connector(t).Resume(t, settings(n), secrets, r.Cursor)
	require.NoError(t, again.Err)
	assert.Zero(t, again.Put.Total())
}

// What cannot be told from a cursor on makes the host read anew.
func TestStaleCursor(t *testing.T) {
	for name, change := range map[string]func(*instance){
		"a record is gone":      func(n *instance) { n.tables["alm_license"] = n.tables["alm_license"][1:] },
		"an install is another": func(n *instance) { n.tables["cmdb_sam_sw_install"][2]["sys_updated_on"] = "2026-03-03 00:00:00" },
		"one came unchanged":    func(n *instance) { n.tables["cmdb_ci_computer"][3]["install_status"] = "1" },
		"one gone, one new": func(n *instance) {
			n.tables["sys_user"][1] = record{"sys_id": "u9", "sys_created_on": "2026-03-03 00:00:00", "sys_updated_on": "2026-03-03 00:00:00"}
		},
	} {
		n := newInstance(t)
		full, _ := shop.Connector(t).Collect(t, settings(n), secrets)
		require.NoError(t, full.Err)
		n.set(func() { change(n) })
		r, _ := shop.Connector(t).Resume(t, settings(n), secrets, full.Cursor)
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadCursor}, name)
	}
}

func TestWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*instance)
		kind   connectors.ErrorKind
		want   string
	}{
		"hidden":        {func(n *instance) { n.hidden["c2"] = true }, connectors.BadData, "1 of 3 records are hidden"},
		"hidden page":   {func(n *instance) { n.hidden["u1"], n.hidden["u2"] = true, true }, connectors.BadData, "2 of 3 records are hidden"},
		"time zone":     {func(n *instance) { n.zone = time.Hour }, connectors.BadConfig, "GMT"},
		"no table":      {func(n *instance) { delete(n.tables, "alm_license") }, connectors.BadData, "alm_license: answered 400"},
		"bad number":    {func(n *instance) { n.tables["cmdb_ci_computer"][0]["cpu_count"] = "canary" }, connectors.BadData, "sys_id c1: field cpu_count is not a whole number"},
		"large number":  {func(n *instance) { n.tables["alm_license"][0]["purchased_rights"] = "1e999999" }, connectors.BadData, "purchased_rights is not a number"},
		"no device":     {func(n *instance) { n.tables["cmdb_sam_sw_install"][0]["installed_on"] = "" }, connectors.BadData, "installed_on"},
		"not signed in": {func(n *instance) { n.Once("/api/now/table/sys_user", played.Status(401, "")) }, connectors.AuthFailed, "401"},
		"no count":      {func(n *instance) { n.Once("/api/now/table/sys_user", played.Status(200, `{"result":[]}`)) }, connectors.BadData, "X-Total-Count"},
		"no list":       {func(n *instance) { n.Once("/api/now/table/sys_user", played.Status(200, `{}`)) }, connectors.BadData, "result"},
	} {
		t.Run(name, func(t *testing.T) {
			n := newInstance(t)
			c.change(n)
			r, _ := shop.Connector(t).Collect(t, settings(n), secrets)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind})
			assert.False(t, r.Complete)
			text := r.Err.Error()
			for _, p := range r.Problems {
				text += "\n" + p.String()
			}
			assert.Contains(t, text, c.want)
			assert.NotContains(t, text, "canary")
		})
	}
	n := newInstance(t)
	require.ErrorIs(t, shop.Connector(t).Check(t, settings(n), map[string]string{"password": "x"}), &connectors.Error{Kind: connectors.AuthFailed})
	n.Once("/api/now/table/sys_user", played.Status(http.StatusNotFound, ""))
	require.ErrorIs(t, shop.Connector(t).Check(t, settings(n), secrets), &connectors.Error{Kind: connectors.BadConfig})
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"tables":{"sys_user":{"mark":"2026-03-01 10:00:00","count":3,"after":"u1","late":{"u1":"0"}}}}`))
	f.Add([]byte(`{"whole":true,"tables":{"x":null}}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCursor(data)
		if err != nil {
			require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadCursor})
			return
		}
		if len(data) == 0 {
			return
		}
		for _, s := range c.Tables {
			_, err := s.from()
			require.NoError(t, err)
		}
		encoded, err := c.encode()
		require.NoError(t, err)
		_, err = parseCursor(encoded)
		require.NoError(t, err)
	})
}
