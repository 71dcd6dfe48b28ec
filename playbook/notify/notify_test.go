package notify_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/playbook/notify"
	"github.com/trueup-dev/trueup/playbook/notify/web"
)

func read(text string, told ...string) (*notify.Notices, error) {
	var d notify.Document
	if err := document.Read("book.yaml", []byte(text), &d); err != nil {
		return nil, err
	}
	var names []document.Text
	for _, name := range told {
		names = append(names, document.Literal("routes", name))
	}
	return notify.New(d, names)
}

const book = `
channels:
  - {name: mail, kind: mail, settings: {host: 127.0.0.1, from: a@example.org}}
contacts:
  - {name: ann, channel: mail, address: ann@example.org, clearance: confidential}
`

// paper is a channel that prints.
type paper struct{}

func (paper) Send(_ context.Context, l notice.Letter, _ time.Time) error {
	_, err := fmt.Println("to", l.Address+":", l.Subject)
	return err
}

func ExampleNotices_Office() {
	n, err := read(book, "ann")
	if err != nil {
		fmt.Println(err)
		return
	}
	office, err := n.Office(notify.Options{Makers: map[string]notify.Maker{
		notify.Mail: func(c notify.Channel) (post.Channel, error) {
			fmt.Println("through", c.Settings["host"])
			return paper{}, nil
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = office.Send(context.Background(), runner.Notice{
		Delivery: escalation.Delivery{ID: "d1", To: "ann", Reason: "opened"}, Case: escalation.Case{ID: "case-17"},
	})
	fmt.Println(err)
	// Output:
	// through 127.0.0.1
	// to ann@example.org: [] case-17: opened
	// <nil>
}

func TestNewNamesEveryMistake(t *testing.T) {
	channel := func(text string) string { return "channels: [" + text + "]\ncontacts: []\n" }
	contact := func(text string) string {
		return "channels: [{name: m, kind: mail, settings: {host: h, from: a@b}}]\ncontacts: [" + text + "]\n"
	}
	for text, want := range map[string]string{
		channel(`{name: a, kind: fax}`):                                                               `book.yaml:1:28: no channel is of kind "fax"; known are alertmanager, chat, mail, ticket, webhook`,
		channel(`{name: a, kind: mail}`):                                                              `book.yaml:1:19: channel "a" of kind mail needs "host"`,
		channel(`{name: a, kind: mail, settings: {hots: h}}`):                                         `book.yaml:1:51: "hots" is no setting of a channel of kind mail`,
		channel(`{name: a, kind: webhook, settings: {url: 'https://x'}}`):                             `channel "a" of kind webhook needs "key"`,
		channel(`{name: a, kind: webhook, secrets: {url: 'env:U', key: 'env:K', pin: 'env:P'}}`):      `"pin" is no secret of a channel of kind webhook`,
		channel(`{name: a, kind: ticket}`):                                                            `channel "a" needs the connector`,
		channel(`{name: a, kind: ticket, connector: rt, checksum: abc}`):                              `book.yaml:1:61: checksum of channel "a" must read sha256:HEX`,
		channel(`{name: a, kind: chat, secrets: {url: 'env:U'}, connector: rt}`):                      `channel "a" is of kind chat, so it has no connector`,
		channel(`{name: a, kind: chat, secrets: {url: 'env:U'}}, {name: a, kind: chat}`):              `book.yaml:1:67: channel "a" is given twice`,
		contact(`{name: ann, channel: post, clearance: public}`):                                      `book.yaml:2:33: no channel "post"; known are m`,
		contact(`{name: ann, channel: m, clearance: secret}`):                                         `no clearance is called "secret"`,
		contact(`{name: ann, channel: m, clearance: internal, outside: true}`):                        `"ann" is outside, so that the clearance can be supplier at most`,
		contact(`{name: ann, channel: m}`):                                                            `lacks the field "clearance"`,
		contact(`{name: ann, channel: m, clearance: public, threshold: -1}`):                          `the threshold of "ann" is negative`,
		contact(`{name: a, channel: m, clearance: public}, {name: a, channel: m, clearance: public}`): `book.yaml:2:61: contact "a" is given twice`,
	} {
		_, err := read(text)
		assert.ErrorContains(t, err, want, text)
	}
	_, err := read(book, "ann", "bob", "bob")
	require.ErrorContains(t, err, `"bob" is told of cases and has no contact`)
	_, outside := read(book+"  - {name: acme, channel: mail, address: a@acme.example, clearance: supplier, outside: true}\n", "acme")
	require.ErrorContains(t, outside, `"acme" is a contact outside, who is told nothing of cases`)
	assert.Len(t, document.Collect(document.Position{}, err), 1, "once")
}

// A secret in the document is refused, and the refusal does not repeat it.
func TestNoSecretStandsInThePlaybook(t *testing.T) {
	for _, text := range []string{
		`{name: a, kind: mail, settings: {host: h, from: a@b, password: CANARY}}`,
		`{name: a, kind: mail, settings: {host: h, from: a@b}, secrets: {password: CANARY}}`,
		`{name: a, kind: alertmanager, settings: {url: 'https://u:CANARY@example.org'}}`,
		`{name: a, kind: ticket, connector: rt, settings: {token: CANARY}}`,
	} {
		_, err := read("channels: [" + text + "]\ncontacts: []\n")
		require.ErrorContains(t, err, "book.yaml:1:", text)
		assert.ErrorContains(t, err, "env:NAME or file:PATH")
		assert.NotContains(t, err.Error(), "CANARY")
	}
}

func TestOfficeReadsSecrets(t *testing.T) {
	n, err := read(`
channels:
  - {name: hook, kind: webhook, settings: {url: 'https://example.org/h'}, secrets: {key: 'file:hook.key'}}
  - {name: alerts, kind: alertmanager, secrets: {url: 'env:TRUEUP_TEST_ALERTS'}}
contacts: []
`)
	require.NoError(t, err)
	makers := map[string]notify.Maker{notify.Webhook: web.Webhook, notify.Alertmanager: web.Alertmanager}
	dir := t.TempDir()
	_, err = n.Office(notify.Options{Makers: makers, Base: dir})
	require.ErrorContains(t, err, "channel hook: secret key: cannot read "+filepath.Join(dir, "hook.key"))
	require.ErrorContains(t, err, "channel alerts: secret url: the variable TRUEUP_TEST_ALERTS is not set")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "hook.key"), []byte("CANARY\n"), 0o600))
	t.Setenv("TRUEUP_TEST_ALERTS", "ftp://CANARY")
	_, err = n.Office(notify.Options{Makers: makers, Base: dir})
	require.ErrorContains(t, err, "the key has 6 bytes", "the line break is none of it")
	assert.NotContains(t, err.Error(), "CANARY")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "hook.key"), []byte("0123456789abcdef\n"), 0o600))
	t.Setenv("TRUEUP_TEST_ALERTS", "https://alerts.example.org")
	_, err = n.Office(notify.Options{Makers: makers, Base: dir})
	require.NoError(t, err)
	delete(makers, notify.Alertmanager)
	_, err = n.Office(notify.Options{Makers: makers, Base: dir})
	require.ErrorContains(t, err, "no channels of kind alertmanager, only webhook")
}
