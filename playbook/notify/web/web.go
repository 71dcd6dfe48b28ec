// Package web makes the channels of playbooks that need nothing but net/http: signed
// webhooks and Alertmanager.
package web

import (
	"fmt"

	"github.com/trueup-dev/trueup/escalation/alerts"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/webhook"
	"github.com/trueup-dev/trueup/playbook/notify"
)

// Webhook makes a channel of kind webhook. Its setting form is own, which is what it
// is when left out, or alertmanager.
func Webhook(c notify.Channel) (post.Channel, error) {
	o := webhook.Options{URL: c.Setting("url"), Key: []byte(c.Setting("key"))}
	switch form := c.Setting("form"); form {
	case "", "own":
	case "alertmanager":
		o.Form = webhook.Alertmanager
	default:
		return nil, fmt.Errorf("form %q is neither own nor alertmanager", form)
	}
	return webhook.New(o)
}

// Alertmanager makes a channel of kind alertmanager.
func Alertmanager(c notify.Channel) (post.Channel, error) {
	return alerts.New(alerts.Options{URL: c.Setting("url")})
}
