package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/trueup-dev/trueup/connectors"
)

const token = "canary-token"

// serve answers as the API server's interface is published: lists in chunks with limit
// and continue, and a Status where it refuses. answer may refuse a request first.
func serve(t *testing.T, lists map[string][]any, answer func(r *http.Request) *metav1.Status) (map[string]string, map[string]string) {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		refuse := func(status *metav1.Status) {
			w.WriteHeader(int(status.Code))
			assert.NoError(t, json.NewEncoder(w).Encode(status))
		}
		if r.Header.Get("Authorization") != "Bearer "+token {
			refuse(&metav1.Status{Code: 401, Reason: metav1.StatusReasonUnauthorized})
			return
		}
		if status := answer(r); status != nil {
			refuse(status)
			return
		}
		all := lists[r.URL.Path]
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
		assert.NoError(t, err)
		to := min(len(all), from+limit)
		meta := metav1.ListMeta{ResourceVersion: "7"}
		if to < len(all) {
			meta.Continue = strconv.Itoa(to)
		}
		assert.NoError(t, json.NewEncoder(w).Encode(map[string]any{"kind": "List", "apiVersion": "v1", "metadata": meta, "items": all[from:to]}))
	}))
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600))
	return map[string]string{"cluster": "east", "url": s.URL, "ca-file": ca, "environment": "production"}, map[string]string{"token": token}
}

// lists are the objects of the document, and of pods more than a chunk that do not run.
func lists(t *testing.T) map[string][]any {
	t.Helper()
	nodes, pods := objects(t)
	out := map[string][]any{"/api/v1/nodes": {}, "/api/v1/pods": {}}
	for _, n := range nodes {
		out["/api/v1/nodes"] = append(out["/api/v1/nodes"], n)
	}
	for i := range 1200 {
		done := *pods[7].DeepCopy()
		done.Name = fmt.Sprintf("done-%d", i)
		out["/api/v1/pods"] = append(out["/api/v1/pods"], done)
	}
	for _, p := range pods {
		out["/api/v1/pods"] = append(out["/api/v1/pods"], p)
	}
	return out
}

func TestServer(t *testing.T) {
	asked := map[string]int{}
	busy := false
	s, secrets := serve(t, lists(t), func(r *http.Request) *metav1.Status {
		asked[r.URL.Path]++
		if asked["/api/v1/pods"] == 2 && !busy {
			busy = true
			return &metav1.Status{Code: 429, Reason: metav1.StatusReasonTooManyRequests}
		}
		return nil
	})
	r, sink := shop.Connector(t).Collect(t, s, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	checkCluster(t, sink)
	assert.Equal(t, map[string]int{"/api/v1/nodes": 1, "/api/v1/pods": 4}, asked, "three chunks, one of them asked for again")
	assert.Contains(t, r.Totals, connectors.Total{Name: "pods that do not run", Count: 1202})
	require.NoError(t, shop.Connector(t).Check(t, s, secrets))
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		token string
		code  int32
		kind  connectors.ErrorKind
		want  string
	}{
		"token":  {"other-canary", 0, connectors.AuthFailed, "Unauthorized"},
		"rights": {token, 403, connectors.PermissionDenied, "Forbidden"},
		"gone":   {token, 410, connectors.Unavailable, "collect again"},
	} {
		s, secrets := serve(t, lists(t), func(r *http.Request) *metav1.Status {
			if c.code == 0 || r.URL.Path != "/api/v1/pods" || c.code == 410 && r.URL.Query().Get("continue") == "" {
				return nil
			}
			return &metav1.Status{Code: c.code, Reason: map[int32]metav1.StatusReason{403: metav1.StatusReasonForbidden, 410: metav1.StatusReasonExpired}[c.code]}
		})
		secrets["token"] = c.token
		r, _ := shop.Connector(t).Collect(t, s, secrets)
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind}, name)
		assert.ErrorContains(t, r.Err, c.want, name)
		assert.NotContains(t, r.Err.Error(), "canary", name)
		assert.False(t, r.Complete, name)
	}
}
