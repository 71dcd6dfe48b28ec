package notify

import (
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/notice"
)

// Document says who is told of cases, over what, and what they may know.
type Document struct {
	Channels []ChannelDocument `yaml:"channels,required"`
	Contacts []ContactDocument `yaml:"contacts,required"`
}

// ChannelDocument is a way in which letters leave.
type ChannelDocument struct {
	Name document.Text `yaml:"name,required"`
	// Kind is one of [Kinds].
	Kind document.Text `yaml:"kind,required"`
	// Connector names the connector of a service desk, such as rt, and Checksum pins
	// its binary as sha256:HEX; only for the kind ticket.
	Connector document.Text `yaml:"connector"`
	Checksum  document.Text `yaml:"checksum"`
	// Settings configure the channel. Secrets says where a secret setting stands: as
	// env:NAME, a variable of the environment, or file:PATH.
	Settings map[string]document.Text `yaml:"settings"`
	Secrets  map[string]document.Text `yaml:"secrets"`
	// Open and Resolved are the fields that a ticket is given when its case is open
	// again and when it is closed; left out, status is open and resolved.
	Open     map[string]string `yaml:"open"`
	Resolved map[string]string `yaml:"resolved"`
}

// ContactDocument is how somebody is reached and what they may know.
type ContactDocument struct {
	Name    document.Text `yaml:"name,required"`
	Channel document.Text `yaml:"channel,required"`
	Address document.Text `yaml:"address"`
	// Clearance is public, supplier, internal, confidential or privileged.
	Clearance notice.Clearance `yaml:"clearance,required"`
	// Threshold is the least number of people that is told as it is; left out, 5.
	Threshold int `yaml:"threshold"`
	// Outside is true for a supplier, who gets released answers and nothing else.
	Outside bool `yaml:"outside"`
}

// The kinds of channels.
const (
	Mail         = "mail"
	Webhook      = "webhook"
	Chat         = "chat"
	Alertmanager = "alertmanager"
	Ticket       = "ticket"
)

// terms are what a channel of a kind may be set by.
type terms struct{ settings, secrets, required []string }

// kinds are all kinds with their terms. A ticket's settings are those of its
// connector, which checks them itself.
var kinds = map[string]terms{
	Mail:         {settings: []string{"host", "port", "from", "domain", "user", "plain"}, secrets: []string{"password"}, required: []string{"host", "from"}},
	Webhook:      {settings: []string{"url", "form"}, secrets: []string{"url", "key"}, required: []string{"url", "key"}},
	Chat:         {secrets: []string{"url"}, required: []string{"url"}},
	Alertmanager: {settings: []string{"url"}, secrets: []string{"url"}, required: []string{"url"}},
	Ticket:       {},
}
