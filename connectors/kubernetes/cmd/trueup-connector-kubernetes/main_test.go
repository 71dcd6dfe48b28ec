package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	v1 "k8s.io/api/core/v1"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

// document is a cluster as kubectl prints it.
const document = "testdata/cluster.json"

func settings(t *testing.T) map[string]string {
	t.Helper()
	path, err := filepath.Abs(document)
	require.NoError(t, err)
	return map[string]string{"cluster": "east", "path": path, "at": "2026-11-16T09:00:00Z", "environment": "production"}
}

// objects are those of the document, of which every field must be one of Kubernetes.
func objects(t testing.TB) (nodes []v1.Node, pods []v1.Pod) {
	t.Helper()
	data, err := os.ReadFile(document)
	require.NoError(t, err)
	require.NoError(t, items(bytes.NewReader(data), func(kind string, raw json.RawMessage) error {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if kind == "Node" {
			nodes = append(nodes, v1.Node{})
			return dec.Decode(&nodes[len(nodes)-1])
		}
		pods = append(pods, v1.Pod{})
		return dec.Decode(&pods[len(pods)-1])
	}))
	return nodes, pods
}

func byID(sink *connectortest.Recorder) map[compliance.DeviceID]compliance.Device {
	out := map[compliance.DeviceID]compliance.Device{}
	for _, d := range sink.Devices {
		d.Source = ""
		out[d.ID] = d
	}
	return out
}

// What each container may use, and what IBM counts for a cluster: 0.3 and 0.3 on one
// node, 3 and 3 on another that has 4, added before rounding.
func TestCluster(t *testing.T) {
	r, sink := shop.Connector(t).Collect(t, settings(t), nil)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	checkCluster(t, sink)
	for _, want := range []connectors.Total{
		{Name: "pods that do not run", Count: 2}, {Name: "containers that do not run", Count: 1},
		{Name: "ephemeral containers, which are for a person who looks for a fault", Count: 1},
	} {
		assert.Contains(t, r.Totals, want)
	}
	shop.Connector(t).Conforms(t, settings(t), nil)
}

func checkCluster(t *testing.T, sink *connectortest.Recorder) {
	t.Helper()
	devices := byID(sink)
	seen := time.Date(2026, 11, 16, 8, 58, 12, 0, time.UTC)
	assert.Equal(t, compliance.Device{ID: "worker-1", Name: "worker-1", Kind: compliance.CloudInstance, VCPUs: 8, InstanceType: "m6i.2xlarge", Cluster: "east",
		OperatingSystem: "Debian GNU/Linux 12 (bookworm)", Environment: "production", LastSeen: seen}, devices["worker-1"])
	assert.Equal(t, compliance.KindUnknown, devices["worker-2"].Kind)
	assert.Equal(t, compliance.Device{ID: "east/apps/sql-0/mssql", Name: "mssql", Kind: compliance.Container, Host: "worker-1", Cluster: "east", VCPUs: 3, Environment: "production"},
		devices["east/apps/sql-0/mssql"])
	vcpus := map[string]int{}
	for id, d := range devices {
		if name, ok := strings.CutPrefix(string(id), "east/apps/"); ok {
			vcpus[name] = d.VCPUs
		}
	}
	assert.Equal(t, map[string]int{"sql-0/mssql": 3, "web-1/web": 8, "web-1/proxy": 1, "mq-0/qmgr": 1, "mq-0/helper": 1, "mq-1/qmgr": 1,
		"mq-2/qmgr": 3, "mq-3/qmgr": 3, "podlimit-0/a": 2, "podlimit-0/b": 2}, vcpus)
	titles := map[compliance.DeviceID][]catalog.Title{}
	for _, i := range sink.Installs {
		titles[i.Device] = append(titles[i.Device], i.Title)
	}
	assert.Equal(t, []catalog.Title{{Name: "mcr.microsoft.com/mssql/server", Version: "2022-latest"}}, titles["east/apps/sql-0/mssql"])
	assert.Equal(t, []catalog.Title{{Name: "cp.icr.io/cp/ibm-mqadvanced-server", Version: "9.4.0.0-r1"}, {Publisher: "IBM", Name: "IBM MQ Advanced", Version: "9.4.0.0"}}, titles["east/apps/mq-0/qmgr"])
	assert.Equal(t, []catalog.Title{{Name: "registry.example.org:5000/team/helper", Version: "2"}}, titles["east/apps/mq-0/helper"])
	require.Len(t, sink.Usage, 1)
	u := sink.Usage[0]
	assert.Equal(t, catalog.Title{Publisher: "IBM", Name: "IBM MQ Advanced"}, u.Title)
	assert.Equal(t, 5, u.Peak, "0.6 and 4 of 6, rounded once")
}

func TestNodeIdentity(t *testing.T) {
	s := settings(t)
	s["node-id"], s["node-kind"] = "system-uuid", "physical"
	r, sink := shop.Connector(t).Collect(t, s, nil)
	require.NoError(t, r.Err)
	worker := byID(sink)["5d0c9f1e-2b3a-4c5d-8e6f-7a8b9c0d1e2f"]
	assert.Equal(t, "worker-2", worker.Name)
	assert.Equal(t, compliance.Physical, worker.Kind)
	assert.Equal(t, 4, worker.Threads)
	assert.Zero(t, worker.VCPUs)
	s["node-id"] = "provider-id"
	r, sink = shop.Connector(t).Collect(t, s, nil)
	assert.ErrorContains(t, r.Err, "node worker-2: has no provider-id")
	assert.Contains(t, byID(sink), compliance.DeviceID("aws:///eu-central-1a/i-0abc"))
	assert.Equal(t, compliance.DeviceID("aws:///eu-central-1a/i-0abc"), byID(sink)["east/apps/sql-0/mssql"].Host)
}

// What cannot be read is told with its place, and what depends on it is not guessed.
func TestFaults(t *testing.T) {
	nodes, pods := objects(t)
	require.Len(t, nodes, 2)
	list := func(objects ...any) string {
		data, err := json.Marshal(map[string]any{"kind": "List", "apiVersion": "v1", "items": objects})
		require.NoError(t, err)
		return string(data)
	}
	mq := pods[4]
	unlimited := *mq.DeepCopy()
	unlimited.Spec.Containers[0].Resources.Limits = nil
	same := *nodes[1].DeepCopy()
	same.Status.NodeInfo.SystemUUID = nodes[0].Status.NodeInfo.SystemUUID
	bare := *nodes[1].DeepCopy()
	bare.Status.Capacity = nil
	for name, c := range map[string]struct {
		text     string
		settings map[string]string
		kind     connectors.ErrorKind
		message  string
	}{
		"no source":      {"{}", map[string]string{"path": ""}, connectors.BadConfig, "set one of url and path"},
		"no token":       {"{}", map[string]string{"path": "", "url": "https://127.0.0.1:1"}, connectors.BadConfig, "without the secret token"},
		"instant":        {"{}", map[string]string{"at": "noon"}, connectors.BadConfig, "setting at"},
		"no JSON":        {"kind: List", nil, connectors.BadData, "byte 0"},
		"cut off":        {list(nodes[0])[:200], nil, connectors.BadData, "byte"},
		"more":           {`{"kind":"List","items":[]} {}`, nil, connectors.BadData, "more follows"},
		"no kind":        {`{"items":[{"metadata":{"name":"x"}}]}`, nil, connectors.BadData, "item 1: it names no kind"},
		"bad quantity":   {strings.Replace(list(nodes[1]), `"cpu":"4"`, `"cpu":"four"`, 1), nil, connectors.BadData, "item 1"},
		"one id for two": {list(nodes[0], same), map[string]string{"node-id": "system-uuid"}, connectors.BadData, "has the system-uuid of another node"},
		"twice":          {list(nodes[1], nodes[1], pods[0], pods[0]), nil, connectors.BadData, "there twice"},
		"lost node":      {list(nodes[0], mq), nil, connectors.BadData, "its node was not read"},
		"unknown limit":  {list(bare, unlimited), nil, connectors.BadData, "does not say how many processors"},
		"unknown node":   {list(bare), nil, connectors.BadData, "does not say how many processors"},
		"unknown moment": {list(nodes[1], mq), map[string]string{"at": ""}, connectors.BadData, "set at"},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings(t)
			s["path"] = filepath.Join(t.TempDir(), "x.json")
			require.NoError(t, os.WriteFile(s["path"], []byte(c.text), 0o600))
			maps.Copy(s, c.settings)
			r, sink := shop.Connector(t).Collect(t, s, nil)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind})
			assert.ErrorContains(t, r.Err, c.message)
			assert.False(t, r.Complete)
			if name == "unknown limit" || name == "unknown moment" {
				assert.Empty(t, sink.Usage, "a sum of which a part is missing is none")
			}
		})
	}
}

// A list of one kind, as the API server gives it, and one object are read as well.
func TestForms(t *testing.T) {
	nodes, pods := objects(t)
	dir := t.TempDir()
	for i := range nodes {
		nodes[i].TypeMeta.Kind = ""
	}
	write := func(name string, v any) {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	write("nodes.json", map[string]any{"items": nodes, "kind": "NodeList"}) // the kind comes after
	for i, p := range pods {
		write("pod-"+string(rune('a'+i))+".json", p)
	}
	s := settings(t)
	s["path"] = dir
	r, sink := shop.Connector(t).Collect(t, s, nil)
	require.NoError(t, r.Err)
	checkCluster(t, sink)
}

func FuzzItems(f *testing.F) {
	data, err := os.ReadFile(document)
	require.NoError(f, err)
	f.Add(data)
	for _, seed := range []string{"", "{}", `{"kind":"Pod"}`, `{"items":[{}],"kind":"PodList"}`, `{"items":null}`, `{"items":[{"kind":"Pod","spec":{"containers":[{"resources":{"limits":{"cpu":"1e30"}}}]}}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := items(bytes.NewReader(data), func(kind string, raw json.RawMessage) error {
			assert.True(t, json.Valid(raw))
			var p v1.Pod
			if kind != "Pod" || json.Unmarshal(raw, &p) != nil {
				return nil
			}
			for i := range p.Spec.Containers {
				milli, err := mayUse(&p, &p.Spec.Containers[i], 4000)
				assert.NoError(t, err)
				assert.True(t, milli > 0 && milli <= 4000)
				image(p.Spec.Containers[i].Image)
			}
			return nil
		})
		if err == nil {
			assert.True(t, json.Valid(data))
		}
	})
}
