package wire

import "github.com/trueup-dev/trueup/connectors"

// DescriptionOf puts a description into a message. Whether a connector checks
// its settings shows in its type, so it is given apart.
func DescriptionOf(d connectors.Description, checks bool) *DescribeResponse {
	out := &DescribeResponse{
		Name: d.Name, Version: d.Version, Summary: d.Summary,
		Capabilities: []Capability{Capability_CAPABILITY_COLLECT},
		Isolation:    Isolation_ISOLATION_SHARED,
	}
	if d.Incremental {
		out.Capabilities = append(out.Capabilities, Capability_CAPABILITY_INCREMENTAL)
	}
	if checks {
		out.Capabilities = append(out.Capabilities, Capability_CAPABILITY_CHECK)
	}
	for _, v := range d.Verbs {
		out.Verbs = append(out.Verbs, Verb(v))
	}
	if len(d.Verbs) > 0 {
		out.Capabilities = append(out.Capabilities, Capability_CAPABILITY_ACT)
	}
	if d.Tickets {
		out.Capabilities = append(out.Capabilities, Capability_CAPABILITY_TICKET)
	}
	if d.OwnProcess {
		out.Isolation = Isolation_ISOLATION_PROCESS
	}
	for _, k := range d.Kinds {
		out.Kinds = append(out.Kinds, Kind(k))
	}
	for _, s := range d.Settings {
		out.Settings = append(out.Settings, &Setting{
			Name: s.Name, Doc: s.Doc, Required: s.Required, Secret: s.Secret, Default: s.Default, Values: s.Values,
		})
	}
	for _, s := range d.Skips {
		out.Skips = append(out.Skips, &Skip{Check: s.Check, Reason: s.Reason})
	}
	return out
}

// DescriptionFrom reads a description.
func DescriptionFrom(r *DescribeResponse) connectors.Description {
	d := connectors.Description{
		Name: r.GetName(), Version: r.GetVersion(), Summary: r.GetSummary(),
		Kinds:       KindsOf(r.GetKinds()),
		Incremental: Has(r, Capability_CAPABILITY_INCREMENTAL),
		Tickets:     Has(r, Capability_CAPABILITY_TICKET),
		OwnProcess:  r.GetIsolation() == Isolation_ISOLATION_PROCESS,
	}
	for _, v := range r.GetVerbs() {
		d.Verbs = append(d.Verbs, connectors.Verb(v))
	}
	for _, s := range r.GetSettings() {
		d.Settings = append(d.Settings, connectors.Setting{
			Name: s.GetName(), Doc: s.GetDoc(), Required: s.GetRequired(), Secret: s.GetSecret(), Default: s.GetDefault(), Values: s.GetValues(),
		})
	}
	for _, s := range r.GetSkips() {
		d.Skips = append(d.Skips, connectors.Skip{Check: s.GetCheck(), Reason: s.GetReason()})
	}
	return d
}

// Has reports whether a connector declares a capability.
func Has(r *DescribeResponse, c Capability) bool {
	for _, have := range r.GetCapabilities() {
		if have == c {
			return true
		}
	}
	return false
}

// KindsOf reads a list of kinds.
func KindsOf(list []Kind) []connectors.Kind {
	var out []connectors.Kind
	for _, k := range list {
		out = append(out, connectors.Kind(k))
	}
	return out
}
