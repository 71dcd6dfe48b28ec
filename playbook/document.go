package playbook

import (
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/rule"
	"github.com/trueup-dev/trueup/connectors/entitlements"
	"github.com/trueup-dev/trueup/connectors/trust"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/trigger"
	"github.com/trueup-dev/trueup/playbook/notify"
	"github.com/trueup-dev/trueup/remediation"
)

// Document is a playbook as its author writes it. Paths are relative to the
// folder of the playbook.
type Document struct {
	// Name and Version identify the playbook in evidence.
	Name    string `yaml:"name,required"`
	Version string `yaml:"version,required"`
	Doc     string `yaml:"doc"`

	// Sources are where facts are collected.
	Sources []SourceDocument `yaml:"sources"`
	// StaleAfterDays is the age from which a source is stale; left out, 30.
	StaleAfterDays int `yaml:"stale-after-days"`

	// Catalog lists documents that add to the catalog, Metrics documents that add
	// to the library of metrics.
	Catalog []document.Text `yaml:"catalog"`
	Metrics []document.Text `yaml:"metrics"`
	// Entitlements lists the files of entitlements, contracts and licensing.
	Entitlements []document.Text `yaml:"entitlements"`
	// Licensing says how products are licensed.
	Licensing []entitlements.LicensingDocument `yaml:"licensing"`

	Rules []rule.Document `yaml:"rules,required"`
	// Triggers say what is looked for that no rule finds.
	Triggers *trigger.Document `yaml:"triggers"`
	// Escalation says how severe a finding is, whose it is and by when.
	Escalation policy.Document `yaml:"escalation,required"`
	// Notices say who is told of cases, over what, and what they may know.
	Notices *notify.Document `yaml:"notices"`
	// Remediation is the policy of the planner.
	Remediation *remediation.PolicyDocument `yaml:"remediation"`
	// Remedy says who approves plans, who signs off and how much one run may take
	// away.
	Remedy *RemedyDocument `yaml:"remedy"`
}

// SourceDocument is one source of facts.
type SourceDocument struct {
	At document.Position `yaml:"-"`
	// ID names the source in evidence, findings and positions.
	ID string `yaml:"id,required"`
	// Connector is the name of the connector that reads it, such as glpi.
	Connector string `yaml:"connector,required"`
	// Settings configure the connector. Secrets are not among them: they are
	// given to the engine.
	Settings map[string]string `yaml:"settings"`
	// Checksum pins the connector's binary, as sha256:HEX. Left out, the engine's
	// own pin must name it.
	Checksum string `yaml:"checksum"`
	// Demand is the level of the conformance suite that a certificate must show of
	// the connector: process, reading or resuming. Left out, what the run demands of
	// all of them holds; the stricter of both does.
	Demand document.Text `yaml:"demand"`
	// Isolation is process, or shared: the connector's process may then read the
	// other shared sources of the same binary too. Left out, it is process.
	Isolation document.Text `yaml:"isolation"`
}

// Level is the level demanded of the connector by the source itself.
func (s SourceDocument) Level() trust.Level {
	level, _ := trust.ParseLevel(s.Demand.Value)
	return level
}
