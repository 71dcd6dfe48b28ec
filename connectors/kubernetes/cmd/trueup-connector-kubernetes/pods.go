package main

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// pod writes the containers of a pod that run.
func (r *reading) pod(p *v1.Pod) error {
	if p.Status.Phase != v1.PodRunning {
		r.idle++
		return nil
	}
	r.debug += int64(len(p.Spec.EphemeralContainers))
	states := map[string]v1.ContainerState{}
	for _, s := range append(slices.Clone(p.Status.InitContainerStatuses), p.Status.ContainerStatuses...) {
		states[s.Name] = s.State
	}
	all := slices.Clone(p.Spec.Containers)
	for _, c := range p.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == v1.ContainerRestartPolicyAlways {
			all = append(all, c)
		}
	}
	for i := range all {
		if state, told := states[all[i].Name]; told && state.Running == nil {
			r.waiting++
			continue
		}
		if err := r.container(p, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// container writes a container, its image, and what it adds to a product of IBM.
func (r *reading) container(p *v1.Pod, c *v1.Container) error {
	id := strings.Join([]string{r.settings["cluster"], p.Namespace, p.Name, c.Name}, "/")
	subject := "container " + id
	if r.seen[id] {
		return r.problem(subject, "", "is there twice; the first counts")
	}
	r.seen[id] = true
	on, known := r.nodes[p.Spec.NodeName]
	if !known {
		if err := r.problem(subject, "", "its node was not read"); err != nil {
			return err
		}
	}
	milli, err := mayUse(p, c, on.milli)
	if err != nil {
		if err := r.problem(subject, "resources.limits.cpu", err.Error()); err != nil {
			return err
		}
	}
	r.containers++
	d := compliance.Device{
		ID: compliance.DeviceID(id), Name: c.Name, Kind: compliance.Container, Host: on.id, Cluster: r.settings["cluster"], VCPUs: int(ceil(milli)),
		Environment: r.settings["environment"], Entity: r.settings["entity"], Country: r.settings["country"],
	}
	if err := r.to.Device(d); err != nil {
		return err
	}
	if err := r.to.Install(compliance.Install{Device: d.ID, Title: image(c.Image)}); err != nil {
		return err
	}
	return r.charge(p, c, d.ID, milli)
}

// mayUse is what a container may use in thousandths of a processor; 0 with errUnknown
// when nobody knows.
func mayUse(p *v1.Pod, c *v1.Container, node int64) (int64, error) {
	least := node
	limit := func(list v1.ResourceList) {
		// A limit of 0 is none.
		if m := list.Cpu().MilliValue(); m > 0 && (least <= 0 || m < least) {
			least = m
		}
	}
	limit(c.Resources.Limits)
	if p.Spec.Resources != nil {
		limit(p.Spec.Resources.Limits)
	}
	if least <= 0 {
		return 0, errUnknown
	}
	return least, nil
}

// errUnknown says that nobody knows what a container may use.
var errUnknown = errors.New("it has no CPU limit, and what its node has is not known")

// ceil is thousandths in whole processors.
func ceil(milli int64) int64 { return (milli + 999) / 1000 }

// image is the title of an image: its repository is the name, as registry/path, and its
// tag the version. A digest tells nobody which version it is, so it is left out.
func image(reference string) catalog.Title {
	name, _, _ := strings.Cut(reference, "@")
	version := ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, version = name[:i], name[i+1:]
	}
	return catalog.Title{Name: name, Version: version}
}

// charged is what containers of a product may use, by node.
type charged struct {
	byNode  map[string]int64
	unknown bool
}

// The names of annotations by which IBM's License Service knows products, and the one of its
// metrics that counts processors.
const (
	annotationName    = "productName"
	annotationVersion = "productVersion"
	annotationMetric  = "productMetric"
	annotationCharged = "productChargedContainers"
	ibm               = "IBM"
	vpc               = "VIRTUAL_PROCESSOR_CORE"
)

// charge counts a container for the product that its pod is annotated with.
func (r *reading) charge(p *v1.Pod, c *v1.Container, device compliance.DeviceID, milli int64) error {
	name := p.Annotations[annotationName]
	if name == "" || !charges(cmp.Or(p.Annotations[annotationCharged], "All"), c.Name) {
		return nil
	}
	if err := r.to.Install(compliance.Install{Device: device, Title: catalog.Title{Publisher: ibm, Name: name, Version: p.Annotations[annotationVersion]}}); err != nil {
		return err
	}
	if p.Annotations[annotationMetric] != vpc {
		r.unmetered++
		return nil
	}
	sum := r.products[name]
	if sum == nil {
		sum = &charged{byNode: map[string]int64{}}
		r.products[name] = sum
	}
	sum.byNode[p.Spec.NodeName] += milli
	sum.unknown = sum.unknown || milli == 0
	return nil
}

// charges says whether an annotation, All or a list of names, means a container.
func charges(list, name string) bool {
	if strings.EqualFold(strings.TrimSpace(list), "all") {
		return true
	}
	for _, entry := range strings.Split(list, ",") {
		if strings.TrimSpace(entry) == name {
			return true
		}
	}
	return false
}

// charges writes what each product of IBM may use in the cluster: the limits on each
// node, at most what it has, added and rounded up once
// (https://license-library.de/en/use-cases/how-to-license-ibm-software-in-containers-kubernetes/).
func (r *reading) charges() error {
	for _, name := range slices.Sorted(maps.Keys(r.products)) {
		subject := "product " + name
		switch {
		case r.products[name].unknown:
			if err := r.problem(subject, "", "what it may use is not known, since that of a container is not"); err != nil {
				return err
			}
			continue
		case r.at.IsZero():
			if err := r.problem(subject, "", "the files do not say when they were taken; set at"); err != nil {
				return err
			}
			continue
		}
		var milli int64
		for on, used := range r.products[name].byNode {
			if has := r.nodes[on].milli; has > 0 {
				used = min(used, has)
			}
			milli += used
		}
		u := compliance.Usage{Title: catalog.Title{Publisher: ibm, Name: name}, From: r.at, To: r.at, At: r.at, Peak: int(ceil(milli))}
		if err := r.to.Usage(u); err != nil {
			return err
		}
	}
	return nil
}
