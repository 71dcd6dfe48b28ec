// Command trueup-connector-kubernetes reads the nodes of a Kubernetes cluster and the
// containers that run on them, with the processors that each may use.
//
// It asks the API server, or reads what kubectl get nodes,pods -A -o json printed.
//
// # What a container may use
//
// Its CPU limit, at most that of its pod and at most what its node has. Without a limit
// it may use all that its pod may, and without one for the pod the whole node. A device
// has whole processors, so a fraction of one is one: publishers who count by container
// round up there. IBM rounds once for a cluster; for pods with IBM's annotations the sum
// is exact, and given as use of the product at the instant.
//
// # What runs
//
// Containers whose state is running, and those of a running pod of which no state is
// told. Containers that only prepare a pod have ended by then; those that accompany it
// (restartPolicy Always among the init containers) count. The totals of a collection
// say what was left out.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "kubernetes",
		Version: "1.0.0",
		Summary: "reads nodes and running containers of a Kubernetes cluster",
		Kinds:   []connectors.Kind{connectors.Device, connectors.Install, connectors.Usage},
		Settings: []connectors.Setting{
			{Name: "cluster", Required: true, Doc: "name of the cluster, by which its nodes and containers are told from those of others"},
			{Name: "url", Doc: "address of the API server, such as https://10.0.0.1:6443"},
			{Name: "token", Secret: true, Doc: "bearer token of an account that may list nodes and pods"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
			{Name: "path", Doc: "in place of url: file, or folder of .json files, of kubectl get nodes,pods -A -o json"},
			{Name: "node-id", Default: "name", Values: []string{"name", "system-uuid", "provider-id"}, Doc: "what identifies a node, so that it is the machine that another source knows"},
			{Name: "node-kind", Values: []string{"", "physical", "virtual-machine"}, Doc: "what nodes are that no cloud provider runs; not known when empty"},
			{Name: "at", Doc: "instant of the files of path, such as 2026-03-31T12:00:00Z; without it they give no use"},
			{Name: "environment", Doc: "environment of the cluster, such as production or test"},
			{Name: "entity", Doc: "legal entity of the cluster"},
			{Name: "country", Doc: "country of the cluster, ISO 3166-1 alpha-2"},
		},
	}
}

type collector struct{}

// Check asks for the first of the nodes and of the pods.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	from, _, _, err := open(s, nil)
	if err != nil {
		return err
	}
	defer from.close()
	return from.check(ctx)
}

// open makes the source of the settings. at is zero when nobody knows the instant.
func open(s connectors.Settings, to *sdk.Writer) (from source, at time.Time, kind compliance.DeviceKind, err error) {
	var errs []error
	switch text := s.Values["at"]; {
	case text != "":
		if at, err = time.Parse(time.RFC3339, text); err != nil {
			errs = append(errs, fmt.Errorf("setting at is %q, want an instant such as 2026-03-31T12:00:00Z", text))
		}
	case s.Values["url"] != "":
		at = time.Now().UTC().Truncate(time.Second)
	}
	kind, _ = compliance.ParseDeviceKind(s.Values["node-kind"])
	if (s.Values["url"] == "") == (s.Values["path"] == "") {
		errs = append(errs, errors.New("set one of url and path"))
	}
	if s.Values["url"] != "" && s.Secrets["token"] == "" {
		errs = append(errs, errors.New("setting url is given without the secret token"))
	}
	if len(errs) > 0 {
		return nil, at, kind, &connectors.Error{Kind: connectors.BadConfig, Err: errors.Join(errs...)}
	}
	if s.Values["path"] != "" {
		from, err = openFiles(s.Values["path"])
	} else {
		from, err = openServer(s, to)
	}
	return from, at, kind, err
}

// Collect reads nodes, then pods.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	from, at, kind, err := open(req.Settings, to)
	if err != nil {
		return err
	}
	defer from.close()
	r := &reading{to: to, settings: req.Settings.Values, at: at, kind: kind, nodes: map[string]node{}, products: map[string]*charged{}, seen: map[string]bool{}, ids: map[string]bool{}}
	if err := from.nodes(ctx, r.node, r.malformed); err != nil {
		return err
	}
	if err := from.pods(ctx, r.pod, r.malformed); err != nil {
		return err
	}
	if err := r.charges(); err != nil {
		return err
	}
	r.totals()
	if r.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}
